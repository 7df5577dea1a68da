"""shirokuro: a trainer for Othello evaluation functions.

    import shirokuro as sk

    trainer = sk.Trainer(sk.TrainConfig(seed=1, depth=3))
    report = trainer.train_batch(games=1000)
    trainer.save("model.shiro")
    trainer.evaluator.evaluate(sk.Position().board)

Scores are discs for the side to move, empties counted for the winner; what is seen from Black's side says so. Boards
are 64 integers (a1, b1, … h8) or 8×8: 0 empty, 1 black, 2 white.
"""

from shirokuro import debug
from shirokuro._core import (
    BLACK,
    EMPTY,
    WHITE,
    Evaluator,
    Game,
    ModelFileError,
    ModelVersionError,
    Position,
    Searcher,
    SearchResult,
    __version__,
    file_digest,
    kernel,
    perft,
    search,
    solve,
)
from shirokuro.config import TrainConfig
from shirokuro.engine.engine import Engine, MoveScore, MoveScores, SearchLimits
from shirokuro.game.live import LiveGame
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
from shirokuro.runs.checkpoints import Checkpoint, latest_checkpoint, list_checkpoints
from shirokuro.schedule import Schedule
from shirokuro.training.convergence import ConvergenceReport
from shirokuro.training.failures import ErrorReport, FailedGame
from shirokuro.training.report import BatchReport
from shirokuro.training.results import TrainingProgress, TrainingResult
from shirokuro.training.trainer import Trainer
from shirokuro.training.warnings import Alert

PyEvaluator = Evaluator

__all__ = [
    "BLACK",
    "EMPTY",
    "WHITE",
    "Alert",
    "BatchReport",
    "Checkpoint",
    "ConvergenceReport",
    "EloEstimate",
    "Engine",
    "EpsilonPlayer",
    "ErrorReport",
    "Evaluator",
    "FailedGame",
    "Forfeit",
    "Game",
    "GtpEngine",
    "GtpError",
    "GtpPlayer",
    "HeuristicPlayer",
    "Ladder",
    "LiveGame",
    "MatchResult",
    "ModelFileError",
    "ModelPlayer",
    "ModelVersionError",
    "MoveScore",
    "MoveScores",
    "OnePlyPlayer",
    "Player",
    "Position",
    "PyEvaluator",
    "RandomPlayer",
    "Rung",
    "Schedule",
    "SearchLimits",
    "SearchResult",
    "Searcher",
    "Sprt",
    "TrainConfig",
    "Trainer",
    "TrainingProgress",
    "TrainingResult",
    "WeightedPieceCounter",
    "__version__",
    "debug",
    "elo_difference",
    "file_digest",
    "kernel",
    "latest_checkpoint",
    "list_checkpoints",
    "perft",
    "play_ladder",
    "play_match",
    "read_ladder",
    "search",
    "solve",
]
