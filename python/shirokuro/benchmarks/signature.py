"""The engine's behaviour in one number, which is the same on every machine until searching or learning changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shirokuro._core as core
from shirokuro.benchmarks.positions import FORTY_EMPTIES, SOLVED
from shirokuro.config import TrainConfig
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    from shirokuro._core import Evaluator

TRAINING = TrainConfig(
    seed=20, games=512, generation_games=64, depth=3, exact_empties=8, epsilon=0.1, random_plies=10, table_mb=1
)
"""The training run whose final state is part of the signature."""

DEPTH = 7
"""The depth of the searches, in plies."""

SOLVED_EMPTIES = 16
"""Empty squares of the solved positions."""

PERFT_DEPTH = 9
"""The length of the counted move sequences, in plies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Counts and digests that change only when the behaviour does."""

    perft: int
    """The number of move sequences of `PERFT_DEPTH` plies."""
    search: int
    """Positions visited by searches to depth `DEPTH`."""
    confident: int
    """Positions visited by the same searches with 73 % confidence."""
    solve: int
    """Positions visited while solving."""
    training: str
    """The digest of the training state."""

    def __str__(self) -> str:
        """Returns readable lines, the last one with the signature itself."""
        return "\n".join(
            (
                f"perft({PERFT_DEPTH})      {self.perft:>14,} leaves",
                f"depth {DEPTH}       {self.search:>14,} nodes",
                f"depth {DEPTH}, 73 % {self.confident:>14,} nodes",
                f"solving       {self.solve:>14,} nodes",
                f"training      {self.training[:14]}",
                f"signature     {self.short}",
            )
        )

    @property
    def short(self) -> str:
        """A digest of all counts in sixteen hexadecimal digits."""
        whole = f"{self.perft} {self.search} {self.confident} {self.solve} {self.training}"
        return hashlib.sha256(whole.encode()).hexdigest()[:16]


def signature() -> Signature:
    """Trains, searches and solves, which takes a few seconds."""
    trainer = Trainer(TRAINING)
    trainer.train_batch(TRAINING.games)
    evaluator = trainer.evaluator
    middle = [core.Position.from_moves(moves) for moves in FORTY_EMPTIES]
    return Signature(
        perft=core.perft(PERFT_DEPTH),
        search=sum(core.search(each, evaluator=evaluator, depth=DEPTH).nodes for each in middle),
        confident=sum(core.search(each, evaluator=evaluator, depth=DEPTH, confidence=73).nodes for each in middle),
        solve=sum(_solved(evaluator, moves) for moves, _ in SOLVED),
        training=trainer.digest(),
    )


def _solved(evaluator: Evaluator, moves: str) -> int:
    """Returns the nodes of solving the position that the best moves of shallow searches lead to."""
    position = core.Position.from_moves(moves)
    while position.empties > SOLVED_EMPTIES:
        move = core.search(position, evaluator=evaluator, depth=2).best_move
        if move is None:
            return 0
        position = position.play(move)
    return core.solve(position, evaluator=evaluator).nodes
