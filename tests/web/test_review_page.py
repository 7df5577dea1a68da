"""Looking back at a game on the web page in a real browser: scores, mistakes and variations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

import shirokuro as sk
from tests.support.pages import LATE, OPENING, load, set_depth, transcript, wait_for_ply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_click_on_the_timeline_shows_a_position_and_play_can_continue_from_there(
    open_tab: Callable[..., Any], site: str
) -> None:
    with open_tab(site) as page:
        page.get_by_role("radio", name="Both").check()
        load(page, OPENING)
        expect(page.locator("#status")).to_have_text("Black to move")
        box = page.locator(".timeline").bounding_box()
        assert box
        page.mouse.click(box["x"] + box["width"] * 3.5 / 61, box["y"] + box["height"] / 2)
        expect(page.locator("#status")).to_have_text("Looking at move 3 of 8")
        expect(page.locator("[data-square=c3].last-move")).to_be_visible()
        expect(page.locator(".cell.legal")).to_have_count(len(sk.Position.from_moves("f5d6c3").legal_moves))
        page.locator(".timeline").press("ArrowLeft")
        expect(page.locator("#status")).to_have_text("Looking at move 2 of 8")
        page.click("#resume")
        expect(page.locator("#status")).to_have_text("Black to move")
        page.locator(".timeline").press("Home")
        page.locator(".timeline").press("ArrowRight")
        page.click("#from-here")
        expect(page.locator("#moves")).to_have_value("f5")
        expect(page.locator("#status")).to_have_text("White to move")
        expect(page.locator("#variations")).to_be_hidden()  # nothing has replaced the line yet
        page.locator("[data-square=f6]").click()
        expect(page.locator("#moves")).to_have_value("f5f6")
        expect(page.locator("#opening")).to_have_text("Opening: Diagonal")
        page.locator("#variations button", has_text="2. d6 … 8 moves").click()
        expect(page.locator("#moves")).to_have_value(OPENING)
        expect(page.locator("#variations button")).to_have_text("2. f6 … 2 moves")
        page.reload()
        expect(page.locator("#moves")).to_have_value(OPENING)
        expect(page.locator("#variations button")).to_have_text("2. f6 … 2 moves")


def test_scores_are_shown_on_the_legal_squares_and_the_best_is_marked(
    open_tab: Callable[..., Any], site: str, model: Path
) -> None:
    with open_tab(site) as page:
        page.get_by_role("radio", name="Both").check()
        load(page, LATE)
        page.click("#scores")
        position = sk.Position.from_moves(LATE)
        expect(page.locator(".cell.scored")).to_have_count(len(position.legal_moves))
        engine = sk.Engine(sk.Evaluator.load(model), limits=sk.SearchLimits(depth=1, exact_empties=18))
        scores = engine.score_moves(position)
        best = page.locator(".cell.best").first
        assert best.get_attribute("data-square") in {each.move for each in scores if each.score == scores[0].score}
        shown = {each.get_attribute("data-square"): each.text_content() for each in page.locator(".cell.scored").all()}
        assert shown == {each.move: f"{each.score:+.0f}".replace("-", "−").replace("+0", "0") for each in scores}
        page.click("#scores")
        expect(page.locator(".cell.scored")).to_have_count(0)
        expect(page.locator(".cell.legal")).to_have_count(len(position.legal_moves))


def test_a_click_at_an_earlier_position_plays_on_from_there_and_keeps_the_line(
    open_tab: Callable[..., Any], site: str
) -> None:
    with open_tab(site, width=390, height=844) as page:
        set_depth(page, 1)
        load(page, OPENING)
        page.locator(".timeline").press("Home")
        page.locator("[data-square=d3]").click()
        wait_for_ply(page, 2)
        assert transcript(page).startswith("d3")
        expect(page.locator("#variations button")).to_have_text("1. f5 … 8 moves")
        page.locator(".timeline").press("ArrowLeft")
        expect(page.locator("#status")).to_have_text("Looking at move 1 of 2")
        expect(page.locator(".cell.legal")).to_have_count(0)  # the model moves here


def test_scores_of_an_earlier_position_show_the_move_that_was_played_and_the_best(
    open_tab: Callable[..., Any], site: str
) -> None:
    with open_tab(site) as page:
        page.get_by_role("radio", name="Both").check()
        load(page, LATE)
        page.click("#scores")
        for _ in range(2):
            page.keyboard.press(",")
        before = sk.Position.from_moves(LATE[:-4])
        expect(page.locator(".cell.scored")).to_have_count(len(before.legal_moves))
        expect(page.locator(".cell.scored.played")).to_have_attribute("data-square", LATE[-4:-2])
        expect(page.locator(".cell.best").first).to_be_visible()
        expect(page.locator("#board-legend")).to_contain_text("Outlined: the move that was played")
