"""Runs a script of a checkout where the package is not installed, by the checkout's environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

ENVIRONMENT = Path(__file__).resolve().parent.parent / ".venv"


def restart(missing: ModuleNotFoundError) -> NoReturn:
    """Runs the script again with the interpreter of the checkout's environment; ends it with a message without one."""
    python = ENVIRONMENT / "bin" / "python"
    if missing.name != "shirokuro":
        raise missing
    if not python.exists() or Path(sys.prefix).resolve() == ENVIRONMENT:
        sys.exit(f"{Path(sys.argv[0]).name}: the package is not installed; make build installs it into {ENVIRONMENT}")
    os.execv(python, [str(python), *sys.argv])  # noqa: S606 (the same script)
