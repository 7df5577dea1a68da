"""The trainer: its games and weights do not depend on how its methods are called."""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import threading
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shirokuro.config import GenerationSettings

GAMES = 200
"""Three generations and part of a fourth."""


def counts(report: sk.BatchReport) -> dict[str, int]:
    """Returns the measurements that depend neither on the clock nor on how often a generation was learned in parts."""
    names = ("games", "black_wins", "white_wins", "draws", "stone_difference_sum", "moves")
    return {name: getattr(report, name) for name in names}


@pytest.fixture(scope="module")
def reference(fast: sk.TrainConfig) -> tuple[str, dict[str, int]]:
    """Digest and counts after `GAMES` games with small patterns in one call."""
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    trainer.train_batch(GAMES)
    return trainer.digest(), counts(trainer.get_statistics())


@pytest.fixture(scope="module")
def default_reference(fast: sk.TrainConfig) -> tuple[str, dict[str, int]]:
    """Digest and counts after `GAMES` games with the default patterns in one call."""
    trainer = sk.Trainer(fast)
    trainer.train_batch(GAMES)
    return trainer.digest(), counts(trainer.get_statistics())


@pytest.mark.parametrize("parts", [(64, 64, 64, 8), (1, 199), (63, 2, 100, 35), (150, 50), (10,) * 20])
def test_any_split_into_calls_gives_the_same_state(
    parts: tuple[int, ...], fast: sk.TrainConfig, reference: tuple[str, dict[str, int]]
) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    for games in parts:
        assert trainer.train_batch(games).games == games
    assert (trainer.digest(), counts(trainer.get_statistics())) == reference


@pytest.mark.parametrize("threads", [1, 3])
def test_any_number_of_threads_gives_the_same_state(
    threads: int, fast: sk.TrainConfig, default_reference: tuple[str, dict[str, int]]
) -> None:
    trainer = sk.Trainer(fast.replace(threads=threads))
    trainer.train_batch(GAMES)
    assert (trainer.digest(), counts(trainer.get_statistics())) == default_reference


@pytest.mark.parametrize("first", [64, 100])
def test_training_after_saving_and_loading_continues_as_if_never_stopped(
    first: int, fast: sk.TrainConfig, reference: tuple[str, dict[str, int]], tmp_path: Path
) -> None:
    path = tmp_path / "model.shiro"
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    trainer.train_batch(first)
    trainer.save(path)
    assert sk.file_digest(path) == trainer.digest()
    loaded = sk.Trainer.load(path)
    assert loaded.config == trainer.config
    assert loaded.get_statistics() == trainer.get_statistics()
    assert loaded.digest() == trainer.digest()
    assert loaded.games_played == first
    loaded.train_batch(GAMES - first)
    assert (loaded.digest(), counts(loaded.get_statistics())) == reference


@pytest.mark.parametrize("after", [0, 1, 30, 100, 199])
def test_training_after_an_interrupted_call_continues_as_if_never_stopped(
    after: int, fast: sk.TrainConfig, reference: tuple[str, dict[str, int]], tmp_path: Path
) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)

    def stop(finished: int) -> None:
        if finished >= after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.train_batch(GAMES, progress=stop)
    assert trainer.games_played == trainer.get_statistics().games
    trainer.save(tmp_path / "model.shiro")
    for each in (trainer, sk.Trainer.load(tmp_path / "model.shiro")):
        if each.games_played < GAMES:
            each.train_batch(GAMES - each.games_played)
        assert (each.digest(), counts(each.get_statistics())) == reference


def test_an_interruption_within_a_generation_keeps_its_finished_games(fast: sk.TrainConfig) -> None:
    config = fast.replace(nodes=5_000, exact_empties=10, generation_games=100, epsilon=0.1)
    seen: list[int] = []

    def stop(finished: int) -> None:
        seen.append(finished)
        if finished > 0:
            raise KeyboardInterrupt

    trainer, whole = sk.Trainer(config, patterns=PATTERNS), sk.Trainer(config, patterns=PATTERNS)
    with pytest.raises(KeyboardInterrupt):
        trainer.train_batch(100, progress=stop)
    assert 0 < seen[-1] < 100
    trainer.train_batch(100 - trainer.games_played)
    whole.train_batch(100)
    assert trainer.digest() == whole.digest()
    assert counts(trainer.get_statistics()) == counts(whole.get_statistics())


