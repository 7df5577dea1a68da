"""Shell completion, in the shells themselves."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from shirokuro.cli import completion, main
from shirokuro.engine.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.support.terminal import Terminal

COMPLETIONS = {
    "tr": ["train"],
    "debug pat": ["patterns"],
    "play --lev": ["--level"],
    "train --preset ": ["long", "short"],
    "train --from-games-targets s": ["search"],
    "play --level c": [name for name in LEVELS if name.startswith("c")],
    "play --side ": ["black", "both", "none", "white"],
    "evaluate --confidence 9": ["95", "98", "99"],
    "evaluate default --opponent h": ["heuristic", "hills"],
    "evaluate --depth 3 d": ["default", "dunes.shiro"],
    "gtp d": ["default", "dunes.shiro"],
    "train --config p": ["plan.toml"],
    "train --from-games p": ["plan.toml"],
    "monitor h": ["hills"],
    "analyse d": ["dunes.shiro"],
    "sweep p": ["plan.toml"],
    "completion ": ["bash", "fish", "zsh"],
}
"""Beginnings of a command line, and the words that a shell offers next."""


def shell(name: str) -> str:
    """Returns the path of a shell, or skips the test."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: `make .venv/.programs` installs it on Debian")
    return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A directory with a few files, and with the scripts of all shells in `scripts`, from where programs start."""
    (tmp_path / "scripts").mkdir()
    for name in completion.SHELLS:
        assert main(["completion", name]) == 0
        (tmp_path / "scripts" / name).write_text(capsys.readouterr().out, encoding="utf-8")
    here = tmp_path / "here"
    (here / "hills").mkdir(parents=True)
    for name in ("dunes.shiro", "plan.toml"):
        (here / name).touch()
    monkeypatch.chdir(here)
    return tmp_path


def completed(command: Sequence[str | Path]) -> list[list[str]]:
    """Runs a shell that prints the words for each command line; returns them."""
    shown = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert shown.stderr == ""
    blocks = shown.stdout.split("==\n")[1:]
    return [sorted(line.partition("\t")[0].rstrip("/") for line in block.splitlines()) for block in blocks]


def test_bash_completes_commands_options_choices_and_files(place: Path) -> None:
    lines = [f"source {shlex.quote(str(place / 'scripts' / 'bash'))}", "compopt() { :; }"]
    for line in COMPLETIONS:
        words = [*line.split(), ""] if line.endswith(" ") else line.split()
        lines += [
            f"COMP_WORDS=(shirokuro {shlex.join(words)}); COMP_CWORD={len(words)}",
            "_shtab_shirokuro; echo ==; printf '%s\\n' \"${COMPREPLY[@]}\"",
        ]
    assert (
        dict(zip(COMPLETIONS, completed([shell("bash"), "--norc", "-c", "\n".join(lines)]), strict=True)) == COMPLETIONS
    )


def test_fish_completes_the_same(place: Path) -> None:
    program = place / "bin" / "shirokuro"
    program.parent.mkdir()
    program.touch(0o755)
    lines = [f"set PATH {shlex.quote(str(program.parent))} $PATH", f"source {place / 'scripts' / 'fish'}"]
    lines += [f"echo ==; complete -C {shlex.quote(f'shirokuro {line}')}" for line in COMPLETIONS]
    found = completed([shell("fish"), "--no-config", "-c", "\n".join(lines)])
    assert dict(zip(COMPLETIONS, found, strict=True)) == COMPLETIONS


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_the_tab_key_completes(name: str, place: Path, terminal: Callable[..., Terminal]) -> None:
    scripts = place / "scripts"
    (scripts / "zsh").rename(scripts / "_shirokuro")
    option, load = {
        "bash": ("--norc", f"source {scripts}/bash"),
        "zsh": ("-f", f"fpath+=({scripts}); autoload -U compinit; compinit -D -u"),
    }[name]
    opened = terminal(shell(name), option, columns=100)
    opened.type(f"cd {place}/here; PS1='> '; {load}; clear\n")
    opened.wait_for(lambda screen: screen.strip() == ">")
    steps = (
        ("shirokuro tr", "shirokuro train"),
        ("--pres", "--preset"),
        ("sh", "short"),
        ("--from-games pl", "plan.toml"),
    )
    for begun, whole in steps:
        opened.type(f"{begun}\t")
        opened.wait_for(partial(re.search, rf"^> .*{whole}\s"))
    opened.type("--on-corrupt \t\t")
    screen = opened.wait_for(lambda screen: re.search(r"fail\s+fresh\s+previous", screen))
    assert screen.startswith("> shirokuro train --preset short --from-games plan.toml --on-corrupt")


def test_only_the_command_needs_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["perft", "1"]) == 0
    capsys.readouterr()
    assert main(["completion", "bash"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "pip install 'shirokuro[completion]'" in error


def test_a_description_is_short_enough_for_a_list(place: Path) -> None:
    shown = re.findall(r" -d '(.*)'$", (place / "scripts" / "fish").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(shown) > 100
    assert max(map(len, shown)) <= 250
    assert not [text for text in shown if "(default" in text]
