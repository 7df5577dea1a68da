"""A game in progress: what was taken back or left is never lost."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shirokuro as sk


def test_moves_taken_back_are_played_again_in_their_order() -> None:
    game = sk.LiveGame("f5d6c3d3")
    game.undo(3)
    assert (game.transcript, game.undone) == ("f5", ("d6", "c3", "d3"))
    assert game.redo() == 1
    game.play("c3")  # the same move as before follows the line
    assert (game.transcript, game.undone) == ("f5d6c3", ("d3",))
    assert game.redo(9) == 1
    assert game.position == sk.Position.from_moves("f5d6c3d3")
    assert game.redo() == 0
    assert game.variations == ()
    with pytest.raises(ValueError, match="moves = -1"):
        game.redo(-1)


def test_another_move_keeps_the_line_as_a_variation_that_can_be_brought_back() -> None:
    game = sk.LiveGame("f5d6c3d3")
    game.undo(2)
    game.play("c5")
    assert (game.transcript, game.undone) == ("f5d6c5", ())
    assert game.variations == (("f5", "d6", "c3", "d3"),)
    game.switch(0)
    assert game.transcript == "f5d6c3d3"
    assert game.position == sk.Position.from_moves("f5d6c3d3")
    assert [*map("".join, game.variations)] == ["f5d6c5"]
    with pytest.raises(IndexError):
        game.switch(1)


def test_a_move_into_a_variation_takes_up_its_rest() -> None:
    game = sk.LiveGame("f5d6c3d3")
    game.undo(2)
    game.play("c5")
    game.undo()
    game.play("c3")
    assert (game.undone, game.variations) == (("d3",), (("f5", "d6", "c5"),))


def test_a_game_may_start_from_any_position_and_a_forced_pass_is_implied() -> None:
    start = sk.read_position("-XXXXXXO" + "-" * 56, side="white")
    game = sk.LiveGame("a1", start=start)
    assert (game.start, game.position.is_over) == (start, True)
    assert "start=" in repr(game)
    passing = sk.LiveGame(start=sk.read_position("OX" + "-" * 62, side="black"))
    assert (passing.position.side_to_move, passing.position.legal_moves) == (sk.WHITE, ["c1"])


@given(st.integers(0, 10**6), st.lists(st.integers(-4, 3), max_size=60))
def test_every_line_that_was_played_stays_reachable(seed: int, actions: list[int]) -> None:
    """Negative numbers take back, others play random moves; 20 lines are never exceeded here."""
    random, game, played = Random(seed), sk.LiveGame(), set[tuple[str, ...]]()
    for action in actions[:20]:
        if action < 0:
            game.undo(-action)
        elif not game.position.is_over:
            game.play(random.choice(game.position.legal_moves))
            played.add(game.moves)
        lines = [(*game.moves, *game.undone), *game.variations]
        assert all(any(line[: len(each)] == each for line in lines) for each in played)
        assert len(lines) == len(set(lines))
        assert list(game.positions) == [
            game.start.from_moves("".join(game.moves[:n])) for n in range(len(game.positions))
        ]


def test_a_line_that_does_not_exist_is_named() -> None:
    game = sk.LiveGame("f5d6")
    with pytest.raises(IndexError, match="variation = 0: there are 0"):
        game.switch(0)
    assert game.moves == ("f5", "d6")
