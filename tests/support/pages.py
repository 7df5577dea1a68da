"""Web pages: a server for them, and browser tabs."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from shirokuro.game.moves import read_moves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

OPENING = "f5d6c3d3c4f4c5b4"
LATE = "c4c5f6c3b5g7e3e6c2f3g3a5h8b3f4f2b4f5f7h3a3d2e2e1a6e7d7c1c6g8f1g4d1b6b1d3g6b7f8a7c7h6a8b2g5g2a1d6"
"""The moves of a game with twelve empty squares left."""


class Served:
    """A running `shirokuro serve`."""

    def __init__(self, arguments: tuple[str | Path, ...]) -> None:
        program = Path(sys.executable).parent / "shirokuro"
        command = [program, "serve", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + self.process.stdout.read()
        self.url = found[0]
        """The URL that the program prints."""

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ends the program with a signal and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.rest, _ = self.process.communicate(timeout=30)
        return self.process.returncode


@contextmanager
def tab(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    height: int = 860,
    scheme: Literal["light", "dark"] = "light",
    moving: bool = False,
    ready: str = "#status:not(:empty)",
) -> Iterator[Page]:
    """Opens a page in a separate tab, and waits until it has an element that matches `ready`.

    The test fails on any error in the page and on requests to other hosts.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="no-preference" if moving else "reduce",
    )
    page, host, wrong = context.new_page(), urlsplit(url).netloc, list[str]()
    page.set_default_timeout(20_000)
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if urlsplit(request.url).netloc == host else wrong.append(request.url))
    page.on("websocket", lambda socket: None if urlsplit(socket.url).netloc == host else wrong.append(socket.url))
    page.goto(url)
    page.locator(ready).wait_for(state="attached")
    yield page
    context.close()
    assert wrong == []


def ply(page: Page) -> int:
    """Returns the number of moves of the game."""
    return int(page.locator(".timeline").get_attribute("aria-valuemax") or -1)


def wait_for_ply(page: Page, count: int) -> None:
    """Waits until the game has this number of moves."""
    page.locator(f'.timeline[aria-valuemax="{count}"]').wait_for()


def enter_moves(page: Page, text: str) -> None:
    """Enters a text into the field for moves, and loads it."""
    page.fill("#moves", text)
    page.click("#load")


def load(page: Page, moves: str) -> None:
    """Loads moves and waits until the game has them; a person must be to move then."""
    enter_moves(page, moves)
    wait_for_ply(page, len(read_moves(moves)))


def play_any(page: Page) -> None:
    """Clicks a legal square and waits until the move has been played."""
    before = ply(page)
    page.locator(".cell.legal").first.click()
    page.locator(f'.timeline:not([aria-valuemax="{before}"])').wait_for()


def transcript(page: Page) -> str:
    """Returns the moves in the field for them."""
    return page.locator("#moves").input_value()


def set_depth(page: Page, depth: int) -> None:
    """Lets the model search to a depth."""
    page.select_option("#level", "depth")
    page.locator("#strength").fill(str(depth))
