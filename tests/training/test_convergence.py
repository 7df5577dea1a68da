"""Convergence: the learned share of each table, and each warning, provoked on purpose."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro._core import reachable_entries
from shirokuro.training.convergence import ENTRIES, PATTERNS, TABLE_ENTRIES, expected_updates
from shirokuro.training.convergence_tracker import ConvergenceTracker
from shirokuro.training.typical_entries import TYPICAL_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

# Squares of each pattern, a1 = 0 … h8 = 63, in the order of their digits.
SQUARES = (
    (27, 19, 26, 18, 10, 17, 9, 1, 8, 0),
    (27, 36, 18, 45, 9, 54, 1, 8, 0, 63),
    (10, 17, 3, 9, 24, 2, 16, 1, 8, 0),
    (3, 4, 9, 24, 32, 2, 16, 1, 8, 0),
    (3, 4, 9, 14, 2, 5, 1, 6, 0, 7),
    (11, 12, 10, 13, 3, 4, 2, 5, 0, 7),
    (11, 12, 10, 13, 3, 4, 2, 5, 1, 6),
    (18, 10, 17, 9, 2, 16, 1, 8, 0),
    (28, 19, 37, 10, 46, 1, 55, 0, 63),
    (11, 12, 10, 13, 9, 14, 8, 15),
    (19, 20, 18, 21, 17, 22, 16, 23),
    (27, 28, 26, 29, 25, 30, 24, 31),
    (20, 29, 11, 38, 2, 47, 1, 55),
    (21, 12, 30, 3, 9, 39, 54),
)
OFFSETS = np.concatenate([[0], np.cumsum(TABLE_ENTRIES)])


def seen(position: sk.Position) -> NDArray[np.int64]:
    """Returns a board from the side to move's view: 0 empty, 1 own, 2 opponent; shape (8, 8)."""
    board = position.board.astype(np.int64).reshape(8, 8)
    return np.where(board > 0, 3 - board, 0) if position.side_to_move == sk.WHITE else board


def eight_boards(position: sk.Position) -> NDArray[np.int64]:
    """Returns a position's symmetric images from the side to move's view; shape (8, 64)."""
    board = seen(position)
    images = [np.rot90(mirrored, turns) for mirrored in (board, board.T) for turns in range(4)]
    stacked: NDArray[np.int64] = np.array(images).reshape(8, 64)
    return stacked


def read_entries(position: sk.Position) -> NDArray[np.int64]:
    """Returns the entries of a stage that learning the position updates, mirror images included: shape (14, 8).

    The trainer is not involved: every pattern is read on all eight images of the board.
    """
    boards = eight_boards(position)
    digits = [boards[:, squares] @ 3 ** np.arange(len(squares)) for squares in SQUARES]
    entries: NDArray[np.int64] = np.array(digits) + OFFSETS[:-1, None]
    return entries


def stage_of(position: sk.Position) -> int:
    return 60 - position.empties


def mirror_table(pattern: int) -> NDArray[np.int64]:
    """Returns each entry's mirror image under the first reflection of the board that maps the pattern to itself."""
    squares = SQUARES[pattern]
    digits = np.arange(3 ** len(squares))[:, None] // 3 ** np.arange(len(squares)) % 3
    files, ranks = np.array(squares) % 8, np.array(squares) // 8
    for file, rank in ((ranks, files), (7 - files, ranks), (files, 7 - ranks), (7 - ranks, 7 - files)):
        images = (8 * rank + file).tolist()
        if set(images) == set(squares):
            table: NDArray[np.int64] = digits @ 3 ** np.array([squares.index(square) for square in images])
            return table
    raise AssertionError


MIRRORS = np.concatenate([mirror_table(pattern) + OFFSETS[pattern] for pattern in range(14)])


def count_updates(updates: NDArray[np.int64], positions: Sequence[sk.Position]) -> None:
    """Adds the updates of learning the positions to `updates`, shape (60, 481140).

    The four rotations of a board read 56 entries. Their mirror images are updated with them, unless they are equal.
    """
    boards = np.array([seen(position) for position in positions])
    stages = np.array([stage_of(position) for position in positions])[:, None]
    images = [np.rot90(boards, turns, axes=(1, 2)).reshape(-1, 64) for turns in range(4)]
    for pattern, squares in enumerate(SQUARES):
        for image in images:
            entries = image[:, squares] @ 3 ** np.arange(len(squares))[:, None] + OFFSETS[pattern]
            mirrors = MIRRORS[entries]
            np.add.at(updates, (stages, entries), 1)
            np.add.at(updates, (stages, mirrors), mirrors != entries)


def test_rotated_and_reflected_boards_read_entries_and_their_mirror_images(
    positions: Callable[[int], list[sk.Position]],
) -> None:
    for position in positions(1):
        entries = read_entries(position)
        np.testing.assert_array_equal(np.sort(entries[:, 4:]), np.sort(MIRRORS[entries[:, :4]]))


