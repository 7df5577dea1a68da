"""A server that plays as an engine for NBoard and other programs that use its protocol, version 2.

The protocol is described in NBoard's manual (https://www.orbanova.com/nboard/) and in that of NTest,
https://github.com/weltyc/ntest/blob/master/instructions/Protocol.htm.
"""

from __future__ import annotations

import dataclasses
import queue
import re
import threading
import time
from typing import TYPE_CHECKING

from shirokuro._core import Cancellation, black_view
from shirokuro.display.boards import SQUARES
from shirokuro.engine.limits import SearchLimits
from shirokuro.game.ggf import GgfGame, GgfMove
from shirokuro.game.moves import NO_MOVE
from shirokuro.game.turns import TurnGame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from shirokuro._core import Position
    from shirokuro.engine.engine import Engine, MoveScore
    from shirokuro.game.clock import GameClock

_NAME = "shirokuro"

_VERSIONS = ("1", "2")

_MAX_DEPTH = 60

_WAIT_SECONDS = 0.2

_LINES_AHEAD = 200
"""The maximum number of lines that are read while a search runs. Further ones wait in the pipe, to bound the memory."""

_PASSES = "=== PA"


class _Batch:
    """The commands between two pings. Their searches are cancelled together."""

    def __init__(self) -> None:
        self.cancellation = Cancellation()
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True
        self.cancellation.cancel()


