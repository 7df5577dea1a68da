"""The benchmark suite: its figures, its comparisons, and its explanations of missed targets."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro import _core
from shirokuro.benchmarks import bottlenecks, engine, files, suite
from shirokuro.benchmarks.compare import compare
from shirokuro.benchmarks.figures import Figure, Results
from shirokuro.benchmarks.positions import FORTY_EMPTIES, SOLVED
from shirokuro.benchmarks.suite import Suite
from shirokuro.benchmarks.training import ALL_CORES, ONE_PLY, THREE_PLIES, Training
from shirokuro.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

pytestmark = pytest.mark.timing


def results(figures: Mapping[str, Sequence[float]], *, quick: bool = False, cores: int = 2, **more: Any) -> Results:
    """Returns results with these figures; the key determines the kind of figure."""
    known = {
        "perft": Figure(key="perft", name="perft", unit="s", target=0.4),
        "time": Figure(key="time", name="time", unit="s", target=1.0),
        "rate": Figure(key="rate", name="rate", unit="games/s", target=100, more_is_better=True, scaling="rate"),
        "count": Figure(key="count", name="count", unit="M", scaling="count"),
        "share": Figure(key="share", name="share", unit="%", more_is_better=True, scaling="none", all_cores=True),
    }
    made = tuple(dataclasses.replace(known[key], measured=tuple(measured)) for key, measured in figures.items())
    machine = {"cores": cores, "processor": "p", "kernel": "avx2", "load": 0.1, "time": "now"}
    values: dict[str, Any] = {"model": {}, "phases": {}, "bottlenecks": {}, **more}
    return Results(version="1", quick=quick, machine=machine, figures=made, **values)


def changes(before: Results, now: Results) -> dict[str, str]:
    return {comparison.now.key: comparison.change for comparison in compare(before, now)}


STEADY = {"perft": (0.40, 0.41, 0.40), "time": (1.0, 1.03, 1.01), "rate": (100, 97, 99), "count": (33, 33, 33)}


def test_a_run_compared_with_itself_has_not_changed() -> None:
    same = results(STEADY)
    assert set(changes(same, same).values()) == {"same"}
    assert [comparison.ratio for comparison in compare(same, same)] == [1.0] * 4


def test_slower_beyond_the_noise_is_worse_and_faster_is_better() -> None:
    now = results({**STEADY, "time": (1.2, 1.22, 1.21), "rate": (120, 118, 121), "count": (33.3, 33.3, 33.3)})
    assert changes(results(STEADY), now) == {"perft": "same", "time": "worse", "rate": "better", "count": "worse"}
    assert changes(now, results(STEADY)) == {"perft": "same", "time": "better", "rate": "worse", "count": "better"}


@pytest.mark.parametrize(
    ("key", "measured"),
    [
        ("time", (1.04, 1.05, 1.04)),  # apart, but by less than 5 %
        ("time", (0.9, 1.4, 1.3)),  # more, but the rounds overlap
        ("rate", (96, 60, 99)),
        ("count", (33.1, 33.1, 33.1)),
    ],
)
def test_a_difference_within_the_noise_is_not_a_change(key: str, measured: tuple[float, ...]) -> None:
    assert changes(results(STEADY), results({**STEADY, key: measured}))[key] == "same"


def test_a_slower_machine_makes_nothing_worse() -> None:
    slower = {"perft": (0.48, 0.49, 0.48), "time": (1.2, 1.24, 1.21), "rate": (83, 81, 82), "count": (33, 33, 33)}
    assert set(changes(results(STEADY), results(slower)).values()) == {"same"}
    # Other programs disturb only one round, and perft of this round shows it.
    uneven = {"perft": (0.8, 0.41, 0.40), "time": (2.0, 1.03, 1.01), "rate": (50, 97, 99), "count": (33, 33, 33)}
    assert set(changes(results(STEADY), results(uneven)).values()) == {"same"}


def test_perft_itself_may_get_worse() -> None:
    assert changes(results(STEADY), results({**STEADY, "perft": (0.7, 0.71, 0.7)}))["perft"] == "worse"


def test_figures_of_all_cores_are_compared_only_on_the_same_number_of_cores() -> None:
    before = results({"perft": (0.4,), "share": (90,)})
    assert "share" in changes(before, before)
    assert "share" not in changes(before, results({"perft": (0.4,), "share": (40,)}, cores=4))


def test_quick_and_full_runs_are_not_compared() -> None:
    with pytest.raises(ValueError, match="a full run can't be compared with a quick run"):
        compare(results(STEADY), results(STEADY, quick=True))


def test_results_survive_their_file(tmp_path: Path) -> None:
    written = results(STEADY, phases={"time": {"search": 1.0}}, bottlenecks={"time": "the disk"})
    path = tmp_path / "results.json"
    path.write_text(written.to_json(), encoding="utf-8")
    assert Results.from_json(path) == written
    shown = json.loads(path.read_text(encoding="utf-8"))["figures"][1]
    assert (shown["median"], shown["met"]) == (1.01, False)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 1, "figures": [{"key": 1}]}', "\x00"])
def test_a_file_without_results_is_rejected(text: str, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.json: not results"):
        Results.from_json(path)


def test_results_of_another_format_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text('{"format": 0}', encoding="utf-8")
    with pytest.raises(ValueError, match="another version"):
        Results.from_json(path)


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [((0.9, 0.8), "met"), ((1.2, 1.1), "missed"), ((0.8, 1.1), "met ~"), ((0.9, 1.3), "missed ~")],
)
def test_a_verdict_says_when_only_some_rounds_reach_the_target(measured: tuple[float, ...], verdict: str) -> None:
    assert results({"time": measured}).figures[0].verdict == verdict


@pytest.mark.parametrize(
    ("measured", "options", "code"),
    [
        ((1.2, 1.1), ("--strict",), 1),
        ((0.8, 1.1), ("--strict",), 0),
        ((0.9, 1.3), ("--strict",), 0),
        ((1.2, 1.1), (), 0),
    ],
)
def test_a_missed_target_decides_the_exit_code_of_a_strict_run(
    measured: tuple[float, ...], options: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shirokuro.benchmarks.suite.Suite.run", lambda _: results({"time": measured}))
    assert main(["bench", *options]) == code


def slow_down(trainer: sk.Trainer) -> None:
    """Makes every game take 6 ms longer."""
    _core.inject_faults(trainer._core, {"hang": 1.0}, hang_seconds=0.006)


@pytest.fixture(scope="module")
def small_suite() -> Suite:
    return Suite(quick=True, groups=("training",), evaluator=sk.Evaluator(), model="neutral")


@pytest.fixture(scope="module")
def before_and_after(small_suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Writes the results of a run of the suite, and of a run in which training is slow."""
    folder = tmp_path_factory.mktemp("bench")
    paths = folder / "before.json", folder / "after.json"
    paths[0].write_text(small_suite.run().to_json(), encoding="utf-8")
    slow = dataclasses.replace(small_suite, prepare=slow_down)
    paths[1].write_text(slow.run().to_json(), encoding="utf-8")
    return paths


