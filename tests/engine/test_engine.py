"""The engine: its moves, its scores and its limits, and the game that it plays."""

from random import Random

import pytest

import shirokuro as sk


def test_a_game_holds_the_moves_that_were_not_taken_back() -> None:
    game = sk.LiveGame("f5d6c3")
    game.play("D3")
    assert (game.transcript, game.last_move, game.moves) == ("f5d6c3d3", "d3", ("f5", "d6", "c3", "d3"))
    assert game.undo(2) == 2
    assert game.transcript == "f5d6"
    assert game.position == sk.Position.from_moves("f5d6")
    assert len(game.positions) == 3
    assert game.undo(10) == 2
    assert (game.position, game.last_move) == (sk.Position(), None)


@pytest.mark.parametrize("move", ["a1", "z9", "", "--"])
def test_an_illegal_move_does_not_change_the_game(move: str) -> None:
    game = sk.LiveGame("f5")
    with pytest.raises(ValueError, match=r"."):
        game.play(move)
    assert game.transcript == "f5"
    assert len(game.positions) == 2


def test_a_pass_is_reported_after_the_move_that_forced_it() -> None:
    seen = 0
    for seed in range(20):
        random, game = Random(seed), sk.LiveGame()
        while not game.position.is_over:
            mover = game.position.side_to_move
            game.play(random.choice(game.position.legal_moves))
            other = sk.Position(game.position.board, side_to_move="white" if mover == sk.BLACK else "black")
            forced = not other.legal_moves and not game.position.is_over
            assert game.passed == (3 - mover if forced else None)
            seen += forced
    assert seen


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_the_best_moves_score_is_the_score_of_a_search(trained: sk.Trainer, depth: int) -> None:
    engine = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=depth))
    for moves in ("", "f5d6c3d3c4", "c4c5f6c3b5g7e3e6c2f3g3a5h8b3f4f2b4f5f7h3a3d2e2e1a6e7d7c1"):
        position = sk.Position.from_moves(moves)
        scores = engine.score_moves(position)
        assert sorted(scored.move for scored in scores) == sorted(position.legal_moves)
        assert scores[0].score == engine.search(position).score
        assert [scored.score for scored in scores] == sorted((scored.score for scored in scores), reverse=True)


def test_exact_scores_match_the_solver(trained: sk.Trainer) -> None:
    moves = "c4c5f6c3b5g7e3e6c2f3g3a5h8b3f4f2b4f5f7h3a3d2e2e1a6e7d7c1c6g8f1g4d1b6b1d3g6b7f8a7c7h6a8b2g5g2a1d6"
    position = sk.Position.from_moves(moves)
    engine = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=2, exact_empties=20))
    scores = engine.score_moves(position)
    assert all(scored.exact for scored in scores)
    assert scores[0].score == sk.solve(position).score


def test_limits_are_shared_out_among_the_moves() -> None:
    shared = sk.SearchLimits(depth=3, nodes=1000, time_ms=100, exact_empties=4).shared_out(8)
    assert shared == sk.SearchLimits(depth=3, nodes=125, time_ms=12.5, exact_empties=4)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({}, "must be given"),
        ({"depth": 0}, "depth = 0"),
        ({"depth": 4, "exact_empties": 99}, "exact_empties = 99"),
        ({"time_ms": -1}, "time_ms = -1"),
    ],
)
def test_invalid_limits_are_named(limits: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sk.SearchLimits(**limits)


def test_a_search_may_override_the_limits_of_the_engine(trained: sk.Trainer) -> None:
    engine = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=2))
    other = sk.SearchLimits(depth=4)
    deeper = sk.Engine(trained.evaluator, limits=other)
    position = sk.Position.from_moves("f5d6c3")
    assert engine.search(position, other).score == deeper.search(position).score
    assert engine.score_moves(position, other) == deeper.score_moves(position)
    assert engine.search(position).depth == 2


def test_limits_within_a_time_never_exceed_it() -> None:
    assert sk.SearchLimits(depth=3).within(20) == sk.SearchLimits(depth=3, time_ms=20)
    assert sk.SearchLimits(time_ms=10).within(20) == sk.SearchLimits(time_ms=10)
    assert sk.SearchLimits(time_ms=30).within(20) == sk.SearchLimits(time_ms=20)


def test_expected_lines_are_legal_and_lead_to_the_score(trained: sk.Trainer) -> None:
    engine = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=4))
    position = sk.Position.from_moves("f5d6c3d3c4")
    for scored in engine.score_moves(position):
        assert scored.line[0] == scored.move
        assert len(scored.line) == scored.depth == 4
        end = position
        for move in scored.line:
            end = end.play(move)
        value = trained.evaluator.evaluate(end)
        assert scored.score == pytest.approx(value if end.side_to_move == position.side_to_move else -value, abs=0.01)


def test_the_representation_of_an_engine_shows_its_model_and_its_search() -> None:
    engine = sk.Engine(sk.Evaluator(), limits=sk.SearchLimits(depth=3), threads=2, confidence=95)
    assert repr(engine) == (
        f"Engine({sk.Evaluator()!r}, limits={sk.SearchLimits(depth=3)!r}, table_mb=16, threads=2, confidence=95)"
    )
