"""The check of the documentation site finds broken links and addresses outside."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.paths import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(SCRIPTS)
    sys.modules.pop("check_site", None)
    yield importlib.import_module("check_site")
    sys.modules.pop("check_site", None)


def site(folder: Path, body: str, style: str = "") -> Path:
    (folder / "a").mkdir()
    (folder / "index.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    (folder / "a" / "page.html").write_text('<h1 id="tür">x</h1>', encoding="utf-8")
    (folder / "style.css").write_text(style, encoding="utf-8")
    return folder.resolve()


@pytest.mark.parametrize(
    "body",
    [
        '<a href="a/page.html#t%C3%BCr">x</a>',
        '<p id="here"><a href="#here">x</a>',
        '<a href="https://example.org/">a link is followed by hand</a>',
        '<img src="data:image/svg+xml;base64,AAAA">',
        '<link rel="stylesheet" href="style.css?v=1">',
    ],
)
def test_links_with_targets_are_in_order(check: Any, tmp_path: Path, body: str) -> None:
    assert check.problems(site(tmp_path, body, "a { background: url(data:image/png;base64,AAAA) }")) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<a href="a/other.html">x</a>', "a/other.html does not exist"),
        ('<a href="a/page.html#tor">x</a>', "a/page.html#tor has no such anchor"),
        ('<a href="#here">x</a>', "#here has no such anchor"),
        ('<img src="a/picture.svg">', "a/picture.svg does not exist"),
        ('<script src="https://example.org/x.js"></script>', "loads https://example.org/x.js"),
        ('<script src="//example.org/x.js"></script>', "loads //example.org/x.js"),
        ('<link rel="stylesheet" href="http://example.org/x.css">', "loads http://example.org/x.css"),
        ('<source srcset="a/page.html 1x, https://example.org/2x.png 2x">', "loads https://example.org/2x.png"),
    ],
)
def test_a_broken_link_or_an_address_outside_is_found(check: Any, tmp_path: Path, body: str, problem: str) -> None:
    assert [line.removeprefix("index.html: ") for line in check.problems(site(tmp_path, body))] == [problem]


@pytest.mark.parametrize("style", ["@import 'https://example.org/x.css';", "a { src: url(https://example.org/f) }"])
def test_a_style_sheet_that_loads_from_outside_is_found(check: Any, tmp_path: Path, style: str) -> None:
    [line] = check.problems(site(tmp_path, "", style))
    assert line.startswith("style.css: loads https://example.org/")


def test_a_folder_without_a_site_is_an_error(check: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(str(tmp_path)) == 2
    assert "index.html is missing" in capsys.readouterr().err
