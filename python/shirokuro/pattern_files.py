"""Files that define a set of patterns."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shirokuro._core import PatternSet

if TYPE_CHECKING:
    from os import PathLike

_KEYS = {"name", "squares"}


def read(path: str | PathLike[str]) -> PatternSet:
    """Reads a file of patterns: `PatternSet.from_toml`.

    Raises:
        FileNotFoundError: the file does not exist (other `OSError`s: it can't be read).
        ValueError: it is not TOML, or does not define a set of patterns; the message names the file.
    """
    try:
        return PatternSet(_checked(tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    """Returns the squares by name.

    Raises:
        ValueError: the document is not a list of patterns, or one of them lacks a part, has an unknown one, or has the
            name of another one.
        TypeError: a name is not a text.
    """
    if unknown := document.keys() - {"pattern"}:
        raise ValueError(f"{min(unknown)}: unknown; a file of patterns has tables [[pattern]] alone")
    patterns = document.get("pattern", [])
    if not isinstance(patterns, list) or not all(isinstance(pattern, dict) for pattern in patterns):
        raise ValueError("pattern: must be tables [[pattern]], each with a name and squares")
    squares: dict[str, Any] = {}
    for number, pattern in enumerate(patterns, 1):
        shown = f"pattern {pattern['name']!r}" if "name" in pattern else f"pattern number {number}"
        if missing := _KEYS - pattern.keys():
            raise ValueError(f"{shown}: {min(missing)} is missing")
        if unknown := pattern.keys() - _KEYS:
            raise ValueError(f"{shown}: {min(unknown)}: unknown; a pattern has a name and squares")
        if not isinstance(pattern["name"], str):
            raise TypeError(f"pattern number {number}: name = {pattern['name']!r}: must be a text")
        if pattern["name"] in squares:
            raise ValueError(f"{shown}: the name is given twice")
        squares[pattern["name"]] = pattern["squares"]
    return squares
