"""mdBook, as the Rust book uses it: listings with captions and file names."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block
from pipeline.model.late import late
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.dialects import Dialect, LinePair, Sign

_PAIR = re.compile(r"([\w-]{1,40})=(?:\"([^\"]*)\"|'([^']*)')")


def listing(parts: Parts) -> tuple[Block, ...]:
    """Code with the caption and the file name of the element around it. The text names its number,
    which stays a part of the caption."""
    return tuple(_captioned(parts))


def _captioned(parts: Parts) -> Iterator[Block]:
    written = {key: html.unescape(a or b) for key, a, b in _PAIR.findall(parts.argument)}
    number, caption = written.get("number", ""), written.get("caption", "")
    label = f"Listing {number}" if number else ""
    text = ": ".join(filter(None, (label, caption)))
    title = parts.read(text, parts.span) if text else ()
    for node in parts.children:
        if isinstance(node, model.CodeBlock) and (title or written.get("file-name")):
            yield replace(node, caption=title, file_name=written.pop("file-name", node.file_name))
            title = ()
        else:
            yield node
    if title:  # no code in it
        yield model.Paragraph(children=title, span=parts.span)


MDBOOK = Dialect(
    names=("mdBook",),
    signs=(Sign("</Listing>", late(r"(?m)^<Listing\b")),),
    pairs=(
        LinePair(
            late(r"<Listing(?P<title>(?: +[\w-]+=(?:\"[^\"]*\"|'[^']*'))*) *>"),
            late(r"[ \t>]*</Listing>[ \t]*$"),
            name="mdbook-listing",
        ),
    ),
    containers={"mdbook-listing": listing},
)
