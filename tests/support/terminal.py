"""Programs that run in a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import time
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Terminal:
    """A program in its own tmux terminal."""

    def __init__(self, command: list[str], *, columns: int, lines: int) -> None:
        self._socket = f"shirokuro-{uuid.uuid4().hex}"
        size = ("-x", str(columns), "-y", str(lines))
        # The shell stays after the program has ended, so that the final screen can be read.
        shell = ("bash", "-c", '"$@"; echo "[exit code $?]"; sleep 600', "bash")
        options = ("set-option", "-g", "status", "off", ";")
        self._tmux("-f", os.devnull, "start-server", ";", *options, "new-session", "-d", *size, *shell, *command)

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-L", self._socket, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    @property
    def screen(self) -> str:
        """The visible text."""
        return self._tmux("capture-pane", "-p")

    @property
    def ended(self) -> int | None:
        """The program's exit code; `None` while it runs."""
        found = re.search(r"\[exit code (\d+)\]", self.screen)
        return int(found[1]) if found else None

    @property
    def cursor(self) -> bool:
        """Whether the cursor is visible."""
        return self._tmux("display-message", "-p", "#{cursor_flag}").strip() == "1"

    @property
    def pid(self) -> int:
        """The process id of the program."""
        shell = self._tmux("display-message", "-p", "#{pane_pid}").strip()
        return int(subprocess.run(["pgrep", "-P", shell], check=True, capture_output=True, text=True).stdout)  # noqa: S607

    def press(self, *keys: str) -> None:
        """Sends keys by their tmux names."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Sends literal text, which `press` might mistake for the name of a key."""
        self._tmux("send-keys", "-l", "--", text)

    def resize(self, columns: int, lines: int) -> None:
        """Resizes the terminal."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def wait_for(self, condition: Callable[[str], object], *, seconds: float = 60) -> str:
        """Waits until the screen meets a condition, and returns the screen."""
        end = time.monotonic() + seconds
        while not condition(screen := self.screen):
            assert time.monotonic() < end, f"not seen in {seconds} s:\n{screen}"
            time.sleep(0.05)
        return screen

    def wait_for_end(self, *, seconds: float = 60) -> int:
        """Waits until the program ends, and returns its exit code."""
        end = time.monotonic() + seconds
        while (code := self.ended) is None:
            assert time.monotonic() < end, f"not ended in {seconds} s:\n{self.screen}"
            time.sleep(0.05)
        return code

    def close(self) -> None:
        """Closes the terminal, as if the user closed its window."""
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], check=False, capture_output=True)  # noqa: S607
