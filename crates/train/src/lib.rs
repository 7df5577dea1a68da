//! Self-play training of Othello pattern weights: TD(λ) with Adam.
//!
//! A [`Trainer`] plays a generation of games with fixed weights ([`play_game`]), computes a target for each of their
//! positions ([`lambda_returns`]) and moves the weights towards the targets. The same seed and settings give identical
//! weights at any number of threads. The caller decides when to save, what to log and when to stop.
//!
//! Values are in discs: those of a position for its side to move, those of a game in Black's view.

// Most tests claim that two results are equal to the last bit.
#![cfg_attr(test, allow(clippy::float_cmp))]

mod cluster;
mod error;
mod file;
mod inspect;
mod learn;
mod phases;
mod play;
mod random;
mod record;
mod report;
mod settings;
mod state;
#[cfg(test)]
mod testing;
mod trainer;

pub use cluster::changes::{RefusedChanges, TrackedWeights, WeightChanges};
pub use cluster::player::GamePlayer;
pub use cluster::signature::engine_signature;
pub use cluster::supply::RefusedGames;
pub use error::{ParameterError, TrainerError};
pub use file::digest::weights_digest;
pub use file::error::{FileError, Reason};
pub use file::header::{FileHeader, SectionHeader, read_header, verify_file};
pub use file::section::{Encoding, Section};
pub use file::texts::Texts;
pub use file::{file_digest, load_weights, save_weights};
pub use inspect::coverage::TableCoverage;
pub use inspect::memory::Memory;
pub use inspect::outcome_errors::OutcomeErrors;
pub use inspect::reachable::reachable_entries;
pub use inspect::replay::{ReplayedGame, ReplayedPly};
pub use inspect::traces::{FLOOR, TracedStep, Traces, backward_view, traces_of};
pub use learn::adam::{BETA1, BETA2, EPSILON, Moments, Powers};
pub use learn::inspection::{Inspection, SuddenChange, Tables, WeightUpdate};
pub use learn::positions::TdErrors;
pub use learn::targets::{Step, lambda_returns};
pub use phases::{PhaseTimes, TIMED_GAMES};
pub use play::control::Control;
pub use play::fault_injection::{Fault, FaultInjector, FaultRates};
pub use play::given::{GivenGames, GivenTargets, replay_given_game};
pub use play::progress::Progress;
pub use play::random_game::random_game;
pub use play::selfplay::{Choice, GameContext, GameEvent, play_game, play_observed_game};
pub use random::GameRandom;
pub use record::{GameRecord, PlayedGame, Ply, RecordError, SearchTotals, Searched, Unfinished};
pub use report::{FailureKind, GameFailure, GenerationReport, Reset, ValueSummary};
pub use settings::{LearnSettings, PlaySettings, TrainerOptions};
pub use trainer::{Lesson, TargetFunction, Trainer};
