"""Where the suite runs: what has to be known to read its figures."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shirokuro._core import kernel
from shirokuro.config import cores


def machine() -> dict[str, Any]:
    """The processor, its cores, how busy they are with other things, the instruction set, Python, the date."""
    return {
        "processor": _processor(),
        "architecture": platform.machine(),
        "cores": cores(),
        "kernel": kernel(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _processor() -> str | None:
    """The processor's name, where the system tells it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or None
    names = (line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name"))
    return next(names, None)


def peak() -> int:
    """The most bytes of this process that ever were in memory."""
    try:
        text = Path("/proc/self/status").read_text(encoding="utf-8")
        lines = dict(line.split(":", 1) for line in text.splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    except (OSError, KeyError):
        # Elsewhere. Linux would count the parent's memory at the start of a child to the child's peak.
        import resource  # noqa: PLC0415 (not everywhere)

        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return size if platform.system() == "Darwin" else size * 1024