def test_slow_training_shows_in_the_figures(
    before_and_after: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = (str(path) for path in before_and_after)
    assert main(["bench", "--compare", before, "--against", before]) == 0
    assert "nothing got worse" in capsys.readouterr().out
    assert main(["bench", "--compare", before, "--against", after]) == 1
    worse = capsys.readouterr().out.rpartition("worse:")[2]
    assert "training, 1 ply, one core" in worse
    # In the other direction it is faster; only the speedup of all cores may be worse where no game stalls.
    main(["bench", "--compare", after, "--against", before])
    assert "training" not in capsys.readouterr().out.rpartition("worse")[2]


def test_the_bottleneck_of_slow_training_is_the_phase_in_which_it_stalls(before_and_after: tuple[Path, Path]) -> None:
    after = Results.from_json(before_and_after[1])
    # A stalled game is neither searching nor solving.
    assert after.bottlenecks["train1"].startswith("bookkeeping: bookkeeping ")
    phases = after.phases["train1"]
    assert phases["bookkeeping"] > 0.5 * sum(phases.values())


def test_every_missed_target_is_explained(before_and_after: tuple[Path, Path]) -> None:
    for path in before_and_after:
        measured = Results.from_json(path)
        missed = {figure.key for figure in measured.figures if figure.met is False}
        assert measured.bottlenecks.keys() == missed
        assert all(measured.bottlenecks.values())


def test_the_engine_measures_the_figures_that_the_suite_lists(trained: sk.Trainer) -> None:
    measured = engine.Engine(trained.evaluator, quick=True)
    known = {figure.key: figure for figure in suite._figures(2)}
    found = {**measured.clock(), **measured.perft(), **measured.evaluating()}
    assert found.keys() <= known.keys()
    assert all(value > 0 for key, value in found.items() if key != "evaluate_search")
    # The units agree: a call from Python takes longer than the evaluation that it calls.
    assert found["evaluate_scratch"] < 1000 * found["evaluate_call"]


def test_the_positions_have_the_stated_numbers_of_empty_squares() -> None:
    assert {sk.Position.from_moves(moves).empties for moves in FORTY_EMPTIES} == {40}
    assert {sk.Position.from_moves(moves).empties for moves, _ in SOLVED} == {20, 21, 22}
    assert len(set(FORTY_EMPTIES)) == len(FORTY_EMPTIES)


def test_a_wrong_answer_ends_the_suite(monkeypatch: pytest.MonkeyPatch, trained: sk.Trainer) -> None:
    monkeypatch.setattr(engine, "PERFT", (4, 245))
    with pytest.raises(engine.WrongAnswerError, match=r"perft\(4\) gave 244, not 245"):
        engine.Engine(trained.evaluator, quick=True).perft()


def test_the_components_of_memory_make_up_the_process(tmp_path: Path) -> None:
    parts = files.memory(tmp_path)
    assert parts["memory_weights"] == pytest.approx(57.7, abs=0.1)
    assert parts["memory_peak"] > parts["memory_weights"] + parts["memory_tables"]
    assert parts["memory_tables"] == pytest.approx(128, rel=0.1)
    processes = ("weights", "adam", "tables", "records", "learning", "python", "other")
    resident = sum(parts[f"memory_{name}"] for name in processes) - parts["memory_untouched"]
    assert resident == pytest.approx(parts["memory_resident"], abs=0.1)
    assert list(tmp_path.iterdir()) == []


def test_saving_is_measured_in_the_given_directory(tmp_path: Path, trained: sk.Trainer) -> None:
    measured = files.saving(trained, tmp_path)
    assert 289 <= measured["checkpoint_size"] < 310
    assert min(measured.values()) > 0
    assert list(tmp_path.iterdir()) == []


def test_a_loaded_state_that_differs_from_the_saved_one_is_an_error(
    tmp_path: Path, trained: sk.Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sk.Trainer(ONE_PLY)
    monkeypatch.setattr("shirokuro.benchmarks.files.Trainer.load", lambda *_, **__: other)
    with pytest.raises(engine.WrongAnswerError, match="loading"):
        files.saving(trained, tmp_path)


def context(**figures: float) -> bottlenecks.Context:
    known = {figure.key: figure for figure in suite._figures(2)}
    made = {key: dataclasses.replace(known[key], measured=(value,)) for key, value in figures.items()}
    return bottlenecks.Context(figures=made, samples={}, table_read_seconds=1e-8)


def test_bottlenecks_are_derived_from_measurements() -> None:
    slow_disk = bottlenecks.of(context(save=40, disk_write=35, checkpoint_size=289))
    assert slow_disk["save"] == "the disk: writing the same number of bytes takes 35.0 s, 88 % of it"
    slow_code = bottlenecks.of(context(load=40, disk_write=2))
    assert slow_code["load"].startswith("packing and checking")
    big = bottlenecks.of(context(memory_peak=700, memory_tables=400, memory_weights=58, memory_adam=231))
    assert big["memory_peak"].startswith("memory: four tables of 32 MB: ")
    tree = bottlenecks.of(context(solve_nodes=50, perft=0.3))
    assert tree["solve_nodes"].startswith("the size of the tree")
    slow_evaluation = bottlenecks.of(context(search_speed=5, evaluate_search=150, perft=0.3))
    assert slow_evaluation["search_speed"] == "evaluation: of 200 ns per node, evaluation takes at most 150 ns (75 %)"
    slow_machine = bottlenecks.of(context(search_speed=5, evaluate_search=20, perft=0.8))
    assert slow_machine["search_speed"].endswith("; perft takes 2.0 times its target here: the machine is slow or busy")
    assert bottlenecks.of(context(perft=0.3, search_speed=100, memory_peak=300)) == {}


def test_one_core_and_all_cores_play_the_same_games() -> None:
    training = Training(quick=True)
    training.fixed_depth()
    assert training.trainer(THREE_PLIES).digest() == training.trainer(ALL_CORES).digest()


def test_the_cost_of_timing_is_measured_within_plausible_bounds() -> None:
    cost = Training(quick=True).cost_of_timing()["timing_cost"]
    assert -50 < cost < 50


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--only", "everything"), "--only: 'everything' is not a group"),
        (("--strict", "--compare", "x.json"), "--strict compares with targets, and --compare"),
        (("--against", "x.json"), "--against names figures for --compare FILE: give both"),
        (("--compare", "missing.json"), "missing.json"),
        (("--model", "missing.shiro"), "missing.shiro"),
        (("--json", "missing/new.json"), "missing/new.json"),
        (("--watch", "missing"), "missing: no run in this directory"),
    ],
)
def test_invalid_options_are_reported_before_anything_is_measured(
    arguments: tuple[str, ...],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bench", *arguments]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1
