//! Games of random moves.

use crate::play::selfplay::random_move;
use crate::random::GameRandom;
use crate::record::{GameRecord, Ply};
use shirokuro_engine::Position;

/// Plays game number `index` of those with this seed: every move is one of the legal ones, each equally likely.
///
/// ```
/// let game = shirokuro_train::random_game(7, 3);
/// assert_eq!(game, shirokuro_train::random_game(7, 3));
/// assert_eq!(shirokuro_train::GameRecord::new(3, game.plies.clone()), Ok(game));
/// ```
pub fn random_game(seed: u64, index: u64) -> GameRecord {
    let mut random = GameRandom::new(seed, index);
    let mut plies = Vec::with_capacity(60);
    let mut position = Position::START;
    loop {
        let moves = position.board.moves();
        if moves == 0 {
            // A forced pass has been made: the game is over.
            let stone_difference = position.side.black_view(position.board.final_score());
            return GameRecord { index, plies, stone_difference };
        }
        let square = random_move(moves, &mut random);
        plies.push(Ply { square, searched: None });
        let flips = position.board.flips(square);
        let next = Position { board: position.board.after(square, flips), side: position.side.opposite() };
        position = next.after_forced_pass();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn random_games_are_complete_legal_and_different() {
        let games: Vec<GameRecord> = (0..500).map(|index| random_game(1, index)).collect();
        for (index, game) in games.iter().enumerate() {
            assert_eq!(GameRecord::new(index as u64, game.plies.clone()).as_ref(), Ok(game));
        }
        let transcripts: HashSet<Vec<usize>> =
            games.iter().map(|game| game.plies.iter().map(|ply| ply.square.index()).collect()).collect();
        assert_eq!(transcripts.len(), games.len());
        assert_ne!(random_game(2, 0).plies, games[0].plies);
    }

    #[test]
    fn every_first_move_is_equally_likely() {
        let mut counts = [0; 64];
        (0..4_000).for_each(|index| counts[random_game(1, index).plies[0].square.index()] += 1);
        let counts: Vec<i32> = counts.into_iter().filter(|&count| count > 0).collect();
        // 1,000 expected each, standard deviation 27.
        assert!(counts.len() == 4 && counts.iter().all(|count| (870..=1_130).contains(count)), "{counts:?}");
    }
}
