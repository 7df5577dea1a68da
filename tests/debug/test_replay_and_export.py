"""Replays and exports of a run's data, checked against training and search.

Polars is imported only where it is used: it is large, and other tests measure the memory of this process.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro import debug
from shirokuro.cli import main
from shirokuro.extras import MissingExtraError
from shirokuro.runs.directory import RunDirectory
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Sequence

GAMES = 300
SIZE = 50


@pytest.fixture(scope="module")
def config(small: sk.TrainConfig) -> sk.TrainConfig:
    """Settings under which every kind of move occurs."""
    return small.replace(
        generation_games=SIZE, depth=2, exact_empties=6, shallow=0.2, epsilon="0:0.2,1:0.1", lambda_="0:0.9,1:0.5"
    )


@pytest.fixture(scope="module")
def run(config: sk.TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 290 games with checkpoints at 120 and 240 games, in the middle of generations."""
    directory = tmp_path_factory.mktemp("runs") / "run"
    trainer = sk.Trainer(config, patterns=PATTERNS)
    for games in (120, 240, GAMES - 10):
        trainer.start_training(games, directory=directory, callback_every=SIZE)
    return directory


def row_numbers(name: str, rows: Sequence[dict[str, str]]) -> list[float]:
    return [float(row[name]) for row in rows]


# Replays.


