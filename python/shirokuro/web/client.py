"""A connected browser tab: its requests, the state it is sent, and the searches for its game."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

from shirokuro.display.format import message_of
from shirokuro.web.fair_queue import Share
from shirokuro.web.game_session import GameSession
from shirokuro.web.messages import Download, Open, Renew, Watch, parse
from shirokuro.web.opened import opened_games

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.server import ServerConnection

    from shirokuro._core import SearchResult
    from shirokuro.web.game_session import SearchKind, SearchRequest
    from shirokuro.web.hub import Hub
    from shirokuro.web.search_pool import SearchJob

_log = logging.getLogger(__name__)

_ANSWERS = 5
"""The maximum number of answers and notices that wait to be sent; older ones are dropped."""


class Client:
    """The game with one tab, which ends when the tab is closed.

    The tab is always sent the whole state, taken when it is sent. A slow connection therefore gets fewer snapshots, and
    none queue up.
    """

    def __init__(self, connection: ServerConnection, hub: Hub) -> None:
        self._connection = connection
        self._hub = hub
        self._session = GameSession()
        self._share = Share()
        self._job: SearchJob | None = None
        self._request: SearchRequest | None = None
        self._depth: int | None = None
        self._watches = False
        self._work = asyncio.Event()
        self._due = {"model", "game"}
        self._answers: deque[dict[str, object]] = deque(maxlen=_ANSWERS)
        self._something_due = asyncio.Event()
        self._something_due.set()

    async def stay(self) -> None:
        """Serves the tab until it is closed."""
        self._hub.subscribers.add(self)
        with suppress(ConnectionClosed):
            try:
                async with asyncio.TaskGroup() as tasks:
                    others = [tasks.create_task(self._send()), tasks.create_task(self._search())]
                    async for message in self._connection:
                        await self._handle(message)
                        await asyncio.sleep(0)  # lets other tabs run when this one sends many messages
                    for task in others:
                        task.cancel()
            except* ConnectionClosed:
                pass
            finally:
                self._hub.subscribers.discard(self)
                self._stop_search()

    def changed(self, kind: str) -> None:
        """Schedules a snapshot of something that changed: `"model"`, `"game"`, `"progress"` or `"run"`."""
        if kind != "run" or self._watches:
            self._due.add(kind)
            self._something_due.set()

    def model_changed(self) -> None:
        """Discards all evaluations and searches again with the new model."""
        self._session.forget_values()
        self._restart_search()
        self.changed("game")

    def _answer(self, kind: str, **values: object) -> None:
        self._answers.append({"type": kind, **values})
        self._something_due.set()

    def _notice(self, text: str) -> None:
        self._answer("notice", text=text)

    def _stop_search(self) -> None:
        if self._job:
            self._job.cancel()

    def _restart_search(self) -> None:
        self._stop_search()
        self._work.set()

    async def _handle(self, text: str | bytes) -> None:
        try:
            message = parse(text)
            if isinstance(message, Watch):
                self._watches = message.on
                self.changed("run")
            elif isinstance(message, Renew):
                await self._renew()
            elif isinstance(message, Open):
                self._answer("games", **await asyncio.to_thread(opened_games, message.content, message.name))
            elif isinstance(message, Download):
                self._answer("file", name="shirokuro.ggf", text=self._session.ggf() + "\n")
            else:
                self._session.apply(message)
                if self._session.next_request() != self._request:  # or else the search goes on
                    self._restart_search()
        except ValueError as error:
            self._notice(str(error))
        self.changed("game")

    async def _renew(self) -> None:
        try:
            await self._hub.renew()
        except (ValueError, OSError) as error:  # the message names the file by its path on this machine
            _log.warning("%s", message_of(error))
            self._notice("the newest checkpoint is damaged or can't be read")

    async def _search(self) -> None:
        while True:
            self._work.clear()
            model = self._hub.model
            request = self._session.next_request() if model else None
            self._request, self._depth = request, None
            self.changed("game")
            if not model or not request:
                await self._work.wait()
                continue
            self._job = self._hub.searches.begin(request, model.evaluator, self._share, self._progress())
            found = await self._job.found()
            if found is not None and model is self._hub.model:
                self._session.take(request, found)

    def _progress(self) -> Callable[[SearchResult], None]:
        """Returns a function that takes the progress of the current search from its thread."""
        loop, request = asyncio.get_running_loop(), self._request

        def take(depth: int) -> None:
            if self._request is request:
                self._depth = depth
                self.changed("progress")

        def report(found: SearchResult) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(take, found.depth)

        return report

    async def _send(self) -> None:
        while True:
            await self._something_due.wait()
            self._something_due.clear()
            while self._answers:
                await self._connection.send(json.dumps(self._answers.popleft(), allow_nan=False))
            for kind in sorted(self._due):
                self._due.discard(kind)
                if (snapshot := self._snapshot(kind)) is not None:
                    await self._connection.send(json.dumps(snapshot, allow_nan=False))

    def _snapshot(self, kind: str) -> dict[str, object] | None:
        if kind == "model":
            return self._hub.model_snapshot()
        if kind == "run":
            return self._hub.run_snapshot
        if kind == "progress":
            return {"type": "progress", "depth": self._depth}
        thinking: SearchKind | None = self._request.kind if self._request else None
        return self._session.snapshot(thinking=thinking)
