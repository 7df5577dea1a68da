"""The symmetries of the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shirokuro._core import Position


def canonical(position: Position) -> bytes:
    """Returns a key that is equal for the eight symmetric positions, and different for all others."""
    board = position.board.reshape(8, 8)
    symmetric = [np.rot90(each, turns) for each in (board, board.T) for turns in range(4)]
    return bytes([position.side_to_move]) + min(each.tobytes() for each in symmetric)
