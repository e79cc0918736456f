"""The index: its marks in the text, its entries in order, its place and content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias, get_args

import msgspec
from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Document, Inline, Node
from pipeline.model.block_parts import Parts
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.tree import (
    INLINE_FIELDS,
    Changes,
    find,
    has,
    ordinals,
    plain_text,
    rewrite,
    rewrite_document,
    top_level,
    walk,
    walk_with,
)
from pipeline.model.words import is_called, words
from pipeline.parser.definitions import INDEX_CLASS
from pipeline.resolve.collation import Collation, warn_of_order
from pipeline.resolve.contents import title_of
from pipeline.resolve.findings import Findings
from pipeline.resolve.typography import Run


def read_index(parts: Parts) -> tuple[model.Block, ...]:
    """The index, after the content of its block, such as an introduction."""
    return *parts.headed, model.Index(span=parts.span, attributes=parts.attributes)


# --- entry marks -----------------------------------------------------------------------------
# The marks of an index in the text: ``[text]{.index}`` and ``{index="Entry"}``.

OPTIONS = frozenset({"entry", "see", "sort", INDEX_CLASS})
"""Options of marks that only the index uses."""

LEVELS = 4
"""The maximum nesting of entries; deeper ones stay in the last."""

_INLINES = get_args(Inline)
_PIECE = late(r"\\(.)|([!;])|([^\\!;]+|\\)", re.S)

Path: TypeAlias = tuple[tuple[Inline, ...], ...]
"""An entry and those above it, from the top: the text of each."""


class IndexMark(NamedTuple):
    """A mark for one entry. ``place`` is None if it only refers to other entries (``see``).
    ``explicit`` means that the entry was written out instead of taken from the text; ``sort`` is a
    separate text to sort it by."""

    path: Path
    place: model.IndexPlace | None
    see: tuple[Path, ...] = ()
    explicit: bool = False
    sort: str = ""
    span: Span | None = None


class MarkContext(NamedTuple):
    """The context of a node: the section, the block of text, the language, and its place in the
    source; the entries of the parts of the text that it is in (``within``), including its own for
    its children."""

    section: model.Section | None
    holder: object
    language: str
    span: Span | None
    within: frozenset[str]
    ranges: frozenset[str]


def is_inline(node: Node) -> bool:
    """Return whether a node that is a mark marks a place in a line, as opposed to a whole part."""
    return isinstance(node, _INLINES)


def is_mark(node: Node) -> bool:
    """Return whether a node marks something for the index."""
    if is_inline(node):
        return INDEX_CLASS in node.attributes.classes
    return any(key == INDEX_CLASS for key, _ in node.attributes.pairs)


def key(path: Path) -> str:
    """The normalised form of an entry's path, which is equal for equal entries."""
    return "\0".join(" ".join(plain_text(term).split()).casefold() for term in path)


def with_surroundings(document: Document) -> Iterator[tuple[Node, MarkContext]]:
    """All nodes with their surroundings; notes follow their first reference."""
    sections: dict[str, model.Section | None] = {}

    def inherit(node: Node, around: MarkContext) -> MarkContext:
        section, holder = around.section, around.holder
        if isinstance(node, model.NoteReference):
            sections.setdefault(node.label, section)
        elif isinstance(node, model.Note):
            section = sections.get(node.label)
        elif isinstance(node, model.Section):
            section = node
        if type(node) in INLINE_FIELDS:
            holder = object()
        language = node.attributes.get("lang") or around.language
        ranges = around.ranges
        if is_mark(node) and not is_inline(node):
            ranges |= {key(path) for path in paths(node.attributes.get(INDEX_CLASS), language)}
        span = node.span or around.span
        return MarkContext(section, holder, language, span, around.ranges, ranges)

    start = MarkContext(None, None, document.metadata.lang, None, frozenset(), frozenset())
    return walk_with(top_level(document), start, inherit)


