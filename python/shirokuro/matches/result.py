"""The result of a match."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from shirokuro.display import notebook
from shirokuro.display.format import counted
from shirokuro.game.records import GameRecord
from shirokuro.matches.elo import EloEstimate, elo_difference

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro._core import Position

BOARD = 64
"""The largest disc difference: a wipe-out. A forfeited game counts as much."""

PairCounts: TypeAlias = tuple[int, int, int, int, int]
"""The numbers of game pairs that scored 0, ½, 1, 1½ and 2 points."""


def pair_points(first: int, second: int) -> int:
    """Returns twice the points scored in two games with these disc differences."""
    return 2 + (first > 0) - (first < 0) + (second > 0) - (second < 0)


@dataclass(frozen=True, slots=True)
class Forfeit:
    """A game that a player lost by a fault, such as an illegal move, and not on the board."""

    game: int
    """The index of the game in its match, from 0."""
    player: str
    """The name of the player at fault."""
    reason: str
    """The description of the fault."""
    moves: tuple[str, ...]
    """The moves from the start until the fault; passes are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchGame:
    """A finished game of a match."""

    index: int
    """Its index in the match, from 0. In games with odd indices the second player is Black."""
    first: str
    """The name of the first player."""
    second: str
    """The name of the second player."""
    start: Position
    """The position before the first move."""
    moves: tuple[str, ...]
    """The squares played, those of the opening included; passes are left out."""
    difference: int
    """The final disc difference in the first player's view, empties counted for the winner; ±64 if it was forfeited."""
    fault: str = ""
    """The fault by which the loser forfeited the game; empty if it was played to its end."""

    @property
    def forfeit(self) -> Forfeit | None:
        """The game as a forfeit, if it was forfeited."""
        loser = self.second if self.difference > 0 else self.first
        return Forfeit(self.index, loser, self.fault, self.moves) if self.fault else None

    @property
    def record(self) -> GameRecord:
        """The game as files have it, such as those of `write_games`."""
        swapped = self.index % 2
        black, white = (self.second, self.first) if swapped else (self.first, self.second)
        score = -self.difference if swapped else self.difference
        return GameRecord(moves=self.moves, start=self.start, black=black, white=white, score=score)


@dataclass(frozen=True, slots=True, repr=False)
class MatchResult:
    """The result of a match, from the first player's view. Notebooks show it as a table."""

    differences: tuple[int, ...]
    """The final disc difference of each game, empties counted for the winner; ±64 for a forfeited game.

    The two games of each consecutive pair share an opening, with colours swapped.
    """

    forfeits: tuple[Forfeit, ...] = ()
    """The forfeited games. They count as wins and losses, but not in `mean_difference` or the wipe-outs."""

    @property
    def games(self) -> int:
        """The number of games played."""
        return len(self.differences)

    @property
    def wins(self) -> int:
        """The number of games won."""
        return sum(difference > 0 for difference in self.differences)

    @property
    def draws(self) -> int:
        """The number of games drawn."""
        return sum(difference == 0 for difference in self.differences)

    @property
    def losses(self) -> int:
        """The number of games lost."""
        return sum(difference < 0 for difference in self.differences)

    @property
    def win_rate(self) -> float:
        """The share of the games won."""
        return self.wins / self.games

    @property
    def score(self) -> float:
        """The share of the points: one for a win, one half for a draw."""
        return (self.wins + self.draws / 2) / self.games

    @property
    def pair_counts(self) -> PairCounts:
        """The numbers of game pairs that scored 0, ½, 1, 1½ and 2 points."""
        pairs = Counter(map(pair_points, self.differences[::2], self.differences[1::2]))
        return (pairs[0], pairs[1], pairs[2], pairs[3], pairs[4])

    @property
    def score_error(self) -> float | None:
        """Half the width of the score's 95 % interval, from the variance of the pairs; `None` for a single pair."""
        pairs = [points / 4 for points, count in enumerate(self.pair_counts) for _ in range(count)]
        return 1.96 * statistics.stdev(pairs) / math.sqrt(len(pairs)) if len(pairs) > 1 else None

    @property
    def elo(self) -> EloEstimate:
        """The Elo difference behind the score, with a 95 % interval that accounts for the pairs."""
        return elo_difference(self.pair_counts)

    @property
    def mean_difference(self) -> float | None:
        """The mean final disc difference; `None` if all games were forfeited."""
        played = self._played()
        return statistics.fmean(played) if played else None

    @property
    def wipeouts(self) -> int:
        """The number of games won by a wipe-out: the opponent had no disc left."""
        return self._played().count(BOARD)

    @property
    def forfeited(self) -> int:
        """The number of games that the first player forfeited; the opponent forfeited the others in `forfeits`."""
        return sum(self.differences[forfeit.game] < 0 for forfeit in self.forfeits)

    @property
    def wiped_out(self) -> int:
        """The number of games lost by a wipe-out."""
        return self._played().count(-BOARD)

    def __repr__(self) -> str:
        counts = f"{counted(self.games, 'game', form='')}, +{self.wins} ={self.draws} -{self.losses}"
        forfeits = f", {len(self.forfeits)} forfeited" if self.forfeits else ""
        elo = f", Elo {self.elo}" if self.games > 1 else ""
        return f"<MatchResult: {counts}{elo}{forfeits}>"

    def _repr_html_(self) -> str:
        """Returns a table of the counts and the statistics, for notebooks."""
        values = {
            "games": self.games,
            "wins": self.wins,
            "draws": self.draws,
            "losses": self.losses,
            "score": f"{self.score:.3f}",
            "Elo, 95 % interval": self.elo,
            "mean discs": None if self.mean_difference is None else f"{self.mean_difference:+.2f}",
            "wipe-outs": f"{self.wipeouts}:{self.wiped_out}",
            "forfeits": len(self.forfeits),
        }
        return notebook.table(tuple(values), [tuple(values.values())])

    def _played(self) -> list[int]:
        forfeited = {forfeit.game for forfeit in self.forfeits}
        return [difference for game, difference in enumerate(self.differences) if game not in forfeited]


class MatchRecord:
    """The games of a match in progress: what is known of it if it is interrupted.

    `play_match(record=record.add)` fills it.

    Args:
        then: called with each game that was added.
    """

    def __init__(self, then: Callable[[MatchGame], object] | None = None) -> None:
        self._differences: list[int] = []
        self._forfeits: list[Forfeit] = []
        self._then = then

    def add(self, game: MatchGame) -> None:
        """Adds a game."""
        self._differences.append(game.difference)
        if forfeit := game.forfeit:
            self._forfeits.append(forfeit)
        if self._then:
            self._then(game)

    def clear(self) -> None:
        """Forgets all games, because a match has ended or another one begins."""
        self._differences.clear()
        self._forfeits.clear()

    @property
    def result(self) -> MatchResult | None:
        """The result of the pairs so far; `None` before the first one has ended."""
        games = len(self._differences) // 2 * 2
        forfeits = tuple(forfeit for forfeit in self._forfeits if forfeit.game < games)
        return MatchResult(tuple(self._differences[:games]), forfeits) if games else None
