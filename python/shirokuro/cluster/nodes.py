"""The nodes of a Ray cluster: finding, starting, watching and losing them."""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from shirokuro.cluster.connection import load_ray
from shirokuro.cluster.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from shirokuro.cluster.node import Identity, Order
    from shirokuro.cluster.pieces import Piece

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
"""Time between two looks for nodes that have joined or left."""

_PING_SECONDS = 2.0
"""Time between two signs of life."""

_START_SECONDS = 120.0
"""Time in which a node's process must have started."""

_MOST_FAULTS = 3
"""A node is refused after this many faults."""

_AT_A_TIME = 2
"""Pieces that a node has: one that it plays, and one that it starts without waiting for the driver."""


def check_silence(seconds: float) -> None:
    """Checks the time without a sign of life after which a node is given up.

    Raises:
        ValueError: it is out of its range.
    """
    if not 1 <= seconds <= 3600:  # noqa: PLR2004
        raise ValueError(f"silence_seconds = {seconds}: must be within 1…3,600")


class NodeFault(Exception):  # noqa: N818 (what it is called everywhere else)
    """A node failed; the message says how."""

    def __init__(self, reason: str, *, is_final: bool = False, cause: BaseException | None = None) -> None:
        super().__init__(reason)
        self.cause = cause
        """The exception of the node's process, if it still runs."""
        self.is_final = is_final
        """Whether the node is not used again."""


class RemoteNode:
    """A node as the driver sees it."""

    def __init__(self, ray: Any, entry: dict[str, Any], name: str) -> None:  # noqa: ANN401 (Ray has no types)
        self.id: str = entry["NodeID"]
        """Ray's identifier of the machine."""
        self.name = name
        """The name in messages and metrics."""
        self.threads = int(entry["Resources"].get("CPU", 0))
        """The threads that play: the cores that Ray has on this machine."""
        self.pieces: list[Piece] = []
        """The pieces that it has, in the order in which it plays them."""
        self.is_ready = False
        """Whether it has started and plays the same games as this process."""
        self._ray = ray
        affinity = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(self.id, soft=False)
        groups = {"control": 2, "games": max(self.threads, 1)}
        actor = ray.remote(num_cpus=0, max_restarts=0, concurrency_groups=groups)(Node)
        self.actor = actor.options(scheduling_strategy=affinity).remote(self.threads)
        self.started: Any = self.actor.identity.remote()
        self.since = time.monotonic()
        self.counted = self.since
        self._orders: dict[int, Any] = {}
        """The references of the answers to come, by the number of the piece."""
        self._dropped: list[Any] = []
        """The references of answers that nobody waits for."""
        self._ping: Any = None
        self._pinged = self.since

    @property
    def has_room(self) -> bool:
        """Whether it takes another piece; a node that does not answer for dropped ones may stand still."""
        if self._dropped:
            self._dropped = self._ray.wait(self._dropped, num_returns=len(self._dropped), timeout=0)[1]
        return len(self.pieces) + len(self._dropped) < _AT_A_TIME

    def play(self, order: Order, piece: Piece) -> Any:  # noqa: ANN401 (Ray's type)
        """Sends an order; returns the reference of the answer."""
        self.pieces.append(piece)
        self._orders[piece.number] = self.actor.play.remote(order)
        return self._orders[piece.number]

    def finished(self, piece: Piece) -> None:
        """Counts a piece as answered."""
        if piece in self.pieces:
            self.pieces.remove(piece)
            del self._orders[piece.number]

    def forget_pieces(self) -> None:
        """Drops all pieces: they are handed out again."""
        for piece in list(self.pieces):
            self.drop(piece)

    def drop(self, piece: Piece) -> None:
        """Ends a piece whose answer is not waited for."""
        if reference := self._orders.get(piece.number):
            self._dropped.append(reference)
        self.finished(piece)
        self.actor.stop.options(concurrency_group="control").remote(piece.number)

    def check_life(self, now: float, seconds: float) -> None:
        """Asks for signs of life.

        Raises:
            NodeFault: there was none for so long.
        """
        if self._ping is not None:
            if not self._ray.wait([self._ping], timeout=0)[0]:
                if now - self._pinged > seconds:
                    raise NodeFault(f"no sign of life for {seconds:g} s")
                return
            self._ping = None
        if now - self._pinged >= _PING_SECONDS:
            self._ping, self._pinged = self.actor.ping.options(concurrency_group="control").remote(), now


