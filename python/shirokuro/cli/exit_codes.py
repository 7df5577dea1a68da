"""The exit codes of all commands, as the guide lists them."""

from __future__ import annotations

import errno
from enum import IntEnum


class ExitCode(IntEnum):
    """The meaning of an exit code."""

    SUCCESS = 0
    """The work is done."""
    WORSE = 1
    """The work is done, and its result is bad: a weaker model, damaged checkpoints, a figure that got worse."""
    USAGE = 2
    """Invalid arguments, settings or files, or a program that faults too often: a new try needs a change first."""
    TOO_MANY_ERRORS = 3
    """Training paused because too many games failed."""
    UNDECIDED = 4
    """A sequential test ended without a decision."""
    IO_ERROR = 74
    """The disk, or something else that may pass, failed: `EX_IOERR` of sysexits.h."""
    IN_USE = 75
    """Another training has the run: `EX_TEMPFAIL` of sysexits.h."""
    INTERRUPTED = 130
    """Interrupted by Ctrl-C: 128 + the signal's number, as for other signals."""
    OUTPUT_CLOSED = 141
    """Nobody reads the output any more: 128 + 13, as for a process that SIGPIPE has ended."""


_USAGE_ERRORS = frozenset(
    {
        None,  # without a number, it is not the system's
        errno.EACCES,
        errno.EADDRINUSE,
        errno.EADDRNOTAVAIL,
        errno.EEXIST,
        errno.EINVAL,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.ENOTEMPTY,
        errno.EPERM,
    }
)
"""Errors of the system that a wrong argument causes, and that do not pass by themselves."""


def of_error(error: BaseException) -> ExitCode:
    """Returns the exit code of a command that an exception ended."""
    match error:
        case KeyboardInterrupt():
            return ExitCode.INTERRUPTED
        case BrokenPipeError():
            return ExitCode.OUTPUT_CLOSED
        case BlockingIOError():
            return ExitCode.IN_USE
        case ImportError():
            return ExitCode.USAGE
        case OSError() if error.errno not in _USAGE_ERRORS:
            return ExitCode.IO_ERROR
    return ExitCode.USAGE
