"""Moves as people and programs write them: the one reader of transcripts.

A transcript is read word by word. Words that consist of squares and passes are moves; numbers, results, dates and the
names of the sides are skipped, and so is other text before the first move and after the last one. Other text between
moves is an error, because it may be a damaged move.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shirokuro._core import Position, is_transcript
from shirokuro.display.boards import SIDES, SQUARES

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_MOVE = "--"
"""The notation for a pass."""

_PASSES = frozenset({"--", "@@", "pa", "ps", "pass"})

# A square, a pass, a run of dashes, the number of a move, a value, or punctuation.
_TOKEN = re.compile(
    r"(?P<square>[a-h][1-8])|(?P<pass>pass|pa|ps|@@)|(?P<dashes>-+)|\d+[.):]+|(?<![a-z0-9])[+]?\d+(?:[.,]\d+)?%?"
    r"|[.,:;|/\\>=+!?*_\"'`()\[\]{}–—−→●○⚫⚪]"
)
_PLAIN = re.compile(r"(?:[a-hA-H][1-8])*")
_NUMBER = re.compile(r"[-+–—−]?\d[-+–—−\d.,:/%)]*")
_SIDE = re.compile(r"[\"'(\[]*(?:black|white|b|w|x|o|●|○|⚫|⚪)[\"')\].:]*")
_SQUARE_LIKE = re.compile(r"[a-z]\d")
_SHOWN = 12
"""Characters of an unreadable word in an error."""

_SHORT_RULE = 2
"""The length of a run of dashes that is always a pass. A longer one may be a line that separates."""


def read_move(text: str) -> str:
    """Reads a square or a pass: `f5`, `F5`, `pass`, `PA`, `ps`, `--`, `@@`.

    Returns:
        The square in lower case, or `"--"`.

    Raises:
        ValueError: `text` is neither.
    """
    move = text.strip().lower()
    if move in _PASSES:
        return NO_MOVE
    if move not in SQUARES:
        raise ValueError(f"{text[:80]!r} is neither a square, a1 to h8, nor a pass")
    return move


def read_moves(text: str, start: Position | None = None) -> tuple[str, ...]:
    """Reads the moves of a game in any common notation.

    Squares may be upper or lower case, glued or separated by spaces, line ends, commas or dashes, with move numbers
    (`1. f5 d6`), in columns, and with a heading before them and a result after them. A pass (`--`, `pass`, `PA`, `ps`,
    `@@`) may be written where a side has no legal move, and at the end of a game, or left out.

    Args:
        text: the text. The game may be unfinished; empty text has no moves.
        start: the position before the first move (default: the start of a game).

    Returns:
        The squares in lower case. Passes are implied.

    Raises:
        ValueError: a move is not a square or not legal, a pass is not forced, or text that is not empty has no moves.
            The message has the number of the move, not counting passes, and the legal moves.
    """
    # Faster than move by move. If a move is not legal, the message below is better.
    if start is None and _PLAIN.fullmatch(text) and is_transcript(text):
        return tuple(text[at : at + 2].lower() for at in range(0, len(text), 2))
    position = Position() if start is None else start
    moves: list[str] = []
    must_pass = not position.legal_moves and not position.is_over
    for token in _tokens(text):
        if token in SQUARES:
            if must_pass and not moves:  # the start position, whose pass is implied
                position = position.play(NO_MOVE)
            after = _played(position, token, len(moves) + 1)
            moves.append(token)
            must_pass = not after.is_over and after.side_to_move == position.side_to_move
            position = after
        elif must_pass:
            if not position.legal_moves:
                position = position.play(NO_MOVE)
            must_pass = False
        elif not position.is_over and (token == NO_MOVE or token.strip("-")):
            side = SIDES[position.side_to_move]
            raise ValueError(f"move {len(moves) + 1}: {side} has a legal move and can't pass; {_choice(position)}")
    return tuple(moves)


def _played(position: Position, move: str, number: int) -> Position:
    if position.is_over:
        raise ValueError(f"move {number}: {move} is not legal: the game is over")
    try:
        return position.play(move)
    except ValueError as error:
        raise ValueError(f"move {number}: {str(error).removeprefix('move: ')}; {_choice(position)}") from None


def _choice(position: Position) -> str:
    return f"{SIDES[position.side_to_move]} may play {', '.join(position.legal_moves)}"


def _tokens(text: str) -> Iterator[str]:
    """Yields squares, passes and runs of dashes in the order written, in lower case.

    Raises:
        ValueError: a word among the moves can't be read, or there are no moves in a text that is not empty.
    """
    words = text.lower().replace("\ufeff", " ").split()
    number, foreign, passes = 0, None, False
    for word in words:
        tokens, rest = _split(word)
        if rest and (_SQUARE_LIKE.match(word) or any(token in SQUARES for token in tokens)):
            squares = sum(token in SQUARES for token in tokens)
            yield from tokens
            raise ValueError(f"move {number + squares + 1}: {rest[:_SHOWN]!r} is not a square, a1 to h8")
        if rest:
            foreign = foreign or word
            continue
        squares = sum(token in SQUARES for token in tokens)
        if foreign and number and squares:
            raise ValueError(f"move {number + 1}: {foreign[:_SHOWN]!r} is not a square, a1 to h8")
        if squares:
            foreign = None
        number += squares
        if not foreign:
            passes = passes or any(token in _PASSES for token in tokens)
            yield from tokens
    if words and not number and not passes:
        raise ValueError(f"move 1: {(foreign or words[0])[:_SHOWN]!r} is not a square, a1 to h8")


def _split(word: str) -> tuple[list[str], str]:
    """Returns the tokens of a word, and the rest of it that can't be read."""
    if _NUMBER.fullmatch(word) or _SIDE.fullmatch(word):
        return [], ""
    tokens, at = list[str](), 0
    while at < len(word):
        found = _TOKEN.match(word, at)
        if not found:
            return tokens, word[at:]
        if found["square"]:
            tokens.append(found["square"])
        elif found["pass"]:
            tokens.append(found["pass"])
        elif found["dashes"] and len(found["dashes"]) >= _SHORT_RULE:
            tokens.append(found["dashes"])
        at = found.end()
    return tokens, ""
