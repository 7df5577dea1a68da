"""Settings of the documentation site, which `make docs` builds with Sphinx.

The source directory is the repository's root, so that links from a page to DESIGN.md or to an example are the same on
the site as in a checkout.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.ext.napoleon import Config, GoogleDocstring
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from autoapi._objects import PythonObject
    from docutils import nodes
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))
import shirokuro

project = "shirokuro"
author = "the authors of shirokuro"
version = release = shirokuro.__version__

extensions = ["autoapi.extension", "myst_parser", "sphinx_copybutton"]
root_doc = "docs/index"
source_suffix = {".md": "markdown"}
include_patterns = [
    "*.md",
    "docs/*.md",
    "docs/design/*.md",
    "docs/reference/*.md",
    "docs/tutorials/*.md",
    "examples/*.md",
    "python/shirokuro/models/*.md",
]
exclude_patterns = ["README.md", "**/.*", "target", "runs", "dist"]  # docs/index.md stands for the README
smartquotes_action = "D"  # dashes only

# Markdown: links to headings are checked, to the fourth level. `attrs_inline` reads the classes that `_themed_pictures`
# sets.
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline"]
highlight_language = "none"

# Pages: everything is served from the site itself.
html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = "shirokuro"
html_favicon = "../python/shirokuro/web/static/logo.svg"
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_additional_pages = {"index": "redirect.html"}
templates_path = ["site/templates"]
html_copy_source = False
html_show_copyright = False
html_theme_options = {"top_of_page_buttons": []}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# The reference is read from the sources and from the stub of the Rust module, without importing them.
autoapi_dirs = ["python/shirokuro"]
autoapi_file_patterns = ["*.pyi", "*.py"]
autoapi_ignore = ["*/__main__.py", *(f"*/{folder}/*" for folder in ("benchmarks", "cli", "exporters", "plots", "web"))]
autoapi_generate_api_docs = False
suppress_warnings = ["autoapi.python_import_resolution"]  # of modules that are left out, and of the package's own name
autoapi_add_toctree_entry = False
autoapi_options = ["members", "undoc-members"]
autoapi_python_class_content = "class"
autodoc_member_order = "bysource"
autosummary_generate = False
default_role = "py:obj"  # names in backticks are links where the reference has them

_PICTURE = re.compile(r'<picture><source [^>]*srcset="([^"]+)"><img src="([^"]+)" alt="([^"]*)"></picture>')


def _themed_pictures(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Makes two images of a picture for light and dark colours, so that it follows the site's switch."""
    source[0] = _PICTURE.sub(r"![\3](\2){.only-light} ![\3](\1){.only-dark}", source[0])


def _google_docstring(_app: Sphinx, kind: str, _name: str, _value: object, _options: object, lines: list[str]) -> None:
    """Converts a docstring of Google's style.

    Napoleon's own handler reads the words before a colon in an attribute's docstring as its type. In reStructuredText,
    letters right after a name in backticks, such as a plural's, need an escape.
    """
    escaped = [
        re.sub(r"(`[^`]+`)(\w?)", lambda name: name[1] + (rf"\ {name[2]}" if name[2] else ""), line) for line in lines
    ]
    what = "class" if kind == "class" else "function"
    lines[:] = GoogleDocstring(escaped, Config(napoleon_use_rtype=False), what=what).lines()


def _skip_settings(_app: Sphinx, _kind: str, name: str, member: PythonObject, *_more: object) -> bool | None:
    """Leaves the settings to the directive `Settings`, which knows their descriptions and ranges."""
    settings = {*shirokuro.TrainConfig.SETTINGS, "SETTINGS"}
    return True if name in settings and member.id.endswith(f".TrainConfig.{name}") else None


class Settings(SphinxDirective):
    """Describes the settings of `TrainConfig`, with defaults and ranges."""

    def run(self) -> list[nodes.Node]:
        """Returns a description for each setting."""
        defaults = shirokuro.TrainConfig()
        lines = []
        for name, setting in shirokuro.TrainConfig.SETTINGS.items():
            lines += [f"```{{py:attribute}} shirokuro.TrainConfig.{name}", f":value: {getattr(defaults, name)}", ""]
            lines += [f"{setting.doc} ({setting.range})", "```", ""]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> None:
    """Connects what is particular to this site."""
    app.connect("source-read", _themed_pictures)
    app.connect("autodoc-skip-member", _skip_settings)
    app.connect("autodoc-process-docstring", _google_docstring)
    app.add_directive("settings", Settings)
