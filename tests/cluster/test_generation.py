"""A generation with nodes that are calls in this process: what the driver does with their answers."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from shirokuro._core import TrainerCore
from shirokuro.cluster.generation import Generation, Orders, SharedWeights
from shirokuro.cluster.node import Node
from shirokuro.cluster.nodes import NodeFault
from shirokuro.cluster.ray_arena import _Games
from shirokuro.cluster.ray_workers import RayWorkers
from shirokuro.cluster.report import ClusterReport
from tests.support.runs import FAST

if TYPE_CHECKING:
    from shirokuro.cluster.node import Order
    from shirokuro.cluster.pieces import Piece

GAMES = 16
PLAY = FAST.at(0)


class FakeNode:
    """A node that answers as soon as it is asked."""

    threads = 2

    def __init__(self, name: str, fault: NodeFault | None = None) -> None:
        self.id = self.name = name
        self.node = Node(2, fetch=lambda reference: reference)
        self.fault = fault
        self.pieces: list[Piece] = []

    @property
    def has_room(self) -> bool:
        return len(self.pieces) < 2

    def play(self, order: Order, piece: Piece) -> Any:
        self.pieces.append(piece)
        answer = self.fault or self.node.play(order)
        return (self.name, piece.number, answer)

    def finished(self, piece: Piece) -> None:
        self.pieces.remove(piece)

    def drop(self, piece: Piece) -> None:
        self.pieces.remove(piece)

    def forget_pieces(self) -> None:
        self.pieces.clear()


class FakeNodes:
    """Nodes of which none joins or leaves by itself."""

    def __init__(self, *nodes: FakeNode) -> None:
        self.ready = list(nodes)
        self.faults: list[str] = []

    @property
    def are_gone(self) -> bool:
        return not self.ready

    def look(self) -> list[FakeNode]:
        return []

    def wait(self, references: list[Any], _: float) -> list[Any]:
        return references

    def answer(self, reference: Any) -> Any:
        if isinstance(reference[2], NodeFault):
            raise reference[2]
        return reference[2]

    def fail(self, node: FakeNode, fault: NodeFault) -> None:
        self.ready.remove(node)
        self.faults.append(f"{node.name}: {fault}")

    def stop(self, identifier: str, piece: Piece) -> None:
        raise AssertionError((identifier, piece))


def core(delay: int = 0) -> TrainerCore:
    return TrainerCore(seed=FAST.seed, generation_games=GAMES, threads=1, table_mb=1, delay_generations=delay)


def connected(*nodes: FakeNode) -> Any:
    """Returns workers whose cluster consists of these nodes."""
    workers: Any = object.__new__(RayWorkers)
    workers._nodes, workers._shared = FakeNodes(*nodes), SharedWeights(lambda changes: changes)
    workers._report, workers._begun = ClusterReport(), None
    return workers


def held(node: FakeNode) -> list[int]:
    return [game for piece in node.pieces for game in piece.games]


def play(driver: TrainerCore, nodes: FakeNodes, shared: SharedWeights, *, seed: int = FAST.seed) -> ClusterReport:
    report = ClusterReport()
    generation: Any = Generation(
        driver,
        driver.missing_games(GAMES, play=PLAY),
        Orders(seed, PLAY, 1, 60, shared.follow(driver), driver.evaluator.patterns),
        nodes=nodes,  # type: ignore[arg-type]  # a fake
        shared=shared,
        report=report,
    )
    while not generation.is_done:
        generation.step(0)
    driver.advance(GAMES, play=PLAY)
    return report


def test_a_node_that_missed_more_generations_than_are_kept_gets_the_whole() -> None:
    alone, driver, shared = core(), core(), SharedWeights(lambda changes: changes)
    steady, absent = FakeNode("steady"), FakeNode("absent")
    for generation in range(12):
        alone.advance(GAMES, play=PLAY)
        report = play(driver, FakeNodes(*([steady] if 1 < generation < 11 else [absent])), shared)
        assert sum(report.games.values()) == GAMES
    assert driver.digest() == alone.digest()


def test_games_of_another_run_and_a_node_that_ends_cost_no_bit() -> None:
    alone, driver = core(), core()
    alone.advance(GAMES, play=PLAY)
    ended = FakeNodes(FakeNode("sound"), FakeNode("ended", NodeFault("its process has ended")))
    assert set(play(driver, ended, SharedWeights(lambda changes: changes)).games) == {"sound"}
    assert ended.faults == ["ended: its process has ended"]
    assert driver.digest() == alone.digest()
    other = core()
    foreign = FakeNodes(FakeNode("foreign"))
    play(other, foreign, SharedWeights(lambda changes: changes), seed=FAST.seed + 1)
    assert "games refused: of the run with seed" in foreign.faults[0]
    assert other.digest() == alone.digest()


def test_with_a_delay_nodes_have_the_next_generation_while_one_is_learned() -> None:
    alone, driver, node = core(delay=1), core(delay=1), FakeNode("node")
    workers = connected(node)
    for generation in range(4):
        left = (3 - generation) * GAMES
        alone.advance(GAMES, play=PLAY)
        workers.play(driver, GAMES, play=PLAY, table_mb=1, hang_seconds=60, later=min(left, 10), later_play=PLAY)
        first = (generation + 1) * GAMES
        assert bool(held(node)) == bool(left)
        assert set(held(node)) <= set(range(first, first + 10))
        driver.advance(GAMES, play=PLAY)
        assert driver.digest() == alone.digest()


def test_games_that_nodes_began_under_other_settings_are_played_again() -> None:
    alone, driver, node = core(delay=1), core(delay=1), FakeNode("node")
    workers = connected(node)
    other = dataclasses.replace(PLAY, epsilon=0.5)
    for play in (PLAY, other, PLAY):
        alone.advance(GAMES, play=play)
        workers.play(driver, GAMES, play=play, table_mb=1, hang_seconds=60, later=GAMES, later_play=PLAY)
        driver.advance(GAMES, play=play)
        assert driver.digest() == alone.digest()
    assert sum(workers._report.games.values()) == 3 * GAMES


def test_without_a_delay_the_next_generation_can_not_be_shared() -> None:
    with pytest.raises(RuntimeError, match="the next generation's weights are not known"):
        core().share_weights(ahead=True)
    with pytest.raises(RuntimeError, match="the next generation's weights are not known"):
        core(delay=1).share_weights(ahead=True)


def test_a_match_without_a_node_fails_also_for_games_that_are_added_later() -> None:
    class NoNodes:
        ready = ()

        def look(self) -> list[Any]:
            return []

        def require_one(self) -> None:
            raise NodeFault("no node of the cluster is left to play")

    games = _Games(SimpleNamespace(put=lambda match: match), NoNodes(), None, 1)  # type: ignore[arg-type]
    first = games.submit(0)
    games.run()
    for future in (first, games.submit(1)):
        with pytest.raises(NodeFault, match="no node"):
            future.result(timeout=0)
