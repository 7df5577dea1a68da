"""Playing on the web page in a real browser: Chromium without a window."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

import shirokuro as sk
from shirokuro.engine.levels import FIRST, LEVELS
from tests.support.pages import load, play_any, ply, set_depth, transcript, wait_for_ply

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_whole_game_is_played_by_clicking_and_summed_up(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as page:
        set_depth(page, 2)
        while True:
            page.locator(".cell.legal").first.or_(page.get_by_text("Game over")).first.wait_for()
            if "Game over" in page.locator("#status").inner_text():
                break
            play_any(page)
        game = sk.Game(transcript(page))
        winner = {"black": "you win", "white": "the model wins", "draw": "a draw"}[game.winner]
        expect(page.locator("#status")).to_contain_text(winner)
        points = 32 + abs(game.stone_difference) // 2
        expect(page.locator("#status")).to_contain_text(f"{points} : {64 - points}")
        empties = sk.LiveGame(transcript(page)).position.empties
        expect(page.locator("#note")).to_contain_text("The empty square" if empties == 1 else str(empties or ""))
        expect(page.locator(".timeline .unknown")).to_have_count(0)
        assert page.locator(".timeline .exact").count() > 5
        expect(page.locator("#reading")).to_contain_text("final")
        assert page.locator(".timeline .slip.black").count() > 0, "the person's moves were arbitrary"
        expect(page.locator("#timeline-legend")).to_contain_text("Green: solved exactly")
        expect(page.locator("#summary tbody tr")).to_have_count(2)
        worst = page.get_by_role("row", name="Black (you)").get_by_role("button").first
        number = int(worst.inner_text().split(".")[0])
        worst.click()
        expect(page.locator("#status")).to_have_text(f"Looking at move {number - 1} of {len(transcript(page)) // 2}")
        expect(page.locator("#reading .next")).to_contain_text("which gave away")


def test_flips_are_animated_move_by_move_unless_reduced_motion_is_requested(
    open_tab: Callable[..., Any], site: str
) -> None:
    count = "() => { window.flips = 0; document.addEventListener('transitionrun', () => { window.flips += 1; }); }"
    with open_tab(site, moving=True) as page:
        page.evaluate(count)
        page.locator("[data-square=d3]").click()
        expect(page.locator("[data-square=d3].last-move")).to_be_visible()
        expect(page.locator("[data-square=d3].last-move")).to_have_count(0)
        expect(page.locator("#status")).to_have_text("Your move")
        page.wait_for_function("window.flips > 0")
    with open_tab(site) as page:
        page.evaluate(count)
        play_any(page)
        assert page.evaluate("window.flips") == 0


def test_undo_works_even_while_the_model_is_thinking(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as page:
        expect(page.locator("#undo")).to_be_disabled()
        play_any(page)
        expect(page.locator("#status")).to_have_text("Your move")
        page.click("#undo")
        expect(page.locator("#count-black b")).to_have_text("2")
        page.select_option("#level", "seconds")
        page.locator("#strength").fill("7")
        expect(page.locator("#strength-words")).to_have_text("10 s")
        play_any(page)
        expect(page.locator("#status")).to_have_text("The model is thinking…")
        expect(page.locator("#note")).to_have_text(re.compile(r"^depth \d+, \d+\.\d s$"))
        page.click("#undo")
        expect(page.locator("#status")).to_have_text("Your move")
        expect(page.locator("#note")).to_have_text("")
        assert transcript(page) == ""


def test_everything_can_be_done_with_the_keyboard(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as page:
        for key in ("ArrowUp", "ArrowUp", "ArrowRight"):  # the first one enters the board, at d3
            page.keyboard.press(key)
        expect(page.locator("[data-square=e2]")).to_be_focused()
        page.keyboard.press("Enter")  # not legal
        assert ply(page) == 0
        for key in ("ArrowDown", "ArrowLeft", "Enter"):
            page.keyboard.press(key)
        expect(page.locator(".timeline")).to_have_attribute("aria-valuemax", "2")
        assert transcript(page).startswith("d3")
        page.keyboard.press("h")
        expect(page.locator(".cell.scored").first).to_be_visible()
        page.keyboard.press(",")
        expect(page.locator("#status")).to_have_text("Looking at move 1 of 2")
        page.keyboard.press("Escape")
        expect(page.locator("#status")).to_have_text("Your move")
        page.keyboard.press("u")
        expect(page.locator(".timeline")).to_have_attribute("aria-valuemax", "0")
        page.keyboard.press("r")
        expect(page.locator(".timeline")).to_have_attribute("aria-valuemax", "2")
        expect(page.locator("#redo")).to_be_disabled()
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#help")).to_be_hidden()
        page.keyboard.press("t")
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
        page.locator("#moves").press("u")
        assert transcript(page).endswith("u"), "keys typed into a text are letters"


def test_the_focus_is_visible(open_tab: Callable[..., Any], site: str) -> None:
    outline = "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.outlineWidth; }"
    with open_tab(site) as page:
        seen = set()
        for _ in range(30):
            page.keyboard.press("Tab")
            name = page.evaluate("() => document.activeElement.id || document.activeElement.getAttribute('class')")
            seen.add(name)
            if name and name.startswith("cell"):
                shown = page.evaluate("() => getComputedStyle(document.activeElement.querySelector('.cursor')).opacity")
                assert shown == "1"
            elif page.evaluate("() => document.activeElement.matches('input[type=radio]')"):
                assert (
                    page.evaluate("() => getComputedStyle(document.activeElement.nextElementSibling).outlineWidth")
                    == "3px"
                )
            elif page.evaluate("() => document.activeElement !== document.body"):
                assert page.evaluate(outline) == "solid3px", name
        assert {"theme", "new", "scores", "level", "moves", "copy", "timeline"} <= seen


def test_squares_have_accessible_names(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as page:
        expect(page.get_by_role("grid", name="Board")).to_be_visible()
        expect(page.get_by_role("gridcell", name="d3, empty, legal move")).to_be_visible()
        page.get_by_role("gridcell", name="d3, empty, legal move").click()
        expect(page.get_by_role("gridcell", name=re.compile("d3, (black|white)$"))).to_be_visible()
        expect(page.get_by_role("gridcell", name=re.compile("white, last move"))).to_be_visible()


def test_a_person_plays_white_or_both_sides(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as page:
        page.get_by_role("radio", name="White").check()
        expect(page.locator(".timeline")).to_have_attribute("aria-valuemax", "1")
        expect(page.locator("#status")).to_have_text("Your move")
        page.get_by_role("radio", name="Both").check()
        play_any(page)
        expect(page.locator("#status")).to_have_text("Black to move")
        assert ply(page) == 2


def test_a_pass_is_announced(open_tab: Callable[..., Any], site: str) -> None:
    moves = "d3c3e6d2d1e1b2c1"
    assert sk.LiveGame(moves).passed == sk.BLACK
    with open_tab(site) as page:
        page.get_by_role("radio", name="Both").check()
        load(page, moves)
        expect(page.locator("#status")).to_have_text("Black has no move and passes. White to move")


def test_a_first_game_is_against_a_named_level_and_a_chosen_one_is_remembered(
    open_tab: Callable[..., Any], site: str
) -> None:
    with open_tab(site) as page:
        assert [each.get_attribute("value") for each in page.locator("#level option").all()][:-2] == list(LEVELS)
        expect(page.locator("#level")).to_have_value(FIRST.name)
        expect(page.locator("#level-about")).to_contain_text(FIRST.about, ignore_case=True)
        expect(page.locator("#own")).to_be_hidden()
        page.select_option("#level", "casual")
        play_any(page)
        wait_for_ply(page, 2)
        other = page.context.new_page()
        other.goto(site)
        expect(other.locator("#level")).to_have_value("casual")
        set_depth(page, 3)
        expect(page.locator("#level-about")).to_contain_text("A ply is one move of one side")
