"""A server that plays by the Go Text Protocol, version 2, which other Othello programs use as well.

The protocol: https://www.lysator.liu.se/~gunnar/gtp/gtp2-spec-draft2/gtp2-spec.html
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from shirokuro._core import BLACK, WHITE, __version__, black_view
from shirokuro.display.boards import board_text
from shirokuro.engine.limits import SearchLimits
from shirokuro.game.clock import GameClock
from shirokuro.game.moves import NO_MOVE, read_move
from shirokuro.game.turns import TurnGame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shirokuro._core import Position, SearchResult
    from shirokuro.engine.engine import Engine

_COLOURS = {"b": BLACK, "black": BLACK, "w": WHITE, "white": WHITE}

_GAMES = {"othello", "reversi"}

_LONGEST = 1e9
"""The limit of the times in commands, in seconds: 30 years."""


class _CommandError(Exception):
    """A command failed. The message is the response."""


class GtpServer:
    """Responds to the commands of the protocol.

    A forced pass may be sent as a command or left out: if the other side plays again, the pass is implied. Squares are
    named as in Othello, with a1 in the upper left corner.

    Args:
        engine: the engine that chooses the moves.
        keep_limits: whether the engine's limits still apply when there is a clock. If not, the clock alone limits the
            search, except for `exact_empties`.
    """

    def __init__(self, engine: Engine, *, keep_limits: bool = True) -> None:
        self._engine = engine
        self._keep_limits = keep_limits
        self._game = TurnGame()
        self._new_clock: Callable[[], GameClock] | None = None
        self._clocks: dict[int, GameClock] = {}
        self.ended = False
        """Whether the other program has sent `quit`."""
        self._commands: Mapping[str, Callable[[list[str]], str]] = {
            "protocol_version": lambda _: "2",
            "name": lambda _: "shirokuro",
            "version": lambda _: __version__,
            "known_command": self._known_command,
            "list_commands": lambda _: "\n".join(self._commands),
            "quit": self._quit,
            "boardsize": self._boardsize,
            "clear_board": self._clear_board,
            "komi": self._komi,
            "play": self._play,
            "genmove": self._genmove,
            "reg_genmove": self._reg_genmove,
            "undo": self._undo,
            "showboard": lambda _: "\n" + board_text(self._game.position, legal_moves=True, last_move=self._last()),
            "final_score": self._final_score,
            "time_settings": self._time_settings,
            "time_left": self._time_left,
            "list_games": lambda _: "Othello",
            "set_game": self._set_game,
        }

    def serve(self, lines: Iterable[str], write: Callable[[str], object]) -> None:
        """Responds line by line until the input ends or the other program quits.

        Args:
            lines: the lines from the other program.
            write: sends a response without delay.
        """
        for line in lines:
            if answer := self.answer(line):
                write(answer)
            if self.ended:
                return

    def answer(self, line: str) -> str:
        """Returns the response to a line, including the empty line that ends it; empty without a command."""
        text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", line.replace("\t", " ")).partition("#")[0]
        words = text.split()
        if not words:
            return ""
        number = words.pop(0) if re.fullmatch("[0-9]+", words[0]) else ""
        try:
            status, result = "=", self._run(words)
        except _CommandError as error:
            status, result = "?", str(error)
        space = " " if result and not result.startswith("\n") else ""
        return f"{status}{number}{space}{result}\n\n"

    def _run(self, words: list[str]) -> str:
        if not words or words[0] not in self._commands:
            raise _CommandError("unknown command")
        return self._commands[words[0]](words[1:])

    def _known_command(self, words: list[str]) -> str:
        return "true" if _word(words) in self._commands else "false"

    def _quit(self, _words: list[str]) -> str:
        self.ended = True
        return ""

    def _boardsize(self, words: list[str]) -> str:
        if _whole(_word(words)) != 8:  # noqa: PLR2004 (the size of a board)
            raise _CommandError("unacceptable size")
        return self._clear_board(words)

    def _clear_board(self, _words: list[str]) -> str:
        self._game = TurnGame()
        self._clocks = {side: self._new_clock() for side in (BLACK, WHITE)} if self._new_clock else {}
        return ""

    def _komi(self, words: list[str]) -> str:
        _number(_word(words))  # accepted, but Othello has no komi
        return ""

    def _set_game(self, words: list[str]) -> str:
        if " ".join(words).lower() not in _GAMES:
            raise _CommandError("unsupported game")
        return self._clear_board(words)

    def _play(self, words: list[str]) -> str:
        side = _colour(words)
        try:
            move = read_move(_word(words[1:]))
        except ValueError:
            raise _CommandError("invalid color or coordinate") from None
        if move == NO_MOVE and self._game.position.is_over:
            return ""  # some programs end a game with two passes
        try:
            self._game.play(move, side=side)
        except ValueError:
            raise _CommandError("illegal move") from None
        return ""

    def _genmove(self, words: list[str]) -> str:
        side = _colour(words)
        position = self._to_move(side)
        if position is None:
            if self._game.must_pass and self._game.position.side_to_move == side:
                self._game.play(NO_MOVE)
            return "pass"
        start = time.monotonic()
        move = self._search(position).best_move or ""
        self._game.play(move, side=side)
        if clock := self._clocks.get(side):
            clock.spend(time.monotonic() - start)
        return move.upper()

    def _reg_genmove(self, words: list[str]) -> str:
        position = self._to_move(_colour(words))
        return "pass" if position is None else (self._search(position).best_move or "").upper()

    def _to_move(self, side: int) -> Position | None:
        """Returns the position in which this side moves; `None` if it has no move."""
        position = self._game.position
        if self._game.must_pass and position.side_to_move != side:
            return position.play(NO_MOVE)
        if position.is_over or self._game.must_pass:
            return None
        if position.side_to_move != side:
            raise _CommandError("it is the other side's turn")
        return position

    def _search(self, position: Position) -> SearchResult:
        limits = self._engine.limits
        if clock := self._clocks.get(position.side_to_move):
            time_ms = 1000 * clock.budget(position.empties)
            time_only = SearchLimits(time_ms=time_ms, exact_empties=limits.exact_empties)
            limits = limits.within(time_ms) if self._keep_limits else time_only
        return self._engine.search(position, limits)

    def _undo(self, _words: list[str]) -> str:
        try:
            self._game.undo()
        except ValueError:
            raise _CommandError("cannot undo") from None
        return ""

    def _last(self) -> str | None:
        return next((move for move in reversed(self._game.moves) if move != NO_MOVE), None)

    def _final_score(self, _words: list[str]) -> str:
        position = self._game.position
        if not position.is_over:
            raise _CommandError("cannot score")
        black = black_view(position.score, position.side_to_move)
        return f"{'B' if black > 0 else 'W'}+{abs(black)}" if black else "0"

    def _time_settings(self, words: list[str]) -> str:
        main, period, moves = _numbers(words, 3)
        if period > 0 and not moves:  # no time limit
            self._new_clock, self._clocks = None, {}
            return ""
        self._new_clock = lambda: GameClock(main=main, period=period, period_moves=int(moves))
        self._clocks = {side: self._new_clock() for side in (BLACK, WHITE)}
        return ""

    def _time_left(self, words: list[str]) -> str:
        side = _colour(words)
        # A referee may report a negative time for a side that has exceeded its time.
        seconds, moves = (max(0.0, number) for number in _numbers(words[1:], 2, negative=True))
        self._clocks.setdefault(side, GameClock(main=seconds)).set_left(seconds, int(moves))
        return ""


def _word(words: list[str]) -> str:
    if not words:
        raise _CommandError("syntax error")
    return words[0]


def _colour(words: list[str]) -> int:
    colour = _COLOURS.get(_word(words).lower())
    if colour is None:
        raise _CommandError("invalid color or coordinate")
    return colour


def _whole(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise _CommandError("syntax error") from None


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise _CommandError("syntax error") from None


def _numbers(words: list[str], count: int, *, negative: bool = False) -> list[float]:
    numbers = [_number(word) for word in words]
    low, high = -_LONGEST if negative else 0, _LONGEST
    if len(numbers) != count or not all(low <= number < high for number in numbers):
        raise _CommandError("syntax error")
    return numbers
