"""Players for matches: immutable values whose moves depend only on the position and on given random numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from shirokuro._core import BLACK, EMPTY, WHITE, Position, search
from shirokuro.config import LIMITS
from shirokuro.engine.limits import SearchLimits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from shirokuro._core import Evaluator
    from shirokuro.engine.engine import Confidence
    from shirokuro.game.clock import GameClock

_NEXT_TO = {"a1": ("b1", "a2", "b2"), "h1": ("g1", "h2", "g2"), "a8": ("b8", "a7", "b7"), "h8": ("g8", "h7", "g7")}
_CORNER_OF = {square: corner for corner, squares in _NEXT_TO.items() for square in squares}


_TIMED_TABLE_MB = 16
"""The size of the transposition table of searches that a clock limits, which may be long."""


@runtime_checkable
class Player(Protocol):
    """A player that needs only the position to choose a move."""

    @property
    def name(self) -> str:
        """The player's name in result tables."""

    def choose(self, position: Position, random: Random) -> str:
        """Returns one of the legal moves of the position, which has at least one."""


@runtime_checkable
class TimedPlayer(Protocol):
    """A player that can be given a time for a move."""

    def choose_within(self, position: Position, random: Random, time_ms: float) -> str:
        """Returns one of the legal moves of the position within this time, in milliseconds."""


class PlayerFaultError(Exception):
    """A player failed and forfeits its game; the message gives the reason. Its next game is played normally."""


class PlayerProcess(Protocol):
    """A session of a player that can play only one game at a time, such as a running program.

    After a fault, the session is closed and replaced by a new one.
    """

    def choose(self, moves: Sequence[str], position: Position, random: Random) -> str:
        """Returns one of the position's legal moves.

        Args:
            moves: all moves from the start to the position; passes are left out. They may belong to a new game.
            position: the position after these moves.
            random: the source of random numbers.

        Raises:
            PlayerFaultError: the player failed to choose a legal move.
        """

    def close(self) -> None:
        """Ends the session between games."""

    def kill(self) -> None:
        """Ends the session immediately, even while another thread waits for a move."""


@runtime_checkable
class TimedProcess(PlayerProcess, Protocol):
    """A session of a player that can be given a clock."""

    def set_clock(self, clock: GameClock) -> None:
        """Sets the time that is left to the player before its next move."""


@runtime_checkable
class SessionPlayer(Protocol):
    """A player that plays through sessions; one session is opened for each game in progress."""

    @property
    def name(self) -> str:
        """The player's name in result tables."""

    def session(self) -> PlayerProcess:
        """Opens a new session."""


@dataclass(frozen=True, slots=True)
class RandomPlayer:
    """A player that chooses uniformly among the legal moves."""

    name: str = "random"

    def choose(self, position: Position, random: Random) -> str:
        """See `Player`."""
        return random.choice(position.legal_moves)


@dataclass(frozen=True, slots=True)
class HeuristicPlayer:
    """A player that knows only about corners and edges.

    It chooses at random within the first of these groups that contains a legal move:

    1. corners;
    2. edge squares that are not next to an empty corner;
    3. inner squares that are not diagonal to an empty corner;
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
    """Returns the index of a square, such as `c4`, among the 64 of the board."""
    return ord(square[0]) - ord("a") + 8 * (int(square[1]) - 1)


WPC_WEIGHTS = np.array(
    [
        [1.00, -0.25, 0.10, 0.05],
        [-0.25, -0.25, 0.01, 0.01],
        [0.10, 0.01, 0.05, 0.02],
        [0.05, 0.01, 0.02, 0.01],
    ]
)
"""The weights of the board's upper left quarter; the other quarters mirror them."""

_ALL_WPC_WEIGHTS = np.block([[WPC_WEIGHTS, WPC_WEIGHTS[:, ::-1]], [WPC_WEIGHTS[::-1], WPC_WEIGHTS[::-1, ::-1]]]).ravel()


@dataclass(frozen=True, slots=True)
class WeightedPieceCounter:
    """A player that looks one ply ahead and sums the weights of its discs minus those of its opponent's discs.

    It breaks ties at random, and counts weights even where the game ends. It is the standard handcrafted baseline in
    the literature on learning Othello. The weights are from T. Yoshioka, S. Ishii, M. Ito, "Strategy acquisition for
    the game 'Othello' based on reinforcement learning", IEICE Transactions on Information and Systems E82-D(12), 1999.
    """

    name: str = "wpc"

    def choose(self, position: Position, random: Random) -> str:
        """See `Player`."""
        mine, other = (BLACK, WHITE) if position.side_to_move == BLACK else (WHITE, BLACK)
        values: dict[str, float] = {}
        for move in position.legal_moves:
            board = position.play(move).board
            value = _ALL_WPC_WEIGHTS[board == mine].sum() - _ALL_WPC_WEIGHTS[board == other].sum()
            values[move] = round(float(value), 6)  # sums of hundredths: makes equal ones tie exactly
        return _one_of_the_best(values, random)


