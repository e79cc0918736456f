"""A piece of Markdown as a piece of HTML, for use as a library."""

from __future__ import annotations

from pathlib import Path

from pipeline.model.editions import EDITIONS
from pipeline.parser import parse_body
from pipeline.render import html
from pipeline.render.environment import environment
from pipeline.resolve import resolve_fragment
from pipeline.select import select


def render_fragment(
    markdown_text: str, *, templates: Path | None = None, folder: Path | None = None
) -> str:
    """The HTML of a Markdown text without front matter, with heading levels as written.

    Included files (text, code, data) are read from ``folder``; without it, none are. Images and
    links stay as they are, except for addresses that could run code. The result is what the web
    page contains, and so has no answers. Findings are ignored; `pipeline.parse` returns them.
    """
    document = select(parse_body(markdown_text, folder), EDITIONS["web"])
    document = resolve_fragment(document)
    return html.fragment(document, environment(templates))
