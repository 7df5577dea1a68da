"""Analyses of games."""

from __future__ import annotations

import json
from statistics import fmean
from typing import Any

import pytest

import shirokuro as sk
from shirokuro.analysis.result import phase_of

LIMITS = sk.SearchLimits(depth=2, exact_empties=8)


@pytest.fixture(scope="module")
def game() -> sk.Game:
    return sk.random_games(1, seed=4)[0]


@pytest.fixture(scope="module")
def analysis(game: sk.Game, trained: sk.Trainer) -> sk.GameAnalysis:
    return sk.analyse(game, evaluator=trained.evaluator, limits=LIMITS, table_mb=1)


def test_the_value_of_the_best_move_is_that_of_a_search(analysis: sk.GameAnalysis, trained: sk.Trainer) -> None:
    for move in analysis.moves:
        solved = 9 if move.position.empties == 9 else 8  # where the positions after the moves are solved
        found = sk.search(move.position, evaluator=trained.evaluator, depth=2, exact_empties=solved)
        assert (move.value, move.exact, move.depth) == (found.score, found.exact, found.depth)
        assert move.evaluation == trained.evaluator.evaluate(move.position)


def test_a_loss_is_the_distance_to_the_best_move_of_all(analysis: sk.GameAnalysis, trained: sk.Trainer) -> None:
    engine = sk.Engine(trained.evaluator, limits=LIMITS)
    for move in analysis.moves:
        scores = {each.move: each.score for each in engine.score_moves(move.position)}
        assert move.loss == max(scores.values()) - scores[move.move]
        assert move.played == scores[move.move]
        assert scores[move.best_move] == max(scores.values())
        assert move.line[0] == move.best_move
        assert (move.best_move == move.move) == (move.loss == 0)


def test_every_move_is_there_with_the_position_before_it(game: sk.Game, analysis: sk.GameAnalysis) -> None:
    assert [each.move for each in analysis.moves] == game.moves
    assert [each.number for each in analysis.moves] == list(range(1, game.move_count + 1))
    assert [each.position for each in analysis.moves] == list(sk.LiveGame(game.transcript).positions[:-1])
    assert {each.side for each in analysis.moves} == {sk.BLACK, sk.WHITE}


def test_the_summaries_are_those_of_the_moves(analysis: sk.GameAnalysis) -> None:
    for player in (analysis.black, analysis.white):
        moves = [each for each in analysis.moves if each.side == player.side]
        losses = [each.loss for each in moves]
        assert (player.moves, player.mean_loss, player.loss) == (len(moves), fmean(losses), sum(losses))
        assert [each.loss for each in player.worst] == sorted(losses, reverse=True)[:3]
        assert list(player.mistakes) == [each for each in moves if each.loss >= 4]
        for phase, mean in player.phases.items():
            assert mean == fmean([each.loss for each in moves if each.phase == phase])


def test_a_phase_is_a_third_of_the_board(positions: Any) -> None:
    for position in positions(1):
        expected = "opening" if position.empties > 40 else "midgame" if position.empties > 20 else "endgame"
        assert phase_of(position) == expected


@pytest.mark.parametrize("threads", [1, 3])
def test_the_analysis_is_the_same_at_any_number_of_threads(
    game: sk.Game, analysis: sk.GameAnalysis, trained: sk.Trainer, threads: int
) -> None:
    again = sk.analyse(game, evaluator=trained.evaluator, limits=LIMITS, table_mb=1, threads=threads)
    assert again.to_dict() == analysis.to_dict()


def test_unfinished_games_in_any_notation_and_from_any_start_are_analysed(trained: sk.Trainer) -> None:
    evaluator, limits = trained.evaluator, sk.SearchLimits(depth=1)
    analysis = sk.analyse("1. F5 d6 2. C3 d3 3. c4", evaluator=evaluator, limits=limits)
    assert (analysis.opening, analysis.result) == ("Tiger", "unfinished after 5 moves")
    assert sk.analyse(sk.LiveGame("f5d6c3d3c4"), evaluator=evaluator, limits=limits).moves == analysis.moves
    start = sk.Position.from_moves("f5d6c3")
    record = sk.GameRecord(start=start, moves=("d3", "c4"), black="Ada", white="Eve", date="1999")
    later = sk.analyse(record, evaluator=evaluator, limits=limits)
    assert [each.move for each in later.moves] == ["d3", "c4"]
    assert [each.loss for each in later.moves] == [each.loss for each in analysis.moves[3:]]
    assert (later.opening, later.title) == (None, "Ada – Eve, 1999")


def test_a_start_that_must_pass_is_passed(trained: sk.Trainer) -> None:
    start = sk.read_position("XO" + "-" * 62 + " O")
    analysis = sk.analyse(
        sk.GameRecord(start=start, moves=("c1",)), evaluator=trained.evaluator, limits=sk.SearchLimits(depth=1)
    )
    (move,) = analysis.moves
    assert (move.side, move.loss, analysis.result) == (sk.BLACK, 0, "Black wins by 64, 64 : 0")


def test_a_game_without_moves_has_no_means(trained: sk.Trainer) -> None:
    analysis = sk.analyse("", evaluator=trained.evaluator)
    assert (analysis.moves, analysis.black.mean_loss, analysis.black.worst) == ((), None, ())
    assert str(analysis).endswith("unfinished after 0 moves (depth 10, exact from 16 empty squares)")
    assert json.dumps(analysis.to_dict(), allow_nan=False)


def test_the_text_has_every_loss_and_the_worst_moves(analysis: sk.GameAnalysis) -> None:
    lines = str(analysis).splitlines()
    rows = [line.split() for line in lines[5 : 5 + len(analysis.moves)]]
    assert [row[2].removesuffix("?") for row in rows] == [each.move for each in analysis.moves]
    assert [row[2].endswith("?") for row in rows] == [each.loss >= 4 for each in analysis.moves]
    worst = analysis.black.worst[0]
    assert lines[-2].startswith(f"worst of black: {worst.number}. {worst.move} −{worst.loss:.2f} ({worst.best_move})")


def test_progress_counts_the_moves(game: sk.Game, trained: sk.Trainer) -> None:
    seen = list[int]()
    sk.analyse(game, evaluator=trained.evaluator, limits=sk.SearchLimits(depth=1), table_mb=1, progress=seen.append)
    assert seen == list(range(1, game.move_count + 1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mistake": 0}, "mistake = 0: must be greater than 0"),
        ({"threads": -1}, "threads = -1"),
        ({"table_mb": -1}, "table_mb = -1"),
        ({"confidence": 50}, "confidence = 50"),
    ],
)
def test_values_out_of_range_are_refused(trained: sk.Trainer, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sk.analyse("f5", evaluator=trained.evaluator, **options)
