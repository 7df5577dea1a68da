"""Places in the repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The repository."""

PROGRAMS = ROOT / "tests" / "support" / "programs"
"""Small programs that tests start."""

SCRIPTS = ROOT / "scripts"
"""The repository's scripts."""
