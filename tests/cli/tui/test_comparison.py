"""The dashboard of several runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shirokuro.cli.monitor import turn
from shirokuro.cli.tui import comparison
from shirokuro.cli.tui.dashboard import Look
from shirokuro.runs.view import RunView, names_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def text(views: list[RunView], look: Look, width: int, height: int) -> list[str]:
    lines = comparison.page(views, look, width, height)
    assert [line.cell_len for line in lines] == [width] * height
    return [line.plain for line in lines]


@pytest.mark.parametrize(("width", "height"), [(160, 50), (100, 30), (80, 24), (40, 10), (20, 3)])
def test_the_page_fits_a_terminal_of_any_size(width: int, height: int, run_of: Callable[..., Path]) -> None:
    views = [RunView(run_of(games, name=f"run-{games}")) for games in (0, 3000, 5000)]
    lines = text(views, Look(), width, height)
    assert lines[0].startswith("run ")
    if width >= 40:
        assert "q quit" in lines[-1]
        assert re.search(r"[⠁-⣿]{5}", "".join(lines))


def test_each_run_has_its_colour_in_the_table_and_in_the_charts(run_of: Callable[..., Path]) -> None:
    views = [RunView(run_of(9000, name=name, td_error=error)) for name, error in (("one", 3.0), ("two", 5.0))]
    lines = comparison.page(views, Look(), 60, 20)
    colours = [str(line.spans[0].style) for line in lines[1:3]]
    assert len(set(colours)) == 2
    chart = [line for line in lines[4:12] if re.search(r"[⠁-⣿]", line.plain)]
    # The run with the larger error is above.
    assert [str(line.spans[-1].style) for line in (chart[0], chart[-1])] == colours[::-1]


def test_keys_scroll_the_table_and_change_the_zoom(run_of: Callable[..., Path]) -> None:
    views = [RunView(run_of(2000, name=f"run-{number}")) for number in range(9)]
    look = Look()
    assert "run-8" not in " ".join(text(views, look, 60, 10))
    turn(look, "page down")
    turn(look, "z")
    shown = text(views, look, 60, 10)
    assert "run-8" in " ".join(shown)
    assert "last half" in shown[-1]


def test_names_have_as_many_parts_of_the_path_as_make_them_differ(tmp_path: Path) -> None:
    def names(*paths: str) -> list[str]:
        return names_of([RunView(tmp_path / path) for path in paths])

    assert names("a/x", "a/y") == ["x", "y"]
    assert names("a/x", "b/x", "b/y") == ["a/x", "b/x", "b/y"]
    assert names("a/x", "a/x") == ["x", "x"]


def test_the_help_explains_every_word(run_of: Callable[..., Path]) -> None:
    views = [RunView(run_of(games, name=f"run-{games}")) for games in (0, 3000, 5000)]

    def words(look: Look, height: int) -> set[str]:
        return {word.lower() for word in re.findall(r"[^\W\d_]{2,}", " ".join(text(views, look, 160, height)))}

    look = Look()
    turn(look, "?")
    assert words(Look(), 50) - words(look, 100) <= {"to"}


def test_the_charts_have_an_axis_of_games(run_of: Callable[..., Path]) -> None:
    views = [RunView(run_of(games, name=f"run-{games}")) for games in (3000, 50_000)]
    (axis,) = (line for line in text(views, Look(zoom=1), 80, 24) if "└" in line)
    assert re.fullmatch(r"( +└ 25k ─+ games ─+ 50k){2}", axis.rstrip())
