"""Saves a training in child processes, which `strace` can be attached to before they begin.

Reads lines from standard input: `shirokuro PATH` or `naive PATH` prepares a child and prints its process id; the next
line, whatever it is, lets the child save, and prints its exit code: 0 saved, 3 failed, −9 killed.
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
    """Writes into the file itself: what `Trainer.save` must not do."""
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(content), PIECE):
            file.write(content[start : start + PIECE])


def save_when_told(trainer: sk.Trainer, how: str, path: Path, content: bytes, told: int) -> int:
    """The child's work; its exit code."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANY_PROCESS, 0, 0, 0)
    os.read(told, 1)
    try:
        if how == "naive":
            save_naively(path, content)
        else:
            trainer.save(path)
    except OSError:
        return 3
    return 0


def main() -> None:
    """Serves until the end of standard input."""
    trainer = sk.Trainer(sk.TrainConfig(seed=NEW_SEED, depth=1, threads=1, table_mb=1, compress=True))
    trainer.train_batch(8)
    example = Path(sys.argv[1])
    trainer.save(example)
    content = example.read_bytes()
    for line in sys.stdin:
        how, path = line.split()
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os._exit(save_when_told(trainer, how, Path(path), content, told))
        print(child, flush=True)  # noqa: T201
        sys.stdin.readline()
        os.write(tell, b".")
        os.close(tell)
        os.close(told)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
