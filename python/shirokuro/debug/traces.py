"""Eligibility traces: the weights that a TD error at a ply of a game would change, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shirokuro._core import Game, PatternSet, Position, traces
from shirokuro.debug.tables import digits, discs, names, sizes
from shirokuro.display import notebook
from shirokuro.display.boards import SIDES
from shirokuro.display.format import counted
from shirokuro.display.tables import text_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shirokuro._core import Evaluator

_TRACE = [("stage", "u1"), ("pattern", "U16"), ("entry", "u2"), ("mirror", "u2"), ("eligibility", "f8")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceView:
    """The eligibility traces at a ply of a game. As text: a table of positions and a table of entries."""

    game: Game
    """The game."""

    plies: int
    """The number of moves played."""

    lambda_: float
    """The λ of TD(λ)."""

    entries: NDArray[Any]
    """The eligible entries, one per row: `stage`, `pattern`, `entry`, `mirror` (the mirror image, which shares the
    weight and the eligibility) and `eligibility`. The eligibility is signed: +1 for each time that a position with
    Black to move reads the entry, −1 with White to move, times λ for each search since."""

    weights: NDArray[np.uint16] | None
    """The weights of the entries in the given model; `None` without a model."""

    patterns: PatternSet
    """The patterns whose entries these are."""

    def text(self, *, limit: int = 20) -> str:
        """Returns the eligible positions and at most `limit` entries, the most eligible first, as text."""
        entries = counted(len(self.entries), "entry", "entries")
        parts = [f"game {self.game.index} after {counted(self.plies, 'move')}, λ = {self.lambda_:g}: {entries}"]
        rows = []
        for ply in range(self.plies):
            position = Position.from_moves("".join(self.game.moves[:ply]))
            of_stage = self.entries[self.entries["stage"] == 60 - position.empties]
            if len(of_stage):
                side = SIDES[position.side_to_move]
                total, least = np.abs(of_stage["eligibility"]).sum(), np.abs(of_stage["eligibility"]).min()
                move = self.game.moves[ply]
                rows.append((ply, side, move, 60 - position.empties, len(of_stage), f"{least:.6f}", f"{total:.4f}"))
        header = ("ply", "side", "move", "stage", "entries", "λ^k", "sum")
        parts += [text_table(header, rows, left=("side", "move")), ""]
        order = np.argsort(-np.abs(self.entries["eligibility"]), kind="stable")[:limit]
        header = ("stage", "pattern", "entry", "digits", "eligibility", *(() if self.weights is None else ("discs",)))
        found: list[tuple[object, ...]] = []
        squares = sizes(self.patterns)
        for at in order:
            stage, name, entry, _, eligibility = self.entries[at].item()
            row = (stage, name, entry, digits(squares[name], entry), f"{eligibility:+.6f}")
            found.append(row if self.weights is None else (*row, f"{discs(int(self.weights[at])):+.4f}"))
        parts.append(text_table(header, found, left=("pattern", "digits")))
        if len(self.entries) > len(found):
            parts.append(f"… and {len(self.entries) - len(found)} more")
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """Returns the text, for notebooks."""
        return notebook.text(self)


def trace_view(
    game: Game,
    plies: int,
    *,
    lambda_: float,
    evaluator: Evaluator | None = None,
    patterns: PatternSet | None = None,
) -> TraceView:
    """Computes the eligibility traces after the first `plies` moves of a game.

    A random move or an exact value cuts the trace: later values then say nothing about earlier positions. The trainer
    itself uses targets instead of traces; both lead to the same total change over a game.

    Args:
        game: a game with the values of its searches.
        plies: the number of moves, from 0 to that of the game.
        lambda_: the λ of TD(λ), 0 to 1.
        evaluator: a model whose weights are shown as well.
        patterns: the patterns whose entries are shown; by default those of the model, or the fourteen default ones.

    Raises:
        ValueError: a value is out of range, or the model has other patterns.
    """
    of_model = None if evaluator is None else evaluator.patterns
    if patterns is None:
        patterns = of_model or PatternSet.default()
    elif of_model not in {None, patterns}:
        raise ValueError("patterns: must be those of the evaluator")
    columns = traces(game, plies, lambda_, patterns=patterns)
    entries = np.empty(len(columns["stage"]), dtype=_TRACE)
    entries["stage"], entries["pattern"] = columns["stage"], names(patterns)[columns["pattern"]]
    entries["entry"], entries["mirror"] = columns["entry"], columns["mirror"]
    entries["eligibility"] = columns["eligibility"]
    weights = None
    if evaluator is not None:
        tables = evaluator.get_weights()
        weights = np.array(
            [tables[str(row["pattern"])][row["stage"], row["entry"]] for row in entries], dtype=np.uint16
        )
    return TraceView(game=game, plies=plies, lambda_=lambda_, entries=entries, weights=weights, patterns=patterns)
