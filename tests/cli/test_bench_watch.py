"""`shirokuro bench --watch` follows the speed of a training run."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.runs.directory import RunDirectory

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

PROGRAM = Path(sys.executable).parent / "shirokuro"


def line(games_played: int, games: int, seconds: float, **more: object) -> str:
    times = {"games": games, "seconds": seconds, "games_per_second": games / seconds}
    return json.dumps({"time": "2026-01-01T00:00:00+00:00", "games_played": games_played, **times, **more}) + "\n"


def run_of(folder: Path, lines: Sequence[str]) -> Path:
    (folder / "config.toml").write_text("", encoding="utf-8")
    (folder / "metrics.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def test_a_finished_run_is_printed_and_the_command_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    phases = {"search": 1.5, "waiting": 0.4, "saving": 0.1}
    run = run_of(tmp_path, [line(1000, 1000, 2.0, phases=phases, cpu=0.87), line(2000, 1000, 4.0)])
    assert main(["bench", "--watch", str(run)]) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.split("  ")[-1] == "search 75 %, waiting 20 %, saving 5 %"
    assert first.split()[:3] == ["1,000", "500", "87"]
    assert second.split() == ["2,000", "250"]


def test_a_drop_in_speed_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeds = [1000] * 10 + [300] * 4
    lines = [
        line(
            sum(speeds[: number + 1]),
            speed,
            1.0,
            phases={"search": 0.9, "saving": 0.1} if speed == 1000 else {"search": 0.4, "saving": 0.6},
        )
        for number, speed in enumerate(speeds)
    ]
    assert main(["bench", "--watch", str(run_of(tmp_path, lines))]) == 0
    warnings = [text for text in capsys.readouterr().out.splitlines() if text.startswith("warning")]
    assert len(warnings) == 1
    assert warnings[0].startswith("warning: throughput fell from 1,000 to ")
    assert warnings[0].endswith("of the time before, and takes 60 % now")


def test_a_live_run_is_followed_to_its_end(tmp_path: Path) -> None:
    config = sk.TrainConfig(seed=7, games=3000, depth=1, exact_empties=0, table_mb=1)
    trainer = sk.Trainer(config)
    started = threading.Event()
    watched: list[subprocess.CompletedProcess[str]] = []

    def watch() -> None:
        started.wait(60)
        command = [str(PROGRAM), "bench", "--watch", str(tmp_path)]
        watched.append(subprocess.run(command, capture_output=True, text=True, check=False, timeout=60))

    watcher = threading.Thread(target=watch)
    watcher.start()
    trainer.start_training(directory=tmp_path, callback=lambda _: started.set(), callback_every=500)
    watcher.join()
    lines = (tmp_path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert (watched[0].returncode, watched[0].stderr) == (0, "")
    assert [text.split()[0] for text in watched[0].stdout.splitlines()[1:]] == [
        f"{json.loads(text)['games_played']:,}" for text in lines
    ]


def test_checking_whether_a_run_is_held_does_not_lock_it(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path)
    assert not directory.is_held()
    end = threading.Event()

    def check() -> None:
        while not end.is_set():
            directory.is_held()

    watcher = threading.Thread(target=check)
    watcher.start()
    try:
        for _ in range(50):
            with directory.held():
                assert directory.is_held()
    finally:
        end.set()
        watcher.join()
    assert not directory.is_held()
