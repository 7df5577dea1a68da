"""A game in progress whose moves can be played and taken back."""

from __future__ import annotations

from shirokuro._core import Position
from shirokuro.display import notebook
from shirokuro.display.boards import result_text, situation
from shirokuro.game.moves import NO_MOVE, read_moves

_VARIATIONS = 20
"""The number of lines kept; older ones are dropped."""


class LiveGame:
    """A game in progress: its moves, and the position after each of them. Notebooks show its board.

    Passes are implied and do not count as moves, as in `Position.play`. Moves that are taken back can be played again.
    Other moves in their place make the earlier ones a variation, so nothing is lost.

    Args:
        moves: the moves played from the start, in any notation that `read_moves` reads.
        start: the position before the first move (default: the start of a game).

    Raises:
        ValueError: `moves` can't be read, or a move is not legal. The message has its number.
    """

    def __init__(self, moves: str = "", *, start: Position | None = None) -> None:
        start = Position() if start is None else start
        if not start.legal_moves and not start.is_over:
            start = start.play(NO_MOVE)
        self._line: list[str] = []
        self._positions = [start]
        self._played = 0
        self._variations: list[tuple[str, ...]] = []
        for move in read_moves(moves, start):
            self.play(move)

    @property
    def start(self) -> Position:
        """The position before the first move."""
        return self._positions[0]

    @property
    def moves(self) -> tuple[str, ...]:
        """The moves, in the order played."""
        return tuple(self._line[: self._played])

    @property
    def undone(self) -> tuple[str, ...]:
        """The moves that were taken back and that `redo` plays, in the order played."""
        return tuple(self._line[self._played :])

    @property
    def variations(self) -> tuple[tuple[str, ...], ...]:
        """The lines that were left for other moves, newest first, each from the start. The newest 20 are kept."""
        return tuple(self._variations)

    @property
    def positions(self) -> tuple[Position, ...]:
        """The start position and the position after each move, one more than there are moves."""
        return tuple(self._positions[: self._played + 1])

    @property
    def position(self) -> Position:
        """The current position."""
        return self._positions[self._played]

    @property
    def last_move(self) -> str | None:
        """The last move; `None` at the start."""
        return self._line[self._played - 1] if self._played else None

    @property
    def passed(self) -> int | None:
        """The side that had to pass after the last move, 1 black or 2 white; `None` if neither had to."""
        if not self._played or self.position.is_over:
            return None
        side = self.position.side_to_move
        return 3 - side if self._positions[self._played - 1].side_to_move == side else None

    @property
    def transcript(self) -> str:
        """The moves in one word, such as `f5d6c3`, as `Position.from_moves` reads them."""
        return "".join(self.moves)

    def __repr__(self) -> str:
        start = "" if self.start == Position() else f", start={self.start!r}"
        return f"LiveGame({self.transcript!r}{start})"

    def _repr_html_(self) -> str:
        """Shows the board, whose turn it is, and the moves, in notebooks."""
        position = self.position
        now = result_text(position) if position.is_over else situation(position)
        values = {"now": now, "moves": self._played, "game": self.transcript or None}
        return notebook.beside(notebook.board(position, last_move=self.last_move), notebook.figures(values))

    def play(self, move: str) -> Position:
        """Plays a move. Where it starts a known variation, the rest of that one can be played with `redo`.

        Returns:
            The position after the move.

        Raises:
            ValueError: `move` is not a square, or is not legal. The game is unchanged.
        """
        move = move.lower()
        position = self.position.play(move)
        if move != next(iter(self.undone), None):
            self._branch((*self.moves, move))
        self._played += 1
        return position

    def undo(self, moves: int = 1) -> int:
        """Takes back the last moves, which `redo` plays again.

        Returns:
            The number of moves taken back. This is less than `moves` if the game has fewer.

        Raises:
            ValueError: `moves` is negative.
        """
        if moves < 0:
            raise ValueError(f"moves = {moves}: must be at least 0")
        count = min(moves, self._played)
        self._played -= count
        return count

    def redo(self, moves: int = 1) -> int:
        """Plays moves that were taken back.

        Returns:
            The number of moves played. This is less than `moves` if fewer were taken back.

        Raises:
            ValueError: `moves` is negative.
        """
        if moves < 0:
            raise ValueError(f"moves = {moves}: must be at least 0")
        count = min(moves, len(self._line) - self._played)
        self._played += count
        return count

    def switch(self, variation: int) -> None:
        """Goes to the end of a variation. The current line becomes a variation.

        Args:
            variation: the index in `variations`.

        Raises:
            IndexError: there is no such variation.
        """
        lines = self.variations
        if not -len(lines) <= variation < len(lines):
            raise IndexError(f"variation = {variation}: there are {len(lines)}")
        line = lines[variation]
        self._branch(line)
        self._played = len(line)

    def _branch(self, line: tuple[str, ...]) -> None:
        """Replaces the current line by another one, or by the variation that continues it, and keeps it."""
        old = tuple(self._line)
        line = next((each for each in self._variations if each[: len(line)] == line), line)
        others = [each for each in (old, *self._variations) if each != line[: len(each)]]
        self._variations = list(dict.fromkeys(others))[:_VARIATIONS]
        shared = next((i for i, (one, other) in enumerate(zip(old, line, strict=False)) if one != other), None)
        shared = min(len(old), len(line)) if shared is None else shared
        del self._positions[shared + 1 :]
        for move in line[shared:]:
            self._positions.append(self._positions[-1].play(move))
        self._line = list(line)
