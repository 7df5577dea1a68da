"""Opponents: other players, whom a model in training meets in a share of its games."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import wait
from random import Random
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from shirokuro._core import Game
from shirokuro.matches.arena import MatchGames, Threads, started
from shirokuro.matches.openings import random_opening
from shirokuro.matches.players import ModelPlayer, Player, SessionPlayer

if TYPE_CHECKING:
    from shirokuro._core import Evaluator
    from shirokuro.config import GenerationSettings
    from shirokuro.matches.arena import Outcome

Pool: TypeAlias = Sequence[Player | SessionPlayer] | Callable[[int], Sequence[Player | SessionPlayer]]
"""Players, or a function that returns them; it gets the number of games that the run has played."""

_TICK_SECONDS = 0.05


class MetOpponents(NamedTuple):
    """The games of a generation against other players."""

    games: list[Game]
    """The games, in the order in which they are learned."""
    faults: list[str]
    """What ended the games that were not finished, such as an illegal move."""


class Opponents:
    """Other players, against whom the model plays a share of the games of each generation.

    They are the first games of the generation, in pairs: both games of a pair have the same random opening, and the
    colours change. The pairs take the players in turn. The model plays its search's best moves. Then the games are
    learned as given games are, with `"search"` targets: every position is searched once more, and a move that is not
    the search's best one cuts the λ-return. A game that a player forfeits is left out.

    The run depends on the players, which it doesn't remember: to repeat or resume it, they must be the same, and their
    moves must depend on nothing else than positions and the given random numbers.

    Args:
        players: the players, or a function that gets the number of games played and returns them, at the start of each
            generation.
        share: the share of the games, above 0 and at most 1.

    Raises:
        ValueError: `share` is out of its range, or there are no players.
        TypeError: `players` is neither a sequence of players nor a function.
    """

    def __init__(self, players: Pool, *, share: float = 0.25) -> None:
        if not isinstance(share, (int, float)):
            raise TypeError(f"share = {share!r}: must be a number")
        if not (math.isfinite(share) and 0 < share <= 1):
            raise ValueError(f"share = {share}: must be above 0 and at most 1")
        self.share = float(share)
        self._pool = players if callable(players) else _checked(players)

    def __repr__(self) -> str:
        return f"<Opponents: {self}>"

    def __str__(self) -> str:
        pool = self._pool
        names = f"those of {name_of(pool)}" if callable(pool) else ", ".join(player.name for player in pool)
        return f"{100 * self.share:g} % of the games against {names}"

    def play(
        self,
        evaluator: Evaluator,
        *,
        seed: int,
        generation: int,
        generation_games: int,
        play: GenerationSettings,
        threads: int,
        table_mb: float,
        tick: Callable[[], None],
    ) -> MetOpponents:
        """Plays the games of a generation.

        Args:
            evaluator: the weights that the generation is played with.
            seed: the run's seed.
            generation: the number of the generation.
            generation_games: its number of games.
            play: its settings.
            threads: games that are played at a time.
            table_mb: the size of the model's transposition tables.
            tick: called about every 50 ms. An exception from it ends the games.
        """
        pairs = max(1, round(self.share * generation_games / 2))
        pool = self._pool
        players = _checked(pool(generation * generation_games)) if callable(pool) else pool
        model = ModelPlayer(
            evaluator=evaluator,
            depth=play.depth,
            nodes=play.nodes,
            time_ms=play.time_ms,
            exact_empties=play.exact_empties,
            table_mb=table_mb,
        )
        outcomes: dict[int, Outcome] = {}
        for number, player in enumerate(players):
            first = (number - generation * pairs) % len(players)
            turns = range(first, pairs, len(players))
            if not turns:
                continue
            openings = [
                random_opening(random.randint(0, play.random_plies), random)
                for random in (Random(f"{seed} opponents {generation} {pair}") for pair in turns)
            ]
            match = MatchGames(model, player, openings, _match_seed(seed, generation, number))
            with started(match, 2 * len(turns), Threads(threads)) as games:
                while waiting := [game for game in games if not game.done()]:
                    tick()
                    wait(waiting, timeout=_TICK_SECONDS)
                for index, game in enumerate(games):
                    outcomes[2 * turns[index // 2] + index % 2] = game.result()
        played = [outcomes[number] for number in sorted(outcomes)][:generation_games]
        return MetOpponents(
            [Game("".join(outcome.moves)) for outcome in played if not outcome.fault],
            [outcome.fault for outcome in played if outcome.fault],
        )


def name_of(function: object) -> str:
    """Returns the name of a function, or of the class of an object that is called like one."""
    return str(getattr(function, "__qualname__", type(function).__qualname__))


def _match_seed(seed: int, generation: int, number: int) -> int:
    return (seed << 96) + (generation << 32) + number


def _checked(players: object) -> Sequence[Player | SessionPlayer]:
    """Returns the players as they are.

    Raises:
        ValueError: there are none.
        TypeError: they are no sequence of players.
    """
    if not isinstance(players, Sequence) or isinstance(players, str):
        raise TypeError(f"players = {players!r}: must be a sequence of players, or a function that returns one")
    if not players:
        raise ValueError("players = []: must have at least one player")
    for player in players:
        if not (isinstance(player, SessionPlayer) or callable(getattr(player, "choose", None))):
            raise TypeError(f"players: {player!r} has no method choose(position, random)")
    return players
