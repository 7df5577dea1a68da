"""The numbered examples run in an empty folder, and print something."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ROOT / "examples"


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.py")), ids=lambda example: example.stem)
def test_an_example_runs_and_prints_something(example: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, example], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert run.stdout.strip()


def test_every_example_is_listed_in_order() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    names = [example.name for example in sorted(EXAMPLES.glob("*.py"))]
    assert [line.split("](")[1].split(")")[0] for line in page.splitlines() if re.match(r"\| \[\d", line)] == names
