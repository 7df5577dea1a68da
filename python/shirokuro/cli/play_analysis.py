"""What the model says about a game in the terminal: the scores of the moves, and the analysis of a game."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from shirokuro._core import Position
from shirokuro.cli.tui import board_view
from shirokuro.display.boards import SIDES
from shirokuro.display.format import counted
from shirokuro.display.tables import text_table
from shirokuro.engine.game_analysis import GameAnalysis
from shirokuro.engine.limits import SearchLimits
from shirokuro.game.opening_names import opening_name

if TYPE_CHECKING:
    from rich.console import Console

    from shirokuro.cli.tui.board_view import Look
    from shirokuro.engine.engine import Engine, MoveScores
    from shirokuro.game.live import LiveGame

LIMITS = SearchLimits(depth=10, exact_empties=16, time_ms=2000)
"""The limits for each position of an analysis."""

_LISTED = 2.0
"""The loss in discs from which a move is listed."""


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


def analysed(game: LiveGame, engine: Engine) -> GameAnalysis:
    """Searches all positions of a game."""
    analysis = GameAnalysis()
    for position in game.positions:
        if not position.is_over:
            analysis.add_value(position, engine.search(position, LIMITS))
    return analysis


def analysis_text(game: LiveGame, analysis: GameAnalysis) -> str:
    """Returns the opening, the moves that lost discs with better ones, and each side's mean loss."""
    positions, rows = game.positions, list[tuple[object, ...]]()
    losses: dict[str, list[float]] = {side: [] for side in SIDES.values()}
    for ply, move in enumerate(game.moves, start=1):
        before, after = positions[ply - 1], positions[ply]
        side, loss = SIDES[before.side_to_move], analysis.loss(before, after) or 0.0
        losses[side].append(loss)
        if loss >= _LISTED:
            rows.append((f"{ply}.", side.capitalize(), move, f"{loss:.1f}", analysis.better(before, after, move) or ""))
    parts = []
    if game.start == Position() and (opening := opening_name(game.moves)):
        parts.append(f"Opening: {opening}.")
    if rows:
        parts.append(text_table(("move", "side", "played", "lost", "better"), rows, left=("side", "played", "better")))
    else:
        parts.append(f"No move lost {_LISTED:g} discs or more.")
    parts += [
        f"{side.capitalize()} lost {sum(each) / len(each):.1f} discs a move in {counted(len(each), 'move')}."
        for side, each in losses.items()
        if each
    ]
    return "\n".join(parts)