@pytest.fixture(scope="module")
def counted(small: sk.TrainConfig) -> tuple[sk.Trainer, NDArray[np.int64]]:
    """A trainer after a thousand games, and the updates of each entry counted from the games: shape (60, 481140)."""
    trainer = sk.Trainer(small)
    updates = np.zeros((60, OFFSETS[-1]), dtype=np.int64)
    for games in (100, 37, 463, 400):
        learned = []
        for game in play(trainer, games):
            position = sk.Position()
            for ply, move in enumerate(game.moves):
                if ply >= game.random_plies:
                    learned.append(position)
                position = position.play(move)
        count_updates(updates, learned)
    return trainer, updates


def play(trainer: sk.Trainer, games: int) -> list[sk.Game]:
    """Trains `games` games, in several calls if needed, and returns them."""
    played: list[sk.Game] = []
    while len(played) < games:
        played += trainer._advance(games - len(played), trainer.config, None).games
    return played


def test_coverage_and_updates_match_the_positions_of_the_games(counted: tuple[sk.Trainer, NDArray[np.int64]]) -> None:
    trainer, updates = counted
    report = trainer.convergence()
    by_table = np.add.reduceat(updates, OFFSETS[:-1], axis=1)
    np.testing.assert_array_equal(report.updates, by_table)
    np.testing.assert_array_equal(report.updated, np.add.reduceat(updates > 0, OFFSETS[:-1], axis=1))
    for stage in range(60):
        np.testing.assert_array_equal(trainer._core.updated_entries(stage), updates[stage] > 0)
    assert report.updated_entries == np.count_nonzero(updates)
    assert report.mean_updates == pytest.approx(updates.sum() / ENTRIES)
    reachable = np.array([reachable_entries(stage) for stage in range(60)])
    np.testing.assert_array_equal(report.reachable, np.add.reduceat(reachable, OFFSETS[:-1], axis=1))
    assert not (updates > 0)[~reachable].any()
    assert report.coverage == np.count_nonzero(updates) / np.count_nonzero(reachable)
    np.testing.assert_allclose(report.coverage_by_table, report.updated / report.reachable)
    np.testing.assert_allclose(report.mean_updates_by_table, by_table / report.reachable)


def test_random_games_read_only_reachable_entries(
    positions: Callable[[int], list[sk.Position]],
) -> None:
    reachable = [reachable_entries(stage) for stage in range(60)]
    for seed in range(100):
        for position in positions(seed)[:-1]:
            assert reachable[stage_of(position)][read_entries(position)].all()


def test_233_updates_are_expected_after_a_million_games(small: sk.TrainConfig) -> None:
    assert expected_updates(1_000_000) == pytest.approx(233, abs=0.5)
    trainer = sk.Trainer(small.replace(random_plies=0))
    trainer.train_batch(256)
    report = trainer.convergence()
    assert report.expected_updates == pytest.approx(256 * 233 / 1e6, rel=0.01)
    assert 0.8 < report.mean_updates / report.expected_updates <= 1
    weights = np.broadcast_to(TABLE_ENTRIES, (60, 14))
    mean = (report.expected_updates_by_table * weights).sum() / ENTRIES
    assert mean == pytest.approx(report.expected_updates)


def test_entries_that_were_never_updated_keep_their_neutral_weight(
    counted: tuple[sk.Trainer, NDArray[np.int64]],
) -> None:
    trainer, updates = counted
    weights = trainer.evaluator.get_weights()
    for number, name in enumerate(PATTERNS):
        untouched = updates[:, OFFSETS[number] : OFFSETS[number + 1]] == 0
        assert (weights[name][untouched] == 32768).all()


def kinds(trainer: sk.Trainer) -> list[str]:
    return [warning.kind for warning in trainer.warnings]


def test_low_coverage_warns_after_the_set_number_of_games_and_is_repeated_later(small: sk.TrainConfig) -> None:
    config = small.replace(
        window_games=64, coverage_games=128, min_coverage=0.5, min_updates=0, stagnation_games=10**6,
        warn_again_games=192, generation_games=32, budget_mb=100_000,
    )  # fmt: skip
    trainer = sk.Trainer(config)
    trainer.train_batch(96)
    assert kinds(trainer) == []
    trainer.train_batch(320)
    warnings = trainer.warnings
    assert [(warning.kind, warning.games_played) for warning in warnings] == [("coverage", 128), ("coverage", 320)]
    assert " of the entries that a typical run reaches have been learned, expected 50% after 128" in warnings[0].message
    assert "P05 stages" in warnings[0].message
    coverage = trainer.convergence().typical_coverage
    assert coverage is not None
    trainer = sk.Trainer(config.replace(min_coverage=coverage / 100))
    trainer.train_batch(416)
    assert kinds(trainer) == []


