"""Writing files: completely or not at all, through links that a user names, and never into special files."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro import debug
from shirokuro.cli import matches
from shirokuro.files import check_writable, open_own, temporary_for, write_text
from shirokuro.matches.ladder import save_ladder
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.metrics import append_line
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of Unix")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_replaced_file_keeps_its_mode_and_a_new_one_gets_the_usual_mode(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.write_text("old", encoding="utf-8")
    private.chmod(0o600)
    write_text(private, "new")
    usual = tmp_path / "usual"
    usual.touch()
    write_text(tmp_path / "new", "new")
    assert (private.read_text(encoding="utf-8"), mode(private)) == ("new", 0o600)
    assert mode(tmp_path / "new") == mode(usual)


def test_a_link_that_a_user_names_is_written_through_and_one_in_a_run_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "folder" / "target", tmp_path / "link"
    target.parent.mkdir()
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    write_text(link, "new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    write_text(link, "own", follow=False)
    assert not link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


def test_an_error_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), temporary_for(path) as temporary:
        temporary.write_text("half" * (1 // 0), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["file.csv"]


WRITERS: dict[str, Callable[[Path], object]] = {
    "text": lambda path: write_text(path, "text"),
    "check": check_writable,
    "JSON": lambda path: matches.write_json(str(path), {}),
    "export": lambda path: debug.export_metrics(path.parent / "run", path),
    "updates": lambda path: debug.log_updates(sk.Trainer(), path).__enter__(),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
def test_what_is_not_a_regular_file_is_refused_by_name(
    kind: str, write: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / "there.csv"
    append_line(tmp_path / "metrics.jsonl", 1, {})
    (tmp_path / "run").mkdir()
    append_line(tmp_path / "run" / "metrics.jsonl", 1, {})
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/null")
    with pytest.raises(OSError, match=r"is not a regular file.*there\.csv|is a directory.*there\.csv"):
        write(path)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_file_whose_folder_is_missing_or_closed_is_found_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_writable(tmp_path / "nowhere" / "file")
    check_writable(tmp_path / "file")
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", [".lock", "metrics.jsonl", "games/games_000000000.jsonl", "config.toml"])
def test_links_in_a_run_directory_are_not_followed_for_writing(
    name: str, tmp_path: Path, small: sk.TrainConfig
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    run = tmp_path / "run"
    (run / name).parent.mkdir(parents=True)
    (run / name).symlink_to(victim)
    trainer = sk.Trainer(small, patterns=PATTERNS)
    if name == ".lock":
        with pytest.raises(OSError, match=r"symbolic link.*\.lock"):
            trainer.start_training(64, directory=run)
    else:
        trainer.start_training(64, directory=run)
    assert victim.read_text(encoding="utf-8") == "precious"


def test_a_planted_temporary_file_of_a_ladder_or_config_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shirokuro.files.secrets.token_hex", lambda _: "0" * 8)
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    for stem, suffix in (("ladder", ".json"), ("config", ".toml")):
        (tmp_path / f".{stem}.{os.getpid()}-00000000.tmp{suffix}").symlink_to(victim)
    with pytest.raises(FileExistsError):
        save_ladder(tmp_path, {})
    with pytest.raises(FileExistsError):
        RunDirectory(tmp_path).write_config(sk.TrainConfig())
    assert victim.read_text(encoding="utf-8") == "precious"


def test_a_file_that_appears_while_a_new_one_is_written_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "game.txt"
    with pytest.raises(FileExistsError, match=r"game\.txt"), temporary_for(path, replace=False):
        path.write_text("precious", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "precious"
    assert names(tmp_path) == ["game.txt"]


def test_a_pipe_in_place_of_a_runs_file_does_not_stall(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "metrics.jsonl")
    with pytest.raises(OSError, match=r"metrics\.jsonl"):
        append_line(tmp_path / "metrics.jsonl", 1, {})
    with pytest.raises(OSError, match="not a regular file"):
        open_own(tmp_path / "metrics.jsonl", os.O_RDWR)
