"""Recorded games: complete, in order and limited in number, whatever happens to the training process."""

from __future__ import annotations

import json
import logging
import os
import pickle
from typing import TYPE_CHECKING, Any, Self

import pytest

import shirokuro as sk
from shirokuro import debug
from shirokuro.files import open_own
from shirokuro.runs import games
from shirokuro.runs.directory import RunDirectory
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from pathlib import Path

    from shirokuro._core import GenerationReport


def lines(directory: Path) -> list[str]:
    files = sorted((directory / "games").glob("*.jsonl"))
    return [line for file in files for line in file.read_text(encoding="utf-8").splitlines(keepends=True)]


def train(config: sk.TrainConfig, games: int, directory: Path) -> sk.Trainer:
    trainer = sk.Trainer(config, patterns=PATTERNS)
    trainer.start_training(games, directory=directory)
    return trainer


@pytest.fixture(scope="module")
def whole(small: sk.TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """An uninterrupted run of 300 games, and its lines."""
    directory = tmp_path_factory.mktemp("whole")
    train(small, 300, directory)
    return directory, lines(directory)


def test_all_games_are_recorded_with_their_moves_and_values(
    whole: tuple[Path, list[str]], small: sk.TrainConfig
) -> None:
    games = list(debug.read_games(whole[0]))
    assert [game.index for game in games] == list(range(300))
    trainer = sk.Trainer(small, patterns=PATTERNS)
    plain: list[sk.Game] = []
    with trainer.observed(lambda report: plain.extend(report.games)):
        trainer.train_batch(300)
    assert [game.to_json() for game in games] == [game.to_json() for game in plain]
    statistics = trainer.get_statistics()
    assert sum(game.stone_difference for game in games) == statistics.stone_difference_sum
    assert sum(game.move_count for game in games) == statistics.moves
    for game in games[:20]:
        assert sk.Position.from_moves(game.transcript).is_over
        assert game.random_plies == len(game.kinds) - len(game.kinds.lstrip("o"))
        assert [value is None for value in game.values] == [kind == "o" for kind in game.kinds]


def test_a_line_is_read_back_as_the_same_game(whole: tuple[Path, list[str]]) -> None:
    for line in whole[1][:50]:
        game = games.game_of_line(line)
        assert game.to_json() + "\n" == line
        assert pickle.loads(pickle.dumps(game)).to_json() == game.to_json()  # noqa: S301
        fields = json.loads(line)
        values = [None if score is None else score / 256 for score in fields["scores"]]
        assert (game.values, game.stone_difference) == (values, fields["stone_difference"])


@pytest.mark.parametrize("stop", [64, 130, 299])
def test_a_run_that_was_stopped_and_resumed_records_the_same_lines(
    stop: int, whole: tuple[Path, list[str]], small: sk.TrainConfig, tmp_path: Path
) -> None:
    train(small, stop, tmp_path)
    sk.Trainer().resume_training(300, directory=tmp_path)
    assert lines(tmp_path) == whole[1]


@pytest.mark.parametrize("tail", ['{"game": 250, "sto', '{"game": 250}\n', "\x00\x00\n", "\n", ""])
def test_games_that_a_killed_run_recorded_after_its_last_checkpoint_are_replaced(
    tail: str, whole: tuple[Path, list[str]], small: sk.TrainConfig, tmp_path: Path
) -> None:
    train(small, 192, tmp_path)
    file = tmp_path / "games" / "games_000000000.jsonl"
    file.write_text("".join(whole[1][:250]) + tail, encoding="utf-8")
    (tmp_path / "games" / "games_000000256.jsonl").write_text("".join(whole[1][256:280]), encoding="utf-8")
    sk.Trainer().resume_training(300, directory=tmp_path)
    assert lines(tmp_path) == whole[1]


def test_a_reader_skips_incomplete_lines_damage_and_other_files(
    whole: tuple[Path, list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "games"
    folder.mkdir()
    bad = ["{}\n", "[]\n", "5\n", '{"game": 1, "moves": "a1", "kinds": "o", "scores": [null]}\n', "\xff\n"]
    bad.append(whole[1][5].replace('"kinds": "o', '"kinds": "x'))
    text = "".join([*whole[1][:3], *bad, whole[1][3], whole[1][4][:-1]])
    (folder / "games_000000000.jsonl").write_text(text, encoding="utf-8")
    (folder / "games_old.jsonl").write_text("nothing", encoding="utf-8")
    assert [game.index for game in debug.read_games(tmp_path)] == [0, 1, 2, 3]
    assert [f"line {n}" in caplog.text for n in range(3, 10)] == [False, *[True] * 6]
    file = whole[0] / "games" / "games_000000000.jsonl"
    assert len(list(debug.read_games(file))) == 300


def test_a_game_is_found_by_its_number(whole: tuple[Path, list[str]], tmp_path: Path) -> None:
    game = debug.find_game(whole[0], 123)
    assert game is not None
    assert game.index == 123
    assert debug.find_game(whole[0], 300) is None
    for missing in (tmp_path, tmp_path / "none"):
        with pytest.raises(FileNotFoundError):
            debug.find_game(missing, 1)
        with pytest.raises(FileNotFoundError):
            debug.read_games(missing)


def test_only_the_newest_games_are_kept(small: sk.TrainConfig, tmp_path: Path) -> None:
    train(small.replace(record_games=200, generation_games=10), 1000, tmp_path)
    indices = [game.index for game in debug.read_games(tmp_path)]
    assert indices == list(range(indices[0], 1000))
    assert 200 <= len(indices) <= 200 + 30
    assert len(list((tmp_path / "games").iterdir())) <= games.PARTS + 2


def test_without_recording_no_folder_is_created(small: sk.TrainConfig, tmp_path: Path) -> None:
    with_games, without = tmp_path / "with", tmp_path / "without"
    recorded = train(small, 128, with_games)
    plain = train(small.replace(record_games=0), 128, without)
    assert (with_games / "games").exists()
    assert not (without / "games").exists()
    assert recorded.digest() == plain.digest()


def test_a_full_disk_causes_one_warning_and_leaves_no_incomplete_line(
    whole: tuple[Path, list[str]], small: sk.TrainConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trainer = sk.Trainer(small, patterns=PATTERNS)
    reports: list[GenerationReport] = []
    with trainer.observed(reports.append):
        trainer.train_batch(300)
    log = games.GameLog(RunDirectory(tmp_path), keep=1000, games_played=0)
    log(reports[0])

    class Full:
        """A file that accepts only ten bytes per write."""

        def __init__(self, file: Any) -> None:
            self._file = file

        def write(self, text: bytes) -> int:
            return int(self._file.write(text[:10]))

        def __getattr__(self, name: str) -> object:
            return getattr(self._file, name)

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shirokuro.runs.games.open_own", lambda path, flags: Full(open_own(path, flags)))
        log(reports[1])
        log(reports[2])
    assert len([r for r in caplog.records if r.levelno == logging.WARNING]) == 1
    assert os.strerror(28) in caplog.text
    log(reports[3])
    assert lines(tmp_path) == whole[1][:64] + whole[1][192:256]


@pytest.mark.parametrize(
    "wrong",
    [
        {"moves": "f5"},
        {"moves": ""},
        {"moves": "z9"},
        {"kinds": "o"},
        {"scores": [None]},
        {"kinds": "b" * 60},
        {"kinds": "x" + "o" * 59},
        {"scores": [0] * 60},
        {"kinds": "b" * 60, "scores": [64 * 256 + 1] * 60},
    ],
)
def test_an_invalid_game_is_rejected(wrong: dict[str, Any], whole: tuple[Path, list[str]]) -> None:
    moves = next(game.transcript for game in debug.read_games(whole[0]) if game.move_count == 60)
    sk.Game(moves)
    with pytest.raises(ValueError, match=r"moves|kinds|scores"):
        sk.Game(**{"moves": moves, **wrong})


def test_many_damaged_lines_cause_few_warnings_and_their_number(
    whole: tuple[Path, list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "games.jsonl"
    file.write_text("".join([whole[1][0], *["{}\n"] * 5000, whole[1][1]]), encoding="utf-8")
    assert [game.index for game in debug.read_games(file)] == [0, 1]
    assert len(caplog.records) == games.SHOWN + 1
    assert "skipped 5,000 lines" in caplog.records[-1].getMessage()


@pytest.mark.parametrize(
    "content",
    [b"\x00\xff\n" * 3000, b"[" * 300_000, b"[" * 60_000 + b"\n", b'{"game": ' + b"9" * 5000 + b"}\n", b"a,b\n1,2\n"],
    ids=["binary", "one long line", "deep nesting", "digits", "csv"],
)
def test_a_foreign_file_is_one_error_and_no_warning(
    content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "foreign"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"foreign: line 1: .*: not a file of recorded games$"):
        list(debug.read_games(file))
    assert caplog.records == []


def test_a_foreign_file_is_left_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes | str] = []
    parse = games.game_of_line

    def counted(line: bytes) -> sk.Game:
        read.append(line)
        return parse(line)

    monkeypatch.setattr(games, "game_of_line", counted)
    file = tmp_path / "foreign"
    file.write_bytes(b"nothing\n" * 5 * games.GIVE_UP)
    with pytest.raises(ValueError, match="not a file of recorded games"):
        list(debug.read_games(file))
    assert len(read) == games.GIVE_UP


def test_one_damaged_file_does_not_hide_the_games_of_the_others(whole: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder = tmp_path / "games"
    folder.mkdir()
    (folder / "games_000000000.jsonl").write_text("{}\n" * 2 * games.GIVE_UP, encoding="utf-8")
    (folder / "games_000000001.jsonl").write_text(whole[1][1], encoding="utf-8")
    assert [game.index for game in debug.read_games(tmp_path)] == [1]


def test_a_line_that_nests_too_deeply_does_not_stop_a_resumed_run(
    whole: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "games"
    folder.mkdir()
    text = whole[1][0] + "[" * 60_000 + "\n" + whole[1][1] + whole[1][2]
    (folder / "games_000000000.jsonl").write_text(text, encoding="utf-8")
    games.GameLog(RunDirectory(tmp_path), keep=1000, games_played=2)
    assert [game.index for game in debug.read_games(tmp_path)] == [0, 1]