def paths(text: str, language: str) -> list[Path]:
    """The entries that ``text`` names: ``A!B; C`` is B under A, and C. ``!`` and ``;`` after a
    backslash are literal."""
    pieces: list[list[str]] = [[""]]
    for match in _PIECE.finditer(text):
        if match[2] == ";":
            pieces.append([""])
        elif match[2] == "!" and len(pieces[-1]) < LEVELS:
            pieces[-1].append("")
        else:
            pieces[-1][-1] += match[1] or match[0]
    cleaned = ([" ".join(part.split()) for part in parts] for parts in pieces)
    return [
        tuple((model.Text(text=_set(part, language)),) for part in parts if part)
        for parts in cleaned
        if any(parts)
    ]


def _set(text: str, language: str) -> str:
    run = Run()
    run.add(text, language)
    return run.set()[0] or text


def own_term(node: Node) -> tuple[Inline, ...]:
    """The text of an inline mark, as an entry."""
    bare: Any = replace(node, attributes=NO_ATTRIBUTES)
    term = getattr(node, "children", (bare,))
    kinds = {type(inner) for inner in walk(term) if is_mark(inner)}

    def leave(inner: Node) -> Node | tuple[Node, ...]:
        return unmark(inner, "") if is_mark(inner) else inner

    return title_of(rewrite(term, leave=dict.fromkeys(kinds, leave)))


def unmark(node: Node, identifier: str) -> Node | tuple[Node, ...]:
    """A node without its mark, and with an id or none (empty). A span without other attributes is
    replaced by its text."""
    attributes = node.attributes.without(OPTIONS, {INDEX_CLASS} if is_inline(node) else ())
    if identifier and not attributes.id:
        attributes = replace(attributes, id=identifier)
    if (
        attributes == NO_ATTRIBUTES
        and isinstance(node, model.InlineElement)
        and node.name == "span"
    ):
        return node.children
    return replace(node, attributes=attributes)


# --- entries ---------------------------------------------------------------------------------
# From marks to the entries of an index, in order, under the letters they begin with.

FEWEST_LETTERED = 12
"""The minimum number of entries of an index with letters."""

BETWEEN = ", "


class _Entry(msgspec.Struct, eq=False):
    """An entry that is being put together; ``rank`` is the quality of ``term``."""

    term: tuple[Inline, ...]
    rank: tuple[bool, bool, int]
    sort: str = ""
    id: str = ""
    places: list[model.IndexPlace] = []
    see: dict[str, Path] = {}
    below: dict[str, _Entry] = {}


class Entries:
    """All entries. After `add` of every mark, `unknown` are the references to missing entries, and
    `groups` the index."""

    def __init__(self, collation: Collation) -> None:
        self._collation = collation
        self._top: dict[str, _Entry] = {}
        self._by_key: dict[str, _Entry] = {}

    @property
    def names(self) -> list[str]:
        """All top-level entries, as text."""
        return [plain_text(entry.term) for entry in self._top.values()]

    def add(self, mark: IndexMark) -> None:
        level, entry = self._top, None
        for depth, term in enumerate(mark.path, start=1):
            path = mark.path[:depth]
            entry = level.get(key((term,)))
            rank = _rank(term, mark.explicit)
            if entry is None:
                entry = level[key((term,))] = self._by_key[key(path)] = _Entry(term, rank)
            elif rank > entry.rank:
                entry.term, entry.rank = term, rank
            level = entry.below
        assert entry is not None, "a path has a term at least"
        entry.sort = entry.sort or mark.sort
        if mark.place is not None:
            entry.places.append(mark.place)
        entry.see.update((key(path), path) for path in mark.see)

    def unknown(self, mark: IndexMark) -> Iterator[Path]:
        """The “see” references of a mark that name no entry."""
        return (path for path in mark.see if key(path) not in self._by_key)

    def groups(self, prefix: str) -> tuple[model.IndexGroup, ...]:
        """The index. Entries that others refer to have ids that begin with ``prefix``."""
        references = (name for entry in self._by_key.values() for name in entry.see)
        targets = [self._by_key[name] for name in references if name in self._by_key]
        for number, entry in enumerate(dict.fromkeys(targets), start=1):
            entry.id = f"{prefix}{number}"
        ordered = self._in_order(self._top.values())
        if len(ordered) < FEWEST_LETTERED:
            return (model.IndexGroup(letter="", entries=tuple(map(self._node, ordered))),)
        return tuple(
            model.IndexGroup(letter=letter, entries=tuple(map(self._node, entries)))
            for letter, entries in groupby(ordered, self._letter)
        )

    def _letter(self, entry: _Entry) -> str:
        return self._collation.letter(entry.sort or plain_text(entry.term))

    def _in_order(self, entries: Iterable[_Entry]) -> list[_Entry]:
        return sorted(entries, key=lambda e: self._collation.key(e.sort or plain_text(e.term)))

    def _node(self, entry: _Entry) -> model.IndexEntry:
        return model.IndexEntry(
            term=entry.term,
            places=tuple(entry.places),
            see=tuple(self._reference(name, path) for name, path in entry.see.items()),
            children=tuple(map(self._node, self._in_order(entry.below.values()))),
            attributes=Attributes(id=entry.id),
        )

    def _reference(self, name: str, path: Path) -> model.IndexReference:
        """A reference in the words of the entry that it leads to."""
        terms = [
            self._by_key[key(path[:depth])].term if key(path[:depth]) in self._by_key else term
            for depth, term in enumerate(path, start=1)
        ]
        inlines = tuple(inline for term in terms for inline in (model.Text(text=BETWEEN), *term))[
            1:
        ]
        target = self._by_key[name].id if name in self._by_key else ""
        return model.IndexReference(term=inlines, target=target)


