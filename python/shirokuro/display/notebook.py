"""How notebooks show things: boards as pictures, figures as tables. Colours are those of the notebook, light or dark.

Whatever stands in a cell is escaped; pictures are images of their own, in which nothing runs.
"""

from __future__ import annotations

import base64
import html
import math
from typing import TYPE_CHECKING

from shirokuro._core import Position, black_view
from shirokuro.display.boards import board_svg, result_text, situation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shirokuro._core import Game, SearchResult

_GREY, _BLUE, _ORANGE = "#888", "#3b8eea", "#e08a1e"
"""Colours that can be told apart on white and on black, and by all."""


class Html(str):
    """HTML, which stands in a cell as it is."""

    __slots__ = ()


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, left: Sequence[str] = ()) -> str:
    """Rows under a header, columns to the right but for those of `left`; `None` is shown as a dash."""

    def cells(tag: str, values: Sequence[object]) -> str:
        sides = ("left" if name in left else "right" for name in header)
        return "".join(
            f'<{tag} style="text-align:{side}">{_cell(value)}</{tag}>'
            for side, value in zip(sides, values, strict=True)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', header)}</tr></thead><tbody>{body}</tbody></table>"


def figures(values: Mapping[str, object]) -> str:
    """Names and values, one below the other."""
    left, broken = "text-align:left", "text-align:left;max-width:36em;overflow-wrap:anywhere"
    rows = "".join(
        f'<tr><th style="{left}">{_cell(name)}</th><td style="{broken}">{_cell(value)}</td></tr>'
        for name, value in values.items()
    )
    return f"<table><tbody>{rows}</tbody></table>"


def text(value: object) -> str:
    """What a value is as text, as it stands."""
    return f'<pre style="line-height:1.2">{html.escape(str(value))}</pre>'


def beside(*parts: str) -> str:
    """Things side by side, or below each other where there is no room."""
    columns = "".join(f"<div>{part}</div>" for part in parts)
    return f'<div style="display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start">{columns}</div>'


def picture(svg: str, about: str) -> Html:
    """A picture, and the words for those who can't see it."""
    content = base64.b64encode(svg.encode()).decode()
    return Html(f'<img alt="{html.escape(about)}" src="data:image/svg+xml;base64,{content}"/>')


def board(position: Position, *, last_move: str | None = None, labels: Mapping[str, str] | None = None) -> str:
    """A board with its marks, and texts on empty squares."""
    svg = board_svg(position, legal_moves=labels is None, last_move=last_move, labels=labels)
    return picture(svg, situation(position))


def bar(value: float, greatest: float) -> Html:
    """A value as a bar that begins in the middle: to the right if it is positive."""
    half = 80 * min(abs(value) / greatest, 1) if greatest else 0
    start, colour = (80, _BLUE) if value >= 0 else (80 - half, _ORANGE)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="12">'
        f'<rect x="{start:.1f}" width="{half:.1f}" height="12" fill="{colour}"/>'
        f'<path d="M80 0v12" stroke="{_GREY}"/></svg>'
    )
    return picture(svg, f"{value:+.2f}")


def curve(values: Sequence[float | None], *, width: int = 320, height: int = 120) -> str:
    """Values within ±64 over the moves, as a picture; those that are not known are left out."""
    step = width / max(len(values) - 1, 1)
    known = [(number * step, height * (64 - value) / 128) for number, value in enumerate(values) if value is not None]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in known)
    lines = "".join(
        f'<path d="M0 {height * place:.1f}H{width}" stroke="{_GREY}" stroke-width="{1.5 if place == 0.5 else 0.5}"/>'  # noqa: PLR2004 (the middle)
        for place in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {width + 4} {height + 4}" width="{width}">'
    return f'{head}{lines}<polyline points="{points}" fill="none" stroke="{_BLUE}" stroke-width="2"/></svg>'


def number(value: float | None) -> str | None:
    """Whole numbers with their thousands apart, others to four digits."""
    if value is None:
        return None
    if math.isinf(value):
        return "+∞" if value > 0 else "−∞"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def search_html(result: SearchResult) -> str:
    """A search's result: the board with the expected moves by their numbers, and the figures."""
    line = result.principal_variation
    worth = f"{result.score:+.2f} discs, " + ("exact" if result.exact else f"{result.depth} plies ahead")
    values = {
        "best move": result.best_move,
        "score": worth,
        **({} if result.confidence == 100 else {"confidence": f"{result.confidence} %"}),  # noqa: PLR2004 (percent)
        "expected": " ".join(line) or None,
        "positions": number(result.nodes),
        "seconds": f"{result.seconds:.3g}",
        "found in the table": None if result.table_hit_rate is None else f"{result.table_hit_rate:.1%}",
    }
    labels = {move: str(place) for place, move in enumerate(line, start=1)}
    return beside(board(result.position, labels=labels or None), figures(values))


def game_html(game: Game) -> str:
    """A finished game: its last board, how it ended, and what its searches said, in Black's view."""
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
    about = "What the searches said before each move, in Black's view, −64 to +64 discs"
    return f"{picture(curve(black), about)}<div>{about}</div>"


def _cell(value: object) -> str:
    if isinstance(value, Html):
        return value
    return "–" if value is None else html.escape(str(value))
