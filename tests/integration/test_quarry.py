"""Quarry, Debian's graphical board-game program, plays a model through `shirokuro gtp` on a virtual screen."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.image import imsave

import shirokuro as sk
from tests.support.paths import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

PROGRAM = Path(sys.executable).parent / "shirokuro"
RELAY = PROGRAMS / "gtp_relay.py"
PATH = os.pathsep.join((os.environ["PATH"], "/usr/games"))
FOUND = {name: shutil.which(name, path=PATH) for name in ("quarry", "gtp-rhino", "Xvfb", "xdotool")}
MISSING = [name for name, found in FOUND.items() if not found]
QUARRY, _, XVFB, XDOTOOL = map(str, FOUND.values())

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"{', '.join(MISSING)} not installed: `make .venv/.programs` installs it on Debian"
)

GREEN = (8, 120, 52)
"""Color of Quarry's board: red, green, blue."""

# Quarry's settings file. The last two parts are the initial values of its dialog for new games. Time control type 1 is
# a limit for the whole game.
CONFIGURATION = """\
[GTP Engine "shirokuro"]
Screen name format = "%n %v"
Name               = "shirokuro"
Command line       = "{command}"
Supported games    = "Reversi"

[New Game Parameters]
Game                 = "Reversi"
White is computer    = true
Engine playing white = "GRhino Reversi"
Black is computer    = true
Engine playing black = "shirokuro"

[New Reversi Game Parameters]
Board size          = 8
Time control type   = 1
Time limit for game = 01:00
"""


class VirtualScreen:
    """An X server without a physical screen, and its simulated keyboard."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        read, write = os.pipe()
        # The server chooses a free display number and writes it when it is ready.
        command = [XVFB, "-displayfd", str(write), "-screen", "0", "1000x760x24", "-fbdir", str(folder)]
        self._server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read, encoding="ascii") as ready:
            self.display = f":{ready.readline().strip()}"

    def _do(self, *words: str) -> str:
        environment = {**os.environ, "DISPLAY": self.display}
        done = subprocess.run(
            [XDOTOOL, *words], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        return done.stdout

    @property
    def titles(self) -> str:
        """Titles of the visible windows."""
        return self._do("search", "--onlyvisible", "--name", ".", "getwindowname", "%@")

    def press(self, key: str) -> None:
        """Presses a key in the window below the pointer, and waits until the picture changes."""
        before = self.picture()
        self._do("mousemove", "150", "150", "key", key)
        wait_for(lambda: not np.array_equal(self.picture(), before), f"a change after {key}")
        self.settle()

    def settle(self) -> None:
        """Waits until the picture stops changing."""
        last = self.picture()
        time.sleep(0.5)
        while not np.array_equal(last, last := self.picture()):
            time.sleep(0.5)

    def picture(self) -> NDArray[np.uint8]:
        """Returns the screen: rows, columns, and red, green, blue. The server keeps it in a file in xwd format."""
        content = (self._folder / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", content[:100])
        start, (width, height), line = header[0] + 12 * header[19], header[4:6], header[12]
        pixels = np.frombuffer(content, np.uint8, line * height, start).reshape(height, line)
        return np.ascontiguousarray(pixels[:, : 4 * width].reshape(height, width, 4)[:, :, 2::-1])

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(60)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[VirtualScreen]:
    opened = VirtualScreen(tmp_path)
    yield opened
    opened.close()


def wait_for(condition: Callable[[], object], what: str, *, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def game_in(log: str) -> sk.LiveGame:
    """Returns the game of all moves in the log of the engine."""
    moves = re.findall(r"^>play \w+ ([A-H][1-8])|^= ([A-H][1-8])", log, re.MULTILINE)
    return sk.LiveGame("".join(received or sent for received, sent in moves))


def share_of_white(picture: NDArray[np.uint8]) -> float:
    """Returns the share of white discs on the board, by area."""
    green = (picture == GREEN).all(axis=2)
    rows, columns = np.flatnonzero(green.any(axis=1)), np.flatnonzero(green.any(axis=0))
    board = picture[rows[0] : rows[-1], columns[0] : columns[-1]].astype(int)
    grey, brightness = np.ptp(board, axis=2) < 20, board.mean(axis=2)
    light, dark = ((grey & (low < brightness) & (brightness < high)).sum() for low, high in ((180, 216), (60, 100)))
    return float(light / (light + dark))


def test_quarry_plays_a_game_of_a_model_against_gtp_rhino(model: Path, screen: VirtualScreen, tmp_path: Path) -> None:
    log = tmp_path / "gtp.log"
    engine = [sys.executable, RELAY, log, PROGRAM, "gtp", model, "--table-mb", "1", "--depth", "4"]
    configuration = CONFIGURATION.format(command=shlex.join(map(str, engine)))
    (tmp_path / ".quarry").write_text(configuration, encoding="ascii")
    environment = {**os.environ, "DISPLAY": screen.display, "HOME": str(tmp_path), "PATH": PATH}
    with subprocess.Popen([QUARRY], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as quarry:
        try:
            wait_for(lambda: "Control Center" in screen.titles, "Quarry's first window")
            screen.settle()
            for key in ("alt+n", "alt+f", "alt+p"):  # New Game, Forward, Play
                screen.press(key)
            wait_for(lambda: log.exists() and game_in(log.read_text()).position.is_over, "the end of the game")
            screen.settle()
            picture = screen.picture()
            titles = screen.titles
        finally:
            quarry.kill()
    imsave(tmp_path / "quarry.png", picture)
    transcript, game = log.read_text(), game_in(log.read_text())
    assert f"GTP GRhino 0.16.1 (W) vs. shirokuro {sk.__version__}" in titles
    assert not re.search(r"^\?", transcript, re.MULTILINE)
    assert re.search(r"^>time_settings 60 0 0$", transcript, re.MULTILINE)
    white = (64 - game.position.empties - game.position.stone_difference) / 2
    assert share_of_white(picture) == pytest.approx(white / (64 - game.position.empties), abs=0.06)
