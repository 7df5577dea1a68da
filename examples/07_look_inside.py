"""Debug views: what a model reads, what a game teaches, and what a training changed."""

import shirokuro as sk

trainer = sk.Trainer(sk.TrainConfig(games=256, seed=7, depth=2))
trainer.start_training(128, directory="runs/mine")

position = sk.Position.from_moves("f5d6c3d3c4")
print(sk.debug.board_text(position, legal_moves=True))

# The evaluation is a sum of 56 weights, which can be looked at one by one.
view = sk.debug.pattern_view(trainer.evaluator, position)
largest = max(view.reads, key=lambda read: abs(read.discs))
print(f"\n{len(view.reads)} weights add up to {view.evaluation:+.3f} discs; the largest adds {largest.discs:+.3f}:")
print(largest)

# Any game of a run can be played once more, with all that its searches saw.
replay = sk.debug.replay("runs/mine", 100)
print(f"\ngame 100 again, as recorded: {replay.as_recorded}")
print("one of its plies:", replay.plies[30])

# Two models, weight by weight.
trainer.resume_training(256)
after, before = sk.list_checkpoints("runs/mine")
diff = sk.debug.diff_weights(before.path, after.path, top=3)
print(f"\nfrom {before.games_played} to {after.games_played} games, pattern P10: {diff.table(pattern='P10')}")
print("the largest changes:", diff.top[["pattern", "stage", "entry", "before", "after"]].tolist())
