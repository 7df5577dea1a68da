"""Connecting to a cluster: what is refused before Ray is asked."""

from __future__ import annotations

import sys

import pytest

import shirokuro as sk
from shirokuro.extras import MissingExtraError


@pytest.mark.parametrize("address", ["somewhere", "10.0.0.1", "ray://10.0.0.1:10001", ":6379", "host:port"])
def test_what_is_not_an_address_of_a_cluster_is_refused(address: str) -> None:
    pytest.importorskip("ray")  # not where only the wheel is tested
    for connect in (sk.RayWorkers, sk.RayArena):
        with pytest.raises(ValueError, match="must be HOST:PORT or auto"):
            connect(address)


@pytest.mark.parametrize("seconds", [0, 3601, float("nan")])
def test_times_out_of_range_are_refused(seconds: float) -> None:
    for connect in (sk.RayWorkers, sk.RayArena):
        with pytest.raises(ValueError, match=r"silence_seconds = .*: must be within 1…3,600"):
            connect(silence_seconds=seconds)


def test_without_ray_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"):
        monkeypatch.setenv(name, "")
    with pytest.raises(MissingExtraError, match=r"needs the package ray, .* pip install 'shirokuro\[ray\]'"):
        sk.RayWorkers()
