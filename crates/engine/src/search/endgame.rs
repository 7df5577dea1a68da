//! The exact solver: alpha-beta in whole discs to the end of the game.

use super::few_empties::zero_window_few_empties;
use super::ordering::{Move, MoveList, mobility, odd_quarters, squares_of};
use super::pv_line::PvLine;
use super::root::aspiration;
use super::stability::stability_bound;
use super::table::TableEntry;
use super::tree::{Node, Tree};
use crate::board::Board;
use crate::evaluate::{Evaluate, Score, UNITS_PER_DISC};
use crate::kernel::{Kernel, Task};
use crate::pattern::STAGES;
use crate::square::{Square, squares};

/// From this number of empty squares on a node looks into the transposition table.
const TABLE_EMPTIES: u32 = 8;

/// From this number of empty squares on moves are ordered by the opponent's replies, below only by parity.
const ORDERED_EMPTIES: u32 = 6;

/// From this number of empty squares on the order is worth evaluations.
const EVALUATED_EMPTIES: u32 = 12;

/// From this number of empty squares on it is worth to look whether the table knows a reply that is good enough.
const ETC_EMPTIES: u32 = 12;

/// From this number of empty squares on threads that search together divide the moves of a node.
const SHARED_EMPTIES: u32 = 13;

/// Up to this number of empty squares a position is solved without a search of less depth before.
const DIRECT_EMPTIES: u32 = 10;

/// How far from its guess a result is expected, in discs.
const ASPIRATION_WINDOW: i32 = 4;

/// What a reply of the opponent costs in the order of moves, in units of the evaluation: few replies make small trees.
const REPLY: i32 = 7 * UNITS_PER_DISC;

/// What the last word in a quarter of the board is worth there.
const PARITY: i32 = UNITS_PER_DISC / 2;

/// No result is outside −64 to 64 discs.
pub(super) const INFINITE: i32 = 65;

/// The depth to begin with when a position is to be solved.
pub(super) const fn first_depth(empties: u32) -> u32 {
    if empties <= DIRECT_EMPTIES { empties } else { 1 }
}

/// The depth after which the position is solved: searches before only find a good order of the moves, so they are
/// shallow if the result is `wanted` at any price, and go on as long as they are cheaper if it may not be reached.
pub(super) const fn last_depth(empties: u32, wanted: bool) -> u32 {
    if wanted { empties / 2 } else { empties.saturating_sub(9) }
}

/// The result of `board` under best play, and the line that leads there; sooner found if it is near `guess`.
#[inline(always)]
pub(super) fn solve<K: Kernel, E: Evaluate>(
    kernel: K,
    tree: &mut Tree<E>,
    board: &Board,
    guess: Option<Score>,
    line: &mut PvLine,
) -> Score {
    let accumulator = tree.evaluator.accumulator(board);
    let moves = kernel.moves(board.player(), board.opponent());
    tree.order_stage = STAGES - EVALUATED_EMPTIES as usize;
    let node = Node { board, accumulator: &accumulator, moves, depth: board.empties() };
    let guess = guess.map(|guess| guess / UNITS_PER_DISC);
    aspiration(guess, ASPIRATION_WINDOW, INFINITE, |alpha, beta| {
        *line = PvLine::default();
        let score = kernel.run(PvNode { tree, node, alpha, beta, line });
        (!tree.stop.aborted).then_some(score)
    })
    .map_or(0, |score| score * UNITS_PER_DISC)
}

/// A node on the way of the best line: its window is open, its value exact.
struct PvNode<'n, 'a, E: Evaluate> {
    tree: &'n mut Tree<'a, E>,
    node: Node<'n, E>,
    alpha: i32,
    beta: i32,
    line: &'n mut PvLine,
}

