"""`help()` and `--help` say what a user needs."""

from __future__ import annotations

import argparse
import inspect
import shlex
import sys
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro import _core, cli
from shirokuro.config import SECTIONS
from tests.support.paths import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(SCRIPTS))
try:
    import core_docs
finally:
    sys.path.remove(str(SCRIPTS))


def test_the_docstrings_of_the_core_are_those_of_its_stubs() -> None:
    built = {}
    for name in core_docs.docstrings():
        value = _core
        for part in name.split("."):
            value = getattr(value, part)
        built[name] = inspect.getdoc(value)
    assert built == core_docs.docstrings()


def test_the_file_of_docstrings_is_up_to_date() -> None:
    assert core_docs.DOCS.read_text(encoding="utf-8") == core_docs.source(), "run python scripts/core_docs.py"


def test_the_settings_are_in_the_help_of_their_class() -> None:
    text = inspect.getdoc(sk.TrainConfig) or ""
    assert all(f"\n    {name}: {setting.doc}" in text for name, setting in sk.TrainConfig.SETTINGS.items())


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yields the parsers of all subcommands, at any depth."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield each
                yield from parsers(each)


COMMANDS = list(parsers(cli._parser()))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.prog)
def test_a_command_has_a_description_and_an_example_that_it_understands(command: argparse.ArgumentParser) -> None:
    assert command.description
    assert command.description.endswith(".")
    example = (command.epilog or "").removeprefix("example: ")
    assert example.startswith(command.prog)
    assert f"\nexample: {example}\n" in command.format_help()
    cli._parser().parse_args(shlex.split(example)[1:])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.prog)
def test_one_word_stands_for_one_thing(command: argparse.ArgumentParser) -> None:
    words = {"N", "X", "RUN", "RUN|FILE", "FILE", "OUT", "DIRECTORY", "SECONDS", "PERCENT", "POSITION", "SCHEDULE"}
    words |= {"MOVES|FILE", "P01…P14", "GROUP,…", "NAME", "GAME", "PLIES", "ADDRESS", "TEXT", "COMMAND", "WHAT"}
    words |= {
        "ELO0,ELO1[,ALPHA[,BETA]]",
        "SECONDS[+INCREMENT]",
        "TIME",
        "DISCS",
        "FILE.toml",
        "FILE|POSITION",
        "FILE|MOVES",
    }
    for action in command._actions:
        shown = action.metavar or action.dest
        if action.nargs == 0 or action.choices or isinstance(action, argparse._HelpAction):
            continue
        assert shown in words | {"HOST", "TOKEN"} or action.metavar is None, shown
        if action.type is int and action.option_strings:
            assert shown == "N", action.option_strings


def test_the_settings_of_a_training_are_grouped() -> None:
    (train,) = (command for command in COMMANDS if command.prog == "shirokuro train")
    groups = {group.title: {action.dest for action in group._group_actions} for group in train._action_groups}
    settings = [names for title, names in groups.items() if (title or "").startswith("settings: ")]
    assert [title for title in groups if (title or "").startswith("settings: ")] == [
        f"settings: {section}" for section in SECTIONS.values()
    ]
    assert set().union(*settings) == sk.TrainConfig.SETTINGS.keys()
    assert {"epsilon", "depth"} <= groups["settings: play"]
    assert {"rate", "lambda_"} <= groups["settings: learning"]
    assert {"keep", "checkpoint_games"} == groups["settings: checkpoints"] - {"compress"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("trian", "did you mean train?"),
        ("train --epsilom 0.1", "shirokuro train: unrecognized arguments: --epsilom 0.1; did you mean --epsilon?"),
        ("train --lamda=0.1", "did you mean --lambda?"),
        ("debug patern", "did you mean patterns?"),
        ("export default OUT --format safetensor", "did you mean safetensors?"),
    ],
)
def test_a_mistyped_word_gets_a_suggestion(arguments: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments.split())
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_word_like_no_other_gets_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["qqqq"])
    assert "did you mean" not in capsys.readouterr().err


def test_a_mistyped_setting_in_a_file_gets_a_suggestion() -> None:
    with pytest.raises(ValueError, match=r"epsilom: unknown setting; did you mean epsilon\?"):
        sk.TrainConfig.from_toml("epsilom = 0.1")
