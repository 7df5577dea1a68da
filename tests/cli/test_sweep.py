"""`shirokuro sweep`: its output, Ctrl-C, and the results so far."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from shirokuro.cli import main
from shirokuro.cli import sweep as command
from shirokuro.sweep import SweepRecord, read_sweep
from shirokuro.sweep.runner import train_run

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """
seeds = [1, 2]
[settings]
games = 128
depth = 1
exact_empties = 0
table_mb = 1
compress = true
threads = 1
[axes]
lambda = [0.5]
[match]
games = 10
depth = 1
exact_empties = 0
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a sweep of two runs in `runs/small` of the present directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_ctrl_c_saves_the_run_and_the_same_command_continues_it(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*arguments: Any, progress: Any, **options: Any) -> Any:
        def press(games: int) -> None:
            progress(games)
            if games > 64:  # at least one generation is complete
                signal.raise_signal(signal.SIGINT)

        return train_run(*arguments, progress=press, **options)

    with monkeypatch.context() as pressed:
        pressed.setattr(command, "train_run", interrupted)
        assert main(["sweep", str(file)]) == 130
    stopped = capsys.readouterr()
    assert stopped.out.splitlines()[:2] == ["runs/small: 2 runs", "run 1 of 2: lambda=0.5,seed=1"]
    said = (
        "stopped in run 1 of 2: lambda=0.5,seed=1; saved runs/small/lambda=0.5,seed=1; continue with: shirokuro sweep "
    )
    assert stopped.err.endswith(f"{said}{file}\n")
    assert main(["sweep", str(file)]) == 0
    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert lines[1].startswith("run 1 of 2: lambda=0.5,seed=1, from ")
    assert "match 1 of 1: lambda=0.5,seed=2 against lambda=0.5,seed=1" in lines
    assert lines[-1] == "drawn: runs/small/sweep.svg"
    assert (file.parent / "runs" / "small" / "sweep.svg").stat().st_size > 5000

    capsys.readouterr()
    assert main(["sweep", str(file), "--quiet"]) == 0
    assert main(["sweep", str(file), "--table"]) == 0
    again = capsys.readouterr().out
    table = shown[shown.index("runs/small: 1 setting, 2 seeds") : shown.index("drawn:")]
    assert again == f"{table}drawn: runs/small/sweep.svg\n{table}"
    assert "2/2" in table
    assert "Elo is relative to the first run" in " ".join(table.split())

    # Ctrl-C in a match ends it at once; what was played stays.
    file.write_text(TEXT.replace("games = 10", "games = 12"), encoding="utf-8")

    def press(*_arguments: object) -> None:
        signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as pressed:
        pressed.setattr(command._Progress, "match", press)
        assert main(["sweep", str(file)]) == 130
    assert len(SweepRecord.load(read_sweep(file).directory).matches) == 1


def test_the_results_so_far_are_shown_without_training(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["sweep", str(file), "--table"]) == 2
    assert capsys.readouterr().err == "shirokuro sweep: runs/small: the sweep has not started\n"
    (tmp_path / "runs" / "small").mkdir(parents=True)
    assert main(["sweep", str(file), "--table", "--json", "results.json"]) == 0
    assert "0/2" in capsys.readouterr().out
    content = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [run["state"] for run in content["settings"][0]["runs"]] == ["not started"] * 2
    assert main(["sweep", str(file), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == content
    assert main(["sweep", str(file), "--plot", "picture.svg"]) == 2
    assert capsys.readouterr().err == "shirokuro sweep: no match of a finished run has been played yet\n"
    assert main(["sweep", str(file), "--plot", "picture.gif"]) == 2
    assert "must end in .svg, .png or .pdf" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["sweep", str(file), "--plot", "picture.svg"]) == 2
    assert "pip install 'shirokuro[plot]'" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"small.toml", "runs", "results.json"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[axes]\ndepth = [1, 61]", "small.toml: axes.depth = 61: must be within 1…60"),
        ('[match]\nopponent = "nobody"', "match.opponent = 'nobody': must be first, random, heuristic, wpc, default"),
        ("", ""),
    ],
    ids=range(3),
)
def test_an_error_is_one_line_before_the_first_game(
    text: str, message: str, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(text, encoding="utf-8")
    if not text:
        file.unlink()
    assert main(["sweep", str(file)]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert "small.toml" in errors or "match" in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_the_help_has_an_example_that_is_a_sweep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sweep", "--help"])
    text = capsys.readouterr().out
    example = text[text.index('  preset = "short"') : text.index("Ctrl-C saves")]
    (tmp_path / "plan.toml").write_text(example, encoding="utf-8")
    assert len(read_sweep(tmp_path / "plan.toml").runs) == 6
