"""The page of requirements has a row for every criterion, and what its rows name exists."""

from __future__ import annotations

import re
import tomllib
from functools import reduce

import pytest

import shirokuro as sk
from shirokuro.cli import main
from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
CRITERIA = (10, 7, 10, 8, 8, 8, 8, 8, 8, 8, 8, 8)
"""The number of criteria of each requirement."""

ROWS = {
    cells[0].removesuffix(" †"): cells
    for line in PAGE.splitlines()
    if len(cells := [cell.strip() for cell in line.strip("|").split(" | ")]) == 5 and cells[0][:1].isdigit()
}
CODE = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL))


def test_every_criterion_has_a_row_in_order() -> None:
    assert list(ROWS) == [f"{i}.{j}" for i, count in enumerate(CRITERIA, 1) for j in range(1, count + 1)]
    assert all(criterion and answer for _, criterion, answer, *_ in ROWS.values())


def test_every_criterion_that_is_read_otherwise_has_a_reason() -> None:
    explained = re.findall(r"^\| ([\d., ]+) \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)
    marked = [number for number, cells in ROWS.items() if cells[0].endswith("†")]
    assert sorted(number for group in explained for number in group.split(", ")) == sorted(marked)


def test_every_named_test_exists() -> None:
    named = [re.findall(r"`([^`]+)`", tests) for *_, tests in ROWS.values()]
    missing = []
    for test in (test for tests in named for test in tests):
        path, function = test.split("::")
        file = ROOT / (path if path.startswith("crates/") else f"tests/{path}")
        keyword = "fn" if file.suffix == ".rs" else "def"
        if not file.is_file() or not re.search(rf"\b{keyword} {function}\(", file.read_text(encoding="utf-8")):
            missing.append(test)
    assert missing == []
    assert [number for number, tests in zip(ROWS, named, strict=True) if not tests] == ["11.8", "12.8"]


def test_the_integration_suite_contains_the_tests_of_its_requirement() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    suite = re.findall(r"^INTEGRATION := (.*)$", makefile, re.MULTILINE)[0].split()
    assert [part for part in suite if not (ROOT / part.split("::")[0]).exists()] == []
    rows = [cells for number, cells in ROWS.items() if number.startswith("12.")]
    named = [f"tests/{test}" for *_, tests in rows for test in re.findall(r"`([^`]+\.py::[^`]+)`", tests)]
    assert len(named) > len(rows)
    assert [test for test in named if not any(re.match(rf"{part}(/|::|$)", test) for part in suite)] == []
    rust = {test for *_, tests in rows for test in re.findall(r"`(crates/[^`]+)::", tests)}
    assert rust == {"crates/train/src/trainer_tests.rs"}
    assert "cargo test --package shirokuro-train --locked trainer::" in makefile


def test_named_commands_options_functions_and_targets_exist(capsys: pytest.CaptureFixture[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = [code.split()[1] for code in CODE if code.startswith("make ")]
    assert {"build", "test", "bench", "release", "install"} <= set(targets)
    assert [target for target in targets if f"\n{target}:" not in makefile] == []

    # `AttributeError` names what is missing.
    for name in re.findall(r"\bsk((?:\.\w+)+)", " ".join(CODE)):
        reduce(getattr, name[1:].split("."), sk)
    for name in re.findall(r"\btrainer\.(\w+)", " ".join(CODE)):
        getattr(sk.Trainer, name)

    for _, *words in (code.split() for code in CODE if code.startswith("shirokuro ")):
        command = words[:2] if words[0] == "debug" else words[:1]
        with pytest.raises(SystemExit):
            main([*command, "--help"])
        help_text = capsys.readouterr().out
        assert [word for word in words if word.startswith("--") and word not in help_text] == [], words


def test_the_build_files_have_what_the_criteria_name() -> None:
    def table(path: str) -> dict[str, dict[str, object]]:
        return tomllib.loads((ROOT / path).read_text(encoding="utf-8"))

    assert table("crates/py/Cargo.toml")["features"] == {"extension-module": ["pyo3/extension-module"]}
    assert "pyo3" in table("crates/py/Cargo.toml")["dependencies"]
    assert table("pyproject.toml")["build-system"]["build-backend"] == "maturin"
    release = table("Cargo.toml")["profile"]["release"]
    assert isinstance(release, dict)
    assert (release["opt-level"], release["lto"], release["codegen-units"]) == (3, "fat", 1)
