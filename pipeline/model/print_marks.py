"""Marks in the markup of a printed page for the packager, besides the visible content: the
attribute names shared by both. Other information from the renderer is in `rendered.Pages`."""

from __future__ import annotations

from typing import Literal, TypeAlias

TEXT = "text"
"""The target of a processing instruction before a piece of the source's text, whose number in
`Pages.pieces` it has. No reader of XML takes it for content."""

FIELD = "data-field"
"""The kind of a form field, a `FieldKind`."""

# fmt: off
FieldKind: TypeAlias = Literal[
    "blank", "cell", "lines", "space", "task", "one", "several", "match", "order",
    "name", "class", "date",
]
# fmt: on

PLACE = "data-place"
"""The place of a block in the source, as in messages: ``talk.md:12``."""

PAGE_START = "data-page-start"
"""The number of the page that begins here, of a block or of an empty span within a line."""

BEGINS_PAGE, LINE = "+page-start", "+line"
"""Attribute keys with which passes record the block and the line of a numbered passage: ``data-``
attributes in the markup. Authors cannot write keys with these prefixes."""

PAGE_NAME = "data-page-name"
"""The name of a page whose first word is not inside a block that continues from the page before."""

PAGE = "data-page"
"""The number of the page that a link leads to, or that a mark is for."""

OUTLINE = "data-outline"
"""The text of a heading in outline and running head, if it contains more than text."""

SPOKEN = "data-text"
"""The text alternative of a formula's picture."""

TARGET = "data-target"
"""The address of the place whose page is printed here."""

OURS = frozenset({FIELD, OUTLINE, PAGE, PAGE_NAME, PAGE_START, PLACE, SPOKEN, TARGET})
"""Those of these attributes that no author's may be taken for."""

HYPHEN = "-\u200b"
"""The hyphen at the end of a line where a word is divided, unlike one in the text."""
