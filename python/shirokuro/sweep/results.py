"""The results of a sweep: what its directory says of each run, and of each combination over its seeds."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shirokuro._core import __version__
from shirokuro.matches.bradley_terry import Pairing, Rating, RatingFit, fit
from shirokuro.matches.elo import PAIR_SCORES, student_quantile
from shirokuro.runs.view import RunView
from shirokuro.sweep.matches import opponent_of, planned_matches
from shirokuro.sweep.plan import FIRST
from shirokuro.sweep.record import PlayedMatch, SweepRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shirokuro.sweep.plan import MatchSettings, Sweep, SweepRun


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What is known of a run. Unknown values are `None`."""

    name: str
    """The name of the run."""
    seed: int
    """The seed."""
    state: str
    """`"finished"`, `"too_many_errors"`, `"unfinished"` or `"not started"`."""
    games_played: int
    """Games of training."""
    seconds: float | None
    """Time of playing and learning."""
    td_error: float | None
    """The newest TD error."""
    score: float | None
    """The share of the points against the common opponent."""
    rating: Rating | None
    """The strength, relative to the common opponent; its error is that of the matches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingResult:
    """What is known of a combination of values, over its seeds."""

    values: Mapping[str, str]
    """The values of the axes, by setting."""
    runs: tuple[RunResult, ...]
    """The runs, by seed."""
    rating: Rating | None
    """The mean strength, relative to the common opponent, with a 95 % interval.

    The interval follows from the spread of the seeds, which all combinations share, or from the matches alone if those
    say less, or if no combination has two seeds.
    """

    @property
    def rated(self) -> tuple[RunResult, ...]:
        """The runs whose strength was measured."""
        return tuple(run for run in self.runs if run.rating)

    def mean(self, name: str) -> float | None:
        """Returns the mean of a value over the runs that have it."""
        values = [value for run in self.runs if (value := getattr(run, name)) is not None]
        return sum(values) / len(values) if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResults:
    """The results of a sweep, so far."""

    opponent: str
    """The name of the common opponent, whose rating is zero; `first` for the first run."""
    how: str
    """How the models play, as text."""
    settings: tuple[SettingResult, ...]
    """The combinations, in the order of the plan."""
    seeds_spread: float | None
    """The standard deviation of the strength between seeds in Elo points; `None` if no combination has two of them."""

    @property
    def zero(self) -> str:
        """The player whose rating is zero, as text."""
        return "the first run" if self.opponent == FIRST else self.opponent

    @property
    def runs(self) -> tuple[RunResult, ...]:
        """All runs."""
        return tuple(run for each in self.settings for run in each.runs)

    @property
    def is_complete(self) -> bool:
        """Whether all runs are finished."""
        return all(run.state == "finished" for run in self.runs)

    def to_dict(self) -> dict[str, Any]:
        """Returns the results for JSON."""
        return {
            "version": __version__,
            "opponent": self.opponent,
            "how": self.how,
            "seeds_spread": self.seeds_spread,
            "settings": [asdict(each) for each in self.settings],
        }


def results_of(sweep: Sweep) -> SweepResults:
    """Reads the results of a sweep from its directory, also while it runs.

    Raises:
        ValueError: a file is damaged, or the opponent is not a player.
        OSError: a file can't be read.
    """
    record = SweepRecord.load(sweep.directory)
    played = [match for key, conditions in planned_matches(sweep).items() if (match := record.match(key, conditions))]
    zero = opponent_of(sweep)
    scores = {match.first: _score(match) for match in played if match.second == zero}
    names = [zero, *(run.name for run in sweep.runs if run.name in scores)]
    fitted = _fit(names, played)
    ratings = dict(zip(names, fitted.relative_to([0]), strict=True)) if fitted else {}
    results = {run.name: _run_result(sweep, record, run, scores, ratings) for run in sweep.runs}
    groups: dict[tuple[str, ...], list[RunResult]] = {}
    for run in sweep.runs:
        groups.setdefault(tuple(run.values.values()), []).append(results[run.name])
    spread, freedom = _spread(groups.values())
    settings = tuple(
        SettingResult(
            values=dict(zip(sweep.runs[0].values, values, strict=True)),
            runs=tuple(runs),
            rating=_mean_rating([run.name for run in runs if run.rating], names, fitted, spread, freedom),
        )
        for values, runs in groups.items()
    )
    return SweepResults(opponent=sweep.match.opponent, how=_how(sweep.match), settings=settings, seeds_spread=spread)


def _how(match: MatchSettings) -> str:
    how = f"{match.games:,} games a match, {match.limits}, seed {match.seed}"
    return how if match.balanced is None else f"{how}, openings within {match.balanced:g} discs"


def _score(match: PlayedMatch) -> float:
    counts = match.pair_counts
    return sum(score * count for score, count in zip(PAIR_SCORES, counts, strict=True)) / sum(counts)


def _fit(names: Sequence[str], played: Sequence[PlayedMatch]) -> RatingFit | None:
    """Rates the opponent and the runs that have played it; `None` if there are none."""
    index = {name: number for number, name in enumerate(names)}
    pairings = [
        Pairing(index[match.first], index[match.second], match.pair_counts)
        for match in played
        if match.first in index and match.second in index
    ]
    return fit(len(names), pairings) if pairings else None


def _run_result(
    sweep: Sweep, record: SweepRecord, run: SweepRun, scores: Mapping[str, float], ratings: Mapping[str, Rating]
) -> RunResult:
    view = RunView(sweep.directory_of(run))
    if record.is_finished(sweep, run):
        state = "finished"
    elif view.state == "waiting" and not view.checkpoints:
        state = "not started"
    else:
        state = "too_many_errors" if record.outcomes.get(run.name) == "too_many_errors" else "unfinished"
    return RunResult(
        name=run.name,
        seed=run.seed,
        state=state,
        games_played=max(
            view.metrics.games_played if len(view.metrics) else 0,
            view.checkpoints[0].games_played if view.checkpoints else 0,
        ),
        seconds=view.seconds,
        td_error=view.metrics.newest("td_error"),
        score=scores.get(run.name),
        rating=ratings.get(run.name),
    )


def _spread(groups: Iterable[Sequence[RunResult]]) -> tuple[float | None, int]:
    """Returns the standard deviation between seeds, pooled over all combinations, and its degrees of freedom."""
    squares, freedom = 0.0, 0
    for runs in groups:
        elos = np.array([run.rating.elo for run in runs if run.rating])
        if len(elos) > 1:
            squares += float(((elos - elos.mean()) ** 2).sum())
            freedom += len(elos) - 1
    return (math.sqrt(squares / freedom), freedom) if freedom else (None, 0)


def _mean_rating(
    runs: Sequence[str], names: Sequence[str], fitted: RatingFit | None, spread: float | None, freedom: int
) -> Rating | None:
    if not runs or fitted is None:
        return None
    weights = np.zeros(len(names))
    for name in runs:
        weights[names.index(name)] += 1 / len(runs)
    weights[0] -= 1
    rating = fitted.contrast(weights)
    if spread is None:
        return rating
    # Seeds that happen to agree must not make the interval narrower than what their matches can say.
    error = student_quantile(0.975, freedom) * spread / math.sqrt(len(runs))
    return Rating(rating.elo, max(rating.error, error))