def test_another_seed_gives_another_model(fast: sk.TrainConfig, reference: tuple[str, dict[str, int]]) -> None:
    trainer = sk.Trainer(fast.replace(seed=8), patterns=PATTERNS)
    trainer.train_batch(GAMES)
    assert trainer.digest() != reference[0]


def final_difference(game: sk.Game) -> int:
    """Returns the disc difference from Black's view, counted on the final board."""
    board = sk.Position.from_moves(game.transcript).board
    black, white = int((board == sk.BLACK).sum()), int((board == sk.WHITE).sum())
    return black - white + int(np.sign(black - white)) * (64 - black - white)


def test_statistics_match_the_games_played(fast: sk.TrainConfig, reference: tuple[str, dict[str, int]]) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    games = [trainer.train_game() for _ in range(GAMES)]
    assert [game.index for game in games] == list(range(GAMES))
    differences = [final_difference(game) for game in games]
    assert differences == [game.stone_difference for game in games]
    assert [game.winner for game in games] == [("draw", "black", "white")[int(np.sign(d))] for d in differences]
    assert all("".join(game.moves) == game.transcript for game in games)
    assert all(sk.Position.from_moves(game.transcript).is_over for game in games)
    statistics = trainer.get_statistics()
    assert counts(statistics) == {
        "games": GAMES,
        "black_wins": sum(d > 0 for d in differences),
        "white_wins": sum(d < 0 for d in differences),
        "draws": sum(d == 0 for d in differences),
        "stone_difference_sum": sum(differences),
        "moves": sum(len(game.moves) for game in games),
    }
    assert counts(statistics) == reference[1]
    assert statistics.mean_stone_difference == np.mean(differences)
    assert statistics.mean_moves == np.mean([game.move_count for game in games])
    assert statistics.black_win_rate == statistics.black_wins / GAMES
    rates = (statistics.black_win_rate, statistics.white_win_rate, statistics.draw_rate)
    assert sum(rate for rate in rates if rate is not None) == pytest.approx(1)
    assert trainer.digest() == reference[0]


def test_measurements_are_unknown_before_the_first_game(fast: sk.TrainConfig) -> None:
    statistics = sk.Trainer(fast, patterns=PATTERNS).get_statistics()
    assert statistics == sk.BatchReport()
    assert statistics.mean_stone_difference is statistics.td_error is statistics.games_per_second is None
    assert "td_error" not in statistics.measures()
    json.dumps(statistics.measures(), allow_nan=False)


def test_a_report_shows_the_main_measurements_first() -> None:
    report = sk.BatchReport(
        games=3, black_wins=1, white_wins=2, stone_difference_sum=-10, positions=4, play_seconds=2.0
    )
    shown = (
        "games=3, mean_stone_difference=-3.333, black_win_rate=0.3333, white_win_rate=0.6667, draw_rate=0, td_error=0"
    )
    assert repr(report).startswith(f"BatchReport({shown}, games_per_second=1.5, ")
    assert str(report) == repr(report)
    assert "td_error" not in repr(sk.BatchReport())


def test_statistics_lose_no_game_if_a_signal_arrives_while_learning(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast.replace(generation_games=512))
    random = Random(1)
    interrupted = 0
    while interrupted < 8:
        timer = threading.Timer(random.uniform(0.05, 0.3), signal.raise_signal, (signal.SIGINT,))
        timer.start()
        with contextlib.suppress(KeyboardInterrupt):
            trainer.train_batch(10**6)
        timer.join()
        interrupted += 1
        assert trainer.get_statistics().games == trainer.games_played
    assert trainer.games_played > 0


