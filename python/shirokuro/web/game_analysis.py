"""The model's judgement of a game: the value of each position, and what each move lost."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from shirokuro._core import black_view
from shirokuro.display.boards import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shirokuro._core import Position, SearchResult
    from shirokuro.engine.engine import MoveScores

_EXPECTED = 8
"""The number of moves shown of the expected continuation."""

_WORST = 3
"""The number of moves of each side in the summary of a game."""

_NOTED = 0.5
"""The loss in discs from which a better move is named; smaller ones may come from the limits of the search."""


class GameAnalysis:
    """The values of positions and the scores of their moves, as far as they are known."""

    def __init__(self) -> None:
        self._values: dict[Position, SearchResult] = {}
        self._scores: dict[Position, MoveScores] = {}

    def forget(self) -> None:
        """Discards everything, because another model takes over."""
        self._values, self._scores = {}, {}

    def keep_only(self, positions: Iterable[Position]) -> None:
        """Discards what is known about other positions, to bound the memory."""
        positions = set(positions)
        self._values = {each: found for each, found in self._values.items() if each in positions}
        self._scores = {each: found for each, found in self._scores.items() if each in positions}

    def add_value(self, position: Position, found: SearchResult) -> None:
        """Takes the value of a position."""
        self._values[position] = found

    def add_scores(self, position: Position, found: MoveScores) -> None:
        """Takes the scores of all moves of a position."""
        self._scores[position] = found

    def knows(self, position: Position) -> bool:
        """Checks whether the value of a position is known; that of a finished game is."""
        return position.is_over or position in self._values

    def has_scores(self, position: Position) -> bool:
        """Checks whether the scores of a position's moves are known; a finished game has none."""
        return position.is_over or position in self._scores

    def value(self, position: Position) -> dict[str, Any] | None:
        """Returns the value of a position from Black's side, for JSON; `None` if it is unknown."""
        if position.is_over:
            return {"score": _black_score(position), "exact": True, "depth": 0, "line": []}
        found = self._values.get(position)
        return found and {
            "score": black_view(found.score, position.side_to_move),
            "exact": found.exact,
            "depth": found.depth,
            "line": found.principal_variation[:_EXPECTED],
        }

    def scores(self, position: Position) -> list[dict[str, Any]] | None:
        """Returns the scores of all moves of a position for the side to move, for JSON; `None` if they are unknown."""
        found = self._scores.get(position)
        if found is None:
            return None
        return [{"move": s.move, "score": s.score, "depth": s.depth, "exact": s.exact} for s in found]

    def loss(self, before: Position, after: Position) -> float | None:
        """Returns the discs that a move between two positions gave away; `None` if a value is unknown."""
        if not self.knows(before) or not self.knows(after):
            return None
        lost = self._for_black(before) - self._for_black(after)
        return max(black_view(lost, before.side_to_move), 0.0)

    def better(self, before: Position, after: Position, move: str) -> str | None:
        """Returns a better move than the one played between two positions; `None` if the search found none."""
        loss, found = self.loss(before, after), self._values.get(before)
        if loss is None or loss < _NOTED or not found or found.best_move == move:
            return None
        return found.best_move

    def summary(self, positions: Sequence[Position]) -> dict[str, Any] | None:
        """Returns each side's mean loss and worst moves in a finished game; `None` while it can't be known."""
        if not positions[-1].is_over or not all(map(self.knows, positions)):
            return None
        losses: dict[str, list[tuple[float, int]]] = {side: [] for side in SIDES.values()}
        for ply, (before, after) in enumerate(pairwise(positions), start=1):
            losses[SIDES[before.side_to_move]].append((self.loss(before, after) or 0.0, ply))
        return {side: _totals(each) for side, each in losses.items()}

    def _for_black(self, position: Position) -> float:
        if position.is_over:
            return _black_score(position)
        return black_view(self._values[position].score, position.side_to_move)


def _black_score(position: Position) -> float:
    return float(black_view(position.score, position.side_to_move))


def _totals(losses: list[tuple[float, int]]) -> dict[str, Any]:
    worst = sorted((each for each in losses if each[0] >= _NOTED), key=lambda each: (-each[0], each[1]))[:_WORST]
    return {
        "mean": sum(loss for loss, _ in losses) / len(losses) if losses else None,
        "worst": [{"ply": ply, "loss": loss} for loss, ply in worst],
    }
