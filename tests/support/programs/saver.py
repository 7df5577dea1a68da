"""Saves a training in child processes, to which `strace` can be attached before they start.

Its arguments are a file to write and the patterns to train. It reads lines from standard input. `shirokuro PATH` or
`naive PATH` prepares a child and prints its process id. Any next line lets the child save and prints its exit code:
0 saved, 3 failed, −9 killed.
"""

import ctypes
import os
import sys
from pathlib import Path

import shirokuro as sk

PR_SET_PTRACER = 0x59616D61
ANY_PROCESS = ctypes.c_ulong(-1)

NEW_SEED = 7
PIECE = 4096


def save_naively(path: Path, content: bytes) -> None:
    """Writes to the file in place, as `Trainer.save` must not do."""
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(content), PIECE):
            file.write(content[start : start + PIECE])


def save_when_ready(trainer: sk.Trainer, how: str, path: Path, content: bytes, ready: int) -> int:
    """Does the child's work once a byte can be read from `ready`, and returns its exit code."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANY_PROCESS, 0, 0, 0)
    os.read(ready, 1)
    try:
        if how == "naive":
            save_naively(path, content)
        else:
            trainer.save(path)
    except OSError:
        return 3
    return 0


def main() -> None:
    """Runs until the end of standard input."""
    example, patterns = Path(sys.argv[1]), sk.PatternSet.from_toml(sys.argv[2])
    config = sk.TrainConfig(seed=NEW_SEED, depth=1, threads=1, table_mb=1, compress=True)
    trainer = sk.Trainer(config, patterns=patterns)
    trainer.train_batch(8)
    trainer.save(example)
    content = example.read_bytes()
    for line in sys.stdin:
        how, path = line.split()
        ready, start = os.pipe()
        child = os.fork()
        if child == 0:
            os._exit(save_when_ready(trainer, how, Path(path), content, ready))
        print(child, flush=True)  # noqa: T201
        sys.stdin.readline()
        os.write(start, b".")
        os.close(start)
        os.close(ready)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
