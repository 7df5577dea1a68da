"""Writes THIRD_PARTY.txt: the licences of what a wheel contains, and of the packages that are installed with it.

A test fails if the file is out of date.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = ROOT / "THIRD_PARTY.txt"
TARGETS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu")
RULE = "-" * 100

HEAD = """\
Third-party software in and around shirokuro. scripts/third_party.py writes this file.

Contents of a wheel
===================

The compiled module contains the following libraries, besides shirokuro itself, whose licence is in LICENSE. Of a
choice of licences, the text of the MIT License is given.
"""
STANDARD_LIBRARY = ("Rust standard library", "MIT OR Apache-2.0", "https://github.com/rust-lang/rust")
PYTHON = """\
Python packages
===============

A wheel contains none of these. pip installs them from their own distributions, which have their licences.
"""
MIT = """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without
limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the
Software, and to permit persons to whom the Software is furnished to do so, subject to the following
conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions
of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED
TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL
THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER
DEALINGS IN THE SOFTWARE.
"""


def cargo(*arguments: str) -> str:
    """Returns the output of a command of Cargo."""
    command = ["cargo", *arguments, "--locked"]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603


def linked() -> set[tuple[str, str]]:
    """Returns name and version of every crate of others that is linked into the module."""
    targets = [part for target in TARGETS for part in ("--target", target)]
    edges = "normal,no-proc-macro"
    tree = cargo("tree", "-p", "shirokuro-py", "-e", edges, "--prefix", "none", "--format", "{p}", *targets)
    return {(name, version) for name, version in re.findall(r"^(\S+) v(\S+)$", tree, re.MULTILINE)}


def crates() -> list[str]:
    """Returns an entry with the licence for each crate of others."""
    wanted = linked()
    found = json.loads(cargo("metadata", "--format-version", "1", "--filter-platform", TARGETS[0]))["packages"]
    packages = [each for each in found if (each["name"], each["version"]) in wanted]
    if missing := wanted - {(each["name"], each["version"]) for each in packages}:
        raise SystemExit(f"third_party.py: no source of {sorted(missing)}")
    return [
        entry(f"{each['name']} {each['version']}", each["license"].replace("/", " OR "), each["repository"], text(each))
        for each in sorted(packages, key=lambda each: each["name"])
    ]


def text(package: dict[str, str]) -> str:
    """Returns the text of a crate's licences."""
    folder = Path(package["manifest_path"]).parent
    files = sorted(path for path in folder.iterdir() if re.match(r"(?i)(licen[sc]e|copying)", path.name))
    chosen = [path for path in files if "MIT" in path.name.upper()] or files
    if package["name"] == "zstd-sys":  # contains the C library
        chosen.append(folder / "zstd" / "LICENSE")
    texts = [path.read_text(encoding="utf-8").strip() + "\n" for path in chosen if path.is_file()]
    return "\n".join(texts) or f"Copyright (c) {', '.join(package['authors']) or 'the authors'}\n\n{MIT}"


def entry(title: str, licence: str, address: str, licence_text: str) -> str:
    """Formats what is to be said of one library."""
    lines = [line.rstrip() for line in licence_text.replace("\r\n", "\n").expandtabs().splitlines()]
    return "\n".join([RULE, f"{title}: {licence}", address, "", *lines, ""])


def python_packages() -> list[str]:
    """Returns a line for each package that is needed, and for each that an extra needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [name(each) for each in project["dependencies"]]
    for package in needed:  # grows in the loop
        requirements = distribution(package).requires or []
        needed += [name(each) for each in requirements if ";" not in each and name(each) not in needed]
    extras = [
        f"{name(each)} (extra {extra}): {licence(name(each))}"
        for extra, requirements in sorted(project["optional-dependencies"].items())
        for each in requirements
    ]
    return [f"{each}: {licence(each)}" for each in needed] + extras


def name(requirement: str) -> str:
    """Returns the name of the package that a requirement is about."""
    return re.split(r"[^\w.-]", requirement)[0]


def licence(package: str) -> str:
    """Returns the licence of an installed package, as its metadata has it."""
    facts = metadata(package)
    classifiers = [each.split(" :: ")[-1] for each in facts.get_all("Classifier", []) if each.startswith("License ::")]
    return facts["License-Expression"] or ", ".join(classifiers) or facts["License"]


def contents() -> str:
    """Returns what the file should contain."""
    title, licences, address = STANDARD_LIBRARY
    rust = entry(title, licences, address, f"Copyright (c) The Rust Project contributors\n\n{MIT}")
    return "\n".join([HEAD, *crates(), rust, PYTHON, *python_packages(), ""])


def main() -> None:
    """Writes the file."""
    FILE.write_text(contents(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(startup.run(main))
