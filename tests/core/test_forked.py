"""Forked processes, which do not inherit their parent's threads."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest


def run(script: str) -> str:
    """Runs a program and returns its output. Its `in_child` runs a function in a fork and returns the exit code."""
    head = """
        import os
        import numpy as np
        import shirokuro as sk

        def in_child(function):
            child = os.fork()
            if child == 0:
                os._exit(function())
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    """
    program = textwrap.dedent(head) + textwrap.dedent(script)
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork is not available")


def test_a_forked_process_evaluates_batches() -> None:
    assert (
        run("""
            evaluator = sk.Evaluator()
            boards = np.tile(sk.Position().board, (20_000, 1))
            values = evaluator.evaluate_batch(boards)

            def grandchild():
                return 7 if (evaluator.evaluate_batch(boards) == values).all() else 1

            def child():
                return 1 if (evaluator.evaluate_batch(boards) != values).any() else in_child(grandchild)

            print(in_child(child), (evaluator.evaluate_batch(boards) == values).all())
        """)
        == "7 True"
    )


def test_a_forked_process_cannot_use_its_parents_trainer() -> None:
    assert (
        run("""
            trainer = sk.Trainer(sk.TrainConfig(depth=1, exact_empties=0, table_mb=1, threads=2))
            trainer.train_batch(10)

            def child():
                try:
                    trainer.train_batch(10)
                except RuntimeError as error:
                    mine = sk.Trainer(trainer.config)
                    mine.train_batch(10)
                    return 7 if "forked" in str(error) and mine.games_played == trainer.games_played == 10 else 1

            print(in_child(child), trainer.train_batch(10).games)
        """)
        == "7 10"
    )
