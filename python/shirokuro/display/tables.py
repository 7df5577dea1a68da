"""Tables in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def text_table(header: Sequence[str], rows: Sequence[Sequence[object]], *, left: Sequence[str] = ()) -> str:
    """Formats rows under a header. Columns are right-aligned, except those in `left`; `None` is shown as a dash."""
    cells = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(len(name), *(len(row[i]) for row in cells)) if cells else len(name) for i, name in enumerate(header)]

    def line(texts: Sequence[str]) -> str:
        padded = (t.ljust(w) if n in left else t.rjust(w) for t, w, n in zip(texts, widths, header, strict=True))
        return "  ".join(padded).rstrip()

    return "\n".join([line(header), *map(line, cells)])
