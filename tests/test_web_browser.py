"""The web page in a real browser: Chromium without a window."""

from __future__ import annotations

import json
import re
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect, sync_playwright

import shirokuro as sk
from shirokuro.checkpoints import checkpoint_name
from shirokuro.plot import PALETTES
from shirokuro.web.messages import parse_transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STYLES = Path(sk.__file__).parent / "web" / "static"
expect.set_options(timeout=20_000)  # machines differ

OPENING = "f5d6c3d3c4f4c5b4"
LATE = "c4c5f6c3b5g7e3e6c2f3g3a5h8b3f4f2b4f5f7h3a3d2e2e1a6e7d7c1c6g8f1g4d1b6b1d3g6b7f8a7c7h6a8b2g5g2a1d6"
"""A game in which twelve squares are left."""

# Every element that shows text of its own: its contrast to what is behind it, by the definition of WCAG 2.
CONTRASTS = """() => {
  const light = (rgb) => rgb.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const parse = (colour) => {
    const numbers = colour.match(/[\\d.]+/g).map(Number);
    return numbers.length > 3 && numbers[3] === 0 ? null : numbers.slice(0, 3);
  };
  const behind = (e) => e ? parse(getComputedStyle(e).backgroundColor) ?? behind(e.parentElement) : [255, 255, 255];
  const hasText = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const shown = [...document.querySelectorAll("body *:not(svg, svg *)")].filter((e) => e.checkVisibility());
  return shown.filter((e) => !e.disabled && hasText(e)).map((e) => {
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return [contrast, `${e.tagName}.${e.className}: ${e.textContent.slice(0, 30)}`];
  });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed: `make .venv/.programs` installs it on Debian")
    with sync_playwright() as playwright:
        # Chromium's sandbox can't be had by root, as which containers run the tests.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def site(serve: Callable[..., Any], model: Path) -> str:
    """The address of a page with a model."""
    return str(serve(model).url)


@contextmanager
def tab(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    height: int = 860,
    scheme: Literal["light", "dark"] = "light",
    moving: bool = False,
) -> Iterator[Page]:
    """A tab of its own that has opened a page; an error in it, or a request that leads elsewhere, fails the test."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="no-preference" if moving else "reduce",
    )
    page, place, wrong = context.new_page(), urlsplit(url).netloc, list[str]()
    page.set_default_timeout(20_000)
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if urlsplit(request.url).netloc == place else wrong.append(request.url))
    page.on("websocket", lambda socket: None if urlsplit(socket.url).netloc == place else wrong.append(socket.url))
    page.goto(url)
    expect(page.locator("#status")).not_to_be_empty()
    yield page
    context.close()
    assert wrong == []


def ply(page: Page) -> int:
    return int(page.locator(".timeline").get_attribute("aria-valuemax") or -1)


def put_in(page: Page, text: str) -> None:
    page.fill("#moves", text)
    page.click("#load")


def load(page: Page, moves: str) -> None:
    """Puts moves in, and waits until the game has them; a person is to move then."""
    put_in(page, moves)
    expect(page.locator(".timeline")).to_have_attribute("aria-valuemax", str(len(parse_transcript(moves))))


def play_any(page: Page) -> None:
    """Clicks at a legal square, and waits until it was played."""
    before = ply(page)
    page.locator(".cell.legal").first.click()
    expect(page.locator(".timeline")).not_to_have_attribute("aria-valuemax", str(before))


def transcript(page: Page) -> str:
    return page.locator("#moves").input_value()


def set_depth(page: Page, depth: int) -> None:
    page.locator("#strength").fill(str(depth))


def test_a_whole_game_is_played_by_clicking(browser: Browser, site: str) -> None:
    with tab(browser, site) as page:
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


def test_flips_are_seen_one_move_after_the_other_unless_motion_is_not_wanted(browser: Browser, site: str) -> None:
    running = "() => document.querySelector('.board').getAnimations({ subtree: true }).length"
    with tab(browser, site, moving=True) as page:
        page.locator("[data-square=d3]").click()
        expect(page.locator("[data-square=d3].last-move")).to_be_visible()
        assert page.evaluate(running) > 0
        expect(page.locator("[data-square=d3].last-move")).to_have_count(0)
        expect(page.locator("#status")).to_have_text("Your move")
    with tab(browser, site) as page:
        play_any(page)
        assert page.evaluate(running) == 0


def test_undo_goes_back_also_while_the_model_thinks(browser: Browser, site: str) -> None:
    with tab(browser, site) as page:
        expect(page.locator("#undo")).to_be_disabled()
        play_any(page)
        expect(page.locator("#status")).to_have_text("Your move")
        page.click("#undo")
        expect(page.locator("#count-black b")).to_have_text("2")
        page.get_by_role("radio", name="Time").check()
        page.locator("#strength").fill("7")
        expect(page.locator("#strength-words")).to_have_text("10 s")
        play_any(page)
        expect(page.locator("#status")).to_have_text("The model thinks…")
        page.click("#undo")
        expect(page.locator("#status")).to_have_text("Your move")
        assert transcript(page) == ""