class Nodes:
    """The nodes of the cluster that this process is connected to.

    Args:
        identity: what the nodes must equal.
        silence_seconds: the time without a sign of life after which a node is given up.
    """

    def __init__(self, identity: Identity, *, silence_seconds: float) -> None:
        self._ray: Any = load_ray()
        self._identity = identity
        self._silence_seconds = silence_seconds
        self._nodes: dict[str, RemoteNode] = {}
        self._faults: Counter[str] = Counter()
        self._looked = -_LOOK_SECONDS
        self._seconds = 0.0
        self.warn: Callable[[str], None] = _log.warning
        """Called with messages about nodes that are refused or lost."""

    @property
    def ready(self) -> list[RemoteNode]:
        """The nodes that play."""
        return [node for node in self._nodes.values() if node.is_ready]

    @property
    def are_gone(self) -> bool:
        """Whether no node plays, and none is starting."""
        return not self._nodes

    def require_one(self) -> None:
        """Checks that a node is left.

        Raises:
            NodeFault: no node plays, and none is starting.
        """
        if self.are_gone:
            raise NodeFault("no node of the cluster is left to play")

    def take_seconds(self, now: float) -> float:
        """Returns the time in which nodes were ready since the last call, summed over the nodes."""
        for node in self.ready:
            self._seconds += now - node.counted
            node.counted = now
        seconds, self._seconds = self._seconds, 0.0
        return seconds

    def look(self) -> list[RemoteNode]:
        """Finds nodes that have joined, and checks the others; returns those that were lost."""
        now, lost = time.monotonic(), []
        if now - self._looked >= _LOOK_SECONDS:
            self._looked = now
            lost += self._compare(self._ray.nodes())
        for node in list(self._nodes.values()):
            try:
                if not node.is_ready:
                    self._check_start(node, now)
                else:
                    node.check_life(now, self._silence_seconds)
            except NodeFault as fault:
                self.fail(node, fault)
                lost.append(node)
        return lost

    def _compare(self, entries: Iterable[dict[str, Any]]) -> list[RemoteNode]:
        """Starts processes on new machines; returns the nodes whose machine has left."""
        alive = {entry["NodeID"]: entry for entry in entries if entry["Alive"]}
        lost = [node for node in self._nodes.values() if node.id not in alive]
        for node in lost:
            self._remove(node)
            self.warn(f"node {node.name} has left: others play its games")
        for identifier, entry in alive.items():
            if identifier in self._nodes or self._faults[identifier] >= _MOST_FAULTS:
                continue
            if entry["Resources"].get("CPU", 0) >= 1:
                self._nodes[identifier] = RemoteNode(self._ray, entry, self._name(entry))
        return lost

    def _name(self, entry: dict[str, Any]) -> str:
        """Returns the name of a node: Ray's, with a part of the identifier if another node has the same."""
        name = str(entry["NodeName"])
        taken = any(node.name == name for node in self._nodes.values())
        return f"{name}-{entry['NodeID'][:4]}" if taken else name

    def _check_start(self, node: RemoteNode, now: float) -> None:
        if not self._ray.wait([node.started], timeout=0)[0]:
            if now - node.since > _START_SECONDS:
                raise NodeFault(f"its process did not start within {_START_SECONDS:g} s")
            return
        identity: Identity = self._get(node.started)
        if difference := self._identity.difference(identity):
            raise NodeFault(difference, is_final=True)
        node.is_ready, node.counted = True, now
        cores = f"{node.threads} threads, {identity.kernel}"
        _log.info("node %s plays: process %d on %s, %s", node.name, identity.process, identity.host, cores)

    def wait(self, references: list[Any], seconds: float) -> list[Any]:
        """Waits until an answer is there, at most so long; returns the references of all that are."""
        if not references:
            time.sleep(seconds)
            return []
        self._ray.wait(references, timeout=seconds)
        ready: list[Any] = self._ray.wait(references, num_returns=len(references), timeout=0)[0]
        return ready

    def answer(self, reference: Any) -> Any:  # noqa: ANN401 (Ray's type, and any answer)
        """Returns an answer.

        Raises:
            NodeFault: the node failed.
        """
        return self._get(reference)

    def _get(self, reference: Any) -> Any:  # noqa: ANN401 (Ray's type)
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause if error.cause is not None else error
            raise NodeFault(f"{type(cause).__name__}: {cause}", cause=cause) from error
        except self._ray.exceptions.RayError as error:
            first = str(error).strip().partition("\n")[0]
            raise NodeFault(f"its process has ended: {type(error).__name__}: {first}") from error

    def stop(self, identifier: Hashable, piece: Piece) -> None:
        """Ends a piece that another node has finished."""
        node = self._nodes.get(str(identifier))
        if node:
            node.actor.stop.options(concurrency_group="control").remote(piece.number)

    def fail(self, node: RemoteNode, fault: NodeFault) -> None:
        """Ends a node that failed. A new process is started there, unless that has happened too often."""
        self._faults[node.id] = _MOST_FAULTS if fault.is_final else self._faults[node.id] + 1
        self._remove(node)
        refused = self._faults[node.id] >= _MOST_FAULTS
        self.warn(f"node {node.name} {'is refused' if refused else 'is lost, others play its games'}: {fault}")

    def _remove(self, node: RemoteNode) -> None:
        self._nodes.pop(node.id, None)
        if node.is_ready:
            self._seconds += time.monotonic() - node.counted
        self._ray.kill(node.actor, no_restart=True)

    def close(self) -> None:
        """Ends the processes."""
        for node in list(self._nodes.values()):
            self._remove(node)
