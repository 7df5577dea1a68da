"""Players that are programs speaking the Go Text Protocol."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shirokuro._core import BLACK, WHITE, Position
from shirokuro.matches.gtp_client import DEFAULT_TIMEOUT, GtpEngine, GtpError, GtpRefusalError
from shirokuro.matches.players import PlayerFaultError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from shirokuro.game.clock import GameClock

_COLOURS = {BLACK: "black", WHITE: "white"}
_OTHER = {BLACK: WHITE, WHITE: BLACK}


@dataclass(frozen=True, slots=True)
class GtpPlayer:
    """A program that speaks the Go Text Protocol, with one process for each game in progress.

    The program forfeits a game if it plays an illegal move, refuses a command, resigns, exits or does not answer in
    time. A new process plays the next game.
    """

    command: str
    """The program and its arguments, as a shell would read them; no shell is involved."""
    timeout: float = DEFAULT_TIMEOUT
    """The time limit for a move, and for starting, in seconds."""

    @property
    def name(self) -> str:
        """The player's name in result tables."""
        return self.command

    def session(self) -> GtpSession:
        """Starts the program.

        Raises:
            GtpError: the program does not start or does not answer.
            ValueError: the command is empty, or `timeout` is not greater than 0.
        """
        engine = GtpEngine(self.command, timeout=self.timeout)
        try:
            return GtpSession(engine)
        except BaseException:
            engine.kill()
            raise


class GtpSession:
    """A running program and the game on its board; see `shirokuro.matches.players.PlayerProcess`."""

    def __init__(self, engine: GtpEngine) -> None:
        self._engine = engine
        self._moves: list[str] | None = None
        self._turn = BLACK
        self._clock: GameClock | None = None
        self._has_settings = False
        engine.ask("name")
        for command in ("set_game Othello", "boardsize 8"):
            # A program that plays only Othello, or only on this board, need not know these commands.
            with contextlib.suppress(GtpRefusalError):
                engine.ask(command)

    def set_clock(self, clock: GameClock) -> None:
        """See `shirokuro.matches.players.TimedProcess`. The next `choose` passes it on."""
        self._clock = clock

    def choose(self, moves: Sequence[str], position: Position, random: Random) -> str:  # noqa: ARG002 (the program has its own)
        """Asks the program for its move after `moves`, in which the sides alternate except where one must pass.

        Raises:
            PlayerFaultError: the program failed, or its move is not legal.
        """
        try:
            self._follow(moves)
            self._pass_to(position.side_to_move)
            self._send_clock(position.side_to_move)
            answer = self._engine.ask(f"genmove {_COLOURS[position.side_to_move]}")
        except GtpError as error:
            raise PlayerFaultError(str(error)) from error
        if (move := answer.lower()) not in position.legal_moves:
            raise PlayerFaultError(f"{self._engine.command}: {answer[:80]!r} is not a legal move")
        self._moves = [*moves, move]
        self._turn = _OTHER[position.side_to_move]
        return move

    def _follow(self, moves: Sequence[str]) -> None:
        """Brings the program's board to the position after these moves."""
        sent = self._moves
        if sent is None or list(moves[: len(sent)]) != sent:
            self._engine.ask("clear_board")
            sent, self._turn = [], BLACK
        position = Position.from_moves("".join(sent))
        for move in moves[len(sent) :]:
            side = position.side_to_move
            self._pass_to(side)
            self._engine.ask(f"play {_COLOURS[side]} {move}")
            self._turn = _OTHER[side]
            position = position.play(move)
        self._moves = list(moves)

    def _pass_to(self, side: int) -> None:
        """Sends the program a pass if the other side is to move."""
        if self._turn != side:
            # Some programs, such as gtp-rhino, pass by themselves and refuse the command.
            with contextlib.suppress(GtpRefusalError):
                self._engine.ask(f"play {_COLOURS[self._turn]} pass")
            self._turn = side

    def _send_clock(self, side: int) -> None:
        """Sends the program the time that it has, if there is a clock: whole seconds, without the increment."""
        if not self._clock:
            return
        with contextlib.suppress(GtpRefusalError):  # a program without clocks
            if not self._has_settings:
                self._has_settings = True
                self._engine.ask(f"time_settings {max(1, int(self._clock.main))} 0 0")
            self._engine.ask(f"time_left {_COLOURS[side]} {max(1, int(self._clock.left))} 0")

    def close(self) -> None:
        """Ends the program."""
        self._engine.close()

    def kill(self) -> None:
        """Kills the program, even while another thread waits for a move."""
        self._engine.kill()
