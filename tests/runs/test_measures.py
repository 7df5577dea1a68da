"""The table of measures, from which everything that shows a measure is derived."""

from __future__ import annotations

import json
import re
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import shirokuro as sk
from shirokuro.cli.tui.blocks import chart
from shirokuro.exporters import Endpoint, EventFiles
from shirokuro.plots.charts import Curve, CurveChart
from shirokuro.runs.measures import FAMILIES, MEASURES, Measure, Unit
from shirokuro.runs.metrics import Metrics
from shirokuro.runs.view import RunView
from shirokuro.training.report import BatchReport
from shirokuro.web import training
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ADDED = Measure(
    key="pass_rate",
    title="passes",
    unit=Unit(name="0…1", shown="%", scale=100, form=".1f"),
    help="Share of the turns that were passes.",
    group="results",
    prometheus="pass_ratio",
)

OPTIONAL = {
    "phases.playing",  # in place of its parts if no search was timed
    "phases.strength",  # like the next seven, only where strength is measured
    "strength.elo",
    "strength.error",
    "strength.gain",
    "strength.gain_error",
    "strength.gain_games",
    "strength.games",
    "strength.best",
    "phases.held_out",  # like the next four, only where a run learns from given games
    "given_left",
    "held_out.games",
    "held_out.mean_absolute",
    "held_out.mean_squared",
    "cluster.nodes",  # like the next three, only of a training that has a cluster
    "cluster.bytes_sent",
    "cluster.bytes_received",
    "cluster.waited",
    "memory.untouched",  # like the next four, only where the system reports memory
    "memory.python",
    "memory.other",
    "memory.resident",
    "memory.allocator_free",
}
"""Measures that a run may lack."""


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Measure:
    monkeypatch.setitem(MEASURES, ADDED.key, ADDED)
    return ADDED


def test_a_row_and_a_property_add_a_measure_to_reports(added: Measure, monkeypatch: pytest.MonkeyPatch) -> None:
    assert added.key not in BatchReport(games=1).measures()
    monkeypatch.setattr(BatchReport, added.key, property(lambda _: 0.125), raising=False)
    report = BatchReport(games=1)
    assert report.measures()[added.key] == report.line()[added.key] == 0.125
    assert "pass_rate=0.125" in repr(report)


def test_a_row_adds_a_measure_to_prometheus(added: Measure, run_of: Callable[..., Path]) -> None:
    with closing(Endpoint(run_of(1000, pass_rate=0.125), "0")) as endpoint:
        shown = urllib.request.urlopen(endpoint.url, timeout=30).read().decode()  # noqa: S310 (a local server)
    assert f"# HELP shirokuro_pass_ratio {added.help}\n" in shown
    assert "# TYPE shirokuro_pass_ratio gauge\n" in shown
    assert "shirokuro_pass_ratio 0.125\n" in shown


@pytest.mark.parametrize(("group", "tag"), [("results", "results/pass_rate"), ("", None)])
def test_a_row_adds_a_measure_to_tensorboard_under_its_heading_if_it_has_one(
    group: str, tag: str | None, run_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Measure(key="pass_rate", title="passes", unit=ADDED.unit, help=ADDED.help, group=group)
    monkeypatch.setitem(MEASURES, row.key, row)
    run = run_of(1000, pass_rate=0.125)
    with closing(EventFiles(run)):
        pass
    events = EventAccumulator(str(run / "tensorboard"))
    events.Reload()
    found = [each for each in events.Tags()["scalars"] if "pass_rate" in each]
    assert found == ([tag] if tag else [])


def test_charts_dashboard_and_page_show_a_measure_by_its_key_alone(
    added: Measure, run_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    view = RunView(run_of(3000, pass_rate=0.125))
    picture = CurveChart(curves=(Curve(added.key),))
    assert (picture.title, picture.unit, picture.note) == ("Passes", "%", "")
    np.testing.assert_array_equal(picture.curves[0].points(view), [[1000, 2000, 3000], [12.5, 12.5, 12.5]])
    head, *_ = chart(added, view, 0, 40, 5)
    assert head.plain.split() == ["passes", "12.5", "%"]
    monkeypatch.setattr(training, "_SHOWN", (added.key,))
    assert training.training_snapshot(view)["measures"] == [{"title": "passes", "value": "12.5 %"}]


def test_a_rolling_measure_is_averaged_over_the_last_games(run_of: Callable[..., Path]) -> None:
    view = RunView(run_of(20_000))
    np.testing.assert_array_equal(view.curve("black_win_rate"), 100 * view.rolling("black_win_rate"))
    np.testing.assert_array_equal(view.curve("td_error"), view.metrics["td_error"])


def test_the_file_format_lists_every_measure_with_its_unit_and_side() -> None:
    section = (ROOT / "docs/formats.md").read_text(encoding="utf-8").split("### Measures")[1].split("### ")[0]
    rows = re.findall(r"^\| `([\w.]+)` \| .+ \| (\S+) \| (.+) \|$", section, re.MULTILINE)
    assert rows == [(each.key, each.unit.name, each.side or "–") for each in MEASURES.values()]


def test_names_in_prometheus_are_unique() -> None:
    names = [each.prometheus for each in MEASURES.values() if each.prometheus]
    names += [family.prometheus for family in FAMILIES.values()]
    assert len(names) == len(set(names))


def test_a_run_writes_exactly_the_measures_of_the_table(small: sk.TrainConfig, tmp_path: Path) -> None:
    seen = set()
    for name, limits in {"depth": {}, "nodes": {"nodes": 100}, "time_ms": {"time_ms": 1}}.items():
        trainer = sk.Trainer(small.replace(generation_games=16, **limits))
        trainer.start_training(32, directory=tmp_path / name)
        metrics = Metrics(tmp_path / name / "metrics.jsonl")
        seen.update(metrics.names)
        line = json.loads(metrics.path.read_text(encoding="utf-8").splitlines()[0])
        assert [key for key in line if key in MEASURES] == [key for key in MEASURES if key in line]
    seen -= {"games_played", "time", "checkpoint.bytes", "checkpoint.seconds"}
    assert seen - MEASURES.keys() == set()
    assert MEASURES.keys() - seen <= OPTIONAL
