"""A game against a model on a console: turns and commands."""

from __future__ import annotations

import dataclasses
import importlib
import re
import sys
import textwrap
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from rich.text import Text

from shirokuro._core import BLACK, WHITE
from shirokuro.cli.terminal import say
from shirokuro.cli.tui import board_view
from shirokuro.display.boards import SIDES as NAMES
from shirokuro.display.boards import SQUARES, result_text
from shirokuro.display.format import counted
from shirokuro.display.tables import text_table
from shirokuro.files import write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rich.console import Console

    from shirokuro._core import Position
    from shirokuro.engine.engine import Engine
    from shirokuro.game.live import LiveGame

SIDES = {
    "black": frozenset({BLACK}),
    "white": frozenset({WHITE}),
    "both": frozenset({BLACK, WHITE}),
    "none": frozenset[int](),
}
"""The sides that a person may play, by name."""

_HELP = {
    "f5": "play on this square",
    "hint": "the model's move, and the line that it expects",
    "scores": "the score of each legal move, on the board and in a list",
    "undo [N]": "take back your last move (or N moves) and the replies",
    "go": "let the model play this move for you",
    "level": "show the strength, or set it: level depth 4, level time 500, level nodes 10000, level exact 16",
    "side SIDE": "play black, white, both or none from now on",
    "new": "start over",
    "board": "draw the board again",
    "moves": "show the moves so far",
    "save FILE": "write the moves to a new file, from which --moves FILE continues",
    "quit": "quit, like Ctrl-D and Ctrl-C",
}

_SHORT = {"h": "hint", "s": "scores", "u": "undo", "b": "board", "?": "help", "q": "quit", "exit": "quit"}

_LIMITS = {"depth": "depth", "nodes": "nodes", "time": "time_ms", "exact": "exact_empties"}
"""The names of the limits in the `level` command."""

_NO_LIMIT: Mapping[str, float | None] = {"depth": None, "nodes": None, "time_ms": None}

_WORDS = {"undo": 1, "level": 8, "side": 1, "save": 1}
"""The maximum number of words after a command; all other commands take none."""


