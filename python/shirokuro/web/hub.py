"""What all visitors have in common: the model, the threads that search, the run that is watched."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Protocol

from shirokuro.runs.view import RunView
from shirokuro.web.training import training_snapshot

if TYPE_CHECKING:
    from shirokuro.web.models import Model, ModelSource
    from shirokuro.web.search_pool import SearchPool

_log = logging.getLogger(__name__)


class Subscriber(Protocol):
    """Who is told about news."""

    def model_changed(self) -> None:
        """Another model plays from now on."""

    def changed(self, kind: str) -> None:
        """What `model_snapshot` (`"model"`) or `run_snapshot` (`"run"`) give has changed."""


class Hub:
    """Knows who is there, and tells them what has changed.

    Args:
        models: where the model comes from.
        searches: who searches.
        interval: seconds between two looks at a run's files.
    """

    def __init__(self, models: ModelSource, searches: SearchPool, *, interval: float = 1.0) -> None:
        self.searches = searches
        self.subscribers: set[Subscriber] = set()
        self.run_snapshot: dict[str, Any] | None = None
        """The run as it was at the last look; `None` where there is only a model."""
        self._models = models
        self._interval = interval
        self._newer: int | None = None
        self._loading = asyncio.Lock()

    @property
    def model(self) -> Model | None:
        """The model that plays."""
        return self._models.model

    def model_snapshot(self) -> dict[str, Any]:
        """The model that plays, for JSON."""
        model = self.model
        return {
            "type": "model",
            "source": self._models.name,
            "run": self._models.is_run,
            "name": model and model.name,
            "games": model and model.games_played,
            "newer": self._newer,
        }

    async def renew(self) -> None:
        """Lets the newest model play, for everyone; nothing if there is no newer one.

        Raises:
            OSError: it can't be read.
            ModelFileError: it is damaged.
        """
        async with self._loading:
            if self._newer is None:
                return
            before = self.model
            model = await asyncio.to_thread(self._models.load)
            self._newer = None
            if before is None or model.name != before.name:
                for subscriber in self.subscribers:
                    subscriber.model_changed()
            self._tell("model")

    async def watch(self) -> None:
        """Looks at the run's files until it is cancelled."""
        if not self._models.is_run:
            return
        view = await asyncio.to_thread(RunView, self._models.path)
        trouble = None
        while True:
            try:
                if self.subscribers or self.run_snapshot is None:
                    await self._look(view)
            except (OSError, ValueError) as error:  # as on a network's file system; the next look may do better
                if str(error) != trouble:
                    _log.warning("%s", error)
                trouble = str(error)
            await asyncio.sleep(self._interval)

    async def _look(self, view: RunView) -> None:
        def now() -> tuple[dict[str, Any], int | None]:
            view.refresh()
            return training_snapshot(view), self._models.newer_games()

        snapshot, newer = await asyncio.to_thread(now)
        if _without_age(snapshot) != _without_age(self.run_snapshot or {}):
            self.run_snapshot = snapshot
            self._tell("run")
        if newer != self._newer and not self._loading.locked():
            self._newer = newer
            self._tell("model")
        if self.model is None and newer is not None:
            await self.renew()

    def _tell(self, kind: str) -> None:
        for subscriber in self.subscribers:
            subscriber.changed(kind)


def _without_age(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What does not change by itself."""
    return {name: value for name, value in snapshot.items() if name != "age"}
