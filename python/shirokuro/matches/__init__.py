"""Matches: players, openings, results, and the ratings computed from them."""

from shirokuro.matches.arena import play_match
from shirokuro.matches.balance import balanced_openings
from shirokuro.matches.elo import EloEstimate, elo_difference
from shirokuro.matches.gtp_client import GtpEngine, GtpError
from shirokuro.matches.gtp_player import GtpPlayer
from shirokuro.matches.ladder import play_ladder, read_ladder
from shirokuro.matches.openings import Opening, read_openings
from shirokuro.matches.players import (
    EpsilonPlayer,
    HeuristicPlayer,
    ModelPlayer,
    OnePlyPlayer,
    Player,
    RandomPlayer,
    WeightedPieceCounter,
)
from shirokuro.matches.result import Forfeit, MatchGame, MatchResult
from shirokuro.matches.round_robin import Ladder, Rung, play_round_robin
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
    "MatchGame",
    "MatchResult",
    "ModelPlayer",
    "OnePlyPlayer",
    "Opening",
    "Player",
    "RandomPlayer",
    "Rung",
    "Sprt",
    "WeightedPieceCounter",
    "balanced_openings",
    "elo_difference",
    "play_ladder",
    "play_match",
    "play_round_robin",
    "read_ladder",
    "read_openings",
]
