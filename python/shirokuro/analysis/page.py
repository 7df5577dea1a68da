"""Analysed games as one self-contained web page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shirokuro.analysis.result import GameAnalysis

_PAGE = Path(__file__).parent / "page.html"


def page_of(games: Sequence[GameAnalysis]) -> str:
    """Returns an HTML page that shows analysed games, move by move, with a board and a graph.

    The page loads nothing: it works as a file, and in a mail.

    Args:
        games: the games, at least one. With several, the page has a list to choose from.

    Raises:
        ValueError: there are no games.
    """
    if not games:
        raise ValueError("games: must have at least one")
    # Names come from files: no text may end the script element.
    content = json.dumps([game.to_dict() for game in games]).replace("<", "\\u003c")
    return _PAGE.read_text(encoding="utf-8").replace("@DATA@", content)
