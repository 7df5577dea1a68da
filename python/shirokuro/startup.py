"""The start of a program: Ctrl-C while it is still importing its modules, and the threads of NumPy.

`begin` runs before anything else in the package, so this module imports only what the interpreter itself has loaded.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn
else:
    import _signal as signal  # `signal` itself imports `enum`


def begin() -> None:
    """Lets Ctrl-C end the program without a traceback until `interruptible`, and NumPy compute on one thread.

    Does nothing where this is a library.

    A script is a program of the package if it sets `__ends_on_interrupt__ = True` before it imports the package. It
    then calls its main function by `run`, or a command by `shirokuro.cli.main`.
    """
    if not _is_program():
        return
    # NumPy's library for linear algebra starts as many threads as there are cores, which takes longer than all that the
    # programs compute with it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        try:
            signal.signal(signal.SIGINT, _exit)
        except ValueError:  # not on the main thread
            return


class interruptible:  # noqa: N801 (a context, used like a function)
    """A context in which Ctrl-C has its usual effect, a KeyboardInterrupt."""

    def __enter__(self) -> None:
        if signal.getsignal(signal.SIGINT) is _exit:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def __exit__(self, *_error: object) -> None:
        begin()


def run(main: "Callable[[], int | None]") -> int:
    """Calls the main function of a script, and returns its exit code: after Ctrl-C, 130 and no traceback."""
    try:
        with interruptible():
            code = main() or 0
            _flush()
            return code
    except KeyboardInterrupt:
        _say_interrupted()
        return 128 + signal.SIGINT


def _flush() -> None:
    """Writes what was printed, while Ctrl-C still has its usual effect. The interpreter reports errors at its end."""
    try:
        sys.stdout.flush()
    except (AttributeError, OSError, ValueError):  # without standard output, or with a broken one
        return


def _name() -> str:
    words: list[str] = getattr(sys, "argv", None) or [""]
    return os.path.basename(words[0])  # noqa: PTH119 (pathlib takes time to import)


def _is_program() -> bool:
    if getattr(sys.modules.get("__main__"), "__ends_on_interrupt__", False):
        return True
    if _name() == "-m":
        return _module() == "shirokuro"
    return _name() in {"shirokuro", "shirokuro.exe"}


def _module() -> str:
    """Returns the module that `python -m` was called with, in whatever way: `-m NAME`, `-mNAME`, `-Im NAME`."""
    words = iter(sys.orig_argv[1:])
    for word in words:
        if word in {"-W", "-X"}:
            next(words, None)
        elif word[:1] == "-" and word[1:2] not in {"-", "W", "X"} and "m" in word:
            return word.partition("m")[2] or next(words, "")
    return ""


def _say_interrupted() -> None:
    name = _name()
    text = f"{name if name.endswith('.py') else 'shirokuro'}: interrupted\n"
    try:
        os.write(2, text.encode(errors="replace"))
    except OSError:  # standard error may be closed
        return


def _exit(number: int, _frame: "FrameType | None") -> "NoReturn":
    _say_interrupted()
    os._exit(128 + number)
