"""A visitor's game: its moves, the model's evaluations, and the next search."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shirokuro._core import black_view
from shirokuro.display.boards import SIDES
from shirokuro.engine.engine import MoveScores
from shirokuro.engine.limits import SearchLimits
from shirokuro.game.live import LiveGame
from shirokuro.web.messages import BackTo, Choose, Play, Setup, ShowScores, Strength, Undo

if TYPE_CHECKING:
    from shirokuro._core import Position, SearchResult
    from shirokuro.web.messages import Player

JUDGING = SearchLimits(depth=10, exact_empties=18, time_ms=2000)
"""The limits for evaluating the positions of a game, whatever the strength of the model in the game."""

SCORING = dataclasses.replace(JUDGING, time_ms=6000)
"""The limits for scoring all legal moves of a position, which are searched to the same depth."""

_EXPECTED = 8
"""The number of moves shown of the expected continuation."""

SearchKind: TypeAlias = Literal["move", "scores", "value"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A request for a search."""

    kind: SearchKind
    """The purpose: a move to play, the score of each legal move, or the value of a position."""
    position: Position
    limits: SearchLimits


class GameSession:
    """One game on the page and the visitor's choices, independent of time, threads and browsers."""

    def __init__(self) -> None:
        self.game = LiveGame()
        self.player: Player = "black"
        self.strength = Strength(depth=6)
        self.wants_scores = False
        self._values: dict[Position, SearchResult] = {}
        self._scores: tuple[Position, MoveScores] | None = None

    def is_persons(self, position: Position) -> bool:
        """Checks whether a person rather than the model moves in a position."""
        return self.player in ("both", SIDES[position.side_to_move])

    def apply(self, message: Play | Undo | BackTo | Setup | Choose | ShowScores) -> None:
        """Carries out a visitor's request.

        Raises:
            ValueError: the request can't be carried out; nothing has changed.
        """
        match message:
            case Play():
                self._play(message)
            case Undo():
                self._undo()
            case BackTo(ply):
                self.game.undo(max(len(self.game.moves) - ply, 0))
            case Setup(moves, player, strength):
                self.game = LiveGame("".join(moves))
                self.player, self.strength = player, strength
            case Choose(player, strength):
                self.player, self.strength = player, strength
            case ShowScores(on):
                self.wants_scores = on
        self._forget_others()

    def _play(self, message: Play) -> None:
        if message.ply != len(self.game.moves):
            return
        if not self.is_persons(self.game.position):
            raise ValueError("it is the model's turn")
        self.game.play(message.move)

    def _undo(self) -> None:
        if (ply := self._last_choice) is not None:
            self.game.undo(len(self.game.moves) - ply)

    @property
    def _last_choice(self) -> int | None:
        """The ply of the last position before the current one in which a person chose the move; `None` without one."""
        before = self.game.positions[:-1]
        return next((ply for ply in reversed(range(len(before))) if self.is_persons(before[ply])), None)

    def _forget_others(self) -> None:
        """Drops the values of positions that are not in the game, to bound the memory."""
        self._values = {each: self._values[each] for each in self.game.positions if each in self._values}

    def forget_values(self) -> None:
        """Discards all values and scores, because another model takes over."""
        self._values, self._scores = {}, None

    def next_request(self) -> SearchRequest | None:
        """Returns the most urgent search to run; `None` if there is nothing to search."""
        now = self.game.position
        if not now.is_over and not self.is_persons(now):
            return SearchRequest("move", now, self.strength.limits)
        if self.wants_scores and not now.is_over and self._scores_now is None:
            return SearchRequest("scores", now, SCORING)
        for position in reversed(self.game.positions):
            if not position.is_over and position not in self._values:
                return SearchRequest("value", position, JUDGING)
        return None

    def take(self, request: SearchRequest, found: SearchResult | MoveScores) -> None:
        """Takes the result of a search; a move for an earlier position is ignored."""
        now = self.game.position
        if isinstance(found, MoveScores):
            self._scores = (request.position, found)
        elif request.kind == "value":
            self._values[request.position] = found
        elif request.position == now and not self.is_persons(now) and found.best_move:
            self.game.play(found.best_move)

    @property
    def _scores_now(self) -> MoveScores | None:
        known = self._scores
        return known[1] if known and known[0] == self.game.position else None

    def snapshot(self, *, thinking: SearchKind | None) -> dict[str, Any]:
        """Returns everything that the page shows of the game, for JSON; position scores are from Black's side."""
        game, now = self.game, self.game.position
        scores = self._scores_now if self.wants_scores else None
        return {
            "type": "game",
            "plies": [self._ply(ply) for ply in range(len(game.positions))],
            "legal": now.legal_moves,
            "over": now.is_over,
            "turn": None if now.is_over else SIDES[now.side_to_move],
            "persons": not now.is_over and self.is_persons(now),
            "undo": self._last_choice is not None,
            "passed": SIDES[game.passed] if game.passed else None,
            "player": self.player,
            "depth": self.strength.depth,
            "seconds": self.strength.seconds,
            "showScores": self.wants_scores,
            "scores": None
            if scores is None
            else [{"move": s.move, "score": s.score, "depth": s.depth, "exact": s.exact} for s in scores],
            "thinking": thinking,
            "transcript": game.transcript,
        }

    def _ply(self, ply: int) -> dict[str, Any]:
        """Returns the position after `ply` moves, and the move that led to it."""
        position, value = self.game.positions[ply], None
        if position.is_over:
            value = {"score": black_view(position.score, position.side_to_move), "exact": True, "depth": 0, "line": []}
        elif found := self._values.get(position):
            value = {
                "score": black_view(found.score, position.side_to_move),
                "exact": found.exact,
                "depth": found.depth,
                "line": found.principal_variation[:_EXPECTED],
            }
        return {
            "move": self.game.moves[ply - 1] if ply else None,
            "side": SIDES[self.game.positions[ply - 1].side_to_move] if ply else None,
            "board": "".join(map(str, position.board)),
            "value": value,
        }
