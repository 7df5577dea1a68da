"""Trains, saves, loads and evaluates, and prints digests that must be the same on every processor.

The script needs only the installed package. Each line has a digest and its subject. The kernel and the versions, which
differ between machines, go to standard error.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import hashlib
import platform
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

import shirokuro as sk

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = {
    "1 ply, no solver": sk.TrainConfig(seed=7, games=1000, depth=1, exact_empties=0),
    "2 plies, last 10 solved, every choice at random": sk.TrainConfig(
        seed=3, games=200, generation_games=40, depth=2, exact_empties=10, epsilon="0:0.3,1:0.1", random_plies=40
    ),
    "4 plies in schedules": sk.TrainConfig(
        seed=2**63,
        games=200,
        generation_games=40,
        depth="0:1,1:4",
        exact_empties=4,
        lambda_="0:1,1:0",
        rate="0:1,1:0.01",
    ),
    "100 nodes, small table": sk.TrainConfig(seed=11, games=200, nodes=100, table_mb=0.1),
    "3 plies, last 8 solved": sk.TrainConfig(seed=1, games=500),
}
"""Short runs of several generations with different searches, targets and step sizes."""

_SOLVED_EMPTIES = 12


def main() -> None:
    """Prints a line for each run, and lines for evaluations and searches with the last model."""
    machine = f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}"
    print(f"shirokuro {sk.__version__}, {sk.kernel()} kernel, {machine}", file=sys.stderr)
    trainer = sk.Trainer(sk.TrainConfig(threads=1))
    for name, config in RUNS.items():
        trainer = sk.Trainer(config.replace(threads=2))
        trainer.train_batch(config.games)
        print(f"{trainer.digest()}  trained at {name}", flush=True)
    print(f"{continued(trainer)}  saved, loaded, trained again")
    for digest, name in evaluated(trainer.evaluator):
        print(f"{digest}  {name}")


def continued(trainer: sk.Trainer) -> str:
    """Saves and loads the training state, continues on one thread, and returns the new digest."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.shiro"
        trainer.save(path)
        loaded = sk.Trainer.load(path, threads=1)
        weights = sk.Evaluator.load(path).get_weights()
    if not all(np.array_equal(weights[name], array) for name, array in trainer.evaluator.get_weights().items()):
        raise AssertionError("the loaded weights differ from the saved ones")
    loaded.train_batch(30)
    return loaded.digest()


def evaluated(evaluator: sk.Evaluator) -> Iterator[tuple[str, str]]:
    """Yields digests of evaluations of NumPy boards, of a search and of a solved position, with their names."""
    boards = np.random.default_rng(5).integers(0, 3, size=(1000, 64), dtype=np.int8)
    values = evaluator.evaluate_batch(boards, side_to_move="black")
    if values[7] != evaluator.evaluate(boards[7], side_to_move="black"):
        raise AssertionError("a batch is evaluated differently from a single board")
    yield hashlib.sha256(values.astype("<f4").tobytes()).hexdigest(), "evaluations"
    opening = sk.search(sk.Position.from_moves("f5d6c3d3c4"), evaluator=evaluator, depth=8)
    for name, result in (("search", opening), ("solved", sk.solve(_late(), evaluator=evaluator))):
        text = f"{result.best_move} {result.score} {result.nodes} {result.principal_variation}"
        yield hashlib.sha256(text.encode()).hexdigest(), name


def _late() -> sk.Position:
    """Returns a position near the end of a game."""
    position = sk.Position()
    while position.empties > _SOLVED_EMPTIES:
        position = position.play(position.legal_moves[position.empties % len(position.legal_moves)])
    return position


if __name__ == "__main__":
    sys.exit(startup.run(main))
