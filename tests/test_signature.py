"""The signature: what fixed searches and a short training come to."""

import dataclasses

import pytest

from shirokuro.benchmarks.signature import Signature
from shirokuro.cli import main

KNOWN = Signature(
    perft=3_005_288,
    search=812_756,
    confident=830_012,
    solve=4_446_248,
    training="8a433e1a9398b965c258b34ae14055c7867990acdc6b8806f0e54a013f3af5f9",
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
