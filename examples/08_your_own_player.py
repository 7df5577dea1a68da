"""Your own player: any object with a name and a method that chooses a move."""

from dataclasses import dataclass
from random import Random

import shirokuro as sk


@dataclass(frozen=True)
class GreedyPlayer:
    """Plays the move that leaves the opponent the fewest replies, corners first."""

    name: str = "greedy"

    def choose(self, position: sk.Position, random: Random) -> str:
        """Returns one of the position's legal moves."""
        moves = position.legal_moves
        corners = [move for move in moves if move in {"a1", "a8", "h1", "h8"}]
        if corners:
            return random.choice(corners)
        return min(moves, key=lambda move: replies(position, move))


def replies(position: sk.Position, move: str) -> int:
    """Counts the opponent's replies to a move; none if the opponent must pass."""
    after = position.play(move)
    return 0 if after.side_to_move == position.side_to_move else len(after.legal_moves)


for opponent in (sk.RandomPlayer(), sk.HeuristicPlayer(), sk.WeightedPieceCounter()):
    result = sk.play_match(GreedyPlayer(), opponent, games=100, seed=1)
    print(f"against {opponent.name}: score {result.score:.2f}, mean disc difference {result.mean_difference:+.1f}")
