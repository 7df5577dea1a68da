"""Requests to the web page, and tabs without a browser."""

from __future__ import annotations

import http.client
import json
import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


def get(url: str, path: str = "/", method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, str]:
    address = urlsplit(url)
    with closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)) as connection:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response, response.read().decode()


def visit(url: str, *, name: str = "localhost", **headers: str) -> AbstractContextManager[ClientConnection]:
    """Connects as a page does, under a name that resolves to the server."""
    address = urlsplit(url)
    reached = socket.create_connection((address.hostname or "", address.port or 0))
    return connect(f"ws://{name}:{address.port}/live", additional_headers=headers, sock=reached, proxy=None)


def enter(url: str, **headers: str) -> None:
    """Connects and disconnects at once."""
    with visit(url, **headers):
        pass


def ask(connection: ClientConnection, do: str, **values: Any) -> None:
    connection.send(json.dumps({"do": do, **values}))


def wait_for(
    connection: ClientConnection, kind: str, condition: Callable[[Any], object] = bool, *, seconds: float = 60
) -> Any:
    """Returns the next message of a kind that fulfils a condition."""
    end = time.monotonic() + seconds
    while True:
        message = json.loads(connection.recv(timeout=max(end - time.monotonic(), 0)))
        if message["type"] == kind and condition(message):
            return message
