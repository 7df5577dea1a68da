"""The weights that a model reads in a position, whose sum is the evaluation: 56 with the default patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shirokuro._core import BLACK, WHITE, Position, feature_indices
from shirokuro.debug.tables import check_pattern, digits, discs, evaluator_of, mirrors
from shirokuro.display import notebook
from shirokuro.display.boards import SQUARES, board_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from shirokuro._core import Evaluator, PatternSet, _Board

_IN_A_ROW = 4
_WIDTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRead:
    """One weight that a position reads: a pattern in one of its orientations on the board."""

    pattern: str
    """The name of the pattern."""

    rotation: int
    """The number of the orientation, from 0: of quarter turns up to 3, and from 4 of those after a reflection."""

    squares: tuple[str, ...]
    """The squares, in the order of the digits."""

    digits: str
    """The contents of the squares: 0 empty, 1 side to move, 2 opponent."""

    entry: int
    """The index in the pattern's table: the digits in base 3, the least significant first."""

    mirror: int
    """The index of the mirror image, which has the same weight."""

    weight: int
    """The weight as it is stored; 32768 is neutral."""

    @property
    def discs(self) -> float:
        """The contribution to the evaluation, in discs for the side to move."""
        return discs(self.weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternView:
    """All weights that a model reads in a position. As text: drawings of the patterns with entry, digits and weight."""

    position: Position
    """The position."""

    stage: int
    """The number of discs − 4, which selects the set of tables."""

    reads: tuple[PatternRead, ...]
    """The weights: the patterns in order, with the orientations of each."""

    evaluation: float
    """The model's evaluation, in discs for the side to move."""

    patterns: PatternSet
    """The model's patterns."""

    @property
    def sum(self) -> float:
        """The sum of the weights, in discs: the evaluation before its limits.

        The evaluation is limited to ±64 discs. If a side has no disc left, it is the final score.
        """
        return sum(read.discs for read in self.reads)

    @property
    def by_pattern(self) -> dict[str, float]:
        """The contribution of each pattern over its orientations, in discs."""
        names = self.patterns.entries
        return {name: sum(read.discs for read in self.reads if read.pattern == name) for name in names}

    def text(self, *patterns: str) -> str:
        """Returns a drawing of these patterns, or of all.

        Raises:
            ValueError: a pattern does not exist.
        """
        for name in patterns:
            check_pattern(self.patterns, name)
        parts = [board_text(self.position), f"stage {self.stage}", ""]
        for name in patterns or self.patterns.entries:
            reads = [read for read in self.reads if read.pattern == name]
            parts.append(f"{name}  {' '.join(reads[0].squares)}  {self.by_pattern[name]:+.4f} discs")
            for start in range(0, len(reads), _IN_A_ROW):
                parts += [*_drawn(self, reads[start : start + _IN_A_ROW]), ""]
        parts.append(f"sum {self.sum:+.4f} discs, evaluation {self.evaluation:+.4f} discs for the side to move")
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """Returns the board and the contribution of each pattern, for notebooks."""
        greatest = max(map(abs, self.by_pattern.values()))
        rows = [
            (name, " ".join(self.patterns.squares[name]), f"{value:+.2f}", notebook.bar(value, greatest))
            for name, value in self.by_pattern.items()
        ]
        rows.append(("sum", f"stage {self.stage}", f"{self.sum:+.2f}", notebook.Html()))
        shown = notebook.table(("pattern", "squares", "discs", ""), rows, left=("pattern", "squares", ""))
        return notebook.beside(notebook.board(self.position), shown)


def pattern_view(model: Evaluator | str | PathLike[str], position: _Board) -> PatternView:
    """Shows which weights a model reads in a position, or on a board with Black to move.

    Args:
        model: a model file, a run's directory (for its latest checkpoint), or an evaluator.
        position: the position or the board.

    Raises:
        FileNotFoundError: the file does not exist, or the directory contains no model.
        ValueError: the board is full, so that no weights are read, has fewer than 4 discs, or is not 64 squares of 0, 1
            and 2.
        TypeError: the board does not consist of integers.
    """
    position = Position(position)
    if not position.empties:
        raise ValueError("position: the board is full, so no weights are read")
    stage = 64 - position.empties - 4
    if stage < 0:
        raise ValueError("position: tables exist only for 4 to 63 discs")
    evaluator = evaluator_of(model)
    patterns = evaluator.patterns
    weights, reads = evaluator.get_weights(), []
    indices = iter(feature_indices(position, patterns=patterns).tolist())
    for name, rotations in patterns.features.items():
        for rotation, squares in enumerate(rotations):
            entry = next(indices)
            reads.append(
                PatternRead(
                    pattern=name,
                    rotation=rotation,
                    squares=tuple(squares),
                    digits=digits(len(squares), entry),
                    entry=entry,
                    mirror=int(mirrors(patterns)[name][entry]),
                    weight=int(weights[name][stage, entry]),
                )
            )
    evaluation = evaluator.evaluate(position)
    return PatternView(position=position, stage=stage, reads=tuple(reads), evaluation=evaluation, patterns=patterns)


def _drawn(view: PatternView, reads: Sequence[PatternRead]) -> list[str]:
    """Draws orientations of a pattern side by side."""
    board = view.position.board
    marks = {0: "-", BLACK: "X", WHITE: "O"}
    lines = []
    for rank in range(8):
        parts = []
        for read in reads:
            indices = range(8 * rank, 8 * rank + 8)
            parts.append("".join(marks[int(board[at])] if SQUARES[at] in read.squares else "." for at in indices))
        lines.append(parts)
    lines += [[f"digits {read.digits}" for read in reads], [f"entry {read.entry}" for read in reads]]
    lines += [[f"weight {read.weight}" for read in reads], [f"{read.discs:+.4f} discs" for read in reads]]
    return ["  " + "".join(part.ljust(_WIDTH) for part in parts).rstrip() for parts in lines]