def _rank(term: tuple[Inline, ...], explicit: bool) -> tuple[bool, bool, int]:
    """Formatted text precedes plain text, an explicit entry one taken from the text, and a word
    within a sentence one at its beginning."""
    formatted = not all(isinstance(inline, model.Text) for inline in term)
    return formatted, explicit, -sum(character.isupper() for character in plain_text(term))


# --- index -----------------------------------------------------------------------------------
# The index: its position and content.

ROLE = "index"
PREFIX, ENTRY_PREFIX = "ix-", "ix-entry-"
"""The prefixes of the ids of places and of entries."""


def place_index(document: Document) -> Document:
    """The document with a place for its index if it has marks but no place: in the section with
    that role, in an empty section with such a title, or in a new section at the end."""
    if has(document, model.Index) or not any(is_mark(n) for _, n, _ in find(document, marked=True)):
        return document
    sections = [node for _, node, _ in find(document, model.Section)]
    part = next((n for n in sections if n.role == ROLE), None) or next(
        (n for n in reversed(sections) if _is_called_index(n)), None
    )
    if part is None:
        title = model.Text(text=words(document.metadata.lang)[ROLE])
        section = model.Section(depth=1, title=(title,), children=(model.Index(),), role=ROLE)
        return replace(document, blocks=(*document.blocks, section))

    def enter(node: model.Section) -> model.Section:
        if node is not part:
            return node
        return replace(node, children=(*node.children, model.Index()), role=ROLE)

    return rewrite_document(document, enter={model.Section: enter})


def _is_called_index(section: model.Section) -> bool:
    bare = not section.role and not section.children
    return bare and is_called(plain_text(section.title), ROLE)


