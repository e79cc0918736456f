"""The index: its position and content."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.features.index.entries import Entries
from pipeline.features.index.entry_marks import (
    MARK,
    IndexMark,
    MarkContext,
    Path,
    is_inline,
    is_mark,
    key,
    own_term,
    paths,
    unmarked,
    with_surroundings,
)
from pipeline.model import Document, Node
from pipeline.model.codes import Code
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import find, has, ordinals, plain_text
from pipeline.model.words import called, words
from pipeline.resolve.collation import Collation, warn_of_order
from pipeline.resolve.findings import Findings

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
    return bare and called(plain_text(section.title), ROLE)


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
        return unmarked(node, ids[ordinal]) if is_mark(node) else node

    changes: Changes = dict.fromkeys(kinds, leave)
    changed = rewrite_document(document, leave=changes, context=ordinals())
    # a note of nothing but marks that leave nothing is still referred to
    by_label = {note.label: note for note in changed.notes}
    notes = tuple(by_label.get(note.label, replace(note, children=())) for note in document.notes)
    return findings.added_to(replace(changed, notes=notes))


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
        marked = paths(options.get("entry" if in_line else MARK), around.language)
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
