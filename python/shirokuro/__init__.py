"""shirokuro: a trainer for Othello evaluation functions.

    import shirokuro as sk

    trainer = sk.Trainer(sk.TrainConfig(seed=1, depth=3))
    report = trainer.train_batch(games=1000)
    trainer.save("model.shiro")
    trainer.evaluator.evaluate(sk.Position().board)

Scores are in discs, from the view of the side to move, with empty squares counted for the winner. Whatever is in
Black's view says so. Boards are 64 integers (a1, b1, … h8) or 8×8: 0 empty, 1 black, 2 white.
"""

# ruff: noqa: E402
from shirokuro import startup

startup.begin()

# isort: split

from shirokuro import debug, plots, sweep
from shirokuro._core import (
    BLACK,
    EMPTY,
    WHITE,
    Evaluator,
    Game,
    ModelFileError,
    ModelVersionError,
    PatternSet,
    Position,
    Searcher,
    SearchResult,
    __version__,
    file_digest,
    kernel,
    perft,
    random_games,
    search,
    solve,
)
from shirokuro.analysis import GameAnalysis, MoveAnalysis, PlayerSummary, analyse
from shirokuro.cluster import ClusterReport, RayArena, RayWorkers
from shirokuro.config import TrainConfig
from shirokuro.engine import Engine, MoveScore, MoveScores, SearchLimits, Solution, solve_many
from shirokuro.game import (
    GameClock,
    GameRecord,
    LiveGame,
    Problem,
    opening_name,
    read_games,
    read_moves,
    read_position,
    read_problems,
)
from shirokuro.matches import (
    EloEstimate,
    EpsilonPlayer,
    Forfeit,
    GtpEngine,
    GtpError,
    GtpPlayer,
    HeuristicPlayer,
    Ladder,
    MatchResult,
    ModelPlayer,
    OnePlyPlayer,
    Opening,
    Player,
    RandomPlayer,
    Rung,
    Sprt,
    WeightedPieceCounter,
    elo_difference,
    play_ladder,
    play_match,
    play_round_robin,
    read_ladder,
    read_openings,
)
from shirokuro.runs import Checkpoint, export_model, latest_checkpoint, list_checkpoints
from shirokuro.schedule import Schedule
from shirokuro.training import (
    BatchReport,
    ConvergenceReport,
    FailedGame,
    FailureReport,
    GivenGames,
    HeldOutError,
    Trainer,
    TrainingProgress,
    TrainingResult,
    TrainingWarning,
)

PyEvaluator = Evaluator
Alert = TrainingWarning
ErrorReport = FailureReport

__all__ = [
    "BLACK",
    "EMPTY",
    "WHITE",
    "Alert",
    "BatchReport",
    "Checkpoint",
    "ClusterReport",
    "ConvergenceReport",
    "EloEstimate",
    "Engine",
    "EpsilonPlayer",
    "ErrorReport",
    "Evaluator",
    "FailedGame",
    "FailureReport",
    "Forfeit",
    "Game",
    "GameAnalysis",
    "GameClock",
    "GameRecord",
    "GivenGames",
    "GtpEngine",
    "GtpError",
    "GtpPlayer",
    "HeldOutError",
    "HeuristicPlayer",
    "Ladder",
    "LiveGame",
    "MatchResult",
    "ModelFileError",
    "ModelPlayer",
    "ModelVersionError",
    "MoveAnalysis",
    "MoveScore",
    "MoveScores",
    "OnePlyPlayer",
    "Opening",
    "PatternSet",
    "Player",
    "PlayerSummary",
    "Position",
    "Problem",
    "PyEvaluator",
    "RandomPlayer",
    "RayArena",
    "RayWorkers",
    "Rung",
    "Schedule",
    "SearchLimits",
    "SearchResult",
    "Searcher",
    "Solution",
    "Sprt",
    "TrainConfig",
    "Trainer",
    "TrainingProgress",
    "TrainingResult",
    "TrainingWarning",
    "WeightedPieceCounter",
    "__version__",
    "analyse",
    "debug",
    "elo_difference",
    "export_model",
    "file_digest",
    "kernel",
    "latest_checkpoint",
    "list_checkpoints",
    "opening_name",
    "perft",
    "play_ladder",
    "play_match",
    "play_round_robin",
    "plots",
    "random_games",
    "read_games",
    "read_ladder",
    "read_moves",
    "read_openings",
    "read_position",
    "read_problems",
    "search",
    "solve",
    "solve_many",
    "sweep",
]
