"""Games that come to the web page and leave it, in a real browser: texts, files, addresses and connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, WebSocketRoute, expect

import shirokuro as sk
from tests.support import game_files
from tests.support.pages import OPENING, enter_moves, load, play_any, ply, transcript

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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


DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
}"""

PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""


def test_games_are_pasted_dropped_chosen_and_downloaded(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as page:
        page.get_by_role("radio", name="Both").check()
        page.evaluate(PASTE, game_files.ggf(("f5", "d6", "c3")))
        expect(page.locator("#moves")).to_have_value("f5d6c3")
        page.evaluate(DROP, ["games.txt", "f5d6c3d3\nf5f6e6\nnonsense"])
        expect(page.locator("#games-title")).to_have_text("2 games of games.txt")
        expect(page.locator("#games-note")).to_have_text("1 damaged record left out.")
        page.keyboard.type("f6")  # the filter has the focus
        expect(page.locator("#games-list option")).to_have_count(1)
        page.click("#games-load")
        expect(page.locator("#moves")).to_have_value("f5f6e6")
        page.get_by_text("Restore the previous game").click()
        expect(page.locator("#moves")).to_have_value("f5d6c3")
        with page.expect_file_chooser() as chooser:
            page.click("#open")
        wthor = {"name": "WTH_2024.wtb", "mimeType": "", "buffer": game_files.wthor([("d3", "c5")])}
        chooser.value.set_files(wthor)
        expect(page.locator("#moves")).to_have_value("d3c5")
        with page.expect_download() as download:
            page.click("#download")
        assert [each.moves for each in sk.read_games(download.value.path())] == [("d3", "c5")]
        page.evaluate(DROP, ["large.txt", "-" * 400_000])
        expect(page.locator("#toast")).to_contain_text("large.txt is too large: at most 380 kB")


def test_an_address_is_followed_though_the_games_own_is_put_back_at_once(
    open_tab: Callable[..., Any], site: str
) -> None:
    with open_tab(site) as page:
        load(page, OPENING)
        page.evaluate(
            "() => { const own = location.href; location.hash = 'moves=f5f5'; history.replaceState(null, '', own); }"
        )
        expect(page.locator("#toast")).to_contain_text("move 2: illegal move f5")


def test_an_address_opens_the_same_position_for_somebody_else(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as page:
        page.get_by_role("radio", name="Both").check()
        load(page, OPENING)
        page.keyboard.press(",")
        expect(page.locator("#status")).to_have_text("Looking at move 7 of 8")
        address = page.url
    assert address.endswith(f"#moves={OPENING}&ply=7")
    with open_tab(address) as page:
        expect(page.locator("#status")).to_have_text("Looking at move 7 of 8")
        page.goto(f"{site}#moves=f5D6c3")
        expect(page.locator("#moves")).to_have_value("f5d6c3")
        page.goto(f"{site}#moves=f5f5")
        expect(page.locator("#toast")).to_contain_text("move 2: illegal move f5")


def test_a_position_is_set_up_by_keyboard_and_mouse_and_played(open_tab: Callable[..., Any], site: str) -> None:
    with open_tab(site) as page:
        page.get_by_role("radio", name="Both").check()
        page.click("#set-up")
        expect(page.locator("#editor")).to_be_visible()
        page.get_by_role("gridcell", name="d4, white").click()  # black now
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")  # d3, black
        page.locator("label", has_text="None").click()
        page.locator("[data-square=d3]").click()
        page.locator("input[name=to-move][value='2']").check(force=True)
        page.click("#editor-done")
        expect(page.locator("#status")).to_have_text("White to move")
        expect(page.locator("#count-black b")).to_have_text("3")
        play_any(page)
        page.reload()
        expect(page.locator(".timeline")).to_have_attribute("aria-valuemax", "1")
        page.keyboard.press("u")
        expect(page.locator("#count-black b")).to_have_text("3")
        page.click("#set-up")
        page.click("#editor-clear")
        page.click("#editor-done")
        expect(page.locator("#toast")).to_have_text("board: a position must have at least four discs")
        expect(page.locator("#count-black b")).to_have_text("3")
