"""Handing out games in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shirokuro.cluster.pieces import LEAST_GAMES, MOST_LOSSES, Pieces

if TYPE_CHECKING:
    from shirokuro.cluster.pieces import Piece


def take(pieces: Pieces, node: str, now: float = 0.0, threads: int = 2) -> Piece:
    piece = pieces.take(node, threads, 2 * threads, now)
    assert piece is not None
    return piece


def test_pieces_become_smaller_and_hold_every_game_once() -> None:
    pieces = Pieces(range(100, 1124))
    taken: list[Piece] = []
    while (piece := pieces.take(f"node {len(taken) % 2}", 2, 4, 0.0)) is not None:
        taken.append(piece)
    sizes = [len(piece.games) for piece in taken]
    assert sorted(game for piece in taken for game in piece.games) == list(range(100, 1124))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 256
    assert LEAST_GAMES * 2 in sizes
    assert sizes[-1] == 2
    assert not pieces.is_done
    for number, piece in enumerate(taken):
        pieces.finished(piece, f"node {number % 2}", 1.0)
    assert pieces.is_done


def test_a_lost_node_costs_its_pieces_which_others_play() -> None:
    pieces = Pieces(range(8))
    first = take(pieces, "lost", threads=8)
    assert pieces.take("other", 2, 4, 0.0) is None
    pieces.lost("lost", playing=first)
    again = take(pieces, "other")
    assert again.games == first.games
    assert pieces.finished(again, "other", 1.0) == []
    assert pieces.is_done


def test_a_returned_piece_has_a_new_number() -> None:
    pieces = Pieces(range(8))
    piece = take(pieces, "first")
    number = piece.number
    pieces.lost("first", playing=None)
    again = take(pieces, "first")  # which may have been told meanwhile to end the old one
    assert again.games == piece.games
    assert again.number > number


def test_a_late_piece_is_handed_out_again_and_the_first_answer_counts() -> None:
    pieces = Pieces(range(16))
    slow, fast = take(pieces, "slow", 0.0), take(pieces, "fast", 0.0, threads=8)
    pieces.finished(fast, "fast", 1.0)
    assert pieces.take("fast", 2, 4, 1.5) is None
    late = take(pieces, "fast", 2.5)
    assert late is slow
    assert pieces.take("third", 2, 4, 9.0) is None, "two nodes are enough"
    assert pieces.finished(late, "fast", 3.0) == ["slow"]
    assert pieces.is_done
    assert pieces.finished(late, "slow", 4.0) == []


def test_the_time_in_which_a_node_played_another_piece_does_not_count_for_the_next_one() -> None:
    pieces = Pieces(range(64))
    first, second = (take(pieces, "steady", 0.0) for _ in range(2))
    slow = take(pieces, "stopped", 0.0)
    pieces.finished(first, "steady", len(first.games))
    pieces.finished(second, "steady", len(first.games) + len(second.games))
    while (piece := pieces.take("steady", 2, 2, 32.0)) is not slow:
        assert piece is not None, "it takes more than twice as long as those of the other node did"
        pieces.finished(piece, "steady", 32.0)


def test_a_late_piece_of_a_lost_node_stays_with_the_other_one() -> None:
    pieces = Pieces(range(16))
    slow, fast = take(pieces, "slow"), take(pieces, "fast", threads=8)
    pieces.finished(fast, "fast", 1.0)
    take(pieces, "fast", 9.0)
    pieces.lost("slow", playing=slow)
    assert pieces.take("third", 2, 4, 9.5) is None
    pieces.finished(slow, "fast", 10.0)
    assert pieces.is_done


def test_a_piece_that_ends_node_after_node_is_given_up() -> None:
    pieces = Pieces(range(8))
    for number in range(MOST_LOSSES):
        assert not pieces.is_done
        pieces.lost(f"node {number}", playing=take(pieces, f"node {number}", threads=8))
    assert pieces.is_done
    assert pieces.given_up == 8


def test_a_piece_that_a_lost_node_had_not_started_is_not_blamed() -> None:
    pieces = Pieces(range(8))
    for number in range(MOST_LOSSES):
        take(pieces, f"node {number}", threads=8)
        pieces.lost(f"node {number}", playing=None)
    assert pieces.given_up == 0
    with pytest.raises(AssertionError):
        take(Pieces([]), "node")
    take(pieces, "another")
