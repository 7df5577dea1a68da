//! Playing numbered games of a run on the threads of a pool.

use crate::error::TrainerError;
use crate::play::control::Control;
use crate::play::fault_injection::FaultInjector;
use crate::play::given::{GivenGames, replay_given_game};
use crate::play::round::{GameResult, Supervision};
use crate::play::selfplay::{GameContext, play_game};
use crate::play::workers::Workers;
use crate::record::PlayedGame;
use crate::report::GameFailure;
use crate::settings::PlaySettings;
use shirokuro_engine::PatternEvaluator;
use std::sync::Arc;

/// The finished games, the failures, and an error if no threads are left for further games.
pub(crate) type Played = (Vec<PlayedGame>, Vec<GameFailure>, Result<(), TrainerError>);

/// Plays the games with these numbers of the run with this seed; those that were stopped are absent from the result.
/// If games are `given`, they are replayed instead; the first of them has the number that comes with them.
#[expect(clippy::too_many_arguments, reason = "a game depends on all of them")]
pub(crate) fn play_games(
    workers: &mut Workers,
    evaluator: PatternEvaluator,
    faults: Option<Arc<FaultInjector>>,
    seed: u64,
    numbers: &[u64],
    given: Option<(Arc<GivenGames>, u64)>,
    settings: &PlaySettings,
    control: &Control,
) -> Played {
    let (settings, stop) = (*settings, control.stop_flag());
    let supervision = Supervision { control, hang_timeout: settings.hang_timeout };
    let (results, threads) = workers.play(numbers, &supervision, move |searcher, index, progress| {
        let context = GameContext { stop: &stop, progress, faults: faults.as_deref() };
        let Some((given, first)) = &given else {
            return play_game(searcher, &evaluator, &settings, seed, index, &context);
        };
        let game = (&given.games[(index - first) as usize], given.targets);
        replay_given_game(searcher, &evaluator, &settings, game, index, &context, &mut |_| {})
    });
    let (mut played, mut failures) = (Vec::new(), Vec::new());
    for (&index, result) in numbers.iter().zip(results) {
        match result {
            GameResult::Played(game) => played.push(game),
            GameResult::Failed { kind, message, moves } => {
                failures.push(GameFailure { index, kind, message, seed, moves });
            }
            GameResult::Stopped => {}
        }
    }
    (played, failures, threads)
}
