"""Round robins."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.cli import main
from tests.support.paths import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GTP = f"gtp:{sys.executable} {PROGRAMS / 'gtp_program.py'}"


@pytest.fixture
def played(model: Path) -> Callable[..., int]:
    """Plays a round robin of the model and opponents on the command line."""

    def run(*arguments: str | Path, opponents: tuple[str, ...] = ("heuristic", "random")) -> int:
        named = [word for name in opponents for word in ("--opponent", name)]
        fixed = ["evaluate", str(model), "--round-robin", "--depth", "1", "--games", "10", *named]
        return main([*fixed, *map(str, arguments)])

    return run


def test_all_players_meet_and_are_rated_relative_to_their_mean(trained: sk.Trainer) -> None:
    players: list[sk.Player] = [sk.OnePlyPlayer(evaluator=trained.evaluator), sk.HeuristicPlayer(), sk.RandomPlayer()]
    result = sk.play_round_robin(players, games=20, threads=2)
    assert [(match.first, match.second) for match in result.matches] == [(0, 1), (0, 2), (1, 2)]
    assert sum(rung.rating.elo for rung in result.rungs) == pytest.approx(0)
    assert [rung.name for rung in result.rungs] == ["model", "heuristic", "random"]
    assert [(rung.games, rung.games_played, rung.forfeits) for rung in result.rungs] == [(40, None, 0)] * 3
    assert sum(rung.score for rung in result.rungs) == pytest.approx(1.5)
    assert result.rungs[0].rating.elo > result.rungs[2].rating.elo
    again = sk.play_round_robin(players, games=20, threads=1)
    assert [match.result for match in again.matches] == [match.result for match in result.matches]


def test_a_round_robin_needs_two_players() -> None:
    with pytest.raises(ValueError, match="at least two players, and there are 1"):
        sk.play_round_robin([sk.RandomPlayer()])


def test_the_command_prints_and_writes_ratings_and_matches(
    played: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "out.json"
    assert played("--json", written) == 0
    output = " ".join(capsys.readouterr().out.split())
    content = json.loads(written.read_text(encoding="utf-8"))
    assert [each["name"] for each in content["players"]][1:] == ["heuristic", "random"]
    assert [(each["first"], each["second"]) for each in content["matches"]] == [(0, 1), (0, 2), (1, 2)]
    for each in content["players"]:
        assert f"{each['elo']:+.0f} {each['error']:.0f} {each['score']:.3f} 20 0" in output
    for each in content["matches"]:
        assert each["games"] == each["wins"] + each["draws"] + each["losses"] == 10
        assert f"{each['wins']} {each['draws']} {each['losses']} {each['score']:.3f}" in output


def test_forfeits_are_counted_for_the_player_at_fault(
    played: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "out.json"
    options = ("--json", written, "--max-forfeits", "2", "--threads", "1", "--games", "2")
    assert played(*options, opponents=(f"{GTP} illegal 1 5",)) == 0
    content = json.loads(written.read_text(encoding="utf-8"))
    assert [each["forfeits"] for each in content["players"]] == [0, 2]
    assert [each["player"] for each in content["matches"][0]["forfeits"]] == [content["players"][1]["name"]] * 2
    assert "forfeited; the first was game" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "opponents", "message"),
    [
        ((), (), "--round-robin needs opponents"),
        ((), ("random", "random"), "random takes part twice"),
        (("--sprt", "0,5"), ("random",), "--sprt can't be combined with --round-robin"),
        (("--ladder",), ("random",), "--ladder can't be combined with --round-robin"),
        (("--plot", "a.svg"), ("random",), "--plot draws a ladder"),
    ],
)
def test_wrong_arguments_are_explained(
    played: Callable[..., int],
    arguments: tuple[str, ...],
    opponents: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert played(*arguments, opponents=opponents) == 2
    assert message in capsys.readouterr().err