def test_typical_coverage_counts_the_entries_of_a_table_up_to_their_typical_number() -> None:
    tables: Any = {
        "reachable": np.full((60, 14), 10**6),
        "updated": TYPICAL_ENTRIES.copy(),
        "updates": np.ones((60, 14), dtype=np.uint64),
    }
    tracker, config = ConvergenceTracker(10), sk.TrainConfig()

    def warned() -> list[str]:
        tracker._warned.clear()
        return [kind for kind, _ in tracker.check(tables, 500_000, config) if kind == "coverage"]

    assert tracker.report(tables, 500_000).typical_coverage == 1
    tables["updated"] = TYPICAL_ENTRIES * 2
    assert tracker.report(tables, 500_000).typical_coverage == 1
    assert warned() == []
    # Twice the usual entries in half of the stages do not replace those missing in the other half.
    tables["updated"][::2] = 0
    report = tracker.report(tables, 500_000)
    assert report.typical_coverage is not None
    assert report.typical_coverage_by_table is not None
    assert 0.4 < report.typical_coverage < 0.6
    assert report.typical_coverage_by_table[:2, 0].tolist() == [0, 1]
    assert warned() == ["coverage"]


def test_self_play_without_exploration_learns_few_of_the_entries_of_a_typical_run(fast: sk.TrainConfig) -> None:
    config = fast.replace(
        epsilon=0.1, shallow=0.1, random_plies=20, coverage_games=1000, window_games=500, min_coverage=0.2
    )
    explores, repeats = sk.Trainer(config), sk.Trainer(config.replace(epsilon=0, shallow=0, random_plies=0))
    for trainer in (explores, repeats):
        trainer.train_batch(1024)
    assert "coverage" not in kinds(explores)
    assert "coverage" in kinds(repeats)


def test_typical_entries_are_reachable() -> None:
    reachable = np.array([reachable_entries(stage) for stage in range(60)])
    assert (TYPICAL_ENTRIES > 0).all()
    assert (np.add.reduceat(reachable, OFFSETS[:-1], axis=1) >= TYPICAL_ENTRIES).all()


def test_the_first_games_of_a_run_with_default_settings_do_not_count_as_divergence() -> None:
    # Within two thousand games, one generation of this run has more than 5 % of its evaluations out of range.
    config = sk.TrainConfig(seed=3, budget_mb=100_000)
    trainer = sk.Trainer(config)
    trainer.train_batch(2048)
    assert list(trainer.warnings) == []
    hasty = sk.Trainer(config.replace(settle_games=0))
    hasty.train_batch(2048)
    assert "divergence" in kinds(hasty)


def test_undertrained_patterns_are_named_with_their_stages(small: sk.TrainConfig) -> None:
    quiet = small.replace(
        window_games=64, stagnation_games=10**6, min_updates=0.6, warn_again_games=10**6, budget_mb=100_000
    )
    trainer = sk.Trainer(quiet.replace(random_plies=50))
    trainer.train_batch(128)
    (warning,) = trainer.warnings
    assert warning.kind == "undertrained"
    assert warning.games_played == 64
    report = trainer.convergence()
    ratios = report.mean_updates_by_table / report.expected_updates_by_table
    # Random openings of up to 50 plies leave few positions of the middle game to learn from.
    assert ratios[15, 2] < 0.6 < ratios[58, 2]
    assert "updates per entry, expected 0.0149 after 64 games; below 60% of the expected number: P" in warning.message
    whole = sk.Trainer(quiet.replace(random_plies=0))
    whole.train_batch(128)
    assert kinds(whole) == []


class Fake:
    """The report of a call of the core: games with the given final differences, each with one value."""

    def __init__(self, first: int, differences: list[int]) -> None:
        self.games = [Game(first + number, difference) for number, difference in enumerate(differences)]
        self.failures: list[object] = []
        self.game_sums = [(1, 256 * number, (256 * number) ** 2, 1, 0.0, 0) for number in range(len(differences))]
        self.generation_complete = True


class Game:
    def __init__(self, index: int, stone_difference: int) -> None:
        self.index = index
        self.stone_difference = stone_difference


def feed(tracker: ConvergenceTracker, config: sk.TrainConfig, first: int, differences: list[int]) -> list[str]:
    fake: Any = Fake(first, differences)
    return [kind for kind, _ in tracker.add(fake, fake.game_sums, first + len(differences), config)]


