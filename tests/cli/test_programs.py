"""The command line, run as separate processes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.config import TrainConfig, shown_name
from tests.support.paths import SCRIPTS
from tests.support.runs import PATTERNS, PATTERNS_ARG

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = Path(sys.executable).parent / "shirokuro"
SETTINGS = ("--seed", "7", "--depth", "1", "--exact-empties", "0", "--epsilon", "0:0.3,1:0.1", "--table-mb", "1")
CONFIG = sk.TrainConfig(seed=7, depth=1, exact_empties=0, epsilon="0:0.3,1:0.1", table_mb=1)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=120)


def train(directory: Path, games: int, *more: str) -> list[str]:
    return ["train", "--out", str(directory), "--games", str(games), *SETTINGS, "--report-games", "100", *more]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A run of 300 games, and the output of the program."""
    directory = tmp_path_factory.mktemp("runs") / "first"
    return directory, run(*train(directory, 300, "--match-games", "20"))


def test_train_leaves_a_run_directory_and_a_table_of_results(
    finished: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    directory, result = finished
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(r"300/300 games .* games/s  ETA 0:00:00  discs [+-]\d+\.\d\d  TD error \d", result.stdout)
    assert re.search(r"random .*%", result.stdout)
    assert re.search(r"heuristic .*%", result.stdout)
    config = TrainConfig.from_toml((directory / "config.toml").read_text(encoding="utf-8"))
    assert config == CONFIG.replace(games=300)
    trainer = sk.Trainer.load(directory / "model.shiro")
    assert (trainer.games_played, trainer.config) == (300, config)
    lines = [json.loads(line) for line in (directory / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["games_played"] for line in lines] == [128, 256, 300]
    assert sum(line["games"] for line in lines) == 300
    assert sum(line["black_wins"] for line in lines) == trainer.get_statistics().black_wins
    assert all(line["seconds"] > 0 and line["td_error"] > 0 for line in lines)


def test_metrics_keep_measurements_apart_from_settings(tmp_path: Path) -> None:
    settings = ("--games", "64", "--nodes", "50", "--match-games", "0", PATTERNS_ARG)
    assert run("train", "--out", tmp_path, *settings).returncode == 0
    line = json.loads((tmp_path / "metrics.jsonl").read_text(encoding="utf-8"))
    assert line["play"] == {
        "nodes": 50,
        "exact_empties": 8,
        "epsilon": 0.1,
        "shallow": 0.1,
        "random_plies": 20,
        "lambda": 0.9,
        "rate": 0.15,
        "adam_epsilon": 1e-08,
        "share_stages": 0,
        "share_weight": 0.7,
    }
    assert line["nodes"] == sk.Trainer.load(tmp_path / "model.shiro").get_statistics().nodes > 50 * 64


def test_the_command_and_the_trainer_play_the_same_games(
    finished: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    trainer = sk.Trainer(CONFIG.replace(games=300))
    trainer.train_batch(300)
    assert run("digest", finished[0] / "model.shiro").stdout.strip() == trainer.digest()


def test_a_run_is_not_overwritten(finished: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    result = run(*train(finished[0], 300))
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "--resume" in result.stderr


def test_resume_continues_a_run(finished: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    model = tmp_path / "model.shiro"
    model.write_bytes((finished[0] / "model.shiro").read_bytes())
    result = run("train", "--resume", "--out", tmp_path, "--games", "400", "--match-games", "0")
    assert result.returncode == 0
    assert "schedules stretch over the new length" in result.stderr
    assert result.stderr.count("\n") == 1
    trainer = sk.Trainer.load(model)
    assert trainer.games_played == trainer.get_statistics().games == 400
    assert tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8"))["games"] == 400


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_is_saved_and_resumes_to_the_same_model(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    games = 12_000
    settings = train(tmp_path, games, "--generation-games", "500", "--match-games", "0", PATTERNS_ARG)
    process = subprocess.Popen([PROGRAM, *settings], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    metrics = tmp_path / "metrics.jsonl"
    while not metrics.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert str(tmp_path / "model.shiro") in errors
    assert errors.count("\n") == 1
    stopped = sk.Trainer.load(tmp_path / "model.shiro")
    assert 0 < stopped.games_played < games
    assert stopped.games_played == stopped.get_statistics().games
    assert run("train", "--resume", "--out", tmp_path, "--match-games", "0").returncode == 0
    whole = sk.Trainer(CONFIG.replace(games=games, generation_games=500), patterns=PATTERNS)
    whole.train_batch(games)
    assert run("digest", tmp_path / "model.shiro").stdout.strip() == whole.digest()
    lines = [json.loads(line) for line in metrics.read_text(encoding="utf-8").splitlines()]
    assert sum(line["games"] for line in lines) == games


def test_evaluate_prints_counts_against_each_opponent(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opponents = ("--opponent", "random", "--opponent", "heuristic", "--opponent", str(model))
    assert main(["evaluate", str(model), *opponents, "--games", "20", "--depth", "1"]) == 0
    rows = [re.findall(r" (\d+)", line) for line in capsys.readouterr().out.splitlines() if re.search(r"\d%", line)]
    assert len(rows) == 3
    for row in rows:
        assert sum(int(count) for count in row[:3]) == 20
    assert int(rows[0][0]) > 10


def test_evaluate_is_repeatable_by_its_seed(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = []
    for seed in ("1", "1", "2"):
        assert main(["evaluate", str(model), "--opponent", "random", "--games", "20", "--seed", seed]) == 0
        tables.append(capsys.readouterr().out.splitlines()[1:])
    assert tables[0] == tables[1] != tables[2]


def test_the_scripts_run_the_commands(model: Path, tmp_path: Path) -> None:
    def script(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, SCRIPTS / name, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    trained = script("train.py", *train(tmp_path / "run", 10, "--match-games", "0", PATTERNS_ARG)[1:])
    assert (trained.returncode, (tmp_path / "run" / "model.shiro").exists()) == (0, True)
    measured = script("evaluate.py", model, "--opponent", "random", "--games", "2")
    assert (measured.returncode, "%" in measured.stdout) == (0, True)


def test_perft_prints_the_known_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["perft", "9"]) == 0
    assert "3,005,288" in capsys.readouterr().out


def test_help_lists_every_setting_with_its_range_and_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["train", "--help"])
    assert end.value.code == 0
    text = re.sub(r"\s+", "", capsys.readouterr().out)
    for name, setting in TrainConfig.SETTINGS.items():
        assert f"--{shown_name(name).replace('_', '-')}" in text
        assert "".join(setting.doc.split()) in text
        default = "" if setting.optional else f";default:{getattr(TrainConfig(), name)}"
        assert f"(range:{setting.range}{default})" in text


def test_version_prints_the_version_of_the_package() -> None:
    result = run("--version")
    assert (result.returncode, result.stdout.split()[1]) == (0, sk.__version__)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "COMMAND"),
        (("fly",), "fly"),
        (
            ("train", "--speed", "9"),
            "shirokuro train: unrecognized arguments: --speed 9; did you mean --seed? (see shirokuro train --help)",
        ),
        (("debug", "board", "f5", "--legible"), "(see shirokuro debug board --help)"),
        (("train", "--resume"), "--resume continues the run in --out"),
        (("train", "--epsilon", "1.5"), "epsilon = 1.5: must be within 0…1"),
        (("train", "--epsilon", "often"), "epsilon: 'often' is not a schedule"),
        (("train", "--games", "0"), "games = 0: must be within 1…1,000,000,000"),
        (("train", "--games", "many"), "--games"),
        (("train", "--depth", "3", "--time-ms", "15"), "only one of depth, nodes and time_ms"),
        (("train", "--report-games", "0"), "report_games = 0"),
        (("train", "--match-games", "3"), "match_games = 3"),
        (("evaluate", "missing.shiro"), "missing.shiro"),
        (("evaluate", "."), "."),
        (("evaluate", str(Path(__file__))), "test_programs.py"),
        (("evaluate", "missing.shiro", "--games", "3"), "games = 3: must be an even number"),
        (("digest", "missing.shiro"), "missing.shiro"),
        (("digest", "."), "no checkpoint"),
        (("train", "--keep", "0"), "keep = 0: must be within 1…1,000,000"),
        (("train", "--on-corrupt", "perhaps"), "perhaps"),
        (("checkpoints", "missing"), "missing"),
        (("checkpoints", ".", "--prune", "0"), "--prune 0: must be 1 or more"),
        (("export", "missing.shiro", "out.shiro"), "missing.shiro"),
        (("perft", "-1"), "depth"),
        (("perft", "deep"), "deep"),
    ],
    ids=str,
)
def test_an_invalid_command_is_reported_in_one_line_with_exit_code_2(
    arguments: Sequence[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code: object = main(arguments)
    except SystemExit as end:
        code = end.code
    errors = capsys.readouterr().err
    assert code == 2
    assert message in errors
    assert errors.count("\n") == 1
    assert not list(tmp_path.iterdir())
