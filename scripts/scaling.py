"""Predicts the speed of a training on 1 to 1,000 nodes from measured constants, and compares it with nodes here.

python scripts/scaling.py --measure             # the constants of this machine, in processor time
python scripts/scaling.py --plot docs/images/scaling.svg
python scripts/scaling.py --gains               # what a delay of one generation gains
python scripts/scaling.py --check               # the plain trainer, and 1, 2 and 3 nodes of one core on this machine

`docs/scaling.md` explains the model.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import math
import statistics
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import shirokuro as sk
from shirokuro._core import GamePlayer, TrainerCore
from shirokuro.display.format import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAY_MS = {1: 0.10, 3: 0.82, 5: 7.3, 7: 41.0}
"""Processor time of a game in milliseconds, by depth; positions with 8 empty squares are solved."""

TIMED_GAME_MS = 2_000 / 3.88
"""The same with 15 ms a move: two cores play 3.88 games a second (`docs/benchmarks.md`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """What the model is made of: measured with `--measure`, except latency and bandwidth."""

    supply_ms: float = 0.006
    """Driver: checking a game, in ms of one core."""
    learn_ms: float = 0.28
    """Driver: learning a game, in ms of one core, reports included."""
    share_ms: float = 49.0
    """Driver: finding what changed, for each generation."""
    piece_ms: float = 2.0
    """Driver: handing out a piece and taking it back."""
    changes_bytes: float = 144_000
    """Bytes of what a generation of 64 games changes."""
    changes_exponent: float = 0.5
    """They grow with the generation to this power, because games share entries."""
    game_bytes: float = 220
    """Bytes of a game."""
    apply_ms: float = 17.0
    """Node: applying the changes."""
    latency_ms: float = 1.0
    """From the driver to a node and back."""
    bandwidth: float = 125e6
    """Bytes per second of the driver's network: 1 Gbit/s."""


def generation_seconds(nodes: int, *, cores: int, games: int, play_ms: float, known: Constants, delay: bool) -> float:
    """Returns the predicted time of a generation; with a delay, nodes play while the driver learns and compares."""
    threads = nodes * cores
    changes = known.changes_bytes * (games / 64) ** known.changes_exponent
    pieces = min(games / cores, nodes * (1 + math.log2(max(games / threads, 1))))
    fetch = known.latency_ms + 1e3 * nodes * changes / known.bandwidth + known.apply_ms
    # The last game that starts takes as long as any other; on average the others wait for half of it.
    play = max(games / threads, 1) * play_ms + play_ms / 2
    handling = games * known.supply_ms + pieces * known.piece_ms
    network = 1e3 * games * known.game_bytes / known.bandwidth
    learn = known.share_ms + games * known.learn_ms
    if delay:
        return float(fetch + max(play, handling + learn, network) + known.latency_ms) / 1e3
    return float(fetch + max(play, handling, network) + known.latency_ms + learn) / 1e3


def speed(nodes: int, *, cores: int, games: int, play_ms: float, known: Constants, delay: bool = False) -> float:
    """Returns the predicted games per second."""
    return games / generation_seconds(nodes, cores=cores, games=games, play_ms=play_ms, known=known, delay=delay)


def gains(known: Constants, cores: int) -> Iterator[str]:
    """Yields the lines of a table of what a delay gains."""
    yield f"games per second without and with a delay of one generation, nodes of {cores} cores"
    for depth, play_ms in PLAY_MS.items():
        for nodes, games in ((1, 64), (4, 64), (4, 256), (15, 256), (15, 512), (60, 1024), (60, 2048)):
            plain, delayed = (
                speed(nodes, cores=cores, games=games, play_ms=play_ms, known=known, delay=delay)
                for delay in (False, True)
            )
            yield (
                f"{counted(depth, 'ply', 'plies'):<9}{counted(nodes, 'node'):>9}, generations of {games:>5,}:"
                f"{plain:>7,.0f}{delayed:>7,.0f}  {100 * (delayed / plain - 1):+.0f} %"
            )


def table(known: Constants, cores: int) -> Iterator[str]:
    """Yields the lines of a table of speeds."""
    counts = (1, 2, 4, 10, 30, 100, 300, 1000)
    yield f"games per second, nodes of {cores} cores"
    yield f"{'search':<12}{'generation':>11}" + "".join(f"{count:>9,}" for count in counts)
    searches = {**{counted(depth, "ply", "plies"): ms for depth, ms in PLAY_MS.items()}, "15 ms a move": TIMED_GAME_MS}
    for name, play_ms in searches.items():
        for games in (64, 1024, 8192):
            speeds = (speed(count, cores=cores, games=games, play_ms=play_ms, known=known) for count in counts)
            yield f"{name:<12}{games:>11,}" + "".join(f"{each:>9,.0f}" for each in speeds)


def plot(path: Path, known: Constants, cores: int) -> None:
    """Draws the speeds over the number of nodes."""
    from matplotlib.figure import Figure  # noqa: PLC0415 (an optional package)

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    counts = sorted({round(10 ** (power / 20)) for power in range(61)})
    colours = ("#0072b2", "#009e73", "#e69f00", "#d55e00", "#7f3f98")
    searches = {**{counted(depth, "ply", "plies"): ms for depth, ms in PLAY_MS.items()}, "15 ms a move": TIMED_GAME_MS}
    for (name, play_ms), colour in zip(searches.items(), colours, strict=True):
        for games, style in ((8192, "-"), (1024, "--")):
            speeds = [speed(count, cores=cores, games=games, play_ms=play_ms, known=known) for count in counts]
            axes.plot(counts, speeds, style, color=colour, label=name if games == 8192 else None)  # noqa: PLR2004
    axes.set(xscale="log", yscale="log", xlabel=f"nodes of {cores} cores", ylabel="games per second")
    axes.set_title("Predicted speed; generations of 8,192 games, dashed: 1,024")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})


