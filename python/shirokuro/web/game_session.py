"""A visitor's game: its moves, the model's evaluations, and the next search."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shirokuro._core import Position
from shirokuro.display.boards import SIDES
from shirokuro.engine.engine import MoveScores
from shirokuro.engine.levels import Choice
from shirokuro.engine.limits import SearchLimits
from shirokuro.game.ggf_writer import ggf_text
from shirokuro.game.live import LiveGame
from shirokuro.game.opening_names import opening_name
from shirokuro.game.records import GameRecord
from shirokuro.web.game_analysis import GameAnalysis
from shirokuro.web.messages import (
    BackTo,
    Choose,
    Look,
    Play,
    Redo,
    Setup,
    ShowScores,
    Strength,
    Switch,
    Undo,
    board_digits,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shirokuro._core import SearchResult
    from shirokuro.engine.levels import Level
    from shirokuro.web.messages import GameMessage, Player

JUDGING = SearchLimits(depth=10, exact_empties=18, time_ms=2000)
"""The limits for evaluating the positions of a game, whatever the strength of the model in the game."""

SCORING = dataclasses.replace(JUDGING, time_ms=6000)
"""The limits for scoring all legal moves of a position, which are searched to the same depth."""

SearchKind: TypeAlias = Literal["move", "scores", "value"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A request for a search."""

    kind: SearchKind
    """The purpose: a move to play, the score of each legal move, or the value of a position."""
    position: Position
    limits: SearchLimits
    level: Level | None = None
    """The level that chooses the move to play."""


