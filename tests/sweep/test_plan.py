"""The plan of a sweep: the runs that follow from a file, and errors before the first game."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shirokuro.config import TrainConfig
from shirokuro.sweep import MatchSettings, Sweep, read_sweep
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def read(tmp_path: Path, text: str) -> Sweep:
    file = tmp_path / "plan.toml"
    file.write_text(text, encoding="utf-8-sig")  # with a byte order mark, as some editors write
    return read_sweep(file)


def test_every_combination_is_trained_with_every_seed(tmp_path: Path) -> None:
    sweep = read(
        tmp_path,
        """
        preset = "short"
        seeds = [3, 4]
        [settings]
        games = 500
        [axes]
        lambda = [0.5, 1]
        rate = ["0:0.15,1:0.005", 0.05]
        """,
    )
    assert [(run.values["lambda"], run.values["rate"], run.seed) for run in sweep.runs] == [
        (value, rate, seed) for value in ("0.5", "1") for rate in ("0:0.15,1:0.005", "0.05") for seed in (3, 4)
    ]
    expected = TrainConfig.preset("short").replace(games=500, keep=1, lambda_=0.5, rate="0:0.15,1:0.005", seed=3)
    assert sweep.runs[0].config == expected
    assert sweep.runs[0].name == "lambda=0.5,rate=0_0.15_1_0.005,seed=3"
    assert str(sweep.directory) == "runs/plan"


def test_one_checkpoint_is_kept_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    assert [read(tmp_path, text).runs[0].config.keep for text in ("", "[settings]\nkeep = 3\n")] == [1, 3]


def test_the_plan_in_the_documentation_is_one(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
    assert len(read(tmp_path, page.partition("```toml\n")[2].partition("```")[0]).runs) == 12


def test_an_axis_of_limits_replaces_the_limit_of_the_settings(tmp_path: Path) -> None:
    configs = [run.config for run in read(tmp_path, "[settings]\ndepth = 2\n[axes]\nnodes = [10, 20]\n").runs]
    assert [(config.depth, config.nodes) for config in configs] == [(None, 10), (None, 20)]


def test_a_plan_in_python_equals_the_one_of_a_file(tmp_path: Path) -> None:
    made = Sweep(
        directory=tmp_path,
        settings={"games": 64},
        axes={"lambda_": [0.5]},
        seeds=range(1, 3),
        match=MatchSettings(games=10),
    )
    text = (
        f'directory = "{tmp_path}"\nseeds = [1, 2]\n[settings]\ngames = 64\n[axes]\nlambda = [0.5]\n[match]\ngames = 10'
    )
    found = read(tmp_path, text)
    assert (made.runs, made.match, made.directory) == (found.runs, found.match, found.directory)


def test_names_of_runs_are_short_and_differ_where_values_do(tmp_path: Path) -> None:
    points = ",".join(f"{step / 100}:0.1" for step in range(80))
    names = [run.name for run in read(tmp_path, f'[axes]\nrate = ["{points}", "{points},0.9:0.2"]').runs]
    assert len(set(names)) == 2
    assert all(len(name) < 200 for name in names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = 1", "seed: unknown key; must be one of directory, preset, seeds, settings, axes, match"),
        ("seeds = 3", "seeds = 3: must be a list"),
        ("seeds = []", r"seeds = \[\]: must be a list of whole numbers"),
        ("seeds = [-1]", "seeds = -1: must be within 0…"),
        ("seeds = [1, 1]", "seeds = .*: a seed occurs twice"),
        ('preset = "longer"', "preset = 'longer': must be one of long, short"),
        ("[settings]\ndepth = 99", "settings.depth = 99: must be within 1…60"),
        ("[settings]\ndeph = 9", r"settings.deph: unknown setting; did you mean depth\?"),
        ("[settings]\nseed = 9", r"settings.seed: the seeds are a list of their own: seeds = \[1, 2, 3\]"),
        ("[axes]\nlambda = []", r"axes.lambda = \[\]: must have at least one value"),
        ("[axes]\nlambda = 0.5", "axes.lambda = 0.5: must be a list of values"),
        ("[axes]\nlambda = [0.5, 2]", "axes.lambda = 2: must be within 0…1"),
        ('[axes]\nrate = ["0:1,x"]', "axes.rate: '0:1,x' is not a schedule"),
        ("[axes]\ndepth = [3, '3']", "axes.depth = .*: a value occurs twice"),
        ("[axes]\ndepths = [3]", "axes.depths: unknown setting"),
        ("[axes]\ndepth = [3]\nnodes = [100]", "depth = 3, nodes = 100: only one of"),
        ("[settings]\ndepth = 1\n[axes]\ndepth = [3]", "axes.depth: also in"),
        (f"seeds = {list(range(101))}\n[axes]\nkeep = {list(range(1, 101))}", "axes: make 10,100 runs with 101 seeds"),
        ("[match]\ngames = 3", "match.games = 3: must be an even number within 2…100,000"),
        ("[match]\ndepth = 61", "match.depth = 61: must be within 1…60"),
        ("[match]\ndepth = 1\nnodes = 1", "match.depth = 1, match.nodes = 1: only one of"),
        ("[match]\nopponent = 3", "match.opponent = 3: must be a text"),
        ("[match]\nbalanced = 0", "match.balanced = 0: must be above 0, at most 64"),
        ("[match]\nbalanced = true", "match.balanced = True: must be a number"),
        ("[match]\nopening_plies = 31", "match.opening_plies = 31: must be within 0…30"),
        ("[match]\nround_robin = 1", "match.round_robin = 1: must be true or false"),
        ("[match]\ngame = 2", "match.game: unknown key; must be one of opponent, games"),
        ("[match", "Expected"),
    ],
    ids=range(28),
)
def test_an_error_names_file_key_value_and_range(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises((ValueError, TypeError), match=f"plan.toml: {message}"):
        read(tmp_path, text)
