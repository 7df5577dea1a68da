"""Notifications about a training run for systemd, if systemd started it, by the protocol of sd_notify(3)."""

from __future__ import annotations

import logging
import os
import socket
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from shirokuro.display.format import duration, message_of
from shirokuro.runs.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shirokuro.training.results import TrainingProgress

STATUS_SECONDS = 2
"""Seconds between two status lines."""

_TD_ERROR = MEASURES["td_error"]

_log = logging.getLogger(__name__)


class ServiceManager:
    """Connection to the service manager. Without a service manager, messages are discarded.

    Args:
        environment: environment variables, by default those of this process. `NOTIFY_SOCKET` is the manager's socket,
            either a path or `@` followed by an abstract name. `WATCHDOG_USEC` is the time within which the process
            `WATCHDOG_PID` must show that it is alive.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        variables = os.environ if environment is None else environment
        address = variables.get("NOTIFY_SOCKET", "") if sys.platform != "win32" else ""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_seconds = _watchdog_seconds(variables) if address else None
        """Time of silence after which the manager kills this process; `None` if it does not watch this process."""

    @property
    def is_listening(self) -> bool:
        """Whether there is a service manager that listens for messages."""
        return bool(self._address)

    def notify(self, *assignments: str) -> None:
        """Sends assignments such as `READY=1`. If the manager can't be reached, training continues."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
                connection.setblocking(False)
                connection.sendto("\n".join(assignments).encode(), self._address)
        except OSError as error:
            _log.debug("can't send %s to the service manager: %s", assignments, message_of(error))


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    seconds: float | None = None
    with suppress(ValueError):  # a value that is not a number is ignored
        if int(environment.get("WATCHDOG_PID") or os.getpid()) == os.getpid():
            seconds = int(environment.get("WATCHDOG_USEC", "")) / 1e6
    return seconds if seconds and seconds > 0 else None


class TrainingService:
    """Reports to the service manager that a run has started, how far it is, and that it advances.

    Only finished games feed the watchdog, so the manager restarts a process that is alive but whose run hangs.
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
        self._status_games, self._status_time = games_played, now
        self._td_error: float | None = None

    def tick(self, games_played: int) -> None:
        """Handles progress, many times a second; `games_played` counts finished games since the start of the run."""
        now = self._clock()
        if games_played > self._games:
            self._games, self._advanced = games_played, now
        if not self._is_ready:
            self._is_ready = True
            self._advanced = self._fed = self._status_time = now
            self._manager.notify("READY=1", f"STATUS={games_played:,}/{self._target:,} games, training")
        elif now - self._status_time >= STATUS_SECONDS:
            self._manager.notify(f"STATUS={self._status(games_played, now)}")
            self._status_games, self._status_time = games_played, now
        watchdog = self._manager.watchdog_seconds
        if watchdog and games_played > self._fed_games and now - self._fed >= watchdog / 4:
            self._manager.notify("WATCHDOG=1")
            self._fed_games, self._fed = games_played, now

    def report(self, progress: TrainingProgress) -> None:
        """Handles a callback of the training loop."""
        if progress.batch.td_error is not None:
            self._td_error = progress.batch.td_error

    def end(self, status: str) -> None:
        """Reports that the run has ended and was saved. A run that was already complete also counts as started."""
        self._manager.notify("READY=1", "WATCHDOG=1", f"STATUS={status}")

    def _status(self, games_played: int, now: float) -> str:
        speed = (games_played - self._status_games) / (now - self._status_time)
        parts = [f"{games_played:,}/{self._target:,} games"]
        if speed > 0:
            parts += [f"{speed:,.0f} games/s", f"{duration(self._left())} left"]
        else:
            parts += [f"no game finished for {duration(now - self._advanced)}"]
        if self._td_error is not None:
            parts += [f"{_TD_ERROR.title} {_TD_ERROR.unit.text(self._td_error)}"]
        return ", ".join(parts)
