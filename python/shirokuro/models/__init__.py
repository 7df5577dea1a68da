"""The model that ships with the package. `README.md` in this folder is its card."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from shirokuro._core import Evaluator

DEFAULT = "default"
"""The name of the model, where a model is wanted: a file of this name can be given as `./default`."""

FILE = Path(__file__).parent / "default.shiro"
"""The model: weights alone, compressed."""

LICENSE = "MIT"
"""The licence of the model, that of the package."""

FACTS = Path(__file__).parent / "default.json"
"""What is known of the model, and of the training that makes it."""


def default_model() -> Path:
    """Returns the file of the model that ships with the package.

    Raises:
        FileNotFoundError: the package lacks the file, as a source tree may.
    """
    if not FILE.is_file():
        raise FileNotFoundError(2, "the model that ships with the package is missing: name another one", str(FILE))
    return FILE


def default_evaluator() -> Evaluator:
    """Returns the evaluator of the model that ships with the package, which is loaded once.

    Raises:
        FileNotFoundError: the package lacks the file, as a source tree may.
        ModelFileError: the file is damaged.
    """
    return _load(default_model())


@lru_cache(maxsize=1)
def _load(path: Path) -> Evaluator:
    return Evaluator.load(path)


def facts() -> dict[str, Any]:
    """Returns what is known of the model."""
    content: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return content
