//! Inspecting a training: replayed games, eligibility traces, coverage and memory.

pub(crate) mod coverage;
pub(crate) mod memory;
pub(crate) mod outcome_errors;
pub(crate) mod reachable;
pub(crate) mod replay;
pub(crate) mod resident;
pub(crate) mod traces;
