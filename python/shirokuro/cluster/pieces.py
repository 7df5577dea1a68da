"""Handing out the games of a generation in pieces, and handing out again those of nodes that are lost or slow."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

LEAST_GAMES = 4
"""Games per thread in a small piece, unless a node's share is less: with fewer, threads would wait too often."""

PATIENCE = 2.0
"""A piece that takes this many times as long as others is handed out again."""

MOST_LOSSES = 3
"""A piece that was lost with this many nodes is not handed out again: it may be what ends them."""


@dataclass(slots=True, kw_only=True, eq=False)
class Piece:
    """Games that are handed out together."""

    number: int
    """A number that no other piece of this process has."""
    games: tuple[int, ...]
    """The numbers of the games, ascending."""
    holders: dict[Hashable, float] = field(default_factory=dict)
    """The nodes that were given the piece and have not returned it, with the time at which they were."""
    losses: int = 0
    """Nodes that were lost while they played it."""


class Pieces:
    """The games that are missing in a generation, in pieces.

    Pieces are half of a node's share of what is left, so that they become smaller towards the end: nodes of any speed
    finish at about the same time.

    Args:
        games: the numbers of the games, ascending.
    """

    _numbers = count(1)

    def __init__(self, games: Sequence[int]) -> None:
        self._left = deque(games)
        self._returned: deque[Piece] = deque()
        self._out: dict[int, Piece] = {}
        self._given_up = 0
        self._answered: dict[Hashable, float] = {}
        """When each node returned a piece last."""
        self._slowest = 0.0
        """The longest time for each game of a piece."""

    @property
    def is_done(self) -> bool:
        """Whether every game was played or given up."""
        return not (self._left or self._returned or self._out)

    @property
    def given_up(self) -> int:
        """Games that were lost with too many nodes."""
        return self._given_up

    def take(self, node: Hashable, threads: int, all_threads: int, now: float) -> Piece | None:
        """Hands out a piece to a node; `None` if there is nothing for it to do."""
        if self._returned:
            piece = self._returned.popleft()
            piece.number = next(self._numbers)  # or else a node that was to end the old one would not play it
        elif self._left:
            share = math.ceil(len(self._left) * threads / max(all_threads, 1))
            least = max(threads, min(LEAST_GAMES * threads, share))
            size = min(len(self._left), max(least, share // 2))
            piece = Piece(number=next(self._numbers), games=tuple(self._left.popleft() for _ in range(size)))
        else:
            late = self._late(node, now)
            if late is None:
                return None
            piece = late
        self._out[piece.number] = piece
        piece.holders[node] = now
        return piece

    def _late(self, node: Hashable, now: float) -> Piece | None:
        """Returns the piece that should be back by now, if there is one that only one other node has."""
        if not self._slowest:
            return None
        alone = [piece for piece in self._out.values() if len(piece.holders) == 1 and node not in piece.holders]
        late = [piece for piece in alone if now - self._start(piece) > PATIENCE * self._slowest * len(piece.games)]
        return min(late, key=self._start, default=None)

    def _start(self, piece: Piece) -> float:
        """Returns when the piece could be started: a node plays one piece at a time."""
        return min(max(since, self._answered.get(node, since)) for node, since in piece.holders.items())

    def finished(self, piece: Piece, node: Hashable, now: float) -> list[Hashable]:
        """Counts a piece as played by a node; returns the other nodes that have it."""
        if node in piece.holders:
            started = max(piece.holders.pop(node), self._answered.get(node, -math.inf))
            self._slowest = max(self._slowest, (now - started) / len(piece.games))
        self._answered[node] = now
        self._out.pop(piece.number, None)
        others = list(piece.holders)
        piece.holders.clear()
        return others

    def lost(self, node: Hashable, *, playing: Piece | None) -> None:
        """Takes back the pieces of a node that is lost.

        Args:
            node: the node.
            playing: the piece that it was playing.
        """
        for piece in [piece for piece in self._out.values() if node in piece.holders]:
            del piece.holders[node]
            piece.losses += piece is playing
            if piece.holders:
                continue
            del self._out[piece.number]
            if piece.losses >= MOST_LOSSES:
                self._given_up += len(piece.games)
            else:
                self._returned.append(piece)
