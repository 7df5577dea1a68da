"""`shirokuro checkpoints`: lists, verifies and prunes a run's checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from shirokuro._core import ModelFileError
from shirokuro.cli.exit_codes import ExitCode
from shirokuro.cli.terminal import console, say
from shirokuro.display.format import counted
from shirokuro.runs.checkpoints import list_checkpoints, prune, verify
from shirokuro.runs.origin import origins_of

if TYPE_CHECKING:
    import argparse

HELP = "List, verify and prune the checkpoints of a run."
EXAMPLE = "runs/first --verify"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("run_directory", metavar="RUN", help="a run directory")
    parser.add_argument("--verify", action="store_true", help="read every file and check its checksums")
    parser.add_argument(
        "--prune",
        type=int,
        metavar="N",
        help="delete all but the newest N checkpoints of the newest one's run, if the newest one is intact",
    )


def run(options: argparse.Namespace) -> int:
    """Prints the table; returns 1 if a checkpoint is damaged."""
    if options.prune is not None:
        _prune(options.run_directory, options.prune)
    checkpoints = list_checkpoints(options.run_directory)
    if not checkpoints:
        raise FileNotFoundError(2, "no checkpoint in this directory", options.run_directory)
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("checkpoint", no_wrap=True)
    table.add_column("games", justify="right")
    table.add_column("MB", justify="right")
    table.add_column("saved")
    damaged = []
    for checkpoint in checkpoints:
        if options.verify:
            try:
                verify(checkpoint.path)
            except ModelFileError as error:
                damaged.append(error)
        saved = checkpoint.saved.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(checkpoint.path.name, f"{checkpoint.games_played:,}", f"{checkpoint.size / 1e6:.1f}", saved)
    console().print(table)
    if origins := origins_of(checkpoints[0].path):
        say("\n".join(f"started from {origin}" for origin in origins))
    for damage in damaged:
        say(damage, error=True)
    if options.verify:
        all_of_them = counted(len(checkpoints), "checkpoint is", "checkpoints are")
        print(f"{len(checkpoints) - len(damaged)} of {all_of_them} intact")
    return ExitCode.WORSE if damaged else ExitCode.SUCCESS


def _prune(directory: str, keep: int) -> None:
    if keep < 1:
        raise ValueError(f"--prune {keep}: must be 1 or more, because the newest one is kept")
    for path in prune(directory, keep=keep):
        say(f"deleted {path}")
