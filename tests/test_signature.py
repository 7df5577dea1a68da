"""The signature: what fixed searches and a short training come to."""

import dataclasses

import pytest

from shirokuro.benchmarks.signature import Signature
from shirokuro.cli import main

KNOWN = Signature(
    perft=3_005_288,
    search=638_719,
    confident=649_859,
    solve=4_038_105,
    training="190394cc6b698c8dbaef0d10654da5ac0da6999697a05f223b2a2611b6379141",
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
