"""Signals during waits on the main thread, sent at the worst moment: to another thread, which does not end the wait."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from shirokuro.signals import STEP_SECONDS, wait_for

PRELUDE = """
import os, signal, sys, threading, time
import shirokuro as sk
from shirokuro.signals import wait_for

def interrupt_from_here():
    time.sleep(0.5)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    time.sleep(60)

def interrupt():
    threading.Thread(target=interrupt_from_here, daemon=True).start()

class Stubborn:
    name = "stubborn"
    def choose(self, position, random):
        time.sleep(1)
        return position.legal_moves[0]
"""

WAITS = {
    "an event": "interrupt(); wait_for(threading.Event().wait)",
    "a training in the background": """
trainer = sk.Trainer(sk.TrainConfig(games=10**9, depth=1, exact_empties=0, table_mb=1))
trainer.start_training(directory=sys.argv[1], background=True)
interrupt()
trainer.wait()
""",
    "a program's answer": "interrupt(); sk.GtpEngine([sys.executable, '-c', 'input(); input()']).ask('name')",
    "a match": "interrupt(); sk.play_match(Stubborn(), Stubborn(), games=1000, threads=1)",
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send a signal to a thread")
@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_a_signal_to_another_thread_ends_the_wait(wait: str, tmp_path: object) -> None:
    start = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-c", PRELUDE + wait, str(tmp_path)], capture_output=True, text=True, timeout=50, check=False
    )
    assert "KeyboardInterrupt" in run.stderr
    assert time.monotonic() - start < 40


def test_a_wait_ends_when_it_is_over_or_after_the_timeout() -> None:

    steps: list[float] = []

    def ready(seconds: float) -> bool:
        steps.append(seconds)
        return len(steps) == 3

    assert wait_for(ready)
    assert steps == [STEP_SECONDS] * 3
    start = time.monotonic()
    assert not wait_for(threading.Event().wait, 0.5)
    assert 0.5 <= time.monotonic() - start < 30
    assert wait_for(lambda _: True, 0)
    assert not wait_for(lambda _: False, 0)
