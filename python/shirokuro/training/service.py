"""What a training tells systemd, if that started it, by the protocol of sd_notify(3)."""

from __future__ import annotations

import logging
import os
import socket
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from shirokuro.display.format import duration
from shirokuro.runs.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shirokuro.training.results import TrainingProgress

STATUS_SECONDS = 2
"""Seconds between two status lines."""

_TD_ERROR = MEASURES["td_error"]

_log = logging.getLogger(__name__)


class ServiceManager:
    """Takes messages for the service manager; where there is none, they go nowhere.

    Args:
        environment: names the manager's socket in `NOTIFY_SOCKET`, a path or `@` and an abstract name, and in
            `WATCHDOG_USEC` and `WATCHDOG_PID` how often which process has to show that it lives.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        known = os.environ if environment is None else environment
        address = known.get("NOTIFY_SOCKET", "") if sys.platform != "win32" else ""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_seconds = _watchdog_seconds(known) if address else None
        """The manager ends a process that has been silent for so long; `None` if it does not watch this one."""

    @property
    def is_listening(self) -> bool:
        """There is one that waits for messages."""
        return bool(self._address)

    def tell(self, *assignments: str) -> None:
        """Sends assignments such as `READY=1`. A manager that can't be reached ends no training."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.setblocking(False)
                line.sendto("\n".join(assignments).encode(), self._address)
        except OSError as error:
            _log.debug("the service manager was not told %s: %s", assignments, error)


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    seconds: float | None = None
    with suppress(ValueError):  # what is no number asks for nothing
        if int(environment.get("WATCHDOG_PID") or os.getpid()) == os.getpid():
            seconds = int(environment.get("WATCHDOG_USEC", "")) / 1e6
    return seconds if seconds and seconds > 0 else None


class TrainingService:
    """Tells the service manager that a training plays, how far it is, and that it advances.

    The watchdog is fed by finished games alone: a process that is alive and whose training stands still is restarted.
    """

    def __init__(
        self,
        manager: ServiceManager,
        *,
        target_games: int,
        games_played: int,
        left: Callable[[], float | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._manager = manager
        self._target, self._left, self._clock = target_games, left, clock
        self._is_ready = False
        now = clock()
        self._games, self._advanced = games_played, now
        self._fed_games, self._fed = games_played, now
        self._told_games, self._told = games_played, now
        self._td_error: float | None = None

    def tick(self, games_played: int) -> None:
        """Called many times a second while games are played, with the number finished since the start of the run."""
        now = self._clock()
        if games_played > self._games:
            self._games, self._advanced = games_played, now
        if not self._is_ready:
            self._is_ready = True
            self._advanced = self._fed = self._told = now
            self._manager.tell("READY=1", f"STATUS={games_played:,}/{self._target:,} games, training")
        elif now - self._told >= STATUS_SECONDS:
            self._manager.tell(f"STATUS={self._status(games_played, now)}")
            self._told_games, self._told = games_played, now
        watchdog = self._manager.watchdog_seconds
        if watchdog and games_played > self._fed_games and now - self._fed >= watchdog / 4:
            self._manager.tell("WATCHDOG=1")
            self._fed_games, self._fed = games_played, now

    def report(self, progress: TrainingProgress) -> None:
        """A callback of the training."""
        if progress.batch.td_error is not None:
            self._td_error = progress.batch.td_error

    def end(self, words: str) -> None:
        """The training has ended, and was saved; also one that had nothing left to play was a start that succeeded."""
        self._manager.tell("READY=1", "WATCHDOG=1", f"STATUS={words}")

    def _status(self, games_played: int, now: float) -> str:
        speed = (games_played - self._told_games) / (now - self._told)
        words = [f"{games_played:,}/{self._target:,} games"]
        if speed > 0:
            words += [f"{speed:,.0f} games/s", f"{duration(self._left())} left"]
        else:
            words += [f"no game finished for {duration(now - self._advanced)}"]
        if self._td_error is not None:
            words += [f"{_TD_ERROR.title} {_TD_ERROR.unit.text(self._td_error)}"]
        return ", ".join(words)
