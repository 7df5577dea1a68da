"""Othello engines that are accessible from Python, behind a common interface that uses each as a user would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import shirokuro as sk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from shirokuro.matches.players import Player, SessionPlayer

PLIES = 3
"""The search depth of every engine in self-play."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A library's rules of the game, for a loop that is the same for all libraries."""

    start: Callable[[], Any]
    """Returns the initial state."""
    moves: Callable[[Any], Sequence[Any]]
    """Returns the legal moves in the order of their squares, after a pass if one is due; none at the end."""
    play: Callable[[Any, Any], Any]
    """Plays a move in a state, and returns the new state."""


def random_game(rules: Rules, random: Random) -> int:
    """Plays random moves from the start to the end; returns the number of moves.

    The same random numbers lead to the same game in every library.
    """
    state, plies, fraction = rules.start(), 0, random.random
    while moves := rules.moves(state):
        state = rules.play(state, moves[int(fraction() * len(moves))])
        plies += 1
    return plies


class Engine(Protocol):
    """An engine to compare; `None` stands for a feature that the engine lacks."""

    name: str
    """The name in tables."""
    version: str
    """The version of the engine."""
    evaluation: str | None
    """A description of its evaluation."""
    strong: str
    """A description of its strength in the match."""

    def perft(self, depth: int) -> int | None:
        """Counts move sequences from the start, playing every move, including the last, through its interface."""

    def evaluator(self) -> Callable[[], object] | None:
        """Returns a function that evaluates one position."""

    def rules(self) -> Rules | None:
        """Returns its rules."""

    def shallow(self) -> Player | SessionPlayer | None:
        """Returns a player that searches three plies."""

    def player(self) -> Player | SessionPlayer:
        """Returns the player for the match."""

    most_empties: int
    """The number of empty squares up to which solving takes seconds at most."""

    def solver(self) -> Player | SessionPlayer:
        """Returns a player that searches to the end of the game."""


def index_of(square: str) -> int:
    """Returns the index of a square by its name: 0 for a1, 8 for a2."""
    return ord(square[0]) - ord("a") + 8 * (int(square[1]) - 1)


def square_of(index: int) -> str:
    """Returns the name of a square by its index."""
    return "abcdefgh"[index % 8] + str(index // 8 + 1)


class MovePlayer:
    """A player made from a function that maps a position to the index of the square to play."""

    def __init__(self, name: str, choose: Callable[[sk.Position], int]) -> None:
        self.name = name
        self._choose = choose

    def choose(self, position: sk.Position, random: Random) -> str:  # noqa: ARG002 (the engines use their own)
        """See `shirokuro.Player`."""
        return square_of(self._choose(position))


class Shirokuro:
    """This package, through its Python interface."""

    name = "shirokuro"
    evaluation: str | None = "14 patterns, 60 stages"
    strong = f"depth {PLIES} + exact 8"

    def __init__(self, evaluator: sk.Evaluator, *, time_ms: float | None = None) -> None:
        self.version = sk.__version__
        self._evaluator = evaluator
        self._time_ms = time_ms
        if time_ms is not None:
            self.strong = f"{time_ms:g} ms a move"

    def perft(self, depth: int) -> int:
        """See `Engine`."""

        def count(position: sk.Position, depth: int) -> int:
            if depth == 0:
                return 1
            leaves = 0
            for child in position.children:
                leaves += count(child, depth - 1)
            return leaves

        return count(sk.Position(), depth)

    def evaluator(self) -> Callable[[], object]:
        """See `Engine`."""
        position, evaluate = sk.Position.from_moves("f5d6c3d3c4"), self._evaluator.evaluate
        return lambda: evaluate(position)

    def rules(self) -> Rules:
        """See `Engine`."""
        return Rules(sk.Position, lambda position: position.legal_moves, sk.Position.play)

    def shallow(self) -> sk.ModelPlayer:
        """See `Engine`."""
        return sk.ModelPlayer(evaluator=self._evaluator, depth=PLIES)

    def player(self) -> sk.ModelPlayer:
        """See `Engine`."""
        depth = PLIES if self._time_ms is None else None
        return sk.ModelPlayer(evaluator=self._evaluator, depth=depth, time_ms=self._time_ms, exact_empties=8)

    most_empties = 12

    def solver(self) -> sk.ModelPlayer:
        """See `Engine`."""
        return sk.ModelPlayer(evaluator=self._evaluator, depth=1, exact_empties=24)
