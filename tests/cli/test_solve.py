"""`shirokuro solve`."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.cli import main, solve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def endgames(count: int) -> list[sk.Position]:
    games = (sk.Position.from_moves("".join(game.moves[:51])) for game in sk.random_games(2 * count, seed=5))
    return [position for position in games if not position.is_over][:count]


@pytest.fixture
def obf(tmp_path: Path, trained: sk.Trainer) -> Path:
    """Twelve positions with their values, the first of which is wrong by 2 discs."""
    lines = ["% endgames"]
    for position in endgames(12):
        found = sk.solve(position, evaluator=trained.evaluator)
        wrong = 2 if len(lines) == 1 else 0
        lines.append(f"{''.join(str(position).split())}; {found.best_move}:{found.score + wrong:+g};")
    path = tmp_path / "endgames.obf"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def solved(model: Path) -> Callable[..., int]:
    """Runs the command."""
    return lambda *arguments: main(["solve", "--model", str(model), *map(str, arguments)])


def content(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_file_has_a_line_for_each_position_and_a_summary(
    solved: Callable[..., int], obf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert solved(obf, "--json", tmp_path / "out.json") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 12 + 2
    assert lines[-2].startswith("12 positions (exact), ")
    assert lines[-1].startswith("12 of 12 moves right (100.0%), mean absolute error of the score 0.17 discs")
    written = content(tmp_path / "out.json")
    assert (written["complete"], written["known"], written["right"]) == (True, 12, 12)
    assert written["mean_error"] == pytest.approx(2 / 12)
    assert written["nodes"] == sum(each["nodes"] for each in written["positions"])
    first = written["positions"][0]
    assert (first["number"], first["exact"], first["error"], first["right"]) == (1, True, 2, True)
    assert first["move"] == first["line"][0]
    assert sk.read_position(first["board"]) == endgames(1)[0]


def test_the_output_is_the_same_at_any_number_of_threads(
    solved: Callable[..., int], obf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = []
    for threads in (1, 3):
        assert solved(obf, "--threads", str(threads), "--json", "-") == 0
        written = json.loads(capsys.readouterr().out)
        outputs.append([{**each, "seconds": 0} for each in written["positions"]])
    assert outputs[0] == outputs[1]


def test_a_position_is_searched_to_a_depth(
    solved: Callable[..., int], model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert solved("f5d6c3", "--depth", "3", "--threads", "1") == 0
    found = sk.search(sk.Position.from_moves("f5d6c3"), depth=3, evaluator=sk.Evaluator.load(model))
    line = capsys.readouterr().out.splitlines()[1].split()
    assert line[:4] == ["1", f"{found.score:+.2f}", "3", found.best_move]
    assert line[-3:] == found.principal_variation


def test_ctrl_c_keeps_what_is_solved(
    solved: Callable[..., int],
    obf: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*arguments: Any, **options: Any) -> Iterator[sk.Solution]:
        yield from islice(sk.solve_many(*arguments, **options), 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(solve, "solve_many", interrupted)
    assert solved(obf, "--json", tmp_path / "out.json") == 130
    assert "stopped before the end" in capsys.readouterr().out
    written = content(tmp_path / "out.json")
    assert (written["complete"], [each["number"] for each in written["positions"]]) == (False, [1, 2])


def test_a_damaged_line_is_named_after_the_solutions_before_it_or_skipped(
    solved: Callable[..., int], obf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = obf.read_text().splitlines()
    obf.write_text("\n".join([*lines[:3], "not a board", *lines[3:]]))
    assert solved(obf) == 2
    output = capsys.readouterr()
    assert "line 4: move 1: 'not' is not a square" in output.err
    assert "2 positions" in output.out
    assert solved(obf, "--skip-damaged") == 0
    output = capsys.readouterr()
    assert "12 positions" in output.out
    assert "1 damaged line skipped; the first: " in output.out


def test_a_board_without_a_side_needs_one(
    solved: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = "".join(str(endgames(1)[0]).split())[:64]
    path = tmp_path / "boards.txt"
    path.write_text(board)
    assert solved(path, "--depth", "1") == 2
    assert "does not say whose turn it is" in capsys.readouterr().err
    assert solved(path, "--depth", "1", "--side", "white") == 0
    assert solved("--depth", "1", "--side", "white", "--", board) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.obf",), "'nowhere.obf' is neither a file nor a position: "),
        (("f5", "--exact", "--depth", "3"), "--exact can't be combined with --depth"),
        (("f5", "--confidence", "95"), "--confidence needs --depth"),
        (("f5", "--exact-empties", "8"), "--exact-empties needs --depth"),
        (("f5", "--depth", "0"), "depth = 0: must be within 1…60"),
    ],
)
def test_a_wrong_argument_is_explained(
    solved: Callable[..., int], arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert solved(*arguments) == 2
    assert message in capsys.readouterr().err


def test_an_empty_file_has_no_positions(
    solved: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.obf"
    path.write_text("")
    assert solved(path) == 0
    assert "0 positions" in capsys.readouterr().out
