"""Training: learns from a few hundred games of self-play, and uses the model."""

import shirokuro as sk

# Every setting has a default. The same seed and settings produce the same weights, to the last bit.
config = sk.TrainConfig(games=400, seed=1, depth=2)
trainer = sk.Trainer(config)

# Games are played in parallel, and then learned from.
for _ in range(4):
    report = trainer.train_batch(100)
    print(f"{trainer.games_played} games: TD error {report.td_error:.2f} discs, {report.games_per_second:.0f} games/s")

# The evaluator follows the training: it always reads the newest weights.
position = sk.Position.from_moves("f5d6c3d3c4")
print("evaluation:", trainer.evaluator.evaluate(position), "discs for the side to move")

# An engine plays with the model, and scores every legal move, the best first.
for move in sk.Engine(trainer.evaluator, limits=sk.SearchLimits(depth=6)).score_moves(position):
    print(f"  {move.move} {move.score:+.2f}")

# A file of weights alone is all that playing needs.
trainer.evaluator.save("weights.shiro")
print("from the file:", sk.Evaluator.load("weights.shiro").evaluate(position))
