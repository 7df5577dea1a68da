"""Matches: is a model stronger than an opponent, and how certain is that?"""

import shirokuro as sk

trainer = sk.Trainer(sk.TrainConfig(games=4_000, seed=1, depth=1))
trainer.train_batch(4_000)
model = sk.ModelPlayer(evaluator=trainer.evaluator, depth=2)

# Games come in pairs: one opening, both colours.
for opponent in (sk.RandomPlayer(), sk.HeuristicPlayer(), sk.WeightedPieceCounter()):
    result = sk.play_match(model, opponent, games=100, seed=1)
    elo = result.elo
    print(f"{opponent.name}: {result.wins} won, {result.draws} drawn, {result.losses} lost,", end=" ")
    print(f"Elo {elo.difference:+.0f}, 95 % interval {elo.low:+.0f} … {elo.high:+.0f}")

# A sequential test ends a match as soon as its question is decided: 0 points stronger, or 50?
test = sk.Sprt(0, 50)
result = sk.play_match(
    sk.ModelPlayer(evaluator=trainer.evaluator, depth=3),
    sk.ModelPlayer(evaluator=trainer.evaluator, depth=1),
    games=1_000,
    stop=lambda pairs: test.decision(pairs) is not None,
)
print(f"depth 3 against depth 1: {test.decision(result.pair_counts)} after {result.games} games")
