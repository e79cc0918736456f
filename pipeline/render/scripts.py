"""The script of a web page: what every page has, and what serves the things that it has.

All of a page is there without it. Each part adds a convenience, and stands by itself.
"""

from __future__ import annotations

import re

import jinja2

from pipeline.render.environment import read_text

PARTS: dict[str, str | re.Pattern[str]] = {
    "page": "",
    "contents": '<nav class="contents"',
    "reading-place": "",
    "section-links": re.compile("<h[2-6]"),
    "notes": 'role="doc-noteref"',
    "scrollers": re.compile('role="region" tabindex="0"|<nav class="contents"'),
    "pictures": re.compile("<main.*<figure", re.DOTALL),
    "page-marks": 'class="page-mark"',
}
"""What tells that a page needs a part, by the part's name: the file ``html/<name>.js``."""


def script(environment: jinja2.Environment, markup: str) -> str:
    """The parts that a page needs, in a scope of their own; the first has what others use."""
    needed = (name for name, sign in PARTS.items() if re.search(sign, markup))
    code = "\n".join(read_text(environment, f"html/{name}.js").strip() for name in needed)
    return f'"use strict";\n(() => {{\n{code}\n}})();\n'
