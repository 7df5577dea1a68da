//! Iterative deepening.

use super::node::INFINITE;
use super::parallel::ThreadTeam;
use super::pv_line::PvLine;
use super::stop::StopCondition;
use super::table::Table;
use super::tree::Tree;
use super::{Limits, SearchResult, endgame, midgame};
use crate::board::Board;
use crate::evaluate::{Evaluate, Score};
use crate::kernel::{Kernel, Task};

/// Searches with an aspiration window: `margin` wide on both sides of `guess`, or open without a guess. A side that
/// fails is moved beyond the bound that was found, by a margin that doubles each time. `line` becomes the principal
/// variation; if `search` was aborted and has returned `None`, what is known of it.
#[inline(always)]
pub(super) fn aspiration(
    guess: Option<Score>,
    mut margin: Score,
    line: &mut PvLine,
    mut search: impl FnMut(Score, Score, &mut PvLine) -> Option<Score>,
) -> Option<Score> {
    *line = PvLine::default();
    let (mut alpha, mut beta) = match guess {
        Some(guess) => ((guess - margin).max(-INFINITE), (guess + margin).min(INFINITE)),
        None => (-INFINITE, INFINITE),
    };
    loop {
        let mut found = PvLine::default();
        let Some(score) = search(alpha, beta, &mut found) else {
            if line.first().is_none() || line.first() == found.tried_first {
                line.improve(&found);
            }
            return None;
        };
        margin *= 2;
        if score <= alpha && alpha > -INFINITE {
            *line = PvLine::default();
            alpha = (score - margin).max(-INFINITE);
        } else if score >= beta && beta < INFINITE {
            line.improve(&found);
            beta = (score + margin).min(INFINITE);
        } else {
            *line = found;
            return Some(score);
        }
    }
}

/// One search from the root, by iterative deepening.
pub(super) struct Root<'a, E: Evaluate> {
    pub(super) table: &'a Table,
    pub(super) evaluator: &'a E,
    pub(super) board: &'a Board,
    pub(super) limits: &'a Limits<'a>,
    pub(super) team: Option<&'a ThreadTeam>,
}

impl<E: Evaluate> Task for Root<'_, E> {
    type Output = SearchResult;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> SearchResult {
        let Self { table, evaluator, board, limits, team } = self;
        let stop = StopCondition::new(limits, team);
        let confidence = limits.confidence;
        let (order_stage, killer) = (0, 0);
        let mut tree =
            Tree { evaluator, table, team, stop, confidence, order_stage, killer, nodes: 0, probes: 0, hits: 0 };
        let empties = board.empties();
        // The depth of the last iteration; if it is that of the empty squares, the position is solved.
        let last =
            if empties <= limits.exact { empties } else { limits.depth.unwrap_or(empties).clamp(1, empties.max(1)) };
        let exact = last == empties;

        let mut line = PvLine::default();
        let mut score = 0;
        let mut depth = 0;
        // If only the depth ends the search, the iterations all have the same parity: those predict each other best.
        // Depths 1 and 2 are skipped: they cost more than their move order saves.
        let step = if limits.time.is_none() && limits.nodes.is_none() { 2 } else { 1 };
        let mut next_depth = match (exact, step) {
            (true, _) => endgame::first_depth(empties),
            (false, 2) => last.min(4 - last % 2),
            (false, _) => 1,
        };
        loop {
            let target = next_depth.min(last);
            let mut candidate = PvLine::default();
            let guess = (depth > 0).then_some(score);
            let found = if target == empties {
                endgame::solve(kernel, &mut tree, board, guess, &mut candidate)
            } else {
                midgame::search(kernel, &mut tree, board, target, guess, &mut candidate)
            };
            if tree.stop.aborted {
                // A move that proved better than the best one of the previous iteration, which was tried first.
                if line.first().is_some() && candidate.tried_first == line.first() {
                    line = candidate;
                }
                break;
            }
            (line, score, depth) = (candidate, found, target);
            if target == last {
                break;
            }
            next_depth = if exact && target >= endgame::last_depth(empties, empties <= limits.exact) {
                last
            } else {
                target + step
            };
            tree.stop.arm(tree.nodes);
            if tree.stop.aborted {
                break;
            }
        }
        if depth == last
            && let Some(team) = team
        {
            team.finish();
        }
        let stuck = [(board.player(), board.opponent()), (board.opponent(), board.player())]
            .map(|(player, opponent)| kernel.moves(player, opponent) == 0);
        SearchResult {
            best: if stuck[0] { None } else { line.first() },
            score,
            depth,
            exact: depth == empties || stuck == [true; 2],
            nodes: tree.nodes,
            line: line.moves().to_vec(),
            probes: tree.probes,
            hits: tree.hits,
            stopped: tree.stop.stopped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a search around 0 whose windows end like this: with a score, or aborted, after trying these first moves,
    /// each better than the one before. Returns the score and the line.
    fn searched(windows: &[(Option<Score>, &[&str])]) -> (Option<Score>, String) {
        let (mut line, mut windows) = (PvLine::default(), windows.iter());
        let score = aspiration(Some(0), 10, &mut line, |alpha, beta, found| {
            let (score, moves) = windows.next().expect("another window");
            assert!(score.is_none_or(|score| alpha <= score && score <= beta), "{score:?} of {alpha}…{beta}");
            for square in *moves {
                found.set(square.parse().unwrap(), &PvLine::default());
            }
            *score
        });
        assert!(windows.next().is_none());
        (score, line.moves().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_window_that_holds_the_score_ends_the_search() {
        assert_eq!(searched(&[(Some(3), &["c4", "d3"])]), (Some(3), "d3".to_owned()));
    }

    #[test]
    fn a_side_that_fails_is_searched_again_wider() {
        assert_eq!(
            searched(&[(Some(10), &["d3"]), (Some(30), &["d3"]), (Some(45), &["e6"])]),
            (Some(45), "e6".to_owned())
        );
        assert_eq!(searched(&[(Some(-10), &["d3"]), (Some(-12), &["e6"])]), (Some(-12), "e6".to_owned()));
    }

    #[test]
    fn a_move_that_failed_high_outlasts_an_abort_until_a_better_one_is_found_after_it() {
        let high = (Some(10), &["c4", "d3"][..]);
        assert_eq!(searched(&[high, (None, &[])]), (None, "d3".to_owned()));
        assert_eq!(searched(&[high, (None, &["e6"])]), (None, "d3".to_owned()));
        assert_eq!(searched(&[high, (None, &["d3", "e6"])]), (None, "e6".to_owned()));
    }

    #[test]
    fn moves_that_all_fail_low_are_forgotten() {
        assert_eq!(searched(&[(Some(-10), &["d3"]), (None, &[])]), (None, String::new()));
        assert_eq!(searched(&[(Some(-10), &["d3"]), (None, &["c4"])]), (None, "c4".to_owned()));
    }
}
