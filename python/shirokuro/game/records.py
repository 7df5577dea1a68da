"""Records of files: games one after another, and how damaged ones are treated."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Generic, Literal, TypeVar

from shirokuro._core import Position
from shirokuro.game.moves import NO_MOVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Damaged = Literal["stop", "skip"]
"""What happens at a damaged record: an error, or it is skipped and counted."""

T = TypeVar("T")

_ERRORS = 10
"""Errors that are kept; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GameRecord:
    """A game of a file. It may be unfinished. What a file doesn't say is `None`."""

    moves: tuple[str, ...]
    """The squares played; passes are implied."""
    start: Position = field(default_factory=Position)
    """The position before the first move."""
    black: str | None = None
    """Black's name."""
    white: str | None = None
    """White's name."""
    event: str | None = None
    """The tournament or the place."""
    date: str | None = None
    """The date as the file writes it."""
    score: float | None = None
    """The result in discs, in Black's view, as the file gives it: it may differ from the board's."""

    @property
    def transcript(self) -> str:
        """The moves in one word."""
        return "".join(self.moves)

    @property
    def position(self) -> Position:
        """The position after the last move."""
        position = self.start
        if not position.legal_moves and not position.is_over:
            position = position.play(NO_MOVE)
        for move in self.moves:
            position = position.play(move)
        return position


class Records(Generic[T]):
    """The records of a file, read one after another whenever they are iterated over.

    Args:
        path: the file.
        split: yields the name of each record, such as `line 3`, and a function that reads it.
        damaged: whether a damaged record is an error or is skipped.
        content: the content, if it doesn't have to be read from the file.
    """

    def __init__(
        self,
        path: Path,
        split: Callable[[BinaryIO], Iterator[tuple[str, Callable[[], T]]]],
        damaged: Damaged,
        content: bytes | None = None,
    ) -> None:
        if damaged not in {"stop", "skip"}:
            raise ValueError(f"damaged = {damaged!r}: must be 'stop' or 'skip'")
        self.path = path
        """The file."""
        self.skipped = 0
        """Damaged records skipped by the last iteration, so far."""
        self.errors: list[str] = []
        """Messages about the first ten of them."""
        self._split, self._damaged, self._content = split, damaged, content

    def __iter__(self) -> Iterator[T]:
        """Reads the records.

        Raises:
            OSError: the file can't be read.
            ValueError: a record is damaged, and damaged ones are not skipped. The message names the file and record.
        """
        self.skipped, self.errors = 0, []
        with self.path.open("rb") if self._content is None else BytesIO(self._content) as file:
            for name, read in self._split(file):
                try:
                    record = read()
                except ValueError as error:
                    message = f"{self.path}: {name}: {error}"
                    if self._damaged == "stop":
                        raise ValueError(message) from error
                    self.skipped += 1
                    if len(self.errors) < _ERRORS:
                        self.errors.append(message)
                else:
                    yield record
