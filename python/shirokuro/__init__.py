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

from importlib import import_module

_HOMES = {
    "shirokuro._core": (
        "BLACK",
        "EMPTY",
        "WHITE",
        "Evaluator",
        "Game",
        "GamePositions",
        "GenerationReport",
        "ModelFileError",
        "ModelVersionError",
        "PatternSet",
        "Position",
        "Searcher",
        "SearchResult",
        "__version__",
        "file_digest",
        "kernel",
        "perft",
        "random_games",
        "search",
        "solve",
    ),
    "shirokuro.analysis": (
        "GameAnalysis",
        "MoveAnalysis",
        "PlayerSummary",
        "analyse",
    ),
    "shirokuro.cluster": (
        "ClusterReport",
        "RayArena",
        "RayWorkers",
    ),
    "shirokuro.config": ("TrainConfig",),
    "shirokuro.engine": (
        "Engine",
        "MoveScore",
        "MoveScores",
        "SearchLimits",
        "Solution",
        "solve_many",
    ),
    "shirokuro.game": (
        "GameClock",
        "GameRecord",
        "LiveGame",
        "Problem",
        "opening_name",
        "read_games",
        "read_moves",
        "read_position",
        "read_problems",
        "write_games",
    ),
    "shirokuro.matches": (
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
    ),
    "shirokuro.runs": (
        "Checkpoint",
        "export_model",
        "latest_checkpoint",
        "list_checkpoints",
    ),
    "shirokuro.schedule": ("Schedule",),
    "shirokuro.training": (
        "BatchReport",
        "ConvergenceReport",
        "FailedGame",
        "FailureReport",
        "GivenGames",
        "HeldOutError",
        "Opponents",
        "Trainer",
        "TrainingProgress",
        "TrainingResult",
        "TrainingWarning",
    ),
}
"""The modules of the public names. They are imported when a name is used: playing needs no training, for example."""

_SUBMODULES = ("debug", "plots", "sweep")

_ALIASES = {"PyEvaluator": "Evaluator", "Alert": "TrainingWarning", "ErrorReport": "FailureReport"}

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted([*_HOME_OF, *_SUBMODULES, *_ALIASES])  # noqa: PLE0605 (the stubs have it as a literal)


def __getattr__(name: str) -> object:
    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    known = _ALIASES.get(name, name)
    if known not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME_OF[known]), known)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
