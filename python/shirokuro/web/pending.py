"""Connections that are not tabs yet: idle ones, and those that request or receive a file of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from websockets.asyncio.server import ServerConnection

if TYPE_CHECKING:
    import asyncio

MAX_PENDING = 100
"""The maximum number of such connections, whether or not they have shown the token."""


class PendingConnections:
    """The connections, oldest first. A new one beyond `MAX_PENDING` replaces the oldest, if possible an idle one."""

    def __init__(self) -> None:
        self._connections: dict[ServerConnection, None] = {}

    def connection_class(self) -> type[ServerConnection]:
        """Returns a class of connections that are registered here until they end or are removed."""
        pending = self

        class Registered(ServerConnection):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                pending.add(self)

            def connection_lost(self, error: Exception | None) -> None:
                pending.remove(self)
                super().connection_lost(error)

        return Registered

    def add(self, connection: ServerConnection) -> None:
        """Adds a connection, and makes room for it."""
        if len(self._connections) >= MAX_PENDING:
            oldest = next(iter(self._idle() or self._connections))
            self.remove(oldest)
            oldest.transport.abort()
        self._connections[connection] = None

    def remove(self, connection: ServerConnection) -> None:
        """Removes a connection that has become a tab or has ended."""
        self._connections.pop(connection, None)

    def drop_idle(self) -> None:
        """Aborts connections without a request, because browsers open some in advance and keep them idle."""
        for connection in self._idle():
            connection.transport.abort()

    def _idle(self) -> list[ServerConnection]:
        return [connection for connection in self._connections if connection.request is None]
