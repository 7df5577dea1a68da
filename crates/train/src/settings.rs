//! The settings of a trainer, and those of each call that plays and learns.

use crate::error::{ParameterError, require};
use crate::learn::adam::EPSILON;
use crate::learn::sharing::Sharing;
use std::time::Duration;

/// The options fixed when a trainer is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainerOptions {
    /// The seed of every random number of the run.
    pub seed: u64,
    /// Games between two updates of the weights, 1 to [`MAX_GENERATION_GAMES`](Self::MAX_GENERATION_GAMES).
    pub generation_games: u32,
    /// Worker threads, 1 to [`MAX_THREADS`](Self::MAX_THREADS). They affect the speed, never the result.
    pub threads: usize,
    /// Bytes of *each* worker's transposition table.
    ///
    /// A search uses only its own worker's table. The size therefore affects the games that are played, but the number
    /// of threads does not.
    pub table_bytes: usize,
    /// Generations whose games are played before the ones before them are learned, 0 or
    /// [`MAX_DELAY_GENERATIONS`](Self::MAX_DELAY_GENERATIONS).
    ///
    /// With 1, a generation is played with the weights from before the previous one, so that other processes can
    /// play it while the previous one is learned.
    pub delay_generations: u32,
}

impl TrainerOptions {
    /// The largest number of games in a generation.
    pub const MAX_GENERATION_GAMES: u32 = 65_536;
    /// The largest delay in generations.
    pub const MAX_DELAY_GENERATIONS: u32 = 1;
    /// The largest number of worker threads.
    pub const MAX_THREADS: usize = 1_024;

    /// Checks the ranges.
    ///
    /// # Errors
    ///
    /// Names the first field that is outside its range.
    pub fn validate(&self) -> Result<(), ParameterError> {
        let games = self.generation_games;
        require((1..=Self::MAX_GENERATION_GAMES).contains(&games), "generation_games", games, "from 1 to 65536")?;
        let delay = self.delay_generations;
        require(delay <= Self::MAX_DELAY_GENERATIONS, "delay_generations", delay, "0 or 1")?;
        let threads = self.threads;
        require((1..=Self::MAX_THREADS).contains(&threads), "threads", threads, "from 1 to 1024")
    }
}

impl Default for TrainerOptions {
    /// Seed 0, 64 games per generation, one thread, 16 MiB of table, no delay.
    fn default() -> Self {
        Self { seed: 0, generation_games: 64, threads: 1, table_bytes: 16 << 20, delay_generations: 0 }
    }
}

/// The settings for playing a generation's games.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaySettings {
    /// Search depth in plies, 1 to 60.
    pub depth: Option<u32>,
    /// The number of nodes that a search may visit, at least 1.
    pub nodes: Option<u64>,
    /// The time that a search may take, more than zero. With this limit alone, a run cannot be repeated exactly.
    pub time: Option<Duration>,
    /// Positions with at most this many empty squares are solved exactly, 0 to 60.
    pub exact_empties: u32,
    /// The probability of playing a random legal move instead of the best one, 0 to 1.
    pub epsilon: f64,
    /// The probability of playing the best move of a one-ply search instead of the search's best move, 0 to 1.
    ///
    /// A search avoids positions that the evaluation misjudges, so they would never be learned; these moves lead there.
    /// Without them, an evaluation that only guides deeper searches does not learn to avoid wipe-outs.
    pub shallow: f64,
    /// A game opens with 0 to this many random plies, at most 60; each number is equally likely.
    pub random_plies: u32,
    /// The time without a sign of life after which a worker is abandoned and its game fails; `None` waits forever.
    pub hang_timeout: Option<Duration>,
}

impl PlaySettings {
    /// Checks the ranges.
    ///
    /// # Errors
    ///
    /// Names the first field that is outside its range, or reports that no search limit was given.
    pub fn validate(&self) -> Result<(), ParameterError> {
        let limited = self.depth.is_some() || self.nodes.is_some() || self.time.is_some();
        require(limited, "depth, nodes, time", "none", "given, at least one of them")?;
        if let Some(depth) = self.depth {
            require((1..=60).contains(&depth), "depth", depth, "from 1 to 60")?;
        }
        if let Some(nodes) = self.nodes {
            require(nodes >= 1, "nodes", nodes, "at least 1")?;
        }
        if let Some(time) = self.time {
            require(!time.is_zero(), "time", format_args!("{time:?}"), "more than 0")?;
        }
        require(self.exact_empties <= 60, "exact_empties", self.exact_empties, "from 0 to 60")?;
        require((0.0..=1.0).contains(&self.epsilon), "epsilon", self.epsilon, "from 0 to 1")?;
        require((0.0..=1.0).contains(&self.shallow), "shallow", self.shallow, "from 0 to 1")?;
        require(self.random_plies <= 60, "random_plies", self.random_plies, "from 0 to 60")
    }
}

