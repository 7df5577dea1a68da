"""Players for matches: values, whose moves depend only on the position and the random numbers they are handed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shirokuro._core import EMPTY, search
from shirokuro.config import LIMITS, TrainConfig

if TYPE_CHECKING:
    from random import Random

    from shirokuro._core import Evaluator, Position

_NEXT_TO = {"a1": ("b1", "a2", "b2"), "h1": ("g1", "h2", "g2"), "a8": ("b8", "a7", "b7"), "h8": ("g8", "h7", "g7")}
_CORNER_OF = {square: corner for corner, squares in _NEXT_TO.items() for square in squares}


class Player(Protocol):
    """Chooses moves."""

    @property
    def name(self) -> str:
        """How tables of results call it."""

    def choose(self, position: Position, random: Random) -> str:
        """One of the position's legal moves, of which there is at least one."""


@dataclass(frozen=True, slots=True)
class RandomPlayer:
    """Plays any legal move, each as likely as the others."""

    name: str = "random"

    def choose(self, position: Position, random: Random) -> str:
        """See `Player`."""
        return random.choice(position.legal_moves)


@dataclass(frozen=True, slots=True)
class HeuristicPlayer:
    """Knows about corners and edges, and nothing else.

    It plays, at random within the first of these groups that has a legal move:

    1. corners;
    2. edge squares, but not one next to an empty corner;
    3. squares inside, but not one diagonal to an empty corner;
    4. the squares next to an empty corner (C squares on the edge, X squares on the diagonal).
    """

    name: str = "heuristic"

    def choose(self, position: Position, random: Random) -> str:
        """See `Player`."""
        board = position.board
        groups: dict[int, list[str]] = {}
        for move in position.legal_moves:
            groups.setdefault(_group(move, board[square_index(_CORNER_OF.get(move, "a1"))] == EMPTY), []).append(move)
        return random.choice(groups[min(groups)])


def _group(move: str, corner_is_empty: bool) -> int:  # noqa: FBT001 (private)
    if move in _NEXT_TO:
        return 1
    if move in _CORNER_OF and corner_is_empty:
        return 4
    return 2 if move[0] in "ah" or move[1] in "18" else 3


def square_index(square: str) -> int:
    """The place of a square, such as `c4`, among a board's 64."""
    return ord(square[0]) - ord("a") + 8 * (int(square[1]) - 1)


_SETTINGS = {**TrainConfig.SETTINGS, "depth": dataclasses.replace(TrainConfig.SETTINGS["depth"], kind="whole")}
"""A player's settings are those of a training, but its depth stays the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlayer:
    """Searches with an evaluator, up to one of three limits."""

    evaluator: Evaluator
    """Judges the positions."""
    name: str = "model"
    """How tables of results call it."""
    depth: int | None = None
    """Plies that the search looks ahead."""
    nodes: int | None = None
    """Positions that the search visits."""
    time_ms: float | None = None
    """Milliseconds for a move; its games then depend on the machine's speed."""
    exact_empties: int = 0
    """Positions with so many empty squares or fewer are solved exactly."""

    def __post_init__(self) -> None:
        for name in (*LIMITS, "exact_empties"):
            if (value := getattr(self, name)) is not None:
                _SETTINGS[name].convert(name, value)
        if sum(getattr(self, name) is not None for name in LIMITS) != 1:
            raise ValueError("exactly one of depth, nodes and time_ms must be given")

    def choose(self, position: Position, random: Random) -> str:  # noqa: ARG002 (it plays the same move every time)
        """See `Player`."""
        found = search(
            position,
            evaluator=self.evaluator,
            depth=self.depth,
            nodes=self.nodes,
            time_ms=self.time_ms,
            exact_empties=self.exact_empties,
            table_mb=1,
        )
        if found.best_move is None:
            raise ValueError("there is no legal move to choose from")
        return found.best_move
