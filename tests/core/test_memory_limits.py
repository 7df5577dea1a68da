"""Processes with little memory or without new threads: work is done or raises an error; no process is ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk

if TYPE_CHECKING:
    from pathlib import Path

STRACE = shutil.which("strace")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limit is set as on Linux")

LIMITS_MB = (2, 20, 42, 60, 100, 110, 200, 320, 340, 360, 450, 900)
"""Megabytes that a process may allocate beyond what it has already."""

HEAD = """
    import os, resource, sys, traceback
    from pathlib import Path
    import numpy as np
    import shirokuro as sk
    from shirokuro import _core

    for name in sk.__all__:
        getattr(sk, name)  # imports it now, while there is memory

    path = Path(sys.argv[1])
    config = sk.TrainConfig(depth=1, exact_empties=0, table_mb=1, threads=2, generation_games=100)

    def allow(megabytes):
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + megabytes * 1_000_000,) * 2)

    def outcome(megabytes, prepare, work):
        child = os.fork()
        if child == 0:
            try:
                prepared = prepare()
                allow(megabytes)
                work(prepared)
                os._exit(0)
            except MemoryError as error:
                os._exit(1)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(2)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def sweep(prepare, work):
        print(*(outcome(int(megabytes), prepare, work) for megabytes in sys.argv[2:]))
"""


def outcomes(path: Path, prepare: str, work: str) -> list[int]:
    """Returns the exit code under each limit: 0 if the work was done, 1 after a MemoryError; negative for a signal."""
    program = textwrap.dedent(HEAD) + f"\nsweep(lambda: ({prepare}), lambda prepared: ({work}))\n"
    command: list[str | Path] = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program, path]
    run = subprocess.run([*command, *map(str, LIMITS_MB)], capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stderr
    codes = [int(code) for code in run.stdout.split()]
    assert set(codes) <= {0, 1}, (dict(zip(LIMITS_MB, codes, strict=True)), run.stderr)
    return codes


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("limited") / "model.shiro"
    config = sk.TrainConfig(depth=1, exact_empties=0, table_mb=1, threads=2, generation_games=100)
    trainer = sk.Trainer(config)
    trainer.train_batch(30)
    trainer.save(path)
    return path


@pytest.mark.parametrize(
    ("prepare", "work"),
    [
        ("None", "sk.Evaluator()"),
        ("None", "sk.Evaluator.load(path)"),
        ("sk.Evaluator()", "prepared.save(path.with_name('weights'))"),
        ("None", "sk.Trainer(config)"),
        ("None", "sk.Trainer.load(path)"),
        ("sk.Trainer(config)", "prepared.train_batch(60)"),
        ("sk.Trainer.load(path)", "prepared.train_batch(100)"),
        ("sk.Trainer(config)", "prepared.save(path.with_name('copy'))"),
        ("None", "_core.verify_file(path)"),
        ("None", "_core.file_digest(path)"),
        ("sk.Evaluator()", "_core.Searcher(prepared, table_mb=300)"),
        ("sk.Evaluator()", "sk.search(sk.Position(), evaluator=prepared, depth=8, table_mb=20, threads=4)"),
        ("np.zeros((100_000, 64), 'i4')", "sk.Evaluator().evaluate_batch(prepared)"),
    ],
)
def test_with_little_memory_work_is_done_or_raises_memory_error(saved: Path, prepare: str, work: str) -> None:
    codes = outcomes(saved, prepare, work)
    assert codes[0] == 1, "too little memory for anything"
    assert codes[-1] == 0, "enough memory"


def test_a_trainer_that_lacked_memory_continues_as_if_nothing_had_happened(saved: Path) -> None:
    program = textwrap.dedent(HEAD) + textwrap.dedent("""
        trainer = sk.Trainer.load(path)
        before = trainer.digest()
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        unlimited = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size + 10_000_000, unlimited[1]))
        try:
            trainer.train_batch(70)
        except MemoryError as error:
            message = str(error)
        resource.setrlimit(resource.RLIMIT_AS, unlimited)
        unchanged = trainer.digest() == before
        trainer.train_batch(80)
        print(unchanged, trainer.digest(), message)
    """)
    command: list[str | Path] = [sys.executable, "-c", program, saved]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout
    unchanged, digest, message = output.strip().split(maxsplit=2)
    whole = sk.Trainer.load(saved)
    whole.train_batch(80)
    assert (unchanged, digest) == ("True", whole.digest())
    assert message.startswith("not enough memory for ")
    assert message.endswith(" MB")


def test_without_threads_there_is_an_error_and_no_crash(saved: Path) -> None:
    # A limit of tasks does not bind root, so the address space of their stacks runs out instead.
    codes = outcomes(saved, "None", "_core.TrainerCore(seed=1, generation_games=8, threads=400, table_mb=0)")
    assert codes[0] == 1


def test_a_table_that_no_machine_holds_is_a_memory_error() -> None:
    program = textwrap.dedent("""
        import resource, shirokuro as sk
        from shirokuro._core import Searcher, TrainerCore
        resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000,) * 2)
        evaluator = sk.Evaluator()
        for work in (
            lambda: Searcher(evaluator, table_mb=65536),
            lambda: sk.search(sk.Position(), evaluator=evaluator, depth=1, table_mb=65536),
            lambda: sk.solve(sk.Position(), table_mb=65536),
            lambda: TrainerCore(seed=1, generation_games=8, threads=1, table_mb=65536),
        ):
            try:
                work()
            except MemoryError as error:
                print(error)
    """)
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    lines = output.stdout.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("not enough memory for ") for line in lines)
    assert all(65_500 < int(line.split()[-2]) < 65_700 for line in lines)


@pytest.mark.skipif(STRACE is None, reason="strace is not installed: `make .venv/.programs` installs it on Debian")
def test_threads_that_the_system_does_not_start_are_an_error_or_done_without() -> None:
    program = textwrap.dedent("""
        import numpy as np, shirokuro as sk
        from shirokuro._core import TrainerCore
        evaluator = sk.Evaluator()
        alone = sk.search(sk.Position(), evaluator=evaluator, depth=5)
        together = sk.search(sk.Position(), evaluator=evaluator, depth=5, threads=4)
        print(alone.score == together.score)
        boards = np.tile(sk.Position().board, (5000, 1))
        for work in (
            lambda: TrainerCore(seed=1, generation_games=8, threads=2, table_mb=0),
            lambda: evaluator.evaluate_batch(boards),
            lambda: sk.search(sk.Position(), evaluator=evaluator, depth=9),
        ):
            try:
                work()
            except RuntimeError as error:
                print(error)
    """)
    assert STRACE is not None
    command = [STRACE, "-f", "-o", "/dev/null", "-e", "trace=clone,clone3", "-e", "inject=clone,clone3:error=EAGAIN"]
    run = subprocess.run(
        [*command, sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr
    same, *errors = run.stdout.splitlines()
    assert same == "True"
    assert len(errors) == 3
    assert all("threads could" in error for error in errors)