def measure(generation: int) -> Iterator[str]:
    """Measures the constants in processor time, with the weights of the shipped model."""
    for depth in PLAY_MS:
        games = max(16, min(generation, round(1024 / 4**depth * 64)))
        yield f"play, {depth} plies: {_play_ms(depth, games):.2f} ms a game"
    for size in (64, generation, 4 * generation):
        yield _driver_costs(size)


def _play_ms(depth: int, games: int) -> float:
    core = TrainerCore(seed=1, generation_games=games, threads=1, table_mb=4, init=sk.Evaluator.default())
    core.share_weights()
    player = GamePlayer(threads=1, table_mb=4)
    player.apply(core.whole_weights()[2])
    start = time.process_time()
    player.play(1, range(games), play=sk.TrainConfig(depth=depth).at(0), table_mb=4)
    return 1e3 * (time.process_time() - start) / games


def _driver_costs(games: int) -> str:
    core = TrainerCore(seed=1, generation_games=games, threads=1, table_mb=4, init=sk.Evaluator.default())
    core.share_weights()
    player = GamePlayer(threads=1, table_mb=4)
    player.apply(core.whole_weights()[2])
    play = sk.TrainConfig(depth=1).at(0)
    rows = []
    for _ in range(4):
        played = player.play(1, core.missing_games(games, play=play), play=play, table_mb=4)
        times = [time.process_time()]
        core.supply(played, play=play)
        times.append(time.process_time())
        core.advance(games, play=play)
        times.append(time.process_time())
        changes = core.share_weights()[2]
        times.append(time.process_time())
        player.apply(changes)
        times.append(time.process_time())
        rows.append((len(played) / games, len(changes), *(1e3 * (b - a) for a, b in pairwise(times))))
    # The first generation touches memory for the first time.
    size, changed, supply, learn, share, apply = (statistics.median(column) for column in zip(*rows[1:], strict=True))
    return (
        f"generations of {games:>5,}: {size:.0f} bytes a game, {changed:,.0f} bytes of changes, "
        f"supply {supply / games:.4f} ms a game, learn {learn / games:.3f} ms a game, "
        f"share {share:.0f} ms, apply {apply:.0f} ms"
    )


def check(depth: int, generation: int, rounds: int, delay: int) -> Iterator[str]:
    """Compares the plain trainer on one core with 1, 2 and 3 nodes of one core, in rounds of three generations."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415 (an optional package)

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    config = sk.TrainConfig(depth=depth, generation_games=generation, delay_generations=delay, threads=1, seed=1)
    games = 3 * generation
    speeds: dict[int, list[float]] = {count: [] for count in range(4)}
    driver: list[float] = []
    for count, measured in speeds.items():
        if count:
            cluster.add_node(num_cpus=1)
        for _ in range(rounds):
            trainer = sk.Trainer(config)
            trainer.train_batch(generation)  # touches the memory
            if count:
                trainer.workers = sk.RayWorkers(str(cluster.address))
                trainer.workers.wait_for_nodes(count)
                trainer.train_batch(generation)  # the weights travel
                trainer.workers.take_report()
            start, used = time.perf_counter(), time.process_time()
            trainer.train_batch(games)
            measured.append(games / (time.perf_counter() - start))
            waited = ""
            if trainer.workers:
                driver.append((time.process_time() - used) / games)
                waited = f", nodes waited for {100 * (trainer.workers.take_report().waited or 0):.0f} % of the time"
                trainer.workers.close()
            yield f"{count} nodes: {measured[-1]:.1f} games/s{waited}"
    plain = statistics.median(speeds[0])
    yield f"{depth} plies, generations of {generation:,}: plain {plain:.0f} games/s on one core"
    for count in (1, 2, 3):
        ratio = statistics.median(speeds[count]) / plain
        play_ms = 1e3 / plain - Constants().learn_ms
        expected = speed(count, cores=1, games=generation, play_ms=play_ms, known=Constants(), delay=delay > 0) / plain
        yield f"{count} nodes of one core: {ratio:.2f} times the plain speed, predicted {expected:.2f}"
    yield f"driver: {100 * 100 * statistics.median(driver):.1f} % of a core for each 100 games/s"
    cluster.shutdown()  # type: ignore[no-untyped-call]


def main() -> None:
    """Runs what the options ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--measure", action="store_true", help="measure the constants of this machine")
    parser.add_argument("--check", action="store_true", help="compare with 1, 2 and 3 nodes on this machine")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the predicted speeds")
    parser.add_argument("--gains", action="store_true", help="predict what a delay of one generation gains")
    parser.add_argument("--delay", type=int, default=0, help="delay in the check, 0 or 1 (default: %(default)s)")
    parser.add_argument("--cores", type=int, default=4, help="cores of a node (default: %(default)s)")
    parser.add_argument("--depth", type=int, default=5, help="depth of the check (default: %(default)s)")
    parser.add_argument("--generation", type=int, default=1024, help="games of a generation (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the check (default: %(default)s)")
    options = parser.parse_args()
    if options.measure:
        for line in measure(options.generation):
            print(line, flush=True)
    if options.check:
        for line in check(options.depth, options.generation, options.rounds, options.delay):
            print(line, flush=True)
    if options.plot:
        plot(options.plot, Constants(), options.cores)
    if options.gains:
        print("\n".join(gains(Constants(), options.cores)))
    if not (options.measure or options.check or options.gains):
        print("\n".join(table(Constants(), options.cores)))


if __name__ == "__main__":
    sys.exit(startup.run(main))
