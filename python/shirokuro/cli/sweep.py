"""`shirokuro sweep`: trains every combination of some settings and seeds, and measures their strength."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rich.box import SIMPLE_HEAD
from rich.table import Table

from shirokuro.cli import console as messages
from shirokuro.cli.display import display
from shirokuro.cli.exit_codes import ExitCode
from shirokuro.cli.matches import check_json, output, write_json
from shirokuro.cli.terminal import output_may_be_lost, say
from shirokuro.display.format import DASH, counted, duration, number
from shirokuro.extras import MissingExtraError
from shirokuro.plots.style import PALETTES, check_picture
from shirokuro.runs.checkpoints import list_checkpoints
from shirokuro.signals import StopSignals
from shirokuro.sweep.picture import draw_sweep
from shirokuro.sweep.plan import read_sweep
from shirokuro.sweep.record import SWEEP_FILE
from shirokuro.sweep.results import results_of
from shirokuro.sweep.runner import run_sweep, train_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shirokuro.sweep.plan import Sweep, SweepRun
    from shirokuro.sweep.results import SettingResult, SweepResults
    from shirokuro.sweep.runner import RunOutcome
    from shirokuro.training.results import TrainingProgress

HELP = "Train every combination of some settings and seeds, one after the other, and compare their strength."

EXAMPLE = "lambda.toml --table --plot lambda.svg"

DESCRIPTION = f"""{HELP}

A file that describes six runs; each trained model plays against that of the first run:

  preset = "short"
  seeds = [1, 2]

  [settings]
  games = 20_000
  depth = 1

  [axes]
  lambda = [0.5, 0.7, 0.9]

  [match]
  opponent = "first"
  games = 400

Ctrl-C saves the run in progress, and the same command continues it:

  shirokuro sweep lambda.toml

--table, --plot and --json show what is there so far, and train nothing."""

PICTURE = "sweep.svg"
"""The file in a sweep's directory with the picture of its results."""

