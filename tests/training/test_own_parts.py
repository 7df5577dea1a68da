"""The caller's own parts of a training: targets, opponents, and observers with the positions of a generation."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

import shirokuro as sk
from shirokuro.matches.players import PlayerFaultError
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray

CONFIG = sk.TrainConfig(seed=3, depth=1, exact_empties=6, random_plies="12", games=64, generation_games=16, threads=2)


def train(games: int = 32, config: sk.TrainConfig = CONFIG, **parts: object) -> sk.Trainer:
    """Trains with these parts."""
    trainer = sk.Trainer(config, **parts, patterns=PATTERNS)  # type: ignore[arg-type]
    trainer.train_batch(games)
    return trainer


@pytest.fixture(scope="module")
def plain() -> str:
    """The digest of a training without parts of its own."""
    return train().digest()


@dataclass(frozen=True)
class FirstMove:
    """Plays the first legal move, or an illegal one in every game that it has started."""

    name: str = "first"

    def choose(self, position: sk.Position, random: Random) -> str:  # noqa: ARG002
        """See `Player`."""
        return position.legal_moves[0]


def test_own_targets_are_what_the_positions_are_taught(plain: str) -> None:
    assert train(targets=lambda positions: positions.lambda_returns(0.9)).digest() == plain
    values = train(targets=lambda positions: positions.values).digest()
    assert values == train(config=CONFIG.replace(lambda_=0)).digest() != plain


def test_threads_and_split_do_not_change_what_own_targets_teach() -> None:
    def targets(positions: sk.GamePositions) -> NDArray[np.float32]:
        return 0.5 * positions.values + 0.5 * positions.outcomes

    split = sk.Trainer(CONFIG.replace(threads=1), targets=targets, patterns=PATTERNS)
    for games in (5, 3, 20, 4):
        split.train_batch(games)
    assert split.digest() == train(targets=targets).digest()


def test_a_position_whose_target_is_nan_is_not_learned() -> None:
    def late(positions: sk.GamePositions) -> NDArray[np.float32]:
        return np.where(positions.plies >= 30, positions.outcomes, np.nan)

    trainer = sk.Trainer(CONFIG, targets=late, patterns=PATTERNS)
    learned = []
    with trainer.observed(lambda report: learned.append((report.positions, report.nan_games, report.games))):
        trainer.train_batch(16)
    (positions, nan_games, games), plies = learned[0], sk.GamePositions(learned[0][2]).plies
    assert (positions, nan_games) == (int((plies >= 30).sum()), [])
    assert len(games) == 16
    assert (plies < 30).any()
    changed = [
        any((table[stage] != 32_768).any() for table in trainer.evaluator.get_weights().values()) for stage in range(60)
    ]
    assert not any(changed[:30])
    assert all(changed[30:50])


def test_the_evaluator_has_the_weights_of_the_games_while_targets_are_asked_for() -> None:
    digests = [sk.Evaluator(PATTERNS).digest()]

    def targets(positions: sk.GamePositions) -> NDArray[np.float32]:
        digests.append(trainer.evaluator.digest())
        return positions.values

    trainer = sk.Trainer(CONFIG, targets=targets, patterns=PATTERNS)
    for _ in range(4):
        trainer.train_batch(8)
    # The second call of a generation learns all of its games.
    assert digests[0] == digests[1] == digests[2] != digests[3] == digests[4]


def test_targets_that_are_not_a_number_per_position_are_refused_and_the_games_are_kept() -> None:
    trainer = sk.Trainer(CONFIG, patterns=PATTERNS)
    before = trainer.evaluator.digest()
    wrong: dict[str, Callable[[int], object]] = {
        r"targets: the function returned shape \(\d+,\): must be \(\d+,\)": lambda count: np.zeros(count + 1),
        r"target\[0\] = inf: must be a finite number, or NaN": lambda count: [np.inf] + [0.0] * (count - 1),
        "targets: the function returned .*str.*: must be": lambda _: "nothing",
        "targets: the function returned": lambda _: None,
    }
    for problem, returned in wrong.items():
        trainer.targets = lambda positions, returned=returned: returned(len(positions))
        with pytest.raises(ValueError, match=problem):
            trainer.train_batch(16)
    assert (trainer.games_played, trainer.evaluator.digest()) == (0, before)
    trainer.targets = lambda positions: positions.values
    assert trainer.train_batch(16).games == 16
    assert trainer.digest() == train(16, targets=lambda positions: positions.values).digest()


def test_an_exception_from_the_targets_ends_the_call() -> None:
    def targets(positions: sk.GamePositions) -> NDArray[np.float32]:
        raise LookupError(len(positions))

    trainer = sk.Trainer(CONFIG, targets=targets, patterns=PATTERNS)
    for _ in range(2):
        with pytest.raises(LookupError):
            trainer.train_batch(16)
    assert trainer.games_played == 0


def test_a_run_with_own_parts_does_not_continue_without_them(tmp_path: Path) -> None:
    def halved(positions: sk.GamePositions) -> NDArray[np.float32]:
        return np.divide(positions.values, 2, dtype=np.float32)

    whole = train(64, targets=halved)
    trainer = sk.Trainer(CONFIG, targets=halved, patterns=PATTERNS)
    trainer.start_training(40, directory=tmp_path / "run")
    loaded = sk.Trainer()
    with pytest.raises(ValueError, match=r"targets: the run has its own.*halved.*set trainer\.targets"):
        loaded.resume_training(64, directory=tmp_path / "run")
    with pytest.raises(ValueError, match="targets: the run has its own"):
        sk.Trainer.load(tmp_path / "run" / "model.shiro").train_batch(1)
    loaded.targets = halved
    loaded.resume_training(64, directory=tmp_path / "run")
    assert loaded.digest() == whole.digest()


@pytest.mark.parametrize("parts", [{"targets": 5}, {"opponents": FirstMove()}])
def test_parts_of_another_type_are_refused(parts: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=rf"{next(iter(parts))} = .*: must be"):
        sk.Trainer(CONFIG, **parts, patterns=PATTERNS)  # type: ignore[arg-type]


def test_positions_are_those_of_the_games() -> None:
    trainer, games = sk.Trainer(CONFIG, patterns=PATTERNS), []
    with trainer.observed(lambda report: games.extend(report.games)):
        trainer.train_batch(16)
    positions = sk.GamePositions(games)
    row = 0
    for game in games:
        position = sk.Position()
        targets = game.targets(0.7)
        for ply, (move, value, kind) in enumerate(zip(game.moves, game.values, game.kinds, strict=True)):
            if value is not None:
                board = position.board
                seen = board if position.side_to_move == sk.BLACK else np.where(board, 3 - board, 0)
                assert (positions.boards[row] == seen).all()
                assert positions.sides[row] == position.side_to_move
                assert positions.values[row] == np.float32(value)
                assert (positions.exact[row], positions.best[row]) == (kind.isupper(), kind.lower() == "b")
                assert "abcdefgh"[positions.moves[row] % 8] + str(positions.moves[row] // 8 + 1) == move
                sign = 1 if position.side_to_move == sk.BLACK else -1
                assert positions.outcomes[row] == sign * game.stone_difference
                assert (positions.games[row], positions.plies[row]) == (game.index, ply)
                assert positions.lambda_returns(0.7)[row] == np.float32(targets[ply])
                row += 1
            position = position.play(move)
    assert row == len(positions) == len(positions.boards)
    with pytest.raises(ValueError, match="read-only"):
        positions.values[0] = 1


def test_opponents_get_their_share_of_each_generation(plain: str) -> None:
    opponents = sk.Opponents([FirstMove(), sk.HeuristicPlayer()], share=0.25)
    games: list[sk.Game] = []
    trainer = sk.Trainer(CONFIG, opponents=opponents, patterns=PATTERNS)
    with trainer.observed(lambda report: games.extend(report.games)):
        trainer.train_batch(32)
    assert [game.index for game in games] == list(range(32))
    # Games against others are searched from the first move on; those of self-play may begin with random moves.
    met = [games[first : first + 4] for first in (0, 16)]
    assert all(game.random_plies == 0 for generation in met for game in generation)
    for first, second in (pair for generation in met for pair in (generation[:2], generation[2:])):
        common = next((n for n, (a, b) in enumerate(zip(first.moves, second.moves, strict=False)) if a != b), 60)
        assert common < 60
        assert "r" in first.kinds + second.kinds
    assert trainer.digest() != plain


def test_threads_split_and_a_checkpoint_in_the_middle_change_nothing_with_opponents(tmp_path: Path) -> None:
    def opponents() -> sk.Opponents:
        return sk.Opponents([sk.RandomPlayer(), FirstMove()], share=0.5)

    whole = train(opponents=opponents())
    split = sk.Trainer(CONFIG.replace(threads=1), opponents=opponents(), patterns=PATTERNS)
    for games in (3, 2, 14):
        split.train_batch(games)
    split.save(tmp_path / "split.shiro")
    loaded = sk.Trainer.load(tmp_path / "split.shiro")
    loaded.opponents = opponents()
    loaded.train_batch(13)
    assert loaded.digest() == whole.digest()


def test_opponents_are_described_whatever_their_pool_is() -> None:
    assert str(sk.Opponents([sk.RandomPlayer(), FirstMove()])) == "25 % of the games against random, first"
    pool = partial(lambda player, _: [player], sk.RandomPlayer())
    assert str(sk.Opponents(pool, share=0.5)) == "50 % of the games against those of partial"


def test_a_pool_may_follow_the_run() -> None:
    asked = []

    def pool(games_played: int) -> list[sk.Player]:
        asked.append(games_played)
        return [sk.RandomPlayer()]

    train(32, opponents=sk.Opponents(pool, share=0.2))
    assert asked == [0, 16]
    with pytest.raises(ValueError, match="must have at least one player"):
        sk.Opponents([])


@dataclass
class Forfeiting:
    """A program that fails in every game."""

    name: str = "forfeiting"
    opened: list[int] = field(default_factory=list)

    def session(self) -> Forfeiting:
        """See `SessionPlayer`."""
        return self

    def choose(self, moves: object, position: object, random: object) -> str:  # noqa: ARG002
        """See `PlayerProcess`."""
        raise PlayerFaultError("it plays no move")

    def set_clock(self, clock: object) -> None:
        """See `TimedProcess`."""

    def close(self) -> None:
        """See `PlayerProcess`."""

    def kill(self) -> None:
        """See `PlayerProcess`."""


def test_games_that_opponents_do_not_finish_are_left_out_with_a_warning() -> None:
    trainer = train(16, opponents=sk.Opponents([Forfeiting()]))
    assert trainer.games_played == 16
    assert "4 games left out, which other players did not finish: it plays no move" in str(trainer.warnings[0])


@pytest.mark.parametrize("share", [0, -1, 1.5, float("nan")])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match=r"share = .*: must be above 0 and at most 1"):
        sk.Opponents([sk.RandomPlayer()], share=share)


@pytest.mark.parametrize("players", [5, "random", [3]])
def test_players_that_can_not_play_are_refused(players: object) -> None:
    with pytest.raises(TypeError, match="players"):
        sk.Opponents(players)  # type: ignore[arg-type]
