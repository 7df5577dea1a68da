"""The files served to browsers, which are read once before the first request, so no request opens a file."""

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
    # Only scripts, styles and connections of this server; no inline code and no evaluated text.
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
"""The headers sent with every response."""


@dataclass(frozen=True, slots=True)
class Page:
    """A file as it is served."""

    media_type: str
    body: bytes


def load_pages() -> dict[str, Page]:
    """Returns the files by path; `/` is the page itself."""
    pages = {}
    for file in (resources.files("shirokuro.web") / "static").iterdir():
        _, dot, ending = file.name.rpartition(".")
        if media_type := _TYPES.get(dot + ending):
            pages[f"/{file.name}"] = Page(media_type, file.read_bytes())
    pages["/"] = pages.pop("/index.html")
    return pages
