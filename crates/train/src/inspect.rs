//! Looking into a training: its games, its traces, its memory and what it has covered.

pub(crate) mod coverage;
pub(crate) mod memory;
pub(crate) mod reachable;
pub(crate) mod replay;
pub(crate) mod resident;
pub(crate) mod traces;
