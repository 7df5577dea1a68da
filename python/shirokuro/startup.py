"""Ctrl-C while the program `shirokuro` is still importing its modules."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType


def begin() -> None:
    """Lets Ctrl-C end the program without a traceback until `end`. Does nothing where the package is a library."""
    if (
        _is_program()
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    ):
        signal.signal(signal.SIGINT, _exit)


def end() -> None:
    """Restores the usual effect of Ctrl-C, a KeyboardInterrupt."""
    if signal.getsignal(signal.SIGINT) is _exit:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _is_program() -> bool:
    name, words = (getattr(sys, "argv", None) or [""])[0], sys.orig_argv
    if name == "-m":
        return "-m" in words and words[words.index("-m") + 1 :][:1] == ["shirokuro"]
    return os.path.basename(name) in {"shirokuro", "shirokuro.exe"}  # noqa: PTH119 (pathlib takes time to import)


def _exit(number: int, _frame: FrameType | None) -> NoReturn:
    with contextlib.suppress(OSError):  # standard error may be closed
        os.write(2, b"shirokuro: interrupted\n")
    os._exit(128 + number)
