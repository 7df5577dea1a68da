"""A game in progress whose moves can be played and taken back."""

from __future__ import annotations

from shirokuro._core import Position
from shirokuro.display import notebook
from shirokuro.display.boards import result_text, situation
from shirokuro.game.moves import read_moves


class LiveGame:
    """A game in progress: its moves, and the position after each of them. Notebooks show its board.

    Passes are implied and do not count as moves, as in `Position.play`.

    Args:
        moves: the moves played from the start, in any notation that `read_moves` reads.

    Raises:
        ValueError: `moves` can't be read, or a move is not legal. The message has its number.
    """

    def __init__(self, moves: str = "") -> None:
        self._positions = [Position()]
        self._moves: list[str] = []
        for move in read_moves(moves):
            self.play(move)

    @property
    def moves(self) -> tuple[str, ...]:
        """The moves, in the order played."""
        return tuple(self._moves)

    @property
    def positions(self) -> tuple[Position, ...]:
        """The start position and the position after each move, one more than there are moves."""
        return tuple(self._positions)

    @property
    def position(self) -> Position:
        """The current position."""
        return self._positions[-1]

    @property
    def last_move(self) -> str | None:
        """The last move; `None` at the start."""
        return self._moves[-1] if self._moves else None

    @property
    def passed(self) -> int | None:
        """The side that had to pass after the last move, 1 black or 2 white; `None` if neither had to."""
        if not self._moves or self.position.is_over:
            return None
        side = self.position.side_to_move
        return 3 - side if self._positions[-2].side_to_move == side else None

    @property
    def transcript(self) -> str:
        """The moves in one word, such as `f5d6c3`, as `Position.from_moves` reads them."""
        return "".join(self._moves)

    def __repr__(self) -> str:
        return f"LiveGame({self.transcript!r})"

    def _repr_html_(self) -> str:
        """Shows the board, whose turn it is, and the moves, in notebooks."""
        position = self.position
        now = result_text(position) if position.is_over else situation(position)
        values = {"now": now, "moves": len(self._moves), "game": self.transcript or None}
        return notebook.beside(notebook.board(position, last_move=self.last_move), notebook.figures(values))

    def play(self, move: str) -> Position:
        """Plays a move.

        Returns:
            The position after the move.

        Raises:
            ValueError: `move` is not a square, or is not legal. The game is unchanged.
        """
        move = move.lower()
        position = self.position.play(move)
        self._positions.append(position)
        self._moves.append(move)
        return position

    def undo(self, moves: int = 1) -> int:
        """Takes back the last moves.

        Returns:
            The number of moves taken back. This is less than `moves` if the game has fewer.

        Raises:
            ValueError: `moves` is negative.
        """
        if moves < 0:
            raise ValueError(f"moves = {moves}: must be at least 0")
        count = min(moves, len(self._moves))
        if count:
            del self._moves[-count:]
            del self._positions[-count:]
        return count
