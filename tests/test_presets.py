"""Presets are settings files that ship with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro import presets
from shirokuro.cli import main

if TYPE_CHECKING:
    from pathlib import Path

QUICK = ("--games=64", "--depth=1", "--exact-empties=0", "--table-mb=1", "--match-games=0", "--quiet", "--compress")


def config_of(run: Path) -> sk.TrainConfig:
    return sk.TrainConfig.from_toml((run / "config.toml").read_text(encoding="utf-8"))


@pytest.fixture
def preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Adds a preset, and returns its name."""
    folder = tmp_path / "presets"
    folder.mkdir()
    text = "games = 64\ndepth = 1\nexact_empties = 0\nlambda = 0.5\nrate = 0.1\ntable_mb = 1\n"
    (folder / "quick.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(presets, "FOLDER", folder)
    return "quick"


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_holds_settings(name: str) -> None:
    assert sk.TrainConfig.preset(name) != sk.TrainConfig()


def test_the_long_preset_trains_a_million_games() -> None:
    assert sk.TrainConfig.preset("long").games == 1_000_000


def test_the_command_line_takes_precedence_over_a_file_and_a_file_over_the_preset(preset: str, tmp_path: Path) -> None:
    file, run = tmp_path / "settings.toml", tmp_path / "run"
    file.write_text("lambda = 0.6\nrate = 0.2\n[train]\nmatch_games = 0\nverbosity = -1\n", encoding="utf-8")
    assert main(["train", "--preset", preset, "--config", str(file), "--rate=0.3", "--out", str(run)]) == 0
    assert config_of(run) == sk.TrainConfig.preset(preset).replace(lambda_=0.6, rate=0.3)


def test_a_limit_replaces_that_of_the_preset(preset: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert main(["train", "--preset", preset, "--nodes=20", "--out", str(run), "--match-games=0", "--quiet"]) == 0
    assert (config_of(run).depth, config_of(run).nodes) == (None, 20)


def test_the_command_trains_with_the_settings_of_a_preset(tmp_path: Path) -> None:
    assert main(["train", "--preset=long", "--out", str(tmp_path), *QUICK]) == 0
    changes = {"games": 64, "depth": 1, "exact_empties": 0, "table_mb": 1, "compress": True}
    assert config_of(tmp_path) == sk.TrainConfig.preset("long").replace(**changes)


def test_an_unknown_preset_is_refused_with_the_names_of_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["train", "--preset=longer"])
    assert ended.value.code == 2
    errors = capsys.readouterr().err
    assert "longer" in errors
    assert all(name in errors for name in presets.names())
    with pytest.raises(ValueError, match=r"preset = 'longer': must be one of .*long"):
        sk.TrainConfig.preset("longer")
    with pytest.raises(ValueError, match=r"preset = '\.\./long'"):
        sk.TrainConfig.preset("../long")


def test_help_lists_the_presets(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    help_text = " ".join(capsys.readouterr().out.split())
    assert f"--preset {{{','.join(presets.names())}}}" in help_text
    for name in presets.names():
        assert f"{name}: " in help_text
