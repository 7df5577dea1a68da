"""Starts a program that speaks the Go Text Protocol, and logs the dialogue to a file, with `>` before each command.

Usage: gtp_relay.py FILE PROGRAM ARGUMENT...
"""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import IO


def relay(source: IO[bytes], target: IO[bytes], log: IO[bytes], mark: bytes) -> None:
    for line in source:
        log.write(mark + line)
        target.write(line)
        target.flush()


def main() -> None:
    # Unbuffered: each line is in the file as soon as it is sent.
    with (
        open(sys.argv[1], "ab", buffering=0) as log,  # noqa: PTH123
        subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program,
    ):
        assert program.stdin
        assert program.stdout
        answers = threading.Thread(target=relay, args=(program.stdout, sys.stdout.buffer, log, b""))
        answers.start()
        relay(sys.stdin.buffer, program.stdin, log, b">")
        program.stdin.close()
        answers.join()


main()
