"""Updates, differences and sudden changes of weights, checked against the weights themselves."""

from __future__ import annotations

import csv
import logging
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro import _core, debug

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Weights = dict[str, NDArray[np.uint16]]

NAMES = list(_core.PatternSet.default().features)


def copy(trainer: sk.Trainer) -> Weights:
    return {name: table.copy() for name, table in trainer.evaluator.get_weights().items()}


def applied(weights: Weights, updates: NDArray[Any]) -> Weights:
    """Applies updates to a copy of the weights, and checks each `before` value."""
    after = {name: table.copy() for name, table in weights.items()}
    for name in NAMES:
        rows = updates[updates["pattern"] == name]
        assert (weights[name][rows["stage"], rows["entry"]] == rows["before"]).all()
        for column in ("entry", "mirror"):
            after[name][rows["stage"], rows[column]] = rows["after"]
    return after


def assert_equal(first: Weights, second: Weights) -> None:
    assert all((first[name] == second[name]).all() for name in NAMES)


def test_the_log_contains_every_change_and_does_not_affect_training(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer, plain = (sk.Trainer(fast.replace(generation_games=16)) for _ in range(2))
    start = copy(trainer)
    with debug.log_updates(trainer, tmp_path / "updates.csv") as log:
        for games in (16, 6, 10, 16):
            trainer.train_batch(games)
            plain.train_batch(games)
            after = applied(start, log.last)
            assert_equal(after, trainer.evaluator.get_weights())
            if trainer.games_played % 16 == 0:  # until it is complete, a generation restarts from the weights before it
                start = after
    trainer.train_batch(16)
    plain.train_batch(16)
    assert trainer.digest() == plain.digest()
    with (tmp_path / "updates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == log.updates
    assert [*dict.fromkeys((row["games_played"], row["final"]) for row in rows)] == [
        ("16", "1"),
        ("22", "0"),
        ("32", "1"),
        ("48", "1"),
    ]
    # The final rows alone turn neutral weights into the model.
    weights = {name: np.full_like(table, 32768) for name, table in start.items()}
    for row in rows:
        if row["final"] == "1":
            table = weights[row["pattern"]][int(row["stage"])]
            assert table[int(row["entry"])] == int(row["before"])
            table[int(row["entry"])] = table[int(row["mirror"])] = int(row["after"])
    assert_equal(weights, start)


def test_errors_and_visits_match_the_positions_that_read_an_entry(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(fast.replace(generation_games=16))
    trainer.train_batch(48)
    before = sk.Evaluator()
    trainer.save(tmp_path / "before.shiro")
    before = sk.Evaluator.load(tmp_path / "before.shiro")
    lambda_ = trainer.play.lambda_
    with debug.log_updates(trainer, tmp_path / "updates.csv") as log:
        trainer.start_training(64, directory=tmp_path / "run")
    mirrors = _core.mirror_entries()
    errors: dict[tuple[str, int, int], list[float]] = {}
    for game in debug.read_games(tmp_path / "run"):
        position = sk.Position()
        for move, target in zip(game.moves, game.targets(lambda_), strict=True):
            if target is not None:
                error = target - debug.pattern_view(before, position).sum
                for n, entry in enumerate(_core.feature_indices(position)):
                    name = NAMES[n // 4]
                    key = (name, 60 - position.empties, min(int(entry), int(mirrors[name][entry])))
                    errors.setdefault(key, []).append(error)
            position = position.play(move)
    assert len(errors) == len(log.last) > 10_000
    for row in log.last:
        found = errors[str(row["pattern"]), int(row["stage"]), int(row["entry"])]
        assert row["visits"] == len(found)
        assert abs(row["error"] - np.mean(found)) < 1e-3


def test_only_the_selected_tables_are_logged(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(fast)
    with debug.log_updates(trainer, tmp_path / "u.csv", stages=[20, 21], patterns=["P05", "P14"]) as log:
        trainer.train_batch(64)
    assert set(log.last["stage"].tolist()) == {20, 21}
    assert set(log.last["pattern"].tolist()) == {"P05", "P14"}
    assert log.text(limit=3).count("\n") == 3
    wrongs: list[dict[str, Any]] = [{"stages": [60]}, {"patterns": ["P15"]}]
    for wrong in wrongs:
        with pytest.raises(ValueError, match="must be"), debug.log_updates(trainer, tmp_path / "v.csv", **wrong):
            pass
    assert not (tmp_path / "v.csv").exists()


# Differences.


def test_differences_match_those_computed_with_numpy(trained: sk.Trainer, fast: sk.TrainConfig, tmp_path: Path) -> None:
    early = sk.Trainer(fast)
    early.train_batch(300)
    early.save(tmp_path / "early.shiro")
    diff = debug.diff_weights(tmp_path / "early.shiro", trained.evaluator, top=50)
    before, after = early.evaluator.get_weights(), trained.evaluator.get_weights()
    changes = {name: (after[name].astype(np.int64) - before[name]) / 256 for name in NAMES}
    for number, name in enumerate(NAMES):
        change = np.abs(changes[name])
        assert (diff.changed[:, number] == (change > 0).sum(axis=1)).all()
        np.testing.assert_allclose(diff.absolute_sum[:, number], change.sum(axis=1))
        np.testing.assert_allclose(diff.square_sum[:, number], (change**2).sum(axis=1))
        assert (diff.largest[:, number] == change.max(axis=1)).all()
        table = diff.table(pattern=name)
        moved = change[change > 0]
        assert (table.entries, table.changed) == (change.size, moved.size)
        assert table.mean == pytest.approx(moved.mean())
        assert table.rms == pytest.approx(np.sqrt((moved**2).mean()))
        assert table.largest == moved.max()
    everything = np.concatenate([np.abs(change).ravel() for change in changes.values()])
    assert diff.table().entries == everything.size == 28_868_400
    assert diff.table().changed == (everything > 0).sum() > 100_000
    stage = np.concatenate([np.abs(change[30]) for change in changes.values()])
    assert diff.table(stage=30).changed == (stage > 0).sum()
    # The largest differences, where mirror images count once.
    mirrors = _core.mirror_entries()
    own = [np.abs(change)[:, np.arange(change.shape[1]) <= mirrors[name]].ravel() for name, change in changes.items()]
    largest = np.sort(np.concatenate(own))[::-1][:50]
    found = (diff.top["after"].astype(np.int64) - diff.top["before"]) / 256
    assert np.abs(found).tolist() == largest.tolist()
    for row in diff.top:
        table = before[str(row["pattern"])][row["stage"]]
        assert table[row["entry"]] == table[row["mirror"]] == row["before"]
    # Entry by entry.
    rows = np.concatenate(list(diff.changes(pattern="P10")))
    stages, entries = np.nonzero(changes["P10"])
    assert (rows["stage"].tolist(), rows["entry"].tolist()) == (stages.tolist(), entries.tolist())
    assert (rows["before"] == before["P10"][stages, entries]).all()
    assert (rows["after"] == after["P10"][stages, entries]).all()
    assert sum(len(part) for part in diff.changes()) == diff.table().changed


def test_equal_models_have_no_differences(trained: sk.Trainer, model: Path) -> None:
    diff = debug.diff_weights(model, trained.evaluator)
    table = diff.table()
    assert (table.changed, table.mean, table.rms, table.largest) == (0, None, None, None)
    assert len(diff.top) == 0
    assert str(diff).startswith("0 of 28,868,400 weights differ")
    assert list(diff.changes()) == []


def test_a_diff_takes_little_more_memory_than_the_two_models(model: Path) -> None:
    program = """
import resource, sys
from shirokuro import Evaluator, debug
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
diff = debug.diff_weights(sys.argv[1], Evaluator())
assert diff.table().changed
parts = sum(len(part) for part in diff.changes())
assert parts == diff.table().changed
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    run = subprocess.run([sys.executable, "-c", program, model], capture_output=True, text=True, check=True)
    kilobytes = int(run.stdout) / (1024 if sys.platform == "darwin" else 1)
    assert kilobytes * 1024 < 2 * 57.8e6 + 20e6


def test_invalid_arguments_of_a_diff_are_rejected(model: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        debug.diff_weights(model, tmp_path / "none.shiro")
    with pytest.raises(ValueError, match="top = -1"):
        debug.diff_weights(model, model, top=-1)
    diff = debug.diff_weights(model, model)
    wrongs: list[dict[str, Any]] = [{"stage": 60}, {"pattern": "P00"}]
    for wrong in wrongs:
        with pytest.raises(ValueError, match="must be"):
            diff.table(**wrong)


# Sudden changes.


def sudden(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING and "suddenly" in r.getMessage()]


def test_an_absurd_learning_rate_is_reported_with_pattern_and_position(
    fast: sk.TrainConfig, caplog: pytest.LogCaptureFixture
) -> None:
    trainer = sk.Trainer(fast.replace(rate=8))
    before = copy(trainer)
    trainer.train_batch(64)
    after = trainer.evaluator.get_weights()
    (message,) = sudden(caplog)
    found = re.fullmatch(
        r"sudden: (\d+) weights changed suddenly; largest change: (P\d\d), entry (\d+), stage (\d+), "
        r"from \+0\.00 to ([+-][\d.]+) discs; its largest error: ([+-][\d.]+) discs in game (\d+) "
        r"after (\d+) moves: ([.XO]{64} [XO])",
        message,
    )
    assert found
    mirrors = _core.mirror_entries()
    changes = {name: np.abs(after[name].astype(np.int64) - before[name]) for name in NAMES}
    own = {name: change[:, np.arange(change.shape[1]) <= mirrors[name]] for name, change in changes.items()}
    assert int(found[1]) == sum((change >= 2 * 256).sum() for change in own.values()) > 1000
    name, entry, stage = found[2], int(found[3]), int(found[4])
    assert changes[name][stage, entry] == max(change.max() for change in changes.values())
    position = sk.Position.from_diagram(found[9])
    assert 60 - position.empties == stage
    read = [int(e) for n, e in enumerate(_core.feature_indices(position)) if NAMES[n // 4] == name]
    assert entry in {min(e, int(mirrors[name][e])) for e in read}


def test_normal_training_causes_no_sudden_changes(fast: sk.TrainConfig, caplog: pytest.LogCaptureFixture) -> None:
    sk.Trainer(fast).train_batch(500)
    assert sudden(caplog) == []


def test_the_threshold_is_a_setting_and_never_changes_the_model(
    fast: sk.TrainConfig, caplog: pytest.LogCaptureFixture
) -> None:
    digests = set()
    for discs, expected in ((0, 0), (0.05, 2), (200, 0)):
        caplog.clear()
        trainer = sk.Trainer(fast.replace(sudden_discs=discs))
        trainer.train_batch(128)
        assert len(sudden(caplog)) == expected
        digests.add(trainer.digest())
    assert len(digests) == 1
