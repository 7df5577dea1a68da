"""Game clocks: the time that a side has left, and the time that its next move may take."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

_MARGIN_SECONDS = 0.05
"""Time reserved for communication with the other program, per move."""

_MIN_SECONDS = 0.001
_MAX_SECONDS = 3600.0

_LONGEST = 100_000.0
"""The longest times that can be given for a match, in seconds: a day."""

_SHARE = 0.7
"""The share of a side's remaining moves to reserve time for. The last ones are solved, and need hardly any."""


@dataclass(slots=True, kw_only=True)
class GameClock:
    """The clock of one side: a main time, then periods in which a number of moves must be played; in seconds."""

    main: float
    """Time for the whole game, or until the periods begin."""
    increment: float = 0.0
    """Time added after each move."""
    period: float = 0.0
    """Length of a period; 0 for none."""
    period_moves: int = 0
    """Moves to be played in each period."""
    left: float = field(init=False)
    """Time left of the main time, or of the period."""
    moves_left: int = field(init=False)
    """Moves still to be played in the period; 0 during the main time."""

    def __post_init__(self) -> None:
        self.left, self.moves_left = self.main, 0
        self._enter_period()

    @classmethod
    def parse(cls, text: str) -> GameClock:
        """Reads `SECONDS` or `SECONDS+INCREMENT`, such as `60` or `60+0.5`.

        Raises:
            ValueError: the text has another form, or a number is out of its range.
        """
        try:
            main, increment = (float(part) for part in f"{text}+0".split("+")[:2])
        except ValueError:
            main, increment = 0.0, 0.0
        if not (0 < main <= _LONGEST and 0 <= increment <= _LONGEST) or text.count("+") > 1:
            raise ValueError(
                f"clock = {text}: must be SECONDS or SECONDS+INCREMENT, seconds above 0, at most {_LONGEST:,.0f}"
            )
        return cls(main=main, increment=increment)

    def new(self) -> GameClock:
        """Returns a clock with the same settings and all of its time."""
        return dataclasses.replace(self)

    def budget(self, empties: int) -> float:
        """Returns the time that the next move may take.

        Args:
            empties: the current number of empty squares, of which each side will fill about half.
        """
        if self.moves_left:
            share = (self.left - _MARGIN_SECONDS) / self.moves_left
        else:
            moves = max(2.0, _SHARE * ((empties + 1) // 2))
            share = (self.left - _MARGIN_SECONDS) / moves + 0.9 * self.increment
            if self.period_moves:
                share += (self.period - _MARGIN_SECONDS) / self.period_moves
            share = min(share, max(self.left + self._after_main() - _MARGIN_SECONDS, 0))
        return min(max(share, _MIN_SECONDS), _MAX_SECONDS)

    def _after_main(self) -> float:
        return self.period / self.period_moves if self.period_moves else 0.0

    def spend(self, seconds: float) -> None:
        """Subtracts the time that a move took."""
        self.left += self.increment - seconds
        if self.moves_left:
            self.moves_left -= 1
            if not self.moves_left:
                self.left = 0
        self._enter_period()

    def set_left(self, seconds: float, moves: int) -> None:
        """Sets the time left as a referee reports it: of the period if `moves` is not 0, otherwise of the main time."""
        self.left, self.moves_left = seconds, moves

    def _enter_period(self) -> None:
        """Starts a new period if the previous time has run out."""
        if self.period_moves and not self.moves_left and self.left <= 0:
            self.left, self.moves_left = self.period, self.period_moves
