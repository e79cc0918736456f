"""What the markup of a printed page tells the packager, beside what is seen of it: the attributes
and the like that both know. The rest of what the renderer knows is in `rendered.Pages`."""

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

BEGINS_PAGE, LINE = "+page-start", "+line"
"""The keys by which passes say that of a block, and on which line of a numbered passage something
is: attributes of ``data-`` in the markup. No author can write a key that begins so."""

PAGE_NAME = "data-page-name"
"""What the first word of a page has around nothing: a block may go on after its page."""

PAGE = "data-page"
"""The number of the page that a link leads to, or that a mark is for."""

OUTLINE = "data-outline"
"""What the outline and the running head call a heading that has more in it than its text."""

SPOKEN = "data-text"
"""The text that a picture of a formula stands for."""

TARGET = "data-target"
"""The address of the place whose page is printed here."""

OURS = frozenset({FIELD, OUTLINE, PAGE, PAGE_NAME, PAGE_START, PLACE, SPOKEN, TARGET})
"""Those of these attributes that no author's may be taken for."""

HYPHEN = "-\u200b"
"""What a word ends with that is divided at the end of a line, unlike one that has a hyphen."""
