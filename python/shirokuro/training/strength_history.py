"""The games of a run's snapshots against each other and fixed opponents, and the ratings that follow from them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np

from shirokuro.files import write_text
from shirokuro.matches.bradley_terry import Pairing, Rating, RatingFit, fit
from shirokuro.matches.elo import PAIR_SCORES
from shirokuro.runs.snapshots import thinned
from shirokuro.runs.texts import read_object, typed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from shirokuro.matches.result import PairCounts

Rated: TypeAlias = int | str
"""A rated player: the weights after a number of games, or a fixed opponent by its name."""

ANCHOR = "heuristic"
"""The fixed opponent whose rating is zero."""

MOMENTS = 64
"""The maximum number of moments of the run that are rated together."""

_DRAWN = 0.1
"""Drawn pairs added to each pairing, which keep ratings finite. Pairings are many here, and each has few pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """The gain in strength over the latest games."""

    elo: float
    """Elo points."""
    error: float
    """Half the width of the 95 % interval."""
    games: int
    """Games of training over which it was gained."""

    def __str__(self) -> str:
        return f"{self.elo:+.0f} ± {self.error:.0f} Elo over the last {self.games:,} games"


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthReport:
    """The strength of a run at one moment."""

    games_played: int
    """Games of training."""
    elo: float
    """Elo points above the fixed opponent `heuristic`."""
    error: float
    """Half the width of the 95 % interval of `elo`."""
    gain: Gain | None
    """The gain over the last games; `None` at the first measurement."""
    games: int
    """Games of this measurement."""
    seconds: float
    """Time of this measurement."""
    best: int
    """Games of training of the strongest snapshot, which is `best.shiro`."""

    def __str__(self) -> str:
        gain = f"; {self.gain}" if self.gain else ""
        return f"{self.elo:+.0f} ± {self.error:.0f} Elo over {ANCHOR}{gain}"

    def line(self) -> dict[str, float]:
        """Returns the fields for a line of the metrics."""
        gain = self.gain
        gained = {"gain": gain.elo, "gain_error": gain.error, "gain_games": gain.games} if gain else {}
        return {"elo": self.elo, "error": self.error, **gained, "games": self.games, "best": self.best}


