"""Portable models: their content, and what is refused."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro import models
from shirokuro._core import PatternSet
from shirokuro.cli import main
from shirokuro.runs.portable import FORMATS, Format

if TYPE_CHECKING:
    from pathlib import Path


def content(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns the arrays and the metadata, as the formats' own libraries read them."""
    if path.suffix == ".npz":
        with np.load(path) as archive:
            arrays = dict(archive)
        return arrays, json.loads(str(arrays.pop("metadata")))
    numpy = pytest.importorskip("safetensors.numpy")
    with pytest.importorskip("safetensors").safe_open(path, "np") as file:
        metadata = file.metadata()
    return numpy.load_file(path), metadata


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_has_the_weights_the_patterns_and_their_meaning(
    kind: Format, trained: sk.Trainer, tmp_path: Path
) -> None:
    path = tmp_path / f"model.{kind}"
    sk.export_model(trained.evaluator, path)
    arrays, metadata = content(path)
    squares = arrays.pop("squares")
    weights = trained.evaluator.get_weights()
    assert arrays.keys() == weights.keys()
    assert all(np.array_equal(arrays[name], weights[name]) for name in weights)
    names = [[[f"{'abcdefgh'[s % 8]}{s // 8 + 1}" for s in row if s != 255] for row in rows] for rows in squares]
    assert dict(zip(weights, names, strict=True)) == PatternSet.default().features
    assert json.loads(metadata["patterns"]) == {
        name: rotations[0] for name, rotations in PatternSet.default().features.items()
    }
    assert (metadata["stages"], metadata["neutral"], metadata["units_per_disc"]) == ("60", "32768", "256")
    assert metadata["weights_digest"] == trained.evaluator.digest()
    assert "license" not in metadata
    assert "games" not in metadata


@pytest.mark.parametrize("kind", FORMATS)
def test_equal_models_make_equal_files(kind: Format, trained: sk.Trainer, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        sk.export_model(trained.evaluator, path, format=kind)
    assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()


def test_the_digest_and_games_of_a_training_are_stated(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    assert main(["export", str(model), str(path), "--license", "CC0-1.0"]) == 0
    _, metadata = content(path)
    assert metadata["training_digest"] == sk.file_digest(model)
    assert (metadata["games"], metadata["license"]) == ("1000", "CC0-1.0")


def test_the_model_in_the_box_is_exported_with_its_licence(tmp_path: Path) -> None:
    sk.export_model("default", tmp_path / "model.safetensors")
    _, metadata = content(tmp_path / "model.safetensors")
    assert metadata["license"] == "MIT"
    assert metadata["training_digest"] == models.facts()["digest"]


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"path = .*model\.onnx'.*: must end in .npz or .safetensors"):
        sk.export_model("default", tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="format = 'onnx': must be npz or safetensors"):
        sk.export_model("default", tmp_path / "model.npz", format="onnx")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_licence_needs_a_format_that_states_it(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(model), str(tmp_path / "model.shiro"), "--license", "MIT"]) == 2
    assert "--license needs --format npz or safetensors" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
