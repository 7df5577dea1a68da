//! Checking a game's random decisions without searching.

use crate::play::selfplay::random_move;
use crate::random::GameRandom;
use crate::record::{GameRecord, Ply, Searched};
use crate::settings::PlaySettings;
use shirokuro_engine::Position;

/// Checks whether the game made the random decisions that follow from the seed, its number and the settings: the length
/// and the moves of its opening, and every later move at random. Returns the first ply that differs.
///
/// The moves that were searched for are not checked, except that they are marked as what they are.
pub(crate) fn check_choices(record: &GameRecord, settings: &PlaySettings, seed: u64) -> Result<(), usize> {
    let mut random = GameRandom::new(seed, record.index);
    let opening = random.below(settings.random_plies + 1) as usize;
    let mut position = Position::START;
    for (number, Ply { square, searched }) in record.plies.iter().enumerate() {
        let moves = position.board.moves();
        let as_expected = match searched {
            None => number < opening && *square == random_move(moves, &mut random),
            Some(Searched { greedy, .. }) => {
                number >= opening
                    && if random.chance(settings.epsilon) {
                        !greedy && *square == random_move(moves, &mut random)
                    } else {
                        random.chance(settings.shallow) || *greedy
                    }
            }
        };
        let next = position.play(*square).ok().filter(|_| as_expected).ok_or(number)?;
        position = next.after_forced_pass();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play::progress::Progress;
    use crate::play::selfplay::{GameContext, play_game};
    use shirokuro_engine::{DiscCount, Searcher};
    use std::sync::atomic::AtomicBool;

    const SETTINGS: PlaySettings = PlaySettings {
        depth: Some(1),
        nodes: None,
        time: None,
        exact_empties: 4,
        epsilon: 0.2,
        shallow: 0.2,
        random_plies: 12,
        hang_timeout: None,
    };

    fn game(index: u64) -> GameRecord {
        let context = GameContext { stop: &AtomicBool::new(false), progress: &Progress::new(), faults: None };
        let mut searcher = Searcher::new(1 << 16).unwrap();
        play_game(&mut searcher, &DiscCount, &SETTINGS, 5, index, &context).unwrap().record
    }

    #[test]
    fn a_game_of_the_run_passes_and_one_of_another_seed_number_or_setting_does_not() {
        for index in 0..30 {
            let game = game(index);
            assert_eq!(check_choices(&game, &SETTINGS, 5), Ok(()));
            let passes = |game: &GameRecord, settings: &PlaySettings, seed| check_choices(game, settings, seed).is_ok();
            assert!(!passes(&game, &SETTINGS, 6), "{index}: another seed");
            assert!(!passes(&GameRecord { index: index + 100, ..game.clone() }, &SETTINGS, 5), "{index}: other number");
            let bold = PlaySettings { epsilon: 0.9, ..SETTINGS };
            assert!(!passes(&game, &bold, 5), "{index}: other settings");
        }
    }

    #[test]
    fn a_changed_mark_is_found() {
        let game = game(3);
        let place = game.random_plies();
        let mut plain = game.clone();
        for ply in &mut plain.plies[place..] {
            ply.searched = ply.searched.map(|searched| Searched { greedy: !searched.greedy, ..searched });
        }
        assert!(check_choices(&plain, &SETTINGS, 5).is_err());
        let mut opened = game;
        opened.plies[place].searched = None;
        assert_eq!(check_choices(&opened, &SETTINGS, 5), Err(place));
    }
}
