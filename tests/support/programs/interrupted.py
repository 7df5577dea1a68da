"""Interrupts trainings in the background at random moments: interrupted.py FOLDER COUNT.

Each must be saved, and continue to the state of a training that was not interrupted.
"""

import os
import signal
import sys
import threading
from pathlib import Path
from random import Random
from shutil import rmtree

import shirokuro as sk

SIZE = 16
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CONFIG = sk.TrainConfig(
    seed=7, games=10**6, generation_games=SIZE, depth=1, exact_empties=0, table_mb=1, threads=2, compress=True
)


def main(folder: Path, count: int) -> None:
    random, expected = Random(1), dict[int, str]()
    for each in SIGNALS:
        signal.signal(each, signal.default_int_handler)
    for number in range(count):
        directory = folder / str(number)
        trainer = sk.Trainer(CONFIG.replace(checkpoint_games=random.choice([SIZE, 10**6])))
        trainer.start_training(directory=directory, background=True)
        which = random.choice(SIGNALS)
        timer = threading.Timer(random.uniform(0, 0.5), os.kill, (os.getpid(), which))
        try:
            timer.start()
            trainer.wait()
        except KeyboardInterrupt:  # the signal is raised again once the training is saved
            assert not trainer.is_training_active()
        else:
            raise AssertionError("the signal has disappeared")
        result = trainer.wait()
        assert result is not None
        assert result.outcome == "paused", result
        latest = sk.latest_checkpoint(directory, on_corrupt="fail")
        assert latest is not None
        saved = sk.Trainer.load(latest)
        assert saved.games_played == result.games_played
        games = (saved.games_played // SIZE + 1) * SIZE
        saved.train_batch(games - saved.games_played)
        if games not in expected:
            whole = sk.Trainer(CONFIG)
            whole.train_batch(games)
            expected[games] = whole.digest()
        assert saved.digest() == expected[games], (number, which, result)
        assert not list(directory.glob("**/.*.tmp*"))
        rmtree(directory)
        sys.stdout.write(f"{number} {which.name} {result.games_played}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
