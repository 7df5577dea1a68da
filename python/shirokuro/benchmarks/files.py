"""What saving, loading and the memory of a training take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from shirokuro.benchmarks.engine import expect
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK = 1 << 20


def seconds(work: Callable[[], object]) -> float:
    """What it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def saving(trainer: Trainer, directory: Path | None) -> dict[str, float]:
    """Saves and loads a whole state, and writes as many bytes to the same disk without making anything of them."""
    with TemporaryDirectory(dir=directory, prefix="shirokuro-") as folder:
        path, copy = Path(folder) / "model.shiro", Path(folder) / "copy"
        save = seconds(lambda: trainer.save(path))
        loaded: list[Trainer] = []
        load = seconds(lambda: loaded.append(Trainer.load(path, threads=1)))
        expect("loading", found=loaded[0].digest(), known=trainer.digest())
        size = path.stat().st_size
        block = os.urandom(_BLOCK)

        def write() -> None:
            with copy.open("wb", buffering=0) as file:
                for _ in range(size // _BLOCK):
                    file.write(block)
                os.fsync(file.fileno())

        return {"save": save, "load": load, "disk_write": seconds(write), "checkpoint_size": size / 1e6}


_TRAINING = """
import json, resource, sys
import shirokuro as sk
from shirokuro.benchmarks.machine import peak
trainer = sk.Trainer.load(sys.argv[1])
trainer.train_batch(256)
print(json.dumps({**trainer.memory(), "peak": peak()}))
"""

_SAVING = """
import sys
import shirokuro as sk
sk.Trainer(sk.TrainConfig(table_mb=32, threads=4)).save(sys.argv[1])
"""


def memory(directory: Path | None) -> dict[str, float]:
    """The memory of a process that goes on with a saved training, four workers with 32 MB of table each.

    It is another process: this one has other things in memory. All of a loaded state is in use, as after a million
    games; a new one touches memory only as it learns.
    """
    with TemporaryDirectory(dir=directory, prefix="shirokuro-") as folder:
        model = Path(folder) / "model.shiro"
        _run(_SAVING, model)
        measured = json.loads(_run(_TRAINING, model))
    return {f"memory_{name}": size / 1e6 for name, size in measured.items()}


def _run(program: str, model: Path) -> str:
    command = [sys.executable, "-c", program, str(model)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (itself)
