"""Playing a generation: orders go out to the nodes, and their games come back to the core."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shirokuro.cluster.node import Order
from shirokuro.cluster.nodes import NodeFault
from shirokuro.cluster.pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shirokuro._core import PatternSet, TrainerCore
    from shirokuro.cluster.node import Answer
    from shirokuro.cluster.nodes import Nodes, RemoteNode
    from shirokuro.cluster.pieces import Piece
    from shirokuro.cluster.report import ClusterReport
    from shirokuro.config import GenerationSettings

_CHANGES = 8
"""Generations whose changes are kept for nodes that missed some."""


class SharedWeights:
    """The weights in the object store: what the last generations changed, and the whole if a node needs it.

    Args:
        put: puts bytes into the store; returns their reference.
    """

    def __init__(self, put: Callable[[bytes], Any]) -> None:
        self._put = put
        self._changes: deque[tuple[int, int, Any]] = deque(maxlen=_CHANGES)
        self._whole: tuple[int, int, Any] | None = None

    @property
    def steps(self) -> tuple[tuple[int, int, Any], ...]:
        """The changes of an `Order`."""
        return (*self._changes, *([self._whole] if self._whole else []))

    def follow(self, core: TrainerCore, *, ahead: bool = False) -> int:
        """Adds what the core has changed since the last call.

        Args:
            core: the core.
            ahead: follow it to the weights that the next generation is played with.

        Returns:
            The fingerprint of the weights that the current generation is played with, or the next one.
        """
        before, after, changes = core.share_weights(ahead=ahead)
        if before != after:
            if self._changes and before != self._changes[-1][1]:  # another core
                self._changes.clear()
            self._changes.append((before, after, self._put(changes)))
        return after

    def add_whole(self, core: TrainerCore, fingerprint: int) -> None:
        """Adds the whole of the weights that the current generation is played with: changes from neutral weights."""
        if self._whole is None or self._whole[1] != fingerprint:
            before, after, changes = core.whole_weights()
            self._whole = (before, after, self._put(changes))


@dataclass(frozen=True, slots=True)
class Orders:
    """What the orders of a generation have in common."""

    seed: int
    """The run's seed."""
    play: GenerationSettings
    """The settings of the generation."""
    table_mb: float
    """The size of each thread's transposition table."""
    hang_seconds: float
    """The time without a sign of life after which a thread is given up."""
    fingerprint: int
    """The fingerprint of the weights."""
    patterns: PatternSet
    """The patterns of the weights."""

    def order(self, piece: Piece, shared: SharedWeights) -> Order:
        """Returns the order to play a piece."""
        return Order(
            piece=piece.number,
            games=piece.games,
            seed=self.seed,
            patterns=self.patterns,
            play=self.play,
            table_mb=self.table_mb,
            hang_seconds=self.hang_seconds,
            fingerprint=self.fingerprint,
            changes=shared.steps,
        )


class Generation:
    """The missing games of a generation while nodes play them.

    Args:
        core: the core that is supplied with the games.
        missing: their numbers, ascending.
        orders: what their orders have in common.
        nodes: the nodes.
        shared: the weights.
        report: measurements; may be replaced.
    """

    def __init__(
        self,
        core: TrainerCore,
        missing: Sequence[int],
        orders: Orders,
        *,
        nodes: Nodes,
        shared: SharedWeights,
        report: ClusterReport,
    ) -> None:
        self.report = report
        """Measurements of what is played."""
        self._core = core
        self._missing = missing
        self._orders = orders
        self._nodes = nodes
        self._shared = shared
        self._pieces = Pieces(missing)
        self._asked: dict[Any, tuple[RemoteNode, Piece]] = {}

    @property
    def is_done(self) -> bool:
        """Whether nodes have nothing more to do: all games are played, or given up, or no node is left."""
        return self._pieces.is_done or self._nodes.are_gone

    @property
    def given_up(self) -> int:
        """Games that were lost with too many nodes."""
        return self._pieces.given_up

    def step(self, seconds: float) -> int:
        """Looks after the nodes, hands out pieces and takes answers; returns the number of new games."""
        for node in self._nodes.look():
            self._lose(node, playing=next(iter(node.pieces), None))
        self.hand_out()
        new = 0
        for reference in self._nodes.wait(list(self._asked), seconds):
            if holder := self._asked.pop(reference, None):  # unless its node was lost meanwhile
                new += self._receive(*holder, reference)
        return new

    def consists_of(self, core: TrainerCore, missing: Sequence[int], orders: Orders) -> bool:
        """Checks whether these are the games, to be played in this way."""
        return self._core is core and list(self._missing) == list(missing) and self._orders == orders

    def end(self) -> None:
        """Ends what nodes still play."""
        for node, piece in self._asked.values():
            node.drop(piece)
        self._asked.clear()

    def hand_out(self) -> None:
        """Hands out pieces to the nodes that have room for them."""
        ready = self._nodes.ready
        threads = sum(node.threads for node in ready)
        for node in sorted(ready, key=lambda node: len(node.pieces)):
            while node.has_room:
                piece = self._pieces.take(node.id, node.threads, threads, time.monotonic())
                if piece is None:
                    break
                self._asked[node.play(self._orders.order(piece, self._shared), piece)] = node, piece

    def _receive(self, node: RemoteNode, piece: Piece, reference: Any) -> int:  # noqa: ANN401 (Ray's type)
        try:
            answer: Answer = self._nodes.answer(reference)
            new = self._supply(node, answer)
        except NodeFault as fault:
            self._nodes.fail(node, fault)
            self._lose(node, playing=piece)
            return 0
        node.finished(piece)
        if answer.games is None:  # its weights are too old for the changes: it gets the whole
            self._shared.add_whole(self._core, self._orders.fingerprint)
            self._lose(node, playing=None)
            node.forget_pieces()
            return 0
        for other in self._pieces.finished(piece, node.id, time.monotonic()):
            self._nodes.stop(other, piece)
        return new

    def _supply(self, node: RemoteNode, answer: Answer) -> int:
        report = self.report
        report.bytes_sent += answer.received
        report.playing_seconds += answer.seconds
        if answer.games is None:
            return 0
        report.bytes_received += len(answer.games)
        try:
            new = self._core.supply(answer.games, play=self._orders.play)
        except ValueError as error:
            raise NodeFault(str(error), is_final=True) from error
        report.games[node.name] = report.games.get(node.name, 0) + new
        return new

    def _lose(self, node: RemoteNode, *, playing: Piece | None) -> None:
        """Takes back the pieces of a node."""
        self._pieces.lost(node.id, playing=playing)
        for reference in [reference for reference, (holder, _) in self._asked.items() if holder is node]:
            del self._asked[reference]
