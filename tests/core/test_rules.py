"""The rules, checked against OpenSpiel and against published counts."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pyspiel
import pytest

import shirokuro as sk

if TYPE_CHECKING:
    from collections.abc import Callable

PASS = 64
"""OpenSpiel's action for a pass, which it treats as a move. Its other actions have the numbers of our squares."""

OTHELLO = pyspiel.load_game("othello")


def square(action: int) -> str:
    return "abcdefgh"[action % 8] + "12345678"[action // 8]


def board_of(state: Any) -> np.ndarray[Any, Any]:
    """Reads the 64 squares from OpenSpiel's diagram."""
    rows = [line[2:18:2] for line in str(state).splitlines() if line[:1].isdigit()]
    return np.array(["-xo".index(disc) for row in rows for disc in row], dtype=np.int8)


@pytest.mark.parametrize("block", range(8))
def test_moves_boards_and_results_match_openspiel_in_2000_random_games(block: int) -> None:
    for seed in range(250 * block, 250 * (block + 1)):
        random = Random(seed)
        state, position = OTHELLO.new_initial_state(), sk.Position()
        while not state.is_terminal():
            actions = state.legal_actions()
            if actions == [PASS]:
                state.apply_action(PASS)
                continue
            assert position.side_to_move == state.current_player() + 1
            assert position.legal_moves == [square(action) for action in actions]
            action = random.choice(actions)
            state.apply_action(action)
            position = position.play(square(action))
        assert position.is_over
        board = board_of(state)
        np.testing.assert_array_equal(position.board, board)
        difference = int((board == sk.BLACK).sum()) - int((board == sk.WHITE).sum())
        assert position.stone_difference == difference
        assert state.returns()[0] == np.sign(difference)
        empties = int((board == sk.EMPTY).sum())
        score = difference + int(np.sign(difference)) * empties
        assert position.score == (score if position.side_to_move == sk.BLACK else -score)
        assert position.empties == empties


def test_boards_match_openspiel_after_every_move() -> None:
    for seed in range(50):
        random = Random(seed)
        state, position = OTHELLO.new_initial_state(), sk.Position()
        while not state.is_terminal():
            action = random.choice(state.legal_actions())
            state.apply_action(action)
            if action != PASS:
                position = position.play(square(action))
            np.testing.assert_array_equal(position.board, board_of(state))


# Published counts, with passes counted as plies, e.g. http://www.aartbik.com/MISC/reversi.html
@pytest.mark.parametrize(
    ("depth", "leaves"),
    [
        (0, 1),
        (1, 4),
        (2, 12),
        (3, 56),
        (4, 244),
        (5, 1396),
        (6, 8200),
        (7, 55092),
        (8, 390216),
        (9, 3005288),
        (10, 24571284),
    ],
)
def test_perft_from_the_start_matches_the_published_counts(depth: int, leaves: int) -> None:
    assert sk.perft(depth) == leaves


def test_a_pass_counts_as_one_ply_in_perft() -> None:
    board = np.zeros(64, dtype=np.int8)
    board[:2] = sk.WHITE, sk.BLACK  # White may play c1, Black has no move
    assert sk.perft(1, board, side_to_move="black") == 1
    assert sk.perft(2, board, side_to_move="black") == 1
    passed = sk.Position(board, side_to_move="black").play("--")
    assert passed.legal_moves == ["c1"]
    assert passed.side_to_move == sk.WHITE


def test_empties_are_counted_for_the_winner_of_a_wipe_out() -> None:
    board = np.zeros(64, dtype=np.int8)
    board[:2] = sk.WHITE, sk.BLACK
    over = sk.Position(board, side_to_move="white").play("c1")
    assert over.is_over
    assert over.stone_difference == -3
    assert over.score == (64 if over.side_to_move == sk.WHITE else -64)


def test_an_unfinished_game_has_no_score() -> None:
    with pytest.raises(ValueError, match="not over"):
        _ = sk.Position().score


def test_positions_are_values() -> None:
    here, there = sk.Position.from_moves("f5d6"), sk.Position().play("f5").play("d6")
    assert here == there
    assert hash(here) == hash(there)
    assert here != sk.Position()
    assert here != "f5d6"


def test_a_diagram_reads_back_as_the_same_position(positions: Callable[[int], list[sk.Position]]) -> None:
    for position in positions(3):
        assert sk.Position.from_diagram(str(position)) == position


def test_children_are_the_positions_after_each_legal_move(positions: Callable[[int], list[sk.Position]]) -> None:
    sides = set()
    for position in (position for seed in range(10) for position in positions(seed)):
        assert position.children == [position.play(move) for move in position.legal_moves]
        sides |= {child.side_to_move == position.side_to_move for child in position.children}
    assert sides == {False, True}, "the sample holds no forced pass"


def test_a_position_without_a_move_has_no_children() -> None:
    board = np.zeros(64, dtype=np.int8)
    board[:2] = sk.WHITE, sk.BLACK
    must_pass = sk.Position(board, side_to_move="black")
    assert must_pass.children == []
    assert [child.is_over for child in must_pass.play("--").children] == [True]


def test_move_lists_do_not_share_their_content() -> None:
    position = sk.Position()
    position.legal_moves.clear()
    position.children.clear()
    assert position.legal_moves == ["d3", "c4", "f5", "e6"]
    assert len(position.children) == 4


def test_random_games_are_complete_games_and_depend_on_seed_and_number_alone() -> None:
    games = sk.random_games(100, seed=7)
    for index, game in enumerate(games):
        replayed = sk.Game(game.transcript, index=index)
        assert repr(replayed) == repr(game)
        assert game.random_plies == game.move_count
    assert len({game.transcript for game in games}) == 100
    assert [repr(game) for game in sk.random_games(10, seed=7)] == [repr(game) for game in games[:10]]
    assert sk.random_games(1)[0].transcript == sk.random_games(1, seed=0)[0].transcript != games[0].transcript
    assert len(sk.random_games(5000)) == 5000
    assert sk.random_games(0) == []


@pytest.mark.parametrize(
    ("games", "seed", "error", "message"),
    [
        (-1, 0, ValueError, "games = -1: must be from 0 to 4294967295"),
        (True, 0, TypeError, "games: must be an integer"),
        (1, -1, ValueError, "seed = -1: must be at least 0"),
        (1, 0.5, TypeError, "seed: must be an integer"),
    ],
)
def test_invalid_arguments_of_random_games_are_rejected(
    games: int, seed: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        sk.random_games(games, seed=seed)


def test_playing_does_not_change_the_position() -> None:
    start = sk.Position()
    board = start.board
    start.play("f5")
    np.testing.assert_array_equal(start.board, board)
    board[:] = sk.BLACK
    assert start.board.sum() == 6


def test_a_transcript_implies_passes() -> None:
    random = Random(11)
    passes = 0
    for _ in range(20):
        position, moves, sides = sk.Position(), "", []
        while not position.is_over:
            move = random.choice(position.legal_moves)
            sides.append(position.side_to_move)
            moves += move
            position = position.play(move)
        passes += sum(a == b for a, b in pairwise(sides))
        assert sk.Position.from_moves(moves) == position
    assert passes > 0
