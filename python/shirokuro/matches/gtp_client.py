"""Running programs that speak the Go Text Protocol, version 2, as Othello programs such as `gtp-rhino` do.

The protocol: https://www.lysator.liu.se/~gunnar/gtp/gtp2-spec-draft2/gtp2-spec.html
"""

from __future__ import annotations

import contextlib
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, BinaryIO, NoReturn, Self

from shirokuro.display.format import counted
from shirokuro.signals import wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_TIMEOUT = 60.0
"""The time limit for an answer, in seconds."""

_GAMES = ("/usr/games", "/usr/local/games")
"""Directories in which Debian installs games; they are not on every user's `PATH`."""

_LONGEST_LINE = 65536
_LINES_AHEAD = 1000
_CLOSING_SECONDS = 1.0


class GtpError(OSError):
    """A program did not start, exited, did not answer in time, or gave an answer that makes no sense."""


class GtpRefusalError(GtpError):
    """A program answered a command with an error; it is ready for the next command."""


class GtpEngine:
    """A running program that answers commands. Only one thread may `ask`; any thread may `kill`.

    Args:
        command: the program and its arguments, as a list or as a shell would read them. No shell is involved.
        timeout: the time limit for each answer, in seconds.

    Raises:
        GtpError: the program does not exist or can't be started.
        ValueError: the command is empty, or `timeout` is not greater than 0.
    """

    def __init__(self, command: str | Sequence[str], *, timeout: float = DEFAULT_TIMEOUT) -> None:
        words = shlex.split(command) if isinstance(command, str) else list(command)
        if not words:
            raise ValueError("a program's command is empty")
        if not timeout > 0:
            raise ValueError(f"timeout = {timeout}: must be greater than 0")
        self.command = shlex.join(words)
        """The program and its arguments."""
        self._timeout = timeout
        self._asked = 0
        self._has_answered = False
        self._closed = threading.Event()
        self._lines: queue.Queue[str | None] = queue.Queue(_LINES_AHEAD)
        self._errors: deque[str] = deque(maxlen=20)
        self._process = self._start(words)
        self._threads = [
            threading.Thread(target=target, args=(stream,), daemon=True)
            for target, stream in ((self._listen, self._process.stdout), (self._keep_errors, self._process.stderr))
        ]
        for thread in self._threads:
            thread.start()

    def __reduce__(self) -> NoReturn:
        """Refuses to be pickled or copied."""
        raise TypeError("cannot pickle or copy a GtpEngine: it owns a process; start another one from its command")

    def _start(self, words: list[str]) -> subprocess.Popen[bytes]:
        path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_GAMES))
        program = shutil.which(words[0], path=path)
        if not program:
            raise GtpError(f"{words[0]}: no such program is installed")
        try:
            # In a session of its own, Ctrl-C does not reach the program: this process kills it with all its children.
            return subprocess.Popen(  # noqa: S603 (the user names the program)
                [program, *words[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise GtpError(f"{self.command}: can't be started: {error.strerror}") from error

    def _listen(self, stream: BinaryIO) -> None:
        with stream:
            while line := stream.readline(_LONGEST_LINE):
                # The queue is bounded: a program that writes endlessly has to wait.
                if not self._pass_on(line.decode("utf-8-sig", errors="replace").rstrip()):
                    return
            self._pass_on(None)

    def _pass_on(self, line: str | None) -> bool:
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                self._lines.put(line, timeout=0.1)
                return True
        return False

    def _keep_errors(self, stream: BinaryIO) -> None:
        with stream:
            while line := stream.readline(_LONGEST_LINE):
                self._errors.append(line.decode(errors="replace").rstrip())

    def ask(self, command: str) -> str:
        """Sends a command and returns the answer, which may have several lines.

        Lines that do not belong to the answer are skipped.

        Raises:
            GtpRefusalError: the program answered with an error.
            GtpError: the program did not answer in time or has exited.
        """
        self._asked += 1
        deadline = time.monotonic() + self._timeout
        assert self._process.stdin is not None  # noqa: S101 (for the type checker)
        try:
            self._process.stdin.write(f"{self._asked} {command}\n".encode())
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise self._failure(command, self._end()) from None
        skipped = ""
        while True:
            line = self._line(command, deadline, skipped)
            status, answer = self._parse(line)
            if not status:
                skipped = line or skipped
                continue
            lines = [answer]
            while line := self._line(command, deadline, skipped):
                lines.append(line)
            if status == "?":
                hint = self._hint(command)
                raise GtpRefusalError(f"{self.command}: refused {command!r}: {' '.join(lines).strip()}{hint}")
            self._has_answered = True
            return "\n".join(lines).strip()

    def _parse(self, line: str) -> tuple[str, str]:
        """Returns the status and text of an answer's first line; the status is empty if it answers another command."""
        head, _, text = line.partition(" ")
        number = head[1:]
        if head[:1] not in {"=", "?"} or number not in {"", str(self._asked)}:
            return "", ""
        return head[0], text.strip()

    def _hint(self, command: str) -> str:
        """Returns a hint if the program has answered no command so far, although it reacts to them."""
        numbered = f"{self._asked} {command}"
        return "" if self._has_answered else f" (it may not understand commands with a number, such as {numbered!r})"

    def _line(self, command: str, deadline: float, skipped: str) -> str:
        lines: list[str | None] = []

        def receive(seconds: float) -> bool:
            with contextlib.suppress(queue.Empty):
                lines.append(self._lines.get(timeout=seconds))
            return bool(lines)

        late = f"no answer within {counted(self._timeout, 'second', form='g')}"
        if not wait_for(receive, max(0.0, deadline - time.monotonic())):
            received = f", only {skipped[:80]!r}{self._hint(command)}" if skipped else ""
            problem = f"{late}{received}"
        else:
            line = lines[0]
            if line is not None and time.monotonic() < deadline and not self._closed.is_set():
                return line
            problem = self._end() if line is None else f"{late}, only {line[:80]!r}"
        raise self._failure(command, problem)

    def _end(self) -> str:
        """Describes how the program ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(_CLOSING_SECONDS)
            return f"it was killed by signal {-code}" if code < 0 else f"it exited with code {code}"
        return "it closed its output"

    def _failure(self, command: str, problem: str) -> GtpError:
        self.kill()
        wrote = f"; it wrote: {self._errors[-1][:200]}" if self._errors else ""
        return GtpError(f"{self.command}: {problem} when asked {command!r}{wrote}")

    @property
    def errors(self) -> list[str]:
        """The last lines that the program wrote to its standard error, at most 20."""
        return list(self._errors)

    def close(self) -> None:
        """Asks the program to quit, and kills it if it does not."""
        if not self._closed.is_set() and self._process.poll() is None and self._process.stdin:
            with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):
                self._process.stdin.write(b"quit\n")
                self._process.stdin.close()
                self._process.wait(_CLOSING_SECONDS)
        self.kill()

    def kill(self) -> None:
        """Kills the program and the processes that it has started."""
        self._closed.set()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):  # it may run as another user
            self._process.wait(_CLOSING_SECONDS)
        # A process that has left the group may still hold the pipes open: don't wait for it.
        for thread in self._threads:
            thread.join(_CLOSING_SECONDS)
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)  # wakes a thread that waits for an answer
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
