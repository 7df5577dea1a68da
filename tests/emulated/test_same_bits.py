"""`make test-arm64`: the package trains the same model on emulated processors.

This folder is not part of `make test`: it needs what `make test-arm64` has downloaded and built.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = ROOT / ".cross" / "tools"
PYTHON_ARM64 = TOOLS / "bin" / "python-arm64"
QEMU_X86_64 = TOOLS / "host" / "usr" / "bin" / "qemu-x86_64-static"

OLD = [QEMU_X86_64, "-cpu", "Nehalem", sys.executable]
"""An x86-64 processor without AVX, the oldest that NumPy supports."""

MIDDLE = [QEMU_X86_64, "-cpu", "Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid", sys.executable]
"""An x86-64 processor with AVX2 but without AVX-512."""


def run(*command: str | Path, cpu: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", **({"QEMU_CPU": cpu} if cpu else {})}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False, timeout=1800)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def expected() -> str:
    """The output of `scripts/same_bits.py` on this machine."""
    native = run(sys.executable, "scripts/same_bits.py")
    assert f"{sk.kernel()} kernel" in native.stderr
    assert len(native.stdout.splitlines()) == len(set(native.stdout.splitlines())) > 8
    return native.stdout


@pytest.mark.parametrize(
    ("python", "cpu", "shown"),
    [
        pytest.param([PYTHON_ARM64], "neoverse-n1", "neon kernel, aarch64", id="ARM64"),
        pytest.param(OLD, None, "portable kernel, x86_64", id="x86-64 of 2008"),
    ],
)
def test_training_gives_the_same_bits(python: list[str | Path], cpu: str | None, shown: str, expected: str) -> None:
    emulated = run(*python, "scripts/same_bits.py", cpu=cpu)
    assert shown in emulated.stderr
    assert emulated.stdout == expected


TRAIN = """
import shirokuro as sk
trainer = sk.Trainer(sk.TrainConfig(seed=5, games=100, depth=2, table_mb=1, threads=2))
trainer.train_batch(100)
print(sk.kernel(), trainer.digest())
"""


@pytest.mark.parametrize(
    ("python", "cpu", "kernel"),
    [
        pytest.param([PYTHON_ARM64], "cortex-a53", "neon", id="ARMv8.0, without LSE atomics and dot products"),
        pytest.param(MIDDLE, None, "avx2", id="x86-64 of 2013"),
    ],
)
def test_one_wheel_runs_on_every_processor_of_its_architecture(
    python: list[str | Path], cpu: str | None, kernel: str
) -> None:
    emulated = run(*python, "-c", TRAIN, cpu=cpu).stdout.split()
    assert emulated == [kernel, run(sys.executable, "-c", TRAIN).stdout.split()[1]]


def test_the_tests_of_evaluation_search_signature_and_the_shipped_model_pass_on_arm64() -> None:
    files = [
        "tests/core/test_evaluation.py",
        "tests/core/test_search.py",
        "tests/benchmarks/test_signature.py",
        "tests/models/test_beginning.py",
    ]
    done = run(PYTHON_ARM64, "-m", "pytest", "-p", "no:cacheprovider", "-q", *files)
    assert " passed" in done.stdout
