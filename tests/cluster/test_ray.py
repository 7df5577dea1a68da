"""Trainings on several nodes of a real Ray cluster on this machine: the same bits as on one core."""

from __future__ import annotations

import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.cluster import nodes
from shirokuro.cluster.node import Identity
from shirokuro.config import shown_name
from tests.support.runs import FAST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cluster.conftest import Machines

GAMES = 192
CONFIG = FAST.replace(generation_games=64, table_mb=1, games=GAMES)


@pytest.fixture(scope="module")
def expected() -> str:
    """The digest of the run on one thread."""
    trainer = sk.Trainer(CONFIG.replace(threads=1))
    trainer.train_batch(GAMES)
    return trainer.digest()


@pytest.fixture
def workers(machines: Machines) -> Iterator[Callable[..., sk.RayWorkers]]:
    """Connects to the cluster, with so many nodes that play."""
    opened: list[sk.RayWorkers] = []

    def connect(count: int, **options: Any) -> sk.RayWorkers:
        machines.set_count(count)
        opened.append(sk.RayWorkers(machines.address, **options))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


def at(games: int, action: Callable[[], object]) -> Callable[[int], None]:
    """Returns a `progress` that acts once, when so many games are finished."""
    done: list[int] = []

    def progress(finished: int) -> None:
        if finished >= games and not done:
            done.append(finished)
            action()

    return progress


def wait_for_warning(trainer: sk.Trainer, text: str) -> None:
    """Looks after the nodes until the warning is there: the others may have played everything before."""
    end = time.monotonic() + 60
    while not any(text in warning.message for warning in trainer.warnings):
        assert time.monotonic() < end, trainer.warnings
        assert trainer.workers is not None
        trainer.workers._nodes.look()
        time.sleep(0.05)


@pytest.mark.proof("games played by 0, 1, 2 and 3 nodes", only=True)
def test_the_digest_does_not_depend_on_the_number_of_nodes(
    workers: Callable[..., sk.RayWorkers], expected: str
) -> None:
    for count in (2, 0, 1, 3):
        connected = workers(count)
        assert connected.wait_for_nodes(count)
        trainer = sk.Trainer(CONFIG, workers=connected)
        trainer.train_batch(GAMES)
        assert trainer.digest() == expected
        report = connected.take_report()
        assert report.nodes == count
        assert sum(report.games.values()) == (GAMES if count else 0)
        assert set(report.games) <= set(connected.nodes)
        assert bool(report.bytes_sent and report.bytes_received and report.waited) == bool(count)
        assert not trainer.warnings
        connected.close()


@pytest.mark.proof("nodes that join and are killed in the middle of a generation")
def test_nodes_may_come_and_go(workers: Callable[..., sk.RayWorkers], machines: Machines, expected: str) -> None:
    connected = workers(1)
    trainer = sk.Trainer(CONFIG, workers=connected)
    trainer.train_batch(100, progress=at(70, machines.add))
    assert connected.wait_for_nodes(2)
    trainer.train_batch(GAMES - 100, progress=at(40, machines.remove))
    assert trainer.digest() == expected
    wait_for_warning(trainer, "others play its games")


@pytest.mark.proof("an actor that hangs", only=True)
def test_an_actor_that_hangs_is_given_up(workers: Callable[..., sk.RayWorkers], expected: str) -> None:
    connected = workers(2, silence_seconds=1)
    assert connected.wait_for_nodes(2)
    trainer = sk.Trainer(CONFIG, workers=connected)
    trainer.train_batch(10)
    process = connected._ray.get(connected._nodes.ready[0].actor.identity.remote()).process
    os.kill(process, signal.SIGSTOP)
    trainer.train_batch(GAMES - 10)
    assert trainer.digest() == expected
    wait_for_warning(trainer, "no sign of life for 1 s")


def test_a_node_that_stands_still_gets_no_further_games_until_it_answers(
    workers: Callable[..., sk.RayWorkers], expected: str
) -> None:
    connected = workers(2, silence_seconds=60)
    assert connected.wait_for_nodes(2)
    trainer = sk.Trainer(CONFIG, workers=connected)
    trainer.train_batch(10)
    still = connected._nodes.ready[0]
    process = connected._ray.get(still.actor.identity.remote()).process
    os.kill(process, signal.SIGSTOP)
    try:
        trainer.train_batch(GAMES - 10)
        assert trainer.digest() == expected
        assert not still.has_room
    finally:
        os.kill(process, signal.SIGCONT)
    end = time.monotonic() + 60
    while not still.has_room:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert not trainer.warnings


