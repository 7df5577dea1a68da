"""`shirokuro train`: settings from a file, and where the output goes."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.cli.train_options import Options
from shirokuro.training.loop import TrainingLoop
from tests.support.runs import PATTERNS_ARG

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = str(Path(sys.executable).parent / "shirokuro")
SETTINGS = ("--depth=1", "--exact-empties=0", "--table-mb=1", "--compress", "--seed=7", "--match-games=0", PATTERNS_ARG)
LONG = ("--games=1000000", "--report-games=64", *SETTINGS)


def config_of(run: Path) -> sk.TrainConfig:
    return sk.TrainConfig.from_toml((run / "config.toml").read_text(encoding="utf-8"))


def test_settings_come_from_a_file_and_the_command_line_has_precedence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        'games = 300\nseed = 7\ndepth = 1\nexact_empties = 0\nepsilon = "0:0.3,1:0.1"\nlambda = 0.5\ncompress = true\n'
        "[train]\nmatch_games = 0\nreport_games = 64\nverbosity = -1\n",
        encoding="utf-8-sig",  # with a byte order mark, as some editors write
    )
    run = tmp_path / "run"
    assert main(["train", "--config", str(file), "--out", str(run), "--seed", "8", "--lambda", "0.75"]) == 0
    expected = sk.TrainConfig(
        games=300, seed=8, depth=1, exact_empties=0, epsilon="0:0.3,1:0.1", lambda_=0.75, compress=True
    )
    assert config_of(run) == expected
    assert capsys.readouterr().out == f"trained 300 games; saved {run / 'model.shiro'}\n"
    assert main(["train", "--resume", "--out", str(run), "--quiet", "--match-games=0"]) == 0
    assert capsys.readouterr().out == f"already trained 300 games; saved {run / 'model.shiro'}\n"
    again = tmp_path / "again"
    assert main(["train", "--config", str(run / "config.toml"), "--out", str(again), "--quiet", "--match-games=0"]) == 0
    digests = [sk.file_digest(each / "model.shiro") for each in (run, again)]
    assert digests[0] == digests[1]


def test_a_limit_on_the_command_line_replaces_the_one_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("games = 64\ndepth = 2\n[train]\nmatch_games = 0\n", encoding="utf-8")
    options = ["--nodes", "20", "--quiet", PATTERNS_ARG]
    assert main(["train", "--config", str(file), "--out", str(tmp_path / "run"), *options]) == 0
    assert (config_of(tmp_path / "run").depth, config_of(tmp_path / "run").nodes) == (None, 20)


def test_a_file_changes_the_settings_of_a_resumed_run(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert main(["train", "--out", str(run), "--games=64", "--quiet", *SETTINGS]) == 0
    file = tmp_path / "settings.toml"
    file.write_text(f'games = 128\n[train]\nout = "{run}"\nmatch_games = 0\n', encoding="utf-8")
    assert main(["train", "--config", str(file), "--resume", "--quiet"]) == 0
    assert config_of(run).games == 128
    assert config_of(run).seed == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epsilon = 1.5", "epsilon = 1.5: must be within 0…1"),
        ('games = "many"', "games = 'many': must be a whole number"),
        ("gamse = 5", "gamse: unknown setting"),
        ("games = ", "Invalid value"),
        ("depth = 1\nnodes = 5", "only one of depth, nodes and time_ms"),
        ("[train]\nreport = 5", "train.report: unknown option"),
        ("[train]\nreport_games = 0", "report_games = 0: must be 1 or more"),
        ("[train]\nreport_games = true", "report_games = True: must be a whole number"),
        ("[train]\ntensorboard = 1", "tensorboard = 1: must be true or false"),
        ('[train]\nprometheus = "x"', "prometheus = 'x': must be PORT or HOST:PORT"),
        ('[train]\non_corrupt = "perhaps"', "on_corrupt = 'perhaps'"),
        ("train = 5", "train = 5: must be a table"),
    ],
    ids=str,
)
def test_an_error_in_a_file_is_reported_with_the_name_of_the_file(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("settings.toml").write_text(text, encoding="utf-8")
    assert main(["train", "--config", "settings.toml"]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("shirokuro train: settings.toml: ")
    assert message in errors
    assert errors.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]


def test_a_missing_file_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--config", "nowhere.toml"]) == 2
    assert "nowhere.toml" in capsys.readouterr().err


def assert_saved(run: Path) -> None:
    """Asserts that the run was saved in the state that an uninterrupted run has after the same games."""
    saved = sk.Trainer.load(run / "model.shiro")
    played = saved.games_played
    assert 0 < played < 1_000_000
    whole = sk.Trainer(saved.config, patterns=saved.patterns)
    whole.train_batch(played)
    assert saved.digest() == whole.digest()
    assert not list(run.glob("**/.*.tmp"))


def test_a_closed_pipe_stops_and_saves_the_run(tmp_path: Path) -> None:
    command = '"$@" | head -n 1; echo "${PIPESTATUS[0]}"'
    shell = ["bash", "-c", command, "bash", PROGRAM, "train", "--out", str(tmp_path / "run"), *LONG]
    result = subprocess.run(shell, capture_output=True, text=True, check=False, timeout=120)
    first, code = result.stdout.splitlines()
    assert re.match(r"64/1,000,000 games ", first)
    assert code == "141"
    assert result.stderr.startswith("standard output was closed: stopped after ")
    assert result.stderr.count("\n") == 1
    assert_saved(tmp_path / "run")


def test_a_run_is_saved_when_all_its_output_is_closed(tmp_path: Path) -> None:
    shell = ["bash", "-c", '"$@" 2>&1 | head -n 1', "bash", PROGRAM, "train", "--out", str(tmp_path / "run"), *LONG]
    assert subprocess.run(shell, capture_output=True, check=False, timeout=120).returncode == 0
    end = time.monotonic() + 60
    while not (tmp_path / "run" / "model.shiro").exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert_saved(tmp_path / "run")


@pytest.mark.parametrize("command", [["checkpoints", "."], ["train", "--help"], ["perft", "1"]], ids=str)
def test_a_closed_pipe_causes_no_traceback(command: list[str], run_of: Callable[..., Path]) -> None:
    with subprocess.Popen(
        [PROGRAM, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=run_of(20_000)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert errors == b""


def wait_for_metrics(run: Path) -> None:
    end = time.monotonic() + 60
    while not (run / "metrics.jsonl").exists():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_hangup_stops_and_saves_the_run(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with subprocess.Popen(
        [PROGRAM, "train", "--out", run, *LONG], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_for_metrics(run)
        process.send_signal(signal.SIGHUP)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGHUP
    assert errors.startswith("stopped after ")
    assert_saved(run)


def test_a_run_under_nohup_continues_after_a_hangup(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with subprocess.Popen(
        [shutil.which("nohup") or "", PROGRAM, "train", "--out", run, *LONG],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        for _ in range(5):
            assert "games" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 143
    assert_saved(run)


def test_a_terminal_shows_a_panel_and_the_outcome_stays(tmp_path: Path, terminal: Callable[..., Any]) -> None:
    run = tmp_path / "run"
    shown = terminal(PROGRAM, "train", "--out", run, "--games=3000", "--report-games=64", *SETTINGS)
    screen = shown.wait_for(lambda screen: "TD error" in screen and "discs" in screen)
    assert screen.count(" / 3,000 games") == 1
    assert re.search(r"Black +\d+\.\d % +White +\d+\.\d % +draws +\d+\.\d % +disc difference [+-]\d", screen)
    assert re.search(r"\d+ games/s +\d:\d\d:\d\d elapsed, \d:\d\d:\d\d left", screen)
    assert shown.wait_for_end() == 0
    assert "3,000 / 3,000 games" in shown.screen
    assert "trained 3,000 games; saved" in shown.screen.replace("\n", "")
    assert shown.cursor


def test_messages_are_shown_above_the_panel(tmp_path: Path, terminal: Callable[..., Any]) -> None:
    run = tmp_path / "run"
    shown = terminal(PROGRAM, "train", "--out", run, "-v", "--checkpoint-games=1000", "--keep=1", *LONG, columns=160)
    screen = shown.wait_for(lambda screen: screen.count("saved") >= 2)
    lines = screen.splitlines()
    panel = next(row for row, line in enumerate(lines) if " / 1,000,000 games" in line)
    assert all(row < panel for row, line in enumerate(lines) if "INFO" in line)
    assert screen.count(" / 1,000,000 games") == 1
    shown.press("C-c")
    assert shown.wait_for_end() == 130
    assert re.search(r"stopped after [\d,]+ games; saved", shown.screen)
    assert shown.cursor
    assert_saved(run)


def test_a_run_is_saved_when_its_terminal_is_closed(tmp_path: Path, terminal: Callable[..., Any]) -> None:
    run = tmp_path / "run"
    shown = terminal(PROGRAM, "train", "--out", run, *LONG)
    wait_for_metrics(run)
    program = shown.pid
    shown.close()
    end = time.monotonic() + 60
    while Path(f"/proc/{program}").exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert_saved(run)


@pytest.mark.parametrize(("key", "code"), [("C-d", 2), ("C-c", 130), ("Enter", 2)])
def test_the_question_about_a_damaged_checkpoint_can_be_left(
    key: str, code: int, tmp_path: Path, terminal: Callable[..., Any]
) -> None:
    run = tmp_path / "run"
    assert main(["train", "--out", str(run), "--quiet", "--games=64", *SETTINGS]) == 0
    for file in (run / "model.shiro", *(run / "checkpoints").iterdir()):
        file.write_bytes(file.read_bytes()[:-100])
    shown = terminal(PROGRAM, "train", "--resume", "--out", run, columns=200)
    shown.wait_for(lambda screen: "quit (Enter)?" in screen)
    shown.press(key)
    assert shown.wait_for_end() == code
    assert "Traceback" not in shown.screen


def test_the_log_file_has_messages_from_the_given_level_on(tmp_path: Path) -> None:
    logs = {}
    for level in ("debug", "info", "warning", "error"):
        run = tmp_path / level
        assert main(["train", "--out", str(run), "--log-level", level, "--quiet", "--games=64", *SETTINGS]) == 0
        (log,) = (run / "logs").glob("*.log")
        logs[level] = log.read_text(encoding="utf-8")
    assert "DEBUG" in logs["debug"]
    assert "INFO" in logs["info"]
    assert "DEBUG" not in logs["info"]
    assert "INFO" not in logs["warning"] + logs["error"]


def test_debug_updates_writes_every_update_and_changes_nothing(tmp_path: Path) -> None:
    plain, debugged, updates = tmp_path / "plain", tmp_path / "debugged", tmp_path / "updates.csv"
    assert main(["train", "--out", str(plain), "--quiet", "--games=64", *SETTINGS]) == 0
    command = ["train", "--out", str(debugged), "--quiet", "--games=64", "--debug-updates", str(updates), *SETTINGS]
    assert main(command) == 0
    weights = [sk.Evaluator.load(run / "model.shiro").get_weights() for run in (plain, debugged)]
    assert all((weights[0][name] == weights[1][name]).all() for name in weights[0])
    with updates.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows[:100]:
        after = weights[0][row["pattern"]][int(row["stage"]), int(row["entry"])]
        assert int(row["after"]) == after
    changed = sum(int((weights[0][name] != 32_768).sum()) for name in weights[0])
    assert changed <= len(rows)


def test_a_maximum_time_pauses_the_training_which_can_be_resumed(tmp_path: Path) -> None:
    run, note = tmp_path / "run", tmp_path / "note"
    command = f'{{ cat; printf "%s %s %s" "$SHIROKURO_EVENT" "$SHIROKURO_GAMES" "$SHIROKURO_RUN"; }} > "{note}"'
    assert main(["train", "--out", str(run), "--max-time", "1s", "--notify", command, "--quiet", *LONG]) == 0
    text, values = note.read_text(encoding="utf-8").splitlines()
    event, games, named = values.split()
    assert (event, named) == ("paused", str(run))
    assert text.startswith(f"stopped by --max-time 1s after {int(games):,} game")
    played = sk.Trainer.load(run / "model.shiro").games_played
    assert played == int(games) < 1_000_000
    assert main(["train", "--resume", "--out", str(run), "--games", str(played + 64), "--quiet"]) == 0
    assert sk.Trainer.load(run / "model.shiro").games_played == played + 64


@pytest.mark.parametrize("text", ["", "3x", "0s", "h", "1h 30m", "-5s"])
def test_a_maximum_time_that_is_not_a_time_is_rejected(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--out", str(tmp_path / "run"), f"--max-time={text}", *LONG]) == 2
    assert f"max_time = {text!r}: must be a time such as 8h" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_times_are_read_in_days_hours_minutes_and_seconds() -> None:
    times = {"90": 90, "90s": 90, "45m": 2700, "1h30m": 5400, "2d": 172_800, "1d2h3m4s": 93_784}
    assert {text: Options(max_time=text).max_seconds for text in times} == times


def test_the_end_and_a_failure_are_notified_and_the_command_decides_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, note = tmp_path / "run", tmp_path / "note"
    options = ("--out", str(run), "--quiet", "--games=64", *SETTINGS)
    notify = f'cat > "{note}"; echo "$SHIROKURO_EVENT" >> "{note}"; exit 3'
    assert main(["train", "--notify", notify, *options]) == 0
    assert note.read_text(encoding="utf-8") == f"trained 64 games; saved {run / 'model.shiro'}\ncompleted\n"
    assert "--notify: the command ended with exit code 3" in capsys.readouterr().err
    shutil.rmtree(run / "logs")
    (run / "logs").write_text("not a folder", encoding="utf-8")
    assert main(["train", "--resume", "--notify", notify, "--games=128", *options[:3]]) != 0
    assert note.read_text(encoding="utf-8").startswith("failed after 64 games: ")
    assert note.read_text(encoding="utf-8").endswith("\nerror\n")


def test_a_signal_while_a_complete_run_is_saved_does_not_call_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save = TrainingLoop._save

    def interrupted(loop: TrainingLoop, *, final: bool = False) -> Path:
        if final:
            os.kill(os.getpid(), signal.SIGINT)
        return save(loop, final=final)

    monkeypatch.setattr(TrainingLoop, "_save", interrupted)
    run, note = tmp_path / "run", tmp_path / "note"
    notify = f'printf "$SHIROKURO_EVENT" > "{note}"'
    assert main(["train", "--out", str(run), "--games=64", "--quiet", "--notify", notify, *SETTINGS]) == 130
    assert capsys.readouterr().out == f"trained 64 games; saved {run / 'model.shiro'}\n"
    assert note.read_text(encoding="utf-8") == "completed"


def test_verbosity_selects_the_messages(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = {}
    for option in ("--quiet", "--report-games=64", "-v", "-vv"):
        run = str(tmp_path / option)
        command = [PROGRAM, "train", "--out", run, option, "--games=128", *SETTINGS]
        assert subprocess.run(command, check=False, timeout=60, env={**os.environ, "COLUMNS": "80"}).returncode == 0
        output[option] = capfd.readouterr()
    assert output["--quiet"].out.count("\n") == 1
    assert output["--quiet"].err == output["--report-games=64"].err == ""
    assert output["--report-games=64"].out.count("games/s") == 2
    assert "INFO" in output["-v"].err
    assert "DEBUG" not in output["-v"].err
    assert "DEBUG" in output["-vv"].err


def test_json_logs_go_to_the_file_and_to_outputs_that_are_not_terminals(tmp_path: Path) -> None:
    arguments = ["train", "--out", str(tmp_path), "--json-logs", "-v", "--games=128", "--report-games=64", *SETTINGS]
    result = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=True, timeout=60)
    reports = [json.loads(line) for line in result.stdout.splitlines()[:-1]]
    assert [(each["games_played"], each["target_games"]) for each in reports] == [(64, 128), (128, 128)]
    assert all(each["td_error"] > 0 for each in reports)
    messages = [json.loads(line) for line in result.stderr.splitlines()]
    assert any(each["message"].startswith("saved ") for each in messages)
    assert not any(each["logger"] == "shirokuro.training.reporter" for each in messages)
    (log,) = (tmp_path / "logs").iterdir()
    written = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert {"shirokuro.training.reporter", "shirokuro.training.loop"} <= {each["logger"] for each in written}
