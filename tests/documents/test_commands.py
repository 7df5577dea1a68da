"""The shell commands of the documentation are executed, on a small run; the others are listed with a reason."""

from __future__ import annotations

import argparse
import glob
import io
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.cli import main, train_options
from shirokuro.display.boards import board_line
from shirokuro.sweep.plan import read_sweep
from tests.support import game_files
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FAST = ("--depth", "1", "--exact-empties", "0", "--table-mb", "1", "--threads", "1")
TRAIN = (
    *FAST,
    "--games",
    "64",
    "--rate",
    "0.1",
    "--match-games",
    "0",
    "--compress",
    "--strength-games",
    "0",
    "--quiet",
)

SMALLER = {
    "train": TRAIN,
    "resumed": ("--match-games", "0", "--quiet"),
    "evaluate": ("--games", "2", "--threads", "1"),
    "solve": ("--depth", "1", "--exact-empties", "4"),
    "analyse": ("--depth", "1", "--exact-empties", "0"),
}
"""What is added to a command, by its name, so that it takes a moment. The last one of two equal options counts."""

SMALLER_WORDS = {"199000": "63"}
"""Words of commands that are replaced: the number of a game that a small run has recorded."""

INPUT = "quit\n"
"""What is typed in a game."""

NOT_EXECUTED = {
    "builds or trains for minutes, by targets that the tests themselves are run with": (
        "make build",
        "make train",
        "make test",
        "make serve",
        "make wheel-arm64",
        "make test-arm64",
    ),
    "installs, fetches or starts something outside of the project": (
        "sudo apt-get install",
        "curl --proto",
        "pip install",
        "git clone",
        "git pull",
        "oci compute instance launch",
    ),
    "needs another machine; tests/integration/test_deploy.py checks what it installs": (
        "HOST=",
        "ssh ",
        "tar -cz deploy",
        "rsync ",
        "/opt/shirokuro/bin/shirokuro bench",
    ),
    "starts or joins a cluster, as the tests in tests/cluster do": (
        "ray ",
        "export RAY_AUTH_MODE",
        "shirokuro train --out run --ray",
        "shirokuro train --out runs/mine --ray",
        "shirokuro evaluate runs/mine --ray auto",
    ),
    "serves until it is stopped; the tests in tests/web start it with these options": ("shirokuro serve",),
    "measures for minutes; the tests in tests/benchmarks measure less": ("shirokuro bench",),
    "plays for hours": (".venv/bin/python scripts/level_strengths.py",),
    "sends a message; tests/cli/test_train.py runs other commands": (
        "shirokuro train --out runs/long --preset long --notify",
    ),
    "is judged by the clock, with a program that may be slow; tests/matches/test_clocks.py has one of the project's": (
        "shirokuro evaluate new.shiro --opponent 'gtp:gtp-rhino -l 5' --clock",
    ),
}
"""The beginnings of commands that are not executed, by the reason. A new one must be executed or get a line here."""

PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))


