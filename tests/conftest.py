"""What several test files use."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import hypothesis
import pytest

import shirokuro as sk
from shirokuro.runs import checkpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser, Page

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


def metrics_line(games_played: int, *, games: int = 1000, time: float = 0.0, **changes: Any) -> dict[str, Any]:
    """A line of metrics with every measure that there is, made up, of a run of 200,000 games."""
    share = games_played / 200_000
    black = round(games * (0.48 + 0.02 * math.sin(9 * share)))
    white = round(games * 0.46)
    return {
        "time": datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds"),
        "games_played": games_played,
        "games": games,
        "mean_stone_difference": 2 * math.sin(9 * share),
        "black_win_rate": black / games,
        "white_win_rate": white / games,
        "draw_rate": (games - black - white) / games,
        "td_error": 4 + 6 * math.exp(-8 * share),
        "games_per_second": 1000.0,
        "failures": 0,
        "black_wins": black,
        "white_wins": white,
        "draws": games - black - white,
        "mean_moves": 59.75,
        "positions": 50 * games,
        "nodes": 15_000 * games,
        "table_hit_rate": 0.125,
        "play_seconds": 0.0009 * games,
        "learn_seconds": 0.0001 * games,
        "seconds": 0.001 * games,
        "values": {"count": 50 * games, "mean": 0.25, "sd": 10 + 12 * share, "min": -64.0, "max": 63.5},
        "search_depth": {"mean": 3.25, "min": 3, "max": 5},
        "convergence": {"coverage": min(1.0, 2 * share), "mean_updates": 46 * share, "expected_updates": 46.6 * share},
        "memory": {
            "weights": 57_736_800,
            "adam": 230_947_200,
            "tables": 8_000_000,
            "records": 900_000,
            "python": 31_000_000,
            "other": 12_000_000,
            "resident": 341_000_000,
            "budget": 600_000_000,
            "allocator_free": 3_100_000,
        },
        "phases": {"search": 0.0007 * games, "evaluation": 0.0002 * games, "learning": 0.0001 * games},
        "cpu": 0.97,
        "play": {"depth": 3, "epsilon": 0.1, "lambda": 0.9, "rate": 0.15 - 0.145 * share},
        **changes,
    }


@pytest.fixture
def run_of(tmp_path: Path) -> Callable[..., Path]:
    """Makes the directory of a run of 200,000 games that has written lines up to so many games, so many seconds ago."""

    def make(games_played: int, *, age: float = 3.0, name: str = "run", **changes: Any) -> Path:
        run = tmp_path / name
        (run / "checkpoints").mkdir(parents=True, exist_ok=True)
        start = time.time() - age - games_played / 1000
        config = run / "config.toml"
        config.write_text(sk.TrainConfig(games=200_000).to_toml(), encoding="utf-8")
        os.utime(config, (start, start))
        with (run / "metrics.jsonl").open("a", encoding="utf-8") as file:
            for games in range(1000, games_played + 1, 1000):
                file.write(json.dumps(metrics_line(games, time=start + games / 1000, **changes)) + "\n")
        for games in range(10_000, games_played + 1, 10_000):
            checkpoint = run / "checkpoints" / checkpoints.checkpoint_name(games)
            checkpoint.write_bytes(b"")
            os.truncate(checkpoint, 289_000_000)
            os.utime(checkpoint, (start + games / 1000,) * 2)
        return run

    return make


class Terminal:
    """A program in a terminal of its own, that of tmux."""

    def __init__(self, command: list[str], *, columns: int, lines: int) -> None:
        self._socket = f"shirokuro-{uuid.uuid4().hex}"
        size = ("-x", str(columns), "-y", str(lines))
        # A shell stays when the program has ended, so that what it left can be seen.
        shell = ("bash", "-c", '"$@"; echo "[exit code $?]"; sleep 600', "bash")
        options = ("set-option", "-g", "status", "off", ";")
        self._tmux("-f", os.devnull, "start-server", ";", *options, "new-session", "-d", *size, *shell, *command)

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-L", self._socket, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    @property
    def screen(self) -> str:
        """What can be seen."""
        return self._tmux("capture-pane", "-p")

    @property
    def ended(self) -> int | None:
        """The program's exit code; `None` while it runs."""
        found = re.search(r"\[exit code (\d+)\]", self.screen)
        return int(found[1]) if found else None

    @property
    def cursor(self) -> bool:
        """It can be seen."""
        return self._tmux("display-message", "-p", "#{cursor_flag}").strip() == "1"

    @property
    def pid(self) -> int:
        """The program's process."""
        shell = self._tmux("display-message", "-p", "#{pane_pid}").strip()
        return int(subprocess.run(["pgrep", "-P", shell], check=True, capture_output=True, text=True).stdout)  # noqa: S607

    def press(self, *keys: str) -> None:
        """Sends keys, by tmux's names for them."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Sends text as it is, where `press` would take it for the name of a key."""
        self._tmux("send-keys", "-l", text)

    def resize(self, columns: int, lines: int) -> None:
        """Gives the terminal another size."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def wait_for(self, condition: Callable[[str], object], *, seconds: float = 60) -> str:
        """Waits until the screen is as it should be; the screen."""
        end = time.monotonic() + seconds
        while not condition(screen := self.screen):
            assert time.monotonic() < end, f"not seen in {seconds} s:\n{screen}"
            time.sleep(0.05)
        return screen

    def wait_for_end(self, *, seconds: float = 60) -> int:
        """Waits for the program; its exit code."""
        end = time.monotonic() + seconds
        while (code := self.ended) is None:
            assert time.monotonic() < end, f"not ended in {seconds} s:\n{self.screen}"
            time.sleep(0.05)
        return code

    def close(self) -> None:
        """As a person closes a window."""
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], check=False, capture_output=True)  # noqa: S607


@pytest.fixture
def rhino() -> sk.GtpPlayer:
    """Debian's Othello program, at its lowest level and without its openings."""
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