class NBoardServer:
    """Responds to the commands of the protocol.

    A thread reads ahead. A `ping` cancels the search in progress and those still queued, and is then answered. Every
    other `go` is answered, with a pass if no move can be played: the game is over, or it could not be read.

    Args:
        engine: the engine that searches. The other program sets its depth; its other limits stay.
        write: sends a line of a response.
    """

    def __init__(self, engine: Engine, write: Callable[[str], None]) -> None:
        self._engine = engine
        self._write = write
        self._game: TurnGame | None = TurnGame()
        self._clocks: dict[int, GameClock] = {}
        self._quick: Mapping[str, Callable[[str], None]] = {
            "nboard": self._nboard,
            "set": self._set,
            "move": self._move,
            "ping": lambda rest: self._write(f"pong {rest}"),
            "learn": lambda _: self._write("learned"),
        }
        self._thinking: Mapping[str, Callable[[TurnGame, str], None]] = {
            "hint": self._hint,
            "go": self._go,
            "analyze": self._analyze,
        }

    def serve(self, lines: Iterable[str]) -> None:
        """Responds until the input ends or the other program quits.

        Args:
            lines: the lines from the other program, which another thread reads.
        """
        waiting: queue.Queue[tuple[str, _Batch] | None] = queue.Queue(_LINES_AHEAD)
        threading.Thread(target=_read, args=(lines, waiting), daemon=True).start()
        while True:
            try:
                # A wait without a timeout could miss a signal.
                item = waiting.get(timeout=_WAIT_SECONDS)
            except queue.Empty:
                continue
            if item is None:
                return
            self._run(*item)

    def _run(self, line: str, batch: _Batch) -> None:
        name, _, rest = line.strip().partition(" ")
        if name in self._quick:
            self._quick[name](rest.strip())
        elif name.lower() in SQUARES and not rest:  # a move in the protocol's first version
            self._move(name)
        elif name in self._thinking:
            try:
                with batch.cancellation:
                    self._think(name, rest.strip())
            except KeyboardInterrupt:
                if not batch.cancelled:
                    raise

    def _think(self, name: str, rest: str) -> None:
        if self._game is None:
            self._status("no game")
            if name == "go":
                self._write(_PASSES)
            return
        self._status("thinking")
        self._thinking[name](self._game, rest)
        self._status("")

    def _status(self, text: str) -> None:
        self._write(f"status {text}".rstrip())

    def _nboard(self, rest: str) -> None:
        if rest in _VERSIONS:
            self._write(f"set myname {_NAME}")
        else:
            self._status(f"protocol version {rest!r} is not supported")

    def _set(self, rest: str) -> None:
        name, _, value = rest.partition(" ")
        if name == "depth":
            self._set_depth(value.strip())
        elif name == "game":
            self._set_game(value)

    def _set_depth(self, value: str) -> None:
        depth = _whole_number(value)
        if not depth:
            self._status(f"depth {value!r} is not a whole number of at least 1")
            return
        depth = min(depth, _MAX_DEPTH)
        self._engine.limits = dataclasses.replace(self._engine.limits, depth=depth)
        self._write(f"set myname {_NAME}-{depth}")

    def _set_game(self, text: str) -> None:
        self._game, self._clocks = None, {}  # no game is better than a wrong one
        try:
            game = GgfGame.parse(text)
            self._game, self._clocks = game.play(), game.clocks()
        except ValueError as error:
            self._status(f"invalid game: {error}")

    def _move(self, text: str) -> None:
        if self._game is None:
            return
        side = self._game.position.side_to_move
        try:
            move = GgfMove.parse(text)
            if self._game.must_pass and move.move != NO_MOVE:
                self._game.play(NO_MOVE)
            self._game.play(move.move)
        except ValueError as error:
            self._game = None
            self._status(f"invalid move: {error}")
            return
        if clock := self._clocks.get(side):
            clock.spend(move.seconds)

    def _hint(self, game: TurnGame, text: str) -> None:
        """Sends the best moves at increasing depths."""
        position, passes = game.position, game.must_pass
        if passes:
            position = position.play(NO_MOVE)
        if position.is_over:
            return
        count = _whole_number(text) or 1
        limits = self._engine.limits
        exact = position.empties <= limits.exact_empties
        start, nodes = time.monotonic(), 0
        for depth in range(1, (limits.depth or 1) + 1 + exact):
            last = depth > (limits.depth or 1)
            exact_empties = limits.exact_empties if last else 0
            scores = self._engine.score_moves(position, SearchLimits(depth=depth, exact_empties=exact_empties))
            nodes += sum(scored.nodes for scored in scores)
            for scored in scores[: 1 if passes else count]:
                self._search_line(game.position, scored, passes=passes)
            self._write(f"nodestats {nodes} {time.monotonic() - start:.2f}")
            if all(scored.exact for scored in scores):
                return

    def _search_line(self, position: Position, scored: MoveScore, *, passes: bool) -> None:
        score = -scored.score if passes else scored.score
        depth = "100%" if scored.exact else str(scored.depth)
        self._write(f"search {_line(position, scored.line)} {score:.2f} 0 {depth}")

    def _go(self, game: TurnGame, _text: str) -> None:
        """Sends the move that the model would play. The other program decides whether it is played."""
        position = game.position
        if position.is_over or game.must_pass:
            self._write(_PASSES)
            return
        clock, limits = self._clocks.get(position.side_to_move), self._engine.limits
        found = self._engine.search(position, limits.within(1000 * clock.budget(position.empties)) if clock else limits)
        depth = "100%" if found.exact else str(found.depth)
        self._write(f"search {_line(position, found.principal_variation)} {found.score:.2f} 0 {depth}")
        self._write(f"nodestats {found.nodes} {found.seconds:.2f}")
        self._write(f"=== {str(found.best_move).upper()}/{found.score:.2f}/{found.seconds:.2f}")

    def _analyze(self, game: TurnGame, _text: str) -> None:
        """Sends the score of every position of the game, last position first.

        NBoard draws the scores as one curve. They are in Black's view, like all scores in its games.
        """
        for moves, position in reversed(list(enumerate(game.positions))):
            score = position.score if position.is_over else self._engine.search(position).score
            self._write(f"analysis {moves} {black_view(score, position.side_to_move):.2f}")


def _read(lines: Iterable[str], waiting: queue.Queue[tuple[str, _Batch] | None]) -> None:
    """Queues the lines, and cancels the pending searches when a `ping` or `quit` arrives."""
    batch = _Batch()
    try:
        for line in lines:
            word = line.split(maxsplit=1)[:1]
            if word in (["ping"], ["quit"]):
                batch.cancel()
                batch = _Batch()
            if word == ["quit"]:
                return
            waiting.put((line, batch))
    finally:
        waiting.put(None)


def _whole_number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _line(position: Position, moves: Sequence[str]) -> str:
    """Returns the moves as one word, such as `F5D6`, including passes."""
    game, words = TurnGame(position), []
    for move in moves:
        if game.must_pass:
            game.play(NO_MOVE)
            words.append("PA")
        game.play(move)
        words.append(move.upper())
    return "".join(words)
