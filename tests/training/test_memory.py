"""Memory: reports agree with the system, budgets hold, and memory does not grow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.training import memory

if TYPE_CHECKING:
    from collections.abc import Callable

MB = 1_000_000

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="resident memory is read from /proc, which is Linux"
)
needs_glibc = pytest.mark.skipif(memory.allocator_memory() is None, reason="only glibc's allocator reports its memory")


def run(program: str) -> str:
    """Runs a program in a new process, where nothing else has used memory; returns its output."""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_reported_sizes_match_the_arrays(small: sk.TrainConfig) -> None:
    trainer = sk.Trainer(small.replace(table_mb=3, threads=2))
    report = trainer.memory()
    weights = trainer.evaluator.get_weights()
    assert report["weights"] == sum(array.nbytes for array in weights.values())
    assert report["adam"] == 4 * report["weights"]
    assert report["tables"] == pytest.approx(6 * MB, rel=0.001)
    assert report["budget"] == 600 * MB
    assert report["records"] == report["rows"] == 0
    trainer.train_batch(100)
    report = trainer.memory()
    # 36 games of an unfinished generation, and the old values of what they changed.
    assert report["records"] > 36 * 50
    positions = trainer.train_batch(28).positions
    assert positions > 28 * 50 * 0.8
    assert trainer.memory()["records"] == 0
    assert 64 * 48 * 116 < trainer.memory()["rows"] < 64 * 60 * 116 + 64 * 60


@needs_proc
def test_the_components_add_up_to_the_resident_memory() -> None:
    program = """
import re
import shirokuro as sk
trainer = sk.Trainer(sk.TrainConfig(depth=1, exact_empties=0, threads=2))
for games in (64, 300):
    trainer.train_batch(games)
    rollup = open("/proc/self/smaps_rollup").read()
    report = trainer.memory()
    parts = ("weights", "adam", "tables", "records", "learning", "python", "other")
    assert sum(report[part] for part in parts) - report["untouched"] == report["resident"], report
    resident = 1024 * int(re.search(r"^Rss: *(\\d+) kB", rollup, re.M)[1])
    print(abs(resident - report["resident"]), report["other"], report["python"])
"""
    for line in run(program).splitlines():
        difference, other, python = map(int, line.split())
        assert difference < 2 * MB
        assert other < 40 * MB
        assert 10 * MB < python < 100 * MB


def test_tables_shrink_to_keep_within_the_budget(small: sk.TrainConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "memory_before", lambda: 30 * MB)
    trainer = sk.Trainer(small.replace(table_mb=100, threads=2, budget_mb=500))
    (warning,) = trainer.warnings
    assert warning.kind == "memory"
    assert (
        "transposition tables are smaller than 100.0 MB to keep within the budget 500.0 MB: weights 57.7, Adam 230.9"
        in warning.message
    )
    tables = trainer.memory()["tables"]
    assert 2 * MB < tables < 200 * MB
    assert f"2 tables of {tables / 2 / MB:.1f}" in warning.message
    plan = memory.plan(trainer.config)
    assert plan.weights + plan.adam + plan.python + plan.records + plan.other + tables <= 500 * MB
    assert trainer.config.table_mb == 100
    trainer.configure(budget_mb=1000)
    trainer.train_batch(1)
    assert trainer.memory()["tables"] == pytest.approx(200 * MB, rel=0.001)
    assert len(trainer.warnings) == 1
    trainer.configure(threads=3, budget_mb=500)
    trainer.train_batch(1)
    assert trainer.memory()["tables"] < 200 * MB
    assert len(trainer.warnings) == 2


@pytest.mark.parametrize("changes", [{"budget_mb": 300}, {"generation_games": 65_536}, {"threads": 1024}])
def test_a_budget_that_is_too_small_is_rejected_with_the_numbers(changes: dict[str, Any]) -> None:
    config = sk.TrainConfig(threads=1).replace(**changes)
    message = rf"budget_mb = {config.budget_mb:g}: this training needs at least \d+\.\d MB: weights 57\.7, Adam 230\.9"
    with pytest.raises(ValueError, match=message):
        sk.Trainer(config)
    trainer = sk.Trainer(sk.TrainConfig(threads=1))
    before = trainer.config
    if "generation_games" not in changes:  # which can't be changed
        with pytest.raises(ValueError, match=message):
            trainer.configure(**changes)
    assert trainer.config == before


@needs_proc
def test_a_run_can_be_loaded_by_a_large_program(tmp_path: Path) -> None:
    model = tmp_path / "model.shiro"
    sk.Trainer(sk.TrainConfig(threads=1, budget_mb=400, table_mb=20)).save(model)
    program = """
