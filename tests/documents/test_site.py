"""The site's code blocks are executed, its reference is complete, and its pictures are those of the script."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro import _core
from tests.support.paths import ROOT, SCRIPTS

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs"
EXECUTED = sorted((DOCS / "index.md", DOCS / "concepts.md", DOCS / "faq.md", *(DOCS / "tutorials").glob("*.md")))


@pytest.mark.parametrize("page", EXECUTED, ids=lambda page: page.stem)
def test_every_block_of_a_tutorial_is_executed(page: Path) -> None:
    """The tests of pages run what is marked as Python, and compare what is marked as console."""
    fences = re.findall(r"^```(\S*)", page.read_text(encoding="utf-8"), re.MULTILINE)
    languages = set(fences[::2])  # every other fence ends a block
    assert {language for language in languages if not language.startswith("{")} <= {"python", "console"}


def test_the_reference_has_every_public_name() -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md"))
    listed = set(re.findall(r"autoapi\w+:: shirokuro\.(\S+)", pages)) | set(re.findall(r"`sk\.(\w+)`", pages))
    inside = (f"_core.{name}" for name in _core.__all__ if name not in sk.__all__)
    public = {*sk.__all__, *inside, *(f"debug.{name}" for name in sk.debug.__all__)} - {"__version__"}
    assert sorted(public - listed) == []


def test_the_pictures_of_the_concepts_are_those_of_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SCRIPTS)
    documents = importlib.import_module("concept_pictures").documents()
    stored = {name: (DOCS / "images" / name).read_text(encoding="utf-8") for name in documents}
    assert stored == documents
    shown = re.findall(r'images/([^"]+\.svg)', (DOCS / "concepts.md").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(documents)
