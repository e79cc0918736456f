"""A piece of Markdown as a piece of HTML, for use as a library."""

from __future__ import annotations

from pathlib import Path

from pipeline.parser import parse_body
from pipeline.render import html
from pipeline.render.environment import environment
from pipeline.resolve import resolve_fragment


def render_fragment(markdown_text: str, *, templates: Path | None = None) -> str:
    """The HTML of a Markdown text without front matter, heading levels as written.

    No file is read: images and links stay as they are, but for addresses that could run
    code. What is wrong with the text is
    passed over, as a preview would; `pipeline.parse` tells.
    """
    document = resolve_fragment(parse_body(markdown_text))
    return html.fragment(document, environment(templates))
