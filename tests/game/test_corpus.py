"""Inputs that fuzzing has found worth keeping still meet what must hold for the readers."""

from __future__ import annotations

import pytest

from tests.support.fuzz_targets import TARGETS
from tests.support.paths import ROOT


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_read_is_legal_and_reads_back(name: str) -> None:
    inputs = sorted((ROOT / "tests" / "corpus" / name).iterdir())
    assert len(inputs) > 10
    for path in inputs:
        try:
            TARGETS[name](path.read_bytes())
        except Exception as error:
            error.add_note(f"input: {path}")
            raise
