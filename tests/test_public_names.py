"""The public names of the package: they are imported when they are used, and are those of the stubs."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module

import pytest

import shirokuro as sk
from tests.support.paths import ROOT

STUBS = ast.parse((ROOT / "python" / "shirokuro" / "__init__.pyi").read_text(encoding="utf-8"))


def test_the_stubs_have_the_public_names_and_their_modules() -> None:
    imported = {
        alias.name: (node.module or "")
        for node in STUBS.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assigned = {
        node.targets[0].id: node.value
        for node in STUBS.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert sorted(ast.literal_eval(assigned.pop("__all__"))) == sk.__all__
    aliases = {name: ast.unparse(value) for name, value in assigned.items()}
    assert imported.keys() | aliases.keys() == set(sk.__all__)
    for name, module in imported.items():
        assert getattr(sk, name) is getattr(import_module(module), name), name
    for name, known in aliases.items():
        assert getattr(sk, name) is getattr(sk, known), name
    assert set(sk.__all__) <= set(dir(sk))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'shirokuro' has no attribute 'Trainr'"):
        _ = sk.Trainr  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("program", "without"),
    [
        ("import shirokuro as sk; sk.perft(3)", ("numpy", "shirokuro.game", "shirokuro.matches")),
        ("import shirokuro as sk; sk.TrainConfig()", ("shirokuro.training", "shirokuro.matches")),
        ("import shirokuro as sk; sk.play_match", ("shirokuro.training", "shirokuro.cluster")),
        ("from shirokuro import cli; cli._parser('--version')", ("numpy", "shirokuro.cli.train")),
    ],
)
def test_what_is_not_used_is_not_imported(program: str, without: tuple[str, ...]) -> None:
    shown = f"{program}; import sys; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True).stdout.split()
    assert not set(without) & set(modules)
