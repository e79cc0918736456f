"""The pages of an e-book or a site, with their parts of the document, their names, contents and
what they are to reading systems and screen readers.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
from markupsafe import Markup

from pipeline.model import (
    Admonition,
    Block,
    Container,
    ContentsEntry,
    Document,
    Index,
    IndexEntry,
    List,
    Note,
    NoteReference,
    Section,
)
from pipeline.model.boxes import BOXES
from pipeline.model.editions import FormatName
from pipeline.model.names import note_id, reference_id
from pipeline.model.rendered import NavPoint
from pipeline.model.roles import ROLES, STANDARD, Division, divisions, is_front
from pipeline.model.sheet import words_of
from pipeline.model.tree import plain_text, walk
from pipeline.render.note_placement import NOTES, part_at_notes

# --- contents markup -------------------------------------------------------------------------
# Shared parts of the formats' tables of contents.

LEAST_ENTRIES, LONG_DOCUMENT_WORDS = 4, 3500
"""The minimum numbers of entries and words for contents to be shown: from about eight printed pages
on, readers look things up rather than leaf through."""

MANY_ENTRIES, SHORT_TITLE = 80, 36
"""The entries of contents that take more than two pages, and the characters of one that fits into
half a line."""


def prints_contents(document: Document) -> bool:
    """Return whether the table of contents is shown on the page itself."""
    show = document.metadata.contents.show
    if show != "auto":
        return show == "always" and bool(document.contents)
    sections = (block for block in document.blocks if isinstance(block, Section))
    parts = {section.attributes.id for section in sections if section.role == "part"}
    chapters = sum(
        len(entry.children) or 1 if entry.target in parts else 1 for entry in document.contents
    )
    least = LONG_DOCUMENT_WORDS
    return chapters >= LEAST_ENTRIES and words_of(document, least) >= least


def fits_columns(document: Document) -> bool:
    """Return whether the printed contents are in two columns: many short titles, such as those of
    poems, none within another."""
    entries = document.contents
    if len(entries) < MANY_ENTRIES or any(entry.children for entry in entries):
        return False
    lengths = sorted(len(plain_text(entry.title)) for entry in entries)
    return lengths[len(lengths) * 9 // 10] <= SHORT_TITLE


def targets(entries: tuple[ContentsEntry, ...]) -> Iterator[str]:
    for entry in entries:
        yield entry.target
        yield from targets(entry.children)


def number_title(number: str, title: str) -> str:
    """A title with its number before it, if it has one."""
    return f"{number} {title}" if number else title


def nav_points(
    entries: tuple[ContentsEntry, ...], href: Callable[[str], str]
) -> tuple[NavPoint, ...]:
    """The contents as plain text with addresses, for the packagers."""
    return tuple(
        NavPoint(
            title=number_title(entry.number, plain_text(entry.title)),
            href=href(f"#{entry.target}"),
            children=nav_points(entry.children, href),
        )
        for entry in entries
    )


# --- semantics -------------------------------------------------------------------------------
# The semantics of a publication's parts for reading systems and screen readers: elements, and
# attributes of EPUB's Structural Semantics and DPUB-ARIA.


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


def form(node: Container | Admonition) -> _Form:
    """The form of a container or a box; a `div` for those without a special name."""
    if isinstance(node, Admonition):
        box = BOXES[node.kind]
        return _Form(role=box.role, kind=box.kind)
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


# --- plan ------------------------------------------------------------------------------------
# The pages of an e-book with their parts of the document, and their names: derived from sections,
# so that a page keeps its name, and readers their place and bookmarks, when another is inserted
# before it.

ENDNOTES = "endnotes"
"""The role of the page with all notes, if they are at the end."""


class Chapter(msgspec.Struct, frozen=True):
    """A planned page: ``section`` is None for content before the first section, and for the notes
    at the end. ``role`` is the section's, and ``division`` the part of the book it belongs to; a
    ``continued`` page contains a further section of its chapter."""

    name: str
    section: Section | None
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...]
    ids: tuple[str, ...]
    role: str = ""
    division: Division = "bodymatter"
    continued: bool = False


class _Unit(NamedTuple):
    """The content of a page: blocks under the heading of a section, or before all. One that
    ``goes_on`` belongs to the same division as the previous one."""

    section: Section | None
    blocks: tuple[Block, ...]
    role: str = ""
    goes_on: bool = False


def chapters(
    document: Document, *, endnotes: bool = False, flows: bool = False
) -> tuple[Chapter, ...]:
    """One chapter for each section of the highest level, in reading order, with the notes first
    referred to in it, or one for all if the text ``flows``. The sections of a part are separate
    chapters, after the part's heading and introduction; so are the sections of a chapter, if the
    front matter splits at level 2. With ``endnotes``, notes have a page of their own, before the
    content that follows them in print."""
    alone = _Unit(None, document.blocks)
    units = [alone] if flows else list(_units(document.blocks, document.metadata.split))
    if endnotes and document.notes:
        after = part_at_notes(document.blocks)[1]
        count = 0 if flows else len(list(_units(after, document.metadata.split)))
        units.insert(len(units) - count, _Unit(None, (), ENDNOTES))
    remaining = {note.number: note for note in document.notes}
    names = PageNames(len(units))
    return tuple(
        _chapter(unit, division, names, remaining, endnotes=endnotes)
        for unit, division in zip(units, _divisions(units), strict=True)
    )


def _chapter(
    unit: _Unit, division: Division, names: PageNames, remaining: dict[int, Note], *, endnotes: bool
) -> Chapter:
    """A page, with those of the ``remaining`` notes that belong on it, which leave them."""
    mine: tuple[Note, ...] = ()
    if unit.role == ENDNOTES and unit.section is None:
        mine = tuple(remaining.values())
    elif not endnotes:
        mine = tuple(remaining.pop(number) for number in _first_references(unit.blocks, remaining))
    name = names.name(unit.section, NOTES if unit.role == ENDNOTES else "opening")
    ids = tuple(_ids(unit.blocks, mine))
    if unit.section is None and unit.role == ENDNOTES:
        ids = (NOTES, *ids)
    return Chapter(
        name, unit.section, unit.blocks, mine, ids, unit.role, division, continued=unit.goes_on
    )


def _units(blocks: tuple[Block, ...], level: int) -> Iterator[_Unit]:
    before = tuple(block for block in blocks if not isinstance(block, Section))
    if before:
        yield _Unit(None, before)
    for block in blocks:
        if isinstance(block, Section):
            yield from _pages_of(block, level)


def _pages_of(section: Section, level: int) -> Iterator[_Unit]:
    """The parts that a section is split into: itself, or its beginning and the sections below, down
    to ``level``, for which a part does not count."""
    below = tuple(block for block in section.children if isinstance(block, Section))
    is_part = section.role == "part"
    if not below or not (is_part or level > 1):
        yield _Unit(section, (section,), section.role)
        return
    opening = tuple(block for block in section.children if not isinstance(block, Section))
    alone = msgspec.structs.replace(section, children=opening)
    yield _Unit(alone, (alone,), section.role)
    for child in below:
        if is_part:
            chapter = msgspec.structs.replace(child, role=child.role or "chapter")
            yield from _pages_of(chapter, level)
        else:
            for unit in _pages_of(child, level - 1):
                yield unit._replace(goes_on=True)


def _divisions(units: list[_Unit]) -> Iterator[Division]:
    """The division of each unit. Content before a preface belongs to the front matter."""
    if len(units) > 1 and units[0].section is None and is_front(units[1].role):
        yield "frontmatter"
        units = units[1:]
    unit_divisions = divisions(unit.role for unit in units if not unit.goes_on)
    division: Division = "bodymatter"
    for unit in units:
        division = division if unit.goes_on else next(unit_divisions)
        yield division


def _first_references(blocks: tuple[Block, ...], notes: dict[int, Note]) -> list[int]:
    """The numbers of the notes in ``notes`` that ``blocks``, or a note of theirs, refer to."""
    queue: list[tuple[Block, ...]] = [blocks]
    numbers: dict[int, None] = {}
    for group in queue:
        for node in walk(group):
            if isinstance(node, NoteReference) and node.number in notes:
                if node.number not in numbers:
                    queue.append(notes[node.number].children)
                numbers[node.number] = None
    return sorted(numbers)


def _ids(blocks: tuple[Block, ...], notes: tuple[Note, ...]) -> Iterator[str]:
    for group in (blocks, *(note.children for note in notes)):
        for node in walk(group):
            if node.attributes.id:
                yield node.attributes.id
            if isinstance(node, NoteReference):
                yield reference_id(node.number, node.occurrence)
    yield from (note_id(note.number) for note in notes)


TAKEN = frozenset(
    "404 contents cover imprint index nav notes opening search title aux con nul prn".split()
)
"""The names of generated pages, in an e-book or a site, and those reserved by Windows."""

LONGEST_ID = 40
"""The maximum number of characters of an id in a name."""

LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
"""Latin letters that Unicode does not take apart."""


class PageNames:
    """Gives ``pages`` pages their names, none twice."""

    def __init__(self, pages: int) -> None:
        self._digits = max(2, len(str(pages)))
        self._used_names = set(TAKEN)
        self._sections = 0

    def name(self, section: Section | None, otherwise: str) -> str:
        """The name of a section's page, or of one without a section."""
        if section is None:
            return f"{otherwise}.xhtml"
        self._sections += 1
        stem = _stem(section.attributes.id) or f"chapter-{self._sections:0{self._digits}}"
        if stem in TAKEN:
            stem += "-page"
        name, count = stem, 1
        while name in self._used_names:
            count += 1
            name = f"{stem}-{count}"
        self._used_names.add(name)
        return f"{name}.xhtml"


def _stem(identifier: str) -> str:
    """An id in characters that are safe in file names everywhere; "" if it has others."""
    folded = unicodedata.normalize("NFKD", identifier.casefold().translate(LETTERS))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    if not plain.isascii():
        return ""
    stem = re.sub("[^a-z0-9]+", "-", plain).strip("-")
    if len(stem) > LONGEST_ID:
        stem = stem[: LONGEST_ID + 1].rpartition("-")[0] or stem[:LONGEST_ID]
    return stem
