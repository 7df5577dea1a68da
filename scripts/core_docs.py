"""Writes the docstrings of the Rust module from its stubs: `python scripts/core_docs.py`.

`python/shirokuro/_core.pyi` is what editors show. `crates/py/src/docs.rs` makes `help()` show the same. A test compares
the two.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
STUBS = ROOT / "python" / "shirokuro" / "_core.pyi"
DOCS = ROOT / "crates" / "py" / "src" / "docs.rs"

_HEAD = """\
//! The docstrings of the module, by class and member. `scripts/core_docs.py` writes this file from
//! `python/shirokuro/_core.pyi`: change them there.

/// Returns the docstring of a class, a function, or a class's member.
macro_rules! doc {
"""


def docstrings() -> dict[str, str]:
    """Returns the docstrings of public classes, functions and members; a class's includes that of `__new__`."""
    found: dict[str, str] = {}
    for node in ast.parse(STUBS.read_text(encoding="utf-8")).body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef)) or "type_check_only" in map(
            ast.unparse, node.decorator_list
        ):
            continue
        texts = [ast.get_docstring(node)]
        for member in node.body if isinstance(node, ast.ClassDef) else ():
            if not isinstance(member, ast.FunctionDef):
                continue
            text = ast.get_docstring(member)
            if member.name == "__new__":
                texts.append(text)
            elif text and not member.name.startswith("_"):
                found[f"{node.name}.{member.name}"] = text
        found[node.name] = "\n\n".join(text for text in texts if text)
    return found


def source() -> str:
    """Returns the content of `docs.rs`."""

    def arm(name: str, text: str) -> str:
        hashes = "#" if '"' in text else ""
        return f'    ({name}) => {{\n        r{hashes}"{text}"{hashes}\n    }};\n'

    return f"{_HEAD}{''.join(arm(name, text) for name, text in sorted(docstrings().items()))}}}\n"


def main() -> None:
    """Writes `docs.rs`."""
    DOCS.write_text(source(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(startup.run(main))
