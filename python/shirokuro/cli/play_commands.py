"""The commands of `shirokuro play`: their names, and what is said about them."""

from __future__ import annotations

from shirokuro._core import BLACK, WHITE
from shirokuro.engine.levels import LEVELS

SIDES = {
    "black": frozenset({BLACK}),
    "white": frozenset({WHITE}),
    "both": frozenset({BLACK, WHITE}),
    "none": frozenset[int](),
}
"""The sides that a person may play, by name."""

HELP = {
    "f5": "play on this square",
    "hint": "the model's move, and the line that it expects",
    "scores": "the score of each legal move, on the board and in a list",
    "undo [N]": "take back your last move (or N moves) and the replies",
    "redo [N]": "play them again",
    "lines [N]": "list the lines that you left for other moves, or go to one of them",
    "analyse": "the moves of the game that lost discs, and better ones",
    "go": "let the model play this move for you",
    "level [NAME]": f"show the strength, or set it: {', '.join(LEVELS)}, or limits: level depth 4, level time 500, "
    "level nodes 10000, level exact 16",
    "side SIDE": "play black, white, both or none from now on",
    "new": "start over",
    "board": "draw the board again",
    "moves": "show the moves so far",
    "load FILE [N]": "go to a game, or game N, of a file, or to moves or a board that you type here",
    "save FILE": "write the moves to a new file, from which --moves FILE continues",
    "quit": "quit, like Ctrl-D and Ctrl-C",
}
"""The commands and what they do."""

SHORT = {
    "h": "hint",
    "s": "scores",
    "u": "undo",
    "r": "redo",
    "b": "board",
    "?": "help",
    "q": "quit",
    "exit": "quit",
    "analyze": "analyse",
}
"""Other names of commands."""

WORDS = {"undo": 1, "redo": 1, "lines": 1, "level": 8, "side": 1, "save": 1, "load": 100}
"""The maximum number of words after a command; all other commands take none."""
