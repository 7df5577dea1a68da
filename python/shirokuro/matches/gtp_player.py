"""Programs that speak the Go Text Protocol as players."""

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

_COLOURS = {BLACK: "black", WHITE: "white"}
_OTHER = {BLACK: WHITE, WHITE: BLACK}


@dataclass(frozen=True, slots=True)
class GtpPlayer:
    """A program that speaks the Go Text Protocol: one process for each game played at a time.

    An illegal move, a refusal, a resignation, silence or the program's end loses the game in which it happens; the next
    game is played by a new process.
    """

    command: str
    """The program and its arguments, as a shell would read them; no shell is involved."""
    timeout: float = DEFAULT_TIMEOUT
    """Seconds that it may take for a move, or to start."""

    @property
    def name(self) -> str:
        """How tables of results call it."""
        return self.command

    def session(self) -> GtpSession:
        """Starts the program.

        Raises:
            GtpError: it does not start, or does not answer.
            ValueError: the command is empty, or the time is not greater than 0.
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
        engine.ask("name")
        for command in ("set_game Othello", "boardsize 8"):
            # A program that plays nothing else, or on no other board, need not know these.
            with contextlib.suppress(GtpRefusalError):
                engine.ask(command)

    def choose(self, moves: Sequence[str], position: Position, random: Random) -> str:  # noqa: ARG002 (the program has its own)
        """The program's move after these moves, sides taking turns except where one must pass.

        Raises:
            PlayerFaultError: it has none that is legal, or fails.
        """
        try:
            self._follow(moves)
            self._pass_to(position.side_to_move)
            answer = self._engine.ask(f"genmove {_COLOURS[position.side_to_move]}")
        except GtpError as error:
            raise PlayerFaultError(str(error)) from error
        if (move := answer.lower()) not in position.legal_moves:
            raise PlayerFaultError(f"{self._engine.command}: {answer[:80]!r} is no legal move")
        self._moves = [*moves, move]
        self._turn = _OTHER[position.side_to_move]
        return move

    def _follow(self, moves: Sequence[str]) -> None:
        """Brings the program's board to the position after these moves."""
        known = self._moves
        if known is None or list(moves[: len(known)]) != known:
            self._engine.ask("clear_board")
            known, self._turn = [], BLACK
        position = Position.from_moves("".join(known))
        for move in moves[len(known) :]:
            side = position.side_to_move
            self._pass_to(side)
            self._engine.ask(f"play {_COLOURS[side]} {move}")
            self._turn = _OTHER[side]
            position = position.play(move)
        self._moves = list(moves)

    def _pass_to(self, side: int) -> None:
        """Tells the program of a pass, if there is one."""
        if self._turn != side:
            # Some programs, gtp-rhino among them, pass by themselves, and refuse to be told.
            with contextlib.suppress(GtpRefusalError):
                self._engine.ask(f"play {_COLOURS[self._turn]} pass")
            self._turn = side

    def close(self) -> None:
        """Ends the program."""
        self._engine.close()

    def kill(self) -> None:
        """Ends the program at once; another thread may be waiting for a move."""
        self._engine.kill()
