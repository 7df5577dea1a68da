"""A game whose passes are moves, as the protocols of other programs count them."""

from __future__ import annotations

from shirokuro._core import BLACK, Position
from shirokuro.display.boards import SIDES

NO_MOVE = "--"
"""How a pass is written."""


class TurnGame:
    """A game in progress in which sides take turns, a pass being a turn: where one must pass, nobody passes for it.

    Args:
        start: the first position; a side that has no move on it must pass.
    """

    def __init__(self, start: Position | None = None) -> None:
        self._positions = [Position() if start is None else start]
        self._moves: list[str] = []
        self._implied: list[bool] = []

    @property
    def position(self) -> Position:
        """The position now. Where the side to move must pass, it has no legal moves."""
        return self._positions[-1]

    @property
    def positions(self) -> tuple[Position, ...]:
        """The start and the position after each move and pass."""
        return tuple(self._positions)

    @property
    def moves(self) -> tuple[str, ...]:
        """The squares and passes, `"--"`, the first one first."""
        return tuple(self._moves)

    @property
    def must_pass(self) -> bool:
        """The side to move can only pass."""
        return not self.position.legal_moves and not self.position.is_over

    def play(self, move: str, *, side: int | None = None) -> None:
        """Plays a move, or passes.

        Args:
            move: a square or `"--"`.
            side: who plays it, 1 black or 2 white; by default, whose turn it is. If it is the turn of the other side,
                and that can only pass, then it does.

        Raises:
            ValueError: it is not legal, or not the side's turn; the game is as it was.
        """
        position = self.position
        passes_first = side is not None and side != position.side_to_move
        if passes_first:
            if move == NO_MOVE or not self.must_pass:
                raise ValueError(f"it is {SIDES[position.side_to_move]}'s turn")
            position = position.play(NO_MOVE)
        after = _after(position, move.lower())
        if passes_first:
            self._add(NO_MOVE, position, implied=True)
        self._add(move.lower(), after, implied=False)

    def _add(self, move: str, after: Position, *, implied: bool) -> None:
        self._moves.append(move)
        self._positions.append(after)
        self._implied.append(implied)

    def undo(self) -> None:
        """Takes the newest move or pass back, and a pass that was made by itself before it.

        Raises:
            ValueError: there is none.
        """
        if not self._moves:
            raise ValueError("there is no move to take back")
        implied = len(self._moves) > 1 and self._implied[-2]
        count = 2 if implied else 1
        del self._moves[-count:], self._positions[-count:], self._implied[-count:]


def _after(position: Position, move: str) -> Position:
    """The position after a move: it is the other side's turn, and be it to pass."""
    after, side = position.play(move), position.side_to_move
    if move == NO_MOVE or after.is_over or after.side_to_move != side:
        return after
    return Position(after.board, side_to_move="white" if side == BLACK else "black")
