"""Matches between each of several players and the others, rated together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any, Unpack

from shirokuro._core import __version__
from shirokuro.display import notebook
from shirokuro.matches.arena import MatchOptions, play_match
from shirokuro.matches.bradley_terry import Pairing, Rating, fit_ratings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from shirokuro.matches.players import Player, SessionPlayer
    from shirokuro.matches.result import MatchResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A player of a ladder."""

    name: str
    """The player's name in tables."""
    games_played: int | None
    """The number of training games behind a checkpoint; `None` for a fixed opponent."""
    rating: Rating
    """The rating in Elo points; zero is the mean of all checkpoints or, in a round robin, of all players."""
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

    def to_dict(self) -> dict[str, Any]:
        """Returns the match as a ladder's file has it."""
        return {
            "first": self.first,
            "second": self.second,
            "pair_counts": list(self.result.pair_counts),
            "mean_difference": self.result.mean_difference,
            "forfeits": len(self.result.forfeits),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """All players of a ladder or a round robin, and their matches."""

    rungs: tuple[Rung, ...]
    """The checkpoints, oldest first, and then the other players."""
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
            **_made(),
            "players": [
                {"name": rung.name, "games_played": rung.games_played, **asdict(rung.rating)}
                | {"score": rung.score, "games": rung.games, "forfeits": rung.forfeits}
                for rung in self.rungs
            ],
            "matches": [match.to_dict() for match in self.matches],
        }


def play_round_robin(
    players: Sequence[Player | SessionPlayer],
    *,
    games: int = 100,
    seed: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
    **options: Unpack[MatchOptions],
) -> Ladder:
    """Plays every player against every other one, and rates all of them at once, relative to their mean.

    Args:
        players: at least two players.
        games: games per match, an even number.
        seed: the seed of openings and random numbers; each match derives its own from it.
        progress: called before each match with the players' names, the number of matches played and their total.
        options: options of `play_match` for each match: `threads`, `opening_plies`, `openings`, `clock`,
            `max_forfeits`, `record`, `arena`.

    Raises:
        ValueError: a value is out of range.
        GtpError: a program does not start, or forfeited too many games.
    """
    matches = play_pairs(players, all_pairs(players), games=games, seed=seed, progress=progress, **options)
    return rate(players, list(matches))


def all_pairs(players: Sequence[Player | SessionPlayer]) -> list[tuple[int, int]]:
    """Returns the pairs of a round robin, by the players' indices.

    Raises:
        ValueError: there are fewer than two players.
    """
    if len(players) < 2:  # noqa: PLR2004
        raise ValueError(f"a round robin needs at least two players, and there are {len(players)}")
    return list(combinations(range(len(players)), 2))


def play_pairs(
    players: Sequence[Player | SessionPlayer],
    paired: Sequence[tuple[int, int]],
    *,
    games: int,
    seed: int,
    progress: Callable[[str, int, int], None] | None = None,
    **options: Unpack[MatchOptions],
) -> Iterator[LadderMatch]:
    """Plays a match for each pair of players' indices, and yields it when it has ended.

    The arguments are those of `play_round_robin`.
    """
    for number, (first, second) in enumerate(paired):
        if progress:
            progress(f"{players[first].name} against {players[second].name}", number, len(paired))
        seed_of_match = seed * 1_000_000 + number
        result = play_match(players[first], players[second], games=games, seed=seed_of_match, **options)
        yield LadderMatch(first=first, second=second, result=result)


def rate(
    players: Sequence[Player | SessionPlayer], matches: Sequence[LadderMatch], *, games_played: Sequence[int] = ()
) -> Ladder:
    """Rates all players at once by their matches.

    Args:
        players: the players: checkpoints, if there are any, and then others.
        matches: the matches, which must connect all players.
        games_played: the training games behind each checkpoint. The mean of the checkpoints is zero; without any, that
            of all players is.
    """
    pairings = [Pairing(match.first, match.second, match.result.pair_counts) for match in matches]
    ratings = fit_ratings(len(players), pairings, zero=range(len(games_played) or len(players)))
    rungs = []
    for number, (player, rating) in enumerate(zip(players, ratings, strict=True)):
        first = [match.result for match in matches if match.first == number]
        second = [match.result for match in matches if match.second == number]
        scores = [result.score for result in first] + [1 - result.score for result in second]
        forfeits = [result.forfeited for result in first]
        forfeits += [len(result.forfeits) - result.forfeited for result in second]
        rungs.append(
            Rung(
                name=player.name,
                games_played=games_played[number] if number < len(games_played) else None,
                rating=rating,
                score=sum(scores) / len(scores),
                games=sum(result.games for result in (*first, *second)),
                forfeits=sum(forfeits),
            )
        )
    return Ladder(rungs=tuple(rungs), matches=tuple(matches))


def unrated(players: Sequence[Player | SessionPlayer], games_played: Sequence[int] = ()) -> dict[str, Any]:
    """Returns the players of matches that were interrupted, without ratings, as a ladder's file begins."""
    known = [*games_played, *[None] * (len(players) - len(games_played))]
    return {
        **_made(),
        "players": [{"name": player.name, "games_played": games} for player, games in zip(players, known, strict=True)],
    }


def _made() -> dict[str, str]:
    return {"version": __version__, "time": datetime.now(UTC).isoformat(timespec="seconds")}