def test_a_batch_report_covers_only_its_own_games(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    first, second = trainer.train_batch(100), trainer.train_batch(60)
    assert counts(first + second) == counts(trainer.get_statistics())
    assert counts(trainer.get_statistics() - first) == counts(second)
    for report in (first, second):
        assert report.positions > 0
        assert report.nodes >= report.positions
        assert report.td_error is not None
        assert 0 < report.td_error < 64
        assert report.seconds == report.play_seconds + report.learn_seconds > 0


def test_training_lowers_the_error_against_the_outcomes(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast.replace(lambda_=1, epsilon=0), patterns=PATTERNS)
    first = trainer.train_batch(256).td_error
    trainer.train_batch(3000)
    last = trainer.train_batch(256).td_error
    assert first is not None
    assert last is not None
    assert last < 0.95 * first


def test_random_openings_have_varying_lengths_up_to_the_limit(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast.replace(random_plies=10), patterns=PATTERNS)
    lengths = {trainer.train_game().random_plies for _ in range(100)}
    assert lengths <= set(range(11))
    assert len(lengths) > 5


def test_limits_and_epsilon_apply_to_one_call_only(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    one_ply = trainer.train_batch(64).nodes
    assert trainer.train_batch(64, depth=3).nodes > 2 * one_ply
    assert trainer.train_batch(64, nodes=500).nodes > one_ply
    assert trainer.train_game(time_ms=1, epsilon=0.1).move_count > 0
    assert trainer.config == fast


def test_games_without_randomness_are_identical_within_a_generation_for_any_seed(fast: sk.TrainConfig) -> None:
    still = fast.replace(epsilon=0, random_plies=0)
    trainers = (sk.Trainer(still, patterns=PATTERNS), sk.Trainer(still.replace(seed=99), patterns=PATTERNS))
    assert len({trainer.train_game().transcript for trainer in trainers for _ in range(3)}) == 1


def test_configure_changes_the_settings_of_later_games(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    trainer.configure(depth=2, epsilon="0:0.5,1:0", threads=1, log_level="DEBUG")
    assert trainer.config == fast.replace(depth=2, epsilon="0:0.5,1:0", threads=1)
    assert logging.getLogger("shirokuro").level == logging.DEBUG
    trainer.configure(time_ms=1, log_level=logging.WARNING)
    assert (trainer.config.depth, trainer.config.time_ms) == (None, 1)
    assert trainer.train_batch(2).games == 2


def test_memory_is_reported_by_component(trained: sk.Trainer) -> None:
    memory = trained.memory()
    assert all(size >= 0 for size in memory.values())
    assert memory["weights"] == 2 * 28_868_400
    assert memory["adam"] == 8 * 28_868_400


def test_other_threads_run_while_games_are_trained(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast.replace(depth=3, exact_empties=8), patterns=PATTERNS)
    started, seen = threading.Event(), threading.Event()

    def other() -> None:
        started.wait()
        seen.set()

    def stop(_finished: int) -> None:
        if seen.is_set():
            raise KeyboardInterrupt
        started.set()

    thread = threading.Thread(target=other)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        trainer.train_batch(10**9, progress=stop)
    thread.join()


def test_a_busy_trainer_rejects_other_calls_and_does_not_change(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    rejected = []

    def call_others(_finished: int) -> None:
        calls: tuple[Callable[[], object], ...] = (
            lambda: trainer.save(tmp_path / "model.shiro"),
            trainer.digest,
            trainer.memory,
            trainer.train_game,
        )
        for call in calls:
            with pytest.raises(RuntimeError, match="the trainer is busy") as error:
                call()
            rejected.append(error)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.train_batch(GAMES, progress=call_others, depth=6)
    assert len(rejected) == 4
    assert trainer.evaluator.evaluate(sk.Position()) == 0


class FakeCore:
    """A core that plays no games, but records its calls."""

    def __init__(self, generation_games: int) -> None:
        self.generation_games = generation_games
        self.games_played = self.seed = 0
        self.evaluator = SimpleNamespace(patterns=PATTERNS)
        self.calls: list[tuple[int, GenerationSettings]] = []

    @property
    def generation(self) -> int:
        return self.games_played // self.generation_games

    @property
    def generation_left(self) -> int:
        return self.generation_games - self.games_played % self.generation_games

    def advance(
        self,
        games: int,
        *,
        play: GenerationSettings,
        given: None,
        targets: str,
        own_targets: None,
        tick: object,
        hang_seconds: float,
        sudden_discs: float,
        updates: object,
        reports: list[Any],
    ) -> SimpleNamespace:
        del given, targets, own_targets, tick, hang_seconds, sudden_discs, updates
        self.calls += [(index, play) for index in range(self.games_played, self.games_played + games)]
        self.games_played += games
        game = SimpleNamespace(index=0, winner="draw", stone_difference=0, move_count=60)
        report = SimpleNamespace(
            games=[game] * games,
            game_sums=[(0, 0, 0, 0, 0.0, 0)] * games,
            failures=[],
            nan_games=[],
            resets=[],
            positions=0,
            td_error=None,
            searches=0,
            depth_sum=0,
            depth_min=None,
            depth_max=0,
            value_count=0,
            value_sum=0,
            value_sum_of_squares=0,
            value_min=None,
            value_max=None,
            sudden=[],
            generation_complete=False,
            nodes=0,
            probes=0,
            hits=0,
            play_seconds=0.0,
            learn_seconds=0.0,
            phases=None,
        )
        reports.append(report)
        return report


def test_schedules_take_their_values_at_the_first_game_of_a_generation_for_any_split() -> None:
    config = sk.TrainConfig(games=400, generation_games=100, epsilon="0:0.4,1:0", depth="0:1,1:5", rate=0.1)
    calls = []
    for parts in ((400,), (50, 120, 230)):
        trainer = sk.Trainer(config, patterns=PATTERNS)
        core: Any = FakeCore(100)
        trainer.state.core = core
        for games in parts:
            trainer.train_batch(games)
        calls.append(core.calls)
    assert calls[0] == calls[1]
    assert [play.epsilon for _, play in calls[0][::100]] == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert [play.depth for _, play in calls[0][::100]] == [1, 2, 3, 4]
    for generation in range(4):
        plays = [play for _, play in calls[0][100 * generation : 100 * (generation + 1)]]
        assert all(play == plays[0] == config.at(100 * generation) for play in plays)


def test_progress_counts_the_games_of_the_call(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    trainer.train_batch(10)
    seen: list[int] = []
    trainer.train_batch(300, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 300
    assert len(seen) >= 5


def test_a_file_with_unreadable_settings_is_rejected(fast: sk.TrainConfig, tmp_path: Path) -> None:
    path = tmp_path / "model.shiro"
    sk.Trainer(fast, patterns=PATTERNS)._core.save(path, settings='{"epsilon": 2}', statistics="{}")
    with pytest.raises(sk.ModelFileError, match=r"model\.shiro.*epsilon = 2: must be within 0…1"):
        sk.Trainer.load(path)


def test_the_representation_of_a_trainer_shows_its_progress_and_its_run(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    trainer.train_batch(10)
    assert repr(trainer) == f"<Trainer: 10 of 2000 games, seed 7, run {trainer.state.run_id}>"


def test_stage_sharing_gives_the_same_bits_at_any_threads_and_split(fast: sk.TrainConfig, tmp_path: Path) -> None:
    config = fast.replace(share_stages="0:3,1:1", share_weight=0.7)
    whole, parts = sk.Trainer(config, patterns=PATTERNS), sk.Trainer(config.replace(threads=1), patterns=PATTERNS)
    whole.train_batch(GAMES)
    for games in (30, GAMES - 50):
        parts.train_batch(games)
    path = tmp_path / "model.shiro"
    parts.save(path)
    resumed = sk.Trainer.load(path)
    resumed.train_batch(20)
    assert resumed.digest() == whole.digest()
    assert resumed.play.share_stages == 3
    alone = sk.Trainer(fast, patterns=PATTERNS)
    alone.train_batch(GAMES)
    assert alone.digest() != whole.digest()
    # The entries that neighbouring stages teach are updated too, but only positions of the own stage count as updates.
    assert whole.convergence().updated_entries > alone.convergence().updated_entries
    assert whole.convergence().mean_updates == pytest.approx(alone.convergence().mean_updates, rel=0.05)