_REPORT_GAMES = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = DESCRIPTION
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE.toml",
        help="the plan: directory (default: runs/FILE), preset, seeds, and the tables [settings], [axes] and [match]",
    )
    parser.add_argument("--out", type=Path, metavar="DIRECTORY", help="the sweep's directory, in place of the file's")
    parser.add_argument(
        "--theme", choices=sorted(PALETTES), default="light", help="colours of the picture (default: %(default)s)"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print only the results and what goes wrong")
    there = parser.add_argument_group(
        "results so far", "With one of these options, nothing is trained or played. They also work while a sweep runs."
    )
    there.add_argument("--table", action="store_true", help="print the table")
    there.add_argument("--plot", type=Path, metavar="FILE", help="draw the picture: .svg, .png or .pdf")
    there.add_argument("--json", metavar="FILE", help="write the results to a JSON file, or to standard output with -")


def run(options: argparse.Namespace) -> int:
    """Runs the sweep, or shows its results so far; returns the exit code."""
    sweep = read_sweep(options.file, directory=options.out)
    if options.table or options.plot or options.json:
        return _show(sweep, options)
    with output_may_be_lost():  # a full disk does not end the sweep
        return _run(sweep, options)


def _run(sweep: Sweep, options: argparse.Namespace) -> int:
    def interrupt() -> NoReturn:
        raise KeyboardInterrupt

    with messages.messages(-1 if options.quiet else 0, as_json=False), StopSignals(interrupt) as signals:
        progress = _Progress(sweep, options)
        try:
            results = run_sweep(sweep, train=progress.train, match_progress=progress.match)
        except KeyboardInterrupt:
            say(f"stopped{progress.at}; continue with: {_command(options)}", error=True)
            return 128 + (signals.received or 2)
    _print(sweep, results)
    _draw(sweep, results, options)
    failed = [each.name for each in results.runs if each.state == "too_many_errors"]
    if failed:
        say(f"paused, because too many games failed: {', '.join(failed)}", error=True)
        return ExitCode.TOO_MANY_ERRORS
    return ExitCode.SUCCESS


def _command(options: argparse.Namespace) -> str:
    out = f" --out {options.out}" if options.out else ""
    return f"shirokuro sweep {options.file}{out}"


class _Progress:
    """Trains the runs, and shows what is being done."""

    def __init__(self, sweep: Sweep, options: argparse.Namespace) -> None:
        self._sweep = sweep
        self._quiet = options.quiet
        self.at = ""
        """What is being done, for a message, with a leading space."""

    def train(self, sweep: Sweep, runs: Sequence[SweepRun]) -> Iterator[RunOutcome]:
        """Trains runs one after the other."""
        first = len(sweep.runs) - len(runs) + 1
        if not self._quiet:
            done = f", {first - 1} of them finished" if first > 1 else ""
            say(f"{sweep.directory}: {counted(len(sweep.runs), 'run')}{done}")
        for index, run in enumerate(runs, first):
            yield self._train(run, f"run {index} of {len(sweep.runs)}: {run.name}")

    def _train(self, run: SweepRun, title: str) -> RunOutcome:
        directory = self._sweep.directory_of(run)
        self.at = f" in {title}; saved {directory}"
        played = next((checkpoint.games_played for checkpoint in list_checkpoints(directory)), 0)
        if not self._quiet:
            say(title + (f", from {counted(played, 'game')}" if played else ""))
        left: list[float | None] = [None]
        with display(title, run.config.games, played, left=lambda: left[0], quiet=self._quiet) as shown:

            def report(progress: TrainingProgress) -> None:
                left[0] = progress.seconds_left
                shown.report(progress)

            return train_run(self._sweep, run, callback=report, callback_every=_REPORT_GAMES, progress=shown.tick)

    def match(self, names: str, index: int, matches: int) -> None:
        """Notes that a match begins."""
        self.at = f" in the match {names}"
        if not self._quiet:
            say(f"match {index} of {matches}: {names}")


def _show(sweep: Sweep, options: argparse.Namespace) -> int:
    """Shows the results so far."""
    if options.plot:
        check_picture(options.plot)
    check_json(options.json)
    if not (sweep.directory / SWEEP_FILE).exists() and not sweep.directory.is_dir():
        raise FileNotFoundError(2, "the sweep has not started", str(sweep.directory))
    results = results_of(sweep)
    # Files come first: standard output may be full or closed.
    if options.plot:
        draw_sweep(options.plot, results, title=_title(sweep), theme=options.theme)
    write_json(options.json, results.to_dict())
    if options.table:
        _print(sweep, results)
    if options.plot and options.json != "-":
        say(f"drawn: {options.plot}")
    return ExitCode.SUCCESS


def _title(sweep: Sweep) -> str:
    return f"{sweep.directory.name}: strength by setting"


def _draw(sweep: Sweep, results: SweepResults, options: argparse.Namespace) -> None:
    """Draws the picture at the end of a sweep, if something was measured and the extra is installed."""
    path = sweep.directory / PICTURE
    if not any(each.rating for each in results.settings):
        return
    try:
        draw_sweep(path, results, title=_title(sweep), theme=options.theme)
    except MissingExtraError as error:
        say(error, error=True)
    else:
        say(f"drawn: {path}")


def _print(sweep: Sweep, results: SweepResults) -> None:
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for name in results.settings[0].values or ("setting",):
        table.add_column(name, overflow="fold")
    for column in ("runs", "games", "time", "TD error", "score", "Elo", "±, 95 %"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in results.settings:
        table.add_row(*(each.values.values() or ("all",)), *_row(each))
    shown = output()
    seeds = counted(len(sweep.seeds), "seed")
    shown.print(f"{sweep.directory}: {counted(len(results.settings), 'setting')}, {seeds}", highlight=False)
    shown.print(table)
    for line in _remarks(results):
        shown.print(line, style="dim", highlight=False)


def _row(setting: SettingResult) -> tuple[str, ...]:
    finished = sum(run.state == "finished" for run in setting.runs)
    rating = setting.rating
    return (
        f"{finished}/{len(setting.runs)}",
        number(setting.mean("games_played")),
        duration(setting.mean("seconds")),
        number(setting.mean("td_error"), ".2f"),
        number(setting.mean("score"), ".3f"),
        f"{rating.elo:+.0f}" if rating else DASH,
        f"{rating.error:.0f}" if rating else DASH,
    )


def _remarks(results: SweepResults) -> list[str]:
    lines = []
    if any(each.rating for each in results.settings):
        spread = results.seeds_spread
        source = f"seeds differ by {spread:.0f} Elo (sd)" if spread is not None else "the spread of seeds is unknown"
        lines.append(
            f"Games, time, TD error and score are means over seeds. Elo is relative to {results.zero}; {source}."
        )
        lines.append(f"{results.how[:1].upper()}{results.how[1:]}.")
    extreme = [run.name for run in results.runs if run.score in {0, 1} and run.rating]
    if extreme:
        runs = counted(len(extreme), "model has", "models have")
        lines.append(
            f"{runs} won or lost all games against {results.zero}: the Elo is a bound; choose another opponent."
        )
    lines += [
        f"{run.name}: {run.state.replace('_', ' ')} after {counted(run.games_played, 'game')}."
        for run in results.runs
        if run.state in {"unfinished", "too_many_errors"}
    ]
    return lines