impl Default for PlaySettings {
    /// One ply, no exact solving, no random moves.
    fn default() -> Self {
        Self {
            depth: Some(1),
            nodes: None,
            time: None,
            exact_empties: 0,
            epsilon: 0.0,
            shallow: 0.0,
            random_plies: 0,
            hang_timeout: Some(Duration::from_mins(1)),
        }
    }
}

/// The settings for learning a generation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearnSettings {
    /// λ of the λ-return, 0 to 1: 0 learns the search values, 1 the outcomes.
    pub lambda: f32,
    /// Adam's step size in discs, 0 to 64.
    pub rate: f32,
    /// Adam's ε in discs, 10⁻⁸ to 64. Where the errors of an entry are smaller than this, or it was rarely visited, its
    /// step is proportional to its error.
    pub adam_epsilon: f32,
    /// A position also teaches the tables of this many stages before and after its own, 0 to
    /// [`MAX_SHARE_STAGES`](Self::MAX_SHARE_STAGES).
    pub share_stages: u32,
    /// The weight of a position in the tables of the next stage, 0 to 1. At a distance of d stages it is this to the
    /// power of d.
    pub share_weight: f32,
}

impl LearnSettings {
    /// The largest distance of the stages that a position teaches.
    pub const MAX_SHARE_STAGES: u32 = Sharing::MAX_STAGES as u32;

    /// Returns the weights with which positions teach the tables around their own stage.
    pub(crate) fn sharing(&self) -> Sharing {
        Sharing::new(self.share_stages, self.share_weight)
    }

    /// Checks the ranges.
    ///
    /// # Errors
    ///
    /// Names the first field that is outside its range.
    pub fn validate(&self) -> Result<(), ParameterError> {
        require((0.0..=1.0).contains(&self.lambda), "lambda", self.lambda, "from 0 to 1")?;
        require((0.0..=64.0).contains(&self.rate), "rate", self.rate, "from 0 to 64")?;
        require((1e-8..=64.0).contains(&self.adam_epsilon), "adam_epsilon", self.adam_epsilon, "from 1e-8 to 64")?;
        require(self.share_stages <= Self::MAX_SHARE_STAGES, "share_stages", self.share_stages, "from 0 to 8")?;
        require((0.0..=1.0).contains(&self.share_weight), "share_weight", self.share_weight, "from 0 to 1")
    }
}

impl Default for LearnSettings {
    /// λ = 0.9, rate = 0.1 discs, the ε of Adam's authors, each position for its own stage only.
    fn default() -> Self {
        Self { lambda: 0.9, rate: 0.1, adam_epsilon: EPSILON, share_stages: 0, share_weight: 0.7 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_within_their_ranges() {
        TrainerOptions::default().validate().unwrap();
        PlaySettings::default().validate().unwrap();
        LearnSettings::default().validate().unwrap();
    }

    #[test]
    fn each_value_out_of_range_is_refused_by_name() {
        let options = TrainerOptions::default();
        let play = PlaySettings::default();
        let learn = LearnSettings::default();
        let refused = [
            TrainerOptions { generation_games: 0, ..options }.validate(),
            TrainerOptions { threads: 0, ..options }.validate(),
            TrainerOptions { delay_generations: 2, ..options }.validate(),
            PlaySettings { depth: None, ..play }.validate(),
            PlaySettings { depth: Some(0), ..play }.validate(),
            PlaySettings { nodes: Some(0), ..play }.validate(),
            PlaySettings { time: Some(Duration::ZERO), ..play }.validate(),
            PlaySettings { exact_empties: 61, ..play }.validate(),
            PlaySettings { epsilon: f64::NAN, ..play }.validate(),
            PlaySettings { shallow: 1.5, ..play }.validate(),
            PlaySettings { random_plies: 61, ..play }.validate(),
            LearnSettings { lambda: 1.5, ..learn }.validate(),
            LearnSettings { rate: -0.1, ..learn }.validate(),
            LearnSettings { adam_epsilon: 0.0, ..learn }.validate(),
            LearnSettings { share_stages: 9, ..learn }.validate(),
            LearnSettings { share_weight: f32::NAN, ..learn }.validate(),
        ];
        let names = refused.map(|result| result.unwrap_err().parameter);
        let expected = [
            "generation_games",
            "threads",
            "delay_generations",
            "depth, nodes, time",
            "depth",
            "nodes",
            "time",
            "exact_empties",
            "epsilon",
            "shallow",
            "random_plies",
            "lambda",
            "rate",
            "adam_epsilon",
            "share_stages",
            "share_weight",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn the_message_names_parameter_value_and_range() {
        let error = LearnSettings { lambda: 1.5, ..LearnSettings::default() }.validate().unwrap_err();
        assert_eq!(error.to_string(), "lambda = 1.5: must be from 0 to 1");
    }
}
