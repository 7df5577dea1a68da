"""Games in progress, their clocks, and the formats for exchanging them."""

from shirokuro.game.clock import GameClock
from shirokuro.game.ggf import GgfGame
from shirokuro.game.live import LiveGame
from shirokuro.game.turns import TurnGame

__all__ = ["GameClock", "GgfGame", "LiveGame", "TurnGame"]
