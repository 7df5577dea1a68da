"""Rules and boards: plays one random game and looks at it."""

import random

import shirokuro as sk

position = sk.Position()
print(position)
print("legal moves:", *position.legal_moves)

# A move makes a new position. A side without a legal move passes by itself.
dice = random.Random(1)
moves = []
while not position.is_over:
    moves.append(dice.choice(position.legal_moves))
    position = position.play(moves[-1])

print("\nthe game:", "".join(moves))
print(position)
print("disc difference, Black's view:", position.stone_difference)

# A board is 64 integers, a1 first: 0 empty, 1 black, 2 white.
board = sk.Position.from_moves("f5d6c3").board
print("\nafter f5d6c3, as 8 × 8 integers:")
print(board.reshape(8, 8))
print(sk.Position(board, side_to_move="white") == sk.Position.from_moves("f5d6c3"))
