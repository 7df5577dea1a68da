"""Damaged or forged JSON texts in model files: one error, little memory, and a way back to the checkpoint before."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shirokuro as sk
from shirokuro._core import TrainerCore, verify_file
from shirokuro.runs import texts
from shirokuro.runs.checkpoints import checkpoint_name
from shirokuro.training.convergence_tracker import ConvergenceTracker
from shirokuro.training.state import _decoded
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ("settings", "statistics", "monitor")


@pytest.fixture(scope="module")
def recorded(small: sk.TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 128 games with two checkpoints; tests copy it."""
    directory = tmp_path_factory.mktemp("texts") / "run"
    sk.Trainer(small, patterns=PATTERNS).start_training(128, directory=directory, checkpoint_every=64)
    (directory / "model.shiro").unlink()
    return directory


@pytest.fixture(scope="module")
def intact(recorded: Path) -> dict[str, str]:
    content = verify_file(recorded / "checkpoints" / checkpoint_name(128))
    return {name: content[name] for name in TEXTS}  # type: ignore[literal-required]


def decode(path: Path, changed: dict[str, str]) -> None:
    _decoded(path, 7, changed["settings"], changed["statistics"], changed["monitor"])


def bomb(size: int) -> str:
    return base64.b64encode(zlib.compress(bytes(size), 9)).decode()


DAMAGE = {
    "nothing": "",
    "no object": "[]",
    "half": '{"games": 1',
    "deep": '{"games": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "many digits": '{"games": ' + "9" * 4000 + "}",
    "too many digits": '{"games": ' + "9" * 5000 + "}",
    "many values": '{"games": [' + "[]," * texts.MAX_ITEMS + "[]]}",
    "wrong type": '{"games": "many"}',
    "unknown": '{"hames": 1}',
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_text_is_an_error_that_names_the_file(
    name: str, damage: str, intact: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(sk.ModelFileError, match=r"model\.shiro: damaged: "):
        decode(tmp_path / "model.shiro", {**intact, name: damage})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**45), 10**45) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Returns the path of every value within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


@settings(max_examples=200)
@given(data=st.data())
def test_any_value_anywhere_is_read_or_refused(
    data: st.DataObject, intact: dict[str, str], tmp_path_factory: Any
) -> None:
    name = data.draw(st.sampled_from(TEXTS))
    value = json.loads(intact[name])
    *path, last = data.draw(st.sampled_from(places(value)[1:]))
    inner = value
    for key in path:
        inner = inner[key]
    inner[last] = data.draw(JSON)
    with contextlib.suppress(sk.ModelFileError):
        decode(tmp_path_factory.getbasetemp() / "model.shiro", {**intact, name: json.dumps(value)})


def test_a_decompression_bomb_is_refused_before_it_takes_memory(intact: dict[str, str]) -> None:
    state = json.loads(intact["monitor"])["convergence"]
    ConvergenceTracker.from_json(state)
    for length in (32 * state["size"] + 32, 200_000_000):
        with pytest.raises(ValueError, match="not a compressed text of at most"):
            ConvergenceTracker.from_json({**state, "last": bomb(length)})
    ConvergenceTracker.from_json({**state, "last": bomb(32 * state["size"])})
    with pytest.raises(ValueError, match="must be within"):
        ConvergenceTracker.from_json({**state, "size": 10**9})


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("settings", "half"),
        ("statistics", "deep"),
        ("statistics", "wrong type"),
        ("monitor", "too many digits"),
        ("monitor", "wrong type"),
    ],
)
def test_a_run_resumes_from_the_checkpoint_before_one_with_a_damaged_text(
    name: str, damage: str, recorded: Path, intact: dict[str, str], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(recorded, run)
    newest = run / "checkpoints" / checkpoint_name(128)
    core, *_ = TrainerCore.load(newest, threads=1, table_mb=1)
    core.save(newest, **{**intact, name: DAMAGE[damage]})  # type: ignore[arg-type]
    with pytest.raises(sk.ModelFileError, match=r"000000128\.shiro: damaged: "):
        sk.Trainer.load(newest)
    trainer = sk.Trainer()
    with pytest.raises(sk.ModelFileError, match=r"000000128\.shiro: damaged: "):
        trainer.restore(run, on_corrupt="fail")
    trainer.restore(run, on_corrupt="previous")
    assert trainer.games_played == 64
