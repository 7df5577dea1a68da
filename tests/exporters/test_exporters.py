"""Exporters whose packages are missing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from shirokuro.cli import main
from shirokuro.extras import MissingExtraError, load

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = ("--depth=1", "--exact-empties=0", "--table-mb=1", "--compress", "--match-games=0", "--quiet")


@pytest.mark.parametrize(
    ("option", "package"),
    [("--tensorboard", "tensorboardX"), ("--prometheus", "prometheus_client")],
)
def test_the_error_for_a_missing_package_names_its_extra(
    option: str,
    package: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["train", "--out", str(tmp_path / "run"), option, *SETTINGS]) == 2
    errors = capsys.readouterr().err
    assert f"{package}, which is not installed: pip install 'shirokuro[{option[2:]}]'" in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_a_missing_extra_is_an_import_error() -> None:
    with pytest.raises(MissingExtraError, match=r"drawing needs the package nowhere, .*'shirokuro\[plot\]'"):
        load("nowhere.at.all", extra="plot", purpose="drawing")
