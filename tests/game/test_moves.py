"""Moves in the notations that people and programs use."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shirokuro as sk
from shirokuro.game.live import LiveGame
from shirokuro.game.moves import read_move, read_moves
from tests.support.transcripts import NOTATIONS, game_with_a_pass, random_game, words

SEEDS = st.integers(0, 10_000)


@pytest.mark.parametrize("notation", NOTATIONS)
@settings(max_examples=25)
@given(seed=SEEDS, plies=st.integers(1, 60))
def test_every_notation_is_read_as_the_game_that_was_written(notation: str, seed: int, plies: int) -> None:
    game = random_game(seed, plies)
    assert read_moves(NOTATIONS[notation](game)) == game.moves


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_notation_is_read_with_passes(notation: str) -> None:
    game = game_with_a_pass()
    assert read_moves(NOTATIONS[notation](game)) == game.moves


@pytest.mark.parametrize("text", ["", " \n", "\ufeff"])
def test_a_text_without_words_has_no_moves(text: str) -> None:
    assert read_moves(text) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f5d6x9", "move 3: 'x9' is not a square"),
        ("f5 d6 x9", "move 3: 'x9' is not a square"),
        ("f5d6f5", "move 3: illegal move f5: .*; black may play c3, c4, c5"),
        ("f5d", "move 2: 'd' is not a square"),
        ("f5d62", "move 3: '2' is not a square"),
        ("f5 dd6 c3", "move 2: 'dd6' is not a square"),
        ("f5 (or so) d6", "move 2: '\\(or' is not a square"),
        ("<b>", "move 1: '<b>' is not a square"),
        ("12", "move 1: '12' is not a square"),
        ("hello", "move 1: 'hello' is not a square"),
        ("pass", "move 1: black has a legal move and can't pass"),
        ("f5 pass d6", "move 2: white has a legal move and can't pass; white may play f4, d6, f6"),
        ("f5 -- d6", "move 2: white has a legal move and can't pass"),
        ("f5--d6", "move 2: white has a legal move and can't pass"),
        ("f5 d6 PA c3", "move 3: black has a legal move and can't pass"),
    ],
)
def test_an_invalid_transcript_is_rejected_with_the_move(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_moves(text)


def test_a_move_after_the_end_is_rejected() -> None:
    game = random_game(1)
    with pytest.raises(ValueError, match=f"move {len(game.moves) + 1}: a1 is not legal: the game is over"):
        read_moves(game.transcript + "a1")


@pytest.mark.parametrize("word", ["pass", "PA", "--", "@@"])
def test_passes_are_allowed_once_and_at_the_end(word: str) -> None:
    game = game_with_a_pass()
    written = words(game, word)
    assert read_moves(" ".join([*written, word, word])) == game.moves
    at = written.index(word)
    with pytest.raises(ValueError, match="has a legal move and can't pass"):
        read_moves(" ".join([*written[:at], word, *written[at:]]))


@given(seed=SEEDS, split=st.integers(0, 60))
def test_moves_may_start_from_any_position(seed: int, split: int) -> None:
    game = random_game(seed)
    split = min(split, len(game.moves))
    assert read_moves("".join(game.moves[split:]), game.positions[split]) == game.moves[split:]


def test_a_start_position_whose_side_must_pass_passes_by_itself_or_in_writing() -> None:
    start = sk.Position.from_diagram("OX" + "-" * 62 + " O")
    stuck = sk.Position(start.board, side_to_move="black")
    assert not stuck.legal_moves
    assert read_moves("c1", stuck) == read_moves("-- c1", stuck) == ("c1",)
    assert read_moves("pass", stuck) == ()


@settings(max_examples=300)
@given(st.text(alphabet="abcdefgh12345678 -.,pasPA@1\nxBW:()é\ufeff", max_size=60) | st.text(max_size=40))
def test_any_text_is_a_legal_game_or_rejected(text: str) -> None:
    message = ""
    try:
        sk.Position.from_moves("".join(read_moves(text)))
    except ValueError as error:
        message = str(error)
    assert re.match(r"move \d+: |$", message)


@pytest.mark.parametrize("word", ["pass", "PASS", "PA", "pa", "ps", "--", "@@", " Pass\n"])
def test_a_pass_has_several_names(word: str) -> None:
    assert read_move(word) == "--"


@pytest.mark.parametrize("word", ["", "f9", "i1", "f5d6", "-", "f 5"])
def test_what_is_neither_a_square_nor_a_pass_is_rejected(word: str) -> None:
    with pytest.raises(ValueError, match="neither a square"):
        read_move(word)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_live_game_starts_from_every_notation(notation: str) -> None:
    game = game_with_a_pass()
    assert LiveGame(NOTATIONS[notation](game)).moves == game.moves
