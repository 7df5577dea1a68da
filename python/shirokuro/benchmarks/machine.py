"""The machine on which the suite runs, as context for its figures."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shirokuro._core import kernel
from shirokuro.config import cores


def machine() -> dict[str, Any]:
    """Returns the processor, its cores, their load, the instruction set, the Python version and the time."""
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
    """Returns the processor's name; `None` where the system does not report it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or None
    names = (line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name"))
    return next(names, None)


def peak() -> int:
    """Returns the peak resident memory of this process in bytes."""
    try:
        text = Path("/proc/self/status").read_text(encoding="utf-8")
        lines = dict(line.split(":", 1) for line in text.splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    except (OSError, KeyError):
        # Not on Linux, where `ru_maxrss` of a child includes the memory of its parent at the fork.
        import resource  # noqa: PLC0415 (not available everywhere)

        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return size if platform.system() == "Darwin" else size * 1024
