"""Ladders: ratings of a run's checkpoints, from matches against each other and against fixed opponents."""

from __future__ import annotations

import contextlib
import json
import math
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from shirokuro._core import Evaluator
from shirokuro.display.format import counted
from shirokuro.engine.limits import SearchLimits
from shirokuro.files import write_text
from shirokuro.matches.arena import MatchOptions, check_games
from shirokuro.matches.bradley_terry import Rating
from shirokuro.matches.players import ModelPlayer
from shirokuro.matches.round_robin import Ladder, Rung, play_pairs, rate
from shirokuro.runs.checkpoints import list_checkpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

    from shirokuro.matches.players import Player, SessionPlayer
    from shirokuro.runs.checkpoints import Checkpoint

LADDER_FILE = "ladder.json"
"""The file in a run's directory that contains its latest ladder."""


def choose_checkpoints(directory: str | PathLike[str], limit: int) -> list[Checkpoint]:
    """Returns a run's checkpoints, oldest first; if there are more than `limit`, a selection that is evenly spaced.

    Raises:
        ValueError: there are fewer than two checkpoints, or `limit` is less than 2.
    """
    if limit < 2:  # noqa: PLR2004
        raise ValueError(f"checkpoints = {limit}: must be 2 or more")
    found = list_checkpoints(directory)[::-1]
    if len(found) < 2:  # noqa: PLR2004
        raise ValueError(f"{directory}: a ladder needs at least two checkpoints, and there are {len(found)}")
    if len(found) <= limit:
        return found
    return [found[round(index * (len(found) - 1) / (limit - 1))] for index in range(limit)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderPlan:
    """The players of a ladder, and who plays against whom."""

    players: tuple[Player | SessionPlayer, ...]
    """The checkpoints, oldest first, and then the fixed opponents."""
    games_played: tuple[int, ...]
    """The training games behind each checkpoint."""
    paired: tuple[tuple[int, int], ...]
    """The matches, by the players' indices."""


def plan_ladder(
    directory: str | PathLike[str],
    opponents: Sequence[Player | SessionPlayer],
    *,
    limits: SearchLimits | Mapping[str, Any],
    checkpoints: int = 6,
) -> LadderPlan:
    """Loads the checkpoints of a ladder, and decides about its matches; see `play_ladder`."""
    how = limits.as_dict() if isinstance(limits, SearchLimits) else limits
    chosen, evaluators = _loaded(directory, checkpoints)
    own = [
        ModelPlayer(evaluator=evaluator, name=counted(each.games_played, "game"), **how)
        for each, evaluator in zip(chosen, evaluators, strict=True)
    ]
    players = (*own, *opponents)
    # The checkpoints connect the fixed opponents, whose games against each other would say nothing about the run.
    paired = tuple(pair for pair in combinations(range(len(players)), 2) if pair[0] < len(own))
    return LadderPlan(players=players, games_played=tuple(each.games_played for each in chosen), paired=paired)


def play_ladder(
    directory: str | PathLike[str],
    opponents: Sequence[Player | SessionPlayer],
    *,
    limits: SearchLimits | Mapping[str, Any],
    checkpoints: int = 6,
    games: int = 100,
    seed: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
    **options: Unpack[MatchOptions],
) -> Ladder:
    """Plays every checkpoint against every other checkpoint and every opponent, and rates all players at once.

    All checkpoints stay in memory while they play, 58 MB each, because the run may delete their files in the meantime.

    Args:
        directory: the run's directory.
        opponents: fixed opponents.
        limits: the search limits of the checkpoints; a mapping may have all arguments of `ModelPlayer` that say how it
            searches, such as `confidence`.
        checkpoints: the maximum number of checkpoints; if the run has more, they are chosen evenly spaced.
        games: games per match, an even number.
        seed: the seed of openings and random numbers; each match derives its own from it.
        progress: called before each match with the players' names, the number of matches played and their total.
        options: options of `play_match` for each match: `threads`, `opening_plies`, `openings`, `clock`,
            `max_forfeits`, `record`, `arena`.

    Raises:
        ValueError: a value is out of range, or there are fewer than two checkpoints.
        GtpError: a program does not start, or forfeited too many games.
    """
    check_games("games", games)
    plan = plan_ladder(directory, opponents, limits=limits, checkpoints=checkpoints)
    matches = play_pairs(plan.players, plan.paired, games=games, seed=seed, progress=progress, **options)
    return rate(plan.players, list(matches), games_played=plan.games_played)


def _loaded(directory: str | PathLike[str], limit: int) -> tuple[list[Checkpoint], list[Evaluator]]:
    while True:
        chosen = choose_checkpoints(directory, limit)
        # A run in progress may have deleted one in the meantime.
        with contextlib.suppress(FileNotFoundError):
            return chosen, [Evaluator.load(each.path) for each in chosen]


def save_ladder(directory: str | PathLike[str], ladder: Mapping[str, Any]) -> Path:
    """Writes a ladder's content into a run's directory, completely or not at all, and returns the path.

    Raises:
        OSError: the file can't be written.
    """
    path = Path(directory) / LADDER_FILE
    write_text(path, json.dumps(ladder, ensure_ascii=False) + "\n", follow=False)
    return path


def read_ladder(directory: str | PathLike[str]) -> tuple[Rung, ...]:
    """Reads the players of a run's latest ladder; returns an empty tuple if none was played.

    Raises:
        ValueError: the file is not a ladder.
        OSError: the file can't be read.
    """
    return read_rungs(Path(directory) / LADDER_FILE)


def read_rungs(path: Path) -> tuple[Rung, ...]:
    """Reads the players of a ladder, or of a run's measurements of strength; returns an empty tuple without a file.

    Raises:
        ValueError: the file is not a ladder.
        OSError: the file can't be read.
    """
    try:
        players = json.loads(path.read_text(encoding="utf-8"))["players"]
        return tuple(
            Rung(
                name=str(player["name"]),
                games_played=None if player["games_played"] is None else int(player["games_played"]),
                rating=Rating(_finite(player["elo"]), _finite(player["error"])),
                score=_finite(player["score"]),
                games=int(player["games"]),
                forfeits=_count(player.get("forfeits")),
            )
            for player in players
        )
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{path}: this is not a ladder: {error!r}") from error


def _count(value: Any) -> int | None:  # noqa: ANN401 (a file may hold anything)
    return None if value is None else int(value)


def _finite(value: Any) -> float:  # noqa: ANN401 (a file may hold anything)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is not finite")
    return number
