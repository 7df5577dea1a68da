"""Opponents: a quarter of the games are played against a pool, which the run's own earlier models join."""

import copy

import shirokuro as sk

SURPRISE = 32
"""Discs between a search's value and the outcome."""

pool: list[sk.Player] = [sk.RandomPlayer(), sk.HeuristicPlayer()]


def newest(games_played: int) -> list[sk.Player]:
    """Returns the players that the next generation meets: the latest four of the pool."""
    if games_played and games_played % 512 == 0:
        weights = copy.copy(trainer.evaluator)  # those of this moment
        pool.append(sk.ModelPlayer(evaluator=weights, depth=1, name=f"after {games_played} games"))
    return pool[-4:]


def count(report: sk.GenerationReport) -> None:
    """Watches each part of a generation after it was learned: its games, and their positions as arrays."""
    positions = sk.GamePositions(report.games)
    surprises = abs(positions.values - positions.outcomes) > SURPRISE
    if report.generation_complete:
        print(f"game {report.games[-1].index}: {len(positions)} positions, {surprises.mean():.0%} of them surprising")


trainer = sk.Trainer(sk.TrainConfig(seed=1, depth=1, games=1_280, generation_games=256), opponents=sk.Opponents(newest))
with trainer.observed(count):
    trainer.train_batch(1_280)
print("met:", ", ".join(player.name for player in pool))
