"""Takes the screenshots of the web page for docs/images, with a run in Chromium: `make web-pictures`."""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import io
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import shirokuro as sk
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGES = Path(__file__).parent.parent / "docs" / "images"

PLIES = 31

ACCENTS = bytes.fromhex("ff8a1f ffb000 a34700 ffae66 ffe08a ffffff f3f2ec 0f1316 181e23 17694a 5fd3a0 0068b5 6cc0ff")
"""RGB colours that must be kept exactly when the palette is reduced."""


def main() -> None:
    """Takes all screenshots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run_directory", type=Path, metavar="RUN", help="a run with metrics and a model")
    run = parser.parse_args().run_directory
    moves = example(sk.Evaluator.load(model_of(run)))
    with served(run) as url, chromium() as browser:
        save(opened(browser, url, moves), "web-play")
        page = opened(browser, url, moves, scheme="dark")
        save(page, "web-play-dark")
        page.get_by_role("tab", name="Training").click()
        page.locator(".curve").first.wait_for()
        save(page, "web-training", full=True)
        page = opened(browser, url, moves, width=390, height=844)
        save(page, "web-phone", full=True)


def example(evaluator: sk.Evaluator) -> str:
    """Returns the moves of a game in which Black searches five plies and White six."""
    game = sk.LiveGame("f5d6c3d3c4")
    black, white = (sk.Engine(evaluator, limits=sk.SearchLimits(depth=depth)) for depth in (5, 6))
    while len(game.moves) < PLIES or game.position.side_to_move != sk.BLACK:
        engine = black if game.position.side_to_move == sk.BLACK else white
        game.play(str(engine.search(game.position).best_move))
    return game.transcript


@contextmanager
def served(run: Path) -> Iterator[str]:
    """Serves the page of a run and yields its URL."""
    command = [str(Path(sys.executable).parent / "shirokuro"), "serve", str(run), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (this project's own)
        try:
            if not process.stdout or not (found := re.search(r"http://\S+", process.stdout.readline())):
                raise RuntimeError("the server did not print a URL")
            yield found[0]
        finally:
            process.terminate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yields the browser."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])


def opened(
    browser: Browser,
    url: str,
    moves: str,
    *,
    scheme: Literal["light", "dark"] = "light",
    width: int = 1240,
    height: int = 882,
) -> Page:
    """Returns the page after moves, with all positions evaluated and the scores of the legal moves."""
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", device_scale_factor=1
    )
    page.goto(url)
    page.locator(".cell.legal").first.wait_for()
    page.fill("#moves", moves)
    page.click("#load")
    page.click("#scores")
    page.locator(".cell.scored").first.wait_for()
    page.wait_for_selector(".timeline .unknown", state="detached")
    page.locator("#toast:empty").wait_for(state="attached", timeout=20_000)
    return page


def save(page: Page, name: str, *, full: bool = False) -> None:
    """Saves a screenshot as a small file with a reduced palette, in which rare colours are kept."""
    page.evaluate("scrollTo(0, 0)")
    picture = Image.open(io.BytesIO(page.screenshot(full_page=full))).convert("RGB")
    common = picture.quantize(256 - len(ACCENTS) // 3).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*common[: 768 - len(ACCENTS)], *ACCENTS])
    path = IMAGES / f"{name}.png"
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
    sys.stdout.write(f"{path}: {path.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    sys.exit(startup.run(main))
