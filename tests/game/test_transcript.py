"""Transcripts in the notations that people use."""

from __future__ import annotations

from random import Random

import pytest

from shirokuro.game.live import LiveGame
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
        ("pass", "move 1: black has a legal move and can't pass"),
        ("f5 pass d6", "move 2: white has a legal move and can't pass"),
        ("f5 -- d6", "move 2: white has a legal move and can't pass"),
        ("f5 d6 PA c3", "move 3: black has a legal move and can't pass"),
    ],
)
def test_an_invalid_transcript_is_rejected_with_the_move(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_transcript(text)


def games_with_passes(count: int) -> list[LiveGame]:
    random, found = Random(4), list[LiveGame]()
    while len(found) < count:
        game, passes = LiveGame(), 0
        while not game.position.is_over:
            game.play(random.choice(game.position.legal_moves))
            passes += game.passed is not None
        if passes:
            found.append(game)
    return found


@pytest.mark.parametrize("word", ["pass", "PA", "--", ""])
def test_passes_may_be_written_or_left_out_where_they_are_forced(word: str) -> None:
    for game in games_with_passes(5):
        words, replayed = list[str](), LiveGame()
        for move in game.moves:
            replayed.play(move)
            words += [move, *([word] if replayed.passed else [])]
        assert parse_transcript(" ".join(words)) == game.moves
        assert parse_transcript(" ".join([*words, word, word])) == game.moves
        if word:
            twice = " ".join(words).replace(f" {word} ", f" {word} {word} ")
            with pytest.raises(ValueError, match="has a legal move and can't pass"):
                parse_transcript(twice)