import sys
import shirokuro as sk
held = bytearray(200_000_000)
held[::4096] = b"x" * len(held[::4096])
trainer = sk.Trainer.load(MODEL)
report = trainer.memory()
assert 200_000_000 < report["python"] < 300_000_000, report
assert report["other"] < 40_000_000, report
assert report["tables"] < 200_000, report
(warning,) = trainer.warnings
print(warning.message)
""".replace("MODEL", repr(str(model)))
    assert "tables are smaller than 20.0 MB to keep within the budget 400.0 MB" in run(program)


@needs_proc
@pytest.mark.proof("extended training within the memory budget")
def test_a_process_stays_within_its_budget(
    size: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    games = size(1100, 100_000)
    record_property("count", games)
    program = """
import re, tempfile
import shirokuro as sk
trainer = sk.Trainer(sk.TrainConfig(depth=1, exact_empties=0, threads=2, table_mb=1000, budget_mb=450))
trainer.train_batch(1000)
with tempfile.TemporaryDirectory() as folder:
    trainer.start_training(GAMES, directory=folder, compress=True)
peak = re.search(r"^VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read(), re.M)[1]
print(int(peak) * 1024, trainer.memory()["tables"])
""".replace("GAMES", str(games))
    peak, tables = map(int, run(program).split())
    assert peak < 450 * MB
    assert tables > 50 * MB


@needs_proc
def test_a_process_that_exceeds_its_budget_warns(small: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(small)
    held = bytearray(700 * MB)
    held[::4096] = b"x" * len(held[::4096])
    trainer.start_training(128, directory=tmp_path)
    warnings = [warning.message for warning in trainer.warnings if warning.kind == "memory"]
    assert len(warnings) == 1  # not one per line of the metrics
    assert "MB are resident, more than the budget of 600.0: weights 57.7, adam 230.9" in warnings[0]
    assert "nothing is made smaller during a run" in warnings[0]
    del held


@needs_glibc
def test_a_fragmented_heap_causes_a_warning_with_figures() -> None:
    program = """
import ctypes, tempfile
import shirokuro as sk
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
config = sk.TrainConfig(depth=1, exact_empties=0, threads=1, max_fragmentation=0.05, compress=True)
trainer = sk.Trainer(config)
def train(games):
    with tempfile.TemporaryDirectory() as folder:
        trainer.start_training(games, directory=folder)
    return [warning for warning in trainer.warnings if warning.kind == "fragmentation"]
assert train(64) == []
before = trainer.memory()["allocator_free"]
blocks = [libc.malloc(4000) for _ in range(20_000)]
for block in blocks[::2]:
    libc.free(block)
free = trainer.memory()["allocator_free"] - before
assert 30e6 < free < 50e6, free
(warning,) = train(128)
print(warning.message)
"""
    assert "MB in holes between blocks: " in run(program)
    assert "% of the budget" in run(program)


@needs_proc
def test_resident_memory_does_not_grow() -> None:
    """Excludes the growth from moments that are written for the first time."""
    program = """
import gc
import shirokuro as sk
config = sk.TrainConfig(depth=1, exact_empties=0, threads=2, generation_games=100, games=100_000)
trainer = sk.Trainer(config)
sizes = []
for batch in range(10):
    trainer.train_batch(400)
    trainer.train_batch(50)  # ends within a generation
    trainer.train_batch(50)
    gc.collect()
    report = trainer.memory()
    sizes.append(report["resident"] + report["untouched"])
print(*sizes)
"""
    sizes = [int(size) for size in run(program).split()]
    # After the first batches, everything has reached its maximum size.
    assert max(sizes[3:]) - sizes[2] < 8 * MB, sizes


def test_unknown_sizes_are_absent_and_cause_no_warning(
    small: sk.TrainConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(memory, "resident_memory", lambda: None)
    monkeypatch.setattr(memory, "allocator_memory", lambda: None)
    trainer = sk.Trainer(small)
    report = trainer.memory()
    assert not {"resident", "allocator_free"} & report.keys()
    trainer.start_training(64, directory=tmp_path)
    assert [warning.kind for warning in trainer.warnings] == []


def test_a_process_that_outgrows_its_budget_plays_the_same_games_and_names_all_trainers(
    small: sk.TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A search limited by nodes depends on the size of its table.
    trainer = sk.Trainer(small.replace(games=192, nodes=3_000, table_mb=4, threads=2))
    whole = sk.Trainer(trainer.config)
    whole.train_batch(192)
    monkeypatch.setattr(memory, "resident_memory", lambda: 603 * MB)
    trainer.start_training(directory=tmp_path, callback_every=64)
    assert trainer.digest() == whole.digest()
    (message,) = [each.message for each in trainer.warnings if each.kind == "memory"]
    assert "603.0 MB are resident, more than the budget of 600.0" in message
    assert "trainers are in this process, and the budget of each counts them all" in message