def test_scores_stand_on_the_legal_squares_and_the_best_is_marked(browser: Browser, site: str, model: Path) -> None:
    with tab(browser, site) as page:
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


def test_everything_can_be_done_by_keys(browser: Browser, site: str) -> None:
    with tab(browser, site) as page:
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
        assert transcript(page) == "u", "keys in a text are letters"


def test_what_has_the_focus_is_seen(browser: Browser, site: str) -> None:
    outline = "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.outlineWidth; }"
    with tab(browser, site) as page:
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


def test_squares_say_what_is_on_them(browser: Browser, site: str) -> None:
    with tab(browser, site) as page:
        expect(page.get_by_role("grid", name="Board")).to_be_visible()
        expect(page.get_by_role("gridcell", name="d3, empty, legal move")).to_be_visible()
        page.get_by_role("gridcell", name="d3, empty, legal move").click()
        expect(page.get_by_role("gridcell", name=re.compile("d3, (black|white)$"))).to_be_visible()
        expect(page.get_by_role("gridcell", name=re.compile("white, last move"))).to_be_visible()


def test_a_click_into_the_timeline_looks_at_a_position_and_play_can_go_on_from_there(
    browser: Browser, site: str
) -> None:
    with tab(browser, site) as page:
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


def test_transcripts_are_copied_and_pasted_and_wrong_ones_are_refused(browser: Browser, site: str) -> None:
    with tab(browser, site) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        load(page, "1. F5 2. d6 3. C3 4. d3")
        expect(page.locator("#moves")).to_have_value("f5d6c3d3")
        page.click("#copy")
        expect(page.locator("#toast")).to_have_text("Copied.")
        assert page.evaluate("() => navigator.clipboard.readText()") == "f5d6c3d3"
        put_in(page, "f5d6<img src=x onerror=alert(1)>")
        expect(page.locator("#toast")).to_contain_text("move 3: '<i' is not a square")
        assert ply(page) == 4
        page.click("#new")
        expect(page.locator("#moves")).to_have_value("")
        page.get_by_text("Bring the old one back").click()
        expect(page.locator("#moves")).to_have_value("f5d6c3d3")


def test_a_person_plays_white_or_both_sides(browser: Browser, site: str) -> None:
    with tab(browser, site) as page:
        page.get_by_role("radio", name="White").check()
        expect(page.locator(".timeline")).to_have_attribute("aria-valuemax", "1")
        expect(page.locator("#status")).to_have_text("Your move")
        page.get_by_role("radio", name="Both").check()
        play_any(page)
        expect(page.locator("#status")).to_have_text("Black to move")
        assert ply(page) == 2


def test_a_pass_is_explained(browser: Browser, site: str) -> None:
    moves = "d3c3e6d2d1e1b2c1"
    assert sk.LiveGame(moves).passed == sk.BLACK
    with tab(browser, site) as page:
        page.get_by_role("radio", name="Both").check()
        load(page, moves)
        expect(page.locator("#status")).to_have_text("Black has no move and passes. White to move")


def test_before_the_game_has_come_moves_can_be_written_and_buttons_do_nothing(browser: Browser, site: str) -> None:
    page = browser.new_context(reduced_motion="reduce").new_page()
    errors, sockets = list[str](), list[WebSocketRoute]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route_web_socket("**", lambda socket: sockets.append(socket))  # noqa: PLW0108 (it takes no method of a list)
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


def test_two_tabs_have_games_of_their_own_and_a_reload_keeps_its_game(browser: Browser, site: str) -> None:
    with tab(browser, site) as first, tab(browser, site) as second:
        load(first, OPENING)
        expect(first.locator("#moves")).to_have_value(OPENING)
        play_any(second)
        assert transcript(first) == OPENING
        first.reload()
        expect(first.locator("#moves")).to_have_value(OPENING)
        expect(first.locator("#count-black b")).not_to_have_text("2")


def test_a_lost_connection_is_told_and_the_game_goes_on_when_it_is_back(
    browser: Browser, serve: Callable[..., Any], model: Path
) -> None:
    served = serve(model)
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.goto(served.url)
    load(page, OPENING)
    expect(page.locator("#moves")).to_have_value(OPENING)
    served.end()
    expect(page.locator("#banner")).to_contain_text("The connection is lost")
    serve(model, "--port", str(urlsplit(served.url).port))
    expect(page.locator("#banner")).to_be_hidden(timeout=20_000)
    play_any(page)
    assert transcript(page).startswith(OPENING)
    page.context.close()


