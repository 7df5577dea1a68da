"""Measures what a node costs that is lost in the middle of a generation, with nodes of one core on this machine.

python scripts/lost_nodes.py --nodes 2 --time-ms 2 --generation 64 --rounds 3

Searches are limited by time, so that games take about as long however many processes share the machine.

Every round has its own connection. It times a generation without disturbance, one in which a node is lost when half of
the games are finished, and the one after it. `docs/scaling.md` has the results.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import os
import signal
import statistics
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shirokuro as sk
from shirokuro.cluster.connection import load_ray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shirokuro.cluster.nodes import RemoteNode

STORE_BYTES = 100 * 1024 * 1024
"""Size of each node's object store."""


class Machines:
    """Ray nodes of one core on this machine, each as if it were a machine."""

    def __init__(self, count: int) -> None:
        from ray.cluster_utils import Cluster  # noqa: PLC0415 (an optional package)

        load_ray()
        head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": STORE_BYTES}
        self._cluster = Cluster(initialize_head=True, head_node_args=head)
        self._nodes: dict[str, Any] = {}
        self._count = count
        self._stopped: list[int] = []
        self.fill()

    @property
    def address(self) -> str:
        """The cluster's address."""
        return str(self._cluster.address)

    def fill(self) -> None:
        """Starts machines until all are there."""
        while len(self._nodes) < self._count:
            node = self._cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES)
            self._nodes[node.node_id] = node

    def repair(self) -> None:
        """Lets stopped processes run, and replaces lost machines."""
        for process in self._stopped:
            os.kill(process, signal.SIGCONT)
        self._stopped.clear()
        self.fill()

    def kill_process(self, _: RemoteNode, process: int) -> None:
        """Kills the process that plays; the machine stays."""
        os.kill(process, signal.SIGKILL)

    def stop_process(self, _: RemoteNode, process: int) -> None:
        """Lets the process that plays stand still."""
        self._stop(process)

    def kill(self, node: RemoteNode, process: int) -> None:
        """Kills Ray on a machine, and the process that plays."""
        os.kill(process, signal.SIGKILL)
        self._cluster.remove_node(self._nodes.pop(node.id), allow_graceful=False)

    def leave(self, node: RemoteNode, _: int) -> None:
        """Ends Ray on a machine as `ray stop` does."""
        self._cluster.remove_node(self._nodes.pop(node.id), allow_graceful=True)

    def stop(self, node: RemoteNode, process: int) -> None:
        """Lets Ray on a machine, and the process that plays, stand still."""
        for each in self._nodes[node.id].all_processes["raylet"]:
            self._stop(each.process.pid)
        self._stop(process)

    def _stop(self, process: int) -> None:
        os.kill(process, signal.SIGSTOP)
        self._stopped.append(process)

    def close(self) -> None:
        """Ends all of them."""
        self.repair()
        self._cluster.shutdown()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Loss:
    """The times of a round, in seconds."""

    usual: float
    """A generation without disturbance."""
    disturbed: float
    """The generation in which the node was lost."""
    following: float
    """The generation after it."""
    games: int
    """Games that the node had been given and had not returned."""


def lose(machines: Machines, event: Callable[[RemoteNode, int], None], config: sk.TrainConfig, nodes: int) -> Loss:
    """Plays a round; `event` ends a node, given with the number of its process."""
    games = config.generation_games
    with sk.RayWorkers(machines.address) as workers:
        if not workers.wait_for_nodes(nodes):
            raise TimeoutError(f"{nodes} nodes did not start")
        trainer = sk.Trainer(config, workers=workers)
        trainer.train_batch(games)  # weights travel, memory is touched
        node = workers._nodes.ready[0]  # noqa: SLF001 (there is no public way to lose a node)
        process = workers._ray.get(node.actor.identity.remote()).process  # noqa: SLF001
        held: list[int] = []

        def progress(finished: int) -> None:
            if finished >= games // 2 and not held and node.pieces:
                held.append(sum(len(piece.games) for piece in node.pieces))
                event(node, process)

        usual, disturbed, following = (timed(trainer, games, handler) for handler in (None, progress, None))
    return Loss(usual, disturbed, following, sum(held))


def timed(trainer: sk.Trainer, games: int, progress: Callable[[int], None] | None) -> float:
    """Returns the seconds of a generation."""
    start = time.perf_counter()
    trainer.train_batch(games, progress=progress)
    return time.perf_counter() - start


def measure(nodes: int, config: sk.TrainConfig, rounds: int, names: list[str]) -> Iterator[str]:
    """Loses a node in each of the ways."""
    machines = Machines(nodes)
    events: Mapping[str, Callable[[RemoteNode, int], None]] = {
        "process killed": machines.kill_process,
        "process stands still": machines.stop_process,
        "machine killed": machines.kill,
        "machine leaves": machines.leave,
        "machine stands still": machines.stop,
    }
    yield f"{nodes} nodes of one core, {config.time_ms:g} ms a move, generations of {config.generation_games}"
    yield f"{'event':<22}{'usual':>8}{'then':>8}{'after':>8}{'extra':>8}{'games held':>12}{'their time':>12}"
    for name in names or events:
        losses = []
        for _ in range(rounds):
            losses.append(lose(machines, events[name], config, nodes))
            machines.repair()
        usual, then, after, games = (
            statistics.median(getattr(loss, field) for loss in losses)
            for field in ("usual", "disturbed", "following", "games")
        )
        # One of the other nodes plays them.
        own = games * usual * nodes / config.generation_games
        yield f"{name:<22}{usual:>7.2f}s{then:>7.2f}s{after:>7.2f}s{then - usual:>7.2f}s{games:>12.0f}{own:>11.2f}s"
    machines.close()


def main() -> None:
    """Runs what the options ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=2, help="number of nodes (default: %(default)s)")
    parser.add_argument("--time-ms", type=float, default=2, help="milliseconds a move (default: %(default)s)")
    parser.add_argument("--generation", type=int, default=64, help="games of a generation (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each event (default: %(default)s)")
    parser.add_argument("--event", action="append", default=[], help="only this event; may be repeated")
    options = parser.parse_args()
    config = sk.TrainConfig(time_ms=options.time_ms, generation_games=options.generation, threads=1, seed=1)
    for line in measure(options.nodes, config, options.rounds, options.event):
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(startup.run(main))
