"""Fast settings, and synthetic run directories."""

from __future__ import annotations

import json
import math
import os
import time as clock
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shirokuro as sk
from shirokuro.runs import checkpoints

FAST = sk.TrainConfig(seed=7, games=2000, depth=1, exact_empties=0, epsilon=0.2, random_plies=10, threads=2, table_mb=1)
"""Settings with which thousands of games are played per second."""

SMALL = FAST.replace(compress=True)
"""The same settings, for tests that save often."""

PATTERNS_FILE = Path(__file__).with_name("patterns.toml")
"""The file of `PATTERNS`."""

PATTERNS = sk.PatternSet.from_toml(PATTERNS_FILE)
"""Small patterns, for tests of anything but the patterns: the tables of the default ones cost a second of each test."""

PATTERNS_ARG = f"--patterns={PATTERNS_FILE}"
"""The argument of `shirokuro train` that selects them."""

QUICK_ARGS = (
    "--depth=1", "--exact-empties=0", "--table-mb=1", "--compress", "--match-games=0", "--quiet", PATTERNS_ARG
)  # fmt: skip
"""Arguments of `shirokuro train` for a run of a moment that prints nothing."""


def metrics_line(games_played: int, *, games: int = 1000, time: float = 0.0, **changes: Any) -> dict[str, Any]:
    """Returns a synthetic line of metrics with every measure, from a run of 200,000 games."""
    share = games_played / 200_000
    black = round(games * (0.48 + 0.02 * math.sin(9 * share)))
    white = round(games * 0.46)
    return {
        "time": datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds"),
        "games_played": games_played,
        "games": games,
        "mean_stone_difference": 2 * math.sin(9 * share),
        "black_win_rate": black / games,
        "white_win_rate": white / games,
        "draw_rate": (games - black - white) / games,
        "td_error": 4 + 6 * math.exp(-8 * share),
        "games_per_second": 1000.0,
        "failures": 0,
        "black_wins": black,
        "white_wins": white,
        "draws": games - black - white,
        "mean_moves": 59.75,
        "positions": 50 * games,
        "nodes": 15_000 * games,
        "table_hit_rate": 0.125,
        "play_seconds": 0.0009 * games,
        "learn_seconds": 0.0001 * games,
        "seconds": 0.001 * games,
        "values": {"count": 50 * games, "mean": 0.25, "sd": 10 + 12 * share, "min": -64.0, "max": 63.5},
        "search_depth": {"mean": 3.25, "min": 3, "max": 5},
        "convergence": {"coverage": min(1.0, 2 * share), "mean_updates": 46 * share, "expected_updates": 46.6 * share},
        "memory": {
            "weights": 57_736_800,
            "adam": 230_947_200,
            "tables": 8_000_000,
            "records": 900_000,
            "python": 31_000_000,
            "other": 12_000_000,
            "resident": 341_000_000,
            "budget": 600_000_000,
            "allocator_free": 3_100_000,
        },
        "phases": {"search": 0.0007 * games, "evaluation": 0.0002 * games, "learning": 0.0001 * games},
        "cpu": 0.97,
        "play": {"depth": 3, "epsilon": 0.1, "lambda": 0.9, "rate": 0.15 - 0.145 * share},
        **changes,
    }


def write_run(run: Path, games_played: int, *, age: float = 3.0, **changes: Any) -> None:
    """Writes the directory of a run of 200,000 games, whose last metrics line, at `games_played`, is `age` s old."""
    (run / "checkpoints").mkdir(parents=True, exist_ok=True)
    start = clock.time() - age - games_played / 1000
    config = run / "config.toml"
    config.write_text(sk.TrainConfig(games=200_000).to_toml(), encoding="utf-8")
    os.utime(config, (start, start))
    with (run / "metrics.jsonl").open("a", encoding="utf-8") as file:
        for games in range(1000, games_played + 1, 1000):
            file.write(json.dumps(metrics_line(games, time=start + games / 1000, **changes)) + "\n")
    for games in range(10_000, games_played + 1, 10_000):
        checkpoint = run / "checkpoints" / checkpoints.checkpoint_name(games)
        checkpoint.write_bytes(b"")
        os.truncate(checkpoint, 289_000_000)
        os.utime(checkpoint, (start + games / 1000,) * 2)
