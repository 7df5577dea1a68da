"""Sessions: pausing, resuming and interrupting a training do not change its result."""

from __future__ import annotations

import gc
import json
import re
import threading
import time
import weakref
from contextlib import suppress
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from tests.support.runs import PATTERNS
from tests.support.sessions import GAMES, Progress, finished, log_of, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_training_plays_to_its_target_and_reports_the_result(
    trainer: sk.Trainer, reference: str, tmp_path: Path
) -> None:
    trainer.train_batch(100)
    window = trainer.stats_window()
    result = finished(trainer.start_training(GAMES, directory=tmp_path))
    assert (result.outcome, result.games_played) == ("completed", GAMES)
    assert result.statistics == window.report
    assert result.statistics.games == GAMES - 100
    assert result.seconds > 0
    assert result.errors.failures == ()
    assert (
        trainer.digest() == reference == sk.file_digest(result.checkpoint) == sk.file_digest(tmp_path / "model.shiro")
    )
    assert trainer.training_result == result
    assert not trainer.is_training_active()
    loaded = sk.Trainer.load(result.checkpoint)
    assert loaded.get_statistics() == trainer.get_statistics()


def test_with_the_target_already_reached_the_state_is_saved_and_no_game_is_played(
    trainer: sk.Trainer, tmp_path: Path
) -> None:
    trainer.train_batch(20)
    result = finished(trainer.start_training(10, directory=tmp_path))
    assert (result.outcome, result.games_played, result.statistics) == ("completed", 20, sk.BatchReport())
    assert sk.file_digest(result.checkpoint) == trainer.digest()


