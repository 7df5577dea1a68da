"""Access control, decided for every request before anything else is done with it."""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"[A-Za-z0-9_-]{12,200}")


def is_loopback(host: str) -> bool:
    """Checks whether only programs on this machine can reach the address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def new_token() -> str:
    """Returns a random token that can't be guessed."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason for refusing a request."""

    status: HTTPStatus
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A request with the right token in its URL, to be redirected to the page without the token."""

    cookie: str
    """The value of the header `Set-Cookie`, with which the browser remembers the token."""


class Guard:
    """The decision whether to answer a request.

    Without a token, only requests to a name of the loopback address are answered. Another site can make its own name
    resolve to 127.0.0.1 (DNS rebinding), but the browser then still sends that name. Requests from the pages of other
    sites have another `Origin` and are always refused.

    Args:
        host: the address that the server listens on.
        port: its port; the cookie is named after it, because cookies are shared between the ports of a host.
        token: the token that visitors must present; needed beyond the loopback address.

    Raises:
        ValueError: the address needs a token and none is given, or the token has a wrong length or wrong characters.
    """

    def __init__(self, *, host: str, port: int, token: str | None) -> None:
        if token is None and not is_loopback(host):
            raise ValueError(f"{host} can be reached from other machines: a token is needed")
        if token is not None and not _TOKEN.fullmatch(token):
            raise ValueError("token: must be 12…200 characters from A-Z, a-z, 0-9, - and _")
        self._token = token
        self._local = is_loopback(host)
        self._cookie = f"shirokuro-{port}"

    def check(self, target: str, headers: Mapping[str, str]) -> Refusal | Entry | None:
        """Decides about a request; returns `None` if it may be answered.

        Args:
            target: the path and query.
            headers: the headers; names are case-insensitive.
        """
        host, origin = headers.get("Host", ""), headers.get("Origin")
        if self._local and not is_loopback(_name(host)):
            return Refusal(
                HTTPStatus.FORBIDDEN, f"this server answers only to localhost, not to {host or 'an empty name'}"
            )
        if origin is not None and origin.partition("://")[2] != host:
            return Refusal(HTTPStatus.FORBIDDEN, "the request comes from a page of another site")
        return self._check_token(target, headers) if self._token else None

    def _check_token(self, target: str, headers: Mapping[str, str]) -> Refusal | Entry | None:
        if offered := parse_qs(target.partition("?")[2]).get("token", [""])[0]:
            if not self._is_right(offered):
                return Refusal(HTTPStatus.FORBIDDEN, "the token is wrong")
            return Entry(f"{self._cookie}={offered}; Path=/; HttpOnly; SameSite=Lax")
        scheme, _, bearer = headers.get("Authorization", "").partition(" ")
        every = self._remembered(headers.get("Cookie", ""))
        if scheme.lower() == "bearer" and bearer:
            every.append(bearer)
        if not every:
            return Refusal(HTTPStatus.UNAUTHORIZED, "a token is needed: open the address that the server printed")
        return None if any(map(self._is_right, every)) else Refusal(HTTPStatus.FORBIDDEN, "the token is wrong")

    def _remembered(self, cookies: str) -> list[str]:
        """Returns the values of the cookie, of which there may be several.

        Other servers on this host set cookies of any form, which the browser sends as well. They are skipped one by
        one: the standard library's parser gives up at the first that it does not understand.
        """
        pairs = (pair.strip().partition("=") for pair in cookies.split(";"))
        return [value for name, _, value in pairs if name == self._cookie and value]

    def _is_right(self, offered: str) -> bool:
        # In constant time, wherever the two differ.
        return hmac.compare_digest(offered.encode(), (self._token or "").encode())


def _name(host: str) -> str:
    """Returns the name in a `Host` header without the port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
