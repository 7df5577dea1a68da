"""`shirokuro export`: writes only a model's weights, to a small file or in a format of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from shirokuro._core import Evaluator
from shirokuro.cli.terminal import say
from shirokuro.runs.checkpoints import model_of
from shirokuro.runs.portable import FORMATS, export_model

if TYPE_CHECKING:
    import argparse

    from shirokuro.runs.portable import Format

HELP = "Write only the weights of a model: enough to play and to evaluate, also for other programs."
EXAMPLE = "runs/first model.safetensors"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("model", metavar="RUN|FILE", help="a run directory (its latest checkpoint) or a model file")
    parser.add_argument("file", metavar="OUT", type=Path, help="the new file")
    parser.add_argument(
        "--format",
        choices=("shiro", *FORMATS),
        help="shiro: the package's own format, compressed; npz or safetensors: for other programs, with the patterns "
        "and the rule that evaluates (default: the ending of OUT)",
    )
    parser.add_argument(
        "--license", metavar="TEXT", help="the licence of the weights, to be stated in npz or safetensors"
    )


def run(options: argparse.Namespace) -> int:
    """Writes the file."""
    if options.file.exists():
        raise FileExistsError(17, "the file already exists", str(options.file))
    chosen: Format | Literal["shiro"] = options.format or options.file.suffix[1:]
    if chosen not in {"shiro", *FORMATS}:
        endings = ", ".join(f".{name}" for name in ("shiro", *FORMATS))
        raise ValueError(f"{options.file}: must end in one of {endings}, or give --format")
    model = model_of(options.model)
    if chosen != "shiro":
        export_model(model, options.file, format=chosen, license=options.license)
    elif options.license is not None:
        raise ValueError("--license needs --format npz or safetensors: a .shiro file does not state a licence")
    else:
        Evaluator.load(model).save(options.file, compress=True)
    say(f"{options.file}: {options.file.stat().st_size / 1e6:.1f} MB, weights of {model}")
    return 0
