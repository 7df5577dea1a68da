"""Settings of a run that continues: edits by hand, a new length, and a run that starts over."""

from __future__ import annotations

import logging
import re
import shutil
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.training.settings import extended
from tests.support.runs import PATTERNS, PATTERNS_ARG

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def recorded(small: sk.TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 128 games whose schedules end at 256; tests copy it, so that its model is not a hard link."""
    directory = tmp_path_factory.mktemp("runs") / "run"
    config = small.replace(games=256, rate="0:0.1,1:0.01", record_games=0)
    sk.Trainer(config, patterns=PATTERNS).start_training(128, directory=directory, checkpoint_every=64)
    return directory


@pytest.fixture
def run(recorded: Path, tmp_path: Path) -> Path:
    directory = tmp_path / "run"
    shutil.copytree(recorded, directory)
    return directory


def edit(run: Path, pattern: str, replacement: str) -> None:
    path = run / "config.toml"
    text, count = re.subn(rf"(?m)^{pattern}$", replacement, path.read_text(encoding="utf-8"))
    assert count == 1
    path.write_text(text, encoding="utf-8")


def log(run: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((run / "logs").iterdir()))


def damage_all(run: Path) -> None:
    for path in (*(run / "checkpoints").iterdir(), run / "model.shiro"):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)


def by_command(run: Path) -> None:
    assert main(["train", "--resume", "--out", str(run), "--match-games=0", "--quiet"]) == 0


def by_method(run: Path) -> None:
    sk.Trainer().resume_training(directory=run)


@pytest.mark.parametrize("resume", [by_command, by_method])
def test_settings_edited_by_hand_are_used_and_logged(resume: Callable[[Path], None], run: Path) -> None:
    edit(run, 'epsilon = "0.2"', "epsilon = 0.3")
    edit(run, "games = 256", "games = 192")
    resume(run)
    trainer = sk.Trainer.load(run / "model.shiro")
    assert (trainer.games_played, trainer.config.games, str(trainer.config.epsilon)) == (192, 192, "0.3")
    assert "settings changed: games = 256 → 192, epsilon = 0.2 → 0.3" in log(run)
    assert trainer.config == sk.TrainConfig.from_toml((run / "config.toml").read_text(encoding="utf-8"))


def test_a_new_search_limit_takes_the_place_of_the_old_one(run: Path) -> None:
    edit(run, 'depth = "1"', "nodes = 30")
    trainer = sk.Trainer()
    trainer.restore(run)
    assert (trainer.config.depth, trainer.config.nodes) == (None, 30)


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        ("seed = 7", "seed = 8", "seed = 8: can't be changed, it is 7 in this run"),
        ("generation_games = 64", "generation_games = 32", "generation_games = 32: can't be changed, it is 64"),
        ("delay_generations = 0", "delay_generations = 1", "delay_generations = 1: can't be changed, it is 0"),
        ('epsilon = "0.2"', "epsilon = 2", "epsilon = 2: must be within 0…1"),
        ("keep = 5", "keeps = 5", "keeps: unknown setting"),
        ("keep = 5", "keep = ", "Invalid value"),
    ],
)
def test_an_edit_that_cannot_be_used_is_refused_by_name(
    pattern: str, replacement: str, message: str, run: Path
) -> None:
    edit(run, pattern, replacement)
    before = (run / "config.toml").read_bytes()
    trainer = sk.Trainer(patterns=PATTERNS)
    digest = trainer.digest()
    with pytest.raises((ValueError, TypeError), match=rf"config\.toml: {re.escape(message)}"):
        trainer.resume_training(directory=run)
    assert (run / "config.toml").read_bytes() == before
    assert trainer.digest() == digest


def test_settings_that_were_changed_during_a_session_are_no_edits(tmp_path: Path, small: sk.TrainConfig) -> None:
    trainer = sk.Trainer(small.replace(games=128), patterns=PATTERNS)
    trainer.start_training(
        directory=tmp_path, callback=lambda _: trainer.configure(epsilon=0.05), checkpoint_every=64, callback_every=64
    )
    assert 'epsilon = "0.2"' in (tmp_path / "config.toml").read_text(encoding="utf-8")
    resumed = sk.Trainer()
    resumed.restore(tmp_path)
    assert str(resumed.config.epsilon) == "0.05"


@pytest.mark.parametrize("text", [None, ""])
def test_without_a_file_of_settings_those_of_the_checkpoint_hold(text: str | None, run: Path) -> None:
    (run / "config.toml").unlink()
    if text is not None:
        (run / "config.toml").write_text(text, encoding="utf-8")
    trainer = sk.Trainer()
    trainer.restore(run)
    assert trainer.config == sk.Trainer.load(run / "model.shiro").config


def test_a_longer_run_says_which_values_jump(run: Path, caplog: pytest.LogCaptureFixture) -> None:
    trainer = sk.Trainer()
    with caplog.at_level(logging.WARNING):
        trainer.restore(run)
        trainer.configure(games=1280)
        trainer.start_training(192, directory=run)
    assert "games = 1280: schedules stretch over the new length, so values jump: rate 0.055 → 0.091;" in caplog.text
    assert "rate 0.055 → 0.091" in log(run)


def test_an_extended_run_continues_from_the_present_values(run: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        arguments = ["train", "--resume", "--extend=512", "--out", str(run), "--match-games=0", "--quiet"]
        assert main(arguments) == 0
    assert "jump" not in caplog.text
    config = sk.Trainer.load(run / "model.shiro").config
    assert config.games == 512
    assert [config.at(games).rate for games in (0, 64, 128, 320, 512)] == pytest.approx(
        [0.1, 0.0775, 0.055, 0.0325, 0.01]
    )


def test_extending_keeps_the_past_and_ends_at_the_last_value() -> None:
    config = sk.TrainConfig(games=1000, rate="0:0.1,0.2:0.5,0.6:0.3,1:0.01", epsilon=0.25)
    longer = extended(config, 3000, 400)
    assert longer.epsilon == config.epsilon
    for games in range(0, 401, 50):
        assert longer.at(games).rate == pytest.approx(config.at(games).rate)
    assert longer.at(3000).rate == pytest.approx(0.01)
    assert longer.at(400 + 2600 // 3).rate == pytest.approx(0.3, rel=0.01)
    assert extended(config, 2000, 1000).at(1500).rate == pytest.approx(0.01)  # complete: the last value holds
    with pytest.raises(ValueError, match="games = 300: must be at least the 400 games"):
        extended(config, 300, 400)


@pytest.mark.parametrize("games", [["--games=300"], []])
def test_extend_needs_a_run_to_resume(games: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["train", "--extend=400", "--out", str(tmp_path / "new"), *games, *(["--resume"] if games else [])]
    assert main(arguments) == 2
    assert "--extend 400" in capsys.readouterr().err


def test_a_copied_run_starts_over_with_its_own_settings(run: Path) -> None:
    config = sk.Trainer.load(run / "model.shiro").config
    damage_all(run)
    trainer = sk.Trainer()
    trainer.restore(run, on_corrupt="fresh")
    assert trainer.config == config
    assert sorted(path.name for path in (run / "set-aside").glob("*/*")) == [
        "checkpoint_000000064.shiro",
        "checkpoint_000000128.shiro",
        "model.shiro",
    ]
    trainer.start_training(64, directory=run)
    assert "starts over with its settings" in log(run)


def test_without_a_file_of_settings_a_damaged_header_has_them(run: Path) -> None:
    config = sk.Trainer.load(run / "model.shiro").config
    (run / "config.toml").unlink()
    damage_all(run)
    trainer = sk.Trainer()
    trainer.restore(run, on_corrupt="fresh")
    assert trainer.config == config


def test_a_run_whose_settings_are_lost_does_not_start_over_with_others(run: Path) -> None:
    (run / "config.toml").unlink()
    for path in (*(run / "checkpoints").iterdir(), run / "model.shiro"):
        path.write_bytes(b"no model at all")
    with pytest.raises(sk.ModelFileError, match="settings can't be read"):
        sk.Trainer().restore(run, on_corrupt="fresh")
    assert not (run / "set-aside").exists()
    assert (run / "model.shiro").exists()


def test_nothing_is_moved_if_something_cannot_be(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage_all(run)
    rename = type(run).rename

    def failing(path: Path, target: Path) -> Path:
        if path.name == "model.shiro":
            raise PermissionError(13, "not this one", str(path))
        return rename(path, target)

    monkeypatch.setattr(type(run), "rename", failing)
    with pytest.raises(PermissionError):
        sk.Trainer().restore(run, on_corrupt="fresh")
    assert len(sk.list_checkpoints(run)) == 2
    assert not list((run / "set-aside").glob("*/*"))


def test_resuming_without_a_run_says_that_there_was_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run = tmp_path / "typo"
    settings = ["--games=64", "--depth=1", "--exact-empties=0", "--match-games=0", PATTERNS_ARG]
    train = ["train", "--out", str(run), *settings, "--quiet"]
    assert main([*train, "--resume=require"]) == 2
    assert not run.exists()
    with caplog.at_level(logging.WARNING):
        assert main([*train, "--resume"]) == 0
    assert f"{run} has no run: starts one" in caplog.text
    assert f"{run} has no run: starts one" in log(run)
    assert main([*train, "--resume=require"]) == 0


def test_a_run_that_was_killed_before_its_first_checkpoint_keeps_its_settings(
    run: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for path in (*(run / "checkpoints").iterdir(), run / "model.shiro"):
        path.unlink()
    with caplog.at_level(logging.WARNING):
        by_command(run)
    assert "no checkpoint, so the run starts over with the settings in config.toml" in caplog.text
    assert sk.Trainer.load(run / "model.shiro").config.seed == 7
