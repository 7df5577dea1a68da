"""What several test files use."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import hypothesis
import pytest

import shirokuro as sk
from shirokuro import checkpoints

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# How long an example takes says nothing here: machines differ.
hypothesis.settings.register_profile("shirokuro", deadline=None)
hypothesis.settings.load_profile("shirokuro")

FAST = sk.TrainConfig(seed=7, games=2000, depth=1, exact_empties=0, epsilon=0.2, random_plies=10, threads=2, table_mb=1)
"""Settings that play thousands of games a second."""


SMALL = FAST.replace(compress=True)
"""The same, for tests that save often."""


@pytest.fixture(scope="session")
def small() -> sk.TrainConfig:
    return SMALL


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A save that failed is tried again at once."""
    monkeypatch.setattr(checkpoints, "RETRY_SECONDS", 0.01)


@pytest.fixture(scope="session")
def fast() -> sk.TrainConfig:
    return FAST


@pytest.fixture(scope="session")
def trained() -> sk.Trainer:
    """A trainer after a thousand games; tests leave it as it is."""
    trainer = sk.Trainer(FAST)
    trainer.train_batch(1000)
    return trainer


@pytest.fixture(scope="session")
def model(trained: sk.Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its file, with training state."""
    path = tmp_path_factory.mktemp("model") / "model.shiro"
    trained.save(path)
    return path


@pytest.fixture(scope="session")
def positions() -> Callable[[int], list[sk.Position]]:
    """Positions of random games, every disc count among them, by seed."""

    def random_game(seed: int) -> list[sk.Position]:
        random = Random(seed)
        game = [sk.Position()]
        while not game[-1].is_over:
            game.append(game[-1].play(random.choice(game[-1].legal_moves)))
        return game

    return random_game


# `make torture` runs the tests that are marked as proofs, in their full sizes, and shows a table of them.


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--torture", action="store_true", help="run the proofs alone, in their full sizes")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "proof(fault): shows what a fault does; a row of `make torture`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if mark := item.get_closest_marker("proof"):
            item.user_properties.append(("fault", mark.args[0]))
    if config.getoption("--torture"):
        items[:] = [item for item in items if item.get_closest_marker("proof")]


@pytest.fixture(scope="session")
def size(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """Chooses between a number for the suite and one for `make torture`."""
    full = bool(pytestconfig.getoption("--torture"))
    return lambda quick, whole: whole if full else quick


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--torture"):
        return
    reports: list[pytest.TestReport] = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    rows: dict[str, list[tuple[int, pytest.TestReport]]] = {}
    for report in reports:
        known = dict(report.user_properties)
        rows.setdefault(str(known["fault"]), []).append((int(str(known.get("count", 1))), report))
    terminalreporter.section("faults")
    terminalreporter.write_line(f"{'fault':<64} {'cases':>6} {'failed':>7} {'seconds':>8}")
    for fault, tests in rows.items():
        cases = sum(count for count, _ in tests)
        failed = sum(report.failed for _, report in tests)
        seconds = sum(report.duration for _, report in tests)
        terminalreporter.write_line(f"{fault:<64} {cases:>6} {failed:>7} {seconds:>8.1f}")
