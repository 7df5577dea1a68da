"""Games in progress, their clocks, and the formats for exchanging games and positions."""

from shirokuro.game.clock import GameClock
from shirokuro.game.game_files import read_games, read_problems
from shirokuro.game.ggf import GgfGame
from shirokuro.game.ggf_writer import write_games
from shirokuro.game.live import LiveGame
from shirokuro.game.moves import read_moves
from shirokuro.game.opening_names import opening_name
from shirokuro.game.positions import Problem, read_position
from shirokuro.game.records import GameRecord
from shirokuro.game.turns import TurnGame

__all__ = [
    "GameClock",
    "GameRecord",
    "GgfGame",
    "LiveGame",
    "Problem",
    "TurnGame",
    "opening_name",
    "read_games",
    "read_moves",
    "read_position",
    "read_problems",
    "write_games",
]
