"""Numbers in texts."""

from __future__ import annotations

import pytest

import shirokuro as sk
from shirokuro.display.format import counted


@pytest.mark.parametrize(
    ("count", "arguments", "text"),
    [
        (0, ("game",), "0 games"),
        (1, ("game",), "1 game"),
        (2000, ("game",), "2,000 games"),
        (1, ("ply", "plies"), "1 ply"),
        (2, ("ply", "plies"), "2 plies"),
        (1.0, ("second", "", "g"), "1 second"),
        (1.5, ("second", "", "g"), "1.5 seconds"),
        (2000, ("game", "", ""), "2000 games"),
    ],
)
def test_a_noun_agrees_with_its_number(count: float, arguments: tuple[str, ...], text: str) -> None:
    assert counted(count, *arguments) == text


def test_messages_about_a_single_thing_are_in_the_singular(small: sk.TrainConfig) -> None:
    assert str(sk.SearchLimits(nodes=1, exact_empties=1)) == "1 node, exact from 1 empty square"
    assert " of 1 game, " in repr(sk.Trainer(small.replace(games=1)))
