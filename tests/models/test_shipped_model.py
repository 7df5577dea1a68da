"""The model that ships with the package: its file is the one of its card, and it plays well."""

from __future__ import annotations

import pytest

import shirokuro as sk
from shirokuro import models
from shirokuro._core import read_header
from tests.support.paths import ROOT


def test_the_package_has_a_small_file_with_the_weights_alone() -> None:
    header = read_header(models.FILE)
    assert header["bytes"] <= 15_000_000
    assert header["compressed"]
    assert not header["training_state"]


def test_its_weights_are_those_of_its_card() -> None:
    facts = models.facts()
    assert sk.Evaluator.default().digest() == facts["weights"]
    assert models.FILE.stat().st_size == facts["bytes"]
    assert facts["games"] == sk.TrainConfig.preset(facts["preset"]).games
    assert len(facts["digest"]) == 64


@pytest.mark.parametrize("opponent", [sk.RandomPlayer(), sk.HeuristicPlayer(), sk.WeightedPieceCounter()], ids=repr)
def test_it_beats_the_fixed_opponents_from_the_box(opponent: sk.Player) -> None:
    player = sk.ModelPlayer(evaluator=sk.Evaluator.default(), depth=3, exact_empties=8)
    result = sk.play_match(player, opponent, games=20, seed=1)
    assert result.wins >= 18


def test_a_search_needs_no_other_evaluator() -> None:
    found = sk.search(sk.Position.from_moves("f5d6c3d3c4"), depth=6)
    assert found.best_move is not None
    assert abs(found.score) < 10


def test_the_results_in_the_readme_are_those_of_the_card() -> None:
    card = models.FACTS.with_name("README.md").read_text(encoding="utf-8")
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Strength\n")[2].partition("\n## ")[0]
    shown = [line for line in section.splitlines() if line.count(" | ") == 4]
    assert len(shown) > 3
    assert [line for line in shown if line not in card] == []
