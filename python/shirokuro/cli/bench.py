"""`shirokuro bench`: measures speed and memory, compares them with stored results, and watches a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from shirokuro._core import Evaluator
from shirokuro.benchmarks.bottlenecks import percentages
from shirokuro.benchmarks.compare import compare
from shirokuro.benchmarks.figures import Results
from shirokuro.benchmarks.signature import signature
from shirokuro.benchmarks.suite import GROUPS, Suite
from shirokuro.cli.bench_watch import watch
from shirokuro.cli.exit_codes import ExitCode
from shirokuro.cli.terminal import console as new_console
from shirokuro.files import check_writable, write_text
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from shirokuro.benchmarks.compare import Comparison

HELP = "Measure speed and memory, compare them with targets or earlier results, or follow a training run."
EXAMPLE = "--quick --only engine"

_WIDTH = 92
"""The width of a table in columns; narrower terminals wrap its lines."""

_MARKS = {"worse": "[bold red]worse[/]", "better": "[green]better[/]", "same": "same"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("--quick", action="store_true", help="do less of everything; takes about a minute")
    parser.add_argument(
        "--strict",
        action="store_true",
        help=f"exit code {ExitCode.WORSE:d} if any figure misses its target in every round",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to a JSON file")
    parser.add_argument(
        "--compare",
        type=Path,
        metavar="FILE",
        help="compare with the figures in FILE, written by --json; "
        f"exit code {ExitCode.WORSE:d} if any figure got worse",
    )
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help="with --compare: compare the figures in FILE instead of measuring"
    )
    parser.add_argument("--model", metavar="RUN|FILE", help="the model for searches (default: train one first)")
    parser.add_argument(
        "--only", metavar="GROUP,…", help=f"measure only these groups of figures: {', '.join(GROUPS)} (default: all)"
    )
    parser.add_argument(
        "--directory", type=Path, metavar="DIRECTORY", help="save checkpoints here, to measure this disk"
    )
    parser.add_argument(
        "--signature",
        action="store_true",
        help="print the results of fixed searches and a short training, which are the same on every machine",
    )
    parser.add_argument(
        "--watch", type=Path, metavar="RUN", help="follow the speed of a run's training instead of measuring"
    )


def run(options: argparse.Namespace) -> int:
    """Measures, prints the tables, and returns the exit code."""
    if options.watch:
        return watch(options.watch)
    if options.signature:
        print(signature())
        return 0
    console = new_console(markup=True)
    console.width = max(console.width, _WIDTH)
    if options.strict and options.compare:
        raise ValueError("--strict compares with targets, and --compare with earlier figures: give one of them")
    # Before anything is measured: a wrong file should not cost minutes.
    if options.json:
        check_writable(options.json)
    before = Results.from_json(options.compare) if options.compare else None
    if options.against and before is None:
        raise ValueError("--against names figures for --compare FILE: give both")
    results = Results.from_json(options.against) if options.against else _measure(options, console, before)
    if not options.against:
        _print(results, console)
    if options.json:
        write_text(options.json, results.to_json())
    if before is None:
        has_missed = any(figure.verdict == "missed" for figure in results.figures)
        return ExitCode.WORSE if options.strict and has_missed else ExitCode.SUCCESS
    comparisons = compare(before, results)
    _print_comparisons(before, results, comparisons, console)
    got_worse = any(comparison.change == "worse" for comparison in comparisons)
    return ExitCode.WORSE if got_worse else ExitCode.SUCCESS


def _measure(options: argparse.Namespace, console: Console, before: Results | None) -> Results:
    groups = options.only.split(",") if options.only else GROUPS
    if unknown := sorted(set(groups) - set(GROUPS)):
        raise ValueError(f"--only: {unknown[0]!r} is not a group: {', '.join(GROUPS)}")
    if before and before.quick != options.quick:
        raise ValueError(
            f"{options.compare} holds a {'quick' if before.quick else 'full'} run: use --quick for both or for neither"
        )
    evaluator = Evaluator.load(model_of(options.model)) if options.model else None
    with console.status("measuring") as status:
        return Suite(
            quick=options.quick,
            groups=groups,
            evaluator=evaluator,
            model=options.model,
            directory=options.directory,
            progress=lambda text: status.update(f"measuring: {text}"),
        ).run()


def _print(results: Results, console: Console) -> None:
    where = results.machine
    title = f"shirokuro {results.version}, {where['processor'] or where['architecture']}, {where['kernel']} kernel"
    table = _table(
        f"{title}, {where['cores']} cores, load {where['load']} at the start", "target", "result", "spread", ""
    )
    for figure in results.figures:
        sign = "≥" if figure.more_is_better else "≤"
        style = {True: "green", False: "bold red", None: ""}[figure.met]
        table.add_row(
            figure.name,
            "" if figure.target is None else f"{sign} {figure.target:,.4g}",
            f"{_digits(figure.median)} {figure.unit}",
            _spread(figure.measured),
            f"[{style}]{figure.verdict}[/]" if style else "",
        )
    console.print(table)
    names = {figure.key: figure.name for figure in results.figures}
    for key, phases in results.phases.items():
        parts = ", ".join(f"{name} {share:.1f} %" for name, share in percentages(phases).items())
        console.print(f"[bold]{names[key]}[/]: {parts or 'no phases'}", highlight=False)
    for key, text in results.bottlenecks.items():
        console.print(f"[bold red]missed[/] {names[key]}: {text}", highlight=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE, pad_edge=False)
    table.add_column("figure", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _spread(measured: Sequence[float]) -> str:
    return f"{_digits(min(measured))}…{_digits(max(measured))}" if len(measured) > 1 else ""


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 (three digits suffice)


def _print_comparisons(before: Results, now: Results, comparisons: Sequence[Comparison], console: Console) -> None:
    title = f"compared with version {before.version}, measured {before.machine.get('time')}"
    table = _table(title, "before", "now", "change", "noise", "")
    for comparison in comparisons:
        table.add_row(
            comparison.now.name,
            _digits(comparison.before.median),
            f"{_digits(comparison.now.median)} {comparison.now.unit}",
            f"{100 * (comparison.ratio - 1):+.1f} %",
            f"± {100 * comparison.noise:.1f} %",
            _MARKS[comparison.change],
        )
    console.print(table)
    console.print("Changes of times and rates are relative to perft in the same round.")
    for name in ("processor", "cores", "kernel"):
        if before.machine.get(name) != now.machine.get(name):
            console.print(f"[bold]Another {name}[/]: {before.machine.get(name)}, then {now.machine.get(name)}.")
    worse = [comparison.now.name for comparison in comparisons if comparison.change == "worse"]
    console.print(f"[bold red]worse[/]: {', '.join(worse)}" if worse else "nothing got worse")
