"""Draws the pictures of docs/concepts.md, in light and in dark colours: `make concept-pictures`."""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import sys
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro._core import PatternSet

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGES = Path(__file__).parent.parent / "docs" / "images"

WIDTH = 720


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture."""

    ending: str
    background: str
    ink: str
    faint: str
    board: str
    grid: str
    accents: tuple[str, str, str, str]


LIGHT = Theme("", "#ffffff", "#1f2328", "#8c959f", "#e3efe6", "#b4cdbb", ("#1f6feb", "#bc4c00", "#1a7f37", "#8250df"))
DARK = Theme(
    "-dark", "#131416", "#e6edf3", "#8b949e", "#20352a", "#3c5a48", ("#58a6ff", "#f0883e", "#3fb950", "#bc8cff")
)


@dataclass(slots=True)
class Canvas:
    """A picture in the making: shapes in the order in which they are painted."""

    theme: Theme
    height: int
    title: str
    shapes: list[str] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, opacity: float = 1) -> None:
        """Adds a filled rectangle with slightly rounded corners."""
        self.shapes.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3" fill="{fill}"'
            + (f' fill-opacity="{opacity:g}"' if opacity < 1 else "")
            + "/>"
        )

    def line(self, points: list[tuple[float, float]], colour: str, *, width: float = 1.5, dashed: bool = False) -> None:
        """Adds a line through some points."""
        dashes = ' stroke-dasharray="4 4"' if dashed else ""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        self.shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashes}/>'
        )

    def dot(self, x: float, y: float, colour: str, radius: float = 4) -> None:
        """Adds a disc."""
        self.shapes.append(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{colour}"/>')

    def arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Adds a horizontal or vertical arrow."""
        (x, y), sign = end, (1 if end > start else -1)
        head = [(x - 7 * sign, y - 5), end, (x - 7 * sign, y + 5)]
        if start[0] == end[0]:
            head = [(x - 5, y - 7 * sign), end, (x + 5, y - 7 * sign)]
        self.line([start, end], self.theme.ink)
        self.line(head, self.theme.ink)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        colour: str = "",
        size: int = 14,
        anchor: str = "middle",
        bold: bool = False,
    ) -> None:
        """Adds a line of text, whose baseline is at y."""
        self.shapes.append(
            f'<text x="{x:g}" y="{y:g}" fill="{colour or self.theme.ink}" font-size="{size}" text-anchor="{anchor}"'
            + (' font-weight="bold"' if bold else "")
            + f">{escape(text)}</text>"
        )

    def svg(self) -> str:
        """Returns the document."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" width="{WIDTH}"'
            f' height="{self.height}" role="img" font-family="system-ui, sans-serif">'
        )
        back = f'<rect width="{WIDTH}" height="{self.height}" fill="{self.theme.background}"/>'
        return "\n".join([head, f"<title>{escape(self.title)}</title>", back, *self.shapes, "</svg>", ""])


def patterns(theme: Theme) -> Canvas:
    """Draws the squares of each pattern, in its first rotation."""
    canvas = Canvas(theme, 278, "The squares of the fourteen patterns")
    cell, gap = 10.5, 14
    side = 8 * cell
    left = (WIDTH - 7 * side - 6 * gap) / 2
    for index, (name, rotations) in enumerate(PatternSet.default().features.items()):
        x, y = left + index % 7 * (side + gap), 32 + index // 7 * (side + 38)
        canvas.text(x + side / 2, y - 9, name, bold=True)
        canvas.rect(x, y, side, side, theme.board)
        for square in rotations[0]:
            column, row = "abcdefgh".index(square[0]), int(square[1]) - 1
            canvas.rect(x + column * cell, y + row * cell, cell, cell, theme.accents[0])
        for step in range(1, 8):
            canvas.line([(x + step * cell, y), (x + step * cell, y + side)], theme.grid, width=1)
            canvas.line([(x, y + step * cell), (x + side, y + step * cell)], theme.grid, width=1)
    canvas.text(WIDTH / 2, 266, "a1 is at the top left. Each pattern is read in four rotations.", colour=theme.faint)
    return canvas


VALUES = (0.5, 1.5, -1.0, 2.0, 3.5, 1.0, 4.5, 6.0, 5.0, 8.0, 9.0, 12.0)
"""Search values of a game's positions in discs, in Black's view."""

OUTCOME = 14.0
RANDOM = 5
"""The position in which a random move was played."""


def targets(lambda_: float) -> list[float]:
    """Returns the λ-returns of the game in the picture."""
    result, following = [], OUTCOME
    for ply in reversed(range(len(VALUES))):
        following = VALUES[ply] if ply == RANDOM else (1 - lambda_) * VALUES[ply] + lambda_ * following
        result.append(following)
    return result[::-1]


def lambda_returns(theme: Theme) -> Canvas:
    """Draws the search values of a game, and the targets that three values of λ make of them."""
    canvas = Canvas(theme, 360, "λ-returns of a game with one random move")
    left, right, top, bottom = 60.0, 500.0, 40.0, 300.0

    def at(ply: float, value: float) -> tuple[float, float]:
        return left + (right - left) * ply / len(VALUES), bottom - (bottom - top) * (value + 2) / 18

    for level in (0, 5, 10, 15):
        canvas.line([at(0, level), at(len(VALUES), level)], theme.grid, width=1)
        canvas.text(left - 10, at(0, level)[1] + 5, f"{level:+d}" if level else "0", colour=theme.faint, anchor="end")
    canvas.text(left - 10, 24, "discs, Black's view", colour=theme.faint, anchor="start")
    canvas.text((left + right) / 2, 346, "positions of the game", colour=theme.faint)
    canvas.line([at(RANDOM, -2), at(RANDOM, 15)], theme.faint, dashed=True)
    canvas.text(at(RANDOM, 0)[0], 320, "random move", colour=theme.faint)
    for lambda_, colour in zip((0.5, 0.9, 1.0), theme.accents[1:], strict=True):
        line = targets(lambda_)
        for part in (range(RANDOM + 1), range(RANDOM + 1, len(VALUES))):
            canvas.line([at(ply, line[ply]) for ply in part], colour, width=2.5)
    for ply, value in enumerate(VALUES):
        canvas.dot(*at(ply, value), theme.accents[0], 4.5)
    canvas.dot(*at(len(VALUES), OUTCOME), theme.ink, 6)
    labels = (("search values (λ = 0)", 0), ("λ = 0.5", 1), ("λ = 0.9", 2), ("λ = 1", 3))
    for row, (label, accent) in enumerate(labels):
        y = 150.0 + 26 * row
        canvas.dot(546, y - 5, theme.accents[accent], 5)
        canvas.text(558, y, label, anchor="start", size=13)
    x, y = at(len(VALUES), OUTCOME)
    canvas.text(x + 12, y + 5, "result of the game", anchor="start", size=13)
    return canvas


LENGTHS = ((58, 62, 55), (64, 50, 60), (52, 66, 57), (60, 57, 59))
"""Times that games take, by thread."""


def _lanes(canvas: Canvas, x: float, y: float, first: int) -> float:
    """Draws the games of a generation on four threads, and returns where the last one ends."""
    end, number = x, first
    starts = [x] * len(LENGTHS)
    for turn in range(3):
        for thread, lengths in enumerate(LENGTHS):
            width = 1.12 * lengths[turn]
            canvas.rect(starts[thread] + 1, y + 30 * thread, width - 2, 24, canvas.theme.accents[0], opacity=0.35)
            canvas.text(starts[thread] + width / 2, y + 30 * thread + 17, str(number), size=12)
            starts[thread] += width
            end = max(end, starts[thread])
            number += 1
    return end


def generations(theme: Theme) -> Canvas:
    """Draws two generations: games in parallel, then learning."""
    canvas = Canvas(theme, 250, "Two generations of a training")
    x = 84.0
    for thread in range(4):
        canvas.text(74, 75 + 30 * thread, f"thread {thread + 1}", colour=theme.faint, size=12, anchor="end")
    for generation in (1, 2):
        end = _lanes(canvas, x, 58, 12 * (generation - 1) + 1)
        canvas.text((x + end) / 2, 44, f"play with the weights after {12 * (generation - 1)} games", size=13)
        for thread in range(4):
            canvas.rect(end + 4, 58 + 30 * thread, 84, 24, theme.accents[1], opacity=0.4)
            canvas.text(end + 46, 75 + 30 * thread, "its tables", size=12)
        canvas.text(end + 46, 44, "learn", size=13)
        canvas.line([(end + 2, 52), (end + 2, 182)], theme.ink, dashed=True)
        canvas.text((x + end + 92) / 2, 206, f"generation {generation}", bold=True)
        canvas.line([(x, 188), (end + 88, 188)], theme.faint)
        x = end + 104
    canvas.text(WIDTH / 2, 238, "A generation here has 12 games; the default is 64.", colour=theme.faint, size=13)
    return canvas


def determinism(theme: Theme) -> Canvas:
    """Draws the same six games on one thread and on three, and what is learned from them."""
    canvas = Canvas(theme, 300, "The same games on one thread and on three threads")
    widths = (46, 52, 40, 50, 44, 48)
    canvas.text(20, 30, "one thread", anchor="start", bold=True)
    x = 20.0
    for number, width in enumerate(widths):
        canvas.rect(x, 42, width - 3, 26, theme.accents[0], opacity=0.35)
        canvas.text(x + width / 2 - 1, 60, str(number + 1), size=13)
        x += width
    canvas.text(20, 118, "three threads", anchor="start", bold=True)
    for thread, games in enumerate(((0, 4), (1, 5), (2, 3))):
        x = 20.0
        for number in games:
            canvas.rect(x, 130 + 32 * thread, widths[number] - 3, 26, theme.accents[0], opacity=0.35)
            canvas.text(x + widths[number] / 2 - 1, 148 + 32 * thread, str(number + 1), size=13)
            x += widths[number]
    for y in (55, 175):
        canvas.arrow((316, y), (366, y))
        for number in range(6):
            canvas.rect(378 + 27 * number, y - 13, 24, 26, theme.accents[2], opacity=0.35)
            canvas.text(390 + 27 * number, y + 5, str(number + 1), size=13)
        canvas.text(459, y + 36, "learned in the order of their numbers", colour=theme.faint, size=12)
        canvas.line([(552, y), (584, y), (584, 115)], theme.ink)
    canvas.arrow((584, 115), (602, 115))
    canvas.rect(606, 92, 104, 46, theme.accents[3], opacity=0.3)
    canvas.text(658, 120, "same digest", size=14, bold=True)
    canvas.text(
        WIDTH / 2,
        250,
        "Each game takes its random numbers from the seed and its own number,",
        colour=theme.faint,
        size=13,
    )
    canvas.text(
        WIDTH / 2,
        270,
        "and starts with an empty transposition table: no game depends on a thread.",
        colour=theme.faint,
        size=13,
    )
    return canvas


PICTURES: dict[str, Callable[[Theme], Canvas]] = {
    "patterns": patterns,
    "lambda-returns": lambda_returns,
    "generations": generations,
    "determinism": determinism,
}
"""The pictures by name."""


def documents() -> dict[str, str]:
    """Returns the content of every file by its name."""
    return {
        f"{name}{theme.ending}.svg": draw(theme).svg() for name, draw in PICTURES.items() for theme in (LIGHT, DARK)
    }


def main() -> None:
    """Writes the files."""
    for name, document in documents().items():
        (IMAGES / name).write_text(document, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(startup.run(main))