@pytest.mark.parametrize("width", [360, 768])
def test_narrow_screens_need_no_sideways_scrolling(
    browser: Browser, serve: Callable[..., Any], run_of: Callable[..., Path], width: int
) -> None:
    run = run_of(9000, warnings=[{"kind": "stagnation", "message": "a" * 200}])
    with tab(browser, serve(run).url, width=width, height=740) as page:
        expect(page.locator(".curve").first).to_be_visible()  # first, since there is no model to play against
        for name in ("Play", "Training"):
            page.get_by_role("tab", name=name).click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("tab", name="Play").click()
        for button in page.locator("button:visible").all():
            box = button.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 32, button.inner_text()
        board = page.locator(".board").bounding_box()
        assert board
        assert board["width"] >= 0.85 * min(width, 740 - 150)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(
    browser: Browser, serve: Callable[..., Any], run_of: Callable[..., Path], scheme: Literal["light", "dark"]
) -> None:
    run = run_of(9000, warnings=[{"kind": "stagnation", "message": "something"}])
    with tab(browser, serve(run).url, scheme=scheme) as page:
        page.locator(".curve").first.wait_for()
        for key in ("1", "?", "Escape", "2"):
            page.keyboard.press(key)
            found = page.evaluate(CONTRASTS)
            assert len(found) > 10
            assert [text for contrast, text in found if contrast < 4.5] == []


def test_curves_have_the_colours_of_the_pictures() -> None:
    styles = (STYLES / "charts.css").read_text(encoding="utf-8")
    for number in (1, 2, 3):
        pair = f"light-dark({PALETTES['light'].series[number - 1]}, {PALETTES['dark'].series[number - 1]})"
        assert f"--series-{number}: {pair};" in styles


def test_a_live_run_s_curves_warnings_and_progress_go_on_by_themselves_and_its_newest_model_plays(
    browser: Browser, serve: Callable[..., Any], small: sk.TrainConfig, tmp_path: Path, line_of: Callable[..., Any]
) -> None:
    trainer = sk.Trainer(small.replace(games=2000, checkpoint_games=500))
    trainer.start_training(1000, directory=tmp_path / "run")
    with tab(browser, serve(tmp_path / "run").url) as page:
        expect(page.locator("#model")).to_have_text("run, 1,000 games")
        page.get_by_role("tab", name="Training").click()
        curve = page.get_by_role("region", name="TD error").locator(".path")
        before = str(curve.get_attribute("d"))
        expect(page.locator(".tiles")).to_contain_text("1,000 of 2,000")
        trainer.resume_training(2000)
        expect(page.locator(".tiles")).to_contain_text("2,000 of 2,000")
        expect(page.locator(".state")).to_have_text("complete")
        after = str(curve.get_attribute("d"))
        assert after.count("L") >= before.count("L") + 9
        with (tmp_path / "run" / "metrics.jsonl").open("a", encoding="utf-8") as file:
            warning = {"kind": "divergence", "message": "<b>TD error 99</b>"}
            file.write(json.dumps(line_of(2100, time=time.time(), warnings=[warning])) + "\n")
        expect(page.locator(".warnings")).to_contain_text("divergence <b>TD error 99</b>")
        page.locator("#renew").click()
        expect(page.locator("#model")).to_have_text("run, 2,000 games")
        expect(page.locator("#renew")).to_be_hidden()
        assert (tmp_path / "run" / "checkpoints" / checkpoint_name(2000)).exists()


def test_the_values_under_the_pointer_are_shown(
    browser: Browser, serve: Callable[..., Any], run_of: Callable[..., Path], line_of: Callable[..., Any]
) -> None:
    with tab(browser, serve(run_of(9000)).url) as page:
        page.get_by_role("tab", name="Training").click()
        card = page.get_by_role("region", name="TD error")
        expect(card.locator(".now")).to_have_text(f"{line_of(9000)['td_error']:.2f}")
        picture = card.locator("svg")
        width = picture.evaluate("svg => svg.getBoundingClientRect().width")
        picture.hover(position={"x": width * (44 + 408 * 4.1 / 9) / 460, "y": 60})
        expect(card.locator(".now")).to_have_text(f"{line_of(4000)['td_error']:.2f} at 4k")


def test_a_page_with_a_token_opens_with_it_and_hides_it_from_then_on(
    browser: Browser, serve: Callable[..., Any], model: Path
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
    with tab(browser, url) as page:
        assert page.url == bare
        play_any(page)
        page.goto(bare)
        expect(page.locator(".cell.legal").first).to_be_visible()
        assert page.evaluate("document.cookie") == "", "scripts can't read it"


def test_a_model_file_has_no_page_of_a_training(browser: Browser, site: str) -> None:
    with tab(browser, site) as page:
        expect(page.get_by_role("tab", name="Training")).to_have_count(0)
        expect(page.locator("#model")).to_have_text("model.shiro, 1,000 games")
