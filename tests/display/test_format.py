"""Numbers in texts."""

from __future__ import annotations

import pytest

import shirokuro as sk
from shirokuro.display.format import counted, message_of, short


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


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("depth = 0: must be within 1…60"), "depth = 0: must be within 1…60"),
        (FileNotFoundError(2, "No such file or directory", "a.txt"), "a.txt: No such file or directory"),
        (OSError(28, "No space left on device", "my runs/a"), "'my runs/a': No space left on device"),
        (OSError(18, "Invalid cross-device link", "a", None, b"b"), "a -> b: Invalid cross-device link"),
        (OSError(5, "Input/output error"), "Input/output error"),
        (OSError("nobody listens"), "nobody listens"),
    ],
)
def test_an_error_of_the_system_reads_as_in_a_shell(error: Exception, message: str) -> None:
    assert message_of(error) == message


@pytest.mark.parametrize(
    ("value", "text"), [(999_400, "999k"), (999_600, "1M"), (-999_900, "-1M"), (12_345, "12.3k"), (99.94, "99.9")]
)
def test_a_short_number_never_has_an_exponent(value: float, text: str) -> None:
    assert short(value) == text