impl<E: Evaluate> Task for PvNode<'_, '_, E> {
    type Output = i32;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> i32 {
        let Self { tree, node, alpha, beta, line } = self;
        let Node { board, accumulator, moves, depth: empties } = node;
        tree.stop.poll(tree.nodes);
        if tree.stop.aborted {
            return 0;
        }
        tree.nodes += 1;
        if moves == 0 {
            let replies = kernel.moves(board.opponent(), board.player());
            if replies == 0 {
                return board.final_score();
            }
            let accumulator = &tree.evaluator.accumulator_after_pass(accumulator);
            let node = Node { board: &board.pass(), accumulator, moves: replies, depth: empties };
            return -kernel.run(PvNode { tree, node, alpha: -beta, beta: -alpha, line });
        }
        let hint = if empties >= TABLE_EMPTIES { tree.find(board).and_then(TableEntry::best) } else { None };
        let (mut best, mut best_square, mut low) = (-INFINITE, None, alpha);
        let mut rest = PvLine::default();
        let mut children = Children::new(kernel, &node, hint);
        while let Some(next) = children.next(tree) {
            let Move { square, flips, replies, .. } = next;
            let child = &board.after(square, flips);
            let shared = empties >= SHARED_EMPTIES && best_square.is_some();
            let Some(_claim) = tree.claim(shared, &next, child) else {
                children.list.defer(next);
                continue;
            };
            let accumulator = &tree.evaluator.accumulator_after(accumulator, square, flips);
            let child = || Node { board: child, accumulator, moves: replies, depth: empties - 1 };
            let mut score = INFINITE;
            if best_square.is_some() {
                score = -zero_window(kernel, tree, child(), -low - 1);
            }
            if best_square.is_none() || (score > low && score < beta) {
                rest = PvLine::default();
                score = -kernel.run(PvNode { tree, node: child(), alpha: -beta, beta: -low, line: &mut rest });
            }
            if tree.stop.aborted {
                return 0;
            }
            if score > best {
                (best, best_square) = (score, Some(square));
                if score > low || line.first().is_none() {
                    low = low.max(score);
                    line.set(square, &rest);
                }
                if score >= beta {
                    break;
                }
            }
        }
        if empties >= TABLE_EMPTIES {
            store(tree, board, empties, alpha, beta, best, best_square);
        }
        best
    }
}

/// Writes a result down. Bounds in units, so that the table's entries mean the same everywhere.
#[inline(always)]
fn store<E: Evaluate>(
    tree: &mut Tree<E>,
    board: &Board,
    empties: u32,
    alpha: i32,
    beta: i32,
    score: i32,
    best: Option<Square>,
) {
    let [alpha, beta, score] = [alpha, beta, score].map(|discs| discs * UNITS_PER_DISC);
    tree.table.store(board, empties, alpha, beta, score, best);
}

/// Is the value above `alpha` or not? By the number of empty squares, the way that is best there.
#[inline(always)]
fn zero_window<K: Kernel, E: Evaluate>(kernel: K, tree: &mut Tree<E>, node: Node<E>, alpha: i32) -> i32 {
    if node.depth < ORDERED_EMPTIES {
        zero_window_few_empties(kernel, &mut tree.nodes, node.board, node.moves, alpha, node.depth)
    } else {
        kernel.run(ZeroWindow::<E, true> { tree, node, alpha })
    }
}

/// A node beside the best line with so many empty squares that an order of the moves pays. Unless `EVALUATED`, what the node carries is
/// an ancestor's, which nobody reads.
struct ZeroWindow<'n, 'a, E: Evaluate, const EVALUATED: bool> {
    tree: &'n mut Tree<'a, E>,
    node: Node<'n, E>,
    alpha: i32,
}

