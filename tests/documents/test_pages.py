"""The documentation's examples run, its commands exist, and its links have targets."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shirokuro import _core
from shirokuro.cli import main
from tests.support.paths import ROOT

MODEL_CARD = ROOT / "python" / "shirokuro" / "models" / "README.md"
PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md"), MODEL_CARD))
SHOWN = [page for page in PAGES if "```console" in page.read_text(encoding="utf-8")]
EXAMPLES = [page for page in PAGES if "```python" in page.read_text(encoding="utf-8")]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", EXAMPLES, ids=name)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec("import shirokuro as sk", names)  # noqa: S102 (the project's own pages)
    for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        if not block.startswith(">>>"):
            exec(block, names)  # noqa: S102
            continue
        test = doctest.DocTestParser().get_doctest(block.replace("…", "..."), names, name(page), name(page), 0)
        assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, clear_globs=False).failed == 0
        names.update(test.globs)


def test_the_documented_patterns_are_those_of_the_core() -> None:
    rows = re.findall(
        r"^\| (P\d\d) \| ([a-h1-8 ]+) \|$", (ROOT / "docs/formats.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    listed = {name: squares.split() for name, squares in rows}
    assert listed == {name: rotations[0] for name, rotations in _core.PatternSet.default().features.items()}


def test_every_class_and_function_of_the_core_is_documented() -> None:
    described = {}
    for public in _core.__all__:
        value = getattr(_core, public)
        described[public] = value.__doc__
        if isinstance(value, type):
            members = (member for member in vars(value) if not member.startswith("_"))
            described |= {f"{public}.{member}": getattr(value, member).__doc__ for member in members}
    constants = {"BLACK", "EMPTY", "PATTERN_ENTRIES", "WHITE", "__version__"}
    assert [name for name, text in described.items() if not text and name not in constants] == []


@pytest.mark.parametrize("page", SHOWN, ids=name)
def test_the_outputs_shown_are_real(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command after a `$` prints the lines that follow it, where `…` matches anything."""
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = step.partition("\n")
            run = subprocess.run(  # noqa: S602 (the project's own pages)
                command, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
            )
            shown = run.stdout + run.stderr
            same = doctest.OutputChecker().check_output(expected.replace("…", "..."), shown, doctest.ELLIPSIS)
            assert same, f"{command}\n{shown}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_link_targets_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_and_options_exist(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    commands = [line.split("#")[0].split() for block in blocks for line in block.splitlines()]
    for program, command, *arguments in (words for words in commands if words[:1] == ["shirokuro"]):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0, (program, command)
        help_text = capsys.readouterr().out
        quoted = re.findall(r"'[^']*'", " ".join(arguments))  # another program's command
        own = [option for option in arguments if not any(option in each for each in quoted)]
        assert all(option in help_text for option in own if option.startswith("--")), arguments
