"""Full-screen use of the terminal: keys without Enter, and redrawing of changed lines only."""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from rich.console import ConsoleDimensions
from rich.control import Control

if sys.platform != "win32":
    import termios
    import tty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from rich.console import Console
    from rich.text import Text

    from shirokuro.cli.tui.blocks import Block

_SEQUENCES = {
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[5~": "page up",
    b"\x1b[6~": "page down",
    b"\x1b[C": "right",
    b"\x1bOC": "right",
    b"\x1b[D": "left",
    b"\x1bOD": "left",
    b"\t": "right",
    b"\x1b[Z": "left",
    b"\x0c": "redraw",
    b"\x1b": "q",
    b"\x04": "q",
}
"""The byte sequences of special keys."""


class Screen:
    """The whole terminal, from `enter` to `leave`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: list[Text] = []
        self._size: tuple[int, int] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """The columns and lines of the terminal, queried each time because environment variables may be outdated."""
        with suppress(OSError, ValueError):
            self._console.size = ConsoleDimensions(*os.get_terminal_size(sys.stdout.fileno()))
        return self._console.size

    def draw(self, lines: Block) -> None:
        """Shows lines that fill the screen."""
        if self._size != self.size:
            self.forget()
            self._size = self.size
        with self._console as console:  # a single write
            for row, line in enumerate(lines):
                if row >= len(self._shown) or line != self._shown[row] or line.spans != self._shown[row].spans:
                    console.control(Control.move_to(0, row))
                    console.print(line, end="", no_wrap=True, overflow="crop", soft_wrap=True)
        self._shown = lines

    def forget(self) -> None:
        """Clears the screen, so that the next `draw` draws every line."""
        self._shown = []
        self._console.control(Control.clear(), Control.home())

    def enter(self) -> None:
        """Switches to the alternate screen and hides the cursor."""
        self._console.set_alt_screen(True)
        self._console.show_cursor(False)
        self.forget()

    def leave(self) -> None:
        """Restores the normal screen and the cursor."""
        self._console.show_cursor(True)
        self._console.set_alt_screen(False)


class Keys:
    """Keys as they are pressed, if standard input is a terminal."""

    def __init__(self) -> None:
        self._input = sys.stdin.fileno() if sys.stdin and sys.stdin.isatty() else None
        self._before: list[object] | None = None
        self._pending: list[str] = []

    def enter(self) -> None:
        """Switches the terminal to reading keys without Enter and without echo."""
        if self._input is not None and sys.platform != "win32":
            self._before = termios.tcgetattr(self._input)
            tty.setcbreak(self._input)

    def leave(self) -> None:
        """Restores the previous mode of the terminal."""
        if self._input is not None and self._before is not None and sys.platform != "win32":
            termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]

    def next(self, timeout: float) -> str | None:
        """Returns the next key, by name or letter; `None` if no key is pressed within `timeout` seconds."""
        if not self._pending:
            if not select.select([] if self._input is None else [self._input], [], [], timeout)[0]:
                return None
            content = os.read(self._input or 0, 256)
            if not content:  # the terminal was closed
                return "q"
            self._pending = list(_keys(content))
        return self._pending.pop(0) if self._pending else None


def _keys(content: bytes) -> Iterator[str]:
    while content:
        found = max((each for each in _SEQUENCES if content.startswith(each)), key=len, default=None)
        if found:
            yield _SEQUENCES[found]
            content = content[len(found) :]
        else:
            yield chr(content[0])
            content = content[1:]


@contextmanager
def full_screen(console: Console) -> Iterator[tuple[Screen, Keys]]:
    """Yields the terminal as a screen with keys; it is restored at the end and while the program is suspended."""
    screen, keys = Screen(console), Keys()

    def enter() -> None:
        keys.enter()
        screen.enter()

    def leave() -> None:
        screen.leave()
        keys.leave()

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    def suspend(_number: int, _frame: FrameType | None) -> None:
        leave()
        os.kill(os.getpid(), signal.SIGSTOP)  # until SIGCONT
        enter()

    handlers = {signal.SIGTERM: end}
    if sys.platform != "win32":
        handlers |= {signal.SIGHUP: end, signal.SIGTSTP: suspend}  # type: ignore[dict-item]  # one does return
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        enter()
        yield screen, keys
    finally:
        leave()
        for number, handler in before.items():
            signal.signal(number, handler)
