"""Lines of a text: their grouping, their width, and the markup in them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline import model
from pipeline.model import Inline, Text
from pipeline.model.late import late

ADDRESS = late(
    r"(?:https?://|www\.)[^\s<>\"“”]{2,2000}|[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}"
)
ENDS = late(r"[.!?…:;,。！？؟][”\"’»)\]]?$")
_NARROWEST, _WIDEST = 40, 100
"""The minimum length of a line that may have been broken to fit a width."""


class CopiedLine(NamedTuple):
    """A line of a text, and its number."""

    text: str
    number: int


def groups(lines: list[CopiedLine]) -> Iterator[list[CopiedLine]]:
    """Groups of lines without empty ones between them."""
    group: list[CopiedLine] = []
    for line in lines:
        if line.text.strip():
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def width_of(lines: list[CopiedLine]) -> int:
    """The width at which lines were wrapped, or 0: most long lines are then nearly as long as the
    longest, and end within a sentence."""
    pairs = [(a.text, b.text) for a, b in itertools.pairwise(lines) if a.text and b.text]
    texts = sorted((a for a, _ in pairs if len(a) >= _NARROWEST), key=len)
    if not texts:
        return 0
    widest = len(texts[int(0.95 * (len(texts) - 1))])
    near = [text for text in texts if len(text) > 0.75 * widest]
    cut = [text for text in near if not ENDS.search(text)]
    is_broken = len(near) >= 0.5 * len(texts) and len(cut) >= 0.5 * len(near)
    return widest if widest <= _WIDEST and is_broken else 0


def is_spaced(lines: list[CopiedLine]) -> bool:
    """Return whether empty lines separate the paragraphs."""
    lengths = [len(group) for group in groups(lines)]
    return len(lengths) > 1 and len(lengths) > 0.15 * sum(lengths)


def inlines(text: str) -> tuple[Inline, ...]:
    """A text, with its addresses as links."""
    nodes: list[Inline] = []
    last = 0
    text = " ".join(text.replace("\u00ad", "").split(" "))
    text = re.sub(r"[ \t]{2,}", " ", text)
    for match in ADDRESS.finditer(text):
        address = match[0].rstrip(".,;:!?'’”)]")
        if "(" in address and match[0][len(address) :].startswith(")"):
            address += ")"
        href = address
        if "@" in address and not address.startswith(("http", "www")):
            href = f"mailto:{address}"
        elif address.startswith("www."):
            href = f"https://{address}"
        if match.start() > last:
            nodes.append(Text(text=text[last : match.start()]))
        nodes.append(model.Link(children=(Text(text=address),), href=href))
        last = match.start() + len(address)
    if text[last:]:
        nodes.append(Text(text=text[last:]))
    return tuple(nodes)
