"""Measures how well a shallow search foretells a deeper one: what the confidence of a search rests on.

    python scripts/probcut_errors.py MODEL

For positions of games of the model against itself, by empty squares: the mean of the deeper value − the shallower one,
and its deviation from zero (root mean square), in discs. `crates/engine/src/search/probcut.rs` has a line through the
deviations; where they are larger for a model, its searches cut off more wrongly than their confidence says.
"""

from __future__ import annotations

import argparse
from random import Random

import numpy as np

import shirokuro as sk
from shirokuro.runs.checkpoints import model_of

PAIRS = ((4, 2), (5, 3), (6, 2), (7, 3), (8, 4), (9, 5), (10, 4))
"""Depths that are compared: the deeper one and what foretells it."""

EMPTIES = range(14, 55, 8)
"""Empty squares of the positions."""

OPENING = 50
"""Moves are random until no more squares are empty."""


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("model", metavar="RUN|FILE", help="a run's directory, or a model file")
    parser.add_argument("--positions", type=int, default=100, metavar="N", help="for each count of empty squares")
    options = parser.parse_args()
    evaluator = sk.Evaluator.load(model_of(options.model))
    print("empties  " + "  ".join(f"{f'{deep} from {shallow}':>13}" for deep, shallow in PAIRS))
    for empties in EMPTIES:
        random = Random(empties)
        positions = [position_of_play(evaluator, empties, random) for _ in range(options.positions)]
        depths = sorted({depth for pair in PAIRS for depth in pair})
        values = {depth: np.array([value(evaluator, each, depth) for each in positions]) for depth in depths}
        cells = []
        for deep, shallow in PAIRS:
            errors = values[deep] - values[shallow]
            cells.append(f"{errors.mean():+6.2f} ± {np.sqrt((errors**2).mean()):4.2f}")
        print(f"{empties:>7}  " + "  ".join(cells), flush=True)


def value(evaluator: sk.Evaluator, position: sk.Position, depth: int) -> float:
    """The value of a search in full width."""
    return sk.search(position, evaluator=evaluator, depth=depth).score


def position_of_play(evaluator: sk.Evaluator, empties: int, random: Random) -> sk.Position:
    """A position that the model came to in a game against itself after random opening moves."""
    while True:
        position = sk.Position()
        while position.empties > empties and not position.is_over:
            move = sk.search(position, evaluator=evaluator, depth=3).best_move if position.empties <= OPENING else None
            position = position.play(move or random.choice(position.legal_moves))
        if not position.is_over:
            return position


if __name__ == "__main__":
    main()