class Served:
    """A page that `shirokuro serve` serves."""

    def __init__(self, arguments: tuple[str | Path, ...]) -> None:
        program = Path(sys.executable).parent / "shirokuro"
        command = [program, "serve", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + self.process.stdout.read()
        self.url = found[0]
        """What the program says is to be opened."""

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ends it by a signal; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.rest, _ = self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., Served]]:
    """Starts `shirokuro serve` with arguments, at a port that is free."""
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
    api = pytest.importorskip("playwright.sync_api")  # the emulated tests have none
    api.expect.set_options(timeout=20_000)  # machines differ
    with api.sync_playwright() as playwright:
        # Chromium's sandbox can't be had by root, as which containers run the tests.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def tab(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    height: int = 860,
    scheme: Literal["light", "dark"] = "light",
    moving: bool = False,
) -> Iterator[Page]:
    """A tab of its own that has opened a page; an error in it, or a request that leads elsewhere, fails the test."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="no-preference" if moving else "reduce",
    )
    page, place, wrong = context.new_page(), urlsplit(url).netloc, list[str]()
    page.set_default_timeout(20_000)
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if urlsplit(request.url).netloc == place else wrong.append(request.url))
    page.on("websocket", lambda socket: None if urlsplit(socket.url).netloc == place else wrong.append(socket.url))
    page.goto(url)
    page.locator("#status:not(:empty)").wait_for(state="attached")
    yield page
    context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def open_tab(browser: Browser) -> Callable[..., AbstractContextManager[Page]]:
    """Opens a page in a tab of its own."""
    return partial(tab, browser)


@pytest.fixture(scope="session")
def line_of() -> Callable[..., dict[str, Any]]:
    return metrics_line


# `make torture` runs the tests that are marked as proofs, in their full sizes, and shows a table of them.


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--torture", action="store_true", help="run the proofs alone, in their full sizes")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "timing: depends on how fast things go; no other test runs beside it")
    config.addinivalue_line("markers", "proof(fault): shows what a fault does; a row of `make torture`")
    # Tests press Ctrl-C, which a script's shell makes the programs ignore that it starts in the background.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if mark := item.get_closest_marker("proof"):
            item.user_properties.append(("fault", mark.args[0]))
    if config.getoption("--torture"):
        items[:] = [item for item in items if item.get_closest_marker("proof")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tests that need a program or a feature of the system are skipped where it is missing, but fail if `CI` is set."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"nothing may be missing in continuous integration: {reason}"
    return report


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