class GameSession:
    """One game on the page and the visitor's choices, independent of time, threads and browsers."""

    def __init__(self) -> None:
        self.game = LiveGame()
        self.player: Player = "black"
        self.strength = Strength()
        self.wants_scores = False
        self.looking: int | None = None
        """The number of moves before the earlier position that is being viewed, if one is."""
        self.analysis = GameAnalysis()

    def is_persons(self, position: Position) -> bool:
        """Checks whether a person rather than the model moves in a position."""
        return self.player in ("both", SIDES[position.side_to_move])

    def apply(self, message: GameMessage) -> None:
        """Carries out a visitor's request.

        Raises:
            ValueError: the request can't be carried out; nothing has changed.
        """
        line = self._line
        match message:
            case Play():
                self._play(message)
            case Undo():
                self._undo()
            case Redo():
                self._redo()
            case BackTo(ply):
                self.game.undo(max(len(self.game.moves) - ply, 0))
            case Switch(variation):
                self._switch(variation)
            case Setup():
                self._set_up(message)
            case _:
                self._choose(message)
        if self._line != line:
            self.looking = None
        self.analysis.keep_only(self._known_positions)

    def _choose(self, message: Look | Choose | ShowScores) -> None:
        match message:
            case Look(ply):
                self.looking = ply if ply is not None and ply < len(self.game.moves) else None
            case Choose(player, strength):
                self.player, self.strength = player, strength
            case ShowScores(on):
                self.wants_scores = on

    @property
    def _line(self) -> tuple[Position, tuple[str, ...]]:
        return self.game.start, self.game.moves

    @property
    def _known_positions(self) -> Sequence[Position]:
        """The positions of the game, and those of the moves taken back."""
        ahead = [self.game.position]
        for move in self.game.undone:
            ahead.append(ahead[-1].play(move))
        return [*self.game.positions, *ahead]

    def _play(self, message: Play) -> None:
        if message.ply != len(self.game.moves):
            return
        if not self.is_persons(self.game.position):
            raise ValueError("it is the model's turn")
        self.game.play(message.move)

    def _undo(self) -> None:
        if (ply := self._last_choice) is not None:
            self.game.undo(len(self.game.moves) - ply)

    def _redo(self) -> None:
        """Plays the moves that were taken back, up to the next one that a person chooses, or to the last."""
        while self.game.redo():
            if self.is_persons(self.game.position):
                break

    def _switch(self, variation: int) -> None:
        if not variation < len(self.game.variations):
            raise ValueError("this line is not there any more")
        self.game.switch(variation)

    def _set_up(self, setup: Setup) -> None:
        game = LiveGame(start=setup.start)
        for line in (*reversed(setup.lines), setup.moves):
            game.undo(len(game.moves))
            for move in line:
                game.play(move)
        game.undo(setup.undone)
        self.game, self.player, self.strength = game, setup.player, setup.strength

    @property
    def _last_choice(self) -> int | None:
        """The ply of the last position before the current one in which a person chose the move; `None` without one."""
        before = self.game.positions[:-1]
        return next((ply for ply in reversed(range(len(before))) if self.is_persons(before[ply])), None)

    def forget_values(self) -> None:
        """Discards all values and scores, because another model takes over."""
        self.analysis.forget()

    @property
    def _viewed(self) -> int:
        return len(self.game.moves) if self.looking is None else self.looking

    def next_request(self) -> SearchRequest | None:
        """Returns the most urgent search to run; `None` if there is nothing to search."""
        now, viewed = self.game.position, self.game.positions[self._viewed]
        if not now.is_over and not self.is_persons(now):
            level = self.strength.level
            return SearchRequest("move", now, level.limits, level)
        if self.wants_scores and not self.analysis.has_scores(viewed):
            return SearchRequest("scores", viewed, SCORING)
        for position in reversed(self.game.positions):
            if not self.analysis.knows(position):
                return SearchRequest("value", position, JUDGING)
        return None

    def take(self, request: SearchRequest, found: SearchResult | MoveScores | Choice) -> None:
        """Takes the result of a search; a move for an earlier position is ignored."""
        now = self.game.position
        if isinstance(found, MoveScores):
            self.analysis.add_scores(request.position, found)
        elif isinstance(found, Choice):
            if request.position == now and not self.is_persons(now):
                self.game.play(found.move)
                self.looking = None
        else:
            self.analysis.add_value(request.position, found)

    def ggf(self) -> str:
        """Returns the game in GGF, with all of its moves."""
        names = ["you" if self.player in ("both", side) else "shirokuro" for side in SIDES.values()]
        return ggf_text(GameRecord(moves=self.game.moves, start=self.game.start, black=names[0], white=names[1]))

    def snapshot(self, *, thinking: SearchKind | None) -> dict[str, Any]:
        """Returns everything that the page shows of the game, for JSON; position scores are from Black's side."""
        game, now, viewed = self.game, self.game.position, self.game.positions[self._viewed]
        is_standard = game.start == Position()
        return {
            "type": "game",
            "start": None if is_standard else board_digits(game.start),
            "plies": [self._ply(ply) for ply in range(len(game.positions))],
            "over": now.is_over,
            "turn": None if now.is_over else SIDES[now.side_to_move],
            "persons": not now.is_over and self.is_persons(now),
            "undo": self._last_choice is not None,
            "passed": SIDES[game.passed] if game.passed else None,
            "view": {
                "ply": self._viewed,
                "turn": None if viewed.is_over else SIDES[viewed.side_to_move],
                "legal": viewed.legal_moves if self.is_persons(viewed) else [],
                "scores": self.analysis.scores(viewed) if self.wants_scores else None,
                "opening": opening_name(game.moves[: self._viewed]) if is_standard else None,
            },
            "player": self.player,
            "level": self.strength.named,
            "depth": self.strength.depth,
            "seconds": self.strength.seconds,
            "showScores": self.wants_scores,
            "thinking": thinking,
            "transcript": game.transcript,
            "undone": "".join(game.undone),
            "variations": [self._variation(each) for each in game.variations],
            "summary": self.analysis.summary(game.positions),
        }

    def _ply(self, ply: int) -> dict[str, Any]:
        """Returns the position after `ply` moves, the move that led to it, and what that move lost."""
        position = self.game.positions[ply]
        shown: dict[str, Any] = {
            "move": None,
            "side": None,
            "board": "".join(map(str, position.board)),
            "value": self.analysis.value(position),
            "loss": None,
            "better": None,
        }
        if ply:
            before, move = self.game.positions[ply - 1], self.game.moves[ply - 1]
            shown |= {
                "move": move,
                "side": SIDES[before.side_to_move],
                "loss": self.analysis.loss(before, position),
                "better": self.analysis.better(before, position, move),
            }
        return shown

    def _variation(self, line: tuple[str, ...]) -> dict[str, Any]:
        """Describes a variation by the first move in which it differs from the current line."""
        current = (*self.game.moves, *self.game.undone)
        pairs = enumerate(zip(line, current, strict=False))
        at = next((i for i, (one, other) in pairs if one != other), min(len(line), len(current)))
        return {"moves": "".join(line), "ply": at + 1, "move": line[at], "count": len(line)}
