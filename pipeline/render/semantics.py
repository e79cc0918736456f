"""The semantics of a publication's parts for reading systems and screen readers: elements, and
attributes of EPUB's Structural Semantics and DPUB-ARIA."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from markupsafe import Markup

from pipeline.model import Admonition, Container, Index, IndexEntry, List, Section
from pipeline.model.editions import FormatName
from pipeline.model.roles import ROLES, STANDARD
from pipeline.model.tree import walk


class _Form(NamedTuple):
    """An element, its ARIA role (DPUB-ARIA 1.1), and the name that EPUB's Structural
    Semantics give it; "" for none."""

    tag: str = "div"
    role: str = ""
    kind: str = ""


BLOCK_TAGS = frozenset({"div", "section", "aside", "details", "summary", "address"})

# An `aside` within the text is not a landmark, because of its role. EPUB also has a name for
# sidebars, which is deprecated.
CONTAINERS: dict[str, _Form] = {
    **{tag: _Form(tag) for tag in BLOCK_TAGS},
    "aside": _Form("aside", "note"),
    "sidebar": _Form("aside", "note"),
    "pull-quote": _Form("aside", "doc-pullquote", "pullquote"),
    "epigraph": _Form("blockquote", "doc-epigraph", "epigraph"),
    "glossary": _Form("section", "doc-glossary", "glossary"),
}
BOXES: dict[str, _Form] = {
    "example": _Form(role="doc-example"),
    "tip": _Form(role="doc-tip", kind="tip"),
    **dict.fromkeys(("important", "warning", "caution"), _Form(role="doc-notice", kind="notice")),
}
NOTE = _Form(role="note")


def form(node: Container | Admonition) -> _Form:
    """The form of a container or a box; a `div` for those without a special name."""
    if isinstance(node, Admonition):
        return BOXES.get(node.kind, NOTE)
    return CONTAINERS.get(node.name, _Form())


REFERENCES = frozenset({"biblioref", "glossref", "noteref"})
"""The types of links that DPUB-ARIA has too."""


def semantics(
    format_name: FormatName, role: str, depth: int = 0, section: Section | None = None
) -> Markup:
    """``epub:type`` and the corresponding ARIA role (EPUB Accessibility 1.1), if any, of a section
    or a link; a top-level section of an e-book is a chapter by default. An index in EPUB's sense
    may not contain anything else."""
    if depth == 1 and format_name == "epub":
        role = role or "chapter"
    if (role not in STANDARD and role not in REFERENCES) or format_name == "pdf":
        return Markup("")
    is_typed = role != "index" or (section is not None and _is_index(section))
    kind = Markup("")
    if format_name == "epub" and is_typed:
        kind = Markup(' epub:type="{}"').format(role)
    if role in ROLES and not ROLES[role].is_aria:
        return kind
    return kind + Markup(' role="doc-{}"').format(role)


def form_roles(format_name: FormatName, form: _Form) -> Markup:
    """The attributes that describe the role of a container or a box."""
    if format_name == "pdf":
        return Markup("")
    kind = form.kind if format_name == "epub" else ""
    attributes = {"epub:type": kind, "role": form.role}
    return Markup("").join(
        Markup(' {}="{}"').format(key, value) for key, value in attributes.items() if value
    )


class IndexLink(NamedTuple):
    """A link to a place, and the words for it."""

    href: str
    text: str


def index_links(entry: IndexEntry) -> tuple[IndexLink, ...]:
    """Links to the places of an entry, named after their sections; several in one section are
    numbered from the second on."""
    counts: dict[str, int] = {}
    links = []
    for place in entry.places:
        count = counts[place.section] = counts.get(place.section, 0) + 1
        text = place.section if count == 1 else f"{place.section} ({count})".strip()
        text = text or f"({count})"
        links.append(IndexLink(f"#{place.target}", text))
    return tuple(links)


def _is_index(section: Section) -> bool:
    """Return whether a section is an index and has no other list in it."""
    return any(isinstance(block, Index) for block in section.children) and not any(
        isinstance(node, List) for node in walk(section.children)
    )


FIELD = "fld-"
"""The prefix of the fields' ids and names."""


class Fields:
    """Names for the fields of one document, in the order in which they are rendered."""

    def __init__(self) -> None:
        self._names = itertools.count(1)
        self._blanks = itertools.count(1)

    def name(self) -> str:
        return f"{FIELD}{next(self._names)}"

    def blank(self) -> int:
        """The number of the next blank."""
        return next(self._blanks)
