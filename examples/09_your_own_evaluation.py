"""Your own evaluation: a small network in NumPy, which learns from the model in the box and then searches."""

import numpy as np

import shirokuro as sk


class Network:
    """One hidden layer over the 64 squares: any object with `evaluate_batch` can evaluate for a search."""

    def __init__(self, hidden: int, random: np.random.Generator) -> None:
        self.first = random.normal(0, 0.1, (128, hidden))
        self.second = random.normal(0, 0.1, hidden)

    def layers(self, boards: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns the inputs, the hidden layer and the values. Boards are (N, 64): 1 the side to move, 2 the other."""
        inputs = np.concatenate([boards == sk.BLACK, boards == sk.WHITE], axis=1).astype(float)
        hidden = np.maximum(inputs @ self.first, 0)
        return inputs, hidden, hidden @ self.second

    def evaluate_batch(self, boards: np.ndarray) -> np.ndarray:
        """Returns the value of each board in discs, for its side to move."""
        return self.layers(boards)[2]

    def learn(self, boards: np.ndarray, targets: np.ndarray, rate: float) -> float:
        """Makes a step of gradient descent; returns the root mean square of the errors."""
        inputs, hidden, values = self.layers(boards)
        errors = values - targets
        towards_first = inputs.T @ (np.outer(errors, self.second) * (hidden > 0))
        self.second -= rate * hidden.T @ errors / len(boards)
        self.first -= rate * towards_first / len(boards)
        return float(np.sqrt(np.mean(errors**2)))


# Positions of random games, seen by the side to move: it is Black on every board, as `evaluate_batch` sees it.
boards = []
for game in sk.random_games(200, seed=1):
    position = sk.Position()
    for move in game.moves:
        board = position.board
        boards.append(board if position.side_to_move == sk.BLACK else np.where(board, 3 - board, 0))
        position = position.play(move)
positions = np.array(boards, np.int8)
targets = sk.Evaluator.default().evaluate_batch(positions)

random = np.random.default_rng(1)
network = Network(32, random)
for step in range(600):
    batch = random.integers(len(positions), size=256)
    error = network.learn(positions[batch], targets[batch], rate=0.01)
    if step % 200 == 0:
        print(f"step {step}: error {error:.1f} discs")

position = sk.Position.from_moves("f5d6c3d3c4")
print("the network:", sk.search(position, evaluator=network, depth=3))
print("the model:  ", sk.search(position, depth=3))

# Weights from arrays: here, the weights of the model in the box, each moved halfway to neutral.
weights = {name: (table.astype(int) + 32_768) // 2 for name, table in sk.Evaluator.default().get_weights().items()}
halved = sk.Evaluator.from_weights(weights)
halved.save("halved.shiro")
print("halved:     ", halved.evaluate(position), "discs in place of", sk.Evaluator.default().evaluate(position))
