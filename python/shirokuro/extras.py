"""Packages that are needed for some things only: the extras of the installation."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


class MissingExtraError(ImportError):
    """A package is not installed that what was asked for needs; the message names the extra that brings it."""


def load(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Imports a module of a package that an extra brings.

    Args:
        module: its name.
        extra: the extra's name.
        purpose: what it is needed for.

    Raises:
        MissingExtraError: it is not installed.
    """
    package = module.partition(".")[0]
    try:
        importlib.import_module(package)
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{purpose} needs the package {package}, which is not installed: pip install 'shirokuro[{extra}]'"
        ) from error
