"""Matches between players."""

from __future__ import annotations

import math
import statistics
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from shirokuro._core import BLACK, Cancellation, Position
from shirokuro.config import cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shirokuro.players import Player

OPENING_PLIES = 8
"""Random moves before the players take over: enough for hundreds of thousands of different openings."""

MOST_GAMES = 100_000
"""The longest match, for which there are openings enough."""


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The result of a match, as the first player sees it."""

    differences: tuple[int, ...]
    """Each game's final disc difference, empties counted for the winner.

    Two games in a row share their opening, with colours changed.
    """

    @property
    def games(self) -> int:
        """Games played."""
        return len(self.differences)

    @property
    def wins(self) -> int:
        """Games won."""
        return sum(difference > 0 for difference in self.differences)

    @property
    def draws(self) -> int:
        """Games drawn."""
        return sum(difference == 0 for difference in self.differences)

    @property
    def losses(self) -> int:
        """Games lost."""
        return sum(difference < 0 for difference in self.differences)

    @property
    def win_rate(self) -> float:
        """Share of the games won."""
        return self.wins / self.games

    @property
    def score(self) -> float:
        """Share of the points: a win is one, a draw one half."""
        return (self.wins + self.draws / 2) / self.games

    @property
    def score_error(self) -> float | None:
        """Half the width of the score's 95 % confidence interval, from the pairs' scatter; `None` for a single pair."""
        points = [(1 + (difference > 0) - (difference < 0)) / 2 for difference in self.differences]
        pairs = [(first + second) / 2 for first, second in zip(points[::2], points[1::2], strict=True)]
        return 1.96 * statistics.stdev(pairs) / math.sqrt(len(pairs)) if len(pairs) > 1 else None

    @property
    def mean_difference(self) -> float:
        """Mean final disc difference."""
        return statistics.fmean(self.differences)


def check_games(name: str, games: int) -> None:
    """Checks the length of a match.

    Raises:
        ValueError: it is not an even number within 2…100,000; the message names it `name`.
    """
    if games % 2 or not 0 < games <= MOST_GAMES:
        raise ValueError(f"{name} = {games}: must be an even number within 2…{MOST_GAMES:,}")


def play_match(
    first: Player,
    second: Player,
    *,
    games: int,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> MatchResult:
    """Plays a match: games in pairs, each pair from a random opening of its own, with colours changed in between.

    Ctrl-C, or an exception from a player or `progress`, ends all games and their searches at once.

    Args:
        first: the player whose result it is.
        second: its opponent.
        games: an even number within 2…100,000.
        seed: where openings and the players' random numbers come from.
        threads: games played at a time (default: one a core). Does not change the result.
        progress: called after each game with the number of games finished.

    Raises:
        ValueError: a value is out of its range.
    """
    check_games("games", games)
    openings = random_openings(games // 2, seed)
    cancellation = Cancellation()

    def play(index: int) -> int:
        black, white = (second, first) if index % 2 else (first, second)
        random = Random(f"{seed} game {index}")
        difference = _black_difference(openings[index // 2], black, white, random, cancellation)
        return -difference if index % 2 else difference

    with ThreadPoolExecutor(threads or cores()) as pool:
        try:
            return MatchResult(tuple(_counted(pool.map(play, range(games)), progress)))
        except BaseException:
            cancellation.cancel()
            pool.shutdown(cancel_futures=True)
            raise


def _counted(differences: Iterator[int], progress: Callable[[int], None] | None) -> Iterator[int]:
    for finished, difference in enumerate(differences, 1):
        yield difference
        if progress:
            progress(finished)


def random_openings(count: int, seed: int) -> list[Position]:
    """So many different positions, each reached from the start by `OPENING_PLIES` random moves."""
    random = Random(f"{seed} openings")
    openings: dict[Position, None] = {}
    while len(openings) < count:
        position = Position()
        for _ in range(OPENING_PLIES):
            position = position.play(random.choice(position.legal_moves))
        openings[position] = None
    return list(openings)


def _black_difference(
    position: Position, black: Player, white: Player, random: Random, cancellation: Cancellation
) -> int:
    """The final disc difference of a game, Black's view."""
    while not position.is_over:
        player = black if position.side_to_move == BLACK else white
        with cancellation:
            move = player.choose(position, random)
        position = position.play(move)
    return position.score if position.side_to_move == BLACK else -position.score
