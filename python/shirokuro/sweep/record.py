"""The record of a sweep: which runs have ended, and the matches that were played."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from shirokuro._core import __version__
from shirokuro.files import write_text
from shirokuro.matches.elo import PAIR_SCORES
from shirokuro.runs.checkpoints import candidates
from shirokuro.runs.texts import read_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shirokuro.matches.result import PairCounts
    from shirokuro.sweep.plan import Sweep, SweepRun

SWEEP_FILE = "sweep.json"
"""The file in a sweep's directory that contains its record."""

OPPONENT = ""
"""The name under which matches list an opponent that is not a run of the sweep."""

_FINISHED = ("completed", "flat")
"""The outcomes after which a run is not continued."""

Key: TypeAlias = tuple[str, str]
"""The names of the two runs of a match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedMatch:
    """A match between two models of a sweep, or of one against the common opponent."""

    first: str
    """The name of the run whose result it is."""
    second: str
    """The name of the other run; `OPPONENT` for an opponent that is not a run of the sweep."""
    conditions: dict[str, Any]
    """What decided the games, apart from the two models."""
    pair_counts: PairCounts
    """The numbers of game pairs that scored 0, ½, 1, 1½ and 2 points."""
    mean_difference: float | None
    """The mean final disc difference."""


@dataclass(slots=True)
class SweepRecord:
    """What a sweep has done so far. A file in its directory keeps it."""

    path: Path
    """The file."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """The outcomes of the runs that have ended, by name; see `TrainingResult.outcome`."""
    matches: dict[Key, PlayedMatch] = field(default_factory=dict)
    """The matches."""

    @classmethod
    def load(cls, directory: Path) -> SweepRecord:
        """Reads the record in a sweep's directory; returns an empty one if there is none.

        Raises:
            ValueError: the file is damaged.
            OSError: the file can't be read.
        """
        path = directory / SWEEP_FILE
        try:
            content = read_object(path.read_text(encoding="utf-8"), "record")
            outcomes = {str(name): str(outcome) for name, outcome in content["outcomes"].items()}
            matches = [_match(each) for each in content["matches"]]
        except FileNotFoundError:
            return cls(path)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}: this is not the record of a sweep: {error!r}") from error
        return cls(path, outcomes, {(each.first, each.second): each for each in matches})

    def save(self) -> None:
        """Writes the file, completely or not at all.

        Raises:
            OSError: the file can't be written.
        """
        matches = [asdict(match) for match in self.matches.values()]
        content = {"version": __version__, "outcomes": self.outcomes, "matches": matches}
        write_text(self.path, json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n", follow=False)

    def is_finished(self, sweep: Sweep, run: SweepRun) -> bool:
        """Checks whether a run has ended as planned, and its model is there."""
        return self.outcomes.get(run.name) in _FINISHED and bool(candidates(sweep.directory_of(run)))

    def pending(self, sweep: Sweep) -> list[SweepRun]:
        """Returns the runs that have to be trained or continued."""
        return [run for run in sweep.runs if not self.is_finished(sweep, run)]

    def end(self, name: str, outcome: str) -> None:
        """Notes the outcome of a run, whose matches with an earlier model no longer count, and saves the record."""
        self.outcomes[name] = outcome
        self.matches = {key: match for key, match in self.matches.items() if name not in key}
        self.save()

    def add(self, match: PlayedMatch) -> None:
        """Notes a match, and saves the record."""
        self.matches[match.first, match.second] = match
        self.save()

    def match(self, key: Key, conditions: Mapping[str, Any]) -> PlayedMatch | None:
        """Returns the match of two players if it was played under these conditions."""
        match = self.matches.get(key)
        return match if match and match.conditions == conditions else None


def _match(values: dict[str, Any]) -> PlayedMatch:
    counts = tuple(values["pair_counts"])
    if len(counts) != len(PAIR_SCORES) or not all(isinstance(count, int) and count >= 0 for count in counts):
        raise ValueError(f"pair_counts = {counts!r:.40}: must be five whole numbers")
    difference = values["mean_difference"]
    return PlayedMatch(
        first=str(values["first"]),
        second=str(values["second"]),
        conditions=dict(values["conditions"]),
        pair_counts=counts,
        mean_difference=None if difference is None else float(difference),
    )
