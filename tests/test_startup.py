"""What a program sets up before it imports anything that takes time."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("is_program", "given", "expected"), [(True, None, "1"), (True, "3", "3"), (False, None, "None")]
)
def test_programs_compute_on_one_thread_of_numpy_unless_told_otherwise_and_libraries_as_they_like(
    *, is_program: bool, given: str | None, expected: str
) -> None:
    script = (
        f"__ends_on_interrupt__ = {is_program}; import shirokuro, os; print(os.environ.get('OPENBLAS_NUM_THREADS'))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    if given:
        environment["OPENBLAS_NUM_THREADS"] = given
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
