"""Measures the named levels against fixed players and against each other: `scripts/level_strengths.py --games 400`."""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shirokuro as sk
from shirokuro.engine.engine import CONFIDENCE
from shirokuro.engine.levels import LEVELS

if TYPE_CHECKING:
    from random import Random

    from shirokuro.engine.levels import Level

SLOW = "full"
"""The level that is limited by time: it plays fewer games, because each takes minutes."""


@dataclass(frozen=True, slots=True)
class LevelPlayer:
    """A level of a model as a player of matches."""

    level: Level
    evaluator: sk.Evaluator

    @property
    def name(self) -> str:
        """See `Player`."""
        return self.level.name

    def choose(self, position: sk.Position, random: Random) -> str:
        """See `Player`."""
        engine = sk.Engine(self.evaluator, limits=self.level.limits, table_mb=4, confidence=CONFIDENCE)
        return self.level.choose(engine, position, random).move


def main() -> None:
    """Prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=400, metavar="N", help="games per match (default: %(default)s)")
    parser.add_argument(
        "--slow-games", type=int, default=20, metavar="N", help=f"games of {SLOW} (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the openings (default: %(default)s)")
    parser.add_argument("--threads", type=int, metavar="N", help="games at a time (default: one per core)")
    options = parser.parse_args()
    evaluator = sk.Evaluator.default()
    levels = [LevelPlayer(level, evaluator) for level in LEVELS.values()]
    print("| level | against random | against the heuristic | against the level below |\n| -- | -- | -- | -- |")
    for below, player in zip([None, *levels], levels, strict=False):
        cells = []
        for opponent in (sk.RandomPlayer(), sk.HeuristicPlayer(), below):
            is_slow = player.name == SLOW
            if opponent is None or (is_slow and opponent is not below):
                cells.append("")
                continue
            games = options.slow_games if is_slow else options.games
            result = sk.play_match(player, opponent, games=games, seed=options.seed, threads=options.threads)
            cells.append(f"{result.elo}, {result.score:.1%}")
        print(f"| `{player.name}` | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    sys.exit(startup.run(main))
