"""Measures how well shallow searches predict deep ones, the basis of the confidence of a search.

    python scripts/probcut_errors.py MODEL

By empty squares, it prints the mean and the root mean square of the deep value − the shallow value, in discs. Half of
the positions are from self-play games, the others a random move after one, as most positions of a search are. Then it
prints the plane through the root mean squares that `crates/engine/src/search/probcut.rs` uses. If they are larger for a
model, its searches make more wrong cuts than their confidence allows.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import sys
from random import Random

import numpy as np

import shirokuro as sk
from shirokuro.runs.checkpoints import model_of

PAIRS = ((3, 1), (4, 2), (5, 3), (6, 2), (7, 3), (8, 4), (9, 5), (10, 4), (11, 5))
"""Pairs of depths: the deep search, and the shallow one that predicts it."""

EMPTIES = range(12, 53, 8)
"""Empty squares of the positions."""

OPENING = 50
"""The number of empty squares down to which moves are random."""


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("model", metavar="RUN|FILE", help="a run directory (its latest checkpoint) or a model file")
    parser.add_argument("--positions", type=int, default=200, metavar="N", help="positions per number of empty squares")
    options = parser.parse_args()
    evaluator = sk.Evaluator.load(model_of(options.model))
    print("empties  " + "  ".join(f"{f'{deep} from {shallow}':>13}" for deep, shallow in PAIRS))
    measured = []
    for empties in EMPTIES:
        random = Random(empties)
        positions = [position_of_a_search(evaluator, empties, random, stray=k % 2) for k in range(options.positions)]
        depths = sorted({depth for pair in PAIRS for depth in pair})
        values = {depth: np.array([value(evaluator, each, depth) for each in positions]) for depth in depths}
        cells = []
        for deep, shallow in PAIRS:
            errors = values[deep] - values[shallow]
            deviation = np.sqrt((errors**2).mean())
            measured.append((1, empties, deep, shallow, deviation))
            cells.append(f"{errors.mean():+6.2f} ± {deviation:4.2f}")
        print(f"{empties:>7}  " + "  ".join(cells), flush=True)
    table = np.array(measured)
    plane = np.linalg.lstsq(table[:, :-1], table[:, -1])[0]
    print("deviation = {:.2f} {:+.3f} × empties {:+.3f} × deep {:+.3f} × shallow".format(*plane))


def value(evaluator: sk.Evaluator, position: sk.Position, depth: int) -> float:
    """Returns the value of a full-width search."""
    return sk.search(position, evaluator=evaluator, depth=depth).score


def position_of_a_search(evaluator: sk.Evaluator, empties: int, random: Random, *, stray: int) -> sk.Position:
    """Returns a position of play, after `stray` random moves: 0 or 1."""
    if not stray:
        return position_of_play(evaluator, empties, random)
    while True:
        before = position_of_play(evaluator, empties + 1, random)
        position = before.play(random.choice(before.legal_moves))
        if not position.is_over:
            return position


def position_of_play(evaluator: sk.Evaluator, empties: int, random: Random) -> sk.Position:
    """Returns a position of a self-play game of the model after random opening moves."""
    while True:
        position = sk.Position()
        while position.empties > empties and not position.is_over:
            move = sk.search(position, evaluator=evaluator, depth=3).best_move if position.empties <= OPENING else None
            position = position.play(move or random.choice(position.legal_moves))
        if not position.is_over:
            return position


if __name__ == "__main__":
    sys.exit(startup.run(main))
