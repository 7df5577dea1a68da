"""The picture of a run's curves."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from shirokuro.cli import main
from shirokuro.plots.overlay import draw_runs
from shirokuro.plots.run import draw_run
from shirokuro.runs.view import RunView

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes

CURVES = ["Disc difference", "Results", "TD error", "Search values", "Throughput", "Entries learned"]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Axes]:
    """The visible axes of the picture that was drawn last."""
    seen: list[Axes] = []
    import matplotlib.figure  # noqa: PLC0415 (an extra)

    save = matplotlib.figure.Figure.savefig

    def record(figure: matplotlib.figure.Figure, *arguments: Any, **options: Any) -> None:
        seen[:] = [axes for axes in figure.axes if axes.get_visible()]
        save(figure, *arguments, **options)

    monkeypatch.setattr(matplotlib.figure.Figure, "savefig", record)
    return seen


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_charts_show_the_values_of_the_metrics_with_units(
    theme: str, ending: str, run_of: Callable[..., Path], drawn: list[Axes], capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_of(50_000)
    file = run.parent / f"curves{ending}"
    assert main(["monitor", str(run), "--plot", str(file), "--theme", theme]) == 0
    assert capsys.readouterr().out == f"drawn: {file}\n"
    assert file.stat().st_size > 10_000
    assert [axes.get_title(loc="left") for axes in drawn] == CURVES
    for axes in drawn:
        assert axes.get_xlabel() == "games"
        assert re.search(r"discs|%|games per second", axes.get_ylabel())
    view = RunView(run)
    games = view.metrics["games_played"]
    for axes, values in zip(
        drawn,
        (
            view.rolling("mean_stone_difference"),
            100 * view.rolling("black_win_rate"),
            view.metrics["td_error"],
            view.metrics["values.sd"],
            view.metrics["games_per_second"],
            100 * view.metrics["convergence.coverage"],
        ),
        strict=True,
    ):
        lines = [line for line in axes.lines if len(np.asarray(line.get_xdata())) == len(games)]
        np.testing.assert_array_equal(lines[0].get_xdata(), games)
        np.testing.assert_array_equal(lines[0].get_ydata(), values)


def test_the_curves_of_a_long_run_are_means_over_its_parts(run_of: Callable[..., Path], drawn: list[Axes]) -> None:
    run = run_of(200_000)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    with (run / "metrics.jsonl").open("w", encoding="utf-8") as file:
        for number in range(4000):
            file.write(
                json.dumps({**lines[number // 20], "games_played": 50 * (number + 1), "games": 50, "td_error": number})
                + "\n"
            )
    draw_run(run / "curves.svg", RunView(run))
    (line,) = drawn[2].lines
    assert len(np.asarray(line.get_ydata())) == 400
    np.testing.assert_allclose(np.asarray(line.get_ydata())[1:-1], np.arange(1, 399) * 10 + 4.5, atol=1)


def test_charts_without_values_are_left_out(
    tmp_path: Path, line_of: Callable[..., dict[str, Any]], drawn: list[Axes]
) -> None:
    line = line_of(1000)
    for name in ("values", "convergence", "mean_stone_difference"):
        del line[name]
    (tmp_path / "metrics.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    draw_run(tmp_path / "curves.svg", RunView(tmp_path))
    assert [axes.get_title(loc="left") for axes in drawn] == ["Results", "TD error", "Throughput"]


def test_a_ladder_is_drawn_next_to_the_curves(run_of: Callable[..., Path], drawn: list[Axes]) -> None:
    run = run_of(50_000)
    players = [
        {"name": "a", "games_played": 10_000, "elo": -50.0, "error": 20.0, "score": 0.4, "games": 100},
        {"name": "b", "games_played": 50_000, "elo": 50.0, "error": 20.0, "score": 0.6, "games": 100},
        {"name": "wpc", "games_played": None, "elo": -200.0, "error": 30.0, "score": 0.2, "games": 100},
    ]
    (run / "ladder.json").write_text(json.dumps({"players": players}), encoding="utf-8")
    draw_run(run / "curves.svg", RunView(run))
    strength = drawn[-1]
    assert strength.get_title(loc="left") == "Strength, 95 % intervals"
    assert "Elo" in strength.get_ylabel()
    points = strength.lines[0]
    np.testing.assert_array_equal(points.get_xdata(), [10_000, 50_000])
    np.testing.assert_array_equal(points.get_ydata(), [-50, 50])
    assert [text.get_text().split() for text in strength.texts] == [["wpc", "−200", "±", "30"]]


def test_a_damaged_ladder_is_rejected(run_of: Callable[..., Path]) -> None:
    run = run_of(5000)
    (run / "ladder.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ValueError, match="this is not a ladder"):
        draw_run(run / "curves.svg", RunView(run))


def test_several_runs_share_the_axes_of_each_chart(
    run_of: Callable[..., Path], drawn: list[Axes], capsys: pytest.CaptureFixture[str]
) -> None:
    strength = {"strength": {"elo": 300.0, "error": 50.0}}
    runs = [run_of(20_000, name="one", td_error=3.0), run_of(30_000, name="two", td_error=5.0, **strength), run_of(0)]
    file = runs[0].parent / "runs.svg"
    assert main(["monitor", *map(str, runs), "--plot", str(file)]) == 0
    assert capsys.readouterr().out == f"drawn: {file}\n"
    titles = ["TD error", "Strength", "Disc difference", "Evaluation spread", "Throughput", "Entries learned"]
    assert [axes.get_title(loc="left") for axes in drawn] == titles
    errors = drawn[0].lines
    for line, games, error in zip(errors, (20_000, 30_000), (3, 5), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1000, games + 1, 1000))
        np.testing.assert_array_equal(line.get_ydata(), error)
    (legend,) = drawn[0].figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["one", "two", "run"]
    assert [line.get_color() for line in legend.get_lines()[:2]] == [line.get_color() for line in errors]
    np.testing.assert_array_equal(drawn[1].lines[0].get_ydata(), 300)


def test_more_runs_than_colours_differ_by_their_lines(run_of: Callable[..., Path], drawn: list[Axes]) -> None:
    runs = [run_of(2000, name=f"{number}") for number in range(9)]
    draw_runs(runs[0].parent / "runs.svg", [RunView(runs[0]), *runs[1:]])
    assert len({(line.get_color(), line.get_linestyle()) for line in drawn[0].lines}) == 9


def test_event_files_can_be_written_after_the_run(
    run_of: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_of(5000)
    assert main(["monitor", str(run), "--tensorboard"]) == 0
    assert capsys.readouterr().out == f"written: {run / 'tensorboard'}\n"
    assert len(list((run / "tensorboard").iterdir())) == 1


def test_errors_name_what_prevents_drawing(
    run_of: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = run_of(0)

    def error(*arguments: str) -> str:
        assert main(["monitor", *arguments]) == 2
        return capsys.readouterr().err

    assert "there are no metrics yet" in error(str(empty), "--plot", str(tmp_path / "x.svg"))
    assert "there are no metrics yet" in error(str(empty), str(empty), "--plot", str(tmp_path / "x.svg"))
    assert "nowhere: no run in this directory" in error("nowhere", "--plot", str(tmp_path / "x.svg"))
    assert "nowhere: no run in this directory" in error(str(empty), "nowhere", "--plot", str(tmp_path / "x.svg"))
    run = str(run_of(1000, name="other"))
    assert "must end in .svg, .png or .pdf" in error(run, "--plot", str(tmp_path / "x.gif"))
    assert "nowhere" in error(run, "--plot", str(tmp_path / "nowhere" / "x.svg"))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "pip install 'shirokuro[plot]'" in error(run, "--plot", str(tmp_path / "x.svg"))
    assert not list(tmp_path.glob("x.*"))
