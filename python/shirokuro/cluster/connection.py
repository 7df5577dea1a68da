"""The connection to Ray: starting it on this machine, or joining a cluster."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

from shirokuro import extras
from shirokuro.config import cores

if TYPE_CHECKING:
    from types import ModuleType

_log = logging.getLogger(__name__)

OBJECT_STORE_BYTES = 256 * 1024 * 1024
"""Size of the object store of a Ray that is started here: several times the largest weights."""


_CONNECT_SECONDS = 10.0
"""Time in which a cluster must accept a connection."""


def load_ray() -> ModuleType:
    """Imports Ray, which then reports nothing about its use to anybody.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Otherwise Ray warns, in machines without a GPU, of what a later release will do about their environment.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    return extras.load("ray", extra="ray", purpose="playing on the nodes of a cluster")


def connect(address: str | None, *, dashboard: bool) -> bool:
    """Joins the cluster at an address, or starts Ray on this machine, unless this process is connected already.

    Returns:
        Whether the connection was made here, and is to be ended by `ray.shutdown`.

    Raises:
        ConnectionError: there is no cluster at the address.
        ValueError: it is not an address.
        MissingExtraError: Ray is not installed.
    """
    if address is None:
        _keep_to_this_machine()
    ray: Any = load_ray()
    if ray.is_initialized():
        return False
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.WARNING}
    if address is None:
        options |= {"num_cpus": cores(), "include_dashboard": dashboard, "object_store_memory": OBJECT_STORE_BYTES}
    else:
        _check(address)
    handler = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address or "local", **options)
    except (ConnectionError, RuntimeError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        where = f"no Ray cluster at {address}" if address else "Ray does not start"
        raise ConnectionError(f"{where}: {reason}") from error
    finally:
        # Ray replaces the program's handler by its own.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, handler)
    # Ray prints what it has to say about lost nodes in the midst of the program's output, and has no option for that.
    ray._private.worker.print_to_stdstream = _log_message  # noqa: SLF001
    return True


def _log_message(data: dict[str, Any], *_: object, **__: object) -> None:
    """Logs a message of Ray's."""
    for line in data["lines"]:
        _log.debug("Ray: %s", line)


def _check(address: str) -> None:
    """Checks that something listens at an address: Ray would try for half a minute and then end the process."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in address:
        raise ValueError(f"address = {address!r}: must be HOST:PORT or auto, of a cluster that this machine is part of")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ConnectionError(f"no Ray cluster at {address}: {error}") from error


def _keep_to_this_machine() -> None:
    """Lets a Ray that is started here listen only on the loopback interface, and serve only who knows its token.

    The interface is decided when Ray is imported, hence this comes before.
    """
    if "RAY_AUTH_MODE" not in os.environ:
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    # Its name says where it is the default.
    os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
