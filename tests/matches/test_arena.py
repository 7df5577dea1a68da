"""Players and matches."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.matches.openings import OPENING_PLIES, draw_openings

if TYPE_CHECKING:
    from collections.abc import Callable

CORNERS = {"a1", "h1", "a8", "h8"}
RISKY = {"b1", "a2", "b2", "g1", "h2", "g2", "b8", "a7", "b7", "g8", "h7", "g7"}
CORNER_OF = {"b": "a", "a": "a", "g": "h", "h": "h", "1": "1", "2": "1", "7": "8", "8": "8"}


@dataclass
class Recorder:
    """A random player that records the positions it was shown."""

    name: str
    seen: list[sk.Position] = field(default_factory=list)

    def choose(self, position: sk.Position, random: Random) -> str:
        self.seen.append(position)
        return random.choice(position.legal_moves)


def positions_of(count: int, seed: int) -> list[sk.Position]:
    return [opening.position for opening in draw_openings(count, seed)]


def test_each_opening_is_played_once_with_each_colour() -> None:
    first, second = Recorder("first"), Recorder("second")
    sk.play_match(first, second, games=40, seed=3, threads=1)

    def starts(recorder: Recorder) -> list[sk.Position]:
        return [position for position in recorder.seen if position in set(positions_of(20, 3))]

    openings = positions_of(20, 3)
    assert len(set(openings)) == 20
    assert all(60 - opening.empties == OPENING_PLIES for opening in openings)
    assert set(starts(first)) == set(starts(second)) == set(openings)


def test_recorded_games_lead_to_the_results_from_their_openings() -> None:
    games: list[sk.MatchGame] = []
    result = sk.play_match(sk.RandomPlayer(), sk.HeuristicPlayer(), games=20, seed=3, record=games.append)
    openings = positions_of(10, 3)
    assert [game.index for game in games] == list(range(20))
    for game in games:
        record = game.record
        assert record.black == ("heuristic" if game.index % 2 else "random")
        assert {record.black, record.white} == {"random", "heuristic"}
        opening = sk.GameRecord(moves=record.moves[:OPENING_PLIES])
        assert opening.position == openings[game.index // 2]
        end = record.position
        assert end.is_over
        assert record.score == (end.score if end.side_to_move == sk.BLACK else -end.score)
    assert result.differences == tuple(game.difference for game in games)


def test_swapping_the_players_mirrors_the_result_and_equal_players_draw(trained: sk.Trainer) -> None:
    strong = sk.ModelPlayer(evaluator=trained.evaluator, depth=2)
    weak = sk.ModelPlayer(evaluator=sk.Evaluator(), depth=1)
    there = sk.play_match(strong, weak, games=20)
    back = sk.play_match(weak, strong, games=20)
    pairs = zip(back.differences[::2], back.differences[1::2], strict=True)
    assert list(there.differences) == [-d for first, second in pairs for d in (second, first)]
    assert sk.play_match(strong, strong, games=20).score == 0.5


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_a_match_depends_only_on_its_seed(threads: int, trained: sk.Trainer) -> None:
    model = sk.ModelPlayer(evaluator=trained.evaluator, depth=1)
    reference = sk.play_match(model, sk.RandomPlayer(), games=20, seed=1)
    assert sk.play_match(model, sk.RandomPlayer(), games=20, seed=1, threads=threads) == reference
    assert sk.play_match(model, sk.RandomPlayer(), games=20, seed=2, threads=threads) != reference


def test_a_result_counts_its_games() -> None:
    result = sk.MatchResult((10, -4, 0, 0, 64, 2))
    assert (result.games, result.wins, result.draws, result.losses) == (6, 3, 2, 1)
    assert result.win_rate == 0.5
    assert result.score == pytest.approx(4 / 6)
    assert result.mean_difference == 12
    assert result.score_error == pytest.approx(1.96 * ((1 / 12) ** 0.5) / 3**0.5)
    assert sk.MatchResult((1, 1)).score_error is None


@pytest.mark.parametrize("games", [0, -2, 1, 401, 100_002])
def test_an_invalid_number_of_games_is_rejected(games: int) -> None:
    with pytest.raises(ValueError, match=f"games = {games}: must be an even number within 2…100,000"):
        sk.play_match(sk.RandomPlayer(), sk.RandomPlayer(), games=games)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"second": "random"}, "second = 'random': must be a player"),
        ({"first": sk.Evaluator}, "first = .*: must be a player"),
        ({"clock": 60}, r"clock = 60: must be a GameClock, such as GameClock\(main=60\)"),
    ],
)
def test_a_wrong_type_is_named(arguments: dict[str, Any], message: str) -> None:
    players = {"first": sk.RandomPlayer(), "second": sk.RandomPlayer()}
    with pytest.raises(TypeError, match=message):
        sk.play_match(**{**players, "games": 2, **arguments})


def test_progress_is_reported_after_each_game() -> None:
    seen: list[int] = []
    sk.play_match(sk.RandomPlayer(), sk.RandomPlayer(), games=6, progress=seen.append)
    assert seen == [1, 2, 3, 4, 5, 6]


def test_an_error_in_a_player_ends_the_match() -> None:
    class Broken(Recorder):
        def choose(self, position: sk.Position, random: Random) -> str:  # noqa: ARG002
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        sk.play_match(Broken("broken"), sk.RandomPlayer(), games=100)


@dataclass
class Ponderer:
    """A player that thinks for an hour and signals when it starts."""

    name: str = "ponderer"
    started: threading.Event = field(default_factory=threading.Event)

    def choose(self, position: sk.Position, random: Random) -> str:
        self.started.set()
        return sk.ModelPlayer(evaluator=sk.Evaluator(), time_ms=3_600_000).choose(position, random)


def test_ctrl_c_ends_a_match_during_its_searches() -> None:
    player = Ponderer()
    pressed: list[float] = []

    def press() -> None:
        player.started.wait()
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        sk.play_match(player, player, games=20, threads=2)
    thread.join()
    assert time.monotonic() - pressed[0] < 10


def test_a_cancellation_ends_only_what_runs_within_it() -> None:
    cancellation, other, evaluator = sk._core.Cancellation(), sk._core.Cancellation(), sk.Evaluator()
    with cancellation:
        other.cancel()
        assert sk.search(sk.Position(), evaluator=evaluator, nodes=100_000).nodes >= 100_000
    with pytest.raises(KeyboardInterrupt, match="cancelled"), other:
        pytest.fail("a cancelled block is entered")
    threading.Timer(0.1, cancellation.cancel).start()
    with pytest.raises(KeyboardInterrupt, match="cancelled"), cancellation:
        sk.solve(sk.Position())
    assert sk.search(sk.Position(), evaluator=evaluator, nodes=100_000).nodes >= 100_000


def test_the_heuristic_follows_its_rule(positions: Callable[[int], list[sk.Position]]) -> None:
    player, random = sk.HeuristicPlayer(), Random(1)
    met = set()
    for position in (p for seed in range(100) for p in positions(seed) if not p.is_over):
        moves = set(position.legal_moves)
        taken = {corner for corner in CORNERS if position.board[ord(corner[0]) - 97 + 8 * (int(corner[1]) - 1)]}
        risky = {move for move in moves & RISKY if CORNER_OF[move[0]] + CORNER_OF[move[1]] not in taken}
        edge = {move for move in moves if move[0] in "ah" or move[1] in "18"}
        groups = (moves & CORNERS, edge - risky, moves - risky, moves)
        rule, group = next((number, group) for number, group in enumerate(groups) if group)
        assert player.choose(position, random) in group
        met.add(rule)
    assert met == {0, 1, 2, 3}


def test_the_heuristic_and_random_players_choose_every_move_of_a_group() -> None:
    random = Random(1)
    assert {sk.HeuristicPlayer().choose(sk.Position(), random) for _ in range(100)} == set(sk.Position().legal_moves)
    assert {sk.RandomPlayer().choose(sk.Position(), random) for _ in range(100)} == set(sk.Position().legal_moves)


def test_five_thousand_games_with_default_settings_suffice_to_beat_both_fixed_players() -> None:
    trainer = sk.Trainer(sk.TrainConfig(games=5000))
    trainer.train_batch(5000)
    model = sk.ModelPlayer(evaluator=trainer.evaluator, depth=3, exact_empties=8)
    assert sk.play_match(model, sk.RandomPlayer(), games=200).score > 0.9
    assert sk.play_match(model, sk.HeuristicPlayer(), games=200).score > 0.7


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({}, "exactly one"),
        ({"depth": 1, "nodes": 1}, "exactly one"),
        ({"depth": 0}, "depth = 0: must be within 1…60"),
        ({"depth": 1, "exact_empties": -1}, "exact_empties = -1: must be within 0…24"),
        ({"depth": 1, "confidence": 80}, "confidence = 80: must be one of 73, 87"),
        ({"depth": 1, "threads": 0}, "threads = 0: must be from 1 to 256"),
        ({"depth": 1, "table_mb": -1}, "table_mb = -1"),
    ],
)
def test_a_model_player_without_exactly_one_valid_limit_or_with_an_invalid_option_is_rejected(
    limits: dict[str, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        sk.ModelPlayer(evaluator=sk.Evaluator(), **limits)  # type: ignore[arg-type]


def test_a_model_player_searches_with_its_confidence(positions: Callable[[int], list[sk.Position]]) -> None:
    evaluator, random = sk.Evaluator.default(), Random(1)
    moves: dict[int, list[str | None]] = {}
    for confidence in (73, 100):
        player = sk.ModelPlayer(evaluator=evaluator, depth=6, confidence=confidence)
        moves[confidence] = []
        for position in (positions(seed)[30] for seed in range(40)):
            if position.legal_moves:
                found = sk.search(position, evaluator=evaluator, depth=6, confidence=confidence)
                assert player.choose(position, random) == found.best_move
                moves[confidence].append(found.best_move)
    assert moves[73] != moves[100]


@pytest.mark.parametrize("depth", [2.5, "3", "0:1,1:3", sk.Schedule.constant(3), True])
def test_a_model_player_rejects_a_depth_that_is_not_a_whole_number(depth: Any) -> None:
    with pytest.raises(TypeError, match=r"depth = .*: must be a whole number"):
        sk.ModelPlayer(evaluator=sk.Evaluator(), depth=depth)
