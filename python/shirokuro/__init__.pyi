"""shirokuro: a trainer for Othello evaluation functions.

    import shirokuro as sk

    trainer = sk.Trainer(sk.TrainConfig(seed=1, depth=3))
    report = trainer.train_batch(games=1000)
    trainer.save("model.shiro")
    trainer.evaluator.evaluate(sk.Position().board)

Scores are in discs, from the view of the side to move, with empty squares counted for the winner. Whatever is in
Black's view says so. Boards are 64 integers (a1, b1, … h8) or 8×8: 0 empty, 1 black, 2 white.
"""

from shirokuro import debug as debug
from shirokuro import plots as plots
from shirokuro import sweep as sweep
from shirokuro._core import (
    BLACK as BLACK,
)
from shirokuro._core import (
    EMPTY as EMPTY,
)
from shirokuro._core import (
    WHITE as WHITE,
)
from shirokuro._core import (
    Evaluator as Evaluator,
)
from shirokuro._core import (
    Game as Game,
)
from shirokuro._core import (
    GamePositions as GamePositions,
)
from shirokuro._core import (
    GenerationReport as GenerationReport,
)
from shirokuro._core import (
    ModelFileError as ModelFileError,
)
from shirokuro._core import (
    ModelVersionError as ModelVersionError,
)
from shirokuro._core import (
    PatternSet as PatternSet,
)
from shirokuro._core import (
    Position as Position,
)
from shirokuro._core import (
    Searcher as Searcher,
)
from shirokuro._core import (
    SearchResult as SearchResult,
)
from shirokuro._core import (
    __version__ as __version__,
)
from shirokuro._core import (
    file_digest as file_digest,
)
from shirokuro._core import (
    kernel as kernel,
)
from shirokuro._core import (
    perft as perft,
)
from shirokuro._core import (
    random_games as random_games,
)
from shirokuro._core import (
    search as search,
)
from shirokuro._core import (
    solve as solve,
)
from shirokuro.analysis import (
    GameAnalysis as GameAnalysis,
)
from shirokuro.analysis import (
    MoveAnalysis as MoveAnalysis,
)
from shirokuro.analysis import (
    PlayerSummary as PlayerSummary,
)
from shirokuro.analysis import (
    analyse as analyse,
)
from shirokuro.cluster import (
    ClusterReport as ClusterReport,
)
from shirokuro.cluster import (
    RayArena as RayArena,
)
from shirokuro.cluster import (
    RayWorkers as RayWorkers,
)
from shirokuro.config import (
    TrainConfig as TrainConfig,
)
from shirokuro.engine import (
    Engine as Engine,
)
from shirokuro.engine import (
    MoveScore as MoveScore,
)
from shirokuro.engine import (
    MoveScores as MoveScores,
)
from shirokuro.engine import (
    SearchLimits as SearchLimits,
)
from shirokuro.engine import (
    Solution as Solution,
)
from shirokuro.engine import (
    solve_many as solve_many,
)
from shirokuro.game import (
    GameClock as GameClock,
)
from shirokuro.game import (
    GameRecord as GameRecord,
)
from shirokuro.game import (
    LiveGame as LiveGame,
)
from shirokuro.game import (
    Problem as Problem,
)
from shirokuro.game import (
    opening_name as opening_name,
)
from shirokuro.game import (
    read_games as read_games,
)
from shirokuro.game import (
    read_moves as read_moves,
)
from shirokuro.game import (
    read_position as read_position,
)
from shirokuro.game import (
    read_problems as read_problems,
)
from shirokuro.game import (
    write_games as write_games,
)
from shirokuro.matches import (
    EloEstimate as EloEstimate,
)
from shirokuro.matches import (
    EpsilonPlayer as EpsilonPlayer,
)
from shirokuro.matches import (
    Forfeit as Forfeit,
)
from shirokuro.matches import (
    GtpEngine as GtpEngine,
)
from shirokuro.matches import (
    GtpError as GtpError,
)
from shirokuro.matches import (
    GtpPlayer as GtpPlayer,
)
from shirokuro.matches import (
    HeuristicPlayer as HeuristicPlayer,
)
from shirokuro.matches import (
    Ladder as Ladder,
)
from shirokuro.matches import (
    MatchGame as MatchGame,
)
from shirokuro.matches import (
    MatchResult as MatchResult,
)
from shirokuro.matches import (
    ModelPlayer as ModelPlayer,
)
from shirokuro.matches import (
    OnePlyPlayer as OnePlyPlayer,
)
from shirokuro.matches import (
    Opening as Opening,
)
from shirokuro.matches import (
    Player as Player,
)
from shirokuro.matches import (
    RandomPlayer as RandomPlayer,
)
from shirokuro.matches import (
    Rung as Rung,
)
from shirokuro.matches import (
    Sprt as Sprt,
)
from shirokuro.matches import (
    WeightedPieceCounter as WeightedPieceCounter,
)
from shirokuro.matches import (
    balanced_openings as balanced_openings,
)
from shirokuro.matches import (
    elo_difference as elo_difference,
)
from shirokuro.matches import (
    play_ladder as play_ladder,
)
from shirokuro.matches import (
    play_match as play_match,
)
from shirokuro.matches import (
    play_round_robin as play_round_robin,
)
from shirokuro.matches import (
    read_ladder as read_ladder,
)
from shirokuro.matches import (
    read_openings as read_openings,
)
from shirokuro.runs import (
    Checkpoint as Checkpoint,
)
from shirokuro.runs import (
    export_model as export_model,
)
from shirokuro.runs import (
    latest_checkpoint as latest_checkpoint,
)
from shirokuro.runs import (
    list_checkpoints as list_checkpoints,
)
from shirokuro.schedule import (
    Schedule as Schedule,
)
from shirokuro.training import (
    BatchReport as BatchReport,
)
from shirokuro.training import (
    ConvergenceReport as ConvergenceReport,
)
from shirokuro.training import (
    FailedGame as FailedGame,
)
from shirokuro.training import (
    FailureReport as FailureReport,
)
from shirokuro.training import (
    GivenGames as GivenGames,
)
from shirokuro.training import (
    HeldOutError as HeldOutError,
)
from shirokuro.training import (
    Opponents as Opponents,
)
from shirokuro.training import (
    Trainer as Trainer,
)
from shirokuro.training import (
    TrainingProgress as TrainingProgress,
)
from shirokuro.training import (
    TrainingResult as TrainingResult,
)
from shirokuro.training import (
    TrainingWarning as TrainingWarning,
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
    "GamePositions",
    "GameRecord",
    "GenerationReport",
    "GivenGames",
    "GtpEngine",
    "GtpError",
    "GtpPlayer",
    "HeldOutError",
    "HeuristicPlayer",
    "Ladder",
    "LiveGame",
    "MatchGame",
    "MatchResult",
    "ModelFileError",
    "ModelPlayer",
    "ModelVersionError",
    "MoveAnalysis",
    "MoveScore",
    "MoveScores",
    "OnePlyPlayer",
    "Opening",
    "Opponents",
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
    "balanced_openings",
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
    "write_games",
]