def test_windows_do_not_depend_on_how_games_are_split_into_calls() -> None:
    config = sk.TrainConfig(window_games=10)
    differences = np.random.default_rng(1).integers(-64, 65, 95).tolist()
    whole = ConvergenceTracker(10)
    feed(whole, config, 0, differences)
    parts = ConvergenceTracker(10)
    for first in range(0, 95, 7):
        feed(parts, config, first, differences[first : first + 7])
        parts = ConvergenceTracker.from_json(parts.to_json())
    tables: Any = {name: np.ones((60, 14), dtype=np.uint64) for name in ("reachable", "updated", "updates")}
    reports = [tracker.report(tables, 95) for tracker in (whole, parts)]
    for report in reports:
        by_window = np.reshape(differences[:90], (9, 10))
        assert [window.stone_difference_mean for window in report.windows] == pytest.approx(by_window.mean(axis=1))
        assert report.last_games.stone_difference_mean == pytest.approx(np.mean(differences[-10:]))
        assert report.stone_difference_sd == pytest.approx(np.std(differences[-10:]))


def searched_positions(game: sk.Game) -> Iterator[sk.Position]:
    """Yields the positions of a game that were searched and learned."""
    position = sk.Position()
    for ply, move in enumerate(game.moves):
        if ply >= game.random_plies:
            yield position
        position = position.play(move)


def entries_read(positions: Sequence[sk.Position]) -> NDArray[np.int64]:
    """Returns what `read_entries` returns for the four rotations of each position: shape (positions, 14, 4)."""
    boards = np.array([position.board for position in positions], dtype=np.int64)
    whites = np.array([position.side_to_move == sk.WHITE for position in positions])
    boards = np.where(whites[:, None] & (boards > 0), 3 - boards, boards).reshape(-1, 8, 8)
    turned = np.stack([np.rot90(boards, turns, axes=(1, 2)).reshape(-1, 64) for turns in range(4)], axis=1)
    digits = [turned[:, :, squares] @ 3 ** np.arange(len(squares)) for squares in SQUARES]
    read: NDArray[np.int64] = np.stack(digits, axis=1) + OFFSETS[:-1, None]
    return read


def test_figures_of_a_thousand_games_are_those_that_numpy_computes_from_the_games() -> None:
    config = sk.TrainConfig(depth=1, exact_empties=0, generation_games=128, window_games=300, lambda_=0.7, threads=2)
    trainer = sk.Trainer(config)
    games: list[sk.Game] = []
    td_errors: list[NDArray[np.float64]] = []
    updates = np.zeros(60, dtype=np.int64)
    while len(games) < 1000:
        before = copy.copy(trainer.evaluator)
        weights = np.concatenate([before.get_weights()[pattern] for pattern in PATTERNS], axis=1)
        with trainer.observed(lambda report: games.extend(report.games)):
            trainer.train_batch(min(128, 1000 - len(games)))
        new = games[len(td_errors) :]
        positions = [position for game in new for position in searched_positions(game)]
        stages, read = np.array(list(map(stage_of, positions))), entries_read(positions)
        assert (read[0] == read_entries(positions[0])[:, :4]).all()
        values = (weights[stages[:, None, None], read].sum(axis=(1, 2), dtype=np.int64) - 56 * 32_768) / 256
        np.add.at(updates, stages, 56 + (MIRRORS[read] != read).sum(axis=(1, 2)))
        targets = [[target for target in game.targets(0.7) if target is not None] for game in new]
        ends = np.cumsum(list(map(len, targets)))
        td_errors += np.split(np.concatenate(targets) - values, ends[:-1])
    report = trainer.convergence()
    spans = [(0, 300), (300, 600), (600, 900), (700, 1000)]
    for window, (first, end) in zip([*report.windows, report.last_games], spans, strict=True):
        differences = np.array([game.stone_difference for game in games[first:end]])
        searched = np.array([value for game in games[first:end] for value in game.values if value is not None])
        assert (window.end, window.games) == (end, 300)
        assert window.stone_difference_mean == pytest.approx(differences.mean())
        assert window.stone_difference_variance == pytest.approx(differences.var())
        assert window.value_variance == pytest.approx(searched.var())
    for window, (first, end) in zip(report.windows, spans, strict=False):
        assert window.td_variance == pytest.approx(np.mean(np.concatenate(td_errors[first:end]) ** 2), rel=1e-5)
    assert report.updates.sum(axis=1).tolist() == updates.tolist()


def test_a_new_window_length_takes_effect_immediately(small: sk.TrainConfig) -> None:
    trainer = sk.Trainer(small.replace(window_games=100))
    trainer.train_batch(250)
    trainer.configure(window_games=64)
    trainer.train_batch(200)
    report = trainer.convergence()
    assert [window.end for window in report.windows] == [100, 200, 256, 320, 384, 448]
    assert report.last_games.games == 64


def test_measurements_are_unknown_before_the_first_game() -> None:
    report = sk.Trainer().convergence()
    assert report.stone_difference_sd is None
    assert report.last_games.value_variance is None
    assert (report.coverage, report.mean_updates, report.expected_updates, report.windows) == (0, 0, 0, ())
    assert "value_variance" not in report.line()