class StrengthHistory:
    """The results so far. Each moment of the run has played the fixed opponents, so all players are connected."""

    def __init__(self) -> None:
        self.results: dict[tuple[int, Rated], PairCounts] = {}
        """Numbers of pairs that scored 0, ½, 1, 1½ and 2 points, by the number of games and its opponent."""
        self.seconds = 0.0
        """Time that the measurements took."""

    @property
    def moments(self) -> list[int]:
        """The numbers of games at which strength was measured, ascending."""
        return sorted({games for games, _ in self.results})

    def drop_after(self, games_played: int) -> None:
        """Drops the moments after this number of games, from which the run did not continue."""
        self._keep({games for games in self.moments if games <= games_played})

    def thin(self, always: Collection[int]) -> bool:
        """Drops moments, except those in `always`, until few enough are left; returns whether any were dropped."""
        before = self.moments
        kept = thinned(before, MOMENTS, always=always)
        self._keep(set(kept))
        return len(kept) < len(before)

    def _keep(self, moments: Collection[int]) -> None:
        self.results = {
            (games, opponent): counts
            for (games, opponent), counts in self.results.items()
            if games in moments and (isinstance(opponent, str) or opponent in moments)
        }

    def ratings(self) -> StrengthRatings:
        """Rates all players; at least one moment must have been measured.

        Raises:
            ValueError: the results do not connect all players.
        """
        return StrengthRatings(self)

    def save(self, path: Path, ratings: StrengthRatings) -> None:
        """Writes the results and their ratings to a file in the form of a ladder, which is replaced in one step.

        Raises:
            OSError: the file can't be written.
        """
        index = {player: number for number, player in enumerate(ratings.players)}
        content = {
            "seconds": round(self.seconds, 3),
            "players": [
                {
                    "name": player if isinstance(player, str) else f"{player:,} games",
                    "games_played": None if isinstance(player, str) else player,
                    "elo": rating.elo,
                    "error": rating.error,
                    **self._points(player),
                }
                for player, rating in zip(ratings.players, ratings.among_moments(), strict=True)
            ],
            "matches": [
                {"first": index[games], "second": index[opponent], "pair_counts": list(counts)}
                for (games, opponent), counts in self.results.items()
            ],
        }
        write_text(path, json.dumps(content) + "\n", follow=False)

    def _points(self, player: Rated) -> dict[str, float]:
        """Returns a player's share of the points, and its number of games."""
        pairs = points = 0.0
        for (first, second), counts in self.results.items():
            if player in {first, second}:
                score = sum(score * count for score, count in zip(PAIR_SCORES, counts, strict=True))
                pairs += sum(counts)
                points += score if player == first else sum(counts) - score
        return {"score": points / pairs, "games": 2 * int(pairs)}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote; returns an empty history if there is no file.

        Raises:
            ValueError: the file is not a history.
            OSError: the file can't be read.
        """
        history = cls()
        try:
            content = read_object(path.read_text(encoding="utf-8"), path.name)
            history.seconds = max(0.0, float(typed(content["seconds"], float)))
            players = [_player(each) for each in content["players"]]
            for match in content["matches"]:
                first, second = players[typed(match["first"], int)], players[typed(match["second"], int)]
                c0, c1, c2, c3, c4 = (max(0, typed(count, int)) for count in match["pair_counts"])
                history.results[typed(first, int), second] = (c0, c1, c2, c3, c4)
            if any((games, ANCHOR) not in history.results for games in history.moments):
                raise ValueError(f"some players have not played {ANCHOR}")  # noqa: TRY301
            if history.results:
                history.ratings()
        except FileNotFoundError:
            return cls()
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"{path}: not a history of strength: {error}") from error
        return history


class StrengthRatings:
    """The ratings of all players of a history."""

    def __init__(self, history: StrengthHistory) -> None:
        self._moments = history.moments
        names = sorted({opponent for _, opponent in history.results if isinstance(opponent, str)})
        self.players: list[Rated] = [*self._moments, *names]
        """The moments of the run, oldest first, and then the fixed opponents."""
        index = {player: number for number, player in enumerate(self.players)}
        pairings = [Pairing(index[first], index[second], counts) for (first, second), counts in history.results.items()]
        self._anchor = index[ANCHOR]
        self._fit: RatingFit = fit(len(self.players), pairings, drawn=_DRAWN)
        self._ratings = self._fit.relative_to([self._anchor])

    def of(self, games_played: int) -> Rating:
        """Returns the rating of a moment, relative to the fixed opponent `ANCHOR`."""
        return self._ratings[self.players.index(games_played)]

    def among_moments(self) -> list[Rating]:
        """Returns the ratings of all players relative to the mean of the moments, as in a ladder."""
        return self._fit.relative_to(range(len(self._moments)))

    def strongest(self, moments: Collection[int]) -> int:
        """Returns the moment among these with the highest rating; the latest one of several."""
        return max(moments, key=lambda games: (self.of(games).elo, games))

    def gain(self, games: int) -> Gain | None:
        """Returns the gain over the last `games` games, or over as many as there are; `None` with a single moment.

        It follows from the line that is fitted to the ratings, because a single rating has a wide interval.
        """
        last = self._moments[-1]
        start = max((each for each in self._moments if each <= last - games), default=self._moments[0])
        if start == last:
            return None
        x = np.array([float(each) if isinstance(each, int) and each >= start else np.nan for each in self.players])
        x -= np.nanmean(x)
        weights = np.nan_to_num(x) * (last - start) / np.nansum(x * x)
        rating = self._fit.contrast(weights)
        return Gain(elo=rating.elo, error=rating.error, games=last - start)


def _player(values: Mapping[str, Any]) -> Rated:
    games = typed(values["games_played"], int | None)
    return typed(values["name"], str) if games is None else games  # type: ignore[no-any-return]
