"""What the markup of a printed page tells the packager, beside what is seen of it: the attributes
and the like that both know. The rest of what the renderer knows is in `pages.Pages`."""

from __future__ import annotations

from typing import Literal, TypeAlias

TEXT = "text"
"""The target of a processing instruction before a piece of the source's text, whose number in
`Pages.pieces` it has. No reader of XML takes it for content."""

FIELD = "data-field"
"""What an element is for that is filled in on screen: a `FieldKind`."""

# fmt: off
FieldKind: TypeAlias = Literal[
    "blank", "cell", "lines", "space", "task", "one", "several", "match", "order",
    "name", "class", "date",
]
# fmt: on

PLACE = "data-place"
"""Where a block stands in the source, as messages say it: ``talk.md:12``."""

PAGE_START = "data-page-start"
"""The number of the page that begins here, of a block or of an empty span within a line."""

SPOKEN = "data-text"
"""The text that a picture of a formula stands for."""

TARGET = "data-target"
"""The address of the place whose page is printed here."""

OURS = frozenset({FIELD, PLACE, SPOKEN, TARGET})
"""Attributes that templates write, and that no author's may be taken for. Where a page begins is
said by a pass of `resolve`, as an attribute of a node."""

HYPHEN = "-\u200b"
"""What a word ends with that is divided at the end of a line, unlike one that has a hyphen."""
