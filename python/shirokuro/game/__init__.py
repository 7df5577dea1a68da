"""Games in progress, their clocks, and the formats for exchanging games and positions."""

from shirokuro.game.clock import GameClock
from shirokuro.game.ggf import GgfGame
from shirokuro.game.live import LiveGame
from shirokuro.game.moves import read_moves
from shirokuro.game.positions import read_position
from shirokuro.game.turns import TurnGame

__all__ = ["GameClock", "GgfGame", "LiveGame", "TurnGame", "read_moves", "read_position"]
