"""The model that ships with the package: puts it there, records what it is, and makes it again from nothing.

    scripts/ship_model.py ship RUN      takes the model of a finished run into the package, and records its facts
    scripts/ship_model.py reproduce     trains it again from nothing, and compares the digests (`make reproduce`)
    scripts/ship_model.py beginning     records the digest of the preset's first games, after a change of the preset

The facts are in `python/shirokuro/models/default.json`. The card next to it, `README.md`, shows them.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import json
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shirokuro as sk
from shirokuro import models
from shirokuro.cli import main as shirokuro
from shirokuro.config import GenerationSettings, shown_name
from shirokuro.files import temporary_for, write_text
from shirokuro.runs.checkpoints import games_in, model_of

CARD = models.FACTS.with_name("README.md")
START, END = "<!-- facts: made by `scripts/ship_model.py` -->\n", "<!-- end -->\n"
RECIPE = (*(field.name for field in fields(GenerationSettings)), "games", "generation_games", "table_mb")
"""The settings that decide about the model, besides the seed."""

SHOWN = {
    "preset": "preset",
    "seed": "seed",
    "games": "games",
    "core_minutes": "core-minutes",
    "digest": "digest of the training",
    "weights": "digest of the weights",
    "bytes": "size in bytes",
    "version": "made by version",
    "date": "on",
}
"""The facts in the card, with their titles there."""

MAX_BYTES = 15_000_000
"""The size that the model may have in the package."""


def main() -> int:
    """Runs a command; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("ship")
    command.add_argument("run_directory", type=Path, metavar="RUN", help="the directory of a finished run")
    command = commands.add_parser("reproduce")
    command.add_argument("--out", type=Path, default=Path("runs/reproduced"), help="the run (default: %(default)s)")
    command = commands.add_parser("beginning")
    command.add_argument("--games", type=int, help="number of games (default: as before)")
    options = parser.parse_args()
    if options.command == "ship":
        return ship(options.run_directory)
    return reproduce(options.out) if options.command == "reproduce" else beginning(options.games)


def ship(run: Path) -> int:
    """Writes the run's weights into the package, and its facts into the card."""
    model = model_of(run)
    trainer = sk.Trainer.load(model)
    facts = models.facts()
    wanted, found = recipe(facts), trainer.config
    if differing := [shown_name(name) for name in RECIPE if getattr(found, name) != getattr(wanted, name)]:
        print(f"{run}: not the recipe of preset {facts['preset']}: {', '.join(differing)}", file=sys.stderr)
        return 1
    if not trainer.patterns.is_default:
        print(f"{run}: not the patterns of preset {facts['preset']}", file=sys.stderr)
        return 1
    if trainer.origins or trainer.games_played != trainer.config.games:
        print(f"{run}: not a finished run from nothing: {trainer.games_played} games", file=sys.stderr)
        return 1
    with temporary_for(models.FILE) as temporary:
        trainer.evaluator.save(temporary)
        size = temporary.stat().st_size
        if size > MAX_BYTES:
            raise ValueError(f"{size:,} bytes: must be at most {MAX_BYTES:,}")
    seconds = trainer.get_statistics().seconds
    facts |= {
        "seed": trainer.config.seed,
        "games": trainer.games_played,
        "digest": trainer.digest(),
        "weights": trainer.evaluator.digest(),
        "bytes": size,
        "core_minutes": round(seconds * trainer.config.worker_threads / 60),
        "version": sk.__version__,
        "date": datetime.now(UTC).date().isoformat(),
    }
    write_facts(facts)
    print(f"{models.FILE}: {size / 1e6:.1f} MB, digest of the training {facts['digest']}")
    return beginning(None)


def reproduce(out: Path) -> int:
    """Trains the model from nothing, or continues a stopped run; returns 0 if it is the model in the package."""
    facts = models.facts()
    if facts["digest"] is None:
        print("no model is shipped yet: there is nothing to compare with", file=sys.stderr)
        return 1
    settings = [f"--seed={facts['seed']}", f"--games={facts['games']}"]
    code = shirokuro(["train", f"--preset={facts['preset']}", *settings, "--resume", f"--out={out}", "--match-games=0"])
    if code:
        return code
    model = model_of(out)
    found = {"digest": sk.file_digest(model), "weights": sk.Evaluator.load(model).digest()}
    found["weights in the package"] = sk.Evaluator.default().digest()
    same = games_in(model) == facts["games"]
    for name, digest in found.items():
        expected = facts[name.split()[0]]
        same &= digest == expected
        print(f"{name}: {digest}, {'as' if digest == expected else f'not {expected} as'} in the model's card")
    print("the model was reproduced to the last bit" if same else "this is another model", file=sys.stderr)
    return 0 if same else 1


def beginning(games: int | None) -> int:
    """Trains the first games of the preset, and records their number and the digest after them."""
    facts = models.facts()
    games = games or facts["beginning"]["games"]
    trainer = sk.Trainer(recipe(facts))
    trainer.train_batch(games)
    facts["beginning"] = {"games": games, "digest": trainer.digest()}
    write_facts(facts)
    print(f"after {games} games of preset {facts['preset']}, the digest is {trainer.digest()}")
    return 0


def write_facts(facts: dict[str, Any]) -> None:
    """Writes the facts, and shows them in the card."""
    write_text(models.FACTS, json.dumps(facts, indent=2) + "\n")
    rows = [(title, _shown(facts[name])) for name, title in SHOWN.items()]
    first = facts["beginning"]
    rows.append((f"digest after {first['games']} games", _shown(first["digest"])))
    table = "\n|  |  |\n| -- | -- |\n" + "".join(f"| {title} | {value} |\n" for title, value in rows) + "\n"
    before, rest = CARD.read_text(encoding="utf-8").split(START)
    write_text(CARD, f"{before}{START}{table}{END}{rest.split(END)[1]}")


def _shown(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"`{value}`"


def recipe(facts: dict[str, Any]) -> sk.TrainConfig:
    """Returns the settings of the model."""
    return sk.TrainConfig.preset(facts["preset"]).replace(seed=facts["seed"])


if __name__ == "__main__":
    sys.exit(startup.run(main))
