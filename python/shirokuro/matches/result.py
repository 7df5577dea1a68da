"""The result of a match."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TypeAlias

from shirokuro.display import notebook
from shirokuro.matches.elo import EloEstimate, elo_difference

BOARD = 64
"""A game's greatest disc difference: one side is wiped out. Also what a forfeited game counts."""

PairCounts: TypeAlias = tuple[int, int, int, int, int]
"""How many pairs of games brought 0, ½, 1, 1½ and 2 points."""


def pair_points(first: int, second: int) -> int:
    """Twice the points that two games with these disc differences bring."""
    return 2 + (first > 0) - (first < 0) + (second > 0) - (second < 0)


@dataclass(frozen=True, slots=True)
class Forfeit:
    """A game that a player lost because it could not go on with it."""

    game: int
    """The game's number in its match, from 0."""
    player: str
    """Whose fault it was."""
    reason: str
    """What went wrong."""
    moves: tuple[str, ...]
    """The game until then, from the start; passes are left out."""


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The result of a match, as the first player sees it. Notebooks show it as a table."""

    differences: tuple[int, ...]
    """Each game's final disc difference, empties counted for the winner; ±64 for a forfeited game.

    Two games in a row share their opening, with colours changed.
    """

    forfeits: tuple[Forfeit, ...] = ()
    """The games that a player lost by a fault: they are among the wins and losses, but not in `mean_difference` and the
    wipe-outs."""

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
    def pair_counts(self) -> PairCounts:
        """How many pairs of games brought 0, ½, 1, 1½ and 2 points."""
        pairs = Counter(map(pair_points, self.differences[::2], self.differences[1::2]))
        return (pairs[0], pairs[1], pairs[2], pairs[3], pairs[4])

    @property
    def score_error(self) -> float | None:
        """Half the width of the score's 95 % confidence interval, from the pairs' scatter; `None` for a single pair."""
        pairs = [points / 4 for points, count in enumerate(self.pair_counts) for _ in range(count)]
        return 1.96 * statistics.stdev(pairs) / math.sqrt(len(pairs)) if len(pairs) > 1 else None

    @property
    def elo(self) -> EloEstimate:
        """The difference in Elo points behind the score, with a 95 % interval from the pairs' scatter."""
        return elo_difference(self.pair_counts)

    @property
    def mean_difference(self) -> float | None:
        """Mean final disc difference; `None` if all games were forfeited."""
        played = self._played()
        return statistics.fmean(played) if played else None

    @property
    def wipeouts(self) -> int:
        """Games won with no disc left to the opponent."""
        return self._played().count(BOARD)

    @property
    def wiped_out(self) -> int:
        """Games lost without a disc left."""
        return self._played().count(-BOARD)

    def _repr_html_(self) -> str:
        """The counts and what follows from them, for notebooks."""
        values = {
            "games": self.games,
            "wins": self.wins,
            "draws": self.draws,
            "losses": self.losses,
            "score": f"{self.score:.3f}",
            "Elo, 95 % interval": self.elo,
            "mean discs": None if self.mean_difference is None else f"{self.mean_difference:+.2f}",
            "wipe-outs": f"{self.wipeouts}:{self.wiped_out}",
            **({"lost by a fault": len(self.forfeits)} if self.forfeits else {}),
        }
        return notebook.table(tuple(values), [tuple(values.values())])

    def _played(self) -> list[int]:
        forfeited = {forfeit.game for forfeit in self.forfeits}
        return [difference for game, difference in enumerate(self.differences) if game not in forfeited]
