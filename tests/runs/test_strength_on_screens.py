"""Everything that shows a run shows its strength, with intervals, long after the line that reported it."""

from __future__ import annotations

import json
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from shirokuro.cli import main
from shirokuro.exporters import Endpoint, EventFiles
from shirokuro.runs.view import RunView
from shirokuro.training.strength_history import ANCHOR, StrengthHistory
from shirokuro.web.training import training_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIRST = {"elo": 300.0, "error": 60.0, "games": 200, "best": 20_000}
SECOND = {**FIRST, "elo": 412.4, "error": 35.0, "gain": 112.3, "gain_error": 40.0, "gain_games": 20_000, "best": 40_000}


@pytest.fixture
def run(run_of: Callable[..., Path]) -> Path:
    """A run whose strength was measured after 20,000 and 40,000 of its 45,000 games."""
    directory = run_of(45_000)
    lines = (directory / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    for games, values in ((20_000, FIRST), (40_000, SECOND)):
        line = json.loads(lines[games // 1000 - 1])
        line["phases"]["strength"] = 1.5
        lines[games // 1000 - 1] = json.dumps({**line, "strength": values})
    (directory / "metrics.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    history = StrengthHistory()
    history.results = {
        (20_000, ANCHOR): (1, 2, 10, 20, 60),
        (40_000, ANCHOR): (0, 2, 5, 20, 80),
        (40_000, 20_000): (10, 10, 20, 30, 30),
    }
    history.save(directory / "strength.json", history.ratings())
    return directory


def test_prometheus_exports_the_latest_strength_and_the_sum_of_its_games(run: Path) -> None:
    with closing(Endpoint(run, "0")) as endpoint:
        shown = urllib.request.urlopen(endpoint.url, timeout=30).read().decode()  # noqa: S310 (a local server)
    for line in (
        "shirokuro_strength_elo 412.4",
        "shirokuro_strength_error_elo 35.0",
        "shirokuro_strength_gain_elo 112.3",
        "shirokuro_strength_gain_error_elo 40.0",
        "shirokuro_strength_gain_games 20000.0",
        "shirokuro_best_games 40000.0",
        "shirokuro_strength_games_total 400.0",
        'shirokuro_phase_seconds_total{phase="strength"} 3.0',
    ):
        assert f"{line}\n" in shown


def test_tensorboard_has_the_strength_at_the_games_of_its_measurements(run: Path) -> None:
    with closing(EventFiles(run)):
        pass
    events = EventAccumulator(str(run / "tensorboard"))
    events.Reload()
    assert [(each.step, each.value) for each in events.Scalars("strength/elo")] == [
        (20_000, 300.0),
        (40_000, pytest.approx(412.4)),
    ]
    assert [each.step for each in events.Scalars("strength/gain_error")] == [40_000]


def test_the_dashboard_shows_strength_and_gain(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["monitor", str(run), "--once"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    words = [" ".join(line) for line in lines]
    assert any("strength +412 ± 35 Elo" in line for line in words)
    assert any("gain, 20k games +112 ± 40 Elo" in line for line in words)
    assert any(line.endswith("strength +412 Elo") for line in words)


def test_the_dashboard_of_a_run_without_measurements_is_as_before(
    run_of: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["monitor", str(run_of(45_000)), "--once"]) == 0
    assert "gain" not in capsys.readouterr().out


def test_the_web_page_gets_the_strength_with_its_intervals(run: Path) -> None:
    state = training_snapshot(RunView(run))
    assert {"title": "strength", "value": "+412 ± 35 Elo"} in state["measures"]
    assert {"title": "gain", "value": "+112 ± 40 Elo, 20k games"} in state["measures"]
    (chart,) = state["strength"]
    assert (chart["title"], chart["players"]) == ("Strength during training", "snapshots")
    assert [rung["games"] for rung in chart["rungs"]] == [20_000, 40_000, None]
    assert all(rung["error"] > 0 for rung in chart["rungs"])
    (run / "strength.json").write_text("?", encoding="utf-8")
    state = training_snapshot(RunView(run))
    assert state["strength"] == []
    assert state["warnings"][0]["message"] == "strength.json is damaged or can't be read"


def test_the_picture_has_a_panel_of_the_strength_with_error_bars(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.axes import Axes  # noqa: PLC0415 (an extra)

    drawn: list[tuple[list[int], list[float]]] = []
    errorbar = Axes.errorbar

    def kept(axes: Axes, x: Any, y: Any, *, yerr: Any, **options: Any) -> Any:
        drawn.append((x, yerr))
        return errorbar(axes, x, y, yerr=yerr, **options)

    monkeypatch.setattr(Axes, "errorbar", kept)
    assert main(["monitor", str(run), "--plot", str(run / "curves.svg")]) == 0
    ((games, errors),) = drawn
    assert games == [20_000, 40_000]
    assert all(error > 0 for error in errors)
    assert "Strength during training" in (run / "curves.svg").read_text(encoding="utf-8")


def test_the_time_left_includes_the_time_of_measuring(run: Path, run_of: Callable[..., Path]) -> None:
    plain = RunView(run_of(45_000, name="plain")).seconds_left
    measured = RunView(run).seconds_left
    assert plain
    assert measured == pytest.approx(plain * (1 + 3.0 / 45.0))
