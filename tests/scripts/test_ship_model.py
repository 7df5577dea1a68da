"""The model that ships with the package is taken from a finished run of its preset, and is made again from nothing."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro import models, presets
from shirokuro.cli import main
from tests.support.paths import SCRIPTS
from tests.support.runs import PATTERNS_ARG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRESET = "games = 128\ndepth = 1\nexact_empties = 0\ntable_mb = 1\ncompress = true\ncheckpoint_games = 64\n"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The script, which ships a model of a small preset in a folder of its own."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "small.toml").write_text(PRESET, encoding="utf-8")
    for file in (models.FACTS, models.FACTS.with_name("README.md")):
        shutil.copy(file, folder)
    monkeypatch.setattr(presets, "FOLDER", folder)
    monkeypatch.setattr(models, "FACTS", folder / "default.json")
    monkeypatch.setattr(models, "FILE", folder / "default.shiro")
    facts = dict.fromkeys(models.facts()) | {
        "preset": "small",
        "seed": 5,
        "beginning": {"games": 20, "digest": None},
    }
    models.FACTS.write_text(json.dumps(facts), encoding="utf-8")
    monkeypatch.syspath_prepend(SCRIPTS)
    sys.modules.pop("ship_model", None)
    yield importlib.import_module("ship_model")
    sys.modules.pop("ship_model", None)


def train(run: Path, *more: str) -> Path:
    assert main(["train", "--preset=small", "--seed=5", "--match-games=0", "--quiet", "--out", str(run), *more]) == 0
    return run


def test_a_finished_run_is_shipped_with_its_facts(script: Any, tmp_path: Path) -> None:
    run = train(tmp_path / "run")
    assert script.ship(run) == 0
    trained = sk.Trainer.load(run / "model.shiro")
    assert sk.Evaluator.default().digest() == trained.evaluator.digest()
    facts = models.facts()
    assert (facts["seed"], facts["games"], facts["digest"]) == (5, 128, trained.digest())
    assert facts["weights"] == trained.evaluator.digest()
    assert facts["bytes"] == models.FILE.stat().st_size
    card = models.FACTS.with_name("README.md").read_text(encoding="utf-8")
    assert f"| digest of the training | `{trained.digest()}` |" in card
    assert "| games | 128 |" in card
    assert "## Limits" in card
    whole = sk.Trainer(trained.config)
    whole.train_batch(20)
    assert facts["beginning"] == {"games": 20, "digest": whole.digest()}
    assert f"| digest after 20 games | `{whole.digest()}` |" in card


@pytest.mark.parametrize("more", ["--depth=2", "--rate=0.1", "--games=64", "--table-mb=2", PATTERNS_ARG])
def test_another_recipe_is_refused(more: str, script: Any, tmp_path: Path) -> None:
    assert script.ship(train(tmp_path / "run", more)) == 1
    assert not models.FILE.exists()


def test_a_run_that_started_from_other_weights_is_refused(script: Any, tmp_path: Path, model: Path) -> None:
    assert script.ship(train(tmp_path / "run", f"--init-from={model}")) == 1
    assert not models.FILE.exists()


def test_a_model_that_is_too_large_is_refused_and_nothing_is_written(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "MAX_BYTES", 1000)
    before = models.FACTS.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="must be at most 1,000"):
        script.ship(train(tmp_path / "run"))
    assert not models.FILE.exists()
    assert models.FACTS.read_text(encoding="utf-8") == before


def test_the_model_is_reproduced_also_by_a_run_that_was_stopped(
    script: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.reproduce(tmp_path / "early") == 1  # no model is shipped yet
    assert not (tmp_path / "early").exists()
    script.ship(train(tmp_path / "run"))
    train(tmp_path / "again", "--threads=1")
    (tmp_path / "again" / "model.shiro").unlink()
    (tmp_path / "again" / "checkpoints" / "checkpoint_000000128.shiro").unlink()
    capsys.readouterr()
    assert script.reproduce(tmp_path / "again") == 0
    shown = capsys.readouterr()
    assert "the model was reproduced to the last bit" in shown.err
    assert f"digest: {models.facts()['digest']}, as in the model's card" in shown.out


@pytest.mark.parametrize("name", ["digest", "weights"])
def test_another_model_is_noticed(name: str, script: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.ship(train(tmp_path / "run"))
    models.FACTS.write_text(json.dumps({**models.facts(), name: "0" * 64}), encoding="utf-8")
    assert script.reproduce(tmp_path / "again") == 1
    assert "this is another model" in capsys.readouterr().err


def test_other_weights_in_the_package_are_noticed(script: Any, tmp_path: Path) -> None:
    script.ship(train(tmp_path / "run"))
    sk.Evaluator().save(models.FILE)
    models._load.cache_clear()
    assert script.reproduce(tmp_path / "again") == 1


def test_the_card_shows_the_facts_of_the_package() -> None:
    card, facts = models.FACTS.with_name("README.md").read_text(encoding="utf-8"), models.facts()
    for name in ("preset", "digest", "weights"):
        assert facts[name] is None or f"`{facts[name]}`" in card
    assert f"| digest after {facts['beginning']['games']} games | `{facts['beginning']['digest']}` |" in card
