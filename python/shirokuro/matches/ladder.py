"""Ladders: ratings of a run's checkpoints, from matches against each other and against fixed opponents."""

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
from shirokuro.display.format import counted
from shirokuro.engine.limits import SearchLimits
from shirokuro.files import write_text
from shirokuro.matches.arena import check_games, play_match
from shirokuro.matches.bradley_terry import Pairing, Rating, fit_ratings
from shirokuro.matches.forfeits import MAX_FORFEITS
from shirokuro.matches.players import ModelPlayer
from shirokuro.runs.checkpoints import list_checkpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

    from shirokuro.matches.arena import Arena
    from shirokuro.matches.players import Player, SessionPlayer
    from shirokuro.matches.result import MatchResult
    from shirokuro.runs.checkpoints import Checkpoint

LADDER_FILE = "ladder.json"
"""The file in a run's directory that contains its latest ladder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A player of a ladder."""

    name: str
    """The player's name in tables."""
    games_played: int | None
    """The number of training games behind a checkpoint; `None` for a fixed opponent."""
    rating: Rating
    """The rating in Elo points; the mean of all checkpoints is zero."""
    score: float
    """The share of the points scored, over all matches."""
    games: int
    """The number of games played."""
    forfeits: int | None = None
    """The number of games that the player forfeited; `None` if a file does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderMatch:
    """A match of a ladder."""

    first: int
    """The index of the player whose result it is."""
    second: int
    """The index of the opponent."""
    result: MatchResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """All players of a ladder and their matches."""

    rungs: tuple[Rung, ...]
    """The checkpoints, oldest first, and then the fixed opponents."""
    matches: tuple[LadderMatch, ...]

    def _repr_html_(self) -> str:
        """Returns a table of the players, for notebooks."""
        header = ("player", "training games", "Elo", "±", "score", "games", "forfeits")
        rows = [
            (
                rung.name,
                notebook.number(rung.games_played),
                f"{rung.rating.elo:+.0f}",
                f"{rung.rating.error:.0f}",
                f"{rung.score:.3f}",
                rung.games,
                notebook.number(rung.forfeits),
            )
            for rung in self.rungs
        ]
        return notebook.table(header, rows, left=("player",))

    def to_dict(self) -> dict[str, Any]:
        """Returns the content of the JSON file."""
        return {
            "version": __version__,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "players": [
                {"name": rung.name, "games_played": rung.games_played, **asdict(rung.rating)}
                | {"score": rung.score, "games": rung.games, "forfeits": rung.forfeits}
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


def play_ladder(
    directory: str | PathLike[str],
    opponents: Sequence[Player | SessionPlayer],
    *,
    limits: SearchLimits | Mapping[str, Any],
    checkpoints: int = 6,
    games: int = 100,
    seed: int = 1,
    threads: int | None = None,
    max_forfeits: float = MAX_FORFEITS,
    progress: Callable[[str, int, int], None] | None = None,
    arena: Arena | None = None,
) -> Ladder:
    """Plays every checkpoint against every other checkpoint and every opponent, and rates all players at once.

    All checkpoints stay in memory while they play, 58 MB each, because the run may delete their files in the meantime.

    Args:
        directory: the run's directory.
        opponents: fixed opponents.
        limits: the search limits of the checkpoints; a mapping has the keys of `SearchLimits`.
        checkpoints: the maximum number of checkpoints; if the run has more, they are chosen evenly spaced.
        games: games per match, an even number.
        seed: the seed of openings and random numbers; each match derives its own from it.
        threads: games played at a time (default: one per core).
        max_forfeits: the share or number of games that may be forfeited in each match; see `play_match`.
        progress: called before each match with the players' names, the number of matches played and their total.
        arena: where the games are played; see `play_match`.

    Raises:
        ValueError: a value is out of range, or there are fewer than two checkpoints.
        GtpError: a program does not start, or forfeited too many games.
    """
    check_games("games", games)
    if not isinstance(limits, SearchLimits):
        limits = SearchLimits(**limits)
    chosen, evaluators = _loaded(directory, checkpoints)
    players: list[Player | SessionPlayer] = [
        ModelPlayer(evaluator=evaluator, name=counted(each.games_played, "game"), **limits.as_dict())
        for each, evaluator in zip(chosen, evaluators, strict=True)
    ]
    players += opponents
    # The checkpoints connect the fixed opponents, whose games against each other would say nothing about the run.
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
            arena=arena,
        )
        matches.append(LadderMatch(first=first, second=second, result=result))
    pairings = [Pairing(match.first, match.second, match.result.pair_counts) for match in matches]
    ratings = fit_ratings(len(players), pairings, zero=range(len(chosen)))
    rungs = []
    for number, (player, rating) in enumerate(zip(players, ratings, strict=True)):
        scores = [match.result.score for match in matches if match.first == number]
        scores += [1 - match.result.score for match in matches if match.second == number]
        forfeits = [match.result.forfeited for match in matches if match.first == number]
        forfeits += [len(match.result.forfeits) - match.result.forfeited for match in matches if match.second == number]
        rungs.append(
            Rung(
                name=player.name,
                games_played=chosen[number].games_played if number < len(chosen) else None,
                rating=rating,
                score=sum(scores) / len(scores),
                games=games * len(scores),
                forfeits=sum(forfeits),
            )
        )
    return Ladder(rungs=tuple(rungs), matches=tuple(matches))


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
