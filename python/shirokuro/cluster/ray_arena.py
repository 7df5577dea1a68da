"""Playing matches on the nodes of a Ray cluster."""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from shirokuro.cluster.connected import Connected
from shirokuro.cluster.nodes import NodeFault, Nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shirokuro.cluster.nodes import RemoteNode
    from shirokuro.matches.arena import MatchGames, Outcome

_POLL_SECONDS = 0.05

_AHEAD = 2
"""Games that a node has beyond those that it plays, so that it does not wait for the driver."""


class RayArena(Connected):
    """The nodes of a Ray cluster, which play the games of matches: `play_match(…, arena=RayArena(address))`.

    Every node plays as many games at a time as Ray has cores on it. Results are those of a match in one process. Games
    of a node that is lost are played by others. Programs (`GtpPlayer`) have to be installed on every node.

    Args:
        address: the address of a cluster, such as `"10.0.0.1:6379"` or `"auto"`; `None` starts Ray on this machine.
        silence_seconds: the time without a sign of life after which a node is given up, 1 to 3600.

    Raises:
        MissingExtraError: the package `ray` is not installed.
        ConnectionError: there is no cluster at the address.
        ValueError: `silence_seconds` is out of its range, or `address` is not an address.
    """

    _numbers = count(1)

    def __init__(self, address: str | None = None, *, silence_seconds: float = 30.0) -> None:
        super().__init__(address, silence_seconds=silence_seconds)

    @contextmanager
    def playing(self, match: MatchGames) -> Iterator[Callable[[int], Future[Outcome]]]:
        """Returns a function that starts a game by its index; see `Arena`."""
        games = _Games(self._ray, self._nodes, match, next(self._numbers))
        thread = threading.Thread(target=games.run, name="shirokuro-matches")
        thread.start()
        try:
            yield games.submit
        finally:
            games.is_ending = True
            thread.join()


class _Games:
    """The games of a match in progress."""

    def __init__(self, ray: Any, nodes: Nodes, match: MatchGames, number: int) -> None:  # noqa: ANN401 (Ray)
        self._nodes = nodes
        self._number = number
        self._match = [ray.put(match)]
        self._waiting: deque[tuple[int, Future[Outcome]]] = deque()
        self._played: dict[Any, tuple[RemoteNode, int, Future[Outcome]]] = {}
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self.is_ending = False
        """Whether nobody waits for further games."""

    def submit(self, index: int) -> Future[Outcome]:
        """Adds a game; called by the thread of the match."""
        future: Future[Outcome] = Future()
        with self._lock:
            if self._failure:
                future.set_exception(self._failure)
            else:
                self._waiting.append((index, future))
        return future

    def run(self) -> None:
        """Hands out the games and sets their results, until the match ends; runs on its own thread."""
        try:
            while not self.is_ending:
                for node in self._nodes.look():
                    self._take_back(node)
                self._nodes.require_one()
                self._hand_out()
                if self._played:
                    for reference in self._nodes.wait(list(self._played), _POLL_SECONDS):
                        self._receive(reference)
                else:
                    time.sleep(_POLL_SECONDS)
        except BaseException as error:  # noqa: BLE001 (the thread of the match raises it)
            with self._lock:
                self._failure = error
            for future in [*(entry[2] for entry in self._played.values()), *(entry[1] for entry in self._waiting)]:
                if not future.done():
                    future.set_exception(error)
        finally:
            for node in self._nodes.ready:
                node.actor.end_match.options(concurrency_group="control").remote(self._number)

    def _hand_out(self) -> None:
        for node in self._nodes.ready:
            busy = sum(holder is node for holder, _, _ in self._played.values())
            while self._waiting and busy < node.threads + _AHEAD:
                index, future = self._waiting.popleft()
                if future.done():
                    continue
                play = node.actor.play_game.options(concurrency_group="games")
                self._played[play.remote(self._number, self._match, index)] = node, index, future
                busy += 1

    def _receive(self, reference: Any) -> None:  # noqa: ANN401 (Ray's type)
        if reference not in self._played:  # its node was lost
            return
        node, index, future = self._played.pop(reference)
        try:
            outcome: Any = self._nodes.answer(reference)
        except NodeFault as fault:
            if fault.cause is not None:  # a player's own error, as in one process
                if not future.done():
                    future.set_exception(fault.cause)
                return
            self._waiting.appendleft((index, future))
            self._nodes.fail(node, fault)
            self._take_back(node)
            return
        if not future.done():
            future.set_result(outcome)

    def _take_back(self, node: RemoteNode) -> None:
        for reference in [reference for reference, entry in self._played.items() if entry[0] is node]:
            _, index, future = self._played.pop(reference)
            self._waiting.appendleft((index, future))
