"""Pools of sessions, for players that need a process for each game in progress."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shirokuro.matches.players import PlayerFaultError, SessionPlayer, TimedPlayer, TimedProcess

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from shirokuro._core import Position
    from shirokuro.game.clock import GameClock
    from shirokuro.matches.players import Player, PlayerProcess


class SessionPool:
    """A player's sessions in a match: one for each game in progress, if the player needs sessions."""

    def __init__(self, player: Player | SessionPlayer) -> None:
        self._player = player
        self._lock = threading.Lock()
        self._free: list[PlayerProcess] = []
        self._busy: list[PlayerProcess] = []
        self._closed = False

    @contextmanager
    def taken(self) -> Iterator[TimedProcess]:
        """Lends out a session for one game."""
        if not isinstance(self._player, SessionPlayer):
            yield _StatelessSession(self._player)
            return
        watched = _Watched(self._session(self._player))
        try:
            yield watched
        finally:
            with self._lock:
                self._busy.remove(watched.session)
                keep = not (watched.failed or self._closed)
                if keep:
                    self._free.append(watched.session)
            if not keep:
                watched.session.close()

    def _session(self, player: SessionPlayer) -> PlayerProcess:
        with self._lock:
            if self._free:
                self._busy.append(self._free.pop())
                return self._busy[-1]
        session = player.session()
        with self._lock:
            self._busy.append(session)
            closed = self._closed
        if closed:
            session.kill()
        return session

    def close(self) -> None:
        """Ends all sessions; kills those of games in progress."""
        with self._lock:
            self._closed = True
            free, busy = self._free, list(self._busy)
            self._free = []
        for session in busy:
            session.kill()
        for session in free:
            session.close()


class _StatelessSession:
    """A stand-in session for a player that needs none."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._clock: GameClock | None = None

    def set_clock(self, clock: GameClock) -> None:
        self._clock = clock

    def choose(self, moves: Sequence[str], position: Position, random: Random) -> str:  # noqa: ARG002 (see `PlayerProcess`)
        if self._clock and isinstance(self._player, TimedPlayer):
            return self._player.choose_within(position, random, 1000 * self._clock.budget(position.empties))
        return self._player.choose(position, random)

    def close(self) -> None:
        pass

    kill = close


class _Watched:
    """A session that records whether it has failed."""

    def __init__(self, session: PlayerProcess) -> None:
        self.session = session
        self.failed = False

    def set_clock(self, clock: GameClock) -> None:
        if isinstance(self.session, TimedProcess):
            self.session.set_clock(clock)

    def choose(self, moves: Sequence[str], position: Position, random: Random) -> str:
        try:
            return self.session.choose(moves, position, random)
        except PlayerFaultError:
            self.failed = True
            raise

    def close(self) -> None:
        self.session.close()

    def kill(self) -> None:
        self.session.kill()