def commands_of(page: Path) -> list[str]:
    """Returns the commands in the shell blocks of a page, without their comments."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+#\s.*", "", line).strip() for line in lines if line.strip()]


def is_executed(command: str) -> bool:
    return not any(command.startswith(each) for beginnings in NOT_EXECUTED.values() for each in beginnings)


COMMANDS = {page: commands_of(page) for page in PAGES}
EXECUTED = [page for page, commands in COMMANDS.items() if any(map(is_executed, commands))]


def test_every_command_that_is_not_executed_is_listed_and_exists() -> None:
    every = [command for commands in COMMANDS.values() for command in commands]
    beginnings = [each for listed in NOT_EXECUTED.values() for each in listed]
    assert [each for each in beginnings if not any(command.startswith(each) for command in every)] == []
    others = [each for each in every if is_executed(each) and not each.startswith(("shirokuro ", "mkdir "))]
    assert others == [], "execute it, or give a reason in NOT_EXECUTED"
    assert sum(map(is_executed, every)) > len(every) / 2


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the runs and files that the pages name."""
    here = tmp_path_factory.mktemp("library")
    (here / "runs" / "sweep").mkdir(parents=True)
    run = here / "runs" / "first"
    assert main(["train", "--out", str(run), *TRAIN, "--checkpoint-games", "32", "--generation-games", "32"]) == 0
    for name in ("mine", "small", "one", "two", "sweep/a", "sweep/b"):
        shutil.copytree(run, here / "runs" / name)
    shutil.copytree(run, here / "backup" / "run")
    for name in ("other", "new", "old"):
        sk.Evaluator.load(run / "model.shiro").save(here / f"{name}.shiro", compress=True)
    games = [re.findall("..", game.transcript) for game in sk.random_games(12, seed=1)]
    for name in ("WTH_2001", "WTH_2002", "strong2", "games"):
        (here / f"{name}.wtb").write_bytes(game_files.wthor(games))
    (here / "games.ggf").write_text("\n".join(map(game_files.ggf, games)), encoding="utf-8")
    (here / "game.ggf").write_text(game_files.ggf(games[0]), encoding="utf-8")
    (here / "games.txt").write_text("".join("".join(moves) + "\n" for moves in games[:2]), encoding="utf-8")
    (here / "xot.txt").write_text("".join("".join(moves[:8]) + "\n" for moves in games), encoding="utf-8")
    ends = (sk.Position.from_moves("".join(moves[:-4])) for moves in games[:3])
    (here / "ends.obf").write_text("".join(f"{board_line(each)};\n" for each in ends), encoding="utf-8")
    settings = (
        "games = 64\ndepth = 1\nexact_empties = 0\ntable_mb = 1\ncompress = true\nthreads = 1\nstrength_games = 0"
    )
    (here / "lambda.toml").write_text(
        f"seeds = [1, 2]\n[settings]\n{settings}\n[axes]\nlambda = [0.9]\n[match]\ngames = 2\ndepth = 1\n",
        encoding="utf-8",
    )
    patterns = ROOT / "examples" / "patterns" / "small.toml"
    (here / "examples" / "patterns").mkdir(parents=True)
    for path in (here / "examples" / "patterns" / "small.toml", here / "mine.toml"):
        shutil.copyfile(patterns, path)
    return here


@pytest.fixture
def here(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current directory, with a copy of the library, for the commands of a page."""
    place = tmp_path / "here"
    shutil.copytree(library, place)
    monkeypatch.chdir(place)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", os.pathsep.join((os.environ["PATH"], "/usr/games")))
    yield place
    shutil.rmtree(place)  # models are large


def words_of(command: str) -> list[str]:
    """Returns the words of a command as a shell passes them on, with a smaller amount of work."""
    words = [SMALLER_WORDS.get(word, word) for word in shlex.split(command)]
    words = [found for word in words for found in (sorted(glob.glob(word)) or [word])]  # noqa: PTH207 (as a shell does)
    more = SMALLER["resumed" if "--resume" in words else words[1]] if words[1] in SMALLER else ()
    if "--prometheus" in words:
        more = (*more, "--prometheus", "0")
    return words[1:] + list(more)


@pytest.mark.parametrize("page", EXECUTED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_commands_of_a_page_run(
    page: Path, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in filter(is_executed, COMMANDS[page]):
        if command.startswith("mkdir -p "):
            for each in command.split()[2:]:
                Path(each).expanduser().mkdir(parents=True)
            continue
        if "gtp-rhino" in command and not shutil.which("gtp-rhino"):
            continue
        before, _, target = command.partition(" > ")
        words = words_of(before)
        if words[0] == "train" and "--resume" not in words and Path(words[words.index("--out") + 1]).exists():
            shutil.rmtree(words[words.index("--out") + 1])  # the reader's own run has not begun
        monkeypatch.setattr("sys.stdin", io.StringIO(INPUT))
        code = main(words)
        shown = capsys.readouterr()
        # A test of two models that are equal ends without a decision.
        assert code == 0 or ("--sprt" in words and code in {1, 4}), f"{command}\n{shown.err}"
        if target:
            Path(target).expanduser().write_text(shown.out, encoding="utf-8")
    assert here.exists()


def test_the_settings_files_of_the_pages_are_valid(tmp_path: Path) -> None:
    blocks = {
        (page.name, block)
        for page in PAGES
        for block in re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    }
    assert {name for name, _ in blocks} == {"patterns.md", "screens.md", "sweeps.md"}
    for name, block in blocks:
        path = tmp_path / f"{name}.toml"
        path.write_text(block, encoding="utf-8")
        if name == "sweeps.md":
            assert len(read_sweep(path).runs) == 12
        elif name == "patterns.md":
            assert [*sk.PatternSet.from_toml(path).squares] == ["edge+2x", "corner2x3"]
        else:
            options, settings = train_options.read(argparse.Namespace(config=path))
            assert (options.out, settings["games"]) == ("runs/mine", 1_000_000)