def fill_index(document: Document) -> Document:
    """The document with its index filled, and ids in place of marks.

    A mark inside a part of the text with the same entry is redundant, and so is a second one in a
    paragraph. An index without marks, or a second one, is dropped (EMPTY_INDEX); so is a mark
    without text and entry (BAD_ATTRIBUTE). A reference to a missing entry is an
    UNKNOWN_INDEX_ENTRY.
    """
    nodes = find(document, model.Index, marked=True)
    kinds = {type(node) for _, node, _ in nodes if is_mark(node) or isinstance(node, model.Index)}
    if not kinds:
        return document
    findings = Findings(document)
    collector = _Collector(document, findings)
    ids = {
        ordinal: collector.take(node, around)
        for ordinal, (node, around) in enumerate(with_surroundings(document))
        if is_mark(node)
    }
    marks = collector.marks
    collation = Collation(document.metadata.lang)
    entries = Entries(collation)
    for mark in marks:
        entries.add(mark)
    for path, place in ((path, mark.span) for mark in marks for path in entries.unknown(mark)):
        name = "!".join(plain_text(term) for term in path)
        message = f"The index has no entry “{name}” to refer to."
        hint = findings.did_you_mean(name, entries.names)
        findings.add(Code.UNKNOWN_INDEX_ENTRY, message, place, hint)
    groups = entries.groups(ENTRY_PREFIX)
    filled = dict(_indexes(document, bool(marks), findings))
    span = next((node.span for _, node, _ in find(document, model.Index)), None)
    warn_of_order(collation, "index", span, findings)

    def leave(node: Node, ordinal: int) -> Node | tuple[Node, ...]:
        if isinstance(node, model.Index):
            index = filled[ordinal]
            return replace(index, groups=groups) if index else ()
        return unmark(node, ids[ordinal]) if is_mark(node) else node

    changes: Changes = dict.fromkeys(kinds, leave)
    changed = rewrite_document(document, leave=changes, context=ordinals())
    # a note of nothing but marks that leave nothing is still referred to
    by_label = {note.label: note for note in changed.notes}
    notes = tuple(by_label.get(note.label, replace(note, children=())) for note in document.notes)
    return findings.add_to(replace(changed, notes=notes))


class _Collector:
    """Collects the marks of a document."""

    def __init__(self, document: Document, findings: Findings) -> None:
        self.marks: list[IndexMark] = []
        self._title = document.metadata.title
        self._findings = findings
        self._marked: set[tuple[object, str]] = set()
        self._count = 0

    def take(self, node: Node, around: MarkContext) -> str:
        """The id that a node with a mark gets."""
        options, in_line = node.attributes, is_inline(node)
        see = tuple(paths(options.get("see"), around.language))
        marked = paths(options.get("entry" if in_line else INDEX_CLASS), around.language)
        term = own_term(node) if in_line and not marked else ()
        entry_paths: list[Path] = marked or ([(term,)] if term else [])
        if not entry_paths:
            self._findings.add(
                Code.BAD_ATTRIBUTE,
                "The index mark has neither text nor an entry.",
                around.span,
                hint='Name the entry: `[]{.index entry="Entry"}`.',
            )
        new = [] if see else [path for path in entry_paths if self._is_new(path, in_line, around)]
        self._count += bool(new and not options.id)
        identifier = (options.id or f"{PREFIX}{self._count}") if new else ""
        section = plain_text(around.section.title) if around.section else self._title
        place = model.IndexPlace(identifier, is_range=not in_line, section=section)
        for path in entry_paths if see else new:
            mark = IndexMark(path, None if see else place, see, bool(marked), options.get("sort"))
            self.marks.append(mark._replace(span=around.span))
        return identifier

    def _is_new(self, path: Path, in_line: bool, around: MarkContext) -> bool:
        """Return whether a mark adds anything to the other marks near it."""
        name = key(path)
        if name in around.within or (in_line and (around.holder, name) in self._marked):
            return False
        self._marked.add((around.holder, name))
        return True


def _indexes(
    document: Document, has_marks: bool, findings: Findings
) -> Iterator[tuple[int, model.Index | None]]:
    """The result for each `Index`, by its number among the nodes."""
    first: model.Index | None = None
    for ordinal, (node, around) in enumerate(with_surroundings(document)):
        if not isinstance(node, model.Index):
            continue
        if first is None and has_marks:
            section = around.section
            first = replace(
                node,
                depth=section.depth if section else 0,
                is_part=section is not None and section.role == ROLE,
            )
            yield ordinal, first
            continue
        message = "The text has no index marks, so the index is left out."
        if first is not None:
            message = "There is a second index in the text; only the first is kept."
        findings.add(Code.EMPTY_INDEX, message, around.span)
        yield ordinal, None
