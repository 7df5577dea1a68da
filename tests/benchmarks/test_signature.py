"""The signature: the results of fixed searches and a short training."""

import dataclasses

import pytest

from shirokuro.benchmarks.signature import Signature
from shirokuro.cli import main

KNOWN = Signature(
    perft=3_005_288,
    search=747_909,
    confident=772_750,
    solve=3_368_056,
    training="7c0f3a0c7e151ba42ab975634d0d2ebf7b548e46e681a165831ba20af6f5a80e",
)
"""The expected signature, which may change only for a reason that the changelog states."""


def test_the_signature_is_the_known_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--signature"]) == 0
    printed = capsys.readouterr().out
    assert printed == f"{KNOWN}\n"


def test_every_count_is_part_of_the_signature() -> None:
    shorts = {KNOWN.short}
    for field in dataclasses.fields(Signature):
        value = getattr(KNOWN, field.name)
        shorts.add(dataclasses.replace(KNOWN, **{field.name: value + ("0" if isinstance(value, str) else 1)}).short)
    assert len(shorts) == 1 + len(dataclasses.fields(Signature))
