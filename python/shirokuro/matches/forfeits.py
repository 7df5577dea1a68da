"""Limits on forfeited games: a result that faults decide measures nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shirokuro.matches.gtp_client import GtpError

if TYPE_CHECKING:
    from shirokuro.matches.result import Forfeit

MAX_FORFEITS = 0.05
"""The default share of a match's games that may be forfeited."""

_EARLY_GAMES = 5
"""Forfeits that are never too many for a long match by themselves, if a share is the limit."""


class ForfeitLimit:
    """The forfeits of a match in progress, and how many of its games may be forfeited.

    Args:
        max_forfeits: a share of the games below 1, or a whole number of games.
        games: the planned length of the match.

    Raises:
        ValueError: `max_forfeits` is negative, or neither a share nor a whole number.
    """

    def __init__(self, max_forfeits: float, games: int) -> None:
        is_share = 0 <= max_forfeits < 1
        if not is_share and not (
            max_forfeits >= 1 and math.isfinite(max_forfeits) and max_forfeits == int(max_forfeits)
        ):
            raise ValueError(
                f"max_forfeits = {max_forfeits:g}: must be 0 or more, a share of the games below 1 or a whole number"
            )
        self.forfeits: list[Forfeit] = []
        """The games forfeited so far."""
        self._setting = max_forfeits
        self._games = games
        self._is_share = is_share
        self._most = max_forfeits * games if is_share else max_forfeits
        self._share = max_forfeits if is_share else max(max_forfeits / games, MAX_FORFEITS)

    def add(self, forfeit: Forfeit, played: int) -> None:
        """Counts a forfeit as the last of `played` games.

        A share ends a long match before it is used up, once the forfeits are too frequent to be within it by chance.

        Raises:
            GtpError: the match will certainly have too many forfeits, or almost certainly.
        """
        self.forfeits.append(forfeit)
        early = _EARLY_GAMES + 2 * self._share * played if self._is_share else math.inf
        self._check(min(self._most, early), played)

    def end(self, played: int) -> None:
        """Checks the whole match. One that a test has ended early may have the same share of forfeits, at least 5 %.

        Raises:
            GtpError: too many games were forfeited.
        """
        self._check(self._most if played == self._games else min(self._most, self._share * played), played)

    def _check(self, most: float, played: int) -> None:
        if len(self.forfeits) > most + 1e-9:  # 29 of 100 games are not more than 0.29 of them
            last = self.forfeits[-1]
            raise GtpError(
                f"{len(self.forfeits)} of {played} games were forfeited, too many for max_forfeits = "
                f"{self._setting:g}; the last by {last.player}: {last.reason}"
            )
