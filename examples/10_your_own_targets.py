"""Your own targets: what the positions of a generation are taught, as in RootStrap, in place of λ-returns."""

import numpy as np

import shirokuro as sk

SETTINGS = sk.TrainConfig(seed=1, depth=2, games=2_000)


def search_values(positions: sk.GamePositions) -> np.ndarray:
    """Teaches each position the value of its search, and nothing about moves that were played at random."""
    return np.where(positions.best | positions.exact, positions.values, np.nan)


def between(positions: sk.GamePositions) -> np.ndarray:
    """Trusts the outcome of a game the more, the closer its end is."""
    trust = positions.plies / 60
    return trust * positions.outcomes + (1 - trust) * positions.values


trained = {"λ-returns": sk.Trainer(SETTINGS)}
for targets in (search_values, between):
    trained[targets.__name__] = sk.Trainer(SETTINGS, targets=targets)

for trainer in trained.values():
    trainer.train_batch(2_000)

reference = sk.ModelPlayer(evaluator=trained["λ-returns"].evaluator, depth=1)
for name, trainer in trained.items():
    result = sk.play_match(sk.ModelPlayer(evaluator=trainer.evaluator, depth=1), reference, games=200)
    print(f"{name}: score {result.score:.2f} against λ-returns")
