"""Players for matches: values, whose moves depend only on the position and the random numbers they are handed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from shirokuro._core import BLACK, EMPTY, WHITE, search
from shirokuro.config import LIMITS
from shirokuro.engine.limits import SearchLimits

if TYPE_CHECKING:
    from collections.abc import Sequence
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


class PlayerFaultError(Exception):
    """A player can't go on with its game, which is lost; the message says why. The next game may go well."""


class PlayerProcess(Protocol):
    """A player's own use of something that can play only one game at a time, such as a program.

    After a fault it is closed, and another one takes its place.
    """

    def choose(self, moves: Sequence[str], position: Position, random: Random) -> str:
        """One of the position's legal moves.

        Args:
            moves: all moves from the start to the position, passes left out. Another game may begin at any time.
            position: the position after them.
            random: where random numbers come from.

        Raises:
            PlayerFaultError: it can't.
        """

    def close(self) -> None:
        """Ends it after a game."""

    def kill(self) -> None:
        """Ends it at once; another thread may be waiting for a move."""


@runtime_checkable
class SessionPlayer(Protocol):
    """Plays each game by one of its sessions, as many of which are opened as games are played at a time."""

    @property
    def name(self) -> str:
        """How tables of results call it."""

    def session(self) -> PlayerProcess:
        """A new session."""


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


WPC_WEIGHTS = np.array(
    [
        [1.00, -0.25, 0.10, 0.05],
        [-0.25, -0.25, 0.01, 0.01],
        [0.10, 0.01, 0.05, 0.02],
        [0.05, 0.01, 0.02, 0.01],
    ]
)
"""The weights of the board's upper left quarter; the others mirror it."""

_ALL_WPC_WEIGHTS = np.block([[WPC_WEIGHTS, WPC_WEIGHTS[:, ::-1]], [WPC_WEIGHTS[::-1], WPC_WEIGHTS[::-1, ::-1]]]).ravel()


@dataclass(frozen=True, slots=True)
class WeightedPieceCounter:
    """Looks one ply ahead and adds up the weights of its discs less those of its opponent's; ties at random.

    The hand-made player to which the literature on learning Othello compares. Weights: T. Yoshioka, S. Ishii, M. Ito,
    "Strategy acquisition for the game 'Othello' based on reinforcement learning", IEICE Transactions on Information and
    Systems E82-D(12), 1999. It counts weights at the end of the game, too.
    """

    name: str = "wpc"

    def choose(self, position: Position, random: Random) -> str:
        """See `Player`."""
        mine, other = (BLACK, WHITE) if position.side_to_move == BLACK else (WHITE, BLACK)
        values: dict[str, float] = {}
        for move in position.legal_moves:
            board = position.play(move).board
            value = _ALL_WPC_WEIGHTS[board == mine].sum() - _ALL_WPC_WEIGHTS[board == other].sum()
            values[move] = round(float(value), 6)  # sums of hundredths: equal ones are ties
        return _one_of_the_best(values, random)


def _one_of_the_best(values: dict[str, float], random: Random) -> str:
    best = max(values.values())
    return random.choice([move for move, value in values.items() if value == best])


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePlyPlayer:
    """Plays the move after which an evaluator likes the position best, or which ends the game best; ties at random."""

    evaluator: Evaluator
    """Judges the positions."""
    name: str = "model"
    """How tables of results call it."""

    def choose(self, position: Position, random: Random) -> str:
        """See `Player`."""
        values: dict[str, float] = {}
        for move in position.legal_moves:
            after = position.play(move)
            value = after.score if after.is_over else self.evaluator.evaluate(after)
            values[move] = value if after.side_to_move == position.side_to_move else -value
        return _one_of_the_best(values, random)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpsilonPlayer:
    """Another player, some of whose moves are replaced by random ones."""

    player: Player
    """Chooses the other moves."""
    epsilon: float
    """The chance that a move is replaced by a legal one, each as likely as the others."""

    def __post_init__(self) -> None:
        if not 0 <= self.epsilon <= 1:
            raise ValueError(f"epsilon = {self.epsilon}: must be within 0…1")

    @property
    def name(self) -> str:
        """How tables of results call it."""
        return self.player.name

    def choose(self, position: Position, random: Random) -> str:
        """See `Player`."""
        if random.random() < self.epsilon:
            return random.choice(position.legal_moves)
        return self.player.choose(position, random)


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
        if sum(getattr(self, name) is not None for name in LIMITS) != 1:
            raise ValueError("exactly one of depth, nodes and time_ms must be given")
        _ = self.limits  # checks their ranges

    @property
    def limits(self) -> SearchLimits:
        """How long it searches a move."""
        return SearchLimits(depth=self.depth, nodes=self.nodes, time_ms=self.time_ms, exact_empties=self.exact_empties)

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
