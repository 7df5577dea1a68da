//! Learning from a generation's games.

pub(crate) mod adam;
pub(crate) mod coverage;
pub(crate) mod entries;
pub(crate) mod entry_bits;
pub(crate) mod inspection;
pub(crate) mod positions;
pub(crate) mod repair;
pub(crate) mod rounding;
pub(crate) mod scratch;
pub(crate) mod sharing;
pub(crate) mod targets;
pub(crate) mod undo;
pub(crate) mod update;
pub(crate) mod zeroed;