@pytest.mark.proof("a run with a delay on nodes that are killed")
def test_a_run_with_a_delay_does_not_depend_on_the_nodes(
    workers: Callable[..., sk.RayWorkers], machines: Machines, expected: str
) -> None:
    config = CONFIG.replace(delay_generations=1)
    alone = sk.Trainer(config.replace(threads=1))
    alone.train_batch(GAMES)
    assert alone.digest() != expected
    connected = workers(2)
    assert connected.wait_for_nodes(2)
    trainer = sk.Trainer(config, workers=connected)
    trainer.train_batch(100)
    trainer.train_batch(GAMES - 100, progress=at(40, machines.remove))
    assert trainer.digest() == alone.digest()


@pytest.mark.proof("a driver that is killed and resumed", only=True)
def test_a_driver_that_is_killed_is_resumed_with_other_nodes(machines: Machines, expected: str, tmp_path: Path) -> None:
    machines.set_count(2)
    run = tmp_path / "run"
    settings = {"out": run, "ray": machines.address, "match-games": 0, "checkpoint-games": 32, "strength-games": 0}
    settings |= {name: value for name, value in CONFIG.as_dict().items() if name != "checkpoint_games"}
    names = {name: shown_name(name).replace("_", "-") for name in settings}
    given = [f"--{names[name]}={value}" for name, value in settings.items() if not isinstance(value, bool)]
    train = [sys.executable, "-m", "shirokuro", "train", "--quiet"]
    driver = subprocess.Popen([*train, *given])
    while not list((run / "checkpoints").glob("*.shiro")):
        time.sleep(0.01)
    driver.kill()
    driver.wait()
    machines.set_count(1)
    subprocess.run([*train, "--resume=require", f"--out={run}", f"--ray={machines.address}"], check=True)
    assert sk.file_digest(run / "model.shiro") == expected


def refusal(trainer: sk.Trainer) -> str:
    """Returns the one warning about a refused node; nodes of earlier tests may be lost meanwhile."""
    (message,) = (warning.message for warning in trainer.warnings if " is refused: " in warning.message)
    return message


@pytest.mark.proof("a node with another version or signature", only=True)
def test_a_node_with_another_version_or_signature_is_refused_by_name(
    workers: Callable[..., sk.RayWorkers],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = Identity.here()
    monkeypatch.setattr(Identity, "here", lambda: here)
    monkeypatch.setattr(Identity, "difference", lambda _, other: f"it is {other.version}")
    trainer = sk.Trainer(CONFIG, workers=workers(1))
    trainer.train_batch(GAMES)
    assert trainer.digest() == expected
    assert re.fullmatch(rf"node \S+ is refused: it is {sk.__version__}", refusal(trainer))


@pytest.mark.proof("a node that returns games of another run")
def test_a_node_that_returns_foreign_games_is_refused(
    workers: Callable[..., sk.RayWorkers], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = nodes.RemoteNode.play

    def play(node: Any, order: Any, piece: Any) -> Any:
        return played(node, dataclasses.replace(order, seed=order.seed + 1), piece)

    monkeypatch.setattr(nodes.RemoteNode, "play", play)
    trainer = sk.Trainer(CONFIG, workers=workers(1))
    trainer.train_batch(GAMES)
    assert trainer.digest() == expected
    assert re.match(r"node \S+ is refused: games refused: of the run with seed", refusal(trainer))


def test_messages_of_ray_are_logged_and_not_printed(
    workers: Callable[..., sk.RayWorkers], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    connected = workers(1)
    private: Any = connected._ray._private
    with caplog.at_level("DEBUG", "shirokuro"):
        private.utils.push_error_to_driver(private.worker.global_worker, "fault", "a node fell over")
        end = time.monotonic() + 60
        while "Ray: a node fell over" not in caplog.messages:
            assert time.monotonic() < end
            time.sleep(0.01)
    assert "fell over" not in "".join(capfd.readouterr())


def test_without_a_cluster_at_the_address_the_error_names_it() -> None:
    pytest.importorskip("ray")  # not where only the wheel is tested
    with pytest.raises(ConnectionError, match=r"no Ray cluster at 127\.0\.0\.1:9"):
        sk.RayWorkers("127.0.0.1:9")


@pytest.mark.proof("a match on two nodes", only=True)
def test_a_match_on_nodes_has_the_result_of_one_in_this_process(machines: Machines, trained: sk.Trainer) -> None:
    machines.set_count(2)
    model, opponent = sk.ModelPlayer(evaluator=trained.evaluator, depth=1), sk.RandomPlayer()
    with sk.RayArena(machines.address) as arena:
        assert sk.play_match(model, opponent, games=20, arena=arena) == sk.play_match(model, opponent, games=20)
        early = sk.play_match(model, opponent, games=2000, arena=arena, stop=lambda counts: sum(counts) > 2)
        assert early.games == 6
