"""Running a sweep: what is trained, continued and played, and what its results say."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro.matches.bradley_terry import Rating
from shirokuro.runs.lock import DirectoryLock
from shirokuro.sweep import (
    MatchSettings,
    RunOutcome,
    Sweep,
    SweepRecord,
    SweepRun,
    Train,
    results_of,
    run_sweep,
    train_in_order,
    train_run,
)
from shirokuro.sweep import matches as sweep_matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SETTINGS = {"games": 128, "depth": 1, "exact_empties": 0, "table_mb": 1, "compress": True, "threads": 1}
MATCH = MatchSettings(games=10, depth=1, exact_empties=0)


def plan(directory: Path, *, settings: dict[str, Any] | None = None, **changes: Any) -> Sweep:
    """Returns a sweep of two combinations and two seeds."""
    known: dict[str, Any] = {"axes": {"lambda": [0.5, 0.9]}, "seeds": [1, 2], "match": MATCH, **changes}
    return Sweep(directory=directory, settings={**SETTINGS, **(settings or {})}, **known)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """A finished sweep. Tests must not change it."""
    sweep = plan(tmp_path_factory.mktemp("sweep") / "a")
    run_sweep(sweep)
    return sweep


@pytest.fixture
def copied(finished: Sweep) -> Train:
    """Trains the runs of a sweep by copying those of the finished one."""

    def train(sweep: Sweep, runs: Sequence[SweepRun]) -> Iterator[RunOutcome]:
        for run in runs:
            shutil.copytree(finished.directory / run.name, sweep.directory_of(run))
            yield RunOutcome(name=run.name, outcome="completed")

    return train


def test_each_run_equals_a_training_with_its_settings(finished: Sweep) -> None:
    run = finished.runs[-1]
    trainer = sk.Trainer(run.config)
    trainer.train_batch(128)
    assert sk.file_digest(finished.directory_of(run) / "model.shiro") == trainer.digest()


def test_every_model_plays_the_first_one_and_each_combination_has_an_interval(finished: Sweep) -> None:
    results = results_of(finished)
    assert results.is_complete
    assert [run.state for run in results.runs] == ["finished"] * 4
    assert [run.score is None for run in results.runs] == [True, False, False, False]
    assert results.runs[0].rating == Rating(0, 0)
    first, second = (each.rating for each in results.settings)
    assert first
    assert second
    elos = [run.rating.elo for run in results.runs if run.rating]
    assert [first.elo, second.elo] == pytest.approx([np.mean(elos[:2]), np.mean(elos[2:])])
    spread = float(np.sqrt((np.var(elos[:2], ddof=1) + np.var(elos[2:], ddof=1)) / 2))
    assert results.seeds_spread == pytest.approx(spread)
    # Student's t for two degrees of freedom.
    assert second.error >= 4.30265 * spread / np.sqrt(2) * 0.9999


def test_a_finished_sweep_is_neither_trained_nor_played_again(finished: Sweep) -> None:
    def fail(*_arguments: object) -> Any:
        raise AssertionError("nothing is left to do")

    def none(_sweep: Sweep, runs: Sequence[SweepRun]) -> Iterator[RunOutcome]:
        assert not runs
        yield from ()

    assert run_sweep(finished, train=none, match_progress=fail).to_dict() == results_of(finished).to_dict()


def test_an_interrupted_sweep_continues_where_it_was(tmp_path: Path, finished: Sweep, copied: Train) -> None:
    sweep = plan(tmp_path / "a", axes={"lambda": [0.5]}, seeds=[1, 2, 3])

    def interrupted(sweep: Sweep, runs: Sequence[SweepRun]) -> Iterator[RunOutcome]:
        yield from copied(sweep, runs[:1])

        def stop(progress: sk.TrainingProgress) -> None:
            assert progress.games_played < 128
            raise KeyboardInterrupt

        train_run(sweep, runs[1], callback=stop, callback_every=64)

    with pytest.raises(KeyboardInterrupt):
        run_sweep(sweep, train=interrupted)
    assert [run.state for run in results_of(sweep).runs] == ["finished", "unfinished", "not started"]
    sizes = (sweep.directory_of(sweep.runs[0]) / "metrics.jsonl").stat().st_size
    begun: list[str] = []

    def noted(sweep: Sweep, runs: Sequence[SweepRun]) -> Iterator[RunOutcome]:
        begun.extend(run.name for run in runs)
        return train_in_order(sweep, runs[:1])

    run_sweep(sweep, train=noted)
    assert [run.state for run in results_of(sweep).runs] == ["finished", "finished", "not started"]
    assert begun == [run.name for run in sweep.runs[1:]]
    assert (sweep.directory_of(sweep.runs[0]) / "metrics.jsonl").stat().st_size == sizes
    resumed, same = sweep.directory_of(sweep.runs[1]), finished.directory_of(finished.runs[1])
    assert sk.file_digest(resumed / "model.shiro") == sk.file_digest(same / "model.shiro")
    assert len(list((resumed / "checkpoints").iterdir())) == 1


def test_new_seeds_and_values_are_added_to_a_sweep(tmp_path: Path, copied: Train) -> None:
    run_sweep(plan(tmp_path / "a", axes={"lambda": [0.5]}, seeds=[1]), train=copied)
    wider = plan(tmp_path / "a")
    assert SweepRecord.load(wider.directory).pending(wider) == list(wider.runs[1:])
    assert [run.state for run in results_of(wider).runs] == ["finished"] + 3 * ["not started"]


def test_a_run_whose_files_are_gone_is_trained_and_played_again(tmp_path: Path, copied: Train) -> None:
    sweep = plan(tmp_path / "a", axes={"lambda": [0.5]})
    run_sweep(sweep, train=copied)
    shutil.rmtree(sweep.directory_of(sweep.runs[1]))
    played: list[str] = []
    run_sweep(sweep, train=copied, match_progress=lambda names, *_: played.append(names))
    assert played == [f"{sweep.runs[1].name} against {sweep.runs[0].name}"]


def test_other_match_settings_play_the_matches_again(tmp_path: Path, finished: Sweep) -> None:
    shutil.copytree(finished.directory, tmp_path / "a")
    played: list[str] = []
    other = plan(tmp_path / "a", match=MatchSettings(games=12, depth=1, exact_empties=0, opponent="heuristic"))
    assert not any(each.rating for each in results_of(other).settings)
    results = run_sweep(other, match_progress=lambda names, *_: played.append(names))
    assert len(played) == 4
    assert all(run.score is not None for run in results.runs)


def test_matches_may_have_balanced_openings(tmp_path: Path, finished: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(finished.directory, tmp_path / "a")
    given = []

    def watched(*players: Any, **options: Any) -> sk.MatchResult:
        given.append(options["openings"])
        return sk.play_match(*players, **options)

    monkeypatch.setattr(sweep_matches, "play_match", watched)
    balanced = plan(tmp_path / "a", match=MatchSettings(games=6, depth=1, exact_empties=0, balanced=3))
    results = run_sweep(balanced)
    assert given == [sk.balanced_openings(3, within=3)] * 3
    assert results.how.endswith("openings within 3 discs")


def test_a_round_robin_narrows_the_intervals(tmp_path: Path, finished: Sweep) -> None:
    shutil.copytree(finished.directory, tmp_path / "a")
    match = MatchSettings(games=10, depth=1, exact_empties=0, round_robin=True)
    before = results_of(finished).runs[2].rating
    after = run_sweep(plan(tmp_path / "a", match=match)).runs[2].rating
    assert before
    assert after
    assert after.error < before.error
    assert len(SweepRecord.load(tmp_path / "a").matches) == 6


def test_a_run_with_too_many_errors_does_not_stop_the_others(tmp_path: Path, copied: Train) -> None:
    sweep = plan(tmp_path / "a", match=MatchSettings(games=0))

    def faulty(sweep: Sweep, runs: Sequence[SweepRun]) -> Iterator[RunOutcome]:
        for number, ended in enumerate(copied(sweep, runs)):
            yield ended if number else RunOutcome(name=ended.name, outcome="too_many_errors")

    results = run_sweep(sweep, train=faulty)
    assert [run.state for run in results.runs].count("finished") == 3
    assert SweepRecord.load(sweep.directory).pending(sweep) == [sweep.runs[0]]


def test_a_changed_setting_is_refused_but_not_one_that_leaves_the_model_alone(finished: Sweep) -> None:
    other = plan(finished.directory, settings={"games": 256})
    with pytest.raises(ValueError, match=r"config.toml: games = 128, but the sweep has 256: name another directory"):
        run_sweep(other)
    results = run_sweep(plan(finished.directory, settings={"threads": 2, "keep": 2, "log_games": 7}))
    assert results.is_complete


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"match": MatchSettings(opponent="nobody")}, "match.opponent = 'nobody': must be first, random, heuristic"),
        ({"settings": {"budget_mb": 200}}, "budget_mb = 200: this training needs at least"),
    ],
    ids=str,
)
def test_what_cannot_work_is_reported_before_the_first_game(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        run_sweep(plan(tmp_path / "a", **changes))
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_too_small_is_reported_before_the_first_game(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=10**9))
    with pytest.raises(OSError, match=r"4 runs need 1.5 GB for their checkpoints, and 1.0 GB are free: set compress"):
        run_sweep(plan(tmp_path / "a", settings={"compress": False}))


def test_two_sweeps_do_not_share_a_directory(tmp_path: Path) -> None:
    with DirectoryLock(tmp_path), pytest.raises(BlockingIOError):
        run_sweep(plan(tmp_path))


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"outcomes": [], "matches": []}', '{"outcomes": {}, "matches": [{}]}']
)
def test_a_damaged_record_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"sweep.json: this is not the record of a sweep"):
        results_of(plan(tmp_path))


def test_the_record_survives_reading_and_writing(finished: Sweep, tmp_path: Path) -> None:
    record = SweepRecord.load(finished.directory)
    record.path = tmp_path / "sweep.json"
    record.save()
    assert SweepRecord.load(tmp_path) == record
    assert json.loads(record.path.read_text(encoding="utf-8"))["outcomes"].keys() == {run.name for run in finished.runs}
