"""The style sheets of a page: its format's own, and those of the constructs that it has."""

from __future__ import annotations

import jinja2

from pipeline.editions import FormatName
from pipeline.pages import Style
from pipeline.render.environment import read_text

CONSTRUCTS: dict[str, str] = {
    "code": '<pre class="code',
}
"""What tells that some markup has a construct, by the construct's name. Its styles are in
``shared/<name>.css`` and, where a format needs more, in ``<format>/<name>.css``."""


def construct_styles(
    environment: jinja2.Environment, format_name: FormatName, markup: str
) -> tuple[Style, ...]:
    """The styles of the constructs in ``markup``, the shared before the format's own."""
    return tuple(
        Style(f"{folder}-{name}.css" if folder != "shared" else f"{name}.css", css)
        for name, sign in CONSTRUCTS.items()
        if sign in markup
        for folder in ("shared", format_name)
        if (css := _read(environment, f"{folder}/{name}.css"))
    )


def _read(environment: jinja2.Environment, name: str) -> str:
    try:
        return read_text(environment, name)
    except jinja2.TemplateNotFound:
        return ""
