"""Evaluates positions with a portable model, with nothing but NumPy: `python reader.py MODEL < positions`.

A position is a line of 64 squares from a1 to h8 (`X` black, `O` white, `-` empty), a space, and the side to move.
"""

import json
import sys
from pathlib import Path

import numpy as np

STEPS = [(file, rank) for file in (-1, 0, 1) for rank in (-1, 0, 1) if (file, rank) != (0, 0)]


def read(path: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Returns the arrays and the metadata of a model, in either format."""
    if path.endswith(".npz"):
        with np.load(path) as archive:
            arrays = dict(archive)
        return arrays, json.loads(str(arrays.pop("metadata")))
    content = Path(path).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    metadata = header.pop("__metadata__")
    types = {"U16": "<u2", "U8": "u1"}
    arrays = {}
    for name, tensor in header.items():
        first, last = tensor["data_offsets"]
        values = np.frombuffer(content[start + first : start + last], types[tensor["dtype"]])
        arrays[name] = values.reshape(tensor["shape"])
    return arrays, metadata


def flips(digits: np.ndarray, square: int) -> int:
    """Counts the discs that the side to move flips by playing on a square."""
    count = 0
    for file_step, rank_step in STEPS:
        line, file, rank = 0, square % 8 + file_step, square // 8 + rank_step
        while 0 <= file < 8 and 0 <= rank < 8 and digits[8 * rank + file] == 2:
            line, file, rank = line + 1, file + file_step, rank + rank_step
        if 0 <= file < 8 and 0 <= rank < 8 and digits[8 * rank + file] == 1:
            count += line
    return count


class Evaluator:
    """The evaluation of a portable model."""

    def __init__(self, path: str) -> None:
        arrays, self.metadata = read(path)
        squares = arrays.pop("squares")
        self.weights = list(arrays.values())
        # The squares of each pattern's orientations, without the padding.
        orientations = (pattern[pattern[:, 0] != 255] for pattern in squares.astype(int))
        self.features = [pattern[:, pattern[0] != 255] for pattern in orientations]

    def evaluate(self, digits: np.ndarray) -> float:
        """Returns the value in discs for the side to move; a digit is 0 empty, 1 side to move, 2 opponent."""
        own, other, empty = (int((digits == digit).sum()) for digit in (1, 2, 0))
        if not own or not other or not empty:
            return float(own - other + empty * ((own > other) - (own < other)))
        if other <= 6 and any(flips(digits, int(square)) == other for square in np.flatnonzero(digits == 0)):
            return 64.0
        stage = min(max(own + other - 4, 0), int(self.metadata["stages"]) - 1)
        total = 0
        for weights, squares in zip(self.weights, self.features, strict=True):
            entries = digits[squares] @ 3 ** np.arange(squares.shape[1])
            total += int((weights[stage, entries].astype(int) - int(self.metadata["neutral"])).sum())
        return min(max(total / int(self.metadata["units_per_disc"]), -64.0), 64.0)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python reader.py MODEL < positions")
    evaluator = Evaluator(sys.argv[1])
    for line in sys.stdin:
        board, side = line.split()
        print(evaluator.evaluate(np.array([0 if disc == "-" else 1 if disc == side else 2 for disc in board])))
