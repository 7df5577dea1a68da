"""Learning from given games: the same bits however it is done, files that are remembered, and a model that plays."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro import debug
from shirokuro.cli import main
from shirokuro.training.given_games import part_of
from tests.support.game_files import wthor
from tests.support.runs import PATTERNS, QUICK_ARGS
from tests.support.sessions import log_of

if TYPE_CHECKING:
    from pathlib import Path

    from shirokuro.training.given_games import GivenTargets

SETTINGS = ("--seed=7", *QUICK_ARGS)
GAMES = sk.random_games(120, seed=5)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("games") / "random.wtb"
    path.write_bytes(wthor([game.moves for game in GAMES]))
    return path


def given(file: Path, targets: GivenTargets = "outcome", epochs: int = 2) -> sk.GivenGames:
    return sk.GivenGames([file], targets=targets, epochs=epochs, held_out=0.1)


@pytest.mark.parametrize("targets", ["outcome", "search"])
def test_one_list_and_one_seed_give_one_digest_at_any_split_and_number_of_threads(
    targets: GivenTargets, file: Path, small: sk.TrainConfig, tmp_path: Path
) -> None:
    games = given(file, targets)
    digests = []
    for threads, split in ((1, (280,)), (3, (1, 100, 140, 39))):
        trainer = sk.Trainer(small.replace(threads=threads), from_games=games, patterns=PATTERNS)
        for count in split:
            trainer.train_batch(count)
            if count == 100:  # within a generation, and within the list
                trainer.save(tmp_path / "saved.shiro")
                trainer = sk.Trainer.load(tmp_path / "saved.shiro", threads=2)
        digests.append(trainer.digest())
    assert digests[0] == digests[1]
    assert games.games < 250, "self-play followed"
    other_order = sk.Trainer(small.replace(seed=8), from_games=games, patterns=PATTERNS)
    other_order.train_batch(280)
    assert other_order.digest() != digests[0]


def test_a_run_learns_each_game_once_in_each_epoch_and_never_those_held_out(file: Path, fast: sk.TrainConfig) -> None:
    games = given(file)
    trainer = sk.Trainer(fast, from_games=games, patterns=PATTERNS)
    learned: list[sk.Game] = []
    with trainer.observed(lambda report: learned.extend(report.games)):
        trainer.train_batch(games.games)
    size = games.games // 2
    first, second = [game.transcript for game in learned[:size]], [game.transcript for game in learned[size:]]
    held_out = {game.transcript for game in GAMES} - set(first)
    assert sorted(first) == sorted(second)
    assert first != second
    assert len(held_out) == games.held_out_games == 120 - size > 0
    assert [game.index for game in learned] == list(range(games.games))


def test_given_games_are_learned_by_their_outcome_without_a_search(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    report = trainer.learn_games(GAMES[:70])
    assert (report.games, report.searches, report.value_count, report.mean_value) == (70, 0, 0, None)
    assert report.positions == sum(game.move_count for game in GAMES[:70])
    assert report.mean_stone_difference == sum(game.stone_difference for game in GAMES[:70]) / 70
    split = sk.Trainer(fast.replace(threads=1), patterns=PATTERNS)
    finished: list[int] = []
    split.learn_games([game.transcript for game in GAMES[:3]])
    split.learn_games([sk.GameRecord(moves=tuple(game.moves)) for game in GAMES[3:70]], progress=finished.append)
    assert finished[-1] == 67
    assert split.digest() == trainer.digest()
    searched = sk.Trainer(fast, patterns=PATTERNS).learn_games(GAMES[:5], targets="search")
    assert searched.searches == searched.positions > 0


def test_games_that_can_not_be_learned_change_nothing(file: Path, fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    before = trainer.digest()
    with pytest.raises(ValueError, match=r"games\[1\]: 2 moves, unfinished"):
        trainer.learn_games([GAMES[0], "f5d6"])
    with pytest.raises(ValueError, match="targets = 'moves': must be 'outcome' or 'search'"):
        trainer.learn_games(GAMES, targets="moves")  # type: ignore[arg-type]
    assert trainer.learn_games([]).games == 0
    trainer.schedule_games(given(file))
    with pytest.raises(RuntimeError, match=r"\d+ given games of the run must be learned first"):
        trainer.learn_games(GAMES)
    assert (trainer.digest(), trainer.games_played) == (before, 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"targets": "moves"}, "targets = 'moves': must be 'outcome' or 'search'"),
        ({"epochs": 0}, "epochs = 0: must be within 1…1,000,000,000"),
        ({"held_out": 1}, "held_out = 1: must be at least 0 and less than 1"),
        ({"held_out": 0.999999}, "held_out = 0.999999: no game of 120 games is left to learn from"),
    ],
)
def test_a_value_out_of_range_is_refused(options: dict[str, object], message: str, file: Path) -> None:
    with pytest.raises(ValueError, match=message):
        sk.GivenGames([file], **options)  # type: ignore[arg-type]


def test_a_single_name_is_no_list_of_files() -> None:
    with pytest.raises(TypeError, match=r"files = 'games\.wtb': must be a list of files"):
        sk.GivenGames("games.wtb")


def test_a_loaded_run_reads_its_files_again_and_refuses_by_name_what_is_not_the_same(
    file: Path, small: sk.TrainConfig, tmp_path: Path
) -> None:
    copy, saved = tmp_path / "copy.wtb", tmp_path / "saved.shiro"
    shutil.copy(file, copy)
    trainer = sk.Trainer(small, from_games=given(copy), patterns=PATTERNS)
    trainer.train_batch(50)
    trainer.save(saved)
    before = trainer.digest()

    copy.write_bytes(wthor([game.moves for game in GAMES[1:]]))
    changed = sk.Trainer.load(saved)
    with pytest.raises(ValueError, match=r"copy\.wtb: its games have changed since"):
        changed.train_batch(1)
    copy.unlink()
    with pytest.raises(FileNotFoundError, match=r"copy\.wtb"):
        changed.train_batch(1)
    assert changed.digest() == before

    with pytest.raises(ValueError, match=r"the run still has .* games to learn from"):
        changed.schedule_games(given(file, epochs=3))
    changed.schedule_games(given(file))  # the same games elsewhere
    for each in (changed, trainer):
        each.train_batch(300)
    assert changed.digest() == trainer.digest()
    changed.save(saved)
    file_is_not_needed = sk.Trainer.load(saved)
    file_is_not_needed.train_batch(10)


def test_other_games_may_follow_between_games_of_self_play(file: Path, fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    trainer.train_batch(30)
    learned: list[sk.Game] = []
    with trainer.observed(lambda report: learned.extend(report.games)):
        trainer.schedule_games(games := given(file, epochs=1))
        trainer.train_batch(games.games + 20)
    known = {game.transcript for game in GAMES}
    assert [game.index for game in learned if game.transcript in known] == list(range(30, 30 + games.games))


def test_an_interrupted_run_ends_as_one_that_was_not(file: Path, tmp_path: Path) -> None:
    straight, paused = tmp_path / "straight", tmp_path / "paused"
    options = (*SETTINGS, "--from-games", str(file), "--from-games-epochs=2", "--report-games=64")
    assert main(["train", "--out", str(straight), "--games=300", *options]) == 0

    config = sk.TrainConfig.from_toml((straight / "config.toml").read_text(encoding="utf-8"))
    trainer = sk.Trainer(config, from_games=sk.GivenGames([file], epochs=2), patterns=PATTERNS)
    result = trainer.start_training(directory=paused, callback=lambda _: trainer.pause_training(), callback_every=100)
    assert result
    assert result.outcome == "paused"
    assert 0 < result.games_played < 220
    # A service starts with the same command each time.
    assert main(["train", "--resume", "--out", str(paused), *options]) == 0
    digests = [sk.file_digest(run / "model.shiro") for run in (straight, paused)]
    assert digests[0] == digests[1]

    gone = file.rename(tmp_path / "gone.wtb")  # it is no longer needed
    assert main(["train", "--resume", "--out", str(paused), "--extend=310", *options]) == 0
    gone.rename(file)
    assert sk.Trainer.load(paused / "model.shiro").games_played == 310


def test_the_held_out_error_is_in_the_log_the_metrics_the_result_and_the_report(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    options = [each for each in SETTINGS if each != "--quiet"]
    arguments = ["--from-games", str(file), "--from-games-epochs=2", "--from-games-held-out=0.2", "--report-games=64"]
    assert main(["train", "--out", str(run), *options, *arguments]) == 0
    games = sk.GivenGames([file], epochs=2, held_out=0.2)
    model = sk.Trainer.load(run / "model.shiro")
    error = model.held_out_error()
    assert error
    assert (model.games_played, model.config.games, error.games) == (games.games,) * 2 + (games.held_out_games,)
    assert f"{error}\n" in capsys.readouterr().out
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines[-1]["held_out"] == error.line()
    assert all("held_out" in line and "values" not in line for line in lines)
    assert [line["given_left"] + line["games_played"] for line in lines[:-1]] == [games.games] * (len(lines) - 1)
    log = log_of(run)
    assert f"after {games.games} games, {error}" in log
    assert f"{games.games} given games to learn from: {games}" in log
    assert part_of(run / "model.shiro").error == error  # type: ignore[union-attr]


def test_the_held_out_error_of_a_model_that_expects_draws_is_the_spread_of_the_outcomes(
    file: Path, fast: sk.TrainConfig
) -> None:
    trainer = sk.Trainer(fast, from_games=sk.GivenGames([file], held_out=0.3), patterns=PATTERNS)
    learned: list[sk.Game] = []
    with trainer.observed(lambda report: learned.extend(report.games)):
        error = trainer.held_out_error()
        trainer.train_batch(trainer.state.given.count if trainer.state.given else 0)
    assert error
    known = {game.transcript for game in learned}
    held_out = [game for game in GAMES if game.transcript not in known]
    moves = sum(game.move_count for game in held_out)
    assert error.positions == moves
    weighted = [sum(game.move_count * abs(game.stone_difference) ** n for game in held_out) / moves for n in (1, 2)]
    assert [error.mean_absolute, error.mean_squared] == pytest.approx(weighted)


def test_a_run_without_a_length_ends_with_its_games_and_one_that_is_too_short_says_so(
    file: Path, tmp_path: Path
) -> None:
    games = sk.GivenGames([file])
    assert main(["train", "--out", str(tmp_path / "a"), *SETTINGS, "--from-games", str(file)]) == 0
    assert sk.Trainer.load(tmp_path / "a" / "model.shiro").games_played == games.games
    assert main(["train", "--out", str(tmp_path / "b"), *SETTINGS, "--from-games", str(file), "--games=64"]) == 0
    log = log_of(tmp_path / "b")
    assert f"the run ends after 64 games, before the last of its given games, which is number {games.games}" in log


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from-games-epochs=2"], "from_games_epochs = 2: needs files of games"),
        (["--from-games=x.wtb", "--from-games-epochs=0"], "from_games_epochs = 0: must be within 1"),
        (["--from-games=x.wtb", "--from-games-held-out=1"], "from_games_held_out = 1.0: must be at least 0"),
        (["--from-games=x.wtb"], "x.wtb"),
    ],
)
def test_the_command_refuses_by_name_before_anything_is_created(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--out", str(tmp_path / "run"), *SETTINGS, *arguments]) != 0
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_replay_shows_the_searches_in_a_given_game(file: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    options = ["--from-games", str(file), "--from-games-targets=search", "--games=150", "--checkpoint-games=64"]
    assert main(["train", "--out", str(run), *SETTINGS, *options]) == 0
    for number, kind in ((70, "given"), (149, "best")):
        seen = debug.replay(run, number)
        assert seen.as_recorded
        assert seen.plies[-1].kind == kind


@pytest.fixture(scope="module")
def strong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of games that the model in the box plays against itself, from random openings."""
    config = sk.TrainConfig(
        games=1500, seed=3, depth=1, exact_empties=8, epsilon=0, shallow=0, random_plies=14, rate=0, table_mb=1
    )
    teacher = sk.Trainer(config, init=sk.Evaluator.default())
    games: list[sk.Game] = []
    with teacher.observed(lambda report: games.extend(report.games)):
        teacher.train_batch(config.games)
    path = tmp_path_factory.mktemp("strong") / "strong.wtb"
    path.write_bytes(wthor([game.moves for game in games]))
    return path


def test_a_model_that_learned_from_good_games_alone_beats_the_heuristic(strong: Path) -> None:
    games = sk.GivenGames([strong], held_out=0.1)
    config = sk.TrainConfig(games=games.games, seed=1, adam_epsilon=4, share_stages=2, rate="0:0.3,1:0.02", table_mb=1)
    trainer = sk.Trainer(config, from_games=games)
    before = trainer.held_out_error()
    trainer.train_batch(games.games)
    after = trainer.held_out_error()
    assert before
    assert after
    assert after.mean_squared < 0.7 * before.mean_squared  # 581 and 917 discs²
    player = sk.ModelPlayer(evaluator=trainer.evaluator, depth=3)
    match = sk.play_match(player, sk.HeuristicPlayer(), games=60, seed=1)
    assert match.wins > 35, match  # 43


def test_a_session_that_goes_beyond_the_length_in_the_settings_does_not_warn(file: Path, tmp_path: Path) -> None:
    games = sk.GivenGames([file])
    trainer = sk.Trainer(sk.TrainConfig(games=16, seed=7, depth=1), patterns=PATTERNS, from_games=games)
    trainer.start_training(games.games, directory=tmp_path)
    assert "the run ends after" not in log_of(tmp_path)
