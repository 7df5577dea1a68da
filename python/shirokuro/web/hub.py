"""The state that all visitors share: the model, the search threads and the watched run."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Protocol

from shirokuro.display.format import message_of
from shirokuro.engine.levels import LEVELS
from shirokuro.runs.view import RunView
from shirokuro.web.training import training_snapshot

if TYPE_CHECKING:
    from shirokuro.web.models import Model, ModelSource
    from shirokuro.web.search_pool import SearchPool

_log = logging.getLogger(__name__)


class Subscriber(Protocol):
    """A receiver of notifications about changes."""

    def model_changed(self) -> None:
        """Is called when another model takes over."""

    def changed(self, kind: str) -> None:
        """Is called when `model_snapshot` (`"model"`) or `run_snapshot` (`"run"`) has changed."""


class Hub:
    """The model, the run and their subscribers, which are notified of changes.

    Args:
        models: the source of the model.
        searches: the pool of search threads.
        interval: the seconds between two checks of a run's files.
    """

    def __init__(self, models: ModelSource, searches: SearchPool, *, interval: float = 1.0) -> None:
        self.searches = searches
        self.subscribers: set[Subscriber] = set()
        self.run_snapshot: dict[str, Any] | None = None
        """The run as of the last check; `None` if only a model file is served."""
        self._models = models
        self._interval = interval
        self._newer: int | None = None
        self._loading = asyncio.Lock()

    @property
    def model(self) -> Model | None:
        """The current model; `None` if the run has none yet."""
        return self._models.model

    def model_snapshot(self) -> dict[str, Any]:
        """Returns a description of the current model for JSON."""
        model = self.model
        return {
            "type": "model",
            "source": self._models.name,
            "run": self._models.is_run,
            "name": model and model.name,
            "games": model and model.games_played,
            "newer": self._newer,
            "levels": [{"name": level.name, "about": level.about} for level in LEVELS.values()],
        }

    async def renew(self) -> None:
        """Switches to the newest model for all visitors; does nothing without a newer one.

        Raises:
            OSError: the model can't be read.
            ModelFileError: the model is damaged.
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
            self._notify("model")

    async def watch(self) -> None:
        """Checks the run's files periodically until it is cancelled."""
        if not self._models.is_run:
            return
        view: RunView | None = None
        trouble: str | None = None
        while True:
            try:
                if view is None:
                    view = await asyncio.to_thread(RunView, self._models.path)
                if self.subscribers or self.run_snapshot is None:
                    await self._check(view)
            except (OSError, ValueError) as error:  # for example on a network file system; the next check may succeed
                if (message := message_of(error)) != trouble:
                    _log.warning("%s", message)
                trouble = message
            await asyncio.sleep(self._interval)

    async def _check(self, view: RunView) -> None:
        def now() -> tuple[dict[str, Any], int | None]:
            view.refresh()
            return training_snapshot(view), self._models.newer_games()

        snapshot, newer = await asyncio.to_thread(now)
        if _without_age(snapshot) != _without_age(self.run_snapshot or {}):
            self.run_snapshot = snapshot
            self._notify("run")
        if newer != self._newer and not self._loading.locked():
            self._newer = newer
            self._notify("model")
        if self.model is None and newer is not None:
            await self.renew()

    def _notify(self, kind: str) -> None:
        for subscriber in self.subscribers:
            subscriber.changed(kind)


def _without_age(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Returns a snapshot without the age, which changes even when the run does not."""
    return {name: value for name, value in snapshot.items() if name != "age"}
