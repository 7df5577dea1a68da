"""Metrics in Prometheus, as the real program reads them."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.exporters import http_server
from shirokuro.exporters.prometheus import ADDRESS, Endpoint, parse_address
from shirokuro.runs.metrics import Metrics
from shirokuro.runs.view import RunView
from tests.support.paths import ROOT
from tests.support.runs import PATTERNS, QUICK_ARGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROMETHEUS = ROOT / ".venv" / "prometheus" / "usr" / "bin" / "prometheus"
needs_prometheus = pytest.mark.skipif(
    not PROMETHEUS.exists(), reason="Prometheus is missing: `make .venv/.programs` fetches it on Debian"
)


@contextmanager
def served(run: Path) -> Iterator[str]:
    with closing(Endpoint(run, "0")) as endpoint:
        yield endpoint.url


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310 (a local server)
        text: str = response.read().decode()
        return text


def samples(url: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(read(url))
        for sample in family.samples
    }


def test_the_endpoint_serves_the_values_of_metrics(run_of: Callable[..., Path], line_of: Callable[..., Any]) -> None:
    run = run_of(20_000, warnings=[{"kind": "coverage", "message": "low"}])
    metrics = Metrics(run / "metrics.jsonl")
    with served(run) as url:
        assert url.startswith("http://127.0.0.1:")
        served_samples = samples(url)
        expected: dict[tuple[str, ...], object] = {
            ("shirokuro_games_played",): 20_000,
            ("shirokuro_target_games",): 200_000,
            ("shirokuro_games_total",): 20_000,
            ("shirokuro_black_wins_total",): metrics["black_wins"].sum(),
            ("shirokuro_td_error_discs",): metrics.value("td_error"),
            ("shirokuro_coverage_ratio",): metrics.value("convergence.coverage"),
            ("shirokuro_memory_bytes", "resident"): 341_000_000,
            ("shirokuro_search_value_discs", "sd"): metrics.value("values.sd"),
            ("shirokuro_phase_seconds_total", "search"): pytest.approx(14),
            ("shirokuro_setting", "lambda"): 0.9,
            ("shirokuro_warnings_total", "coverage"): 20,
            ("shirokuro_checkpoint_games",): 20_000,
            ("shirokuro_checkpoint_bytes",): 289_000_000,
            ("shirokuro_last_report_timestamp_seconds",): metrics.value("time"),
        }
        assert {name: served_samples[name] for name in expected} == expected
        with (run / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line_of(21_000)) + "\n")
        assert samples(url)["shirokuro_games_played",] == 21_000
        shutil.rmtree(run)
        assert samples(url) == {}


def test_a_measure_without_values_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text('{"games_played": 5}\n', encoding="utf-8")
    with served(tmp_path) as url:
        assert samples(url) == {("shirokuro_games_played",): 5}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@needs_prometheus
def test_prometheus_scrapes_a_run(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(fast, patterns=PATTERNS)
    trainer.start_training(500, directory=tmp_path / "run")
    with served(tmp_path / "run") as url:
        checked = subprocess.run(
            [PROMETHEUS.with_name("promtool"), "check", "metrics"],
            input=read(url),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
        target = urllib.parse.urlsplit(url).netloc
        config = tmp_path / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s}\n"
            f"scrape_configs: [{{job_name: shirokuro, static_configs: [{{targets: ['{target}']}}]}}]\n",
            encoding="utf-8",
        )
        address = f"127.0.0.1:{free_port()}"
        command = [
            str(PROMETHEUS),
            f"--config.file={config}",
            f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address={address}",
        ]
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            query = urllib.parse.urlencode({"query": "shirokuro_td_error_discs"})
            end = time.monotonic() + 90
            found: list[Any] = []
            while not found:
                assert process.poll() is None, (tmp_path / "log").read_text()
                assert time.monotonic() < end, (tmp_path / "log").read_text()
                time.sleep(0.2)
                try:
                    found = json.loads(read(f"http://{address}/api/v1/query?{query}"))["data"]["result"]
                except OSError:  # Prometheus has not started yet
                    continue
        finally:
            process.terminate()
            process.wait(60)
    error = Metrics(tmp_path / "run" / "metrics.jsonl").value("td_error")
    assert error is not None
    assert float(found[0]["value"][1]) == pytest.approx(error)


def test_a_run_serves_its_metrics_while_it_trains(tmp_path: Path) -> None:
    port = free_port()
    program = Path(sys.executable).parent / "shirokuro"
    arguments = ["train", "--out", str(tmp_path), "--games=1000000", "--report-games=64", f"--prometheus={port}"]
    with subprocess.Popen([program, *arguments, *QUICK_ARGS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"metrics for Prometheus at http://127.0.0.1:{port}/metrics\n"
        end = time.monotonic() + 60
        while ("shirokuro_td_error_discs",) not in (seen := samples(f"http://127.0.0.1:{port}/metrics")):
            assert time.monotonic() < end
            time.sleep(0.1)
        process.terminate()
    assert process.returncode == 143
    assert seen["shirokuro_target_games",] == 1_000_000


def connected_to(url: str, count: int) -> list[socket.socket]:
    """Opens connections that send nothing."""
    address = urllib.parse.urlsplit(url)
    return [socket.create_connection((address.hostname or "", address.port or 0), timeout=60) for _ in range(count)]


def test_idle_connections_beyond_the_descriptors_neither_end_a_training_nor_hide_its_metrics(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/metrics"
    program = Path(sys.executable).parent / "shirokuro"
    arguments = ["train", "--out", str(tmp_path), "--games=1000000", "--report-games=64", "--checkpoint-games=256"]
    command = ["sh", "-c", 'ulimit -n 256 && exec "$@"', "sh", str(program), *arguments, f"--prometheus={port}"]
    with (
        subprocess.Popen([*command, *QUICK_ARGS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        ExitStack() as idle,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        for each in connected_to(url, 300):
            idle.enter_context(each)
        end, before = time.monotonic() + 120, float("inf")
        while (saved := samples(url).get(("shirokuro_checkpoint_games",), 0)) <= before:
            assert time.monotonic() < end
            assert process.poll() is None, process.stderr.read()
            before = min(before, saved or before)
            time.sleep(0.1)
        descriptors = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
        process.terminate()
        # A warning may stand above: on a loaded machine the training became slower meanwhile.
        assert process.stderr.read().splitlines()[-1].startswith("stopped after ")
    assert process.returncode == 143
    assert descriptors < 100


def test_many_visitors_at_a_time_need_not_try_again() -> None:
    with http_server.listen("127.0.0.1", 0, lambda *_: []) as server, ExitStack() as opened:
        # Nobody accepts them yet. Beyond the queue, the system would not even answer.
        for _ in range(64):
            opened.enter_context(socket.create_connection(("127.0.0.1", server.server_port), timeout=10))


def test_a_connection_ends_after_its_time_even_if_it_keeps_sending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "MAX_SECONDS", 0.5)
    with served(tmp_path) as url, ExitStack() as opened:
        idle, slow = map(opened.enter_context, connected_to(url, 2))
        assert idle.recv(1) == b""
        end = time.monotonic() + 60
        with pytest.raises(OSError, match=r"Broken pipe|reset"):  # noqa: PT012 (one of the bytes fails)
            while time.monotonic() < end:
                slow.sendall(b"G")
                time.sleep(0.05)


def test_a_failure_of_the_endpoint_reaches_only_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_view: object) -> None:
        raise OSError(24, "Too many open files")

    with served(tmp_path) as url:
        with monkeypatch.context() as patch:
            patch.setattr(RunView, "refresh", fail)
            with pytest.raises(urllib.error.HTTPError, match="500"):
                read(url)
        assert samples(url) == {}
    assert capsys.readouterr() == ("", "")


def test_threads_that_do_not_start_leave_the_endpoint_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    with served(tmp_path) as url:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", fail)
            for _ in range(2 * http_server.MAX_CONNECTIONS):
                with pytest.raises(OSError, match=r"closed|reset|Broken pipe"):
                    read(url)
        assert samples(url) == {}
    assert capsys.readouterr() == ("", "")


def test_an_address_in_use_is_rejected_before_the_training_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert main(["train", "--out", str(tmp_path / "run"), "--prometheus", address, *QUICK_ARGS]) == 2
    assert f"prometheus: can't listen on {address}: " in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_addresses_are_parsed_and_invalid_ones_are_rejected() -> None:
    assert parse_address(ADDRESS) == ("127.0.0.1", 9464)
    assert parse_address("80") == ("127.0.0.1", 80)
    assert parse_address("0.0.0.0:80") == ("0.0.0.0", 80)  # noqa: S104 (a user may ask for it)
    assert parse_address("[::1]:80") == ("::1", 80)
    for invalid in ("", ":80", "host", "host:", "host:x", "70000", "-1", "host:²"):
        with pytest.raises(ValueError, match="must be PORT or HOST:PORT"):
            parse_address(invalid)
