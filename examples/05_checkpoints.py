"""Checkpoints: a run that is stopped and restored ends with the same weights as one that was not."""

import shirokuro as sk

config = sk.TrainConfig(games=300, seed=1, depth=1)

# A session saves a checkpoint at its end (and every 10,000 games: the setting checkpoint_games).
trainer = sk.Trainer(config)
trainer.start_training(200, directory="runs/mine")

# Another trainer, usually in another process, continues from the newest checkpoint that is not damaged.
trainer = sk.Trainer(config)
trainer.resume_training(300, directory="runs/mine")
stopped = trainer.digest()

for checkpoint in sk.list_checkpoints("runs/mine"):
    print(f"{checkpoint.path}: {checkpoint.games_played} games, {checkpoint.size / 1e6:.0f} MB")

# The digest covers everything that decides how a run continues: equal digests, equal runs.
trainer = sk.Trainer(config)
trainer.train_batch(300)
print("with a stop:   ", stopped)
print("without a stop:", trainer.digest())

# A checkpoint is a model file, and can be loaded by itself.
trainer = sk.Trainer.load(checkpoint.path)
print("restored:", trainer.games_played, "games")
