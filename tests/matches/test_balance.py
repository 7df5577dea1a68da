"""Openings that are nearly even."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.game.symmetry import canonical
from shirokuro.matches.balance import DEPTH
from shirokuro.matches.openings import OPENING_PLIES, random_openings

if TYPE_CHECKING:
    from pathlib import Path


def judged(opening: sk.Opening) -> float:
    """Returns what a search without selective pruning says."""
    return sk.search(opening.position, depth=DEPTH, evaluator=sk.Evaluator.default()).score


def test_openings_are_different_and_nearly_even_and_those_left_out_are_not() -> None:
    openings = sk.balanced_openings(20, within=3, seed=4)
    assert len({canonical(opening.position) for opening in openings}) == 20
    assert all(len(opening.moves) == OPENING_PLIES for opening in openings)
    drawn = random_openings(OPENING_PLIES, 4)
    left_out = []
    for opening in openings:  # in the order of the draw
        while (other := next(drawn)) != opening:
            left_out.append(other)
    assert len(left_out) > 20
    # A selective search may err by some discs.
    assert sum(abs(judged(opening)) <= 3 for opening in openings) >= 15
    assert sum(abs(judged(opening)) > 3 for opening in left_out) >= 0.75 * len(left_out)


def test_the_openings_depend_on_the_seed_and_the_model_alone() -> None:
    openings = sk.balanced_openings(6, within=2, seed=1, threads=1)
    assert sk.balanced_openings(6, within=2, seed=1, threads=3) == openings
    assert sk.balanced_openings(6, within=2, seed=2) != openings
    assert sk.balanced_openings(6, within=2, seed=1, evaluator=sk.Evaluator()) != openings


def test_progress_is_reported_for_each_opening() -> None:
    found: list[int] = []
    sk.balanced_openings(3, within=8, progress=found.append)
    assert found == [1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 0, "within": 4}, "count = 0: must be at least 1"),
        ({"count": 1, "within": 0}, "within = 0: must be above 0, at most 64"),
        ({"count": 1, "within": float("nan")}, "within = nan: must be above 0, at most 64"),
        ({"count": 1, "within": 65}, "within = 65: must be above 0, at most 64"),
        ({"count": 1, "within": 4, "plies": 31}, "opening_plies = 31: must be within 0…30"),
        ({"count": 1, "within": 4, "threads": -1}, "threads = -1"),
        ({"count": 9, "within": 64, "plies": 2}, "hardly more than 3 different openings"),
    ],
)
def test_invalid_values_are_rejected(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        sk.balanced_openings(**arguments)


def test_a_match_on_the_command_line_has_balanced_openings(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, games = tmp_path / "results.json", tmp_path / "games.ggf"
    options = ["--games", "8", "--depth", "1", "--balanced", "2.5", "--seed", "3", "--opponent", "random"]
    assert main(["evaluate", str(model), *options, "--json", str(results), "--save-games", str(games)]) == 0
    assert "openings within 2.5 discs" in " ".join(capsys.readouterr().out.split())
    content = json.loads(results.read_text(encoding="utf-8"))
    assert (content["balanced"], content["openings"]) == (2.5, 4)
    expected = {opening.moves for opening in sk.balanced_openings(4, within=2.5, seed=3)}
    assert {game.moves[:OPENING_PLIES] for game in sk.read_games(games)} == expected


def test_balanced_openings_can_not_come_from_a_file(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "openings.txt"
    file.write_text("f5d6\n", encoding="utf-8")
    assert main(["evaluate", str(model), "--balanced", "4", "--openings", str(file)]) == 2
    assert "--balanced can't be combined with --openings" in capsys.readouterr().err
    assert main(["evaluate", str(model), "--balanced", "4", "--wpc-protocol"]) == 2
    assert "--balanced can't be combined with it" in capsys.readouterr().err
    assert main(["evaluate", str(model), "--balanced=-1"]) == 2
    assert "within = -1: must be above 0" in capsys.readouterr().err
