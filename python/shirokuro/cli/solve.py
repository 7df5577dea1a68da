"""`shirokuro solve`: solves the positions of a file, or one position."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, NoReturn

from shirokuro._core import Evaluator, __version__
from shirokuro.cli import levels
from shirokuro.cli.matches import check_json, write_json
from shirokuro.cli.terminal import say
from shirokuro.display.boards import board_line
from shirokuro.display.format import counted
from shirokuro.engine.solving import solve_many
from shirokuro.game.game_files import read_problems
from shirokuro.game.moves import NO_MOVE
from shirokuro.game.positions import read_problem
from shirokuro.game.records import Records
from shirokuro.models import DEFAULT
from shirokuro.runs.checkpoints import model_of
from shirokuro.signals import StopSignals

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from shirokuro.engine.limits import SearchLimits
    from shirokuro.engine.solving import Solution
    from shirokuro.game.positions import Problem

HELP = "Solve the positions of a file, or one position: exactly, or to a depth."

EXAMPLE = "ffo.obf --threads 2"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "positions",
        metavar="FILE|POSITION",
        help="a file with a position per line, such as an OBF file, or one position: moves from the start such as "
        "f5d6c3, a board with the side to move, or a line of an OBF file",
    )
    parser.add_argument(
        "--side", choices=("black", "white"), help="the side to move on boards that don't say whose turn it is"
    )
    parser.add_argument(
        "--skip-damaged", action="store_true", help="skip and count lines that can't be read (default: stop there)"
    )
    parser.add_argument("--json", metavar="FILE", help="write the results to a JSON file, or to standard output with -")
    how = parser.add_argument_group("search", "Without a limit, positions are solved exactly.")
    how.add_argument("--model", metavar="RUN|FILE", default=DEFAULT, help=levels.MODEL_HELP)
    how.add_argument("--exact", action="store_true", help="solve positions exactly, which is the default")
    levels.add_limits(how, depth=None, exact_empties=0)
    levels.add_confidence(how)
    how.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="positions searched at a time, or the threads of a single position's search (default: one per core)",
    )
    levels.add_table(how)


def run(options: argparse.Namespace) -> int:
    """Solves the positions, prints a line for each and a summary; returns the exit code."""
    limits = _limits(options)
    check_json(options.json)
    problems = _problems(options)
    how = f"{limits}" if limits else "exact"
    if options.confidence < 100:  # noqa: PLR2004 (percent)
        how += f", confidence {options.confidence} %"
    report = _Report(how=how)
    solutions = solve_many(
        problems,
        evaluator=Evaluator.load(model_of(options.model)),
        limits=limits,
        confidence=options.confidence,
        threads=options.threads,
        table_mb=options.table_mb,
    )

    shown = options.json != "-"

    def interrupt() -> NoReturn:
        raise KeyboardInterrupt

    with StopSignals(interrupt) as signals:
        start = time.perf_counter()
        try:
            _show(solutions, report, shown=shown)
        except KeyboardInterrupt:
            return 128 + (signals.received or 2)
        finally:
            report.seconds = time.perf_counter() - start
            if isinstance(problems, Records):
                report.skipped, report.errors = problems.skipped, problems.errors
            if report.complete or report.solutions:
                write_json(options.json, report.to_dict())
                if shown:
                    say(report)
    return 0


def _show(solutions: Iterable[Solution], report: _Report, *, shown: bool) -> None:
    """Adds the solutions to the report, and prints each of them."""
    if shown:
        say(_HEADER)
    for solution in solutions:
        report.solutions.append(solution)
        if shown:
            say(_line(solution))
    report.complete = True


def _limits(options: argparse.Namespace) -> SearchLimits | None:
    if levels.has_limit(options):
        if options.exact:
            raise ValueError("--exact can't be combined with --depth, --nodes or --time-ms")
        return levels.limits_of(options, exact_empties=0)
    if options.exact_empties is not None:
        raise ValueError("--exact-empties needs --depth, --nodes or --time-ms: without one, every position is solved")
    if options.confidence < 100:  # noqa: PLR2004 (percent)
        raise ValueError("--confidence needs --depth, --nodes or --time-ms: without one, only proofs prune lines")
    return None


def _problems(options: argparse.Namespace) -> Records[Problem] | Sequence[Problem]:
    text = options.positions
    try:
        if Path(text).is_file():
            return read_problems(text, damaged="skip" if options.skip_damaged else "stop", side=options.side)
    except (OSError, ValueError):  # the text of a board is too long for a name
        pass
    try:
        return [read_problem(text, options.side)]
    except ValueError as error:
        raise ValueError(f"{text[:80]!r} is neither a file nor a position: {error}") from None


_HEADER = "number    score  depth  move           nodes   seconds      known  line"


def _line(solution: Solution) -> str:
    found, problem = solution.search, solution.problem
    known = ""
    if problem.best is not None:
        best = [move for move, value in problem.values.items() if value == problem.best]
        known = "right" if solution.right else f"{best[0]}:{problem.best:+g}"
    line = " ".join(found.principal_variation)
    score, depth = (f"{found.score:+.0f}", "exact") if found.exact else (f"{found.score:+.2f}", str(found.depth))
    return (
        f"{solution.number:>6}  {score:>7}  {depth:>5}  {found.best_move or NO_MOVE:4}  {found.nodes:>14,}  "
        f"{found.seconds:>8.3f}  {known:>9}  {line}"
    ).rstrip()


@dataclass(slots=True, kw_only=True)
class _Report:
    """The results so far and their summary."""

    how: str
    solutions: list[Solution] = field(default_factory=list)
    seconds: float = 0.0
    complete: bool = False
    skipped: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def nodes(self) -> int:
        return sum(each.search.nodes for each in self.solutions)

    @property
    def rights(self) -> list[bool]:
        return [each.right for each in self.solutions if each.right is not None]

    @property
    def mean_error(self) -> float | None:
        errors = [each.error for each in self.solutions if each.error is not None]
        return fmean(errors) if errors else None

    def __str__(self) -> str:
        speed = self.nodes / max(self.seconds, 1e-9)
        count, nodes = counted(len(self.solutions), "position"), counted(self.nodes, "node")
        lines = [f"{count} ({self.how}), {nodes} in {self.seconds:.2f} s ({speed:,.0f} nodes/s)"]
        if self.mean_error is not None:
            right, known = sum(self.rights), len(self.rights)
            lines.append(
                f"{right:,} of {counted(known, 'move')} right ({right / known:.1%}), "
                f"mean absolute error of the score {self.mean_error:.2f} discs"
            )
        if self.skipped:
            lines.append(f"{counted(self.skipped, 'damaged line')} skipped; the first: {self.errors[0]}")
        if not self.complete:
            lines.append("stopped before the end")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Returns the content of the JSON file."""
        return {
            "version": __version__,
            "how": self.how,
            "complete": self.complete,
            "positions": [_to_dict(each) for each in self.solutions],
            "skipped": self.skipped,
            "known": len(self.rights),
            "right": sum(self.rights),
            "mean_error": self.mean_error,
            "nodes": self.nodes,
            "seconds": self.seconds,
        }


def _to_dict(solution: Solution) -> dict[str, Any]:
    found = solution.search
    return {
        "number": solution.number,
        "board": board_line(found.position),
        "score": found.score,
        "exact": found.exact,
        "depth": found.depth,
        "move": found.best_move,
        "line": found.principal_variation,
        "nodes": found.nodes,
        "seconds": found.seconds,
        "values": dict(solution.problem.values),
        "right": solution.right,
        "error": solution.error,
    }
