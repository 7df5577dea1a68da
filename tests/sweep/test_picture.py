"""The picture of a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from shirokuro.matches.bradley_terry import Rating
from shirokuro.sweep import RunResult, SettingResult, SweepResults, draw_sweep

if TYPE_CHECKING:
    from pathlib import Path

    from shirokuro.plots.style import Theme


def result(rate: str, depth: str, *elos: float) -> SettingResult:
    runs = [
        RunResult(
            name=f"{seed}",
            seed=seed,
            state="finished",
            games_played=10,
            seconds=1.0,
            td_error=1.0,
            score=0.5,
            rating=Rating(elo, 9.0),
        )
        for seed, elo in enumerate(elos)
    ]
    rating = Rating(float(np.mean(elos)), 20.0) if elos else None
    return SettingResult(values={"rate": rate, "depth": depth}, runs=tuple(runs), rating=rating)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rows_colours_points_and_error_bars_show_the_results(
    theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415 (an extra)

    drawn: list[Any] = []
    save = Figure.savefig

    def record(figure: Figure, *arguments: Any, **options: Any) -> None:
        drawn.append(figure)
        save(figure, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", record)
    settings = (
        result("0:0.1,1:0.01", "1", -10, 30),
        result("0:0.1,1:0.01", "2", 50),
        result("0.05", "1", 70, 90),
        result("0.05", "2"),
    )
    results = SweepResults(opponent="first", how="", settings=settings, seeds_spread=None)
    draw_sweep(tmp_path / "a.svg", results, theme=theme)
    (axes,) = drawn[0].axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0:0.1,1:0.01", "0.05"]
    assert axes.get_ylabel() == "rate"
    assert axes.get_xlabel().startswith("Elo points above the first run, 95 % intervals")
    (legend,) = drawn[0].legends
    assert [text.get_text() for text in legend.get_texts()] == ["depth = 1", "depth = 2"]
    bars = [container.lines for container in axes.containers]
    assert [float(line.get_xdata()[0]) for line, *_ in bars] == [10, 80, 50]
    assert [np.ptp(segments.get_segments()[0][:, 0]) for *_, (segments,) in bars] == [40, 40, 40]
    assert len({line.get_color() for line, *_ in bars}) == 2
    assert [float(line.get_ydata()[0]) < 0.5 for line, *_ in bars] == [True, False, True]
    points = [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "."]
    assert points == [[-10, 30], [70, 90], [50]]


def test_a_sweep_without_matches_is_not_drawn(tmp_path: Path) -> None:
    results = SweepResults(opponent="first", how="", settings=(result("1", "1"),), seeds_spread=None)
    with pytest.raises(ValueError, match="no match of a finished run has been played yet"):
        draw_sweep(tmp_path / "a.svg", results)
    assert not list(tmp_path.iterdir())
