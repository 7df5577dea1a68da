"""A game in which passes count as moves, as in the protocols of other programs."""

from __future__ import annotations

from shirokuro._core import BLACK, Position
from shirokuro.display.boards import SIDES
from shirokuro.game.moves import NO_MOVE


class TurnGame:
    """A game in progress in which the sides strictly alternate. A pass is a move of its own and must be played.

    Args:
        start: the first position. If the side to move has no legal move there, it must pass.
    """

    def __init__(self, start: Position | None = None) -> None:
        self._positions = [Position() if start is None else start]
        self._moves: list[str] = []
        self._implied: list[bool] = []

    @property
    def position(self) -> Position:
        """The current position. If the side to move must pass, it has no legal moves."""
        return self._positions[-1]

    @property
    def positions(self) -> tuple[Position, ...]:
        """The start position and the position after each move or pass."""
        return tuple(self._positions)

    @property
    def moves(self) -> tuple[str, ...]:
        """The squares played, and `"--"` for each pass, in order."""
        return tuple(self._moves)

    @property
    def must_pass(self) -> bool:
        """Whether the side to move can only pass."""
        return not self.position.legal_moves and not self.position.is_over

    def play(self, move: str, *, side: int | None = None) -> None:
        """Plays a move, or passes.

        Args:
            move: a square or `"--"`.
            side: the side that plays the move, 1 black or 2 white; by default, the side to move. If it is the other
                side's turn and that side can only pass, the pass is played first.

        Raises:
            ValueError: the move is not legal, or it is not the side's turn. The game is unchanged.
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
        """Takes back the last move or pass, together with an implied pass before it.

        Raises:
            ValueError: the game has no moves.
        """
        if not self._moves:
            raise ValueError("nothing to take back")
        implied = len(self._moves) > 1 and self._implied[-2]
        count = 2 if implied else 1
        del self._moves[-count:], self._positions[-count:], self._implied[-count:]


def _after(position: Position, move: str) -> Position:
    """Returns the position after a move, with the other side to move even if it can only pass."""
    after, side = position.play(move), position.side_to_move
    if move == NO_MOVE or after.is_over or after.side_to_move != side:
        return after
    return Position(after.board, side_to_move="white" if side == BLACK else "black")
