"""Playing on the web page in a real browser: Chromium without a window."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

import shirokuro as sk
from shirokuro.game.moves import read_moves

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OPENING = "f5d6c3d3c4f4c5b4"
LATE = "c4c5f6c3b5g7e3e6c2f3g3a5h8b3f4f2b4f5f7h3a3d2e2e1a6e7d7c1c6g8f1g4d1b6b1d3g6b7f8a7c7h6a8b2g5g2a1d6"
"""The moves of a game with twelve empty squares left."""


@pytest.fixture(scope="module")
def site(serve: Callable[..., Any], model: Path) -> str:
    """The URL of a page with a model."""
    return str(serve(model).url)


def ply(page: Page) -> int:
    return int(page.locator(".timeline").get_attribute("aria-valuemax") or -1)


def enter_moves(page: Page, text: str) -> None:
    page.fill("#moves", text)
    page.click("#load")


def load(page: Page, moves: str) -> None:
    """Loads moves and waits until the game has them; a person must be to move then."""
    enter_moves(page, moves)
    expect(page.locator(".timeline")).to_have_attribute("aria-valuemax", str(len(read_moves(moves))))


def play_any(page: Page) -> None:
    """Clicks a legal square and waits until the move has been played."""
    before = ply(page)
    page.locator(".cell.legal").first.click()
    expect(page.locator(".timeline")).not_to_have_attribute("aria-valuemax", str(before))


def transcript(page: Page) -> str:
    return page.locator("#moves").input_value()


def set_depth(page: Page, depth: int) -> None:
    page.locator("#strength").fill(str(depth))


def test_a_whole_game_is_played_by_clicking(open_tab: Callable[..., Any], site: str) -> None:
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
        expect(page.locator(".timeline .unknown")).to_have_count(0)
        assert page.locator(".timeline .exact").count() > 5
        expect(page.locator("#reading")).to_contain_text("final")


def test_flips_are_animated_move_by_move_unless_reduced_motion_is_requested(
    open_tab: Callable[..., Any], site: str
) -> None:
    running = "() => document.querySelector('.board').getAnimations({ subtree: true }).length"
    with open_tab(site, moving=True) as page:
        page.locator("[data-square=d3]").click()
        expect(page.locator("[data-square=d3].last-move")).to_be_visible()
        assert page.evaluate(running) > 0
        expect(page.locator("[data-square=d3].last-move")).to_have_count(0)
        expect(page.locator("#status")).to_have_text("Your move")
    with open_tab(site) as page:
        play_any(page)
        assert page.evaluate(running) == 0


def test_undo_works_even_while_the_model_is_thinking(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as page:
        expect(page.locator("#undo")).to_be_disabled()
        play_any(page)
        expect(page.locator("#status")).to_have_text("Your move")
        page.click("#undo")
        expect(page.locator("#count-black b")).to_have_text("2")
        page.get_by_role("radio", name="Time").check()
        page.locator("#strength").fill("7")
        expect(page.locator("#strength-words")).to_have_text("10 s")
        play_any(page)
        expect(page.locator("#status")).to_have_text("The model is thinking…")
        page.click("#undo")
        expect(page.locator("#status")).to_have_text("Your move")
        assert transcript(page) == ""


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
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#help")).to_be_hidden()
        page.keyboard.press("t")
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
        page.locator("#moves").press("u")
        assert transcript(page) == "u", "keys typed into a text are letters"


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
        assert {"theme", "new", "scores", "strength", "moves", "copy", "timeline"} <= seen


def test_squares_have_accessible_names(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as page:
        expect(page.get_by_role("grid", name="Board")).to_be_visible()
        expect(page.get_by_role("gridcell", name="d3, empty, legal move")).to_be_visible()
        page.get_by_role("gridcell", name="d3, empty, legal move").click()
        expect(page.get_by_role("gridcell", name=re.compile("d3, (black|white)$"))).to_be_visible()
        expect(page.get_by_role("gridcell", name=re.compile("white, last move"))).to_be_visible()


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
        expect(page.locator(".cell.legal")).to_have_count(0)
        page.locator(".timeline").press("ArrowLeft")
        expect(page.locator("#status")).to_have_text("Looking at move 2 of 8")
        page.click("#resume")
        expect(page.locator("#status")).to_have_text("Black to move")
        page.locator(".timeline").press("Home")
        page.locator(".timeline").press("ArrowRight")
        page.click("#from-here")
        expect(page.locator("#moves")).to_have_value("f5")
        expect(page.locator("#status")).to_have_text("White to move")


def test_transcripts_are_copied_and_pasted_and_invalid_ones_are_rejected(
    open_tab: Callable[..., Any], site: str
) -> None:
    with open_tab(site) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        load(page, "1. F5 2. d6 3. C3 4. d3")
        expect(page.locator("#moves")).to_have_value("f5d6c3d3")
        page.click("#copy")
        expect(page.locator("#toast")).to_have_text("Copied.")
        assert page.evaluate("() => navigator.clipboard.readText()") == "f5d6c3d3"
        enter_moves(page, "f5d6<img src=x onerror=alert(1)>")
        expect(page.locator("#toast")).to_contain_text("move 3: '<img' is not a square")
        assert ply(page) == 4
        page.click("#new")
        expect(page.locator("#moves")).to_have_value("")
        page.get_by_text("Restore the previous game").click()
        expect(page.locator("#moves")).to_have_value("f5d6c3d3")


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


def test_before_the_game_is_received_moves_can_be_typed_and_buttons_do_nothing(browser: Browser, site: str) -> None:
    page = browser.new_context(reduced_motion="reduce").new_page()
    errors, sockets = list[str](), list[WebSocketRoute]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route_web_socket("**", lambda socket: sockets.append(socket))  # noqa: PLW0108 (a method of a list is not accepted)
    page.goto(site)
    page.fill("#moves", OPENING)
    expect(page.locator("#load")).to_be_disabled()
    page.locator("#moves").blur()
    page.keyboard.press("n")
    for button in ("new", "undo", "scores", "copy"):
        expect(page.locator(f"#{button}")).to_be_disabled()
    sockets.pop().connect_to_server()
    expect(page.locator("#load")).to_be_enabled()
    expect(page.locator("#moves")).to_have_value(OPENING)
    for button in ("new", "copy"):
        expect(page.locator(f"#{button}")).to_be_enabled()
    assert errors == []
    page.context.close()


def test_two_tabs_have_separate_games_and_a_reload_keeps_the_game(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as first, open_tab(site) as second:
        load(first, OPENING)
        expect(first.locator("#moves")).to_have_value(OPENING)
        play_any(second)
        assert transcript(first) == OPENING
        first.reload()
        expect(first.locator("#moves")).to_have_value(OPENING)
        expect(first.locator("#count-black b")).not_to_have_text("2")


def test_a_lost_connection_is_reported_and_the_game_continues_once_it_is_restored(
    browser: Browser, serve: Callable[..., Any], model: Path
) -> None:
    served = serve(model)
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.goto(served.url)
    load(page, OPENING)
    expect(page.locator("#moves")).to_have_value(OPENING)
    served.end()
    expect(page.locator("#banner")).to_contain_text("Connection lost")
    serve(model, "--port", str(urlsplit(served.url).port))
    expect(page.locator("#banner")).to_be_hidden(timeout=20_000)
    play_any(page)
    assert transcript(page).startswith(OPENING)
    page.context.close()


def test_a_page_with_a_token_opens_with_it_and_then_hides_it(
    browser: Browser, open_tab: Callable[..., Any], serve: Callable[..., Any], model: Path
) -> None:
    url = str(serve(model, "--token").url)
    bare = url.partition("?")[0]
    stranger = browser.new_context().new_page()
    for wrong in (bare, f"{bare}?token=wrong-but-long-enough"):
        answer = stranger.goto(wrong)
        assert answer
        assert answer.status in {401, 403}
        assert stranger.locator("#board").count() == 0
    stranger.context.close()
    with open_tab(url) as page:
        assert page.url == bare
        play_any(page)
        page.goto(bare)
        expect(page.locator(".cell.legal").first).to_be_visible()
        assert page.evaluate("document.cookie") == "", "scripts can't read it"
