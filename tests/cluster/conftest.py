"""A Ray cluster of several nodes on this machine."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING, Any

import pytest

from shirokuro.cluster.connection import load_ray

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENT = {
    "RAY_AUTH_MODE": "disabled",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # only the loopback interface
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_failure_threshold": "4",
}


class Machines:
    """Ray nodes on this machine, each as if it were one."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster  # noqa: PLC0415 (an optional package)

        store = 100 * 1024 * 1024
        self._store = store
        head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": store}
        self._cluster = Cluster(initialize_head=True, head_node_args=head)
        self._nodes: list[Any] = []

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    def set_count(self, count: int) -> None:
        while len(self._nodes) > count:
            self.remove()
        while len(self._nodes) < count:
            self.add()

    def add(self) -> None:
        node = self._cluster.add_node(num_cpus=1, object_store_memory=self._store)
        self._nodes.append(node)

    def remove(self) -> None:
        """Kills the newest node, without letting it finish anything."""
        self._cluster.remove_node(self._nodes.pop(), allow_graceful=False)

    def close(self) -> None:
        self._cluster.shutdown()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="session")
def machines() -> Iterator[Machines]:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("ray is not installed: `make .venv/.dev` installs it")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, ("python", os.environ.get("PYTHONPATH")))))
        load_ray()
        started = Machines()
        yield started
        started.close()
