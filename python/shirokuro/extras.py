"""Optional packages, installed by extras."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


class MissingExtraError(ImportError):
    """A required optional package is not installed. The message names the extra that installs it."""


def load(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Imports a module from a package that an extra installs.

    Args:
        module: the module's name.
        extra: the extra's name.
        purpose: what the package is needed for.

    Raises:
        MissingExtraError: the package is not installed.
    """
    package = module.partition(".")[0]
    try:
        importlib.import_module(package)
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{purpose} needs the package {package}, which is not installed: pip install 'shirokuro[{extra}]'"
        ) from error
