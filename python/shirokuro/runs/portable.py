"""Portable models: the weights, the patterns and what they mean, in formats that other programs read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from shirokuro import models
from shirokuro._core import (
    NEUTRAL_WEIGHT,
    STAGES,
    UNITS_PER_DISC,
    Evaluator,
    PatternSet,
    __version__,
    file_digest,
    read_header,
)
from shirokuro.files import temporary_for
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from numpy.typing import NDArray

Format: TypeAlias = Literal["npz", "safetensors"]
"""A format of other programs."""

FORMATS: tuple[Format, ...] = ("npz", "safetensors")
"""The formats, which are also the endings of the files' names."""

_PADDING = 255
"""The number that fills the rows of shorter patterns in the array `squares`."""

_OWN = (
    "Each pattern is read in up to eight orientations: squares[pattern][orientation], padded with 255; a row of 255 "
    "alone stands for no orientation."
)
"""What the rule says of patterns that are not the default ones."""

_DEFAULT = "Each pattern is read in four rotations: squares[pattern][rotation], padded with 255."

_RULE = (
    "A square is numbered a1 = 0, b1 = 1 … h8 = 63. A board's stage is its number of discs - 4, within 0 … stages - 1. "
    "The entry of a feature is the sum of digit * 3**k over its squares, k = 0 for the first; a digit is 0 for an "
    "empty square, 1 for the side to move, 2 for the opponent. {orientations} The evaluation for the side to move, in "
    "discs, is the sum of "
    "(weights[pattern][stage][entry] - neutral) / units_per_disc over all features, limited to -64 … 64. Two cases "
    "come first. A board that is full, or on which one side has no disc, has its final score, with empty squares "
    "counted for the winner. A board has 64 if the opponent has at most six discs and one legal move flips them all."
)


def export_model(
    model: Evaluator | str | PathLike[str],
    path: str | PathLike[str],
    *,
    format: Format | None = None,  # noqa: A002 (the word for it)
    license: str | None = None,  # noqa: A002 (the key in the file)
) -> None:
    """Writes a model for other programs: weights, patterns, the rule that evaluates, digests and licence.

    An existing file is replaced in one step. Equal models make equal files. `docs/formats.md` describes the content.

    Args:
        model: an evaluator, a model file, a run's directory (its latest checkpoint), or `"default"`.
        path: the file to write.
        format: `"npz"` (compressed) or `"safetensors"`; by default, the ending of the file's name.
        license: the licence of the weights, which the file states; by default, that of the model in the box for its
            weights, and none for others.

    Raises:
        ValueError: the format is unknown, or a pattern has the name of another array, `squares` or `metadata`.
        ModelFileError: the model's file is damaged.
        OSError: a file can't be read or written.
    """
    if format is None and Path(path).suffix[1:] not in FORMATS:
        raise ValueError(f"path = {os.fspath(path)!r}: must end in .npz or .safetensors, without a format")
    chosen = format or Path(path).suffix[1:]
    if chosen not in FORMATS:
        raise ValueError(f"format = {format!r}: must be npz or safetensors")
    file = None if isinstance(model, Evaluator) else model_of(model)
    evaluator = model if isinstance(model, Evaluator) else Evaluator.load(model_of(model))
    for name in ("squares", "metadata"):
        if name in evaluator.patterns.entries:
            raise ValueError(f"pattern {name!r}: can't be exported, because an array of the file has this name")
    arrays: dict[str, NDArray[Any]] = {**evaluator.get_weights(), "squares": _squares(evaluator.patterns)}
    metadata = _metadata(evaluator, file, license)
    write = _write_npz if chosen == "npz" else _write_safetensors
    with temporary_for(path) as temporary, temporary.open("wb") as stream:
        write(stream, arrays, metadata)
        stream.flush()
        os.fsync(stream.fileno())


def _squares(patterns: PatternSet) -> NDArray[np.uint8]:
    """Returns the squares' numbers by pattern and orientation, padded to the longest and most varied pattern."""
    features = list(patterns.features.values())
    longest = max(len(orientations[0]) for orientations in features)
    squares = np.full((len(features), max(map(len, features)), longest), _PADDING, np.uint8)
    for row, orientations in zip(squares, features, strict=True):
        for orientation, names in zip(row, orientations, strict=False):
            orientation[: len(names)] = [ord(name[0]) - ord("a") + 8 * (int(name[1]) - 1) for name in names]
    return squares


def _metadata(evaluator: Evaluator, file: Path | None, license_text: str | None) -> dict[str, str]:
    """Returns what a reader must know, as texts. What is unknown is absent."""
    metadata = {
        "format": "shirokuro portable model 1",
        "made_by": f"shirokuro {__version__}",
        "weights_digest": evaluator.digest(),
        "stages": str(STAGES),
        "neutral": str(NEUTRAL_WEIGHT),
        "units_per_disc": str(UNITS_PER_DISC),
        "patterns": json.dumps(evaluator.patterns.squares),
        "rule": _RULE.format(orientations=_DEFAULT if evaluator.patterns.is_default else _OWN),
    }
    if license_text is not None:
        metadata["license"] = license_text
    facts = models.facts()
    if metadata["weights_digest"] == facts["weights"]:
        metadata |= {"games": str(facts["games"]), "training_digest": facts["digest"]}
        metadata.setdefault("license", models.LICENSE)
    elif file is not None and (header := read_header(file))["training_state"]:
        metadata |= {"games": str(header["games_played"]), "training_digest": file_digest(file)}
    return metadata


def _write_safetensors(stream: IO[bytes], arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    types = {"uint16": "U16", "uint8": "U8"}
    header: dict[str, object] = {"__metadata__": metadata}
    end = 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        header[name] = {"dtype": types[array.dtype.name], "shape": array.shape, "data_offsets": (start, end)}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    stream.write(len(text).to_bytes(8, "little") + text)
    for array in arrays.values():
        stream.write(array.astype(array.dtype.newbyteorder("<")).tobytes())


def _write_npz(stream: IO[bytes], arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo  # noqa: PLC0415 (importing the package need not load it)

    with ZipFile(stream, "w") as archive:
        for name, array in {**arrays, "metadata": np.array(json.dumps(metadata))}.items():
            entry = ZipInfo(f"{name}.npy")  # without the time of writing, so that equal models make equal files
            entry.compress_type = ZIP_DEFLATED
            with archive.open(entry, "w") as member:
                np.lib.format.write_array(member, array)
