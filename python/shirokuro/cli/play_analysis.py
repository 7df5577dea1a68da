"""What the model says about a position in the terminal: the scores of the moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from shirokuro.cli.tui import board_view
from shirokuro.display.boards import SIDES
from shirokuro.display.tables import text_table

if TYPE_CHECKING:
    from rich.console import Console

    from shirokuro.cli.tui.board_view import Look
    from shirokuro.engine.engine import MoveScores
    from shirokuro.game.live import LiveGame


def worth(score: float, *, depth: int, exact: bool) -> str:
    """Describes a score, such as `+2.31 at depth 8`."""
    return f"{score:+.0f} exactly" if exact else f"{score:+.2f} at depth {depth}"


def print_scores(console: Console, look: Look, game: LiveGame, scores: MoveScores) -> None:
    """Prints the scores of the legal moves, on the board and in a list."""
    side = SIDES[game.position.side_to_move].capitalize()
    labels = {scored.move: f"{scored.score:+.0f}" for scored in scores}
    header = ("move", f"discs for {side}", "depth", "expected")
    rows = [
        (each.move, f"{each.score:+.2f}", "exact" if each.exact else each.depth, " ".join(each.line)) for each in scores
    ]
    console.print(board_view.board(game.position, look, last_move=game.last_move, labels=labels))
    console.print(Text(f"\n{text_table(header, rows, left=('move', 'expected'))}\n"), no_wrap=True)
