"""Playing a training's games on the nodes of a Ray cluster."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from shirokuro.cluster.connected import Connected
from shirokuro.cluster.generation import Generation, Orders, SharedWeights
from shirokuro.cluster.report import ClusterReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shirokuro._core import TrainerCore
    from shirokuro.config import GenerationSettings

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
"""Time between two calls of `tick`."""


class RayWorkers(Connected):
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

    def __init__(self, address: str | None = None, *, silence_seconds: float = 30.0, dashboard: bool = False) -> None:
        super().__init__(address, silence_seconds=silence_seconds, dashboard=dashboard)
        self.address = address
        self._shared = SharedWeights(self._ray.put)
        self._report = ClusterReport()
        self._reported = time.monotonic()
        self._begun: Generation | None = None

    def close(self) -> None:
        """Ends the nodes' processes, and the connection if it was made here."""
        super().close()
        self._shared, self._begun = SharedWeights(self._ray.put), None

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
        later: int = 0,
        later_play: GenerationSettings | None = None,
    ) -> None:
        """Plays the next games of the current generation and supplies the core with them.

        Games that no node could play are left to the core. In a run with a delay, the nodes can begin the next
        generation before this call returns, and a later call takes its games.

        Args:
            core: the core that asks for the games.
            games: their number, at most to the end of the generation.
            play: the settings of the generation.
            table_mb: the size of each thread's transposition table.
            hang_seconds: the time without a sign of life after which a thread is given up.
            tick: called about every 50 ms with the number of games finished in this call. An exception from it ends
                the call; finished games are kept.
            warn: called with messages about nodes that are refused or lost.
            later: the number of games that will be asked for after these.
            later_play: the settings of the next generation; `None` to begin nothing.
        """
        self._nodes.warn = warn or (lambda message: _log.warning("%s", message))
        missing = core.missing_games(games, play=play)
        if not missing:
            return
        orders = Orders(core.seed, play, table_mb, hang_seconds, self._shared.follow(core), core.evaluator.patterns)
        generation = self._continued(core, missing, orders)
        finished = games - len(missing)
        try:
            later_weights = None
            if later and later_play and games == core.generation_left:
                finished += generation.step(0)  # nodes have something to do meanwhile
                later_weights = self._shared.follow(core, ahead=True)
            while True:
                finished += generation.step(_POLL_SECONDS)
                if tick:
                    tick(finished)
                if generation.is_done:
                    break
        finally:
            generation.end()
        if generation.given_up:
            self._nodes.warn(f"{generation.given_up} games were lost with several nodes: this process plays them")
        if later_weights is not None and later_play:
            start = (core.generation + 1) * core.generation_games
            numbers = range(start, start + min(later, core.generation_games))
            patterns = core.evaluator.patterns
            orders = Orders(core.seed, later_play, table_mb, hang_seconds, later_weights, patterns)
            self._begun = self._generation(core, numbers, orders)
            self._begun.hand_out()

    def _continued(self, core: TrainerCore, missing: Sequence[int], orders: Orders) -> Generation:
        """Returns the generation that was begun before the last one was learned; a new one if there is none."""
        begun, self._begun = self._begun, None
        if begun:
            if begun.consists_of(core, missing, orders):
                begun.report = self._report
                return begun
            begun.end()
        return self._generation(core, missing, orders)

    def _generation(self, core: TrainerCore, games: Sequence[int], orders: Orders) -> Generation:
        return Generation(core, games, orders, nodes=self._nodes, shared=self._shared, report=self._report)
