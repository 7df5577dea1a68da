"""Matches: players, openings, results, and the ratings computed from them."""

from shirokuro.matches.arena import play_match
from shirokuro.matches.elo import EloEstimate, elo_difference
from shirokuro.matches.gtp_client import GtpEngine, GtpError
from shirokuro.matches.gtp_player import GtpPlayer
from shirokuro.matches.ladder import Ladder, Rung, play_ladder, read_ladder
from shirokuro.matches.players import (
    EpsilonPlayer,
    HeuristicPlayer,
    ModelPlayer,
    OnePlyPlayer,
    Player,
    RandomPlayer,
    WeightedPieceCounter,
)
from shirokuro.matches.result import Forfeit, MatchResult
from shirokuro.matches.sprt import Sprt

__all__ = [
    "EloEstimate",
    "EpsilonPlayer",
    "Forfeit",
    "GtpEngine",
    "GtpError",
    "GtpPlayer",
    "HeuristicPlayer",
    "Ladder",
    "MatchResult",
    "ModelPlayer",
    "OnePlyPlayer",
    "Player",
    "RandomPlayer",
    "Rung",
    "Sprt",
    "WeightedPieceCounter",
    "elo_difference",
    "play_ladder",
    "play_match",
    "read_ladder",
]
