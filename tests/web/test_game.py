"""A visitor's game, without a browser."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.engine.levels import FIRST, LEVELS, Choice
from shirokuro.game.game_files import read_content
from shirokuro.game.moves import read_moves
from shirokuro.web.game_session import SCORING, GameSession, SearchRequest
from shirokuro.web.messages import (
    BackTo,
    Choose,
    Look,
    Play,
    Redo,
    Setup,
    ShowScores,
    Strength,
    Switch,
    Undo,
    board_digits,
)
from shirokuro.web.opened import opened_games
from shirokuro.web.search_pool import expected_seconds
from tests.support import game_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro.web.messages import Player


@pytest.fixture(scope="module")
def engine(trained: sk.Trainer) -> sk.Engine:
    return sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=1), table_mb=1)


def think(session: GameSession, engine: sk.Engine, *, until: Callable[[SearchRequest], bool] = lambda _: False) -> None:
    """Runs the requested searches, as a search thread would."""
    while (request := session.next_request()) and not until(request):
        session.take(request, answer(request, engine))


def answer(request: SearchRequest, engine: sk.Engine) -> Any:
    if request.level:
        return Choice.of(engine.search(request.position))
    return engine.score_moves(request.position) if request.kind == "scores" else engine.search(request.position)


def play(session: GameSession, move: str) -> None:
    session.apply(Play(move, len(session.game.moves)))


def setup(moves: str, player: Player = "black") -> Setup:
    return Setup(read_moves(moves), player, Strength(depth=1))


def game_with_a_pass() -> str:
    """Returns the moves of a random game up to the first pass."""
    for seed in range(1000):
        random, game = Random(seed), sk.LiveGame()
        while not game.position.is_over:
            game.play(random.choice(game.position.legal_moves))
            if game.passed:
                return game.transcript
    raise AssertionError("no pass in a thousand games")


def test_the_model_replies_and_every_position_is_evaluated(engine: sk.Engine) -> None:
    session = GameSession()
    think(session, engine)
    play(session, "d3")
    level = session.strength.level
    assert session.next_request() == SearchRequest("move", session.game.position, level.limits, level)
    think(session, engine)
    shown = session.snapshot(thinking=None)
    assert len(session.game.moves) == 2
    assert (shown["turn"], shown["persons"]) == ("black", True)
    assert [each["side"] for each in shown["plies"]] == [None, "black", "white"]
    for ply, position in zip(shown["plies"], session.game.positions, strict=True):
        found = engine.search(position)
        assert ply["value"]["score"] == (found.score if position.side_to_move == sk.BLACK else -found.score)
        assert ply["board"] == "".join(map(str, position.board))


def test_a_whole_game_ends_with_its_exact_result(engine: sk.Engine) -> None:
    session = GameSession()
    while not session.game.position.is_over:
        play(session, session.game.position.legal_moves[0])
        think(session, engine)
    last = session.snapshot(thinking=None)["plies"][-1]["value"]
    assert (last["score"], last["exact"]) == (sk.Game(session.game.transcript).stone_difference, True)
    assert session.next_request() is None


def test_a_move_that_is_late_illegal_or_out_of_turn_changes_nothing(engine: sk.Engine) -> None:
    session = GameSession()
    session.apply(Play("d3", 1))
    for wrong in ("a1", "d4", "zz"):
        with pytest.raises(ValueError, match=wrong):
            play(session, wrong)
    assert session.game.moves == ()
    play(session, "d3")
    with pytest.raises(ValueError, match="the model's turn"):
        play(session, "c5")
    think(session, engine)
    assert len(session.game.moves) == 2


def test_undo_returns_to_the_person_s_last_decision(engine: sk.Engine) -> None:
    session = GameSession()
    session.apply(Undo())
    play(session, "d3")
    session.apply(Undo())  # while the model is thinking
    assert session.game.moves == ()
    play(session, "d3")
    think(session, engine)
    before = session.game.moves
    play(session, session.game.position.legal_moves[0])
    think(session, engine)
    session.apply(Undo())
    assert session.game.moves == before
    session.apply(Undo())
    assert session.game.moves == ()


def test_the_first_move_of_the_model_can_not_be_taken_back(engine: sk.Engine) -> None:
    session = GameSession()
    session.apply(setup("", "white"))
    think(session, engine)
    assert len(session.game.moves) == 1
    assert session.snapshot(thinking=None)["undo"] is False
    session.apply(Undo())
    assert len(session.game.moves) == 1


def test_undo_takes_back_one_move_when_a_person_plays_both_sides() -> None:
    session = GameSession()
    session.apply(setup("f5d6c3", "both"))
    session.apply(Undo())
    assert session.game.transcript == "f5d6"
    session.apply(BackTo(1))
    assert session.game.transcript == "f5"
    session.apply(BackTo(40))
    assert session.game.transcript == "f5"


def test_a_pass_is_reported(engine: sk.Engine) -> None:
    session = GameSession()
    session.apply(setup(game_with_a_pass(), "both"))
    shown = session.snapshot(thinking=None)
    assert {shown["passed"], shown["turn"]} == {"black", "white"}
    session.apply(Choose("black" if shown["turn"] == "white" else "white", Strength(depth=1)))
    think(session, engine, until=lambda request: request.kind != "move")  # the model moves until the person can
    assert session.game.position.is_over or session.is_persons(session.game.position)


def test_every_legal_move_has_a_score_and_the_best_equals_the_value_of_the_position(engine: sk.Engine) -> None:
    session = GameSession()
    session.apply(setup("f5d6c3d3c4f4c5b4", "both"))
    assert session.snapshot(thinking=None)["view"]["scores"] is None
    session.apply(ShowScores(on=True))
    think(session, engine)
    shown = session.snapshot(thinking=None)
    assert sorted(each["move"] for each in shown["view"]["scores"]) == sorted(shown["view"]["legal"])
    assert max(each["score"] for each in shown["view"]["scores"]) == shown["plies"][-1]["value"]["score"]
    play(session, shown["view"]["legal"][0])
    assert session.snapshot(thinking=None)["view"]["scores"] is None, "they belong to another position"


def test_a_search_result_for_a_position_that_is_no_longer_current_is_dropped(engine: sk.Engine) -> None:
    session = GameSession()
    play(session, "d3")
    request = session.next_request()
    assert request
    found = answer(request, engine)
    session.apply(Undo())
    session.take(request, found)
    assert session.game.moves == ()
    session.apply(Choose("both", Strength(depth=1)))
    play(session, "d3")
    session.take(request, found)
    assert session.game.transcript == "d3", "the person plays both sides now"


def test_memory_does_not_grow_with_the_positions_tried(engine: sk.Engine) -> None:
    session = GameSession()
    for moves in ("f5d6c3", "d3c5", "f5f6", "c4c3", "e6f4"):
        session.apply(setup(moves, "both"))
        think(session, engine)
    assert len(session.analysis._values) <= 3


def test_a_first_game_is_against_a_level_that_a_beginner_can_beat() -> None:
    assert GameSession().strength.level is FIRST
    assert GameSession().snapshot(thinking=None)["level"] == FIRST.name
    for level in LEVELS.values():
        assert expected_seconds(level.limits) <= 10


def test_undone_moves_are_played_again_up_to_the_person_s_next_decision() -> None:
    session = GameSession()
    session.apply(setup("f5d6c3d3", "black"))
    session.apply(Undo())
    session.apply(Undo())
    assert (session.game.transcript, session.snapshot(thinking=None)["undone"]) == ("", "f5d6c3d3")
    session.apply(Redo())
    assert session.game.transcript == "f5d6"
    session.apply(Redo())
    session.apply(Redo())
    assert session.game.transcript == "f5d6c3d3"


def test_going_on_from_an_earlier_move_keeps_the_old_line_as_a_variation() -> None:
    session = GameSession()
    session.apply(setup("f5d6c3d3", "both"))
    session.apply(BackTo(2))
    session.apply(Play("c5", 2))
    shown = session.snapshot(thinking=None)
    assert shown["variations"] == [{"moves": "f5d6c3d3", "ply": 3, "move": "c3", "count": 4}]
    session.apply(Switch(0))
    assert session.game.transcript == "f5d6c3d3"
    assert session.snapshot(thinking=None)["variations"][0]["moves"] == "f5d6c5"
    with pytest.raises(ValueError, match="not there any more"):
        session.apply(Switch(1))
    restored = GameSession()
    restored.apply(Setup(read_moves("f5d6c3d3"), "both", Strength(1), undone=1, lines=(("f5", "d6", "c5"),)))
    assert restored.game.transcript == "f5d6c3"
    assert (restored.game.undone, restored.game.variations) == (("d3",), (("f5", "d6", "c5"),))


def test_scores_of_an_earlier_position_are_found_while_it_is_viewed(engine: sk.Engine) -> None:
    session = GameSession()
    session.apply(setup("f5d6c3d3", "both"))
    session.apply(ShowScores(on=True))
    session.apply(Look(2))
    assert session.next_request() == SearchRequest("scores", sk.Position.from_moves("f5d6"), SCORING)
    think(session, engine)
    view = session.snapshot(thinking=None)["view"]
    assert (view["ply"], view["turn"]) == (2, "black")
    assert sorted(each["move"] for each in view["scores"]) == sorted(sk.Position.from_moves("f5d6").legal_moves)
    session.apply(Choose("white", Strength(1)))
    assert session.snapshot(thinking=None)["view"]["legal"] == [], "a person doesn't move here"
    session.apply(Look(4))
    assert session.snapshot(thinking=None)["view"]["ply"] == 4


def test_a_finished_game_is_summed_up_by_player(engine: sk.Engine) -> None:
    session, random = GameSession(), Random(5)
    session.apply(setup("", "both"))
    while not session.game.position.is_over:
        assert session.snapshot(thinking=None)["summary"] is None
        play(session, random.choice(session.game.position.legal_moves))
    think(session, engine)
    shown = session.snapshot(thinking=None)
    for side in ("black", "white"):
        losses = {ply: each["loss"] for ply, each in enumerate(shown["plies"]) if each["side"] == side}
        found = shown["summary"][side]
        assert found["mean"] == pytest.approx(sum(losses.values()) / len(losses))
        assert [each["loss"] for each in found["worst"]] == sorted(losses.values(), reverse=True)[:3]
        for each in found["worst"]:
            assert losses[each["ply"]] == each["loss"]
            better = shown["plies"][each["ply"]]["better"]
            before = session.game.positions[each["ply"] - 1]
            assert better in {None, engine.search(before).best_move}


def test_a_game_from_a_set_up_board_is_played_and_downloaded() -> None:
    session = GameSession()
    start = sk.read_position("OX" + "-" * 24 + "OX" + "-" * 36, side="black")
    session.apply(Setup((), "both", Strength(1), start=start))
    shown = session.snapshot(thinking=None)
    assert (shown["start"], shown["view"]["opening"]) == (board_digits(session.game.start), None)
    (read,) = read_content(session.ggf().encode())
    assert read.start == session.game.start


def test_openings_are_named_for_the_position_that_is_viewed() -> None:
    session = GameSession()
    session.apply(setup("f5d6", "both"))
    assert session.snapshot(thinking=None)["view"]["opening"] == "Perpendicular"
    session.apply(Look(0))
    assert session.snapshot(thinking=None)["view"]["opening"] is None


def test_the_games_of_a_file_are_offered() -> None:
    found = opened_games(game_files.wthor([("f5", "d6"), ("f5",)]), "WTH_2024.wtb")
    assert [(game["moves"], game["board"]) for game in found["games"]] == [("f5d6", None), ("f5", None)]
    assert found["games"][0]["title"] == "1. f5d6, 2024, -58 for Black, 2 moves"
    assert (found["skipped"], found["more"]) == (0, False)
    board = sk.debug.board_text(sk.Position.from_moves("f5d6"))
    assert opened_games(board.encode(), "")["games"][0]["board"] == board_digits(sk.Position.from_moves("f5d6"))
    for content, name, message in (
        (b"x", "a.wtb", "1 bytes"),
        (b"-" * 64 + b" X", "", "four discs"),
        (b"?!", "", "move 1"),
    ):
        with pytest.raises(ValueError, match=message):
            opened_games(content, name)
