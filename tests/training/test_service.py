"""Notifications to the service manager: that a run has started, how far it is, and that it advances."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from shirokuro.training.service import STATUS_SECONDS, ServiceManager, TrainingService
from tests.support.runs import QUICK_ARGS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timing

PROGRAM = str(Path(sys.executable).parent / "shirokuro")


class Manager:
    """A socket at which the service manager listens."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.received: list[str] = []

    def listen(self, seconds: float = 0.2) -> list[str]:
        """Returns the messages since the last call, after waiting for more during `seconds`."""
        self._socket.settimeout(seconds)
        new: list[str] = []
        try:
            while True:
                new += self._socket.recv(4096).decode().split("\n")
        except TimeoutError:
            self.received += new
            return new

    def listen_for(self, seconds: float) -> list[str]:
        """Returns the messages received within `seconds`."""
        end = time.monotonic() + seconds
        messages: list[str] = []
        while time.monotonic() < end:
            messages += self.listen(0.1)
        return messages

    def wait_for(self, start: str, *, seconds: float = 60) -> str:
        """Waits for a message that begins with `start`, and returns it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := [each for each in self.listen(0.05) if each.startswith(start)]:
                return found[-1]
        raise AssertionError(f"{start} was not received in {seconds} s, only {self.received}")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(str(tmp_path / "notify"))
    yield manager
    manager.close()


@contextmanager
def started(manager: Manager, *command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    variables = {**os.environ, "NOTIFY_SOCKET": manager.address, **environment}
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_messages_arrive_at_a_path_and_at_an_abstract_name(tmp_path: Path) -> None:
    for address in (str(tmp_path / "notify"), f"@shirokuro-{uuid.uuid4().hex}"):
        manager = Manager(address)
        service_manager = ServiceManager({"NOTIFY_SOCKET": address})
        service_manager.notify("READY=1", "STATUS=128/1,000 games, 12 games/s, λ")
        assert service_manager.is_listening
        assert manager.listen() == ["READY=1", "STATUS=128/1,000 games, 12 games/s, λ"]
        manager.close()


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nowhere/notify"}])
def test_without_a_manager_nothing_happens(environment: dict[str, str]) -> None:
    ServiceManager(environment).notify("READY=1")


def test_a_manager_that_does_not_read_never_blocks_the_run(manager: Manager) -> None:
    service_manager = ServiceManager({"NOTIFY_SOCKET": manager.address})
    for _ in range(1000):  # more than the socket's queue holds
        service_manager.notify("WATCHDOG=1")
    assert 0 < len(manager.listen()) < 1000


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "300000000"}, 300),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": str(os.getpid())}, 0.5),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_only_a_watchdog_that_watches_this_process_counts(environment: dict[str, str], seconds: float | None) -> None:
    assert ServiceManager({"NOTIFY_SOCKET": "/nowhere/notify", **environment}).watchdog_seconds == seconds
    assert ServiceManager(environment).watchdog_seconds is None


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Recorder:
    """A service manager that records its messages."""

    watchdog_seconds = 40.0

    def __init__(self) -> None:
        self.messages: list[str] = []

    def notify(self, *assignments: str) -> None:
        self.messages += assignments


def messages_of(steps: list[tuple[float, int]]) -> list[str]:
    """Returns the messages of a run whose progress is given as pairs of seconds and games played."""
    recorder, clock = Recorder(), Clock()
    service = TrainingService(recorder, target_games=10_000, games_played=500, clock=clock)  # type: ignore[arg-type]
    for clock.seconds, games in steps:
        service.tick(games)
    return recorder.messages


def test_the_watchdog_is_fed_while_games_finish() -> None:
    messages = messages_of([(second, 500 + second) for second in range(101)])
    assert messages.count("WATCHDOG=1") == 10
    assert messages.count("READY=1") == 1


def test_a_live_process_that_finishes_no_games_does_not_feed_the_watchdog() -> None:
    messages = messages_of([(second, min(500 + second, 530)) for second in range(1001)])
    assert messages.count("WATCHDOG=1") == 3
    assert (
        messages[-1]
        == f"STATUS=530/10,000 games, no game finished for 0:16:{1000 // STATUS_SECONDS * STATUS_SECONDS - 990:02}"
    )


def test_the_status_has_the_speed_since_the_previous_status() -> None:
    recorder, clock = Recorder(), Clock()
    service = TrainingService(recorder, target_games=10_000, games_played=500, left=lambda: 85, clock=clock)  # type: ignore[arg-type]
    service.tick(500)
    progress: Any = SimpleNamespace(batch=SimpleNamespace(td_error=7.25))
    service.report(progress)
    clock.seconds = 10
    service.tick(1500)
    assert "STATUS=1,500/10,000 games, 100 games/s, 0:01:25 left, TD error 7.25 discs" in recorder.messages


def test_a_run_is_ready_once_it_plays_and_reports_its_end_once_saved(manager: Manager, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with started(manager, PROGRAM, "train", f"--out={run}", "--games=1000000", *QUICK_ARGS) as process:
        manager.wait_for("READY=1")
        process.send_signal(signal.SIGTERM)
        ended = manager.wait_for("STATUS=paused after")
        assert process.wait(60) == 128 + signal.SIGTERM
    assert ended.endswith("games, saved")
    assert (run / "model.shiro").exists()


def test_a_run_that_is_already_complete_is_a_successful_start(manager: Manager, tmp_path: Path) -> None:
    command = (PROGRAM, "train", f"--out={tmp_path / 'run'}", "--games=64", "--resume", *QUICK_ARGS)
    for _ in range(2):  # the second time, as after a reboot, there is nothing left to play
        with started(manager, *command) as process:
            assert process.wait(60) == 0
        messages = manager.listen()
        assert "READY=1" in messages
        assert messages[-1] == "STATUS=completed after 64 games, saved"


HANGING = """
import sys
import shirokuro as sk
from shirokuro._core import inject_faults
from shirokuro.cli import main, train
from shirokuro.training import service

class Hanging(sk.Trainer):
    def train_generation(self, games, config, tick):
        if self.games_played >= 640:
            inject_faults(self._core, {"hang": 1.0}, hang_seconds=600)
        super().train_generation(games, config, tick)

train.Trainer = Hanging
service.STATUS_SECONDS = 0.5
sys.exit(main(sys.argv[1:]))
"""


def test_a_run_that_hangs_stops_feeding_the_watchdog_while_its_process_lives(manager: Manager, tmp_path: Path) -> None:
    arguments = ("train", f"--out={tmp_path / 'run'}", "--hang-seconds=0", "--threads=1", *QUICK_ARGS)
    with started(manager, sys.executable, "-c", HANGING, *arguments, WATCHDOG_USEC="200000") as process:
        while "no game finished" not in manager.wait_for("STATUS=640/200,000 games, "):
            pass
        assert "WATCHDOG=1" in manager.received
        later = manager.listen_for(2)
        assert len(later) > 1
        assert all("no game finished" in each for each in later)
        assert process.poll() is None
