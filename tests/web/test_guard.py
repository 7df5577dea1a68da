"""Access control of the page."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from shirokuro.web.guard import Entry, Guard, Refusal, is_loopback, new_token

TOKEN = "abcdefgh-ABCDEFGH_0123"  # noqa: S105 (not used by any server)


def status(found: Refusal | Entry | None) -> HTTPStatus | None:
    assert not isinstance(found, Entry)
    return found.status if found else None


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:9000", "127.0.0.1:8080", "127.0.0.2", "[::1]:8080", "LOCALHOST"]
)
def test_requests_to_loopback_names_are_answered_at_any_port(host: str) -> None:
    assert Guard(host="127.0.0.1", port=8080, token=None).check("/", {"Host": host}) is None


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example", "192.168.0.2:8080", "[", "127.0.0.1.nip.io"]
)
def test_requests_to_other_names_are_refused_because_they_may_be_rebound_to_loopback(host: str) -> None:
    guard = Guard(host="127.0.0.1", port=8080, token=None)
    assert status(guard.check("/", {"Host": host})) == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("origin", "refused"),
    [
        ("http://localhost:8080", False),
        ("https://localhost:8080", False),
        ("http://localhost:8081", True),
        ("http://evil.example", True),
        ("http://[", True),
        ("null", True),
        ("", True),
    ],
)
@pytest.mark.parametrize("token", [None, TOKEN])
def test_the_pages_of_other_sites_are_refused(origin: str, refused: bool, token: str | None) -> None:  # noqa: FBT001
    guard = Guard(host="127.0.0.1", port=8080, token=token)
    headers = {"Host": "localhost:8080", "Origin": origin, "Authorization": f"Bearer {TOKEN}"}
    assert (status(guard.check("/live", headers)) == HTTPStatus.FORBIDDEN) is refused


def test_beyond_loopback_a_token_is_needed() -> None:
    for host in ("0.0.0.0", "::", "192.168.0.2", "example.org", ""):  # noqa: S104 (nothing is bound)
        assert not is_loopback(host)
        with pytest.raises(ValueError, match="a token is needed"):
            Guard(host=host, port=8080, token=None)


@pytest.mark.parametrize("token", ["", "short", "twelve letters", "x" * 201, "ääääääääääääää"])
def test_a_token_that_is_guessable_or_does_not_fit_a_url_is_rejected(token: str) -> None:
    with pytest.raises(ValueError, match="12…200 characters"):
        Guard(host="127.0.0.1", port=8080, token=token)


def test_generated_tokens_are_valid_and_different() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    for token in tokens:
        Guard(host="0.0.0.0", port=8080, token=token)  # noqa: S104 (nothing is bound)


def test_a_token_in_the_url_becomes_a_cookie_that_is_hidden_from_scripts_and_other_sites() -> None:
    guard = Guard(host="0.0.0.0", port=8080, token=TOKEN)  # noqa: S104 (nothing is bound)
    entry = guard.check(f"/?token={TOKEN}", {"Host": "machine:8080"})
    assert isinstance(entry, Entry)
    cookie, *attributes = entry.cookie.split("; ")
    assert {"HttpOnly", "SameSite=Lax"} <= set(attributes)
    for target in ("/", "/live", "/main.js"):
        assert guard.check(target, {"Host": "machine:8080", "Cookie": f"other=1; {cookie}"}) is None
        assert guard.check(target, {"Host": "machine:8080", "Authorization": f"Bearer {TOKEN}"}) is None


@pytest.mark.parametrize(
    "foreign",
    [
        'prefs={"theme":"dark"}',
        'q="a;b"',
        "shirokuro-8080=wrong",
        "shirokuro-8080=",
        "=",
        "naked",
        'broken="',
        "a=b=c",
        "ä=ö",
        "$Version=1",
        "a[b]=c,d",
        "",
    ],
)
@pytest.mark.parametrize("form", ["{0}; {1}", "{1}; {0}", "{0};{1};{0}"])
def test_the_cookies_of_other_servers_lock_nobody_out(foreign: str, form: str) -> None:
    guard = Guard(host="0.0.0.0", port=8080, token=TOKEN)  # noqa: S104 (nothing is bound)
    headers = {"Host": "machine:8080", "Cookie": form.format(foreign, f"shirokuro-8080={TOKEN}")}
    assert guard.check("/live", headers) is None
    assert guard.check("/live", {**headers, "Authorization": "Bearer of-a-proxy"}) is None
    wrong = {**headers, "Cookie": form.format(foreign, f"shirokuro-9090={TOKEN}")}
    assert status(guard.check("/live", wrong)) in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


@pytest.mark.parametrize(
    ("target", "headers", "expected"),
    [
        ("/", {}, HTTPStatus.UNAUTHORIZED),
        ("/live", {}, HTTPStatus.UNAUTHORIZED),
        ("/?token=", {}, HTTPStatus.UNAUTHORIZED),
        (f"/?token={TOKEN}x", {}, HTTPStatus.FORBIDDEN),
        (f"/?token={TOKEN[:-1]}", {}, HTTPStatus.FORBIDDEN),
        ("/?token=%C3%A4", {}, HTTPStatus.FORBIDDEN),
        ("/live", {"Authorization": "Bearer wrong"}, HTTPStatus.FORBIDDEN),
        ("/live", {"Authorization": f"Basic {TOKEN}"}, HTTPStatus.UNAUTHORIZED),
        ("/live", {"Cookie": "shirokuro-8080=wrong"}, HTTPStatus.FORBIDDEN),
        ("/live", {"Cookie": f"shirokuro-9090={TOKEN}"}, HTTPStatus.UNAUTHORIZED),
        ("/live", {"Cookie": "=;;=\x00"}, HTTPStatus.UNAUTHORIZED),
    ],
)
def test_a_missing_or_wrong_token_is_refused(target: str, headers: dict[str, str], expected: HTTPStatus) -> None:
    guard = Guard(host="0.0.0.0", port=8080, token=TOKEN)  # noqa: S104 (nothing is bound)
    assert status(guard.check(target, {"Host": "machine:8080", **headers})) == expected
