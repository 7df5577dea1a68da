"""A game against a model on a console: turns and commands."""

from __future__ import annotations

import importlib
import re
import sys
import textwrap
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from rich.text import Text

from shirokuro._core import BLACK, WHITE, Position
from shirokuro.analysis import analyse
from shirokuro.cli.play_analysis import print_scores, worth
from shirokuro.cli.play_commands import HELP, SHORT, SIDES, WORDS
from shirokuro.cli.play_levels import described, hint_limits, read_level, whole_number
from shirokuro.cli.play_loading import content_of, exists, read_numbered, read_start
from shirokuro.cli.terminal import say
from shirokuro.cli.tui import board_view
from shirokuro.display.boards import SIDES as NAMES
from shirokuro.display.boards import SQUARES, result_text
from shirokuro.display.format import counted
from shirokuro.files import write_text
from shirokuro.game.live import LiveGame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from rich.console import Console
    from rich.status import Status

    from shirokuro._core import SearchResult
    from shirokuro.engine.engine import Engine
    from shirokuro.engine.levels import Level


class PlaySession:
    """A game on a console, which ends when it is over or when the player quits."""

    def __init__(
        self,
        engine: Engine,
        console: Console,
        *,
        game: LiveGame,
        people: frozenset[int],
        level: Level,
        save: Path | None = None,
    ) -> None:
        self.game = game
        """The game."""
        self._engine = engine
        self._level = level
        self._random = Random()
        self._console = console
        self._look = board_view.look_of(console)
        self._people = people
        self._save = save
        self._written: set[str] = set()
        self._news: list[str] = []
        self._ended = False
        self._commands: Mapping[str, Callable[[list[str]], None]] = {
            "hint": self._hint,
            "scores": self._scores,
            "undo": self._undo,
            "redo": self._redo,
            "lines": self._lines,
            "analyse": lambda _: self._analyse(),
            "go": lambda _: self._let_model_play(),
            "level": self._set_level,
            "side": self._change_side,
            "new": lambda _: self._begin(),
            "board": lambda _: self._show(),
            "moves": lambda _: self._say(self.game.transcript or "No move has been played."),
            "load": self._load,
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
        self._say(f"The model plays {described(self._level)}. A move is a square; help lists the commands.")
        self._console.print()
        if self._save and not self._save.exists():
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
        name = SHORT.get(word, word)
        if name in SQUARES and not rest:
            self._play_here(name)
        elif name == "pass":
            raise ValueError("Passes are automatic: a side without a move is skipped")
        elif name not in self._commands:
            raise ValueError(f"{' '.join([word, *rest])!r} is neither a square nor a command; help lists the commands")
        elif len(rest) > WORDS.get(name, 0):
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
        position, name, start = self._unfinished(), self._name(), time.monotonic()
        with self._thinking() as status:

            def report(found: SearchResult) -> None:
                if status:
                    status.update(f"thinking: depth {found.depth}, {time.monotonic() - start:.1f} s")

            chosen = self._level.choose(self._engine, position, self._random, progress=report if status else None)
        value = worth(chosen.score, depth=chosen.depth, exact=chosen.exact)
        self._news.append(f"{name} played {chosen.move}: {value}, {time.monotonic() - start:.1f} s.")
        self._play(chosen.move)

    def _thinking(self) -> AbstractContextManager[Status | None]:
        return self._console.status("thinking") if self._look.colours else nullcontext()

    def _play(self, move: str) -> None:
        self.game.play(move)
        if passed := self.game.passed:
            self._news.append(f"{self._name(passed)} can't move and passes.")
        self._keep()
        self._show()

    def _hint(self, _words: list[str]) -> None:
        with self._thinking():
            found = self._engine.search(self._unfinished(), hint_limits(self._level))
        value = worth(found.score, depth=found.depth, exact=found.exact)
        self._say(f"{found.best_move}: {value} for {self._name()}. Expected: {' '.join(found.principal_variation)}")

    def _scores(self, _words: list[str]) -> None:
        with self._thinking():
            scores = self._engine.score_moves(self._unfinished(), hint_limits(self._level))
        print_scores(self._console, self._look, self.game, scores)

    def _analyse(self) -> None:
        if not self.game.moves:
            raise ValueError("No move has been played")
        with self._thinking():
            analysis = analyse(self.game, evaluator=self._engine.evaluator)
        self._console.print(Text(str(analysis)), soft_wrap=True)

    def _undo(self, words: list[str]) -> None:
        times = min(whole_number(words[0]), len(self.game.moves)) if words else 1
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

    def _redo(self, words: list[str]) -> None:
        times = min(whole_number(words[0]), len(self.game.undone)) if words else 1
        if not self.game.undone:
            raise ValueError("Nothing was taken back")
        played = 0
        for _ in range(times):
            played += self.game.redo()
            while self.game.undone and self._people and self.game.position.side_to_move not in self._people:
                played += self.game.redo()
        self._news.append(f"{counted(played, 'move')} played again.")
        self._keep()
        self._show()

    def _lines(self, words: list[str]) -> None:
        lines = self.game.variations
        if not words:
            for number, line in enumerate(lines, start=1):
                self._say(f"{number}. {''.join(line)}")
            if not lines:
                self._say("No line was left for other moves.")
            return
        number = whole_number(words[0])
        if not 1 <= number <= len(lines):
            raise ValueError(f"there is no line {number}{'; lines lists them' if lines else ''}")
        self.game.switch(number - 1)
        self._keep()
        self._show()

    def _set_level(self, words: list[str]) -> None:
        if words:
            self._level = read_level(words, self._level)
        self._say(f"The model plays {described(self._level)}.")

    def _change_side(self, words: list[str]) -> None:
        if not words or words[0] not in SIDES:
            raise ValueError(f"side is followed by {', '.join(SIDES)}")
        self._people = SIDES[words[0]]
        self._show()

    def _begin(self) -> None:
        self.game.undo(len(self.game.moves))
        self._keep()
        self._show()

    def _load(self, words: list[str]) -> None:
        if not words:
            raise ValueError("load is followed by a file name, moves or a board")
        has_number = len(words) > 1 and re.fullmatch(r"[0-9]{1,9}", words[-1]) and exists(" ".join(words[:-1]))
        name, number = (" ".join(words[:-1]), int(words[-1])) if has_number else (" ".join(words), 1)
        try:
            record = read_numbered(Path(name), number) if exists(name) else read_start(name)
        except OSError as error:
            raise ValueError(f"{name}: {error.strerror}") from error
        if record.start == self.game.start:
            self.game.undo(len(self.game.moves))  # what was played stays as another line
            for move in record.moves:
                self.game.play(move)
        else:
            if self.game.moves:
                self._say(f"The game that was left: {content_of(self.game).strip()}")
            self.game = LiveGame(record.transcript, start=record.start)
        self._news.append(f"{counted(len(record.moves), 'move')} loaded.")
        self._keep()
        self._show()

    def _save_as(self, words: list[str]) -> None:
        if not words:
            raise ValueError("save is followed by a file name")
        try:
            write_text(words[0], content_of(self.game), replace=words[0] in self._written)
        except OSError as error:
            raise ValueError(f"{words[0]}: {error.strerror}") from error
        self._written.add(words[0])
        self._say(f"{counted(len(self.game.moves), 'move')} written to {words[0]}.")

    def _keep(self) -> None:
        if self._save:
            write_text(self._save, content_of(self.game))

    def _help(self) -> None:
        for name, about in HELP.items():
            self._say(f"{name:<14}{about}", indent=14)

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
