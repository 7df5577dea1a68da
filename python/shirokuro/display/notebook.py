"""HTML for notebooks: boards as pictures, figures as tables. Colours are those of the notebook, light or dark.

The contents of cells are escaped. Pictures are embedded as separate images, in which no scripts run.
"""

from __future__ import annotations

import base64
import html
import math
from typing import TYPE_CHECKING

from shirokuro._core import Position, black_view
from shirokuro.display.boards import board_svg, result_text, situation
from shirokuro.display.format import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shirokuro._core import Game, SearchResult

_GREY, _BLUE, _ORANGE = "#888", "#3b8eea", "#e08a1e"
"""Colours that are easy to distinguish on white and on black, also with a colour vision deficiency."""


class Html(str):
    """HTML that is put into a cell unescaped."""

    __slots__ = ()


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, left: Sequence[str] = ()) -> str:
    """Formats rows under a header. Columns are right-aligned, except those in `left`; `None` is shown as a dash."""

    def cells(tag: str, values: Sequence[object]) -> str:
        sides = ("left" if name in left else "right" for name in header)
        return "".join(
            f'<{tag} style="text-align:{side}">{_cell(value)}</{tag}>'
            for side, value in zip(sides, values, strict=True)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', header)}</tr></thead><tbody>{body}</tbody></table>"


def figures(values: Mapping[str, object]) -> str:
    """Formats names and values as a table with one pair per row."""
    left, wrapped = "text-align:left", "text-align:left;max-width:36em;overflow-wrap:anywhere"
    rows = "".join(
        f'<tr><th style="{left}">{_cell(name)}</th><td style="{wrapped}">{_cell(value)}</td></tr>'
        for name, value in values.items()
    )
    return f"<table><tbody>{rows}</tbody></table>"


def text(value: object) -> str:
    """Formats a value as preformatted text."""
    return f'<pre style="line-height:1.2">{html.escape(str(value))}</pre>'


def beside(*parts: str) -> str:
    """Places parts side by side, or below each other where space is short."""
    columns = "".join(f"<div>{part}</div>" for part in parts)
    return f'<div style="display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start">{columns}</div>'


def picture(svg: str, about: str) -> Html:
    """Embeds a picture, with a description for those who can't see it."""
    content = base64.b64encode(svg.encode()).decode()
    return Html(f'<img alt="{html.escape(about)}" src="data:image/svg+xml;base64,{content}"/>')


def board(position: Position, *, last_move: str | None = None, labels: Mapping[str, str] | None = None) -> str:
    """Draws a board, with the last move marked, and with `labels` instead of dots for legal moves."""
    svg = board_svg(position, legal_moves=labels is None, last_move=last_move, labels=labels)
    return picture(svg, situation(position))


def bar(value: float, greatest: float) -> Html:
    """Draws a value as a bar that starts in the middle and extends to the right if the value is positive."""
    half = 80 * min(abs(value) / greatest, 1) if greatest else 0
    start, colour = (80, _BLUE) if value >= 0 else (80 - half, _ORANGE)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="12">'
        f'<rect x="{start:.1f}" width="{half:.1f}" height="12" fill="{colour}"/>'
        f'<path d="M80 0v12" stroke="{_GREY}"/></svg>'
    )
    return picture(svg, f"{value:+.2f}")


def curve(values: Sequence[float | None], *, width: int = 320, height: int = 120) -> str:
    """Draws values within ±64 as a curve over the moves. Unknown values are left out."""
    step = width / max(len(values) - 1, 1)
    known = [(number * step, height * (64 - value) / 128) for number, value in enumerate(values) if value is not None]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in known)
    lines = "".join(
        f'<path d="M0 {height * level:.1f}H{width}" stroke="{_GREY}" stroke-width="{1.5 if level == 0.5 else 0.5}"/>'  # noqa: PLR2004 (the middle)
        for level in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {width + 4} {height + 4}" width="{width}">'
    return f'{head}{lines}<polyline points="{points}" fill="none" stroke="{_BLUE}" stroke-width="2"/></svg>'


def number(value: float | None) -> str | None:
    """Formats whole numbers with thousands separators, and other numbers with four significant digits."""
    if value is None:
        return None
    if math.isinf(value):
        return "+∞" if value > 0 else "-∞"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def search_html(result: SearchResult) -> str:
    """Formats a search result: the board with the expected moves numbered, and the figures."""
    line = result.principal_variation
    score = f"{result.score:+.2f} discs, " + (
        "exact" if result.exact else f"{counted(result.depth, 'ply', 'plies')} ahead"
    )
    values = {
        "best move": result.best_move,
        "score": score,
        **({} if result.confidence == 100 else {"confidence": f"{result.confidence} %"}),  # noqa: PLR2004 (percent)
        "expected": " ".join(line) or None,
        "positions": number(result.nodes),
        "seconds": f"{result.seconds:.3g}",
        "found in the table": None if result.table_hit_rate is None else f"{result.table_hit_rate:.1%}",
    }
    labels = {move: str(index) for index, move in enumerate(line, start=1)}
    return beside(board(result.position, labels=labels or None), figures(values))


def game_html(game: Game) -> str:
    """Formats a finished game: its final board, its result, and the values of its searches in Black's view."""
    position, black = Position(), list[float | None]()
    for move, value in zip(game.moves, game.values, strict=True):
        black.append(None if value is None else black_view(value, position.side_to_move))
        position = position.play(move)
    values = {"result": result_text(position), "moves": game.move_count, "game": game.transcript}
    parts = [board(position, last_move=game.moves[-1]), figures(values) + _curve_of(black)]
    return beside(*parts)


def _curve_of(black: Sequence[float | None]) -> str:
    if not any(value is not None for value in black):
        return ""
    about = "Value of the search before each move, in Black's view, −64 to +64 discs"
    return f"{picture(curve(black), about)}<div>{about}</div>"


def _cell(value: object) -> str:
    if isinstance(value, Html):
        return value
    return "–" if value is None else html.escape(str(value))
