"""Runs the benchmarks and writes the results into docs/benchmarks.md and README.md: `make bench-page`."""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from shirokuro.benchmarks.figures import Results

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
README = ROOT / "README.md"

_PROGRAM = "import sys; from shirokuro.cli import main; sys.exit(main(sys.argv[1:]))"

SHOWN = (
    "perft",
    "evaluate_scratch",
    "evaluate_batch",
    "depth10",
    "solve_speed",
    "train1",
    "train3",
    "train_all",
    "train_15ms",
    "td_update",
    "save",
    "memory_peak",
)
"""The figures shown in the README."""


def main() -> int:
    """Runs the benchmarks and writes the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="do a quick run, to try out this script")
    parser.add_argument("--only", choices=("bench", "compare"), help="update only this part")
    options = parser.parse_args()
    if options.only != "compare":
        with TemporaryDirectory() as folder:
            file = Path(folder) / "results.json"
            text = _output("-c", _PROGRAM, "bench", "--json", str(file), *(["--quick"] if options.quick else []))
            results = Results.from_json(file)
        _replace(PAGE, "bench", f"```text\n{text}```\n")
        _replace(README, "figures", _table(results))
    if options.only != "bench":
        quick = ["--training-games", "2000", "--games", "2"] if options.quick else []
        _replace(PAGE, "compare", f"```text\n{_output(str(ROOT / 'scripts' / 'compare.py'), *quick)}```\n")
    subprocess.run([sys.executable, "-m", "mdformat", PAGE, README], check=True)  # noqa: S603 (wraps lines, spaces tables)
    return 0


def _output(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 (this project's own)
    lines = (line.rstrip() for line in text.strip("\n").splitlines())
    return "".join(f"{line}\n" for line in lines)


def _table(results: Results) -> str:
    where = results.machine
    rows = [f"`make bench` on {where['cores']} cores of an {where['processor']}, {where['kernel']} kernel; medians:\n"]
    rows += ["| | result |", "|---|---|"]
    for key in SHOWN:
        if figure := results.figure(key):
            rows.append(f"| {figure.name} | {_digits(figure.median)} {figure.unit} |")
    return "\n".join(rows) + "\n"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 (three digits suffice)


def _replace(page: Path, name: str, text: str) -> None:
    """Replaces the text between two marks of a page."""
    before, mark, rest = page.read_text(encoding="utf-8").partition(f"<!-- {name}: made by `make bench-page` -->\n")
    if not mark:
        raise ValueError(f"{page}: no mark for {name}")
    after = rest.partition("<!-- end -->")[2]
    page.write_text(f"{before}{mark}{text}<!-- end -->{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(startup.run(main))
