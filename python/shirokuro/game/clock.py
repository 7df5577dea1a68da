"""How much time a side has, and how much of it the next move may take."""

from __future__ import annotations

from dataclasses import dataclass, field

_MARGIN_SECONDS = 0.05
"""What is kept for the way to the other program and back, each move."""

_LEAST_SECONDS = 0.001
_MOST_SECONDS = 3600.0

_SHARE = 0.7
"""The share of one's moves to come that time is kept for: the last ones are solved, and need none."""


@dataclass(slots=True, kw_only=True)
class GameClock:
    """A side's time: some for the whole game, then periods in which a number of moves must be played; in seconds."""

    main: float
    """Time for the game, or until the periods begin."""
    increment: float = 0.0
    """Time that each move adds."""
    period: float = 0.0
    """Length of a period; 0 for none."""
    period_moves: int = 0
    """Moves that must be played in a period."""
    left: float = field(init=False)
    """What is left of the main time, or of the period."""
    moves_left: int = field(init=False)
    """Moves still to be played in the period; 0 in the main time."""

    def __post_init__(self) -> None:
        self.left, self.moves_left = self.main, 0
        self._enter_period()

    def budget(self, empties: int) -> float:
        """The time that the next move may take.

        Args:
            empties: the empty squares now, which both sides share.
        """
        if self.moves_left:
            share = (self.left - _MARGIN_SECONDS) / self.moves_left
        else:
            moves = max(2.0, _SHARE * ((empties + 1) // 2))
            share = (self.left - _MARGIN_SECONDS) / moves + 0.9 * self.increment
            if self.period_moves:
                share += (self.period - _MARGIN_SECONDS) / self.period_moves
            share = min(share, max(self.left + self._after_main() - _MARGIN_SECONDS, 0))
        return min(max(share, _LEAST_SECONDS), _MOST_SECONDS)

    def _after_main(self) -> float:
        return self.period / self.period_moves if self.period_moves else 0.0

    def spend(self, seconds: float) -> None:
        """A move was played that took so long."""
        self.left += self.increment - seconds
        if self.moves_left:
            self.moves_left -= 1
            if not self.moves_left:
                self.left = 0
        self._enter_period()

    def set_left(self, seconds: float, moves: int) -> None:
        """What a referee says is left: of the main time, or with a number of moves, of the period."""
        self.left, self.moves_left = seconds, moves

    def _enter_period(self) -> None:
        """Begins a new period where the time before has run out."""
        if self.period_moves and not self.moves_left and self.left <= 0:
            self.left, self.moves_left = self.period, self.period_moves
