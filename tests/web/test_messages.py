"""The messages of a visitor, and what is done with invalid ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shirokuro as sk
from shirokuro.web.messages import (
    BackTo,
    Choose,
    Download,
    Look,
    Message,
    Open,
    Play,
    Redo,
    Setup,
    ShowScores,
    Strength,
    Switch,
    Undo,
    Watch,
    parse,
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"do": "play", "move": "D3", "ply": 0}', Play("d3", 0)),
        ('{"do": "undo"}', Undo()),
        ('{"do": "back", "ply": 3}', BackTo(3)),
        ('{"do": "redo"}', Redo()),
        ('{"do": "switch", "variation": 1}', Switch(1)),
        ('{"do": "look", "ply": null}', Look(None)),
        ('{"do": "setup", "moves": "f5 d6", "player": "both", "depth": 4}', Setup(("f5", "d6"), "both", Strength(4))),
        (
            '{"do": "setup", "moves": "f5d6", "undone": 1, "variations": ["f5f6"], "player": "both", "level": "club"}',
            Setup(("f5", "d6"), "both", Strength(name="club"), undone=1, lines=(("f5", "f6"),)),
        ),
        (
            json.dumps({"do": "setup", "moves": "", "board": f"2121{'0' * 60}2", "player": "both", "depth": 1}),
            Setup((), "both", Strength(1), start=sk.read_position(f"OXOX{'-' * 60} O")),
        ),
        ('{"do": "open", "name": "", "text": "f5d6"}', Open(b"f5d6", "")),
        ('{"do": "open", "name": "a.wtb", "base64": "AAEC"}', Open(b"\x00\x01\x02", "a.wtb")),
        ('{"do": "download"}', Download()),
        ('{"do": "choose", "player": "white", "seconds": 0.5}', Choose("white", Strength(seconds=0.5))),
        ('{"do": "choose", "player": "white", "depth": null, "seconds": 1}', Choose("white", Strength(seconds=1))),
        ('{"do": "scores", "on": true}', ShowScores(on=True)),
        ('{"do": "watch", "on": false}', Watch(on=False)),
    ],
)
def test_messages_are_read(text: str, message: Message) -> None:
    assert parse(text) == message


@pytest.mark.parametrize(
    "text",
    [
        b'{"do": "undo"}',
        "",
        "null",
        "[]",
        "[" * 5000,
        '{"do": "delete"}',
        '{"do": ["undo"]}',
        '{"do": "play"}',
        '{"do": "play", "move": "d3"}',
        '{"do": "play", "move": "d3d3d3", "ply": 0}',
        '{"do": "play", "move": 3, "ply": 0}',
        '{"do": "play", "move": "d3", "ply": true}',
        '{"do": "play", "move": "d3", "ply": 61}',
        '{"do": "back", "ply": -1}',
        '{"do": "back", "ply": 1.5}',
        '{"do": "back", "ply": NaN}',
        '{"do": "choose", "player": "black", "depth": 17}',
        '{"do": "choose", "player": "black", "depth": 0}',
        '{"do": "choose", "player": "black", "depth": 1e400}',
        '{"do": "choose", "player": "black", "seconds": 11}',
        '{"do": "choose", "player": "black", "seconds": 0}',
        '{"do": "choose", "player": "black"}',
        '{"do": "choose", "player": "nobody", "depth": 3}',
        '{"do": "choose", "player": {}, "depth": 3}',
        '{"do": "setup", "moves": "f5f5", "player": "black", "depth": 3}',
        '{"do": "scores", "on": 1}',
        '{"do": "choose", "player": "black", "level": "master"}',
        '{"do": "switch", "variation": -1}',
        '{"do": "open", "name": "x", "base64": "?"}',
        '{"do": "open", "text": "f5"}',
        '{"do": "setup", "moves": "f5", "undone": 2, "player": "black", "depth": 3}',
        '{"do": "setup", "moves": "f5", "variations": ["a1"], "player": "black", "depth": 3}',
        json.dumps({"do": "setup", "moves": "", "board": "0" * 64, "player": "black", "depth": 3}),
        json.dumps({"do": "setup", "moves": "", "board": f"21{'0' * 62}3", "player": "black", "depth": 3}),
        json.dumps({"do": "setup", "moves": "f5 " * 1000, "player": "black", "depth": 3}),
    ],
)
def test_an_invalid_message_is_rejected(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(text)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda each: st.dictionaries(st.text(), each)))
def test_no_message_causes_any_other_error(value: Any) -> None:
    kinds = ("play", "undo", "redo", "back", "switch", "look", "setup", "open", "choose", "scores", "watch", "renew")
    for kind in kinds:
        names = ("move", "ply", "moves", "undone", "variations", "board", "player", "level", "depth", "seconds", "on")
        values = dict.fromkeys((*names, "variation", "name", "text", "base64"), value)
        try:
            parse(json.dumps({"do": kind, **values}))
        except ValueError as error:
            assert str(error)  # noqa: PT017 (both outcomes are right)


def test_limits_never_exceed_ten_seconds() -> None:
    for strength in (Strength(depth=16), Strength(seconds=10), Strength(seconds=0.1), Strength(depth=1)):
        time_ms = strength.level.limits.time_ms
        assert time_ms is not None
        assert time_ms <= 10_000
    assert Strength(seconds=0.5).level.limits.time_ms == 500
    assert Strength(depth=3).level.limits.depth == 3
