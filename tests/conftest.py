"""Fixtures shared by several test files."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

import shirokuro as sk
from shirokuro import models
from shirokuro.runs import checkpoints
from shirokuro.training import memory
from tests.support.pages import Served, tab
from tests.support.runs import FAST, SMALL, metrics_line, write_run
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytest_plugins = ["tests.support.torture"]

_LONGEST = ("tests/cluster/", "tests/integration/", "tests/documents/", "tests/web/", "tests/scripts/")

# No deadline for examples: machines differ in speed.
hypothesis.settings.register_profile("shirokuro", deadline=None)
hypothesis.settings.load_profile("shirokuro")


@pytest.fixture(scope="session", autouse=True)
def _memory_before_the_tests() -> None:
    """Measures what the process has before its first trainer at once, not after tests that happen to come first."""
    memory.memory_before()


@pytest.fixture(scope="session")
def small() -> sk.TrainConfig:
    return SMALL


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries failed saves almost at once."""
    monkeypatch.setattr(checkpoints, "RETRY_SECONDS", 0.01)


@pytest.fixture(scope="session")
def fast() -> sk.TrainConfig:
    return FAST


@pytest.fixture(scope="session")
def trained() -> sk.Trainer:
    """A trainer after a thousand games. Tests must not change it."""
    trainer = sk.Trainer(FAST)
    trainer.train_batch(1000)
    return trainer


@pytest.fixture(scope="session")
def model(trained: sk.Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model file of `trained`, with its training state."""
    path = tmp_path_factory.mktemp("model") / "model.shiro"
    trained.save(path)
    return path


@pytest.fixture
def shipped(trained: sk.Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sk.Evaluator:
    """Ships the weights of `trained` with the package, and returns their evaluator."""
    path = tmp_path / "shipped" / "default.shiro"
    path.parent.mkdir()
    trained.evaluator.save(path)
    monkeypatch.setattr(models, "FILE", path)
    return trained.evaluator


@pytest.fixture(scope="session")
def positions() -> Callable[[int], list[sk.Position]]:
    """Plays a random game by seed, and returns its positions from the start to the end."""

    def random_game(seed: int) -> list[sk.Position]:
        random = Random(seed)
        game = [sk.Position()]
        while not game[-1].is_over:
            game.append(game[-1].play(random.choice(game[-1].legal_moves)))
        return game

    return random_game


@pytest.fixture
def run_of(tmp_path: Path) -> Callable[..., Path]:
    """Creates the directory of a run of 200,000 games; see `write_run`."""

    def make(games_played: int, *, name: str = "run", **changes: Any) -> Path:
        write_run(tmp_path / name, games_played, **changes)
        return tmp_path / name

    return make


@pytest.fixture
def rhino() -> sk.GtpPlayer:
    """Debian's Othello program, at its lowest level and without its opening book."""
    if not shutil.which("gtp-rhino", path=os.pathsep.join((os.environ["PATH"], "/usr/games"))):
        pytest.skip("gtp-rhino is not installed: `make .venv/.programs` installs it on Debian")
    return sk.GtpPlayer("gtp-rhino -l 1 -b 0")


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Starts programs in terminals."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed: `make .venv/.programs` installs it on Debian")
    opened: list[Terminal] = []

    def start(*command: str | Path, columns: int = 80, lines: int = 24) -> Terminal:
        opened.append(Terminal([str(each) for each in command], columns=columns, lines=lines))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., Served]]:
    """Starts `shirokuro serve` with arguments, on a free port."""
    started: list[Served] = []

    def start(*arguments: str | Path) -> Served:
        started.append(Served(("--port", "0", *arguments)))
        return started[-1]

    yield start
    for each in started:
        each.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed: `make .venv/.programs` installs it on Debian")
    api = pytest.importorskip("playwright.sync_api")  # missing in the emulated tests
    api.expect.set_options(timeout=20_000)  # machines differ
    with api.sync_playwright() as playwright:
        # Chromium's sandbox does not work for root, and containers run the tests as root.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def open_tab(browser: Browser) -> Callable[..., AbstractContextManager[Page]]:
    """Opens a page in a separate tab."""
    return partial(tab, browser)


@pytest.fixture(scope="session")
def line_of() -> Callable[..., dict[str, Any]]:
    return metrics_line


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "timing: depends on the machine's speed; no other test runs at the same time")
    # Tests press Ctrl-C, which programs ignore if a script's shell started them in the background.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts first the files whose tests take longest, most of it waiting, so that none of them runs last."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


def pytest_collection_finish() -> None:
    """Leaves out of later garbage collections what all tests share, which is most of the memory."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns skipped tests into failures if `CI` is set. Elsewhere, tests that lack a program or feature are skipped."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"no test may be skipped in continuous integration: {reason}"
    return report
