"""Where no model is named, the one that ships with the package is used."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro import debug, models
from shirokuro.cli import gtp, levels, main, nboard, play

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from shirokuro.web.models import ModelSource

POSITION = sk.Position.from_moves("f5d6c3d3c4")


def test_the_default_evaluator_is_loaded_once_and_has_the_weights_of_the_file(shipped: sk.Evaluator) -> None:
    assert sk.Evaluator.default().digest() == shipped.digest()
    assert sk.Evaluator.default() is sk.Evaluator.default()


def test_searches_without_an_evaluator_use_it(shipped: sk.Evaluator) -> None:
    expected = sk.search(POSITION, evaluator=shipped, depth=4)
    for found in (sk.search(POSITION, depth=4), sk.Searcher().search(POSITION, depth=4)):
        assert (found.score, found.principal_variation) == (expected.score, expected.principal_variation)


def test_analyses_without_an_evaluator_use_it(shipped: sk.Evaluator) -> None:
    game = "e6f4e3f6g5d6e7f5c5"
    limits = sk.SearchLimits(depth=1)
    assert str(sk.analyse(game, limits=limits)) == str(sk.analyse(game, evaluator=shipped, limits=limits))


def test_wrong_arguments_are_reported_before_it_is_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(models, "FILE", tmp_path / "none.shiro")
    with pytest.raises(ValueError, match="depth = 0"):
        sk.search(POSITION, depth=0)
    with pytest.raises(ValueError, match="table_mb = -1"):
        sk.Searcher(table_mb=-1)


def test_without_the_file_the_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none.shiro"
    monkeypatch.setattr(models, "FILE", missing)
    for call in (sk.Evaluator.default, sk.Searcher, lambda: sk.search(POSITION, depth=1)):
        with pytest.raises(FileNotFoundError, match="the model that ships with the package is missing"):
            call()
    assert main(["gtp"]) == 2
    assert str(missing) in capsys.readouterr().err


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "damaged.shiro"
    path.write_bytes(b"no model")
    monkeypatch.setattr(models, "FILE", path)
    with pytest.raises(sk.ModelFileError, match=r"damaged\.shiro"):
        sk.Evaluator.default()


@pytest.mark.parametrize("command", [gtp, nboard, play])
@pytest.mark.parametrize("named", [(), ("default",)])
def test_a_player_uses_it_where_no_model_is_named(
    command: ModuleType, named: tuple[str, ...], shipped: sk.Evaluator
) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    found = levels.engine_of(parser.parse_args([*named, "--depth=4"])).search(POSITION)
    expected = sk.search(POSITION, evaluator=shipped, depth=4)
    assert (found.score, found.principal_variation) == (expected.score, expected.principal_variation)


def test_the_web_page_uses_it_where_no_model_is_named(shipped: sk.Evaluator, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[ModelSource] = []

    async def serve(source: ModelSource, *_: object, **__: object) -> None:
        served.append(source)

    monkeypatch.setattr("shirokuro.web.server.run_server", serve)
    assert main(["serve"]) == 128
    assert served[0].model is not None
    assert (served[0].name, served[0].model.name) == ("default.shiro", "default.shiro")
    assert served[0].model.evaluator.digest() == shipped.digest()


def test_matches_use_it_where_no_model_is_named(
    shipped: sk.Evaluator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.shiro"
    shipped.save(file)
    results = []
    for named in ([], [str(file)]):
        assert main(["evaluate", *named, "--games=4", "--depth=1", "--opponent=default", "--json=-"]) == 0
        results.append(json.loads(capsys.readouterr().out)["matches"])
    assert results[0] == results[1]


@pytest.mark.parametrize("named", [(), ("default",)])
def test_the_patterns_of_a_position_are_its(
    named: tuple[str, ...], shipped: sk.Evaluator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["debug", "patterns", *named, "f5d6c3"]) == 0
    view = debug.pattern_view(shipped, sk.Position.from_moves("f5d6c3"))
    assert capsys.readouterr().out.strip() == view.text().strip()


def test_a_file_of_its_name_is_named_with_its_folder(
    shipped: sk.Evaluator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    sk.Evaluator().save("default")
    for named, evaluator in (("./default", sk.Evaluator()), ("default", shipped)):
        assert main(["debug", "patterns", named, "f5d6c3"]) == 0
        view = debug.pattern_view(evaluator, sk.Position.from_moves("f5d6c3"))
        assert capsys.readouterr().out.strip() == view.text().strip()


def test_a_training_can_start_from_it(shipped: sk.Evaluator, small: sk.TrainConfig) -> None:
    trainer = sk.Trainer(small, init="default")
    assert [(origin.file, origin.weights) for origin in trainer.origins] == [("default.shiro", shipped.digest())]
