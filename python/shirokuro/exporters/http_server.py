"""An HTTP server that a program can run alongside its real work: bounded connections, each for a limited time."""

from __future__ import annotations

import io
import logging
import socket
import threading
import time
from contextlib import suppress
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CONNECTIONS = 8
"""The maximum number of connections at a time, each of which takes a thread and a descriptor."""

MAX_SECONDS = 10.0
"""The time after which a connection is closed, whatever it has sent."""

_ROOM_SECONDS = 1.0
"""The longest wait for the thread of a connection that was closed to make room for another."""

_PAUSE_SECONDS = 0.1

_log = logging.getLogger(__name__)


class BoundedServer(ThreadingMixIn, WSGIServer):
    """A server with a thread for each of at most `MAX_CONNECTIONS` connections. A new one replaces the oldest.

    Failures are logged at the level `DEBUG`, and leave the server running.
    """

    daemon_threads = True
    request_queue_size = 128  # with a full queue, the system lets a visitor wait for seconds before it tries again

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (as the base class takes them)
        self._slots = threading.Semaphore(MAX_CONNECTIONS)
        self._since: dict[Any, float] = {}
        self._changing = threading.Lock()
        super().__init__(*arguments, **options)

    def get_request(self) -> tuple[Any, Any]:
        """Accepts a connection. After a failure, for example without free descriptors, it pauses first."""
        try:
            return super().get_request()
        except OSError:
            time.sleep(_PAUSE_SECONDS)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (as the base class)
        """Starts a thread for a connection, or closes it if all are taken."""
        if not self._slots.acquire(blocking=False):
            self._hang_up(oldest=True)
            if not self._slots.acquire(timeout=_ROOM_SECONDS):
                self.close_request(request)
                return
        with self._changing:
            self._since[request] = time.monotonic()
        super().process_request(request, client_address)

    def service_actions(self) -> None:
        """Closes the connections whose time is up; is called about twice a second."""
        self._hang_up(before=time.monotonic() - MAX_SECONDS)

    def _hang_up(self, *, oldest: bool = False, before: float = 0.0) -> None:
        """Ends the dialogue on the oldest connection, or on all from before a time. Their threads then close them."""
        with self._changing:
            ended = list(self._since)[:1] if oldest else [each for each, at in self._since.items() if at < before]
            for request in ended:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 (as the base class)
        """Closes a connection and frees its place."""
        with self._changing:
            known = self._since.pop(request, None) is not None
        super().shutdown_request(request)
        if known:
            self._slots.release()

    def handle_error(self, _request: Any, _client_address: Any) -> None:  # noqa: ANN401 (as the base class)
        """Logs a failure: a closed connection, or no thread for a new one."""
        _log.debug("a connection failed", exc_info=True)


class _Handler(WSGIRequestHandler):
    """A handler that logs no requests, and answers a failure without printing it."""

    timeout = MAX_SECONDS

    def log_message(self, format: str, *_arguments: Any) -> None:  # noqa: A002, ANN401 (as the base class names it)
        """Logs nothing."""

    def get_stderr(self) -> io.StringIO:
        """Returns a stream for tracebacks that nobody reads; the reader of the page gets status 500."""
        return io.StringIO()


def listen(host: str, port: int, application: Callable[..., Any]) -> BoundedServer:
    """Opens a server for a WSGI application; `serve_forever` then answers.

    Raises:
        OSError: the address can't be used.
    """
    family, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    server = type("Server", (BoundedServer,), {"address_family": family})
    return make_server(str(where[0]), port, application, server, handler_class=_Handler)
