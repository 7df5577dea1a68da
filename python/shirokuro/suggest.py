"""Suggestions for words that are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Returns `"; did you mean …?"` with the known word that is most like this one, or nothing if none is alike."""
    import difflib  # noqa: PLC0415 (only an error needs it)

    alike = difflib.get_close_matches(word, [name for name in known if name != "--help"], n=1)
    return f"; did you mean {alike[0]}?" if alike else ""
