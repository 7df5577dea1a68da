"""Named levels of strength, and searches that report their progress."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.engine.levels import FIRST, LEVELS, level_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro.engine.levels import Level


@dataclass(frozen=True)
class LevelPlayer:
    level: Level
    evaluator: sk.Evaluator

    @property
    def name(self) -> str:
        return self.level.name

    def choose(self, position: sk.Position, random: Random) -> str:
        engine = sk.Engine(self.evaluator, limits=self.level.limits, table_mb=1)
        return self.level.choose(engine, position, random).move


def test_the_first_level_wins_against_random_moves_and_loses_to_the_third() -> None:
    evaluator = sk.Evaluator.default()
    novice, beginner, casual = (LevelPlayer(level, evaluator) for level in list(LEVELS.values())[:3])
    assert FIRST is beginner.level
    assert sk.play_match(beginner, sk.RandomPlayer(), games=60).score > 0.65
    assert sk.play_match(beginner, casual, games=60).score < 0.4
    assert sk.play_match(novice, casual, games=60).score < 0.3


def test_a_level_with_errors_varies_its_moves_and_one_without_plays_the_best(trained: sk.Trainer) -> None:
    engine, position = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=1)), sk.Position.from_moves("f5d6c3")
    moves = {LEVELS["novice"].choose(engine, position, Random(seed)).move for seed in range(30)}
    assert len(moves) > 3
    assert moves <= set(position.legal_moves)
    best = LEVELS["expert"].choose(engine, position, Random(1))
    assert best.move == engine.search(position, LEVELS["expert"].limits).best_move
    with pytest.raises(ValueError, match="level = 'master': must be one of novice, beginner, casual"):
        level_of("master")


def test_a_search_that_reports_its_progress_finds_the_same(
    trained: sk.Trainer, positions: Callable[[int], list[sk.Position]]
) -> None:
    engine = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=5, exact_empties=8))
    for position in positions(4)[10:-1:6]:
        depths: list[int] = []
        found = engine.search(position, progress=lambda result: depths.append(result.depth))  # noqa: B023 (called here)
        assert (found.score, found.exact) == (engine.search(position).score, engine.search(position).exact)
        assert depths == sorted(set(depths))
    depths = []
    engine.search(sk.Position(), sk.SearchLimits(time_ms=50), progress=lambda result: depths.append(result.depth))
    assert depths == list(range(1, len(depths) + 1))
