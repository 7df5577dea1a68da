"""Checks the built documentation site: `make docs`.

Every link within the site has a target, and no page loads anything from another address.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "image": ("href",),
    "img": ("src", "srcset"),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
}
"""The attributes of each tag with addresses that a browser loads by itself."""

_STYLE_ADDRESS = re.compile(r"""(?:url\(|@import)\s*["']?([^"')\s;]+)""")


@dataclass(slots=True)
class Page:
    """The addresses and anchors of a page."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if not value:
                continue
            if name == "id" or (name == "name" and tag == "a"):
                self.page.anchors.add(value)
            elif name in _LOADED.get(tag, ()):
                self.page.loaded += [part.split()[0] for part in value.split(",")] if name == "srcset" else [value]
            elif name == "href" and tag == "a":
                self.page.links.append(value)


def read_page(text: str) -> Page:
    """Reads the addresses and anchors of an HTML document."""
    reader = _Reader()
    reader.feed(text)
    return reader.page


def problems(site: Path) -> list[str]:
    """Returns a line for each link without a target and for each address outside that a page or style sheet loads."""
    pages = {path: read_page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        where = path.relative_to(site).as_posix()
        for address in (*page.loaded, *page.links):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if address in page.loaded and parts.scheme != "data":
                    found.append(f"{where}: loads {address}")
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            if not target.is_file():
                found.append(f"{where}: {address} does not exist")
            elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in pages[target].anchors:
                found.append(f"{where}: {address} has no such anchor")
    for path in sorted(site.rglob("*.css")):
        outside = _STYLE_ADDRESS.findall(path.read_text(encoding="utf-8"))
        found += [
            f"{path.relative_to(site).as_posix()}: loads {address}"
            for address in outside
            if urlsplit(address).netloc and not address.startswith("data:")
        ]
    return found


def main(site: str) -> int:
    """Checks a site and prints what is wrong with it."""
    folder = Path(site).resolve()
    if not (folder / "index.html").is_file():
        print(f"{site} does not contain a site: index.html is missing", file=sys.stderr)
        return 2
    found = problems(folder)
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print(f"{site}: {sum(1 for _ in folder.rglob('*.html'))} pages, every link has its target")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(startup.run(lambda: main(*sys.argv[1:])))
