"""The web page of analysed games, in a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.analysis import page_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Page

EVIL = "</script><script>document.title = 'evil'</script><b>Eve & \u2028"

READY = "#title:not(:empty)"


@pytest.fixture(scope="module")
def games(trained: sk.Trainer) -> list[sk.GameAnalysis]:
    moves = sk.random_games(1, seed=4)[0].moves
    records = [sk.GameRecord(moves=tuple(moves), black="Ada", white=EVIL), sk.GameRecord(moves=tuple(moves[:5]))]
    limits = sk.SearchLimits(depth=2, exact_empties=8)
    return [sk.analyse(record, evaluator=trained.evaluator, limits=limits) for record in records]


@pytest.fixture(scope="module")
def address(games: list[sk.GameAnalysis], tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "analysis.html"
    path.write_text(page_of(games), encoding="utf-8")
    return path.as_uri()


def discs(page: Page) -> int:
    return page.locator("#board circle[r='16']").count()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (768, "light"), (1280, "light")])
def test_a_game_is_stepped_through_by_key_and_by_click(
    open_tab: Callable[..., AbstractContextManager[Page]],
    address: str,
    games: list[sk.GameAnalysis],
    width: int,
    scheme: str,
) -> None:
    game = games[0]
    with open_tab(address, width=width, scheme=scheme, ready=READY) as page:
        assert page.locator("#title").text_content() == f"Ada – {EVIL}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert discs(page) == 4
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert discs(page) == 6
        assert f"2. {EVIL} {game.moves[1].move}" in (page.locator("#now").text_content() or "")
        page.keyboard.press("ArrowLeft")
        assert discs(page) == 5
        page.keyboard.press("End")
        assert discs(page) == 64 - game.position.empties
        assert page.get_by_role("button", name="Forward").is_disabled()
        page.get_by_role("button", name="To the start").click()
        assert discs(page) == 4
        page.locator("#moves button").nth(9).click()
        assert discs(page) == 14
        page.locator("#graph svg").click(position={"x": 40, "y": 100})
        assert discs(page) < 14


def test_a_mistake_shows_the_better_move_and_its_line(
    open_tab: Callable[..., AbstractContextManager[Page]], address: str, games: list[sk.GameAnalysis]
) -> None:
    first = next(each for each in games[0].moves if games[0].is_mistake(each))
    with open_tab(address, ready=READY) as page:
        page.keyboard.press("m")
        text = page.locator("#now").text_content() or ""
        assert f"{first.number}. " in text
        assert "Better: " + " ".join(first.line) in text
        assert page.locator("#board .better").count() == 1
        page.get_by_role("button", name="Better line").click()
        assert discs(page) == 64 - first.position.empties
        assert page.locator("#board .order").count() == len(first.line)


def test_one_of_several_games_is_chosen(open_tab: Callable[..., AbstractContextManager[Page]], address: str) -> None:
    with open_tab(address, ready=READY) as page:
        page.get_by_label("Game").select_option("1")
        assert page.title() == "Black – White"
        page.keyboard.press("End")
        assert page.locator("#moves button").count() == 5


def test_the_page_needs_nothing_else(games: list[sk.GameAnalysis]) -> None:
    text = page_of(games)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|\bsrc=|@import|url\(", text)
    assert text.count("</script>") == 2


def test_a_page_needs_a_game() -> None:
    with pytest.raises(ValueError, match="at least one"):
        page_of([])
