"""The server: answers a browser's requests, and plays with every tab that connects. Needs the extra `web`."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from weakref import WeakSet

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers, MultipleValuesError
from websockets.http11 import Response

from shirokuro.web.client import Client
from shirokuro.web.guard import Entry, Guard, Refusal
from shirokuro.web.hub import Hub
from shirokuro.web.messages import MAX_BYTES
from shirokuro.web.pages import SAFETY_HEADERS, Page, load_pages
from shirokuro.web.search_pool import SearchPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from websockets.http11 import Request

    from shirokuro.web.models import ModelSource

_log = logging.getLogger(__name__)

MAX_VISITORS = 50
"""Tabs that play at the same time."""

_PATIENCE_SECONDS = 10.0
"""For a request to arrive."""

_THREADS = 4
"""That search, at least: visitors who let the model think for long are not to keep all others waiting."""

_LIVE = "/live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the page is served, and to whom."""

    host: str = "127.0.0.1"
    port: int = 8080
    """0 for any that is free."""
    token: str | None = None
    """What a visitor has to know; needed for a host beyond loopback."""

    def url(self, port: int) -> str:
        """What to open in a browser."""
        host = socket.gethostname() if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 (compared, not bound)
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{port}/" + (f"?token={self.token}" if self.token else "")


async def run_server(
    models: ModelSource, address: Address, *, stop: asyncio.Event, started: Callable[[str], object]
) -> None:
    """Serves the page until `stop` is set.

    Args:
        models: what plays, and the run that is watched.
        address: where.
        stop: ends it, from this event loop.
        started: called with the page's address when it can be opened.

    Raises:
        ValueError: the address needs a token, or the token is of the wrong form.
        OSError: the address can't be listened at.
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
    searches = SearchPool(max(_THREADS, min(os.cpu_count() or 1, 16)))
    hub = Hub(models, searches)
    connections: WeakSet[ServerConnection] = WeakSet()
    requests = _Requests(guard, load_pages(), hub)
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
            create_connection=_noted_in(connections),
        ):
            started()
            await stop.wait()
            _drop_idle(connections)
    finally:
        searches.close()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def _listen(address: Address) -> socket.socket:
    """The socket: of one address, because that is what was named."""
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
        message = f"port {address.port} of {address.host} is in use; --port names another, 0 any that is free"
        raise OSError(message) from error
    return listener


def _noted_in(known: WeakSet[ServerConnection]) -> type[ServerConnection]:
    """Connections that can be found as long as they are there."""

    class Noted(ServerConnection):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            known.add(self)

    return Noted


def _drop_idle(connections: Iterable[ServerConnection]) -> None:
    """Drops those that have not asked for anything yet: browsers open some in advance, and then wait."""
    for connection in list(connections):
        if connection.request is None:
            connection.transport.abort()


def _silent() -> logging.Logger:
    """A logger for connections: a browser that goes away in the middle of something is no news."""
    logger = logging.getLogger("shirokuro.web.connections")
    logger.setLevel(logging.CRITICAL)
    return logger


class _Requests:
    """Answers requests."""

    def __init__(self, guard: Guard, pages: Mapping[str, Page], hub: Hub) -> None:
        self._guard = guard
        self._pages = pages
        self._hub = hub

    def answer(self, _connection: ServerConnection, request: Request) -> Response | None:
        """The answer to a request; `None` for one that begins to play."""
        if request.method != "GET":
            return _text(HTTPStatus.METHOD_NOT_ALLOWED, "only GET is answered here", {"Allow": "GET"})
        try:
            decision = self._guard.check(request.path, request.headers)
        except MultipleValuesError:
            return _text(HTTPStatus.BAD_REQUEST, "a header is there twice")
        if isinstance(decision, Refusal):
            return _text(decision.status, decision.reason)
        if isinstance(decision, Entry):
            headers = {"Location": "/", "Set-Cookie": decision.cookie}
            return _text(HTTPStatus.SEE_OTHER, "come in", headers)
        return self._serve(request.path.partition("?")[0])

    def _serve(self, path: str) -> Response | None:
        if path == _LIVE:
            if len(self._hub.subscribers) >= MAX_VISITORS:
                return _text(HTTPStatus.SERVICE_UNAVAILABLE, "too many visitors: close a tab, or come back later")
            return None
        if page := self._pages.get(path):
            return _response(HTTPStatus.OK, page.media_type, page.body)
        return _text(HTTPStatus.NOT_FOUND, "there is nothing here")

    async def play(self, connection: ServerConnection) -> None:
        """Plays with a tab."""
        try:
            await Client(connection, self._hub).stay()
        except Exception:
            _log.exception("a visitor's game ended by an error")
            raise


def _text(status: HTTPStatus, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return _response(status, "text/plain; charset=utf-8", f"{text}\n".encode(), headers)


def _response(status: HTTPStatus, media_type: str, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    lines = {"Content-Type": media_type, "Content-Length": str(len(body)), "Connection": "close"}
    return Response(status, status.phrase, Headers({**lines, **SAFETY_HEADERS, **(headers or {})}), body)
