"""A run's metrics for Prometheus, over HTTP."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from shirokuro import extras
from shirokuro.exporters.http_server import listen
from shirokuro.runs.measures import FAMILIES, MEASURES
from shirokuro.runs.view import RunView

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shirokuro.runs.measures import Family, Kind

ADDRESS = "127.0.0.1:9464"
"""The default address, which can be reached only from this machine."""

_EXTRA = {"extra": "prometheus", "purpose": "serving metrics to Prometheus"}


def parse_address(text: str) -> tuple[str, int]:
    """Parses `PORT`, `HOST:PORT` or `[HOST]:PORT`; the default host is the loopback address of this machine.

    Raises:
        ValueError: `text` has a different form, or the port is above 65,535.
    """
    host, colon, port = text.rpartition(":")
    if port.isascii() and port.isdigit() and int(port) < 2**16 and not (colon and not host):
        return host.strip("[]") if colon else ADDRESS.partition(":")[0], int(port)
    raise ValueError(f"prometheus = {text!r}: must be PORT or HOST:PORT, with a port of at most 65,535")


class Endpoint:
    """HTTP server of a run's metrics on a separate thread. Each request reads them from the run's files.

    Connections are bounded in number and in time, so that visitors can't take the threads and descriptors that the
    training needs. It has neither encryption nor a password.

    Args:
        run: the run's directory.
        address: as for `parse_address`; port 0 picks a free one.

    Raises:
        ValueError: `address` is not valid.
        MissingExtraError: prometheus-client is not installed.
        OSError: the address can't be used.
    """

    def __init__(self, run: Path, address: str = ADDRESS) -> None:
        host, port = parse_address(address)
        library = extras.load("prometheus_client", **_EXTRA)
        registry = library.CollectorRegistry()
        registry.register(_Collector(run))
        try:
            self._server = listen(host, port, library.make_wsgi_app(registry))
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error
            raise OSError(f"prometheus: can't listen on {address}: {reason}") from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="shirokuro-prometheus", daemon=True)
        self._thread.start()
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_port}/metrics"
        """The URL of the metrics."""

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Collector:
    """Collector that passes the metrics to prometheus-client."""

    def __init__(self, run: Path) -> None:
        self._core = extras.load("prometheus_client.core", **_EXTRA)
        self._view = RunView(run)
        self._reading = threading.Lock()

    def describe(self) -> list[Any]:
        return []

    def collect(self) -> Iterator[Any]:
        with self._reading:  # requests may be concurrent
            self._view.refresh()
            yield from list(self._families())

    def _families(self) -> Iterator[Any]:
        view, metrics = self._view, self._view.metrics

        def gauge(name: str, text: str, value: float | None) -> Iterator[Any]:
            if value is not None:
                yield self._core.GaugeMetricFamily(f"shirokuro_{name}", text, value=value)

        yield from gauge("games_played", "Games of the run so far.", metrics.games_played if len(metrics) else None)
        yield from gauge("target_games", "Target length of the run in games.", view.target_games)
        yield from gauge("last_report_timestamp_seconds", "Time of the newest line of metrics.", metrics.value("time"))
        if view.checkpoints:
            newest = view.checkpoints[0]
            yield from gauge("checkpoint_games", "Games played at the newest checkpoint.", newest.games_played)
            yield from gauge("checkpoint_bytes", "Size of the newest checkpoint in bytes.", newest.size)
        for key, measure in MEASURES.items():
            if measure.kind == "sum":
                value = metrics.total(key)
            else:
                value = metrics.newest(key) if measure.lasting else metrics.value(key)
            if measure.prometheus and value is not None:
                yield self._kind(measure.kind)(f"shirokuro_{measure.prometheus}", measure.help, value=value)
        for key, family in FAMILIES.items():
            yield from self._family(key, family)
        yield from self._warnings()

    def _kind(self, kind: Kind) -> Any:  # noqa: ANN401
        return self._core.CounterMetricFamily if kind == "sum" else self._core.GaugeMetricFamily

    def _family(self, key: str, family: Family) -> Iterator[Any]:
        metrics = self._view.metrics
        result = self._kind(family.kind)(f"shirokuro_{family.prometheus}", family.help, labels=[family.label])
        for name in metrics.names:
            if not name.startswith(f"{key}.") or (name in MEASURES and MEASURES[name].kind != family.kind):
                continue
            value = metrics.total(name) if family.kind == "sum" else metrics.value(name)
            if value is not None:
                result.add_metric([name.removeprefix(f"{key}.")], value)
        if result.samples:
            yield result

    def _warnings(self) -> Iterator[Any]:
        family = self._core.CounterMetricFamily("shirokuro_warnings", "Warnings issued in the run.", labels=["kind"])
        kinds = [warning.kind for warning in self._view.metrics.warnings]
        for kind in sorted(set(kinds)):
            family.add_metric([kind], kinds.count(kind))
        if family.samples:
            yield family
