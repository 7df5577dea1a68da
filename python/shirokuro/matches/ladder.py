"""A ladder: how a run's strength grew, from matches of its checkpoints against each other and fixed opponents."""

from __future__ import annotations

import contextlib
import json
import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shirokuro._core import Evaluator, __version__
from shirokuro.display import notebook
from shirokuro.engine.limits import SearchLimits
from shirokuro.matches.arena import MOST_FORFEITS, check_games, play_match
from shirokuro.matches.bradley_terry import Pairing, Rating, fit_ratings
from shirokuro.matches.players import ModelPlayer
from shirokuro.runs.checkpoints import list_checkpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

    from shirokuro.matches.players import Player, SessionPlayer
    from shirokuro.matches.result import MatchResult
    from shirokuro.runs.checkpoints import Checkpoint

LADDER_FILE = "ladder.json"
"""The file in a run's directory that holds its last ladder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A player of a ladder."""

    name: str
    """How tables call it."""
    games_played: int | None
    """Games of training that a checkpoint had; `None` for a fixed opponent."""
    rating: Rating
    """Its strength in Elo points; the mean of all checkpoints is zero."""
    score: float
    """The share of the points that it took from all opponents."""
    games: int
    """Games that it played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderMatch:
    """A match of a ladder."""

    first: int
    """The number of the player whose result it is."""
    second: int
    """The number of its opponent."""
    result: MatchResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """All players of a ladder and their matches."""

    rungs: tuple[Rung, ...]
    """The checkpoints, the oldest first, and then the fixed opponents."""
    matches: tuple[LadderMatch, ...]

    def _repr_html_(self) -> str:
        """The players, for notebooks."""
        header = ("player", "games of training", "Elo", "±", "score", "games")
        rows = [
            (
                rung.name,
                notebook.number(rung.games_played),
                f"{rung.rating.elo:+.0f}",
                f"{rung.rating.error:.0f}",
                f"{rung.score:.3f}",
                rung.games,
            )
            for rung in self.rungs
        ]
        return notebook.table(header, rows, left=("player",))

    def to_dict(self) -> dict[str, Any]:
        """The content of the JSON file."""
        return {
            "version": __version__,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "players": [
                {"name": rung.name, "games_played": rung.games_played, **asdict(rung.rating)}
                | {"score": rung.score, "games": rung.games}
                for rung in self.rungs
            ],
            "matches": [
                {
                    "first": match.first,
                    "second": match.second,
                    "pair_counts": list(match.result.pair_counts),
                    "mean_difference": match.result.mean_difference,
                    "forfeits": len(match.result.forfeits),
                }
                for match in self.matches
            ],
        }


def choose_checkpoints(directory: str | PathLike[str], most: int) -> list[Checkpoint]:
    """A run's checkpoints, the oldest first; if there are more than `most`, as evenly spread as they are.

    Raises:
        ValueError: there are fewer than two, or `most` is less than 2.
    """
    if most < 2:  # noqa: PLR2004
        raise ValueError(f"checkpoints = {most}: must be 2 or more")
    found = list_checkpoints(directory)[::-1]
    if len(found) < 2:  # noqa: PLR2004
        raise ValueError(f"{directory}: a ladder needs two checkpoints or more, and there are {len(found)}")
    if len(found) <= most:
        return found
    return [found[round(place * (len(found) - 1) / (most - 1))] for place in range(most)]


def play_ladder(
    directory: str | PathLike[str],
    opponents: Sequence[Player | SessionPlayer],
    *,
    limits: SearchLimits | Mapping[str, Any],
    checkpoints: int = 6,
    games: int = 100,
    seed: int = 1,
    threads: int | None = None,
    max_forfeits: int = MOST_FORFEITS,
    progress: Callable[[str, int, int], None] | None = None,
) -> Ladder:
    """Plays every checkpoint against every other one and every opponent, and rates them all at once.

    All checkpoints are held in memory while they play, 58 MB each: a training may delete its files meanwhile.

    Args:
        directory: the run's directory.
        opponents: fixed opponents.
        limits: how the checkpoints play; a mapping has the keys of `SearchLimits`.
        checkpoints: the most that are taken, as evenly spread as they are.
        games: of each match, even.
        seed: where openings and random numbers come from; each match has its own.
        threads: games played at a time (default: one a core).
        max_forfeits: games of a match that may be lost by a player's fault.
        progress: called before each match with the players' names, the number of matches played and that of all.

    Raises:
        ValueError: a value is out of its range, or there are fewer than two checkpoints.
        GtpError: a program does not start, or failed too often.
    """
    check_games("games", games)
    if not isinstance(limits, SearchLimits):
        limits = SearchLimits(**limits)
    chosen, evaluators = _loaded(directory, checkpoints)
    players: list[Player | SessionPlayer] = [
        ModelPlayer(evaluator=evaluator, name=f"{each.games_played:,} games", **limits.as_dict())
        for each, evaluator in zip(chosen, evaluators, strict=True)
    ]
    players += opponents
    # Fixed opponents are linked by the checkpoints: their games against each other would say nothing about the run.
    paired = [pair for pair in combinations(range(len(players)), 2) if pair[0] < len(chosen)]
    matches = []
    for number, (first, second) in enumerate(paired):
        if progress:
            progress(f"{players[first].name} against {players[second].name}", number, len(paired))
        result = play_match(
            players[first],
            players[second],
            games=games,
            seed=seed * 1_000_000 + number,
            threads=threads,
            max_forfeits=max_forfeits,
        )
        matches.append(LadderMatch(first=first, second=second, result=result))
    pairings = [Pairing(match.first, match.second, match.result.pair_counts) for match in matches]
    ratings = fit_ratings(len(players), pairings, zero=range(len(chosen)))
    rungs = []
    for number, (player, rating) in enumerate(zip(players, ratings, strict=True)):
        scores = [match.result.score for match in matches if match.first == number]
        scores += [1 - match.result.score for match in matches if match.second == number]
        rungs.append(
            Rung(
                name=player.name,
                games_played=chosen[number].games_played if number < len(chosen) else None,
                rating=rating,
                score=sum(scores) / len(scores),
                games=games * len(scores),
            )
        )
    return Ladder(rungs=tuple(rungs), matches=tuple(matches))


def _loaded(directory: str | PathLike[str], most: int) -> tuple[list[Checkpoint], list[Evaluator]]:
    while True:
        chosen = choose_checkpoints(directory, most)
        # A training that goes on meanwhile may have deleted one.
        with contextlib.suppress(FileNotFoundError):
            return chosen, [Evaluator.load(each.path) for each in chosen]


def save_ladder(directory: str | PathLike[str], ladder: Mapping[str, Any]) -> Path:
    """Writes a ladder's content into a run's directory, whole or not at all; returns the file.

    Raises:
        OSError: it can't be written.
    """
    path = Path(directory) / LADDER_FILE
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(json.dumps(ladder, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)
    return path


def read_ladder(directory: str | PathLike[str]) -> tuple[Rung, ...]:
    """Reads the players of a run's last ladder; an empty tuple if no ladder was played.

    Raises:
        ValueError: the file is not a ladder's.
        OSError: it can't be read.
    """
    path = Path(directory) / LADDER_FILE
    try:
        players = json.loads(path.read_text(encoding="utf-8"))["players"]
        return tuple(
            Rung(
                name=str(player["name"]),
                games_played=None if player["games_played"] is None else int(player["games_played"]),
                rating=Rating(_finite(player["elo"]), _finite(player["error"])),
                score=_finite(player["score"]),
                games=int(player["games"]),
            )
            for player in players
        )
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{path}: this is not a ladder: {error!r}") from error


def _finite(value: Any) -> float:  # noqa: ANN401 (a file may hold anything)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is not finite")
    return number
