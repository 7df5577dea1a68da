"""The server, which answers requests and plays with every connected tab. It needs the extra `web`."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from websockets.asyncio.server import serve
from websockets.datastructures import Headers, MultipleValuesError
from websockets.frames import CloseCode
from websockets.http11 import Response

from shirokuro.web.client import Client
from shirokuro.web.guard import Entry, Guard, Refusal
from shirokuro.web.hub import Hub
from shirokuro.web.messages import MAX_BYTES
from shirokuro.web.pages import SAFETY_HEADERS, Page, load_pages
from shirokuro.web.pending import PendingConnections
from shirokuro.web.search_pool import SearchPool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request

    from shirokuro.web.models import ModelSource

_log = logging.getLogger(__name__)

MAX_VISITORS = 50
"""The maximum number of connected tabs."""

_PATIENCE_SECONDS = 10.0
"""The timeout for a request to arrive."""

_THREADS = 4
"""The minimum number of search threads, so that a few long searches do not block all other visitors."""

_LIVE = "/live"

_FULL = "too many visitors: close a tab, or try again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The address at which the page is served, and the token for it."""

    host: str = "127.0.0.1"
    port: int = 8080
    """The port; 0 for any free one."""
    token: str | None = None
    """The token that visitors must present; needed for a host beyond loopback."""

    def url(self, port: int) -> str:
        """Returns the URL to open in a browser."""
        host = socket.gethostname() if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 (compared, not bound)
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{port}/" + (f"?token={self.token}" if self.token else "")


async def run_server(
    models: ModelSource, address: Address, *, stop: asyncio.Event, started: Callable[[str], object]
) -> None:
    """Serves the page until `stop` is set.

    Args:
        models: the source of the model and the run to watch.
        address: the address to listen on, and the token.
        stop: an event of this event loop that stops the server.
        started: a function that is called with the URL of the page once it can be opened.

    Raises:
        ValueError: the address needs a token, or the token is malformed.
        OSError: the server can't listen on the address.
    """
    with _listen(address) as listener:
        port = int(listener.getsockname()[1])
        guard = Guard(host=address.host, port=port, token=address.token)
        await _run(models, guard, listener, stop, lambda: started(address.url(port)))


async def _run(
    models: ModelSource,
    guard: Guard,
    listener: socket.socket,
    stop: asyncio.Event,
    started: Callable[[], object],
) -> None:
    with closing(SearchPool(max(_THREADS, min(os.cpu_count() or 1, 16)))) as searches:
        hub = Hub(models, searches)
        pending = PendingConnections()
        requests = _Requests(guard, load_pages(), hub, pending)
        watching = asyncio.create_task(hub.watch())
        try:
            async with serve(
                requests.play,
                sock=listener,
                process_request=requests.answer,
                server_header=None,
                open_timeout=_PATIENCE_SECONDS,
                close_timeout=1,
                max_size=MAX_BYTES,
                logger=_silent(),
                create_connection=pending.connection_class(),
            ):
                started()
                await stop.wait()
                pending.drop_idle()
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


def _listen(address: Address) -> socket.socket:
    """Opens the listening socket, on a single address because only one was named."""
    try:
        family, *_, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise OSError(f"host = {address.host!r}: {error.strerror}") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        message = f"port {address.port} of {address.host} is in use: choose another with --port (0 for any free one)"
        raise OSError(message) from error
    return listener


def _silent() -> logging.Logger:
    """Returns a silent logger for connections, because browsers often disconnect in the middle of a request."""
    logger = logging.getLogger("shirokuro.web.connections")
    logger.setLevel(logging.CRITICAL)
    return logger


class _Requests:
    """The handlers of requests and connections."""

    def __init__(self, guard: Guard, pages: Mapping[str, Page], hub: Hub, pending: PendingConnections) -> None:
        self._guard = guard
        self._pages = pages
        self._hub = hub
        self._pending = pending

    def answer(self, _connection: ServerConnection, request: Request) -> Response | None:
        """Returns the response to a request; `None` for one that opens a game connection."""
        if request.method != "GET":
            return _text(HTTPStatus.METHOD_NOT_ALLOWED, "only GET is allowed", {"Allow": "GET"})
        try:
            decision = self._guard.check(request.path, request.headers)
        except MultipleValuesError:
            return _text(HTTPStatus.BAD_REQUEST, "a header is repeated")
        if isinstance(decision, Refusal):
            return _text(decision.status, decision.reason)
        if isinstance(decision, Entry):
            headers = {"Location": "/", "Set-Cookie": decision.cookie}
            return _text(HTTPStatus.SEE_OTHER, "redirecting to the page", headers)
        return self._serve(request.path.partition("?")[0])

    def _serve(self, path: str) -> Response | None:
        if path == _LIVE:
            return _text(HTTPStatus.SERVICE_UNAVAILABLE, _FULL) if self._is_full else None
        if page := self._pages.get(path):
            return _response(HTTPStatus.OK, page.media_type, page.body)
        return _text(HTTPStatus.NOT_FOUND, "not found")

    @property
    def _is_full(self) -> bool:
        return len(self._hub.subscribers) >= MAX_VISITORS

    async def play(self, connection: ServerConnection) -> None:
        """Plays with a connected tab."""
        self._pending.remove(connection)
        if self._is_full:  # by now: several tabs may have connected at once
            await connection.close(CloseCode.TRY_AGAIN_LATER, _FULL)
            return
        try:
            await Client(connection, self._hub).stay()
        except Exception:
            _log.exception("a visitor's game ended with an error")
            raise


def _text(status: HTTPStatus, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return _response(status, "text/plain; charset=utf-8", f"{text}\n".encode(), headers)


def _response(status: HTTPStatus, media_type: str, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    lines = {"Content-Type": media_type, "Content-Length": str(len(body)), "Connection": "close"}
    return Response(status, status.phrase, Headers({**lines, **SAFETY_HEADERS, **(headers or {})}), body)
