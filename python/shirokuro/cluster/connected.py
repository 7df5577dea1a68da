"""What holds this process's connection to a Ray cluster and its nodes."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from shirokuro.cluster.connection import connect, load_ray
from shirokuro.cluster.node import Identity
from shirokuro.cluster.nodes import Nodes, check_silence


class Connected:
    """A connection to a cluster: a context manager, whose end closes it."""

    def __init__(self, address: str | None, *, silence_seconds: float, dashboard: bool = False) -> None:
        check_silence(silence_seconds)
        self._is_owner = connect(address, dashboard=dashboard)
        self._ray: Any = load_ray()
        self._nodes = Nodes(Identity.here(), silence_seconds=silence_seconds)

    def __reduce__(self) -> NoReturn:
        """Refuses to be pickled or copied."""
        raise TypeError(f"cannot pickle or copy {type(self).__name__}: it is a connection of this process")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the nodes' processes, and the connection if it was made here."""
        self._nodes.close()
        if self._is_owner:
            self._is_owner = False
            self._ray.shutdown()
