"""A visitor's game: what was played, what the model thinks of it, and what it has to think about next."""

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
"""How the positions of a game are judged, whatever the strength of the model in the game."""

SCORING = dataclasses.replace(JUDGING, time_ms=6000)
"""How the legal moves of one are judged, all of them together: to the same depth."""

_EXPECTED = 8
"""Moves of the expected continuation that are shown."""

SearchKind: TypeAlias = Literal["move", "scores", "value"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """Something to think about."""

    kind: SearchKind
    """A move to play; the score of each legal move; the value of a position."""
    position: Position
    limits: SearchLimits


class GameSession:
    """One game at the page, and the visitor's choices. Knows nothing of time, threads and browsers."""

    def __init__(self) -> None:
        self.game = LiveGame()
        self.player: Player = "black"
        self.strength = Strength(depth=6)
        self.wants_scores = False
        self._values: dict[Position, SearchResult] = {}
        self._scores: tuple[Position, MoveScores] | None = None

    def is_persons(self, position: Position) -> bool:
        """A person, not the model, moves there."""
        return self.player in ("both", SIDES[position.side_to_move])

    def obey(self, message: Play | Undo | BackTo | Setup | Choose | ShowScores) -> None:
        """Does what a visitor asks for.

        Raises:
            ValueError: it can't be done; everything is as it was.
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
        """The newest position before the present one in which a person chose; `None` if there is none."""
        before = self.game.positions[:-1]
        return next((ply for ply in reversed(range(len(before))) if self.is_persons(before[ply])), None)

    def _forget_others(self) -> None:
        """Keeps what is known of the game's positions, and nothing else: memory does not grow with what is tried."""
        self._values = {each: self._values[each] for each in self.game.positions if each in self._values}

    def forget_values(self) -> None:
        """Another model judges from now on."""
        self._values, self._scores = {}, None

    def next_request(self) -> SearchRequest | None:
        """What the model has to think about, the most urgent first; `None` if there is nothing."""
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
        """Takes what was thought; of a position that the game does not have any more, nothing."""
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
        """Everything that the page shows of the game, for JSON; scores of positions are Black's view."""
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
        """The position after so many moves, and the move that led there."""
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