@pytest.mark.parametrize("number", [0, 49, 101, 119, 120, 149, 230, 250, 289])
def test_a_replay_equals_the_recorded_game_and_shows_its_searches(
    number: int, run: Path, config: sk.TrainConfig
) -> None:
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    replay = debug.replay(run, number)
    assert before == {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    assert replay.as_recorded is True
    assert replay.game.index == number
    # The weights at the start of the generation, obtained in another way.
    trainer = sk.Trainer(config, patterns=PATTERNS)
    if number >= SIZE:
        trainer.train_batch(number // SIZE * SIZE)
    settings = config.at(number // SIZE * SIZE)
    position = sk.Position()
    solution: list[str] = []
    for ply, move, value, target in zip(
        replay.plies, replay.game.moves, replay.game.values, replay.game.targets(settings.lambda_), strict=True
    ):
        assert (ply.position, ply.move, ply.value, ply.target) == (position, move, value, target)
        assert ply.evaluation == trainer.evaluator.evaluate(position)
        if ply.kind == "opening":
            assert (ply.value, ply.exact, ply.greedy, ply.target, ply.search) == (None,) * 5
        else:
            searched = sk.search(
                position, evaluator=trainer.evaluator, depth=settings.depth, exact_empties=6, table_mb=config.table_mb
            )
            assert (ply.value, ply.exact) == (searched.score, searched.exact)
            if ply.search is None:
                best = solution.pop(0)
            else:
                found = ply.search
                assert (found.score, found.exact, found.depth) == (searched.score, searched.exact, searched.depth)
                assert found.nodes > 0
                best, *solution = found.principal_variation
                assert found.best_move == best
            assert ply.greedy == (ply.kind != "random" and move == best)
            if not (ply.exact and move == best):
                solution = []
            if ply.kind == "best":
                assert move == best
            if ply.kind == "shallow":
                assert move == sk.search(position, evaluator=trainer.evaluator, depth=1).best_move
        position = position.play(move)
    assert position.is_over


def test_a_replay_shows_every_kind_of_move(run: Path) -> None:
    replays = [debug.replay(run, number) for number in (250, 251, 252)]
    assert {ply.kind for replay in replays for ply in replay.plies} == {"opening", "best", "random", "shallow"}
    text = str(replays[0])
    assert text.startswith("game 250: ")
    assert "(as recorded)" in text.splitlines()[0]
    assert text.count("\n") == replays[0].game.move_count + 1
    for ply, line in zip(replays[0].plies, text.splitlines()[2:], strict=True):
        if ply.search is not None:
            assert line.endswith(" ".join(ply.search.principal_variation))
            assert f" {ply.search.nodes}  " in line


def test_a_copy_without_records_or_checkpoints_replays_the_same_game(tmp_path: Path, config: sk.TrainConfig) -> None:
    run = tmp_path / "run"
    trainer = sk.Trainer(config, patterns=PATTERNS)
    for games in (120, 150):
        trainer.start_training(games, directory=run)
    expected = debug.replay(run, 130)
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    shutil.rmtree(copy / "games")
    replay = debug.replay(copy, 130, threads=1)
    assert (replay.as_recorded, replay.recorded) == (None, None)
    assert replay.game.to_json() == expected.game.to_json()
    assert "(not recorded)" in str(replay)
    shutil.rmtree(copy / "checkpoints")
    (copy / "model.shiro").unlink()
    seen: list[int] = []
    shutil.copytree(run / "games", copy / "games")
    assert debug.replay(copy, 130, progress=seen.append).as_recorded is True
    assert seen[-1] == 100
    with pytest.raises(ValueError, match=r"100 games after the last saved state .* max_games = 99"):
        debug.replay(copy, 130, max_games=99)
    (copy / "config.toml").write_text(config.replace(seed=8).to_toml(), encoding="utf-8")
    other = debug.replay(copy, 20)
    assert other.as_recorded is False
    assert "NOT as recorded" in str(other)


def test_a_damaged_checkpoint_is_skipped(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    damaged = copy / "checkpoints" / "checkpoint_000000240.shiro"
    damaged.write_bytes(damaged.read_bytes()[:-5])
    assert debug.replay(copy, 230).as_recorded is True


def test_games_that_do_not_exist_are_rejected(run: Path, tmp_path: Path, small: sk.TrainConfig) -> None:
    with pytest.raises(ValueError, match="game = 290: the run's newest state has 290 games"):
        debug.replay(run, 290)
    with pytest.raises(FileNotFoundError, match="no run in"):
        debug.replay(tmp_path, 1)
    sk.Trainer(small, patterns=PATTERNS).save(tmp_path / "model.shiro")
    with pytest.raises(ValueError, match=r"game = 1: the run's newest state has 0 games$"):
        debug.replay(tmp_path, 1)
    with pytest.raises(ValueError, match="game = -1"):
        debug.replay(run, -1)


# Tables.


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_games_are_exported_as_they_were_played(run: Path, tmp_path: Path) -> None:
    games = list(debug.read_games(run))
    assert debug.export_games(run, tmp_path / "games.csv") == len(games) == 290
    rows = read_csv(tmp_path / "games.csv")
    for game, row in zip(games, rows, strict=True):
        assert row == {
            "game": str(game.index),
            "stone_difference": str(game.stone_difference),
            "winner": game.winner,
            "moves": str(game.move_count),
            "random_plies": str(game.random_plies),
            "transcript": game.transcript,
            "kinds": game.kinds,
        }
    statistics = sk.Trainer.load(run / "model.shiro").get_statistics()
    assert sum(row_numbers("stone_difference", rows)) == statistics.stone_difference_sum
    assert sum(row["winner"] == "black" for row in rows) == statistics.black_wins


def test_positions_are_exported_with_their_values_and_targets(
    run: Path, tmp_path: Path, config: sk.TrainConfig
) -> None:
    games = list(debug.read_games(run))
    assert debug.export_positions(run, tmp_path / "positions.csv") == sum(game.move_count for game in games)
    rows = iter(read_csv(tmp_path / "positions.csv"))
    for game in games:
        position = sk.Position()
        targets = game.targets(config.at(game.index // SIZE * SIZE).lambda_)
        for ply, move in enumerate(game.moves):
            row = next(rows)
            assert (int(row["game"]), int(row["ply"]), row["move"]) == (game.index, ply, move)
            assert np.array_equal(np.array(list(row["board"]), dtype=np.int8), position.board)
            assert row["side_to_move"] == ("black" if position.side_to_move == sk.BLACK else "white")
            assert int(row["empties"]) == position.empties
            sign = 1 if position.side_to_move == sk.BLACK else -1
            assert int(row["outcome"]) == sign * game.stone_difference
            for name, expected in (("value", game.values[ply]), ("target", targets[ply])):
                assert (float(row[name]) if row[name] else None) == expected
            assert row["exact"] == ("" if game.kinds[ply] == "o" else str(int(game.kinds[ply].isupper())))
            position = position.play(move)
    assert next(rows, None) is None


def test_exported_targets_match_those_of_the_training(config: sk.TrainConfig, tmp_path: Path) -> None:
    """In the first generation the weights are neutral, so the error of a position equals its target."""
    trainer = sk.Trainer(config, patterns=PATTERNS)
    trainer.start_training(SIZE, directory=tmp_path)
    debug.export_positions(tmp_path, tmp_path / "positions.csv")
    targets = [float(row["target"]) for row in read_csv(tmp_path / "positions.csv") if row["target"]]
    statistics = trainer.get_statistics()
    assert len(targets) == statistics.positions
    assert math.sqrt(np.mean(np.square(targets))) == pytest.approx(statistics.td_error, rel=1e-5)


def test_metrics_are_exported_as_they_were_reported(run: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    assert debug.export_metrics(run, tmp_path / "metrics.csv") == len(lines) > 3
    for line, row in zip(lines, read_csv(tmp_path / "metrics.csv"), strict=True):
        assert row["time"] == line["time"]
        assert int(row["games_played"]) == line["games_played"]
        for name in ("td_error", "mean_stone_difference", "nodes", "games"):
            assert float(row[name]) == line[name]
        assert float(row["play.epsilon"]) == line["play"]["epsilon"]


@pytest.mark.parametrize("what", ["games", "positions", "metrics"])
def test_parquet_contains_the_same_as_csv(what: str, run: Path, tmp_path: Path) -> None:
    import polars as pl  # noqa: PLC0415

    export: Any = getattr(debug, f"export_{what}")
    rows = export(run, tmp_path / "t.csv")
    assert export(run, tmp_path / "t.parquet") == rows
    table = pl.read_parquet(tmp_path / "t.parquet")
    assert table.height == rows
    expected = read_csv(tmp_path / "t.csv")
    assert table.columns == list(expected[0])
    kinds = {"stone_difference": pl.Int64, "value": pl.Float64, "exact": pl.Boolean, "board": pl.String}
    assert all(table.schema[name] == kind for name, kind in kinds.items() if name in table.columns)
    for found, row in zip(table.iter_rows(named=True), expected, strict=True):
        for name, value in found.items():
            text = row[name]
            assert (
                text == ""
                if value is None
                else value == type(value)(text if not isinstance(value, bool) else int(text))
            )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "t.parquet"]


def test_without_polars_the_error_names_the_extra(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingExtraError, match=r"shirokuro\[parquet\]"):
        debug.export_games(run, tmp_path / "t.parquet")
    assert main(["debug", "export", str(run), "games", str(tmp_path / "t.parquet")]) == 2
    assert "shirokuro[parquet]" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_failed_export_leaves_no_file(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end in \.csv or \.parquet"):
        debug.export_games(run, tmp_path / "games.txt")
    for export in (debug.export_games, debug.export_metrics):
        with pytest.raises(FileNotFoundError, match=r"no (games|metrics)"):
            export(tmp_path, tmp_path / "t.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ["games", "positions", "metrics"])
def test_exporting_a_model_file_is_one_line_of_error_and_no_table(
    what: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    model = run / "model.shiro"
    assert main(["debug", "export", str(model), what, str(tmp_path / "x.csv")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert str(model) in err
    assert caplog.records == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ["games", "positions"])
def test_a_run_without_a_finished_game_has_nothing_to_export(what: str, tmp_path: Path) -> None:
    (tmp_path / "games").mkdir()
    (tmp_path / "games" / "games_000000000.jsonl").write_text('{"game": 0', encoding="utf-8")
    with pytest.raises(FileNotFoundError, match="no games were recorded here"):
        getattr(debug, f"export_{what}")(tmp_path, tmp_path / "x.csv")
    assert not (tmp_path / "x.csv").exists()


# Commands.


def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["debug", *map(str, arguments)]) == 0
    return capsys.readouterr().out.removesuffix("\n")


def test_commands_print_what_the_functions_return(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], config: sk.TrainConfig
) -> None:
    position = sk.Position.from_moves("f5d6c3")
    model = sk.Evaluator.load(run / "model.shiro")
    assert command(capsys, "board", "F5D6C3") == debug.board_text(position)
    marked = debug.board_text(position, legal_moves=True, last_move="c3")
    assert command(capsys, "board", "f5d6c3", "--legal") == marked
    assert command(capsys, "board", str(position).replace("-", ".")) == debug.board_text(position)
    assert command(capsys, "board", "f5d6c3", "--svg", tmp_path / "b.svg") == ""
    assert (tmp_path / "b.svg").read_text(encoding="utf-8") == debug.board_svg(position, last_move="c3")
    assert command(capsys, "patterns", run, "f5d6c3") == str(debug.pattern_view(model, position))
    edges = debug.pattern_view(model, sk.Position()).text("edge")
    assert command(capsys, "patterns", run, "--pattern", "edge") == edges
    game = debug.find_game(run, 120)
    assert game is not None
    view = debug.trace_view(game, 40, lambda_=config.at(100).lambda_, patterns=PATTERNS)
    assert command(capsys, "traces", run, 120, 40, "--limit", 5) == view.text(limit=5)
    other = debug.trace_view(game, 40, lambda_=0.25, patterns=PATTERNS)
    assert command(capsys, "traces", run, 120, 40, "--lambda", 0.25) == str(other)
    assert command(capsys, "replay", run, 120) == str(debug.replay(run, 120))
    analysis = sk.analyse(game, evaluator=model, limits=sk.SearchLimits(depth=2, exact_empties=8))
    assert command(capsys, "replay", run, 120, "--model", run, "--depth", 2) == str(analysis)
    first = RunDirectory(run).checkpoints / "checkpoint_000000120.shiro"
    diff = debug.diff_weights(first, model, top=7)
    assert command(capsys, "diff", first, run, "--top", 7) == diff.text(limit=7)


def test_a_closed_output_pipe_ends_a_command_quietly(run: Path) -> None:
    program = Path(sys.executable).parent / "shirokuro"
    with subprocess.Popen(
        [program, "debug", "patterns", run], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_updates_are_written_without_touching_the_run(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in run.rglob("*")}
    out = command(capsys, "updates", run, tmp_path / "u.csv", "--pattern", "edge", "--stage", 30, "--limit", 2)
    assert before == {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in run.rglob("*")}
    rows = read_csv(tmp_path / "u.csv")
    assert {(row["pattern"], row["stage"], row["games_played"], row["final"]) for row in rows} == {
        ("edge", "30", "300", "1")
    }
    assert out.splitlines()[0].endswith(f"{len(rows)} updates by 10 games; the largest of the last generation:")
    assert len(out.splitlines()) == 4
    # The log contains the updates that the run itself would have made.
    trainer = sk.Trainer.load(run / "model.shiro")
    trainer.train_batch(10)
    table = trainer.evaluator.get_weights()["edge"][30]
    assert all(table[int(row["entry"])] == table[int(row["mirror"])] == int(row["after"]) for row in rows)


@pytest.mark.parametrize(
    "arguments",
    [
        ["board", "z9"],
        ["board", "f5f5"],
        ["patterns", "RUN", "--pattern", "P15"],
        ["patterns", "none.shiro"],
        ["traces", "RUN", "5", "99"],
        ["traces", "RUN", "5000", "9"],
        ["traces", "RUN", "5", "9", "--lambda", "2"],
        ["replay", "RUN", "5000"],
        ["replay", "RUN", "5", "--depth", "2"],
        ["replay", "RUN", "5", "--depth", "0"],
        ["replay", "none", "5"],
        ["diff", "RUN", "none.shiro"],
        ["export", "RUN", "games", "t.xlsx"],
        ["export", "none", "games", "t.csv"],
        ["export", "RUN", "games", "EXISTING"],
        ["updates", "RUN", "t.csv", "--stage", "60"],
        ["updates", "RUN", "EXISTING"],
        ["updates", "RUN", "t.csv", "--games", "0"],
        ["board", "f5", "--svg", "EXISTING"],
    ],
    ids=" ".join,
)
def test_invalid_arguments_cause_one_line_of_error_and_exit_code_two(
    arguments: list[str], run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("existing.csv").write_text("precious", encoding="utf-8")
    names = {"RUN": str(run), "EXISTING": "existing.csv"}
    assert main(["debug", *(names.get(argument, argument) for argument in arguments)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("shirokuro debug: ")
    assert Path("existing.csv").read_text(encoding="utf-8") == "precious"
