"""A run's directory: the one contract between a training and whatever looks at it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shirokuro.config import shown_name

if TYPE_CHECKING:
    from pathlib import Path

    from shirokuro.config import Play
    from shirokuro.report import BatchReport
    from shirokuro.trainer import Trainer


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """Where a run keeps its settings, its metrics and its model."""

    path: Path
    """The directory."""

    @property
    def config(self) -> Path:
        """Every setting, resolved."""
        return self.path / "config.toml"

    @property
    def metrics(self) -> Path:
        """One JSON object a report, append-only."""
        return self.path / "metrics.jsonl"

    @property
    def model(self) -> Path:
        """The whole state of the training, as last saved."""
        return self.path / "model.shiro"

    def open(self, trainer: Trainer) -> None:
        """Makes the directory, and writes the trainer's settings into it."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.config.write_text(trainer.config.to_toml(), encoding="utf-8")

    def report(self, games_played: int, batch: BatchReport, play: Play) -> None:
        """Appends a line to the metrics: what was measured since the last one, and the values that settings had."""
        line = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "games_played": games_played,
            **batch.measures(),
            "play": {shown_name(name): value for name, value in asdict(play).items() if value is not None},
        }
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
