//! Playing a generation's games on worker threads.

pub(crate) mod choices;
pub(crate) mod control;
pub(crate) mod fault_injection;
pub(crate) mod games;
pub(crate) mod given;
pub(crate) mod pending;
pub(crate) mod progress;
pub(crate) mod random_game;
pub(crate) mod round;
pub(crate) mod selfplay;
mod watchdog;
mod worker_state;
pub(crate) mod workers;
