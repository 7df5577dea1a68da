"""The options that matches share are declared once, and shown wherever they are taken."""

from __future__ import annotations

import inspect

import pytest

import shirokuro as sk
from shirokuro.matches.arena import MatchOptions

OPTIONS = MatchOptions.__annotations__


def test_the_options_are_arguments_of_a_match_and_documented_there() -> None:
    parameters = inspect.signature(sk.play_match).parameters
    documented = inspect.getdoc(sk.play_match) or ""
    for name, kind in OPTIONS.items():
        assert parameters[name].annotation == kind.__forward_arg__
        assert f"\n    {name}: " in documented


@pytest.mark.parametrize("function", [sk.play_round_robin, sk.play_ladder])
def test_functions_that_play_several_matches_name_them(function: object) -> None:
    documented = " ".join((inspect.getdoc(function) or "").split())
    named = ", ".join(f"`{name}`" for name in OPTIONS)
    assert f"options: options of `play_match` for each match: {named}." in documented


def test_an_option_that_does_not_exist_is_an_error() -> None:
    players = [sk.RandomPlayer(), sk.HeuristicPlayer()]
    with pytest.raises(TypeError, match="unexpected keyword argument 'thread'"):
        sk.play_round_robin(players, games=2, thread=1)  # type: ignore[arg-type, call-arg]
