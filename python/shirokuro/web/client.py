"""A browser tab that is connected: what it asks for, what it is shown, what is thought for it."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

from shirokuro.web.messages import Renew, Watch, parse
from shirokuro.web.game_session import Seat

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from shirokuro.web.hub import Lobby
    from shirokuro.web.game_session import Kind
    from shirokuro.web.search_pool import Thought

_NOTICES = 5
"""Messages to a person that wait to be sent, the newest ones."""


class Visitor:
    """Plays with one tab until it is gone; its game ends with it.

    What the tab is shown is always the whole state, made when it is sent: a slow connection gets fewer of them, and
    nothing piles up.
    """

    def __init__(self, connection: ServerConnection, lobby: Lobby) -> None:
        self._connection = connection
        self._lobby = lobby
        self._seat = Seat()
        self._thought: Thought | None = None
        self._thinking: Kind | None = None
        self._watches = False
        self._work = asyncio.Event()
        self._due = {"model", "game"}
        self._notices: deque[str] = deque(maxlen=_NOTICES)
        self._something_due = asyncio.Event()
        self._something_due.set()

    async def stay(self) -> None:
        """Returns when the tab is gone."""
        self._lobby.guests.add(self)
        with suppress(ConnectionClosed):
            try:
                async with asyncio.TaskGroup() as tasks:
                    others = [tasks.create_task(self._send()), tasks.create_task(self._think())]
                    async for message in self._connection:
                        await self._obey(message)
                        await asyncio.sleep(0)  # a tab that sends much lets others have their turns
                    for task in others:
                        task.cancel()
            except* ConnectionClosed:
                pass
            finally:
                self._lobby.guests.discard(self)
                self._stop_thinking()

    def news(self, kind: str) -> None:
        """Something has changed that the tab is to be shown."""
        if kind != "run" or self._watches:
            self._due.add(kind)
            self._something_due.set()

    def model_changed(self) -> None:
        """Everything is judged anew."""
        self._seat.forget_values()
        self._think_again()
        self.news("game")

    def _notice(self, text: str) -> None:
        self._notices.append(text)
        self._something_due.set()

    def _stop_thinking(self) -> None:
        if self._thought:
            self._thought.cancel()

    def _think_again(self) -> None:
        self._stop_thinking()
        self._work.set()

    async def _obey(self, text: str | bytes) -> None:
        try:
            message = parse(text)
            if isinstance(message, Watch):
                self._watches = message.on
                self.news("run")
            elif isinstance(message, Renew):
                await self._lobby.renew()
            else:
                self._seat.obey(message)
                self._think_again()
        except (ValueError, OSError) as error:
            self._notice(str(error))
        self.news("game")

    async def _think(self) -> None:
        while True:
            self._work.clear()
            model = self._lobby.model
            job = self._seat.next_job() if model else None
            self._thinking = job.kind if job else None
            self.news("game")
            if not model or not job:
                await self._work.wait()
                continue
            self._thought = self._lobby.thinkers.begin(job, model.evaluator)
            found = await self._thought.found()
            if found is not None and model is self._lobby.model:
                self._seat.take(job, found)

    async def _send(self) -> None:
        while True:
            await self._something_due.wait()
            self._something_due.clear()
            while self._notices:
                await self._connection.send(json.dumps({"type": "notice", "text": self._notices.popleft()}))
            for kind in sorted(self._due):
                self._due.discard(kind)
                if (snapshot := self._snapshot(kind)) is not None:
                    await self._connection.send(json.dumps(snapshot, allow_nan=False))

    def _snapshot(self, kind: str) -> dict[str, object] | None:
        if kind == "model":
            return self._lobby.model_snapshot()
        if kind == "run":
            return self._lobby.run_snapshot
        return self._seat.snapshot(thinking=self._thinking)
