"""Search: how good is a position, and what is the best move?"""

import shirokuro as sk

# Scores are discs for the side to move. Without an evaluator, a search uses the model in the box.
position = sk.Position.from_moves("f5d6c3d3c4")
result = sk.search(position, depth=6)
print(f"depth {result.depth}: {result.best_move} scores {result.score:+.2f} after {result.nodes:,} positions")
print("expected line:", *result.principal_variation)

# Other limits are positions or milliseconds; the first one that is reached ends the search.
print("in 20 ms:", sk.search(position, time_ms=20).depth, "plies")

# Near the end of the game the exact result can be computed.
moves = "c4c5f6c3b5g7e3e6c2f3g3a5h8b3f4f2b4f5f7h3a3d2e2e1a6e7d7c1c6g8f1g4d1b6b1d3g6b7f8a7c7h6a8b2g5g2a1d6"
late = sk.Position.from_moves(moves)
print(f"\n{late}\nwith {late.empties} empty squares:")
result = sk.solve(late)
print(f"{result.best_move} wins by {result.score:+.0f} discs, exact: {result.exact}")

# A searcher keeps its transposition table between searches, which pays while a game is played.
searcher = sk.Searcher()
for time in ("first", "second"):
    print(f"{time} search: {searcher.search(position, depth=8).nodes:,} positions visited")
