"""The signature: what fixed searches and a short training come to."""

import dataclasses

import pytest

from shirokuro.benchmarks.signature import Signature
from shirokuro.cli import main

KNOWN = Signature(
    perft=3_005_288,
    search=772_836,
    confident=781_822,
    solve=5_560_973,
    training="8083f449414ea2768413b9179b592894938fe7ce5c2bf706612e9a3536255de6",
)
"""It may change only with a reason, which the changelog gives."""


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
