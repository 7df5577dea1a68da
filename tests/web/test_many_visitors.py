"""The limits that keep the page usable when many visit it, or try to."""

from __future__ import annotations

import re
import socket
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from shirokuro.web import pending, server
from tests.support.visits import ask, enter, get, visit, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_short_move_does_not_wait_for_the_long_ones_of_many_tabs(serve: Callable[..., Any], model: Path) -> None:
    url = serve(model).url
    with ExitStack() as tabs:
        thinking = [tabs.enter_context(visit(url)) for _ in range(server.MAX_VISITORS - 1)]
        for each in thinking:
            ask(each, "setup", moves="", player="white", seconds=10)
        wait_for(thinking[-1], "game", lambda game: game["thinking"] == "move")
        with visit(url) as tab:
            ask(tab, "setup", moves="", player="white", depth=3)
            wait_for(tab, "game", lambda game: len(game["plies"]) == 2)
        # In the order of asking, all others would be answered first.
        answered = 0
        for each in thinking:
            with suppress(TimeoutError):
                wait_for(each, "game", lambda game: len(game["plies"]) == 2, seconds=0)
                answered += 1
        assert answered < len(thinking) / 2


def test_the_number_of_visitors_is_limited(serve: Callable[..., Any], model: Path) -> None:
    url = serve(model).url
    with ExitStack() as tabs:
        for _ in range(server.MAX_VISITORS):
            wait_for(tabs.enter_context(visit(url)), "game")
        with pytest.raises(InvalidStatus) as refused:
            enter(url)
        assert refused.value.response.status_code == 503
    with visit(url) as tab:
        wait_for(tab, "game")


def test_idle_connections_are_bounded_and_shut_nobody_out(serve: Callable[..., Any], model: Path) -> None:
    served = serve(model, "--token", "abcdefgh-ABCDEFGH_0123")
    url = served.url.partition("?")[0]
    address = urlsplit(url)
    cookie = f"shirokuro-{address.port}=abcdefgh-ABCDEFGH_0123"
    with ExitStack() as opened, visit(url, Cookie=cookie) as tab:
        wait_for(tab, "game")
        for number in range(3 * pending.MAX_PENDING):
            idle = opened.enter_context(socket.create_connection((str(address.hostname), address.port or 0)))
            if number % 2:  # before the handshake, but within a request
                idle.sendall(b"GET / HTTP/1.1\r\n")
        assert get(url)[0].status == 401
        assert get(url, Cookie=cookie)[0].status == 200
        with visit(url, Cookie=cookie) as other:
            wait_for(other, "game")
        ask(tab, "undo")
        wait_for(tab, "game")
        descriptors = len(list(Path(f"/proc/{served.process.pid}/fd").iterdir()))
        assert descriptors < pending.MAX_PENDING + 50


def test_tabs_that_connect_at_once_do_not_exceed_the_limit(serve: Callable[..., Any], model: Path) -> None:
    url = serve(model).url
    address = urlsplit(url)
    handshake = (
        f"GET /live HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()
    with ExitStack() as opened:
        tabs = []
        for _ in range(server.MAX_VISITORS + 20):
            tabs.append(opened.enter_context(socket.create_connection((str(address.hostname), address.port or 0))))
            tabs[-1].sendall(handshake[:-1])
        for each in tabs:
            each.sendall(handshake[-1:])
        served = 0
        for each in tabs:
            each.settimeout(30)
            answer = b""
            while not (found := re.search(rb'"type": "game"|too many visitors', answer)):
                more = each.recv(65536)
                assert more, answer
                answer += more
            served += found[0].startswith(b'"type')
        assert served == server.MAX_VISITORS
