"""A run's metrics for Prometheus, over HTTP."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from shirokuro import extras
from shirokuro.runs.view import RunView

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ADDRESS = "127.0.0.1:9464"
"""Where the metrics are served unless it is said otherwise: to this machine alone."""

_EXTRA = {"extra": "prometheus", "purpose": "serving metrics to Prometheus"}

_COUNTERS: Mapping[str, str] = {
    "games": "Games played to their end.",
    "failures": "Games that failed.",
    "black_wins": "Games that Black won.",
    "white_wins": "Games that White won.",
    "draws": "Games without a winner.",
    "positions": "Positions learned from.",
    "nodes": "Positions visited by searches.",
    "play_seconds": "Time spent playing.",
    "learn_seconds": "Time spent learning.",
}
"""Sums over all lines of the metrics."""

_GAUGES: Mapping[str, tuple[str, str]] = {
    "mean_stone_difference": ("stone_difference_discs", "Mean final disc difference, Black's view."),
    "black_win_rate": ("black_win_ratio", "Share of the games that Black won."),
    "white_win_rate": ("white_win_ratio", "Share of the games that White won."),
    "draw_rate": ("draw_ratio", "Share of the games without a winner."),
    "mean_moves": ("game_moves", "Mean number of moves in a game."),
    "td_error": ("td_error_discs", "Root mean square of target minus evaluation before learning."),
    "games_per_second": ("games_per_second", "Throughput, learning included."),
    "table_hit_rate": ("table_hit_ratio", "Share of table probes that found their position."),
    "cpu": ("cpu_ratio", "Share of the cores in use."),
    "convergence.coverage": ("coverage_ratio", "Share of the entries that can occur which were updated."),
    "convergence.mean_updates": ("entry_updates", "Mean number of updates of an entry."),
}
"""Values of the newest line: what they are called here, and what they are."""

_LABELLED: Mapping[str, tuple[str, str, str]] = {
    "memory": ("memory_bytes", "component", "Memory by component."),
    "values": ("search_value_discs", "statistic", "Search values, side to move."),
    "search_depth": ("search_depth_plies", "statistic", "Plies reached by searches."),
    "play": ("setting", "name", "Settings in force."),
}
"""Objects of the newest line, a sample each key."""


def parse_address(text: str) -> tuple[str, int]:
    """Reads `PORT`, `HOST:PORT` or `[HOST]:PORT`; the host is this machine's loopback if it is left out.

    Raises:
        ValueError: it is none of them.
    """
    host, colon, port = text.rpartition(":")
    if port.isascii() and port.isdigit() and int(port) < 2**16 and not (colon and not host):
        return host.strip("[]") if colon else ADDRESS.partition(":")[0], int(port)
    raise ValueError(f"prometheus = {text!r}: must be PORT or HOST:PORT, with a port up to 65,535")


class Endpoint:
    """Serves a run's metrics, on a thread of its own, until it is closed. They are read from its files when asked for.

    Args:
        run: the run's directory.
        address: as for `parse_address`; port 0 picks a free one.

    Raises:
        ValueError: the address is none.
        MissingExtraError: prometheus-client is not installed.
        OSError: the address can't be used.
    """

    def __init__(self, run: Path, address: str = ADDRESS) -> None:
        host, port = parse_address(address)
        library = extras.load("prometheus_client", **_EXTRA)
        registry = library.CollectorRegistry()
        registry.register(_Collector(run))
        try:
            self._server, self._thread = library.start_http_server(port, addr=host, registry=registry)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error
            raise OSError(f"prometheus: can't listen on {address}: {reason}") from error
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_port}/metrics"
        """Where the metrics are."""

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Collector:
    """Gives the metrics in the form of prometheus-client."""

    def __init__(self, run: Path) -> None:
        self._core = extras.load("prometheus_client.core", **_EXTRA)
        self._view = RunView(run)
        self._reading = threading.Lock()

    def describe(self) -> list[Any]:
        return []

    def collect(self) -> Iterator[Any]:
        with self._reading:  # several readers may ask at once
            self._view.refresh()
            yield from list(self._families())

    def _families(self) -> Iterator[Any]:
        view, metrics = self._view, self._view.metrics

        def gauge(name: str, text: str, value: float | None) -> Iterator[Any]:
            if value is not None:
                yield self._core.GaugeMetricFamily(f"shirokuro_{name}", text, value=value)

        yield from gauge("games_played", "Games of the run so far.", metrics.games_played if len(metrics) else None)
        yield from gauge("target_games", "Length of the run in games.", view.target_games)
        yield from gauge("last_report_timestamp_seconds", "Time of the newest line of metrics.", metrics.value("time"))
        if view.checkpoints:
            newest = view.checkpoints[0]
            yield from gauge("checkpoint_games", "Games of the newest checkpoint.", newest.games_played)
            yield from gauge("checkpoint_bytes", "Size of the newest checkpoint.", newest.size)
        for name, text in _COUNTERS.items():
            if (total := metrics.total(name)) is not None:
                yield self._core.CounterMetricFamily(f"shirokuro_{name}", text, value=total)
        for name, (shown, text) in _GAUGES.items():
            yield from gauge(shown, text, metrics.value(name))
        for prefix, (shown, label, text) in _LABELLED.items():
            yield from self._labelled(self._core.GaugeMetricFamily, prefix, shown, label, text)
        yield from self._phases()
        yield from self._warnings()

    def _labelled(self, kind: Any, prefix: str, shown: str, label: str, text: str) -> Iterator[Any]:  # noqa: ANN401
        row = self._view.metrics.row(-1) if len(self._view.metrics) else {}
        family = kind(f"shirokuro_{shown}", text, labels=[label])
        for name, value in row.items():
            if name.startswith(f"{prefix}.") and not name.endswith(".count"):
                family.add_metric([name.removeprefix(f"{prefix}.")], value)
        if family.samples:
            yield family

    def _phases(self) -> Iterator[Any]:
        metrics = self._view.metrics
        family = self._core.CounterMetricFamily(
            "shirokuro_phase_seconds", "Time by what it went into.", labels=["phase"]
        )
        for name in metrics.names:
            if name.startswith("phases.") and (total := metrics.total(name)) is not None:
                family.add_metric([name.removeprefix("phases.")], total)
        if family.samples:
            yield family

    def _warnings(self) -> Iterator[Any]:
        family = self._core.CounterMetricFamily("shirokuro_warnings", "Warnings that the run gave.", labels=["kind"])
        kinds = [warning.kind for warning in self._view.metrics.warnings]
        for kind in sorted(set(kinds)):
            family.add_metric([kind], kinds.count(kind))
        if family.samples:
            yield family
