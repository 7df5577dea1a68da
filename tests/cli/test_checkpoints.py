"""The command line for long runs: checkpoints, damage, digests and exports."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro._core import inject_faults
from shirokuro.cli import main
from shirokuro.runs.checkpoints import checkpoint_name
from shirokuro.training.state import TrainingState
from tests.support.runs import PATTERNS, PATTERNS_ARG

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = (
    "--seed=7",
    "--depth=1",
    "--exact-empties=0",
    "--epsilon=0.2",
    "--random-plies=10",
    "--table-mb=1",
    "--compress",
    PATTERNS_ARG,
)


def train(directory: Path, *more: str) -> int:
    return main(["train", "--out", str(directory), "--match-games=0", "--threads=2", *more])


def path_of(directory: Path, games_played: int) -> Path:
    return directory / "checkpoints" / checkpoint_name(games_played)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 256 games with three of its four checkpoints left; tests copy it."""
    directory = tmp_path_factory.mktemp("runs") / "run"
    assert train(directory, "--games=256", "--checkpoint-games=64", "--keep=3", *SETTINGS) == 0
    return directory


@pytest.fixture
def run(recorded: Path, tmp_path: Path) -> Path:
    directory = tmp_path / "run"
    shutil.copytree(recorded, directory)
    (directory / "model.shiro").unlink()
    return directory


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_checkpoints_are_listed_and_verified(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checkpoints", str(run), "--verify"]) == 0
    output = capsys.readouterr().out
    assert re.findall(r"(checkpoint_\d+\.shiro) +(\d+) +(\d+\.\d)", output) == [
        (path_of(run, games).name, str(games), f"{path_of(run, games).stat().st_size / 1e6:.1f}")
        for games in (256, 192, 128)
    ]
    assert "3 of 3 checkpoints are intact" in output
    damage(path_of(run, 192))
    assert main(["checkpoints", str(run)]) == 0
    capsys.readouterr()
    assert main(["checkpoints", str(run), "--verify"]) == 1
    shown = capsys.readouterr()
    assert "2 of 3 checkpoints are intact" in shown.out
    assert str(path_of(run, 192)) in shown.err


def test_checkpoints_are_pruned(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checkpoints", str(run), "--prune=1"]) == 0
    assert [each.games_played for each in sk.list_checkpoints(run)] == [256]
    output = capsys.readouterr().out
    assert all(f"deleted {path_of(run, games)}" in output for games in (192, 128))


def test_a_run_and_its_latest_checkpoint_have_one_digest(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for model in (run, path_of(run, 256)):
        assert main(["digest", str(model)]) == 0
    first, second = capsys.readouterr().out.split()
    whole = sk.Trainer(sk.Trainer.load(path_of(run, 256)).config, patterns=PATTERNS)
    whole.train_batch(256)
    assert first == second == whole.digest()


def test_an_export_is_small_and_evaluates_as_its_model(
    run: Path, positions: Callable[[int], list[sk.Position]], tmp_path: Path
) -> None:
    file = tmp_path / "weights.shiro"
    assert main(["export", str(run), str(file)]) == 0
    assert file.stat().st_size < 0.1 * path_of(run, 256).stat().st_size + 5_000_000
    boards = np.array([position.board for position in positions(3)])
    exported, trained = (sk.Evaluator.load(path) for path in (file, path_of(run, 256)))
    assert (exported.evaluate_batch(boards) == trained.evaluate_batch(boards)).all()
    for pattern, weights in trained.get_weights().items():
        assert (exported.get_weights()[pattern] == weights).all()
    assert main(["export", str(run), str(file)]) == 2  # an existing file is kept


def test_an_export_with_another_ending_needs_a_format(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.safetensor"
    assert main(["export", str(run), str(file)]) == 2
    assert (
        "model.safetensor: must end in one of .shiro, .npz, .safetensors, or give --format" in capsys.readouterr().err
    )
    assert not file.exists()
    assert main(["export", str(run), str(file), "--format", "safetensors"]) == 0
    assert file.read_bytes()[8:9] == b"{"


def test_checkpoint_settings_stay_in_force_when_a_run_is_resumed(run: Path) -> None:
    assert train(run, "--resume", "--games=384") == 0
    assert [each.games_played for each in sk.list_checkpoints(run)] == [384, 320, 256]


def test_without_a_terminal_a_run_resumes_from_the_checkpoint_before_the_damaged_one(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(path_of(run, 256))
    assert train(run, "--resume") == 0
    whole = sk.Trainer(sk.Trainer.load(path_of(run, 192)).config, patterns=PATTERNS)
    whole.train_batch(256)
    capsys.readouterr()
    assert main(["digest", str(run)]) == 0
    assert capsys.readouterr().out.strip() == whole.digest()


def test_a_damaged_run_can_be_left_alone_or_started_over(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(path_of(run, 256))
    assert train(run, "--resume", "--on-corrupt=fail") == 2
    assert str(path_of(run, 256)) in capsys.readouterr().err
    assert len(sk.list_checkpoints(run)) == 3
    config = sk.Trainer.load(path_of(run, 192)).config
    assert train(run, "--resume", "--on-corrupt=fresh", "--games=64") == 0
    assert [each.games_played for each in sk.list_checkpoints(run)] == [64]
    assert sk.Trainer.load(path_of(run, 64)).config == config.replace(games=64)
    assert len(list((run / "set-aside").glob("*/*.shiro"))) == 3


@pytest.mark.parametrize(
    ("answer", "code", "left"), [("p", 0, [256, 192, 128]), ("f", 0, [256, 192, 128]), ("", 2, None)]
)
def test_on_a_terminal_the_user_chooses_what_to_do_with_a_damaged_checkpoint(
    answer: str, code: int, left: list[int] | None, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(path_of(run, 256))
    asked: list[str] = []

    def reply(question: str) -> str:
        asked.append(question)
        return answer if len(asked) > 1 else "what?"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", reply)
    assert train(run, "--resume") == code
    assert len(asked) == 2
    aside = sorted(path.name for path in (run / "set-aside").glob("*/*"))
    if left is None:
        assert aside == []
    else:
        assert [each.games_played for each in sk.list_checkpoints(run)][: len(left)] == left
        assert len(aside) == (1 if answer == "p" else 3)


def test_too_many_failed_games_end_with_a_report_and_their_own_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    new = TrainingState.new

    def new_with_faults(config: sk.TrainConfig, *arguments: Any) -> TrainingState:
        state = new(config, *arguments)
        inject_faults(state.core, {"panic": 0.1})
        return state

    monkeypatch.setattr(TrainingState, "new", new_with_faults)
    assert train(tmp_path, "--games=2000", "--error-window=200", *SETTINGS) == 3
    assert "paused because of failed games after" in capsys.readouterr().err
    assert "games failed: panic " in caplog.text
    assert sk.latest_checkpoint(tmp_path) is not None
