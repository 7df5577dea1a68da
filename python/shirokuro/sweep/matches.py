"""The matches of a sweep, which measure the strength of its models."""

from __future__ import annotations

import hashlib
from itertools import combinations
from typing import TYPE_CHECKING, Any

from shirokuro._core import Evaluator, ModelFileError
from shirokuro.matches.arena import play_match
from shirokuro.matches.balance import balanced_openings
from shirokuro.matches.players import FIXED_PLAYERS, ModelPlayer
from shirokuro.runs.checkpoints import model_of
from shirokuro.sweep.plan import FIRST
from shirokuro.sweep.record import OPPONENT, PlayedMatch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shirokuro.matches.openings import Opening
    from shirokuro.matches.players import Player
    from shirokuro.sweep.plan import MatchSettings, Sweep
    from shirokuro.sweep.record import Key, SweepRecord

Conditions = dict[str, Any]


def opponent_of(sweep: Sweep) -> str:
    """Returns the name of the common opponent in the sweep's matches: a run, or `OPPONENT`."""
    return sweep.runs[0].name if sweep.match.opponent == FIRST else OPPONENT


def planned_matches(sweep: Sweep) -> dict[Key, Conditions]:
    """Returns the players of each match of a sweep, and what decides the games apart from the two models.

    Raises:
        ValueError: the opponent is not the name of a player or a model.
        OSError: the opponent's file can't be read.
    """
    settings = sweep.match
    if not settings.games:
        return {}
    names, zero = [run.name for run in sweep.runs], opponent_of(sweep)
    keys = [(name, zero) for name in names if name != zero]
    if settings.round_robin:
        keys += [pair for pair in combinations(names, 2) if zero not in pair]
    # Another opponent of the same name, such as a run that was continued, has another digest.
    outside = {"opponent": settings.opponent, "digest": _digest(settings.opponent)} if zero == OPPONENT else {}
    conditions = settings.conditions()
    return {key: conditions | outside if key[1] == OPPONENT else conditions for key in keys}


def play_matches(sweep: Sweep, record: SweepRecord, progress: Callable[[str, int, int], object] | None = None) -> None:
    """Plays the matches between finished runs that are missing, and adds each to the record.

    Args:
        sweep: the plan.
        record: the record of the sweep.
        progress: called before each match with the players' names, its number from 1, and the number of matches.

    Raises:
        Exception: errors of `play_match`, and of reading the models.
    """
    ready = {run.name for run in sweep.runs if record.is_finished(sweep, run)} | {OPPONENT}
    missing = {
        key: conditions
        for key, conditions in planned_matches(sweep).items()
        if ready.issuperset(key) and not record.match(key, conditions)
    }
    players = _Players(sweep)
    threads = sweep.runs[0].config.worker_threads
    openings = _openings(sweep.match, threads) if missing else None
    for number, (key, conditions) in enumerate(missing.items(), 1):
        first, second = map(players.named, key)
        if progress:
            progress(f"{first.name} against {second.name}", number, len(missing))
        result = play_match(
            first,
            second,
            games=sweep.match.games,
            seed=sweep.match.seed,
            opening_plies=None if openings else sweep.match.opening_plies,
            openings=openings,
            threads=threads,
        )
        record.add(
            PlayedMatch(
                first=key[0],
                second=key[1],
                conditions=conditions,
                pair_counts=result.pair_counts,
                mean_difference=result.mean_difference,
            )
        )


def _openings(match: MatchSettings, threads: int) -> list[Opening] | None:
    if match.balanced is None:
        return None
    count, plies = match.games // 2, match.opening_plies
    return balanced_openings(count, within=match.balanced, seed=match.seed, plies=plies, threads=threads)


class _Players:
    """The players of a sweep. The last two models stay in memory, 58 MB each."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._runs = {run.name: run for run in sweep.runs}
        self._loaded: dict[str, Player] = {}

    def named(self, name: str) -> Player:
        """Returns the player of a run, or the common opponent."""
        if name in self._loaded:
            self._loaded[name] = self._loaded.pop(name)
        else:
            self._loaded[name] = self._load(name)
            for other in list(self._loaded)[:-2]:
                del self._loaded[other]
        return self._loaded[name]

    def _load(self, name: str) -> Player:
        settings = self._sweep.match
        if name == OPPONENT and settings.opponent in FIXED_PLAYERS:
            return FIXED_PLAYERS[settings.opponent]
        model = settings.opponent if name == OPPONENT else self._sweep.directory_of(self._runs[name])
        return ModelPlayer(
            evaluator=Evaluator.load(model_of(model)), name=name or settings.opponent, **settings.limits.as_dict()
        )


def check_opponent(sweep: Sweep) -> None:
    """Checks whether the common opponent can play.

    Raises:
        ValueError: it is neither the name of a player nor a model.
        OSError: its file can't be read.
    """
    model = _model_file(sweep.match.opponent) if opponent_of(sweep) == OPPONENT else None
    if model and sweep.match.games:
        Evaluator.load(model)


def _model_file(opponent: str) -> Path | None:
    """Returns the file of an opponent that is a model; `None` for a fixed player."""
    if opponent in FIXED_PLAYERS:
        return None
    key = f"match.opponent = {opponent!r}"
    try:
        file = model_of(opponent)
    except (FileNotFoundError, ModelFileError) as error:
        raise ValueError(f"{key}: {error}") from None
    if not file.is_file():
        raise ValueError(f"{key}: must be {', '.join((FIRST, *FIXED_PLAYERS))}, default, a run directory or a file")
    return file


def _digest(opponent: str) -> str | None:
    if (path := _model_file(opponent)) is None:
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
