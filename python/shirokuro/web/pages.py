"""The files that a browser gets: read once, before the first request, so that no request leads to a file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

SAFETY_HEADERS: Mapping[str, str] = {
    # Scripts, styles and connections of this server alone: nothing from outside, nothing in line, no evaluated text.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What is sent with everything."""


@dataclass(frozen=True, slots=True)
class Page:
    """A file as it is sent."""

    media_type: str
    body: bytes


def load_pages() -> dict[str, Page]:
    """The files by their paths; `/` is the page itself."""
    pages = {}
    for file in (resources.files("shirokuro.web") / "static").iterdir():
        _, dot, ending = file.name.rpartition(".")
        if media_type := _TYPES.get(dot + ending):
            pages[f"/{file.name}"] = Page(media_type, file.read_bytes())
    pages["/"] = pages.pop("/index.html")
    return pages
