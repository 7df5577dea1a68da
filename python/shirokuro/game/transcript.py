"""Transcripts: the moves of a game as people write them."""

from __future__ import annotations

import re

from shirokuro.game.live import LiveGame

_PASSES = frozenset({"--", "-", "pa", "ps", "pass"})


def parse_transcript(text: str) -> tuple[str, ...]:
    """Reads the moves of a game, with or without spaces, commas, move numbers and passes: `f5d6`, `1. F5 2. d6`.

    Raises:
        ValueError: `text` contains anything else, or a move is not legal. The message names the move.
    """
    words = re.sub(r"\b\d+\s*\.", " ", text.lower()).replace(",", " ").replace(";", " ").split()
    written = "".join(word for word in words if word not in _PASSES)
    game = LiveGame()
    for number, start in enumerate(range(0, len(written), 2), start=1):
        move = written[start : start + 2]
        if not re.fullmatch("[a-h][1-8]", move):
            raise ValueError(f"move {number}: {move!r} is not a square, a1 to h8")
        if move not in game.position.legal_moves:
            raise ValueError(f"move {number}: {move} is not legal")
        game.play(move)
    return game.moves