class PlaySession:
    """A game on a console, which ends when it is over or when the player quits."""

    def __init__(
        self, engine: Engine, console: Console, *, game: LiveGame, people: frozenset[int], save: Path | None = None
    ) -> None:
        self.game = game
        """The game."""
        self._engine = engine
        self._console = console
        self._look = board_view.look_of(console)
        self._people = people
        self._save = save
        self._news: list[str] = []
        self._ended = False
        self._commands: Mapping[str, Callable[[list[str]], None]] = {
            "hint": self._hint,
            "scores": self._scores,
            "undo": self._undo,
            "go": lambda _: self._let_model_play(),
            "level": self._level,
            "side": self._change_side,
            "new": lambda _: self._begin(),
            "board": lambda _: self._show(),
            "moves": lambda _: self._say(self.game.transcript or "No move has been played."),
            "save": self._save_as,
            "help": lambda _: self._help(),
            "quit": lambda _: self._quit(),
        }

    def run(self) -> None:
        """Plays the game.

        Raises:
            OSError: the file of the moves can't be written, or the output was closed.
        """
        if sys.stdin.isatty():
            with suppress(ImportError):  # enables line editing where available
                importlib.import_module("readline")
        self._say(f"The model plays at {self._engine.strength}. A move is a square; help lists the commands.")
        self._console.print()
        self._keep()
        self._show()
        while not self._ended:
            over = self.game.position.is_over
            if not over and self.game.position.side_to_move not in self._people:
                self._let_model_play()
            elif over and not self._people:
                return
            else:
                self._ask()

    def _ask(self) -> None:
        """Reads a line and carries it out; an invalid line changes nothing."""
        try:
            line = input("undo, new or quit: " if self.game.position.is_over else f"{self._name()}: ")
        except EOFError:
            print()
            self._ended = True
            return
        if not sys.stdin.isatty():
            say(line)  # as if it had been typed
        words = line.split()
        if words:
            try:
                self._obey(words[0].lower(), words[1:])
            except ValueError as error:
                self._say(f"{error}.")

    def _obey(self, word: str, rest: list[str]) -> None:
        name = _SHORT.get(word, word)
        if name in SQUARES and not rest:
            self._play_here(name)
        elif name == "pass":
            raise ValueError("Passes are automatic: a side without a move is skipped")
        elif name not in self._commands:
            raise ValueError(f"{' '.join([word, *rest])!r} is neither a square nor a command; help lists the commands")
        elif len(rest) > _WORDS.get(name, 0):
            raise ValueError(f"{name} is followed by too many words; help shows its usage")
        else:
            self._commands[name](rest)

    def _play_here(self, move: str) -> None:
        position = self._unfinished()
        if move not in position.legal_moves:
            why = "is occupied" if position.board[SQUARES.index(move)] else "would flip no discs"
            raise ValueError(f"{move} {why}; {self._name()} may play {', '.join(position.legal_moves)}")
        self._play(move)

    def _let_model_play(self) -> None:
        position, name = self._unfinished(), self._name()
        with self._thinking():
            found = self._engine.search(position)
        worth = _worth(found.score, depth=found.depth, exact=found.exact)
        self._news.append(f"{name} played {found.best_move}: {worth}, {found.seconds:.1f} s.")
        self._play(str(found.best_move))

    def _thinking(self) -> AbstractContextManager[object]:
        return self._console.status("thinking") if self._look.colours else nullcontext()

    def _play(self, move: str) -> None:
        self.game.play(move)
        if passed := self.game.passed:
            self._news.append(f"{self._name(passed)} can't move and passes.")
        self._keep()
        self._show()

    def _hint(self, _words: list[str]) -> None:
        with self._thinking():
            found = self._engine.search(self._unfinished())
        worth = _worth(found.score, depth=found.depth, exact=found.exact)
        self._say(f"{found.best_move}: {worth} for {self._name()}. Expected: {' '.join(found.principal_variation)}")

    def _scores(self, _words: list[str]) -> None:
        position = self._unfinished()
        with self._thinking():
            scores = self._engine.score_moves(position)
        labels = {scored.move: f"{scored.score:+.0f}" for scored in scores}
        header = ("move", f"discs for {self._name()}", "depth", "expected")
        rows = [
            (each.move, f"{each.score:+.2f}", "exact" if each.exact else each.depth, " ".join(each.line))
            for each in scores
        ]
        self._console.print(board_view.board(position, self._look, last_move=self.game.last_move, labels=labels))
        self._console.print(Text(f"\n{text_table(header, rows, left=('move', 'expected'))}\n"), no_wrap=True)

    def _undo(self, words: list[str]) -> None:
        times = _whole_number(words[0]) if words else 1
        if not self.game.moves:
            raise ValueError("Nothing to take back")
        taken = 0
        for _ in range(times):
            taken += self.game.undo()
            while self.game.moves and self._people and self.game.position.side_to_move not in self._people:
                taken += self.game.undo()
        self._news.append(f"{counted(taken, 'move')} taken back.")
        self._keep()
        self._show()

    def _level(self, words: list[str]) -> None:
        if len(words) % 2:
            raise ValueError("level is followed by depth, nodes, time or exact and a number, such as level depth 4")
        changes: dict[str, float | None] = {}
        for name, number in zip(words[::2], words[1::2], strict=True):
            if name not in _LIMITS:
                raise ValueError(f"{name!r} is not a limit: depth, nodes, time (milliseconds) or exact (empty squares)")
            if name != "exact":
                changes = {**_NO_LIMIT, **changes}
            changes[_LIMITS[name]] = _number(number) if name == "time" else _whole_number(number)
        self._engine.limits = dataclasses.replace(self._engine.limits, **changes)  # type: ignore[arg-type]
        self._say(f"The model plays at {self._engine.strength}.")

    def _change_side(self, words: list[str]) -> None:
        if not words or words[0] not in SIDES:
            raise ValueError(f"side is followed by {', '.join(SIDES)}")
        self._people = SIDES[words[0]]
        self._show()

    def _begin(self) -> None:
        self.game.undo(len(self.game.moves))
        self._keep()
        self._show()

    def _save_as(self, words: list[str]) -> None:
        if not words:
            raise ValueError("save is followed by a file name")
        try:
            write_text(words[0], self.game.transcript + "\n", replace=False)
        except OSError as error:
            raise ValueError(f"{words[0]}: {error.strerror}") from error
        self._say(f"{counted(len(self.game.moves), 'move')} written to {words[0]}.")

    def _keep(self) -> None:
        if self._save:
            write_text(self._save, self.game.transcript + "\n")

    def _help(self) -> None:
        for name, about in _HELP.items():
            self._say(f"{name:<10}{about}", indent=10)

    def _quit(self) -> None:
        self._ended = True

    def _show(self) -> None:
        """Shows the board, the players, the disc counts, and the events since it was last shown."""
        game = self.game
        board = board_view.board(game.position, self._look, last_move=game.last_move)
        notes = Text("\n").join(map(Text, ["", *self._news, self._situation(), "", self._look.legend]))
        counts = Text("\n").join([Text(), self._count(BLACK), self._count(WHITE)])
        self._news = []
        for line in board_view.beside(board, counts.append(notes), self._console):
            self._console.print(line, soft_wrap=True)
        self._console.print()

    def _count(self, side: int) -> Text:
        discs = int((self.game.position.board == side).sum())
        who = "you" if side in self._people else "the model"
        return board_view.sign(side, self._look).append(f" {self._name(side)} {discs:2}  {who}", "default on default")

    def _situation(self) -> str:
        position = self.game.position
        if position.is_over:
            return f"{result_text(position)}."
        return f"{self._name()} to move, move {len(self.game.moves) + 1}."

    def _name(self, side: int | None = None) -> str:
        """Returns the name of a side, by default the side to move."""
        return NAMES[side or self.game.position.side_to_move].capitalize()

    def _unfinished(self) -> Position:
        if self.game.position.is_over:
            raise ValueError("The game is over")
        return self.game.position

    def _say(self, text: str, indent: int = 0) -> None:
        wrapped = textwrap.fill(text, max(self._console.width, 2 * indent + 1), subsequent_indent=" " * indent)
        self._console.print(Text(wrapped), soft_wrap=True)


def _worth(score: float, *, depth: int, exact: bool) -> str:
    return f"{score:+.0f} exactly" if exact else f"{score:+.2f} at depth {depth}"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)