def _one_of_the_best(values: dict[str, float], random: Random) -> str:
    best = max(values.values())
    return random.choice([move for move, value in values.items() if value == best])


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePlyPlayer:
    """A player that looks one ply ahead with an evaluator, or the score if the game ends; it breaks ties at random."""

    evaluator: Evaluator
    """The evaluator of the positions."""
    name: str = "model"
    """The player's name in result tables."""

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
    """A player that replaces some moves of another player by random ones."""

    player: Player
    """The player that chooses the other moves."""
    epsilon: float
    """The probability that a move is replaced by one chosen uniformly among the legal moves."""

    def __post_init__(self) -> None:
        if not 0 <= self.epsilon <= 1:
            raise ValueError(f"epsilon = {self.epsilon}: must be within 0…1")

    @property
    def name(self) -> str:
        """The player's name in result tables."""
        return self.player.name

    def choose(self, position: Position, random: Random) -> str:
        """See `Player`."""
        return self._random_move(position, random) or self.player.choose(position, random)

    def choose_within(self, position: Position, random: Random, time_ms: float) -> str:
        """See `TimedPlayer`. Passes the time on to the player, if that can be given one."""
        if not isinstance(self.player, TimedPlayer):
            return self.choose(position, random)
        return self._random_move(position, random) or self.player.choose_within(position, random, time_ms)

    def _random_move(self, position: Position, random: Random) -> str | None:
        """Returns a random move, or `None` if this move is left to the player."""
        return random.choice(position.legal_moves) if random.random() < self.epsilon else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlayer:
    """A player that searches with an evaluator, up to one of three limits."""

    evaluator: Evaluator
    """The evaluator of the positions."""
    name: str = "model"
    """The player's name in result tables."""
    depth: int | None = None
    """The search depth in plies."""
    nodes: int | None = None
    """The number of positions that a search visits."""
    time_ms: float | None = None
    """The time for a move, in milliseconds; games then depend on the speed of the machine."""
    exact_empties: int = 0
    """The maximum number of empty squares at which positions are solved exactly."""
    confidence: Confidence = 100
    """The confidence at which lines are cut off, in percent; see `search`."""
    threads: int = 1
    """The number of threads of a search. With more than one, its games can't be repeated exactly."""
    table_mb: float = 1
    """The size of the transposition table in MB. Deep searches gain from a larger one; shallow ones lose time."""

    def __post_init__(self) -> None:
        if sum(getattr(self, name) is not None for name in LIMITS) != 1:
            raise ValueError("exactly one of depth, nodes and time_ms must be given")
        # These two check the ranges.
        _ = self.limits
        self._search(Position(), SearchLimits(depth=1), table_mb=self.table_mb)

    @property
    def limits(self) -> SearchLimits:
        """The search limits for a move."""
        return SearchLimits(depth=self.depth, nodes=self.nodes, time_ms=self.time_ms, exact_empties=self.exact_empties)

    def choose(self, position: Position, random: Random) -> str:  # noqa: ARG002 (it plays the same move every time)
        """See `Player`."""
        return self._search(position, self.limits, table_mb=self.table_mb)

    def choose_within(self, position: Position, random: Random, time_ms: float) -> str:  # noqa: ARG002 (as in `choose`)
        """See `TimedPlayer`. The player's own limit applies as well."""
        return self._search(position, self.limits.within(time_ms), table_mb=max(self.table_mb, _TIMED_TABLE_MB))

    def _search(self, position: Position, limits: SearchLimits, *, table_mb: float) -> str:
        found = search(
            position,
            evaluator=self.evaluator,
            depth=limits.depth,
            nodes=limits.nodes,
            time_ms=limits.time_ms,
            exact_empties=limits.exact_empties,
            confidence=self.confidence,
            threads=self.threads,
            table_mb=table_mb,
        )
        if found.best_move is None:
            raise ValueError("no legal move to choose from")
        return found.best_move


FIXED_PLAYERS: Mapping[str, Player] = {
    "random": RandomPlayer(),
    "heuristic": HeuristicPlayer(),
    "wpc": WeightedPieceCounter(),
}
"""The fixed players, by the names that users give them."""
