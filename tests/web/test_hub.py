"""The watcher of a run behind the web page."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from shirokuro.web.hub import Hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_run_that_can_not_be_read_at_first_is_watched_all_the_same(run_of: Callable[..., Path]) -> None:
    run = run_of(3000)
    (run / "metrics.jsonl").rename(run / "kept")
    (run / "metrics.jsonl").mkdir()
    models: Any = SimpleNamespace(is_run=True, path=run, model=None, newer_games=lambda: None)

    class Subscriber:
        def __init__(self) -> None:
            self.seen = asyncio.Event()

        def changed(self, kind: str) -> None:
            assert kind == "run"
            self.seen.set()

    async def watched() -> Any:
        hub, subscriber = Hub(models, None, interval=0.01), Subscriber()  # type: ignore[arg-type]  # it searches nothing
        hub.subscribers.add(subscriber)  # type: ignore[arg-type]
        watching = asyncio.create_task(hub.watch())
        await asyncio.sleep(0.1)
        assert not watching.done()
        (run / "metrics.jsonl").rmdir()
        (run / "kept").rename(run / "metrics.jsonl")
        await subscriber.seen.wait()
        watching.cancel()
        return hub.run_snapshot

    assert asyncio.run(watched())["games"] == 3000
