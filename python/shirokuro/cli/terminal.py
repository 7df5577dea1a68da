"""Standard output and error as they are: in any encoding, closed or full; and texts from files and programs in them."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console
from rich.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, TextIO

    from rich.console import ConsoleOptions, RenderableType

_NULL = Path(os.devnull)

_DIRECTIONS = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Characters that reverse the order of others, so that a text looks like another one."""

_CONTROLS = dict.fromkeys(
    each
    for each in (*range(32), *range(127, 160), *_DIRECTIONS, 0x2028, 0x2029)  # the last ones separate lines
    if chr(each) not in "\n\t"
)
"""Characters that terminals obey, such as those that start escape sequences."""


def printable(text: str) -> str:
    """Removes control characters from a text that may come from a file or a program. Line breaks and tabs stay."""
    return text.translate(_CONTROLS)


def say(text: object, *, error: bool = False) -> None:
    """Prints a line without control characters to standard output or, for an error, to standard error."""
    print(printable(str(text)), file=sys.stderr if error else sys.stdout, flush=True)


class _SafeConsole(Console):
    """A console that removes control characters from every text, and raises an error for a closed pipe."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            is_safe = segment.control or segment.text.isprintable()
            yield segment if is_safe else Segment(printable(segment.text), segment.style)

    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def console(*, stderr: bool = False, pipe_width: int | None = None, markup: bool = False) -> Console:
    """Returns a console for texts and tables.

    Args:
        stderr: write to standard error instead of standard output.
        pipe_width: the width in columns when there is neither a terminal nor `COLUMNS` to ask.
        markup: interpret rich's markup in strings.
    """
    made = _SafeConsole(stderr=stderr, markup=markup)
    if pipe_width and not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = pipe_width
    return made


class _LossyFile(io.FileIO):
    """A file whose content is lost while it can't be written, as on a full disk."""

    def __init__(self, descriptor: int, *, lose_closed: bool) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self.failure: OSError | None = None
        """The first error."""
        self._lose_closed = lose_closed

    def write(self, content: Any, /) -> int:  # noqa: ANN401 (anything with bytes)
        try:
            return super().write(content)
        except OSError as error:
            if isinstance(error, BrokenPipeError) and not self._lose_closed:
                raise
            self.failure = self.failure or error
            return memoryview(content).nbytes


@contextmanager
def standard_streams() -> Iterator[None]:
    """Makes standard output and error usable, whatever they are connected to, until the end of the context.

    A character that the encoding lacks is replaced. Output to a closed descriptor is dropped, and so are messages on
    standard error that can't be written: they do not decide about the work.
    """
    _fill_descriptors()
    before = sys.stdin, sys.stdout, sys.stderr
    if sys.stdin is None:
        sys.stdin = _NULL.open(encoding="utf-8")
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, _NULL.open("w", encoding="utf-8"))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if sys.stderr is sys.__stderr__ and (lossy := _lossy(sys.stderr, lose_closed=True)):
        sys.stderr = lossy[0]
    try:
        yield
    finally:
        if sys.stderr is not before[2]:
            sys.stderr.flush()
        # A stream that was missing stays replaced: the interpreter may still write to it.
        sys.stdin = before[0] or sys.stdin
        sys.stdout = before[1] or sys.stdout
        sys.stderr = before[2] or sys.stderr


@contextmanager
def output_may_be_lost() -> Iterator[None]:
    """Lets work go on when standard output can't be written, and says so at the end.

    A closed pipe is still an error: nobody reads the output any more.
    """
    before = sys.stdout
    lossy = _lossy(before, lose_closed=False) if before is sys.__stdout__ else None
    if not lossy:
        yield
        return
    sys.stdout, file = lossy
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout = before
        if file.failure:
            say(f"standard output is incomplete: {file.failure.strerror}", error=True)


def drop_output() -> None:
    """Redirects standard output to the null device, so that the flush of its buffer at exit does not fail."""
    with suppress(OSError, ValueError):  # a file without a descriptor needs no redirection
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lossy(stream: TextIO | None, *, lose_closed: bool) -> tuple[TextIO, _LossyFile] | None:
    """Returns a stream to the same descriptor that loses what can't be written; `None` without a descriptor."""
    if not isinstance(stream, io.TextIOWrapper):
        return None
    try:
        file = _LossyFile(stream.fileno(), lose_closed=lose_closed)
    except (OSError, ValueError):
        return None
    stream.flush()
    by_line = stream.line_buffering or stream.write_through
    text = io.TextIOWrapper(
        io.BufferedWriter(file), encoding=stream.encoding, errors=stream.errors, line_buffering=by_line
    )
    return text, file


def _fill_descriptors() -> None:
    """Opens the null device for closed standard descriptors, so that no other file gets their numbers."""
    while True:
        descriptor = os.open(os.devnull, os.O_RDWR)
        if descriptor > 2:  # noqa: PLR2004 (standard error)
            os.close(descriptor)
            return
