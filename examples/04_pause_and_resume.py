"""Sessions: a training with a callback that pauses it, then its second half in the background."""

import shirokuro as sk

trainer = sk.Trainer(sk.TrainConfig(games=600, seed=1, depth=1))


def watch(progress: sk.TrainingProgress) -> None:
    """Called every 100 games. It may pause the training and change settings."""
    print(f"{progress.games_played} of {progress.target_games} games, TD error {progress.batch.td_error}")
    if progress.games_played >= progress.target_games / 2:
        trainer.pause_training()


# A session needs a directory: it writes settings, metrics, logs, games and checkpoints there.
trainer.start_training(600, directory="runs/mine", callback=watch)
print("paused, and saved as", sk.latest_checkpoint("runs/mine"))

# The second half runs in the background: this program can do something else meanwhile.
trainer.resume_training(background=True)
print("training in the background:", trainer.is_training_active())
trainer.wait()
print("complete:", trainer.games_played, "games")
