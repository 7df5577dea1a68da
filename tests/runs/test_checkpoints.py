"""Checkpoints: listing them, choosing the one from which a run resumes, and deleting old ones."""

from __future__ import annotations

import logging
import re
import resource
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro._core import verify_file
from shirokuro.runs.checkpoints import checkpoint_name, prune
from shirokuro.runs.directory import RunDirectory
from tests.support.paths import ROOT
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shirokuro.runs.checkpoints import OnCorrupt

OLD_FILE = ROOT / "crates/train/testdata/version_2.shiro"
"""A training run of three games, saved by a program that wrote format version 2."""


@pytest.fixture(scope="module")
def recorded(small: sk.TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 192 games with three checkpoints; tests copy it."""
    directory = tmp_path_factory.mktemp("runs") / "run"
    sk.Trainer(small, patterns=PATTERNS).start_training(192, directory=directory, checkpoint_every=64)
    return directory


@pytest.fixture
def run(recorded: Path, tmp_path: Path) -> Path:
    directory = tmp_path / "run"
    shutil.copytree(recorded, directory)
    (directory / "model.shiro").unlink()
    return directory


def games(directory: Path) -> list[int]:
    return [checkpoint.games_played for checkpoint in sk.list_checkpoints(directory)]


def path_of(directory: Path, games_played: int) -> Path:
    return directory / "checkpoints" / checkpoint_name(games_played)


def damage(path: Path) -> None:
    """Flips a bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def claim_another_version(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8:12] = (99).to_bytes(4, "little")
    path.write_bytes(content)


def test_a_run_leaves_its_checkpoints_and_publishes_the_last_one_as_its_model(recorded: Path) -> None:
    listed = sk.list_checkpoints(recorded)
    assert [checkpoint.games_played for checkpoint in listed] == [192, 128, 64]
    assert [checkpoint.size for checkpoint in listed] == [checkpoint.path.stat().st_size for checkpoint in listed]
    assert [verify_file(checkpoint.path)["games_played"] for checkpoint in listed] == [192, 128, 64]
    assert sk.latest_checkpoint(recorded) == listed[0].path
    assert sk.file_digest(recorded / "model.shiro") == sk.file_digest(listed[0].path)


@pytest.mark.parametrize("missing", ["run", "checkpoints"])
def test_without_checkpoints_there_is_no_latest_one(missing: str, tmp_path: Path) -> None:
    directory = tmp_path / missing
    if missing == "checkpoints":
        (directory / "checkpoints").mkdir(parents=True)
    assert sk.latest_checkpoint(directory) is None
    assert sk.list_checkpoints(directory) == []
    with pytest.raises(FileNotFoundError, match="no checkpoint"):
        sk.Trainer().resume_training(directory=directory)


def test_a_damaged_newest_checkpoint_is_reported_and_the_previous_one_is_the_latest(
    run: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damage(path_of(run, 192))
    assert sk.latest_checkpoint(run) == path_of(run, 128)
    assert str(path_of(run, 192)) in caplog.text
    assert sk.latest_checkpoint(run, on_corrupt="fresh") is None
    with pytest.raises(sk.ModelFileError, match=r"checkpoint_000000192\.shiro: damaged"):
        sk.latest_checkpoint(run, on_corrupt="fail")


def test_an_empty_file_and_a_foreign_file_count_as_damaged_checkpoints(run: Path) -> None:
    path_of(run, 192).write_bytes(b"")
    path_of(run, 128).write_bytes(b"no model at all")
    assert sk.latest_checkpoint(run) == path_of(run, 64)


def test_when_every_checkpoint_is_damaged_the_error_names_the_newest(run: Path) -> None:
    for each in (64, 128, 192):
        damage(path_of(run, each))
    with pytest.raises(sk.ModelFileError, match=r"checkpoint_000000192\.shiro: damaged.*no other checkpoint is intact"):
        sk.latest_checkpoint(run)


@pytest.mark.parametrize("on_corrupt", ["previous", "fresh", "fail"])
def test_another_format_version_is_not_treated_as_damage(on_corrupt: OnCorrupt, run: Path) -> None:
    claim_another_version(path_of(run, 192))
    with pytest.raises(
        sk.ModelVersionError, match=r"checkpoint_000000192\.shiro: format version 99 .* versions 2 to 3"
    ):
        sk.latest_checkpoint(run, on_corrupt=on_corrupt)


def test_a_run_resumes_from_a_checkpoint_of_version_2(tmp_path: Path) -> None:
    path = path_of(tmp_path, 3)
    path.parent.mkdir()
    shutil.copy(OLD_FILE, path)
    trainer = sk.Trainer.load(path)
    assert (trainer.games_played, trainer.digest()) == (3, sk.file_digest(path))
    result = trainer.resume_training(6, directory=tmp_path)
    assert result
    assert (result.outcome, result.games_played) == ("completed", 6)
    assert sk.file_digest(path_of(tmp_path, 6)) == trainer.digest()


def test_an_unknown_choice_is_rejected(run: Path) -> None:
    choice = "perhaps"
    with pytest.raises(ValueError, match="on_corrupt = 'perhaps': must be 'previous', 'fresh' or 'fail'"):
        sk.latest_checkpoint(run, on_corrupt=choice)  # type: ignore[arg-type]


def test_the_model_is_the_latest_if_it_is_newer_than_all_checkpoints(run: Path) -> None:
    model = run / "model.shiro"
    model.write_bytes(path_of(run, 128).read_bytes())
    assert sk.latest_checkpoint(run) == path_of(run, 192)
    path_of(run, 192).unlink()
    path_of(run, 128).unlink()
    assert sk.latest_checkpoint(run) == model


def test_a_file_of_weights_alone_is_not_a_checkpoint(run: Path) -> None:
    sk.Evaluator(PATTERNS).save(path_of(run, 192))
    assert sk.latest_checkpoint(run) == path_of(run, 128)


def test_only_the_newest_checkpoints_are_kept(small: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(small.replace(generation_games=16), patterns=PATTERNS)
    trainer.start_training(160, directory=tmp_path, checkpoint_every=16, keep=3)
    assert games(tmp_path) == [160, 144, 128]


def test_checkpoints_of_other_runs_and_unknown_files_are_never_deleted(
    run: Path, small: sk.TrainConfig, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    sk.Trainer(small.replace(seed=8), patterns=PATTERNS).start_training(10, directory=other)
    path_of(other, 10).rename(path_of(run, 10))
    path_of(run, 20).write_bytes(b"damaged")
    (run / "checkpoints" / "notes.txt").write_text("mine")
    sk.Trainer(small, patterns=PATTERNS).resume_training(256, directory=run, keep=1)
    assert games(run) == [256, 20, 10]
    assert (run / "checkpoints" / "notes.txt").exists()


def test_nothing_is_deleted_if_the_new_checkpoint_is_damaged(
    run: Path, monkeypatch: pytest.MonkeyPatch, no_waiting: None, caplog: pytest.LogCaptureFixture
) -> None:
    del no_waiting
    save = sk.Trainer.save

    def save_badly(trainer: sk.Trainer, path: Path) -> None:
        save(trainer, path)
        damage(path)

    monkeypatch.setattr(sk.Trainer, "save", save_badly)
    trainer = sk.Trainer()
    with pytest.raises(sk.ModelFileError, match=r"checkpoint_000000256\.shiro: damaged"):
        trainer.resume_training(256, directory=run, keep=1)
    assert games(run) == [192, 128, 64]
    assert "trying again" in caplog.text


def test_abandoned_files_are_set_aside_and_not_deleted(run: Path, small: sk.TrainConfig) -> None:
    damage(path_of(run, 192))
    bad = path_of(run, 192).read_bytes()
    trainer = sk.Trainer(small, patterns=PATTERNS)
    result = trainer.resume_training(192, directory=run)
    assert result is not None
    assert result.statistics.games == 64
    assert games(run) == [192, 128, 64]
    reference = sk.Trainer(small, patterns=PATTERNS)
    reference.train_batch(192)
    assert sk.file_digest(path_of(run, 192)) == reference.digest()
    (aside,) = (run / "set-aside").glob("*/*")
    assert aside.read_bytes() == bad


def test_a_fresh_start_sets_the_old_run_aside_and_deletes_nothing(run: Path, small: sk.TrainConfig) -> None:
    damage(path_of(run, 192))
    trainer = sk.Trainer(small.replace(seed=99), patterns=PATTERNS)
    result = trainer.resume_training(64, directory=run, on_corrupt="fresh")
    assert result is not None
    assert result.statistics.games == 64
    assert games(run) == [64]
    assert sorted(path.name for path in (run / "set-aside").glob("*/*")) == [
        checkpoint_name(each) for each in (64, 128, 192)
    ]
    # The settings are those of the run.
    reference = sk.Trainer(small, patterns=PATTERNS)
    reference.train_batch(64)
    assert trainer.digest() == reference.digest()


def test_temporary_files_of_killed_processes_are_removed_when_training_starts(run: Path) -> None:
    leftovers = [run / "checkpoints" / f".{checkpoint_name(192)}.77-0.tmp", run / ".model.shiro.77-3.tmp"]
    for path in leftovers:
        path.write_bytes(b"half a fi")
    sk.Trainer().resume_training(193, directory=run)
    assert not any(path.exists() for path in leftovers)
    assert games(run)[0] == 193


def test_a_directory_of_another_run_is_rejected_and_left_alone(run: Path, small: sk.TrainConfig) -> None:
    with pytest.raises(ValueError, match="belongs to another run"):
        sk.Trainer(small, patterns=PATTERNS).start_training(64, directory=run)
    assert games(run) == [192, 128, 64]
    sk.Trainer.load(path_of(run, 192)).start_training(200, directory=run)
    assert games(run)[0] == 200


def test_only_one_training_run_at_a_time_can_use_a_directory(run: Path) -> None:
    with RunDirectory(run).held():
        with pytest.raises(BlockingIOError, match="another training run is using this directory"):
            sk.Trainer().resume_training(200, directory=run)
        with pytest.raises(BlockingIOError):
            prune(run, keep=1)
    sk.Trainer().resume_training(193, directory=run)


def test_pruning_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="typo"):
        prune(tmp_path / "typo", keep=1)
    assert not [*tmp_path.iterdir()]


def test_pruning_keeps_the_newest_checkpoints_and_requires_an_intact_one(run: Path) -> None:
    assert prune(run, keep=3) == []
    assert prune(run, keep=2) == [path_of(run, 64)]
    with pytest.raises(ValueError, match="keep = 0: must be 1 or more"):
        prune(run, keep=0)
    damage(path_of(run, 192))
    with pytest.raises(sk.ModelFileError, match="damaged"):
        prune(run, keep=1)
    assert games(run) == [192, 128]


class Disk:
    """A limit on the size of files that this process writes: writing fails as it does on a full disk."""

    def __init__(self) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, self._before[1]))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


@pytest.mark.proof("a full disk in the middle of a run")
def test_training_survives_a_full_disk_and_saves_again_when_there_is_space(
    small: sk.TrainConfig, tmp_path: Path, no_waiting: None, caplog: pytest.LogCaptureFixture
) -> None:
    del no_waiting
    disk = Disk()
    reference = sk.Trainer(small, patterns=PATTERNS)
    reference.train_batch(640)

    def fill_and_free(progress: sk.TrainingProgress) -> None:
        if progress.games_played == 192:
            disk.fill()
        if progress.games_played == 448:
            assert games(tmp_path) == [192, 128, 64]
            disk.free()

    trainer = sk.Trainer(small, patterns=PATTERNS)
    try:
        trainer.start_training(640, directory=tmp_path, checkpoint_every=64, callback=fill_and_free, callback_every=64)
    finally:
        disk.free()
    assert games(tmp_path) == [640, 576, 512, 192, 128]
    assert trainer.digest() == reference.digest() == sk.file_digest(path_of(tmp_path, 640))
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert sum("trying again" in warning for warning in warnings) == 4
    assert sum("no checkpoint after" in warning and "training continues" in warning for warning in warnings) == 4
    assert not list(tmp_path.glob("**/.*.tmp"))


def test_every_save_and_load_is_logged_with_path_size_and_duration(
    run: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="shirokuro")
    path = tmp_path / "again.shiro"
    sk.Trainer.load(path_of(run, 64)).save(path)
    for action, file in (("loaded", path_of(run, 64)), ("saved", path)):
        assert re.search(rf"{action} {re.escape(str(file))}: \d+\.\d MB in \d+\.\d\d s, after 64 games", caplog.text)


@pytest.mark.proof("a reader lists and loads while checkpoints are saved")
def test_a_reader_never_sees_an_incomplete_checkpoint(
    size: Callable[[int, int], int],
    small: sk.TrainConfig,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    saves = size(50, 500)
    record_property("count", saves)
    trainer = sk.Trainer(small.replace(generation_games=4, games=10_000), patterns=PATTERNS)
    trainer.start_training(4, directory=tmp_path)
    done = threading.Event()
    seen: list[int] = []
    errors: list[BaseException] = []

    def read() -> None:
        try:
            while not done.is_set():
                latest = sk.latest_checkpoint(tmp_path, on_corrupt="fail")
                assert latest is not None
                try:
                    played = verify_file(latest)["games_played"]
                except FileNotFoundError:  # two newer ones were saved
                    continue
                assert played is not None
                seen.append(played)
                sk.Evaluator.load(sk.list_checkpoints(tmp_path)[0].path)
        except BaseException as error:  # noqa: BLE001 (shown by the test)
            errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    trainer.start_training(4 + 4 * saves, checkpoint_every=4, keep=2)
    done.set()
    reader.join()
    assert not errors
    assert seen == sorted(seen)
    assert len(set(seen)) > 2
