"""Takes the picture of a first training for the README, in a terminal of its own (tmux): `make train-picture`."""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import io
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "train.svg"

COLUMNS, LINES = 80, 24

_PROGRAM = "import sys; sys.argv[0] = 'shirokuro'; from shirokuro.cli import main; sys.exit(main())"


def main() -> int:
    """Trains, waits for the end, and writes the picture of the terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, help="train fewer games, to try out this script")
    parser.add_argument("--out", type=Path, default=PICTURE, metavar="FILE", help="the picture (default: %(default)s)")
    options = parser.parse_args()
    shorter = ["--games", str(options.games)] if options.games else []
    train = [sys.executable, "-c", _PROGRAM, "train", "--out", "runs/first", "--preset", "short", *shorter]
    with TemporaryDirectory() as folder:
        ended = Path(folder) / "ended"
        shell = f"printf '$ make train\\n'; {shlex.join(train)}; touch ended; sleep 600"
        try:
            size = ("-x", str(COLUMNS), "-y", str(LINES))
            _tmux("-f", os.devnull, "new-session", "-d", "-c", folder, *size, f"COLORTERM=truecolor; {shell}")
            _tmux("set-option", "-g", "status", "off")
            while not ended.exists():
                time.sleep(0.5)
            screen = _tmux("capture-pane", "-e", "-p")
        finally:
            subprocess.run(["tmux", "-L", _socket(), "kill-server"], check=False, capture_output=True)  # noqa: S603, S607
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(screen.rstrip("\n")))
    console.save_svg(str(options.out), title="shirokuro")
    return 0


def _socket() -> str:
    return f"shirokuro-picture-{os.getpid()}"


def _tmux(*arguments: str) -> str:
    command = ["tmux", "-L", _socket(), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (this project's own)


if __name__ == "__main__":
    sys.exit(startup.run(main))
