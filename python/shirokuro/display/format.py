"""Numbers formatted for people. Unknown values are shown as a dash."""

from __future__ import annotations

import math
import os
import shlex

DASH = "–"
"""Placeholder for an unknown value."""


def number(value: float | None, form: str = ",.0f", unit: str = "") -> str:
    """Formats a number with its unit."""
    return DASH if value is None or math.isnan(value) else f"{value:{form}}{unit}"


def percent(share: float | None, form: str = ".1f") -> str:
    """Formats a share of 1 as a percentage."""
    return number(None if share is None else 100 * share, form, " %")


def counted(count: float, noun: str, plural: str = "", form: str = ",") -> str:
    """Returns a number with its noun, such as `1 game` or `2,000 games`."""
    return f"{count:{form}} {noun if count == 1 else plural or f'{noun}s'}"


def duration(seconds: float | None, *, unknown: str = DASH) -> str:
    """Formats a duration as hours, minutes and seconds, with days if it is that long."""
    if seconds is None or not math.isfinite(seconds):
        return unknown
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{f'{days} d ' if days else ''}{hours}:{minutes:02}:{rest:02}"


def ago(seconds: float | None) -> str:
    """Describes how long ago something happened, in a single unit."""
    if seconds is None:
        return DASH
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"


def message_of(error: BaseException) -> str:
    """Returns what an exception says; an error of the system as the shell would: `file: No such file or directory`."""
    if not isinstance(error, OSError) or error.errno is None or error.strerror is None:
        return str(error)
    names = [name for name in (error.filename, error.filename2) if isinstance(name, str | bytes | os.PathLike)]
    files = " -> ".join(shlex.quote(os.fsdecode(name)) for name in names)
    return f"{files}: {error.strerror}" if files else error.strerror


def short(value: float) -> str:
    """Formats a number for an axis: three digits, with a letter for thousands and millions."""
    for letter, unit in (("M", 1e6), ("k", 1e3)):
        if abs(value) >= 10 * unit or (letter == "M" and abs(value) >= 0.9995 * unit):  # rounds to 1,000k
            return f"{value / unit:.3g}{letter}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 (three digits)
