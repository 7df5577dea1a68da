"""The matches that `make compare` plays, with the processor time that each side takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_speeds import processor_time

import shirokuro as sk
from shirokuro.matches.players import SessionPlayer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from engines import Engine, Shirokuro

    from shirokuro.matches.players import Player, PlayerProcess


class _Timed:
    """A player whose moves are timed."""

    def __init__(self, player: Player | SessionPlayer) -> None:
        self._player = player
        self._session: PlayerProcess | None = None
        self.name = player.name
        self.seconds = 0.0
        self.moves = 0
        self._starting = 0.0
        if isinstance(player, SessionPlayer):  # its own process, if it has one, is not to be timed until it plays
            start = processor_time()
            player.session().close()
            self._starting = processor_time() - start

    def session(self) -> _Timed:
        """See `shirokuro.matches.players.SessionPlayer`."""
        if isinstance(self._player, SessionPlayer):
            self._session = self._player.session()
            self.seconds -= self._starting
        return self

    def choose(self, moves: Sequence[str], position: sk.Position, random: Random) -> str:
        """See `shirokuro.matches.players.PlayerProcess`."""
        start = processor_time()
        session = self._session
        move = session.choose(moves, position, random) if session else self._player.choose(position, random)  # type: ignore[union-attr]
        self.seconds += processor_time() - start
        self.moves += 1
        return move

    def close(self) -> None:
        """Ends the session."""
        if self._session:
            start = processor_time()
            self._session.close()  # from now on, the time of a process that has ended counts
            self.seconds += processor_time() - start

    def kill(self) -> None:
        """Ends the session at once."""
        if self._session:
            self._session.kill()

    @property
    def milliseconds(self) -> float:
        """The mean time per move."""
        return 1000 * max(self.seconds, 0.0) / max(self.moves, 1)


@dataclass(frozen=True, slots=True)
class Match:
    """A match, with the mean processor time per move of both sides, in milliseconds."""

    engine: Engine
    other: Engine
    result: sk.MatchResult
    own: float
    others: float


def play_timed(engine: Shirokuro, other: Engine, games: int) -> Match:
    """Plays a match in which every move is timed."""
    own, others = _Timed(engine.player()), _Timed(other.player())
    result = sk.play_match(own, others, games=games, seed=1, threads=1)
    return Match(engine, other, result, own.milliseconds, others.milliseconds)
