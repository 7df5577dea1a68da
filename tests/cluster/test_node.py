"""A node's part, without Ray: weights that follow the training, and games that its core accepts."""

from __future__ import annotations

import dataclasses
import pickle
import threading
from typing import Any

import pytest

import shirokuro as sk
from shirokuro._core import GamePlayer, TrainerCore, engine_signature
from shirokuro.cluster.node import Answer, Identity, Node, Order
from shirokuro.matches.arena import MatchGames
from shirokuro.matches.openings import draw_openings
from tests.support.runs import FAST

CONFIG = FAST.replace(generation_games=16, table_mb=1)
PLAY = CONFIG.at(0)


def core(patterns: sk.PatternSet | None = None) -> TrainerCore:
    return TrainerCore(seed=CONFIG.seed, generation_games=16, threads=1, table_mb=1, patterns=patterns)


def order(core: TrainerCore, changes: Any, **others: Any) -> Order:
    given = {
        "piece": 1,
        "games": tuple(core.missing_games(16, play=PLAY)),
        "seed": CONFIG.seed,
        "play": PLAY,
        "patterns": core.evaluator.patterns,
        "table_mb": 1,
        "hang_seconds": 60,
        "fingerprint": changes[-1][1],
        "changes": tuple(changes),
    }
    return Order(**{**given, **others})


def node(threads: int = 2) -> Node:
    return Node(threads, fetch=lambda reference: reference)


def test_a_node_follows_the_weights_generation_by_generation_or_catches_up() -> None:
    alone, driver = core(), core()
    steady, late = node(), node(1)
    shared = []
    for generation in range(3):
        alone.advance(16, play=PLAY)
        shared.append(driver.share_weights())
        answer = steady.play(order(driver, shared))
        assert answer.received == (len(shared[-1][2]) if generation else 0)  # all start from neutral weights
        if generation == 2:
            assert late.play(order(driver, shared)).games == answer.games
            fresh = node().play(order(driver, [driver.whole_weights()]))
            assert fresh.games == answer.games
        assert answer.games is not None
        assert driver.supply(answer.games, play=PLAY) == 16
        driver.advance(16, play=PLAY)
        assert driver.digest() == alone.digest()


def test_a_node_plays_for_a_training_with_own_patterns_after_one_with_others() -> None:
    steady = node()
    for patterns in (None, sk.PatternSet({"edge": "a1 b1 c1 d1 e1 f1 g1 h1", "hook": "a1 b1 c2"})):
        alone, driver, shared = core(patterns), core(patterns), []
        for _ in range(2):
            alone.advance(16, play=PLAY)
            shared.append(driver.share_weights())
            answer = steady.play(order(driver, shared))
            assert answer.games is not None
            assert driver.supply(answer.games, play=PLAY) == 16
            driver.advance(16, play=PLAY)
        assert driver.digest() == alone.digest()


def test_a_node_that_can_not_reach_the_weights_says_so() -> None:
    driver = core()
    for _ in range(2):
        driver.share_weights()
        driver.advance(16, play=PLAY)
    changes = driver.share_weights()
    assert node().play(order(driver, [changes])) == Answer(games=None, seconds=0.0, received=0)


def test_a_piece_that_was_stopped_before_it_starts_is_not_played() -> None:
    driver, stopped = core(), node()
    shared = [driver.share_weights()]
    stopped.stop(1)
    answer = stopped.play(order(driver, shared))
    assert answer.games is not None
    assert driver.supply(answer.games, play=PLAY) == 0
    again = stopped.play(order(driver, shared, piece=2))
    assert again.games is not None
    assert driver.supply(again.games, play=PLAY) == 16


def test_a_piece_can_be_stopped_while_it_is_played() -> None:
    driver, busy = core(), node(1)
    shared = [driver.share_weights()]
    deep = dataclasses.replace(PLAY, depth=30, exact_empties=24)
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(busy.play(order(driver, shared, play=deep))))
    thread.start()
    while thread.is_alive():  # the stop may come before the search begins
        busy.stop(1)
        thread.join(0.05)
    assert answers[0].games is not None
    assert driver.supply(answers[0].games, play=deep) == 0


def test_games_of_another_run_are_refused_by_the_core() -> None:
    driver = core()
    shared = [driver.share_weights()]
    foreign = node().play(order(driver, shared, seed=CONFIG.seed + 1)).games
    assert foreign is not None
    with pytest.raises(ValueError, match="games refused: of the run with seed"):
        driver.supply(foreign, play=PLAY)
    with pytest.raises(ValueError, match="games refused"):
        driver.supply(b"nothing", play=PLAY)


def test_changes_of_weights_that_do_not_fit_are_refused() -> None:
    player = GamePlayer(threads=1, table_mb=1)
    with pytest.raises(ValueError, match="changes of weights refused: too short"):
        player.apply(b"")
    assert player.fingerprint == 0


def test_identities_differ_by_version_and_signature_but_not_by_the_instruction_set() -> None:
    here = Identity.here()
    assert here.signature == engine_signature()
    assert here.version == sk.__version__
    assert here.difference(dataclasses.replace(here, kernel="neon", host="other", process=0)) is None
    assert "it has shirokuro 0.0.0" in str(here.difference(dataclasses.replace(here, version="0.0.0")))
    assert "has the signature 0" in str(here.difference(dataclasses.replace(here, signature="0")))


def test_a_node_plays_the_games_of_a_match_as_this_process_does(trained: sk.Trainer) -> None:
    players = sk.ModelPlayer(evaluator=trained.evaluator, depth=1), sk.RandomPlayer()
    expected = sk.play_match(*players, games=4, seed=3)
    here = MatchGames(*players, draw_openings(2, 3), 3)
    there = Node(1, fetch=pickle.loads)
    reference = [pickle.dumps(here)]
    assert tuple(there.play_game(1, reference, index).difference for index in range(4)) == expected.differences
    there.end_match(1)
    there.end_match(1)
