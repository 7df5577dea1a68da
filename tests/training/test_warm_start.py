"""A new run can start from the weights of another model, and remembers it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro import _core, debug
from shirokuro.cli import main
from shirokuro.runs.origin import MAX_ORIGINS, Origin, origins_of
from tests.support.runs import FAST, PATTERNS, QUICK_ARGS

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = ("--seed=8", *QUICK_ARGS)


def same_weights(first: sk.Evaluator, second: sk.Evaluator) -> bool:
    weights = second.get_weights()
    return all(np.array_equal(table, weights[name]) for name, table in first.get_weights().items())


@pytest.fixture(scope="module")
def trained() -> sk.Trainer:
    """A trainer with small patterns after a thousand games. Tests must not change it."""
    trainer = sk.Trainer(FAST, patterns=PATTERNS)
    trainer.train_batch(1000)
    return trainer


@pytest.fixture(scope="module")
def model(trained: sk.Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model file of `trained`, with its training state."""
    path = tmp_path_factory.mktemp("model") / "model.shiro"
    trained.save(path)
    return path


@pytest.fixture(scope="module")
def weights_file(trained: sk.Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "weights.shiro"
    trained.evaluator.save(path)
    return path


def test_only_the_weights_are_taken_over(trained: sk.Trainer, small: sk.TrainConfig, model: Path) -> None:
    trainer = sk.Trainer(small.replace(seed=9), init=model)
    assert same_weights(trainer.evaluator, trained.evaluator)
    assert (trainer.games_played, trainer.config.seed, trainer.get_statistics().games) == (0, 9, 0)
    assert trainer.convergence().updated_entries == 0
    trainer.train_batch(64)
    assert not same_weights(trainer.evaluator, trained.evaluator)


def test_the_model_it_started_from_does_not_change(trained: sk.Trainer, small: sk.TrainConfig) -> None:
    before = trained.digest()
    sk.Trainer(small, init=trained).train_batch(64)
    assert trained.digest() == before


@pytest.mark.parametrize("split", [(200,), (1, 63, 130, 6)])
@pytest.mark.parametrize("threads", [1, 3])
def test_one_model_and_one_seed_give_one_digest(
    split: tuple[int, ...], threads: int, trained: sk.Trainer, weights_file: Path, fast: sk.TrainConfig
) -> None:
    expected = sk.Trainer(fast, init=trained.evaluator)
    expected.train_batch(200)
    trainer = sk.Trainer(fast.replace(threads=threads), init=weights_file)
    for games in split:
        trainer.train_batch(games)
    assert trainer.digest() == expected.digest()
    neutral = sk.Trainer(fast, patterns=PATTERNS)
    neutral.train_batch(200)
    assert trainer.digest() != neutral.digest()


def test_a_run_knows_the_model_it_started_from(
    trained: sk.Trainer, model: Path, weights_file: Path, small: sk.TrainConfig
) -> None:
    digest, weights = trained.digest(), trained.evaluator.digest()
    assert sk.Trainer(small, patterns=PATTERNS).origins == ()
    assert sk.Trainer(small, init=model).origins == (
        Origin(file="model.shiro", weights=weights, digest=digest, games=1000),
    )
    assert sk.Trainer(small, init=weights_file).origins == (Origin(file="weights.shiro", weights=weights),)
    assert sk.Trainer(small, init=trained.evaluator).origins == (Origin(weights=weights),)
    in_memory = sk.Trainer(small, init=trained)
    assert [(each.digest, each.games) for each in in_memory.origins] == [(digest, 1000)]
    third = sk.Trainer(small, init=in_memory)
    assert third.origins[1:] == in_memory.origins


def test_a_file_keeps_the_origins_and_an_older_reader_tolerates_them(
    model: Path, small: sk.TrainConfig, tmp_path: Path
) -> None:
    trainer, path = sk.Trainer(small, init=model), tmp_path / "model.shiro"
    trainer.save(path)
    loaded = sk.Trainer.load(path)
    assert loaded.origins == trainer.origins == origins_of(path)
    assert loaded.digest() == trainer.digest()
    monitor = json.loads(_core.read_header(path)["monitor"] or "")
    assert monitor.keys() - {"origins"} == json.loads(_core.read_header(model)["monitor"] or "").keys()


def test_a_long_chain_of_runs_keeps_its_nearest_origins(small: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(small, init=sk.Evaluator(PATTERNS))
    trainer.state.origins *= MAX_ORIGINS + 5
    trainer.save(tmp_path / "model.shiro")
    assert len(sk.Trainer.load(tmp_path / "model.shiro").origins) == MAX_ORIGINS


@pytest.mark.parametrize(
    "origins",
    [5, [5], [{"file": "x"}], [{"weights": 5}], [{"weights": "x", "games": "many"}], [{"weights": "x", "y": 1}]],
)
def test_damaged_origins_are_a_damaged_file(origins: Any, small: sk.TrainConfig, tmp_path: Path) -> None:
    trainer, path = sk.Trainer(small, patterns=PATTERNS), tmp_path / "model.shiro"
    settings, statistics = json.dumps(small.as_dict()), json.dumps(trainer.get_statistics().sums())
    trainer._core.save(path, settings=settings, statistics=statistics, monitor=json.dumps({"origins": origins}))
    with pytest.raises(sk.ModelFileError, match=r"damaged: its settings or statistics can't be read"):
        sk.Trainer.load(path)
    assert origins_of(path) == ()


@pytest.mark.parametrize("init", [5, b"model.shiro", sk.Position()], ids=str)
def test_what_is_not_a_model_is_refused(init: Any, small: sk.TrainConfig) -> None:
    with pytest.raises(TypeError, match="init: must be an Evaluator, a Trainer or a path, not"):
        sk.Trainer(small, init=init)


# The command.


def train(run: Path, *more: str | Path) -> int:
    return main(["train", "--out", str(run), *SETTINGS, *map(str, more)])


def test_the_command_starts_from_a_run_and_shows_it(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert train(first, "--games=64", "--init-from", model) == 0
    assert train(second, "--games=128", "--init-from", first) == 0
    digest = sk.file_digest(model)
    capsys.readouterr()
    assert main(["checkpoints", str(first)]) == 0
    line = f"started from model.shiro, 1,000 games, digest {digest}\n"
    assert capsys.readouterr().out.endswith(line)
    assert main(["checkpoints", str(second)]) == 0
    nearest = f"started from checkpoint_000000064.shiro, 64 games, digest {sk.file_digest(first / 'model.shiro')}\n"
    assert capsys.readouterr().out.endswith(nearest + line)
    log = "".join(path.read_text(encoding="utf-8") for path in (first / "logs").iterdir())
    assert f"started from model.shiro, 1,000 games, digest {digest}" in log
    config = sk.Trainer.load(first / "model.shiro").config
    whole = sk.Trainer(config, init=model)
    whole.train_batch(64)
    assert sk.file_digest(first / "model.shiro") == whole.digest()


def test_a_run_that_is_killed_at_once_still_has_the_weights_that_it_started_from(
    model: Path, small: sk.TrainConfig, tmp_path: Path
) -> None:
    def stop(_: object) -> None:
        raise RuntimeError("stopped")

    trainer = sk.Trainer(small.replace(games=128), init=model)
    with pytest.raises(RuntimeError, match="stopped"):
        trainer.start_training(directory=tmp_path, progress=stop)
    start, *later = reversed(sk.list_checkpoints(tmp_path))
    assert start.games_played == 0
    for checkpoint in later:
        checkpoint.path.unlink()
    (tmp_path / "model.shiro").unlink(missing_ok=True)
    assert main(["train", "--out", str(tmp_path), "--resume", "--match-games=0", "--quiet"]) == 0
    resumed = sk.Trainer.load(tmp_path / "model.shiro")
    whole = sk.Trainer(small.replace(games=128), init=model)
    whole.train_batch(128)
    assert resumed.digest() == whole.digest()
    assert resumed.origins == trainer.origins


def test_a_run_that_exists_keeps_its_own_weights_and_says_so(
    model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run, whole = tmp_path / "run", tmp_path / "whole"
    assert train(run, "--games=64", "--init-from", model) == 0
    assert train(run, "--games=128", "--resume", "--init-from=nowhere.shiro") == 0
    assert (
        f"--init-from nowhere.shiro: not used, because the run in {run} continues with its own weights" in caplog.text
    )
    assert train(whole, "--games=64", "--init-from", model) == 0
    assert train(whole, "--games=128", "--resume") == 0
    assert sk.file_digest(run / "model.shiro") == sk.file_digest(whole / "model.shiro")
    assert [each.file for each in origins_of(run / "model.shiro")] == ["model.shiro"]
    assert train(run, "--init-from", model) == 2  # without --resume, a run is not touched


def test_a_damaged_run_starts_over_from_the_given_weights_or_says_that_they_are_neutral(
    model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert train(tmp_path, "--games=64", "--init-from", model) == 0
    damage(tmp_path)
    assert train(tmp_path, "--resume", "--on-corrupt=fresh", "--init-from", model) == 0
    assert [each.file for each in origins_of(tmp_path / "model.shiro")] == ["model.shiro"]
    damage(tmp_path)
    assert train(tmp_path, "--resume", "--on-corrupt=fresh") == 0
    assert (
        "starts over with its settings and neutral weights (it had started from model.shiro, 1,000 games" in caplog.text
    )
    assert origins_of(tmp_path / "model.shiro") == ()


def damage(run: Path) -> None:
    """Damages the weights of the newest checkpoint, which the header does not show."""
    path = sk.list_checkpoints(run)[0].path
    content = bytearray(path.read_bytes())
    content[2000] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_without_a_readable_model_nothing_is_created(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.shiro"
    if content is not None:
        file.write_bytes(content)
    assert train(tmp_path / "run", "--init-from", file) == 2
    assert str(file) in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_damaged_model_is_refused_before_anything_is_created(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = bytearray(model.read_bytes())
    content[len(content) // 10] ^= 1
    file = tmp_path / "damaged.shiro"
    file.write_bytes(content)
    assert train(tmp_path / "run", "--init-from", file) == 2
    assert f"{file}: damaged" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_settings_file_names_the_model_in_its_table(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'games = 64\n[train]\ninit_from = "{model}"\n', encoding="utf-8")
    assert train(tmp_path / "run", "--config", file) == 0
    assert [each.file for each in origins_of(tmp_path / "run" / "model.shiro")] == ["model.shiro"]


def test_a_game_is_not_replayed_from_neutral_weights(model: Path, tmp_path: Path) -> None:
    assert train(tmp_path, "--games=192", "--checkpoint-games=64", "--keep=4", "--init-from", model) == 0
    assert debug.replay(tmp_path, 3).as_recorded
    start = sk.list_checkpoints(tmp_path)[-1]
    assert start.games_played == 0
    start.path.unlink()
    with pytest.raises(ValueError, match=r"game = 3: no state before it is left, .* weights \(model\.shiro"):
        debug.replay(tmp_path, 3)
