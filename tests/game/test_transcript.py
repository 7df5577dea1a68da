"""Transcripts as people write them."""

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
def test_transcripts_are_read_as_people_write_them(text: str) -> None:
    assert parse_transcript(text) == ("f5", "d6", "c3")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("f5d6x9", "move 3: 'x9'"),
        ("f5d6f5", "move 3: f5 is not legal"),
        ("f5d", "move 2: 'd'"),
        ("<b>", "move 1: '<b'"),
    ],
)
def test_a_transcript_that_is_none_is_refused_with_the_move(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_transcript(text)
