"""`shirokuro monitor`, in a real terminal and in a pipe."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shirokuro.cli import main
from tests.support.paths import SCRIPTS
from tests.support.runs import PATTERNS_ARG

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = Path(sys.executable).parent / "shirokuro"
SCRIPT = SCRIPTS / "monitor.py"


def test_each_page_can_be_viewed_and_the_dashboard_left(
    run_of: Callable[..., Path], terminal: Callable[..., Any]
) -> None:
    shown = terminal(PROGRAM, "monitor", run_of(100_000))
    screen = shown.wait_for(lambda screen: "1 overview" in screen)
    assert "50.0 %" in screen
    assert re.search(r"[⠁-⣿]{5}", screen)
    assert all(len(line) <= 80 for line in screen.splitlines())
    for key, words in (
        ("2", "Black wins"),
        ("3", "where the time goes"),
        ("4", "warnings and errors"),
        ("1", "results"),
    ):
        shown.press(key)
        shown.wait_for(lambda screen, words=words: words in screen)
    shown.press("z")
    shown.wait_for(lambda screen: "z last half" in screen)
    for key, words in (("Right", "table hits"), ("Right", "settings in force"), ("Left", "table hits")):
        shown.press(key)
        shown.wait_for(lambda screen, words=words: words in screen)
    assert not shown.cursor
    shown.press("q")
    assert shown.wait_for_end() == 0
    assert shown.cursor
    assert "overview" not in shown.screen


def test_the_dashboard_follows_a_run_that_starts_later_writes_half_a_line_and_is_resumed(
    run_of: Callable[..., Path], line_of: Callable[..., dict[str, Any]], tmp_path: Path, terminal: Callable[..., Any]
) -> None:
    shown = terminal(PROGRAM, "monitor", tmp_path / "run", "--interval", "0.1")
    shown.wait_for(lambda screen: "waiting for the run to start" in screen)
    run = run_of(0)
    shown.wait_for(lambda screen: "started, no metrics yet" in screen)
    line = json.dumps(line_of(1000)).encode() + b"\n"
    with (run / "metrics.jsonl").open("ab", buffering=0) as file:
        file.write(line[:100])
        shown.press("2")
        shown.wait_for(lambda screen: "table hits" in screen)
        assert "1,000 / 200,000" not in shown.screen
        file.write(line[100:])
        shown.wait_for(lambda screen: "1,000 / 200,000" in screen)
        for games in (2000, 3000, 1500):  # killed, and resumed from a checkpoint
            file.write(json.dumps(line_of(games)).encode() + b"\n")
    shown.wait_for(lambda screen: "1,500 / 200,000" in screen)
    shutil.rmtree(run)
    shown.wait_for(lambda screen: "waiting for the run to start" in screen)
    shown.press("C-c")
    assert shown.wait_for_end() == 0


def test_the_dashboard_fits_a_terminal_that_changes_its_size(
    run_of: Callable[..., Path], terminal: Callable[..., Any]
) -> None:
    shown = terminal(PROGRAM, "monitor", run_of(50_000), columns=100, lines=30)
    shown.wait_for(lambda screen: "1 overview" in screen)
    for columns, lines in ((160, 50), (80, 24), (40, 10)):
        shown.resize(columns, lines)
        shown.wait_for(
            lambda screen, columns=columns, lines=lines: (
                screen.startswith("shirokuro")
                and len(rows := screen.splitlines()) == lines
                and "1 overview" in rows[-1]
                and all(len(row) <= columns for row in rows)
            )
        )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_dashboard_and_gives_the_terminal_back(
    number: signal.Signals, code: int, run_of: Callable[..., Path], terminal: Callable[..., Any]
) -> None:
    shown = terminal(PROGRAM, "monitor", run_of(1000))
    shown.wait_for(lambda screen: "1 overview" in screen)
    os.kill(shown.pid, number)
    assert shown.wait_for_end() == code
    assert shown.cursor
    assert "overview" not in shown.screen


def test_a_suspended_dashboard_gives_the_terminal_to_the_shell_and_comes_back(
    run_of: Callable[..., Path], terminal: Callable[..., Any]
) -> None:
    command = f"set -m; {PROGRAM} monitor {run_of(1000)}; echo SUSPENDED; read; fg >/dev/null; echo LEFT; sleep 60"
    shown = terminal("bash", "-c", command)
    shown.wait_for(lambda screen: "1 overview" in screen)
    shown.press("C-z")
    # A key that is pressed before the program is back in the foreground would be lost.
    assert "overview" not in shown.wait_for(lambda screen: "SUSPENDED" in screen)
    shown.press("Enter")
    shown.wait_for(lambda screen: "1 overview" in screen)
    shown.press("3")
    shown.wait_for(lambda screen: "where the time goes" in screen)
    shown.press("q")
    screen = shown.wait_for(lambda screen: "LEFT" in screen)
    assert "SUSPENDED" in screen


def test_once_prints_the_run_as_text(run_of: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    run = run_of(100_000, warnings=[{"kind": "coverage", "message": "P05 stage 57: 71 %"}])
    assert main(["monitor", str(run), "--once"]) == 0
    text = capsys.readouterr().out
    assert "100,000 / 200,000 games" in text
    assert "P05 stage 57: 71 %" in text
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines()) <= 100
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_several_runs_are_compared_as_text(run_of: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    runs = [run_of(100_000, name="one"), run_of(50_000, name="two"), run_of(0, name="three")]
    assert main(["monitor", *map(str, runs), "--once"]) == 0
    text = capsys.readouterr().out
    lines = text.splitlines()
    for line, name, games in zip(lines[1:4], ("one", "two", "three"), ("100,000", "50,000", "–"), strict=True):
        assert line.startswith(f"{name} ")
        assert f" {games} " in line
    assert re.search(r"TD error +0 … 100,000 games\none +█[▁-█]{39} +\d\.\d\d discs\ntwo +█[▁-█]{19,20} {19}", text)
    assert max(map(len, lines)) <= 100
    assert "\x1b" not in text


def test_the_command_and_the_script_print_the_run_as_text_in_a_pipe(run_of: Callable[..., Path]) -> None:
    run = run_of(5000)
    for command in ((str(PROGRAM), "monitor"), (sys.executable, str(SCRIPT))):
        result = subprocess.run([*command, str(run)], capture_output=True, text=True, check=False, timeout=60)
        assert (result.returncode, result.stderr) == (0, "")
        assert "5,000 / 200,000 games" in result.stdout


def test_a_finished_run_and_a_copy_of_it_are_shown(
    model_run: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(model_run, copy)
    for directory in (model_run, copy):
        assert main(["monitor", str(directory), "--once"]) == 0
        text = capsys.readouterr().out
        assert "● complete" in text
        assert "400 / 400 games" in text
        assert re.search(r"TD error +\d+\.\d\d discs", text)


@pytest.fixture(scope="module")
def model_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "run"
    settings = ("--depth=1", "--exact-empties=0", "--table-mb=1", "--compress", "--report-games=100", PATTERNS_ARG)
    assert main(["train", "--out", str(run), "--games=400", "--match-games=0", "--quiet", *settings]) == 0
    return run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere", "--once"), "nowhere: no run in this directory"),
        (("nowhere", "--interval", "0"), "interval = 0.0: must be within 0.1…3,600"),
        ((), "RUN"),
    ],
    ids=str,
)
def test_an_invalid_command_is_reported_in_one_line(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main(["monitor", *arguments])
    except SystemExit as end:
        code = end.code
    errors = capsys.readouterr().err
    assert code == 2
    assert message in errors
    assert errors.count("\n") == 1
