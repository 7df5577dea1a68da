"""A signal saves a training before it has its usual effect."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from tests.support.sessions import GAMES, Progress, finished, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType


@pytest.fixture
def terminated() -> Iterator[list[int]]:
    """The SIGTERM signals that this process's own handler receives."""
    received: list[int] = []

    def receive(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    before = signal.signal(signal.SIGTERM, receive)
    yield received
    signal.signal(signal.SIGTERM, before)


def test_a_signal_saves_the_training_and_then_has_its_usual_effect(
    trainer: sk.Trainer, reference: str, tmp_path: Path, terminated: list[int]
) -> None:
    send = Progress(100, lambda: os.kill(os.getpid(), signal.SIGTERM))
    result = finished(trainer.start_training(GAMES, directory=tmp_path, callback=send))
    assert (result.outcome, terminated) == ("paused", [signal.SIGTERM])
    interrupt = Progress(300, lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        trainer.resume_training(directory=tmp_path, callback=interrupt)
    assert finished(trainer.training_result).outcome == "paused"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    trainer.resume_training(directory=tmp_path)
    assert trainer.digest() == reference


def test_a_signal_stops_and_saves_a_background_training(
    trainer: sk.Trainer, tmp_path: Path, terminated: list[int]
) -> None:
    trainer.start_training(10**6, directory=tmp_path, background=True)
    wait_until(lambda: trainer.games_played > 0)
    os.kill(os.getpid(), signal.SIGTERM)
    result = finished(trainer.wait())
    assert (result.outcome, terminated) == ("paused", [signal.SIGTERM])
    assert sk.file_digest(result.checkpoint) == trainer.digest()
    trainer.start_training(GAMES, background=True)  # ends by itself without a wait
    wait_until(lambda: not trainer.is_training_active())
    trainer.start_training(10**6, background=True)
    send = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 (a signal before it would end the tests)
        send.start()
        trainer.wait()
    assert finished(trainer.training_result).outcome == "paused"


def test_a_signal_while_a_background_training_starts_has_its_effect(
    trainer: sk.Trainer, tmp_path: Path, terminated: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = type(trainer).note_own_parts

    def note_own_parts(trainer: sk.Trainer) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        start(trainer)

    monkeypatch.setattr(type(trainer), "note_own_parts", note_own_parts)
    trainer.start_training(10**6, directory=tmp_path, background=True)
    assert (finished(trainer.wait()).outcome, terminated) == ("paused", [signal.SIGTERM])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_after_a_background_training_has_its_usual_effect_at_once(
    trainer: sk.Trainer, tmp_path: Path, terminated: list[int]
) -> None:
    trainer.start_training(GAMES, directory=tmp_path, background=True)
    wait_until(lambda: not trainer.is_training_active())
    os.kill(os.getpid(), signal.SIGTERM)
    assert terminated == [signal.SIGTERM]
