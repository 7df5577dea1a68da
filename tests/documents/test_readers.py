"""The example readers of portable models give the values of the package."""

from __future__ import annotations

import shutil
import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

import shirokuro as sk
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

READERS = ROOT / "examples" / "readers"

WIPED_OUT = ["X" * 12 + "-" * 52 + " O", "X" * 12 + "-" * 52 + " X"]
LAST_DISCS = ["XO" + "-" * 62 + " X", "-" * 8 + "-XOOOOO-" + "-" * 48 + " X", "XOOO-" + "-" * 59 + " X"]
FEW_DISCS = ["-" * 27 + "OX-" + "-" * 34 + " X", "X" + "-" * 62 + "O O"]


def lines(positions: int) -> list[str]:
    """Returns positions of random games, from the start to the end, and those that the rule treats separately."""
    written = [*WIPED_OUT, *LAST_DISCS, *FEW_DISCS]
    for game in sk.random_games(positions // 60 + 1, seed=3):
        position = sk.Position()
        for move in game.moves:
            written.append(line_of(position))
            position = position.play(move)
        written.append(line_of(position))
    return Random(1).sample(written, positions - 7) + written[:7]


def line_of(position: sk.Position) -> str:
    return "".join("-XO"[disc] for disc in position.board) + f" {'XO'[position.side_to_move - 1]}"


@pytest.fixture(scope="module", params=["default patterns", "own patterns"])
def evaluator(request: pytest.FixtureRequest, trained: sk.Trainer) -> sk.Evaluator:
    if request.param == "default patterns":
        return trained.evaluator
    own = sk.PatternSet.from_toml(ROOT / "examples" / "patterns" / "small.toml")
    trainer = sk.Trainer(trained.config, patterns=own)
    trainer.train_batch(500)
    return trainer.evaluator


@pytest.fixture(scope="module")
def models(evaluator: sk.Evaluator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portable")
    for name in ("model.npz", "model.safetensors"):
        sk.export_model(evaluator, folder / name)
    return folder


@pytest.mark.parametrize("reader", ["python-npz", "python-safetensors", "c", "javascript"])
def test_a_reader_gives_the_same_values(reader: str, models: Path, evaluator: sk.Evaluator, tmp_path: Path) -> None:
    positions = lines(1000)
    match reader:
        case "c":
            command = [str(tmp_path / "reader"), str(models / "model.safetensors")]
            warnings = ["-Wall", "-Wextra", "-Werror"]
            compiler = ["cc", "-O2", "-std=c99", *warnings, "-o", command[0], str(READERS / "reader.c")]
            subprocess.run(compiler, check=True, timeout=120)
        case "javascript":
            node = shutil.which("node")
            if node is None:
                pytest.skip("node is not installed: `make .venv/.programs` installs it on Debian")
            command = [node, str(READERS / "reader.js"), str(models / "model.safetensors")]
        case _:
            model = models / f"model.{reader.removeprefix('python-')}"
            command = [sys.executable, str(READERS / "reader.py"), str(model)]
    run = subprocess.run(command, input="\n".join(positions), capture_output=True, text=True, timeout=120, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    boards = [["-XO".index(disc) for disc in line[:64]] for line in positions]
    sides = [1 + "XO".index(line[65]) for line in positions]
    expected = evaluator.evaluate_batch(np.array(boards, np.int8), side_to_move=np.array(sides))
    assert len(set(expected)) > 500
    assert [float(line) for line in run.stdout.split()] == expected.tolist()


def test_every_reader_has_less_than_a_hundred_lines() -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in READERS.iterdir()}
    assert lengths.keys() == {"reader.py", "reader.c", "reader.js"}
    assert max(lengths.values()) < 100
