"""Ctrl-C ends a program at any moment, without a traceback."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from shirokuro import _core, startup
from shirokuro.cli import main
from tests.support.paths import ROOT

# The import of a module, given by its name or its number, sends the signal, as a user might at that moment.
_INTERRUPTED_IMPORT = """
import os, signal, sys
program, module, *_ = sys.argv[1:]
sys.argv[:] = sys.argv[1:2] + sys.argv[3:]
code = compile(open(program).read(), program, "exec") if program.endswith(".py") else None
class Finder:
    later = 0
    def find_spec(self, name, path=None, target=None):
        is_first = name in {"__future__", "shirokuro", "shirokuro.startup"}
        self.later += not is_first
        if name == module or module == str(self.later) and not is_first: os.kill(os.getpid(), signal.SIGINT)
for name in ("collections", "contextlib", "enum", "functools", "threading", "types", "typing"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Finder())
if program.endswith(".py"):
    sys.path.insert(0, os.path.dirname(program))
    exec(code)
from shirokuro.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("/usr/bin/shirokuro", "shirokuro"),
        *(
            (str(each), each.name)
            for each in sorted((ROOT / "scripts").glob("*.py"))
            if "__main__" in each.read_text(encoding="utf-8")
        ),
    ],
)
def test_ctrl_c_during_the_start_ends_a_program_without_a_traceback(program: str, name: str) -> None:
    modules = ("shirokuro.cli.console", "shirokuro.cli.perft") if name == "shirokuro" else ()
    for module in ("1", "8", *modules):
        command = [sys.executable, "-c", _INTERRUPTED_IMPORT, program, module, "perft", "1"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        assert (done.returncode, done.stdout, done.stderr) == (130, "", f"{name}: interrupted\n"), module


@pytest.mark.parametrize(
    "options", [["-m", "shirokuro"], ["-mshirokuro"], ["-Im", "shirokuro"], ["-W", "ignore", "-Bmshirokuro"]]
)
def test_a_module_that_python_runs_is_a_program_however_it_is_named(
    options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["-m", "train"])
    monkeypatch.setattr(sys, "orig_argv", ["python", *options, "train"])
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        startup.begin()
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    "options", [["-m", "pytest"], ["-Impytest", "-m", "shirokuro"], ["-X", "dev-mshirokuro", "-m", "pytest"]]
)
def test_another_module_that_imports_the_package_leaves_ctrl_c_alone(
    options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["-m", "train"])
    monkeypatch.setattr(sys, "orig_argv", ["python", *options, "train"])
    before = signal.getsignal(signal.SIGINT)
    startup.begin()
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_in_a_script_ends_it_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["scripts/compare.py"])
    assert startup.run(interrupted) == 130
    assert capfd.readouterr().err == "compare.py: interrupted\n"
    assert startup.run(lambda: 3) == 3


def test_ctrl_c_after_a_command_ends_the_program_without_a_traceback() -> None:
    # As at the exit of the interpreter.
    program = (
        "import os, signal, sys\n"
        "sys.argv = ['/usr/bin/shirokuro', 'perft', '1']\n"
        "from shirokuro.cli import main\n"
        "main()\n"
        "os.kill(os.getpid(), signal.SIGINT)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (130, "shirokuro: interrupted\n")


def test_ctrl_c_in_a_command_ends_it_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_depth: int) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(_core, "perft", interrupted)
    assert main(["perft", "1"]) == 130
    assert capsys.readouterr().err == "shirokuro perft: interrupted\n"


def test_the_package_as_a_library_leaves_ctrl_c_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    startup.begin()
    assert signal.getsignal(signal.SIGINT) is before