impl<E: Evaluate, const EVALUATED: bool> Task for ZeroWindow<'_, '_, E, EVALUATED> {
    type Output = i32;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> i32 {
        let Self { tree, node, alpha } = self;
        let Node { board, accumulator, moves, depth: empties } = node;
        tree.stop.poll(tree.nodes);
        if tree.stop.aborted {
            return 0;
        }
        tree.nodes += 1;
        if moves == 0 {
            let replies = kernel.moves(board.opponent(), board.player());
            if replies == 0 {
                return board.final_score();
            }
            let passed = &if EVALUATED { tree.evaluator.accumulator_after_pass(accumulator) } else { *accumulator };
            let node = Node { board: &board.pass(), accumulator: passed, moves: replies, depth: empties };
            return -kernel.run(ZeroWindow::<E, EVALUATED> { tree, node, alpha: -alpha - 1 });
        }
        let bound = stability_bound(board, alpha, empties);
        if bound <= alpha {
            return bound;
        }
        let mut hint = None;
        if empties >= TABLE_EMPTIES
            && let Some(entry) = tree.find(board)
        {
            if u32::from(entry.depth) == empties {
                let (lower, upper) = (i32::from(entry.lower), i32::from(entry.upper));
                if lower > alpha * UNITS_PER_DISC {
                    return lower / UNITS_PER_DISC;
                }
                if upper <= alpha * UNITS_PER_DISC {
                    return upper / UNITS_PER_DISC;
                }
            }
            hint = entry.best();
        }
        let (mut best, mut best_square) = (-INFINITE, None);
        if empties >= ETC_EMPTIES
            && let Some(score) = tree.etc_cutoff(kernel, &node, alpha * UNITS_PER_DISC)
        {
            return score / UNITS_PER_DISC;
        }
        let mut children = Children::new(kernel, &node, hint);
        while let Some(next) = children.next(tree) {
            let Move { square, flips, replies, .. } = next;
            let child = &board.after(square, flips);
            let shared = empties >= SHARED_EMPTIES && best_square.is_some();
            let Some(_claim) = tree.claim(shared, &next, child) else {
                children.list.defer(next);
                continue;
            };
            let score = if EVALUATED && empties > EVALUATED_EMPTIES {
                let accumulator = &tree.evaluator.accumulator_after(accumulator, square, flips);
                let node = Node { board: child, accumulator, moves: replies, depth: empties - 1 };
                -kernel.run(ZeroWindow::<E, true> { tree, node, alpha: -alpha - 1 })
            } else if empties > ORDERED_EMPTIES {
                let node = Node { board: child, accumulator, moves: replies, depth: empties - 1 };
                -kernel.run(ZeroWindow::<E, false> { tree, node, alpha: -alpha - 1 })
            } else {
                -zero_window_few_empties(kernel, &mut tree.nodes, child, replies, -alpha - 1, empties - 1)
            };
            if tree.stop.aborted {
                return 0;
            }
            if score > best {
                (best, best_square) = (score, Some(square));
                if score > alpha {
                    break;
                }
            }
        }
        if empties >= TABLE_EMPTIES {
            store(tree, board, empties, alpha, alpha + 1, best, best_square);
        }
        best
    }
}

/// The moves of a node in the order of the hope they give: the best one known, then few replies for the opponent and the last
/// word in a quarter of the board (parity), joined with the static evaluation where much is at
/// stake. What the order costs is spent when the first move has not been enough.
struct Children<'n, K, E: Evaluate> {
    kernel: K,
    node: Node<'n, E>,
    /// The moves that are not in the list yet.
    later: u64,
    list: MoveList,
}

impl<'n, K: Kernel, E: Evaluate> Children<'n, K, E> {
    #[inline(always)]
    fn new(kernel: K, node: &Node<'n, E>, hint: Option<Square>) -> Self {
        let mut children = Self { kernel, node: *node, later: node.moves, list: MoveList::new() };
        if let Some(square) = hint {
            children.later &= !square.bit();
            let board = node.board;
            let flips = kernel.flips(board.player(), board.opponent(), square);
            let child = board.after(square, flips);
            let replies = kernel.moves(child.player(), child.opponent());
            children.list.push(Move { flips, replies, score: 0, square });
        }
        children
    }

    #[inline(always)]
    fn next(&mut self, tree: &mut Tree<E>) -> Option<Move> {
        if let Some(next) = self.list.next() {
            return Some(next);
        }
        let Node { board, accumulator, depth: empties, .. } = self.node;
        let kernel = self.kernel;
        let odd = squares_of(odd_quarters(board.empty()));
        for square in squares(std::mem::take(&mut self.later)) {
            let flips = kernel.flips(board.player(), board.opponent(), square);
            let child = &board.after(square, flips);
            if empties > TABLE_EMPTIES {
                tree.table.prefetch(child);
            }
            let replies = kernel.moves(child.player(), child.opponent());
            let mut score = i32::from(odd & square.bit() != 0) * PARITY - mobility(replies) * REPLY;
            if empties >= EVALUATED_EMPTIES {
                score += tree.evaluator.estimate(tree.order_stage, board, accumulator, square, flips);
            }
            self.list.push(Move { flips, replies, score, square });
        }
        self.list.next()
    }
}
