"""The names of openings."""

from __future__ import annotations

from collections import Counter

import pytest

import shirokuro as sk
from shirokuro.game.opening_names import NAMES, opening_name
from shirokuro.game.symmetry import canonical

MIRRORS = {
    "as it is": lambda file, rank: (file, rank),
    "half turn": lambda file, rank: (7 - file, 7 - rank),
    "diagonal": lambda file, rank: (rank, file),
    "other diagonal": lambda file, rank: (7 - rank, 7 - file),
}
"""The symmetries that leave the start position as it is."""


def mirrored(moves: str, mirror: str) -> str:
    squares = [MIRRORS[mirror]("abcdefgh".index(moves[at]), int(moves[at + 1]) - 1) for at in range(0, len(moves), 2)]
    return "".join(f"{'abcdefgh'[file]}{rank + 1}" for file, rank in squares)


@pytest.mark.parametrize("mirror", MIRRORS)
def test_every_line_is_legal_and_has_its_name_in_every_symmetry(mirror: str) -> None:
    for moves, name in NAMES.items():
        assert opening_name(mirrored(moves, mirror)) == name


def test_no_two_lines_lead_to_the_same_position() -> None:
    counts = Counter(canonical(sk.Position.from_moves(moves)) for moves in NAMES)
    assert set(counts.values()) == {1}


def test_no_two_lines_have_the_same_name() -> None:
    assert set(Counter(NAMES.values()).values()) == {1}


def test_the_longest_known_line_decides() -> None:
    assert opening_name("f5") is None
    assert opening_name("f5d6") == "Perpendicular"
    assert opening_name("f5d6c3d3") == "Perpendicular"
    assert opening_name("f5d6c3d3c4f4f6") == "Stephenson"
    assert opening_name("f5d6c3d3c4f4f6f7") == "Stephenson"


def test_another_order_of_moves_has_the_same_name() -> None:
    assert opening_name("f5f6e6f4e3") == opening_name("f5f6e6d6c5") == "Cow"
    assert opening_name("f5d6c4d3c3") == opening_name("f5d6c3d3c4") == "Tiger"


def test_moves_may_be_given_one_by_one_and_as_any_text() -> None:
    assert opening_name(("f5", "f6")) == opening_name("1. F5 F6") == "Diagonal"
    assert opening_name(sk.LiveGame("f5f4").moves) == "Parallel"
    assert opening_name("") is None


def test_an_illegal_move_is_refused() -> None:
    with pytest.raises(ValueError, match="move 2"):
        opening_name("f5a1")


def test_moves_after_the_longest_line_change_nothing() -> None:
    game = sk.random_games(1, seed=1)[0]
    assert opening_name(game.moves) == opening_name(game.moves[:21])
