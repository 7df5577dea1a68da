"""What the tests of the web page share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def site(serve: Callable[..., Any], model: Path) -> str:
    """The URL of a page with a model."""
    return str(serve(model).url)
