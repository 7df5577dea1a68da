"""Transcripts: the moves of a game as people write them."""

from __future__ import annotations

import re

from shirokuro.display.boards import SIDES
from shirokuro.game.live import LiveGame
from shirokuro.game.turns import NO_MOVE

_PASSES = frozenset({"--", "-", "pa", "ps", "pass"})


def parse_transcript(text: str) -> tuple[str, ...]:
    """Reads the moves of a game, with or without spaces, commas, move numbers and passes: `f5d6`, `1. F5 2. d6`.

    A pass may be written where a side has no legal move, and at the end of a game.

    Raises:
        ValueError: `text` contains anything else, or a move is not legal. The message names the move.
    """
    words = re.sub(r"\b\d+\s*\.", " ", text.lower()).replace(",", " ").replace(";", " ").split()
    written = "".join(NO_MOVE if word in _PASSES else word for word in words)
    game, must_pass = LiveGame(), False
    for start in range(0, len(written), 2):
        move, number = written[start : start + 2], len(game.moves) + 1
        if move == NO_MOVE:
            if not must_pass and not game.position.is_over:
                raise ValueError(f"move {number}: {SIDES[game.position.side_to_move]} has a legal move and can't pass")
            must_pass = False
            continue
        if not re.fullmatch("[a-h][1-8]", move):
            raise ValueError(f"move {number}: {move!r} is not a square, a1 to h8")
        if move not in game.position.legal_moves:
            raise ValueError(f"move {number}: {move} is not legal")
        game.play(move)
        must_pass = game.passed is not None
    return game.moves
