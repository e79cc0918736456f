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
    """The HTML of a Markdown text without front matter, heading levels as written.

    ``folder`` holds the files that the text takes in (further text, code, data); without it
    none is read. Images and links stay as they are, but for addresses that could run code.
    It has what the web page has, and so no answers. What is wrong with the text is passed
    over, as a preview would; `pipeline.parse` tells.
    """
    document = select(parse_body(markdown_text, folder), EDITIONS["web"])
    document = resolve_fragment(document)
    return html.fragment(document, environment(templates))
