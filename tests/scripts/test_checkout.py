"""The scripts of a checkout find its package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.paths import SCRIPTS

if TYPE_CHECKING:
    from pathlib import Path


def run(checkout: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a script with an interpreter that has no packages."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command: tuple[str | Path, ...] = (sys.executable, "-S", checkout / "scripts" / script, *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize("script", ["train.py", "monitor.py", "evaluate.py"])
def test_a_script_is_run_by_the_environment_of_its_checkout(script: str, checkout: Path) -> None:
    assert os.access(checkout / "scripts" / script, os.X_OK)
    assert (checkout / "scripts" / script).read_text(encoding="utf-8").startswith("#!/usr/bin/env python3\n")
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n', encoding="utf-8")
    python.chmod(0o755)
    done = run(checkout, script, "runs/first", "--help")
    assert done.returncode == 7
    assert done.stdout.splitlines() == [str(checkout / "scripts" / script), "runs/first", "--help"]


def test_without_an_environment_a_script_says_what_installs_the_package(checkout: Path) -> None:
    done = run(checkout, "train.py")
    assert done.returncode == 1
    assert done.stderr == (
        f"train.py: the package is not installed; make build installs it into {checkout / '.venv'}\n"
    )
