"""Transcripts in the notations that people use."""

from __future__ import annotations

import pytest

from shirokuro.game.transcript import parse_transcript


@pytest.mark.parametrize(
    "text",
    [
        "f5d6c3",
        "F5D6C3",
        " f5 d6\nc3 ",
        "1. f5 d6 2. c3",
        "1.f5 2.d6 3.c3",
        "f5,d6;c3",
        "f5 -- d6 pass c3",
        "f5 PA d6 c3",
    ],
)
def test_transcripts_are_read_in_all_common_notations(text: str) -> None:
    assert parse_transcript(text) == ("f5", "d6", "c3")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f5d6x9", "move 3: 'x9'"),
        ("f5d6f5", "move 3: f5 is not legal"),
        ("f5d", "move 2: 'd'"),
        ("<b>", "move 1: '<b'"),
    ],
)
def test_an_invalid_transcript_is_rejected_with_the_move(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_transcript(text)
