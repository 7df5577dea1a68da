"""The dashboard, at any size and with any values missing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from shirokuro.cli.monitor import turn
from shirokuro.cli.tui import braille
from shirokuro.cli.tui.blocks import labelled
from shirokuro.cli.tui.dashboard import CURVES, PAGES, Look, page, report
from shirokuro.display import format as formats
from shirokuro.runs.measures import MEASURES
from shirokuro.runs.metrics import resample
from shirokuro.runs.view import RunView
from shirokuro.training.warnings import WarningKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray


def text(view: RunView, look: Look | None = None, width: int = 80, height: int = 24) -> str:
    lines = page(view, look or Look(), width, height)
    assert [line.cell_len for line in lines] == [width] * height
    return "\n".join(line.plain for line in lines)


def dots(lines: list[str]) -> NDArray[np.bool_]:
    """Returns which dots are set, as [row, column] from the top left."""
    table = np.zeros((4 * len(lines), 2 * len(lines[0])), dtype=bool)
    positions = {0: (0, 0), 1: (1, 0), 2: (2, 0), 3: (0, 1), 4: (1, 1), 5: (2, 1), 6: (3, 0), 7: (3, 1)}
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            code = 0 if cell == " " else ord(cell) - 0x2800
            for bit, (down, right) in positions.items():
                table[4 * row + down, 2 * column + right] = bool(code >> bit & 1)
    return table


def test_a_curve_has_a_dot_at_each_value() -> None:
    values = np.array([0.0, 1, 2, 3, 4, 5, 6, 7])
    assert (dots(braille.curve(values, 2, 0, 7)) == np.eye(8, dtype=bool)[::-1]).all()


def test_a_curve_joins_its_values_and_bridges_gaps() -> None:
    drawn = dots(braille.curve(np.array([0.0, 7.0, np.nan, 3.0]), 2, 0, 7))
    assert drawn[:, 0].tolist() == [False] * 7 + [True]
    assert drawn[:7, 1].all()
    assert drawn[:, 2].any()
    assert drawn[4, 3]
    assert drawn.any(axis=0).all()


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=2, max_size=40), st.integers(1, 6))
def test_every_known_value_is_drawn_at_its_height(values: list[float], height: int) -> None:
    array = np.array(values[: len(values) // 2 * 2])
    span = braille.limits(array)
    if span is None:
        return
    low, high = span
    drawn = dots(braille.curve(array, height, low, high))
    for column, value in enumerate(array):
        if not np.isnan(value):
            level = round((high - value) / (high - low) * (4 * height - 1))
            assert drawn[level, column]


def test_resampling_returns_the_means_of_equal_parts() -> None:
    x, y = np.arange(10.0), np.array([1, 3, np.nan, 5, 5, 5, np.nan, np.nan, 2, 4.0])
    np.testing.assert_array_equal(resample(x, y, 5), [2, 5, 5, np.nan, 3])
    np.testing.assert_array_equal(resample(x[:1], y[:1], 3), [1, np.nan, np.nan])
    assert np.isnan(resample(x[:0], y[:0], 3)).all()


def test_a_sparkline_spans_the_range_of_its_values() -> None:
    assert braille.sparkline(np.array([0, 1, np.nan, 7.0])) == "▁▂ █"
    assert braille.sparkline(np.array([5.0, 5.0])) in {"▄▄", "▅▅"}
    assert braille.sparkline(np.array([np.nan])) == " "


def test_numbers_are_formatted_for_screens() -> None:
    assert formats.number(None) == formats.percent(None) == formats.duration(None) == formats.ago(None) == "–"
    assert formats.number(float("nan")) == formats.duration(float("inf")) == "–"
    assert (formats.number(1234567), formats.percent(0.1234)) == ("1,234,567", "12.3 %")
    assert [formats.duration(each) for each in (0, 61, 3600, 100_000)] == [
        "0:00:00",
        "0:01:01",
        "1:00:00",
        "1 d 3:46:40",
    ]
    assert [formats.ago(each) for each in (3, 119, 120, 7199, 7200, 200_000)] == [
        "3 s ago",
        "119 s ago",
        "2 min ago",
        "119 min ago",
        "2 h ago",
        "2 d ago",
    ]
    assert [formats.short(each) for each in (0.001234, 5.678, 999.6, 12_345, 1_234_567)] == [
        "0.00123",
        "5.68",
        "1000",
        "12.3k",
        "1.23M",
    ]


def test_the_overview_shows_the_values_of_the_metrics(run_of: Callable[..., Path]) -> None:
    shown = text(RunView(run_of(100_000)))
    assert re.search(r"● running, \d+ s ago", shown)
    assert "50.0 %" in shown
    assert re.search(r"100,000 / 200,000 games +1,000 games/s \(mean 1,000\) +0:01:40 gone, 0:01:40 left", shown)
    black = sum(round(1000 * (0.48 + 0.02 * np.sin(9 * games / 200))) for games in range(91, 101)) / 10_000
    assert f"Black {100 * black:>5.1f} %" in shown
    assert re.search(r"White +46.0 %", shown)
    assert "+0.2 ± 16.0" in shown
    assert "-64 … +64" in shown
    assert re.search(r"depth reached +3\.2 \(3…5\)", shown)
    assert re.search(r"entries learned +100.0 %", shown)
    assert re.search(r"in use +341 / 600 MB", shown)
    assert re.search(r"Adam's moments +231 MB", shown)
    assert re.search(r"100,000 games +289 MB +\d+ s ago", shown)
    assert re.search(r"TD error +4\.11 discs", shown)


@pytest.mark.parametrize("look", PAGES)
@pytest.mark.parametrize(
    "size", [(80, 24), (81, 25), (100, 30), (132, 43), (200, 60), (300, 100), (60, 15), (20, 5), (1, 1)]
)
def test_every_page_fills_a_terminal_of_any_size(
    size: tuple[int, int],
    look: Any,
    run_of: Callable[..., Path],
) -> None:
    for view in (RunView(run_of(3000)), RunView(run_of(0, name="empty")), RunView("nowhere")):
        text(view, Look(page=look), *size)


@pytest.mark.parametrize(
    "missing", ["all", "values", "convergence", "memory", "phases", "play", "games", "seconds", "time"]
)
def test_a_missing_value_is_a_dash_and_never_made_up(missing: str, tmp_path: Path, line_of: Callable[..., Any]) -> None:
    line = line_of(1000)
    kept = {"games_played": 1000} if missing == "all" else {key: each for key, each in line.items() if key != missing}
    (tmp_path / "metrics.jsonl").write_text(json.dumps(kept) + "\n", encoding="utf-8")
    view = RunView(tmp_path)
    shown = [text(view, Look(page=each), 200, 60) for each in PAGES]
    assert all("–" in each for each in shown[:3])
    assert "nan" not in "".join(shown)
    assert "None" not in "".join(shown)
    if missing == "all":
        numbers = re.findall(r"\d[\d.,]*", "".join(shown[0].splitlines()[:-1]).replace(str(tmp_path), ""))
        assert set(numbers) <= {"1,000", "1000", "10,000", "0"}, numbers


def test_curves_with_values_come_before_those_without(tmp_path: Path, line_of: Callable[..., Any]) -> None:
    line = line_of(1000)
    del line["values"], line["mean_stone_difference"]
    (tmp_path / "metrics.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    shown = text(RunView(tmp_path))
    assert "evaluation spread" not in shown
    assert "entries learned" in shown


def test_the_held_out_error_is_a_curve_of_runs_that_learn_from_given_games(
    tmp_path: Path, line_of: Callable[..., Any]
) -> None:
    title = MEASURES["held_out.mean_absolute"].title
    curves = Look(page="curves")
    for run, error in ((tmp_path / "self-play", {}), (tmp_path / "given", {"held_out": {"mean_absolute": 14.25}})):
        run.mkdir()
        (run / "metrics.jsonl").write_text(json.dumps(line_of(1000, **error)) + "\n", encoding="utf-8")
        shown = text(RunView(run), curves, 160, 60)
        assert (title in shown, "14.25" in shown) == (bool(error),) * 2


def test_zooming_in_shows_the_last_tenth_of_a_run(run_of: Callable[..., Path]) -> None:
    view = RunView(run_of(100_000))
    whole, tenth = (text(view, Look(page="curves", zoom=zoom)) for zoom in (0, 2))
    assert re.search(r"9\.\d+┤", whole)
    assert re.search(r"4\.1\d?┤", tenth)


def test_warnings_are_wrapped_and_scrolled(run_of: Callable[..., Path]) -> None:
    run = run_of(3000, warnings=[{"kind": "coverage", "message": "low " * 40}])
    view = RunView(run)
    shown = text(view, Look(page="warnings"))
    assert shown.count("low") == 120
    look = Look(page="warnings", scrolled=2)
    assert text(view, look).count("low") == 40
    look.scrolled = 1000
    assert text(view, look).count("low") == 40
    assert look.scrolled == 2


def test_the_report_has_every_panel(run_of: Callable[..., Path]) -> None:
    lines = report(RunView(run_of(20_000)), 100)
    assert {line.cell_len for line in lines} == {100}
    shown = "\n".join(line.plain for line in lines)
    for title in (
        "results",
        "evaluation",
        "memory",
        "where the time goes",
        "checkpoints",
        "settings in force",
        "warnings",
    ):
        assert title in shown
    assert re.search(r"search +70.0 %", shown)


def test_each_curve_has_a_value_for_each_line_of_metrics_unless_few_lines_have_it(run_of: Callable[..., Path]) -> None:
    view = RunView(run_of(3000))
    for key in CURVES:
        if MEASURES[key].lasting:
            continue
        values = view.curve(key)
        assert values.shape == (3,)
        assert not np.isnan(values).any(), key


def test_keys_turn_pages_zoom_and_scroll() -> None:
    look = Look()
    for key, page_after in (("2", "curves"), ("right", "resources"), ("left", "curves"), ("4", "warnings")):
        turn(look, key)
        assert look.page == page_after
    turn(look, "right")
    assert look.page == "overview"
    for zoom in (1, 2, 0):
        turn(look, "z")
        assert look.zoom == zoom
    for key, scrolled in (("down", 1), ("page down", 11), ("up", 10), ("page up", 0), ("k", 0), ("j", 1)):
        turn(look, key)
        assert look.scrolled == scrolled
    turn(look, "9")
    turn(look, "!")
    assert (look.page, look.zoom, look.scrolled) == ("overview", 0, 1)


def test_keys_open_scroll_and_close_the_help() -> None:
    look = Look(scrolled=3)
    for key in ("?", "h"):
        turn(look, key)
        assert look.help
        turn(look, "page down")
        assert (look.help_scrolled, look.scrolled) == (10, 3)
        turn(look, "3")
        assert (look.help, look.page, look.help_scrolled) == (True, "resources", 0)
        turn(look, "j")
        turn(look, {"?": "?", "h": "q"}[key])
        assert (look.help, look.help_scrolled) == (False, 0)


def shown_words(screen: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W\d_]{2,}", screen)}


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("name", PAGES)
def test_the_help_explains_every_word_of_a_page(
    name: Any,
    size: tuple[int, int],
    run_of: Callable[..., Path],
    line_of: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured = {
        "strength": {"elo": 120.0, "error": 20.0, "gain": 10.0, "gain_error": 15.0, "gain_games": 40_000},
        "cluster": {"nodes": 2, "waited": 0.1},
        "held_out": {"games": 100, "mean_absolute": 9.0},
        "phases": {
            **line_of(1000)["phases"],
            **dict.fromkeys(("solving", "bookkeeping", "preparing", "waiting", "saving", "held_out", "other"), 1.0),
        },
    }
    monkeypatch.chdir(run_of(3000, name="run", **measured).parent)
    run_of(0, name="started")
    for view in map(RunView, ("run", "started", "nowhere")):
        explained = shown_words(text(view, Look(page=name, help=True), size[0], 200))
        unexplained = shown_words(text(view, Look(page=name), *size)) - explained
        assert unexplained <= {"shirokuro", "run", "no", "in", "nowhere", "yet", "to", "of", "the", "and"}


@pytest.mark.parametrize("kind", get_args(WarningKind))
def test_the_help_explains_every_kind_of_warning(kind: str) -> None:
    assert kind in shown_words(text(RunView("nowhere"), Look(page="warnings", help=True), 80, 100))


def test_each_help_fits_a_terminal_of_any_size_and_is_scrolled_to_its_end(run_of: Callable[..., Path]) -> None:
    view = RunView(run_of(3000))
    for name in PAGES:
        for width, height in ((120, 40), (80, 24), (20, 5), (1, 1)):
            look = Look(page=name, help=True, help_scrolled=10_000)
            shown = text(view, look, width, height)
            assert "heuristic player" in shown or width < 80
            assert look.help_scrolled < 10_000


def test_the_charts_have_axes_of_values_and_of_games(run_of: Callable[..., Path]) -> None:
    view = RunView(run_of(100_000))
    for look, first in ((Look(), "1000"), (Look(page="curves"), "1000"), (Look(page="curves", zoom=1), "50k")):
        lines = text(view, look).splitlines()
        assert sum(bool(re.match(r" +[\d.]+┤.* +-?[\d.]+┤", line)) for line in lines) >= 4
        (axis,) = (line for line in lines if "└" in line)
        assert re.fullmatch(rf"( +└ {first} ─+ games ─+ 100k){{2}}", axis.rstrip())


@pytest.mark.parametrize("value", [0.00713, -0.00713, 123_456_789.0, -64.0, 1e-12])
def test_a_label_never_moves_a_chart(value: float) -> None:
    lines = labelled([Text("curve"), Text("curve")], value, value, 20)
    assert {line.plain.index("┤") for line in lines} == {6}


@pytest.mark.parametrize("key", ["²", "³", "¹", "٣", "5", "0"])
def test_other_digits_than_those_of_the_pages_change_nothing(key: str) -> None:
    look = Look()
    turn(look, key)
    assert look == Look()