def test_a_run_without_a_directory_gets_a_new_one(
    trainer: sk.Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trainer.start_training(10)
    trainer.start_training(20)
    (directory,) = (tmp_path / "runs").iterdir()
    assert [each.games_played for each in sk.list_checkpoints(directory)] == [20, 10]


def test_callbacks_are_called_every_hundred_games_at_the_end_of_a_generation(
    trainer: sk.Trainer, tmp_path: Path
) -> None:
    seen = Progress()
    trainer.start_training(GAMES, directory=tmp_path, callback=seen)
    assert [progress.games_played for progress in seen] == [128, 256, 320, 448, 500]
    assert [progress.batch.games for progress in seen] == [128, 128, 64, 128, 52]
    assert [progress.statistics.games for progress in seen] == [128, 256, 320, 448, 500]
    assert all(progress.target_games == GAMES for progress in seen)
    assert all(a.seconds <= b.seconds for a, b in pairwise(seen))
    assert all(progress.seconds_left is not None and progress.seconds_left >= 0 for progress in seen)
    assert seen[-1].seconds_left == 0


def test_callbacks_within_a_long_generation_have_no_measurements(small: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(small.replace(nodes=3_000, generation_games=200), patterns=PATTERNS)
    seen = Progress()
    trainer.start_training(300, directory=tmp_path, callback=seen, callback_every=5)
    within = [progress for progress in seen if progress.games_played < 200]
    assert within
    assert all(progress.batch == progress.statistics == sk.BatchReport() for progress in within)
    assert not any(progress.generation_complete for progress in within)
    assert [progress.games_played for progress in seen if progress.generation_complete] == [200, 300]
    assert [p.games_played for p in seen] == sorted(p.games_played for p in seen)
    assert sum(progress.batch.games for progress in seen) == 300
    whole = sk.Trainer(trainer.config, patterns=PATTERNS)
    whole.train_batch(300)
    assert trainer.digest() == whole.digest()


def test_the_callback_at_the_end_of_a_generation_has_its_measurements(
    small: sk.TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = sk.Trainer.train_generation

    def train_generation(trainer: sk.Trainer, games: int, config: sk.TrainConfig, tick: Callable[[int], None]) -> None:
        tick(min(games, 200))  # all games of the generation are finished, and nothing is learned yet
        train(trainer, games, config, tick)

    monkeypatch.setattr(sk.Trainer, "train_generation", train_generation)
    for checkpoint_games in (10_000, 100):
        trainer = sk.Trainer(small.replace(generation_games=200, checkpoint_games=checkpoint_games), patterns=PATTERNS)
        seen = Progress()
        trainer.start_training(400, directory=tmp_path / str(checkpoint_games), callback=seen, callback_every=150)
        assert [(each.games_played, each.batch.games) for each in seen if each.generation_complete] == [
            (200, 200),
            (400, 200),
        ]


def test_no_callback_or_log_line_within_a_generation_repeats_the_end_of_the_one_before(
    small: sk.TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = sk.Trainer.train_generation

    def train_generation(trainer: sk.Trainer, games: int, config: sk.TrainConfig, tick: Callable[[int], None]) -> None:
        for finished_games in (10, 110, 200):
            tick(finished_games)
        train(trainer, games, config, lambda _: None)

    monkeypatch.setattr(sk.Trainer, "train_generation", train_generation)
    trainer = sk.Trainer(small.replace(generation_games=200, log_games=100), patterns=PATTERNS)
    seen = Progress()
    trainer.start_training(400, directory=tmp_path, callback=seen, callback_every=100)
    expected = [(110, False), (200, True), (310, False), (400, True)]
    assert [(each.games_played, each.generation_complete) for each in seen] == expected
    lines = re.findall(r"(\d+)/400 games( finished, generation not complete)?", log_of(tmp_path))
    assert [(int(games), not rest) for games, rest in lines] == expected


def test_the_metrics_of_a_killed_and_resumed_run_count_every_game_once(trainer: sk.Trainer, tmp_path: Path) -> None:
    trainer.start_training(GAMES, directory=tmp_path, checkpoint_every=150)
    for path in (
        tmp_path / "model.shiro",
        sk.list_checkpoints(tmp_path)[0].path,
        sk.list_checkpoints(tmp_path)[1].path,
    ):
        path.unlink()  # as if it had been killed before
    resumed = sk.Trainer()
    resumed.resume_training(directory=tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sum(line["games"] for line in lines) > GAMES
    counting = [
        line
        for index, line in enumerate(lines)
        if all(later["games_played"] > line["games_played"] for later in lines[index + 1 :])
    ]
    statistics = resumed.get_statistics()
    assert sum(line["games"] for line in counting) == statistics.games == GAMES
    assert sum(line["black_wins"] for line in counting) == statistics.black_wins


def test_a_background_training_can_be_observed_and_waited_for(
    trainer: sk.Trainer, reference: str, tmp_path: Path
) -> None:
    assert not trainer.is_training_active()
    seen = threading.Event()
    hold = Progress(0, lambda: seen.wait(60))
    assert trainer.start_training(GAMES, directory=tmp_path, background=True, callback=hold) is None
    assert trainer.is_training_active()
    assert trainer.wait(timeout=0.001) is None
    assert trainer.training_result is None
    seen.set()
    result = finished(trainer.wait())
    assert not trainer.is_training_active()
    assert (result.outcome, trainer.digest()) == ("completed", reference)


def test_a_callback_cannot_wait_for_its_own_training(trainer: sk.Trainer, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="can't wait for its own end"):
        trainer.start_training(GAMES, directory=tmp_path, callback=Progress(0, trainer.wait))


def test_an_active_training_excludes_other_training_calls(trainer: sk.Trainer, tmp_path: Path) -> None:
    trainer.start_training(10**6, directory=tmp_path, background=True)
    for call in (
        lambda: trainer.start_training(GAMES),
        lambda: trainer.resume_training(GAMES),
        lambda: trainer.train_batch(1),
        trainer.train_game,
    ):
        with pytest.raises(RuntimeError, match="a training is active: pause it first"):
            call()


def test_other_threads_may_watch_a_training_and_never_end_it(
    trainer: sk.Trainer, reference: str, tmp_path: Path
) -> None:
    reports: list[tuple[sk.ConvergenceReport, dict[str, int]]] = []
    hold = Progress(0, lambda: wait_until(lambda: len(reports) > 2))
    trainer.start_training(GAMES, directory=tmp_path, background=True, callback=hold)
    while trainer.is_training_active():
        reports.append((trainer.convergence(), trainer.memory()))
        with suppress(RuntimeError):  # a generation is being played
            trainer.digest()
    assert finished(trainer.wait()).outcome == "completed"
    assert trainer.digest() == reference
    assert {memory["weights"] for _, memory in reports} == {2 * 60 * sum(PATTERNS.entries.values())}
    assert 0 < max(report.updated_entries for report, _ in reports) <= trainer.convergence().updated_entries


@pytest.mark.parametrize("where", ["foreground", "background", "callback"])
def test_a_pause_saves_and_resuming_gives_the_same_result_as_no_pause(
    where: str, small: sk.TrainConfig, reference: str, default_reference: str, tmp_path: Path
) -> None:
    patterns = None if where == "background" else PATTERNS
    trainer = sk.Trainer(small, patterns=patterns)

    def hold(_: int) -> None:
        session = trainer._session
        if session and trainer.games_played > 0:
            wait_until(lambda: session.is_stopping)

    if where == "background":
        trainer.start_training(GAMES, directory=tmp_path, background=True, progress=hold)
        wait_until(lambda: trainer.games_played > 0)
        result = finished(trainer.pause_training())
    elif where == "foreground":

        def pause() -> None:
            wait_until(lambda: trainer.games_played > 0)
            trainer.pause_training()

        other = threading.Thread(target=pause)
        other.start()
        result = finished(trainer.start_training(GAMES, directory=tmp_path, progress=hold))
        other.join()
    else:
        progress = Progress(200, trainer.pause_training)
        result = finished(trainer.start_training(GAMES, directory=tmp_path, callback=progress))
        assert result.games_played == 256
    assert not trainer.is_training_active()
    assert result.outcome == "paused"
    assert 0 < result.games_played < GAMES
    assert sk.file_digest(result.checkpoint) == trainer.digest()
    for each in (trainer, sk.Trainer()):
        assert finished(each.resume_training(directory=tmp_path)).outcome == "completed"
        assert (each.games_played, each.digest()) == (GAMES, reference if patterns else default_reference)


def test_a_pause_within_a_generation_keeps_its_finished_games(small: sk.TrainConfig, tmp_path: Path) -> None:
    config = small.replace(nodes=5_000, exact_empties=10, generation_games=100)
    counts: list[int] = []
    trainer = sk.Trainer(config, patterns=PATTERNS)

    def tick(count: int) -> None:
        counts.append(count)
        if count >= 20:
            trainer.pause_training()

    result = finished(trainer.start_training(100, directory=tmp_path, progress=tick))
    assert (result.outcome, result.games_played) == ("paused", 0)
    assert counts[-1] < 100
    resumed = sk.Trainer.load(result.checkpoint)
    again: list[int] = []
    resumed.start_training(100, directory=tmp_path, progress=again.append)
    assert again[0] >= counts[-1]
    whole = sk.Trainer(config, patterns=PATTERNS)
    whole.train_batch(100)
    assert resumed.digest() == whole.digest()


@pytest.mark.timing
def test_a_pause_is_immediate_during_long_searches_and_long_generations(small: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(small.replace(time_ms=2000, generation_games=5000), patterns=PATTERNS)
    trainer.start_training(directory=tmp_path, background=True)
    time.sleep(0.5)
    start = time.monotonic()
    result = finished(trainer.pause_training())
    assert time.monotonic() - start < 5
    assert result.checkpoint.exists()


def test_resuming_discards_training_after_the_checkpoint(trainer: sk.Trainer, reference: str, tmp_path: Path) -> None:
    trainer.start_training(100, directory=tmp_path)
    trainer.train_batch(50)
    trainer.resume_training(GAMES)
    assert trainer.digest() == reference


def test_a_training_resumes_towards_its_original_target(trainer: sk.Trainer, tmp_path: Path) -> None:
    trainer.start_training(300, directory=tmp_path, callback=Progress(100, trainer.pause_training))
    resumed = sk.Trainer()
    assert finished(resumed.resume_training(directory=tmp_path)).games_played == 300


def test_resuming_without_a_directory_is_rejected() -> None:
    with pytest.raises(ValueError, match="directory"):
        sk.Trainer().resume_training()


def test_a_checkpoint_within_a_long_generation_keeps_its_finished_games(small: sk.TrainConfig, tmp_path: Path) -> None:
    # A game takes long enough for many progress calls between the first checkpoint and the end.
    config = small.replace(nodes=5_000, generation_games=100)
    trainer = sk.Trainer(config, patterns=PATTERNS)
    again: list[int] = []

    def resume_from_copy(count: int) -> None:
        if (saved := sk.list_checkpoints(tmp_path)) and count < 100 and not again:
            sk.Trainer.load(saved[0].path).start_training(100, directory=tmp_path / "copy", progress=again.append)

    trainer.start_training(100, directory=tmp_path, checkpoint_every=20, progress=resume_from_copy)
    assert again[0] >= 20
    whole = sk.Trainer(config, patterns=PATTERNS)
    whole.train_batch(100)
    assert trainer.digest() == whole.digest() == sk.file_digest(tmp_path / "copy" / "model.shiro")


@pytest.mark.parametrize("background", [False, True])
def test_an_unreferenced_trainer_is_freed_at_once(*, background: bool, small: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(small, patterns=PATTERNS)
    callback = partial(lambda kept, _: kept, trainer)
    trainer.start_training(64, directory=tmp_path, callback=callback, progress=callback, background=background)
    assert finished(trainer.wait()).outcome == "completed"
    left = weakref.ref(trainer)
    del callback
    gc.disable()
    try:
        del trainer
        assert left() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("by_progress", [False, True])
def test_an_exception_in_a_callback_ends_the_training_with_a_checkpoint_and_is_raised(
    *,
    background: bool,
    by_progress: bool,
    trainer: sk.Trainer,
    reference: str,
    tmp_path: Path,
) -> None:
    def fail(*_: object) -> None:
        raise OverflowError("too much")

    callback = None if by_progress else Progress(200, fail)
    progress = fail if by_progress else None
    with pytest.raises(OverflowError, match="too much"):  # noqa: PT012 (either call may raise)
        trainer.start_training(GAMES, directory=tmp_path, background=background, callback=callback, progress=progress)
        trainer.wait()
    assert not trainer.is_training_active()
    assert trainer.training_result is None
    latest = sk.latest_checkpoint(tmp_path)
    assert latest is not None
    assert sk.file_digest(latest) == trainer.digest()
    assert trainer.games_played < GAMES
    trainer.resume_training(directory=tmp_path)
    assert trainer.digest() == reference


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target_games": 0}, "target_games = 0: must be within 1…"),
        ({"callback_every": 0}, "callback_every = 0: must be within 1…"),
        ({"checkpoint_every": 0}, "checkpoint_games = 0: must be within 1…"),
        ({"keep": 0}, "keep = 0: must be within 1…"),
    ],
    ids=str,
)
def test_an_invalid_argument_is_rejected_and_starts_nothing(
    arguments: dict[str, Any], message: str, trainer: sk.Trainer, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        trainer.start_training(directory=tmp_path / "run", **arguments)
    assert not trainer.is_training_active()
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["callback", "progress"])
def test_a_callback_that_is_not_a_function_is_rejected_before_a_game_is_played(
    name: str, trainer: sk.Trainer, tmp_path: Path
) -> None:
    with pytest.raises(TypeError, match=f"{name} = 5: must be a function or None"):
        trainer.start_training(directory=tmp_path / "run", **{name: 5})  # type: ignore[arg-type]
    assert trainer.games_played == 0
    assert not (tmp_path / "run").exists()


@pytest.mark.proof("train(N + M) against train(N), save, load, train(M)")
@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize(("first", "threads"), [(64, (1, 2)), (100, (2, 4)), (100, (4, 1))])
def test_training_in_two_parts_with_save_and_load_equals_training_in_one(
    *, compress: bool, first: int, threads: tuple[int, int], fast: sk.TrainConfig, reference: str, tmp_path: Path
) -> None:
    trainer = sk.Trainer(fast.replace(threads=threads[0], compress=compress), patterns=PATTERNS)
    assert digest_of_two_parts(trainer, first, threads[1], tmp_path) == reference


@pytest.mark.proof("train(N + M) against train(N), save, load, train(M), default patterns")
@pytest.mark.parametrize("compress", [False, True])
def test_training_in_two_parts_equals_training_in_one_with_the_default_patterns(
    *, compress: bool, fast: sk.TrainConfig, default_reference: str, tmp_path: Path
) -> None:
    trainer = sk.Trainer(fast.replace(compress=compress))
    assert digest_of_two_parts(trainer, 100, 4, tmp_path) == default_reference


def digest_of_two_parts(trainer: sk.Trainer, first: int, threads: int, directory: Path) -> str:
    """Returns the digest of a file after `first` games, saving, loading, and the rest of `GAMES` games."""
    trainer.start_training(first, directory=directory)
    resumed = sk.Trainer.load(directory / "model.shiro", threads=threads)
    resumed.start_training(GAMES, directory=directory)
    return sk.file_digest(directory / "model.shiro")
