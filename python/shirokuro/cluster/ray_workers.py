"""Playing a training's games on the nodes of a Ray cluster."""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Any, NoReturn, Self

from shirokuro.cluster.connection import connect, load_ray
from shirokuro.cluster.node import Identity, Order
from shirokuro.cluster.nodes import NodeFault, Nodes
from shirokuro.cluster.pieces import Pieces
from shirokuro.cluster.report import ClusterReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro._core import TrainerCore
    from shirokuro.cluster.node import Answer
    from shirokuro.cluster.nodes import RemoteNode
    from shirokuro.cluster.pieces import Piece
    from shirokuro.config import GenerationSettings

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
"""Time between two calls of `tick`."""

_CHANGES = 8
"""Generations whose changes are kept for nodes that missed some."""


class RayWorkers:
    """The nodes of a Ray cluster, which play the games of a training.

    Every node plays with all the cores that Ray has on it. The trainer learns as always, so its state after N games
    does not depend on the nodes: they may join, leave, die or hang. Without a node, the trainer plays by itself.

    Args:
        address: the address of a cluster, such as `"10.0.0.1:6379"` or `"auto"`; `None` starts Ray on this machine. A
            process that is connected to a cluster already uses that one.
        silence_seconds: the time without a sign of life after which a node is given up, 1 to 3600.
        dashboard: serve Ray's dashboard, if Ray is started here.

    Raises:
        MissingExtraError: the package `ray` is not installed.
        ConnectionError: there is no cluster at the address.
        ValueError: `silence_seconds` is out of its range, or `address` is not an address.
    """

    def __init__(
        self, address: str | None = None, *, silence_seconds: float = 30.0, dashboard: bool = False
    ) -> None:
        if not 1 <= silence_seconds <= 3600:  # noqa: PLR2004
            raise ValueError(f"silence_seconds = {silence_seconds}: must be within 1…3,600")
        self.address = address
        self._is_owner = connect(address, dashboard=dashboard)
        self._ray: Any = load_ray()
        self._nodes = Nodes(Identity.here(), silence_seconds=silence_seconds)
        self._changes: deque[tuple[int, int, Any]] = deque(maxlen=_CHANGES)
        self._whole: tuple[int, int, Any] | None = None
        self._report = ClusterReport()
        self._reported = time.monotonic()

    def __reduce__(self) -> NoReturn:
        """Refuses to be pickled or copied."""
        raise TypeError("cannot pickle or copy RayWorkers: they are a connection of this process")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the nodes' processes, and the connection if it was made here."""
        self._nodes.close()
        self._changes.clear()
        self._whole = None
        if self._is_owner:
            self._is_owner = False
            self._ray.shutdown()

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names of the nodes that play."""
        return tuple(node.name for node in self._nodes.ready)

    def wait_for_nodes(self, count: int = 1, *, seconds: float = 120.0) -> bool:
        """Waits until at least so many nodes play, at most for the given time; returns whether they do.

        A training does not need it: nodes that join later play from then on.
        """
        end = time.monotonic() + seconds
        while len(self._nodes.ready) < count:
            if time.monotonic() > end:
                return False
            self._nodes.look()
            time.sleep(_POLL_SECONDS)
        return True

    def take_report(self) -> ClusterReport:
        """Returns the measurements since the last call."""
        now = time.monotonic()
        report, self._report = self._report, ClusterReport()
        report.nodes, report.seconds, self._reported = len(self._nodes.ready), now - self._reported, now
        report.node_seconds = self._nodes.take_seconds(now)
        return report

    def play(
        self,
        core: TrainerCore,
        games: int,
        *,
        play: GenerationSettings,
        table_mb: float,
        hang_seconds: float,
        tick: Callable[[int], None] | None = None,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        """Plays the next games of the current generation and supplies the core with them.

        Games that no node could play are left to the core.

        Args:
            core: the core that asks for the games.
            games: their number, at most to the end of the generation.
            play: the settings of the generation.
            table_mb: the size of each thread's transposition table.
            hang_seconds: the time without a sign of life after which a thread is given up.
            tick: called about every 50 ms with the number of games finished in this call. An exception from it ends
                the call; finished games are kept.
            warn: called with messages about nodes that are refused or lost.
        """
        missing = core.missing_games(games, play=play)
        if not missing:
            return
        self._share(core)
        self._nodes.warn = warn or (lambda message: _log.warning("%s", message))
        pieces, asked = Pieces(missing), {}
        template = {"seed": core.seed, "play": play, "table_mb": table_mb, "hang_seconds": hang_seconds}
        finished = games - len(missing)
        try:
            while not pieces.is_done:
                for node in self._nodes.look():
                    self._lose(node, pieces, asked)
                if self._nodes.are_gone:
                    break
                self._hand_out(pieces, asked, template)
                for reference in self._nodes.wait(list(asked), _POLL_SECONDS):
                    if holder := asked.pop(reference, None):  # unless its node was lost meanwhile
                        finished += self._receive(core, play, *holder, reference, pieces, asked)
                if tick:
                    tick(finished)
        finally:
            for node, piece in asked.values():
                node.drop(piece)
        if pieces.given_up:
            self._nodes.warn(f"{pieces.given_up} games were lost with several nodes: this process plays them")

    def _share(self, core: TrainerCore) -> None:
        """Puts what changed in the weights into the object store."""
        before, after, changes = core.share_weights()
        if before == 0:  # the core has shared nothing before
            self._changes.clear()
            self._whole = None
        if before != after or before == 0:
            self._changes.append((before, after, self._ray.put(changes)))
        if self._whole and self._whole[1] != after:
            self._whole = None

    def _hand_out(
        self, pieces: Pieces, asked: dict[Any, tuple[RemoteNode, Piece]], template: dict[str, Any]
    ) -> None:
        ready = self._nodes.ready
        threads = sum(node.threads for node in ready)
        for node in sorted(ready, key=lambda node: len(node.pieces)):
            while node.has_room and (piece := pieces.take(node.id, node.threads, threads, time.monotonic())):
                changes = (*self._changes, *([self._whole] if self._whole else []))
                order = Order(
                    piece=piece.number,
                    games=piece.games,
                    fingerprint=self._changes[-1][1],
                    changes=changes,
                    **template,
                )
                asked[node.play(order, piece)] = node, piece

    def _receive(
        self,
        core: TrainerCore,
        play: GenerationSettings,
        node: RemoteNode,
        piece: Piece,
        reference: Any,  # noqa: ANN401 (Ray's type)
        pieces: Pieces,
        asked: dict[Any, tuple[RemoteNode, Piece]],
    ) -> int:
        """Takes the answer to an order; returns the number of new games."""
        try:
            answer: Answer = self._nodes.answer(reference)
            new = self._supply(core, play, node, answer)
        except NodeFault as fault:
            self._nodes.fail(node, fault)
            self._lose(node, pieces, asked, playing=piece)
            return 0
        node.finished(piece)
        if answer.games is None:
            pieces.lost(node.id, playing=None)
            for other in [other for other, (holder, _) in asked.items() if holder is node]:
                del asked[other]
            node.forget_pieces()
            return 0
        for other in pieces.finished(piece, node.id, time.monotonic()):
            self._nodes.stop(other, piece)
        return new

    def _supply(self, core: TrainerCore, play: GenerationSettings, node: RemoteNode, answer: Answer) -> int:
        report = self._report
        report.bytes_sent += answer.received
        report.playing_seconds += answer.seconds
        if answer.games is None:
            if self._whole is None:
                before, after, changes = core.whole_weights()
                self._whole = (before, after, self._ray.put(changes))
            return 0
        report.bytes_received += len(answer.games)
        try:
            new = core.supply(answer.games, play=play)
        except ValueError as error:
            raise NodeFault(str(error), is_final=True) from error
        report.games[node.name] = report.games.get(node.name, 0) + new
        return new

    def _lose(
        self,
        node: RemoteNode,
        pieces: Pieces,
        asked: dict[Any, tuple[RemoteNode, Piece]],
        *,
        playing: Piece | None = None,
    ) -> None:
        """Takes back the pieces of a node that is lost."""
        pieces.lost(node.id, playing=playing or next(iter(node.pieces), None))
        for reference in [reference for reference, (holder, _) in asked.items() if holder is node]:
            del asked[reference]
