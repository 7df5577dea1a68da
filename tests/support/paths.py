"""Paths in the repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The root of the repository."""

PROGRAMS = ROOT / "tests" / "support" / "programs"
"""Small programs that the tests run."""

SCRIPTS = ROOT / "scripts"
"""The repository's scripts."""
