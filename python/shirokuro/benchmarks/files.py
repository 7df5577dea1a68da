"""The time to save and load a training state, and the memory that training uses."""

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
    """Returns the seconds that a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def saving(trainer: Trainer, directory: Path | None) -> dict[str, float]:
    """Measures saving and loading a whole state, and writing the same number of raw bytes to the same disk."""
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
    """Measures the memory of a process that resumes a saved run with four workers and 32 MB of table each.

    A separate process is used because this one has other things in memory. A loaded state is resident as a whole, as
    after a million games; a new one touches memory only as it learns.
    """
    with TemporaryDirectory(dir=directory, prefix="shirokuro-") as folder:
        model = Path(folder) / "model.shiro"
        _run(_SAVING, model)
        measured = json.loads(_run(_TRAINING, model))
    return {f"memory_{name}": size / 1e6 for name, size in measured.items()}


def _run(program: str, model: Path) -> str:
    command = [sys.executable, "-c", program, str(model)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (this interpreter)
