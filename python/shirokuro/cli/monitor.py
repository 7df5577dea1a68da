"""`shirokuro monitor`: watches runs through their files, and draws their curves."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from shirokuro.cli.terminal import console, say
from shirokuro.cli.tui import comparison
from shirokuro.cli.tui.dashboard import PAGES, ZOOMS, Look, page, report
from shirokuro.cli.tui.screen import full_screen
from shirokuro.display.format import message_of
from shirokuro.exporters.tensorboard import EventFiles
from shirokuro.plots.overlay import draw_runs
from shirokuro.plots.run import draw_run
from shirokuro.plots.style import PALETTES
from shirokuro.runs.view import RunView

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

HELP = "Watch live or finished runs, or draw their curves, using only the files in their directories."
EXAMPLE = "runs/first"

_PLAIN_WIDTH = 100
"""The width in columns without a terminal to ask."""

_STEPS = {"up": -1, "k": -1, "down": 1, "j": 1, "page up": -10, "page down": 10}
"""The lines by which keys scroll."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "run_directories",
        type=Path,
        nargs="+",
        metavar="RUN",
        help="a run directory; it need not exist yet. Several runs, such as runs/sweep/*/, are shown side by side",
    )
    parser.add_argument("--once", action="store_true", help="print the current state as text and exit")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the curves and exit: .svg, .png or .pdf")
    parser.add_argument(
        "--theme", choices=sorted(PALETTES), default="light", help="colours of the picture (default: %(default)s)"
    )
    parser.add_argument(
        "--tensorboard",
        action="store_true",
        help="write event files for TensorBoard to tensorboard/ in the run directory and exit",
    )
    parser.add_argument(
        "--interval", type=float, default=1.0, metavar="SECONDS", help="time between two updates (default: %(default)g)"
    )


def run(options: argparse.Namespace) -> int:
    """Shows the run; returns the exit code."""
    if not 0.1 <= options.interval <= 3600:  # noqa: PLR2004 (stated in the message)
        raise ValueError(f"interval = {options.interval}: must be within 0.1…3,600")
    directories = options.run_directories
    if options.plot or options.tensorboard:
        return _write(directories, options)
    if options.once or not sys.stdout.isatty():
        return _print(directories)
    with suppress(KeyboardInterrupt):
        _watch([RunView(each) for each in directories], options.interval)
    return 0


def _write(directories: Sequence[Path], options: argparse.Namespace) -> int:
    views = [_run(each) for each in directories]
    if options.plot:
        if len(views) == 1:
            draw_run(options.plot, views[0], theme=options.theme)
        else:
            draw_runs(options.plot, views, theme=options.theme)
        say(f"drawn: {options.plot}")
    for directory in directories if options.tensorboard else ():
        files = EventFiles(directory)
        files.close()
        say(f"written: {files.folder}")
    return 0


def _run(directory: Path) -> RunView:
    view = RunView(directory)
    if view.state == "waiting" and not view.checkpoints:
        raise FileNotFoundError(2, "no run in this directory", str(directory))
    return view


def _print(directories: Sequence[Path]) -> int:
    views = [_run(each) for each in directories]
    plain = console(pipe_width=_PLAIN_WIDTH)
    for line in report(views[0], plain.width) if len(views) == 1 else comparison.report(views, plain.width):
        text = line.copy()
        text.rstrip()
        plain.print(text, soft_wrap=True)
    return 0


def _watch(views: Sequence[RunView], interval: float) -> None:
    look = Look()
    with full_screen(console()) as (screen, keys):
        while True:
            try:
                for view in views:
                    view.refresh()
                trouble = None
            except OSError as error:  # for example on a network file system
                trouble = error
            due = time.monotonic() + interval
            while (left := due - time.monotonic()) > 0:
                width, height = screen.size
                if len(views) == 1:
                    lines = page(views[0], look, width, height)
                else:
                    lines = comparison.page(views, look, width, height)
                if trouble:
                    lines[-1:] = [Text(message_of(trouble), "red")]
                screen.draw(lines)
                key = keys.next(min(left, 0.25))  # short, so that a resized terminal is redrawn soon
                if key == "q" and not look.help:
                    return
                if key == "redraw":
                    screen.forget()
                elif key:
                    turn(look, key)


def turn(look: Look, key: str) -> None:
    """Handles a key: changes the page, the zoom or the scroll position, opens or closes the help."""
    if key in {"?", "h"} or (key == "q" and look.help):
        look.help = not look.help
        look.help_scrolled = 0
    elif key.isascii() and key.isdigit() and 1 <= int(key) <= len(PAGES):
        look.page, look.help_scrolled = PAGES[int(key) - 1], 0
    elif key in {"left", "right"}:
        step = 1 if key == "right" else -1
        look.page, look.help_scrolled = PAGES[(PAGES.index(look.page) + step) % len(PAGES)], 0
    elif key == "z":
        look.zoom = (look.zoom + 1) % len(ZOOMS)
    elif step := _STEPS.get(key, 0):
        if look.help:
            look.help_scrolled = max(look.help_scrolled + step, 0)
        else:
            look.scrolled = max(look.scrolled + step, 0)
