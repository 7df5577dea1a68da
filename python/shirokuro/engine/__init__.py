"""Playing with a model: the engine, its search limits, and servers for the protocols of other programs."""

from shirokuro.engine.engine import Confidence, Engine, MoveScore, MoveScores
from shirokuro.engine.gtp_server import GtpServer
from shirokuro.engine.limits import SearchLimits
from shirokuro.engine.nboard_server import NBoardServer
from shirokuro.engine.solving import Solution, solve_many

__all__ = [
    "Confidence",
    "Engine",
    "GtpServer",
    "MoveScore",
    "MoveScores",
    "NBoardServer",
    "SearchLimits",
    "Solution",
    "solve_many",
]
