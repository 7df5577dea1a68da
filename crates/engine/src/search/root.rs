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

/// The score of a search whose window is `margin` wide on both sides of `guess`, if there is one. Where it fails, it is opened on that side,
/// each time twice as far beyond the bound that was found; `INFINITE` is beyond every score. `search` gives no score when it was ended.
#[inline(always)]
pub(super) fn aspiration(
    guess: Option<Score>,
    mut margin: Score,
    mut search: impl FnMut(Score, Score) -> Option<Score>,
) -> Option<Score> {
    let (mut alpha, mut beta) = match guess {
        Some(guess) => ((guess - margin).max(-INFINITE), (guess + margin).min(INFINITE)),
        None => (-INFINITE, INFINITE),
    };
    loop {
        let score = search(alpha, beta)?;
        margin *= 2;
        if score <= alpha && alpha > -INFINITE {
            alpha = (score - margin).max(-INFINITE);
        } else if score >= beta && beta < INFINITE {
            beta = (score + margin).min(INFINITE);
        } else {
            return Some(score);
        }
    }
}

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
        // From `last` plies on, a search sees the end of the game.
        let last =
            if empties <= limits.exact { empties } else { limits.depth.unwrap_or(empties).clamp(1, empties.max(1)) };
        let exact = last == empties;

        let mut line = PvLine::default();
        let mut score = 0;
        let mut depth = 0;
        // With nothing but the depth to end it, only depths after which the same side moves last: they foretell each other best.
        // The first two are left out: what they cost is more than their order of moves saves.
        let step = if limits.time.is_none() && limits.nodes.is_none() { 2 } else { 1 };
        let mut plan = match (exact, step) {
            (true, _) => endgame::first_depth(empties),
            (false, 2) => last.min(4 - last % 2),
            (false, _) => 1,
        };
        loop {
            let target = plan.min(last);
            let mut candidate = PvLine::default();
            let guess = (depth > 0).then_some(score);
            let value = if target == empties {
                endgame::solve(kernel, &mut tree, board, guess, &mut candidate)
            } else {
                midgame::search(kernel, &mut tree, board, target, guess, &mut candidate)
            };
            if tree.stop.aborted {
                break;
            }
            (line, score, depth) = (candidate, value, target);
            if target == last {
                break;
            }
            plan = if exact && target >= endgame::last_depth(empties, empties <= limits.exact) {
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
