"""Analysing a game: a search before each move, and one of the move played."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from shirokuro._core import Evaluator, Position
from shirokuro.analysis.result import GameAnalysis, MoveAnalysis
from shirokuro.engine.engine import Engine
from shirokuro.engine.limits import SearchLimits
from shirokuro.engine.parallel import in_order, thread_count
from shirokuro.game.conversion import record_of
from shirokuro.game.moves import NO_MOVE
from shirokuro.game.opening_names import opening_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro.engine.engine import Confidence
    from shirokuro.game.conversion import AnyGame
    from shirokuro.game.records import GameRecord

LIMITS = SearchLimits(depth=10, exact_empties=16)
"""The default limits of a search: seconds for a game."""

MISTAKE = 4.0
"""The default loss in discs from which a move is a mistake."""


def analyse(
    game: AnyGame,
    *,
    evaluator: Evaluator | None = None,
    limits: SearchLimits = LIMITS,
    confidence: Confidence = 100,
    threads: int | None = None,
    table_mb: float = 16,
    mistake: float = MISTAKE,
    progress: Callable[[int], object] | None = None,
) -> GameAnalysis:
    """Analyses a game, which may be unfinished: what each move lost, and what would have been better.

    The loss of a move is the value of the best move minus its own, both found by searches within the same limits. The
    positions are searched in parallel, each by one thread with a table of its own, so the analysis doesn't depend on
    the number of threads.

    Args:
        game: moves in any notation of `read_moves`, a game of a file, a recorded game, or a game in progress.
        evaluator: the model (default: the one that ships with the package).
        limits: the limits of each search. A position with one empty square more than `exact_empties` is solved too.
        confidence: the confidence at which searches prune lines, in percent; see `search`.
        threads: positions searched at a time (default: one per core).
        table_mb: the size of each transposition table in MB.
        mistake: the loss in discs from which a move is a mistake.
        progress: called after each move with the number of moves analysed.

    Raises:
        ValueError: a value is out of range, or the moves can't be read.
    """
    if not mistake > 0:
        raise ValueError(f"mistake = {mistake:g}: must be greater than 0")
    threads = thread_count(threads)
    record = record_of(game)
    model = evaluator or Evaluator.default()

    def engine(together: int) -> Engine:
        return Engine(model, limits=limits, table_mb=table_mb, threads=together, confidence=confidence)

    engine(1)  # reports a value out of range even for a game without moves

    def analysed(ply: tuple[int, Position, str], together: int) -> MoveAnalysis:
        return _analysed(*ply, engine(together), model)

    moves = []
    for each in in_order(_plies(record), analysed, threads):
        moves.append(each)
        if progress:
            progress(len(moves))
    return GameAnalysis(
        record=record,
        moves=tuple(moves),
        opening=opening_name(record.moves) if record.start == Position() else None,
        how=f"{limits}" + (f", confidence {confidence} %" if confidence < 100 else ""),  # noqa: PLR2004 (percent)
        mistake=mistake,
    )


def _plies(record: GameRecord) -> list[tuple[int, Position, str]]:
    """Returns the number of each move, the position before it, and the move."""
    plies, position = [], record.start
    if not position.legal_moves and not position.is_over:
        position = position.play(NO_MOVE)
    for number, move in enumerate(record.moves, start=1):
        plies.append((number, position, move))
        position = position.play(move)
    return plies


def _analysed(number: int, position: Position, move: str, engine: Engine, model: Evaluator) -> MoveAnalysis:
    limits = engine.limits
    if position.empties == limits.exact_empties + 1:  # the positions after its moves are solved: so is this one
        limits = dataclasses.replace(limits, exact_empties=position.empties)
    found = engine.search(position, limits)
    best, value, line = found.best_move or move, found.score, tuple(found.principal_variation)
    played, nodes = value, found.nodes
    if best != move:
        other = engine.score_move(position, move)
        played, nodes = other.score, nodes + other.nodes
        if played >= value:  # of two moves with the same value, the one played is a best one as well
            best, value, line = move, played, other.line
    return MoveAnalysis(
        number=number,
        position=position,
        move=move,
        evaluation=model.evaluate(position),
        value=value,
        exact=found.exact,
        depth=found.depth,
        best_move=best,
        line=line,
        played=played,
        nodes=nodes,
    )
