"""The analysis of a game: its moves with their losses, and summaries by player and phase."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shirokuro._core import BLACK, WHITE, __version__, black_view
from shirokuro.display import notebook
from shirokuro.display.boards import SIDES, board_line, result_text
from shirokuro.display.format import counted
from shirokuro.display.tables import text_table

if TYPE_CHECKING:
    from shirokuro._core import Position
    from shirokuro.game.records import GameRecord

Phase: TypeAlias = Literal["opening", "midgame", "endgame"]
"""A third of a game: more than 40, more than 20, and at most 20 empty squares."""

PHASES: tuple[Phase, ...] = ("opening", "midgame", "endgame")
_ENDS = (40, 20)

WORST = 3
"""The number of worst moves in a summary."""


def phase_of(position: Position) -> Phase:
    """Returns the phase of a game in which a position occurs."""
    empties = position.empties
    return "opening" if empties > _ENDS[0] else "midgame" if empties > _ENDS[1] else "endgame"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAnalysis:
    """A move, and the search of the position before it. Values are in discs, for the side that moves."""

    number: int
    """The number of the move, from 1; passes don't count."""
    position: Position
    """The position before the move."""
    move: str
    """The move."""
    evaluation: float
    """The static evaluation of the position."""
    value: float
    """The value of the best move."""
    exact: bool
    """Whether that value is the game's result under best play."""
    depth: int
    """The depth of the search in plies."""
    best_move: str
    """The best move."""
    line: tuple[str, ...]
    """The moves that the search expects, starting with the best move."""
    played: float
    """The value of the move that was played."""
    nodes: int
    """Positions visited."""

    @property
    def side(self) -> int:
        """The side that moves: 1 black, 2 white."""
        return self.position.side_to_move

    @property
    def loss(self) -> float:
        """The discs that the move gives away."""
        return self.value - self.played

    @property
    def phase(self) -> Phase:
        """The phase of the game."""
        return phase_of(self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerSummary:
    """The moves of one side."""

    side: int
    """The side: 1 black, 2 white."""
    moves: int
    """The number of its moves."""
    loss: float
    """The sum of their losses in discs."""
    mean_loss: float | None
    """The mean loss of a move; `None` without moves."""
    phases: dict[Phase, float | None]
    """The mean loss by phase."""
    mistakes: tuple[MoveAnalysis, ...]
    """The moves that lose as much as a mistake, in the order played."""
    worst: tuple[MoveAnalysis, ...]
    """Up to three moves with the largest losses, the largest first. Moves without a loss are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GameAnalysis:
    """An analysed game. As text: the moves and the summaries. Notebooks show that text."""

    record: GameRecord
    """The game."""
    moves: tuple[MoveAnalysis, ...]
    """Its moves."""
    opening: str | None
    """The name of the opening; `None` if it has none, or the game began with another position."""
    how: str
    """A description of the searches."""
    mistake: float
    """The loss in discs from which a move is a mistake."""

    @property
    def black(self) -> PlayerSummary:
        """The moves of Black."""
        return self._summary(BLACK)

    @property
    def white(self) -> PlayerSummary:
        """The moves of White."""
        return self._summary(WHITE)

    @property
    def position(self) -> Position:
        """The position after the last move."""
        return self.record.position

    def _summary(self, side: int) -> PlayerSummary:
        moves = [each for each in self.moves if each.side == side]
        lost = sorted((each for each in moves if each.loss > 0), key=lambda each: -each.loss)
        return PlayerSummary(
            side=side,
            moves=len(moves),
            loss=sum(each.loss for each in moves),
            mean_loss=_mean(moves),
            phases={phase: _mean([each for each in moves if each.phase == phase]) for phase in PHASES},
            mistakes=tuple(each for each in moves if self.is_mistake(each)),
            worst=tuple(lost[:WORST]),
        )

    def is_mistake(self, move: MoveAnalysis) -> bool:
        """Checks whether a move of the game is a mistake."""
        return move.loss >= self.mistake

    @property
    def result(self) -> str:
        """Describes how the game ended, or that it didn't."""
        position = self.position
        if position.is_over:
            return result_text(position)
        return f"unfinished after {counted(len(self.moves), 'move')}"

    @property
    def title(self) -> str:
        """The players, the event and the date, as far as they are known."""
        record = self.record
        players = f"{record.black or 'Black'} – {record.white or 'White'}"
        return ", ".join(part for part in (players, record.event, record.date) if part)

    def __str__(self) -> str:
        lines = [self.title, f"opening: {self.opening or 'without a name'}", f"{self.result} ({self.how})"]
        if self.moves:
            lines += ["", self._moves_text(), "", self._players_text(), *self._worst_texts()]
        return "\n".join(lines)

    def _moves_text(self) -> str:
        rows = []
        for each in self.moves:
            better = each.loss > 0
            mark = "?" if self.is_mistake(each) else ""
            value = f"{each.value:+.2f}{'=' if each.exact else ' '}"
            loss = f"{each.loss:.2f}" if better else ""
            line = " ".join(each.line) if better else ""
            rows.append((each.number, SIDES[each.side], each.move + mark, value, loss, line))
        header = ("move", "side", "played", "value", "loss", "better")
        return text_table(header, rows, left=("side", "played", "better"))

    def _players_text(self) -> str:
        rows = []
        for each in (self.black, self.white):
            means = (_discs(value) for value in (each.mean_loss, *each.phases.values()))
            rows.append((SIDES[each.side], each.moves, *means, len(each.mistakes)))
        header = ("player", "moves", "mean loss", *PHASES, "mistakes")
        return text_table(header, rows, left=("player",))

    def _worst_texts(self) -> list[str]:
        return [
            f"worst of {SIDES[each.side]}: "
            + ", ".join(f"{move.number}. {move.move} −{move.loss:.2f} ({move.best_move})" for move in each.worst)
            for each in (self.black, self.white)
            if each.worst
        ]

    def _repr_html_(self) -> str:
        """Returns the text, for notebooks."""
        return notebook.text(self)

    def to_dict(self) -> dict[str, Any]:
        """Returns the analysis for JSON."""
        record = self.record
        return {
            "version": __version__,
            "black": record.black,
            "white": record.white,
            "event": record.event,
            "date": record.date,
            "start": board_line(record.start),
            "transcript": record.transcript,
            "opening": self.opening,
            "result": self.result,
            "final": board_line(self.position),
            "score": black_view(self.position.score, self.position.side_to_move) if self.position.is_over else None,
            "how": self.how,
            "mistake": self.mistake,
            "moves": [self._move_to_dict(each) for each in self.moves],
            "players": {SIDES[each.side]: _player_to_dict(each) for each in (self.black, self.white)},
        }

    def _move_to_dict(self, move: MoveAnalysis) -> dict[str, Any]:
        return {
            "number": move.number,
            "side": SIDES[move.side],
            "board": board_line(move.position),
            "move": move.move,
            "phase": move.phase,
            "evaluation": move.evaluation,
            "value": move.value,
            "exact": move.exact,
            "depth": move.depth,
            "nodes": move.nodes,
            "played": move.played,
            "loss": move.loss,
            "mistake": self.is_mistake(move),
            "best_move": move.best_move,
            "line": list(move.line),
        }


def _mean(moves: list[MoveAnalysis]) -> float | None:
    return fmean(each.loss for each in moves) if moves else None


def _discs(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _player_to_dict(player: PlayerSummary) -> dict[str, Any]:
    return {
        "moves": player.moves,
        "loss": player.loss,
        "mean_loss": player.mean_loss,
        "phases": dict(player.phases),
        "mistakes": [each.number for each in player.mistakes],
        "worst": [each.number for each in player.worst],
    }
