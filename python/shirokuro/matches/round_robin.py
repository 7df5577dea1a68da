"""Matches between each of several players and the others, rated together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any

from shirokuro._core import __version__
from shirokuro.display import notebook
from shirokuro.matches.arena import play_match
from shirokuro.matches.bradley_terry import Pairing, Rating, fit_ratings
from shirokuro.matches.forfeits import MAX_FORFEITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from shirokuro.game.clock import GameClock
    from shirokuro.matches.arena import Arena
    from shirokuro.matches.openings import Opening
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


def play_round_robin(
    players: Sequence[Player | SessionPlayer],
    *,
    games: int = 100,
    seed: int = 1,
    threads: int | None = None,
    opening_plies: int | None = None,
    openings: Sequence[Opening] | None = None,
    clock: GameClock | None = None,
    max_forfeits: float = MAX_FORFEITS,
    progress: Callable[[str, int, int], None] | None = None,
    arena: Arena | None = None,
) -> Ladder:
    """Plays every player against every other one, and rates all of them at once, relative to their mean.

    Args:
        players: at least two players.
        games: games per match, an even number.
        seed: the seed of openings and random numbers; each match derives its own from it.
        threads: games played at a time (default: one per core).
        opening_plies: random moves per opening; see `play_match`.
        openings: the openings to play in place of random ones; see `play_match`.
        clock: the time of each side for a game; see `play_match`.
        max_forfeits: the share or number of games that may be forfeited in each match; see `play_match`.
        progress: called before each match with the players' names, the number of matches played and their total.
        arena: where the games are played; see `play_match`.

    Raises:
        ValueError: a value is out of range.
        GtpError: a program does not start, or forfeited too many games.
    """
    paired = all_pairs(players)
    matches = play_pairs(
        players,
        paired,
        games=games,
        seed=seed,
        threads=threads,
        opening_plies=opening_plies,
        openings=openings,
        clock=clock,
        max_forfeits=max_forfeits,
        progress=progress,
        arena=arena,
    )
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
    threads: int | None = None,
    opening_plies: int | None = None,
    openings: Sequence[Opening] | None = None,
    clock: GameClock | None = None,
    max_forfeits: float = MAX_FORFEITS,
    progress: Callable[[str, int, int], None] | None = None,
    arena: Arena | None = None,
) -> Iterator[LadderMatch]:
    """Plays a match for each pair of players' indices, and yields it when it has ended."""
    for number, (first, second) in enumerate(paired):
        if progress:
            progress(f"{players[first].name} against {players[second].name}", number, len(paired))
        result = play_match(
            players[first],
            players[second],
            games=games,
            seed=seed * 1_000_000 + number,
            threads=threads,
            opening_plies=opening_plies,
            openings=openings,
            clock=clock,
            max_forfeits=max_forfeits,
            arena=arena,
        )
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
