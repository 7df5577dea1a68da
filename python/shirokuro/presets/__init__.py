"""Presets: settings files that ship with the package, in the format that `shirokuro train --config` reads."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
"""The folder of the presets."""


def names() -> list[str]:
    """Returns the names of the presets."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def path_of(name: str) -> Path:
    """Returns the file of a preset.

    Raises:
        ValueError: there is no preset of this name.
    """
    if name not in names():
        raise ValueError(f"preset = {name!r}: must be one of {', '.join(names())}")
    return FOLDER / f"{name}.toml"
