"""Numbers of captions, formulas, exercises and sections, start times of parts, and ids for all link
targets.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Document, Node
from pipeline.model.codes import Code
from pipeline.model.names import Names, slug
from pipeline.model.numbered_kinds import NUMBERED, is_lettered, numbered_kind
from pipeline.model.page_map import LINE
from pipeline.model.roles import OUTSIDE, UNNUMBERED
from pipeline.model.tree import (
    ONLY_FOR_TEACHERS,
    STARTS,
    Changes,
    find,
    has,
    is_for_teachers,
    minutes_of,
    ordinals,
    plain_text,
    rewrite,
    rewrite_document,
    top_level,
    walk,
    walk_with,
)
from pipeline.model.words.writing_conventions import letters, roman
from pipeline.resolve.findings import Findings

# --- numbering -------------------------------------------------------------------------------
# The numbers of captions, formulas, exercises and sections.


def number_captions(document: Document) -> Document:
    """The document with its numbers, each kind (`numbered_kind`) counted from 1, unless
    something has the number that it has at all levels. The figures of a group with a caption have
    letters, if any of them has a caption or an id. Elements for teachers are counted after all
    others.
    """
    if not has(document, *NUMBERED):
        return document
    lang, latest = document.metadata.lang, dict[str, int]()
    for _, node, _ in find(document, *NUMBERED):
        if number := node.number:  # at levels
            kind = numbered_kind(node, lang)
            latest[kind] = max(number, latest.get(kind, 0))
    counts: dict[str, Iterator[int]] = {
        kind: itertools.count(number + 1) for kind, number in latest.items()
    }
    groups = {
        hidden
        for node, hidden in walk_with(top_level(document), *ONLY_FOR_TEACHERS)
        if isinstance(node, NUMBERED)
    }
    for only_for_teachers in sorted(groups):
        document = _number_captions(document, counts, only_for_teachers)
    return document


def _number_captions(
    document: Document, counts: dict[str, Iterator[int]], only_for_teachers: bool
) -> Document:
    """The document with numbers for what all get, or the rest, after those in ``counts``."""

    def number(node: Node, hidden: bool) -> Node:
        if hidden is not only_for_teachers:
            return node
        if isinstance(node, model.Figure) and node.part:  # it already has the group's number
            return node
        if not node.number and (kind := numbered_kind(node, document.metadata.lang)):  # type: ignore[attr-defined]
            node = replace(node, number=next(counts.setdefault(kind, itertools.count(1))))
        return _letter(node) if isinstance(node, model.FigureGroup) else node

    changes: Changes = dict.fromkeys(NUMBERED, number)
    return rewrite_document(document, enter=changes, context=ONLY_FOR_TEACHERS)


def number_lines(document: Document) -> Document:
    """The document with line numbers in numbered passages. Elements with ids in these lines get the
    number too, for references."""

    def enter(node: model.Container) -> Node:
        if node.name != "verse":  # whose numbers were read
            return node
        every = int(node.attributes.get("every", "0"))
        if not every:
            return node
        count = itertools.count(int(node.attributes.get("start", "1")))

        def line(inline: model.InlineElement) -> Node:
            if "verse-line" not in inline.attributes.classes:
                return inline
            number = next(count)
            marked = rewrite(inline.children, enter={model.InlineElement: place(number)})
            if number % every == 0:
                shown = model.InlineElement(
                    name="span",
                    children=(model.Text(text=str(number)),),
                    attributes=model.Attributes(classes=("line-number",)),
                )
                marked = (shown, model.Text(text=" "), *marked)
            return replace(inline, children=marked)

        attributes = node.attributes.without({"every", "start"})
        classes = (*attributes.classes, "numbered-lines")
        return replace(
            node,
            attributes=replace(attributes, classes=classes),
            children=rewrite(node.children, enter={model.InlineElement: line}),
        )

    def place(number: int) -> Callable[[model.InlineElement], Node]:
        def enter(inline: model.InlineElement) -> Node:
            attributes = inline.attributes
            if not attributes.id:
                return inline
            return replace(
                inline,
                attributes=replace(attributes, pairs=(*attributes.pairs, (LINE, str(number)))),
            )

        return enter

    return rewrite_document(document, enter={model.Container: enter})


def _letter(group: model.FigureGroup) -> model.FigureGroup:
    """A group with its number and letters at its figures, if needed."""
    if not is_lettered(group):
        return group
    figures = (
        replace(figure, number=group.number, part=letters(index).lower())
        for index, figure in enumerate(group.figures)
    )
    return replace(group, figures=tuple(figures))


def number_sections(document: Document) -> Document:
    """The document with numbered sections (``2.1``), or numbered chapters alone, if the metadata
    asks for them.

    Appendices have letters, parts Roman numerals; numbering continues from one part to the next.
    Sections with the class ``unnumbered``, those of front and back matter or for teachers only, and
    all sections inside them have none. Of one without a title, the number is the title.
    """
    metadata, numerals = document.metadata, _Numerals()
    if metadata.number_sections:
        blocks = _number_blocks(document.blocks, numerals, numerals.chapter)
    elif metadata.chapter_numbers:
        blocks = _number_blocks(document.blocks, numerals, numerals.chapter, only_chapters=True)
    else:
        return document
    return replace(document, blocks=blocks)


Name: TypeAlias = Callable[[model.Section], str]


class _Numerals:
    """The numbers of the top-level sections, in order."""

    def __init__(self) -> None:
        self._parts, self._chapters, self._appendices = (itertools.count() for _ in range(3))

    def chapter(self, section: model.Section) -> str:
        match section.role:
            case "part":
                return roman(next(self._parts) + 1)
            case "appendix":
                return letters(next(self._appendices))
        return str(next(self._chapters) + 1)


def _number_blocks(
    blocks: tuple[Block, ...], numerals: _Numerals, name: Name, *, only_chapters: bool = False
) -> tuple[Block, ...]:
    # Sections are six levels deep at most, so that this may recurse.
    return tuple(
        _number(block, numerals, name, only_chapters) if isinstance(block, model.Section) else block
        for block in blocks
    )


def _number(
    section: model.Section, numerals: _Numerals, name: Name, only_chapters: bool
) -> model.Section:
    bare = section.role in OUTSIDE or UNNUMBERED in section.attributes.classes
    bare = bare or is_for_teachers(section)
    if bare and section.role != "part":
        return section
    number = "" if bare else name(section)
    count = itertools.count(1)

    def number_below(child: model.Section) -> str:
        return numerals.chapter(child) if section.role == "part" else f"{number}.{next(count)}"

    children = section.children
    if section.role == "part" or not only_chapters:
        children = _number_blocks(children, numerals, number_below, only_chapters=only_chapters)
    if not section.title:
        return replace(section, title=(model.Text(text=number),), children=children)
    return replace(section, number=number, children=children)


# --- identifiers -----------------------------------------------------------------------------
# Unique, stable ids for all link targets.

RESERVED = frozenset({"contents", "main", "notes", "title", "footnotes"})
RESERVED_PREFIXES = ("fn-", "fnref-", "fld-", "ix-")
"""Ids that the templates use."""


LONGEST_ID_TEXT = 60
"""The maximum number of characters of a caption or question in its id."""


def assign_identifiers(document: Document) -> Document:
    """The document with an id on every section, heading, question, and everything with a caption.

    Ids in the source are kept, except duplicates and those reserved for the outputs: these are
    DUPLICATE_ID, and get a number. Others are derived from the plain text: of headings as GitHub
    does, so that links written for GitHub work; of captions and questions with the prefix
    ``figure-``, ``table-``, ``listing-`` or ``question-``.
    """
    findings = Findings(document)
    explicit, refused = _explicit(document, findings)
    names = Names(explicit)
    nodes = [
        (number, node)
        for number, node, _ in find(document, *NAMED, marked=True)
        if number in refused or _needs_id(node)
    ]
    # Sections come first, so that a new figure never changes the address of a section.
    ids: dict[int, str] = {}
    moved: dict[str, str] = {}
    for number, node in sorted(nodes, key=lambda pair: not isinstance(pair[1], model.Section)):
        if number not in refused:
            ids[number] = names.take(*_name(node))
            continue
        name = node.attributes.id
        ids[number] = names.take(name, numbered=True)
        if _is_reserved(name):
            moved.setdefault(f"#{name}", f"#{ids[number]}")

    def enter(node: Node, number: int) -> Node:
        if number not in ids:
            return node
        return replace(node, attributes=replace(node.attributes, id=ids[number]))

    def follow(link: model.Link, number: int) -> model.Link:
        return replace(link, href=moved[link.href]) if link.href in moved else link

    if nodes:
        leave: Changes = {model.Link: follow} if moved else {}
        changes: Changes = dict.fromkeys({type(node) for _, node in nodes}, enter)
        document = rewrite_document(document, enter=changes, leave=leave, context=ordinals())
    return findings.add_to(document)


def _explicit(document: Document, findings: Findings) -> tuple[set[str], frozenset[int]]:
    """Ids that the source gives or cannot have, and the numbers of nodes that need another one."""
    lines: dict[str, int] = {}
    refused: set[int] = set()
    for number, node, span in find(document, marked=True):
        name = node.attributes.id
        if not name:
            continue
        place = document.place(span)
        line = place.line if place else 0
        if name in lines:
            first = f" (first in line {lines[name]})" if lines[name] else ""
            findings.add(Code.DUPLICATE_ID, f"The id `{name}` is used twice{first}.", span)
            refused.add(number)
        elif _is_reserved(name):
            findings.add(
                Code.DUPLICATE_ID,
                f"The id `{name}` is reserved for the outputs.",
                span,
                hint=f"Rename it, for example to `my-{name}`.",
            )
            refused.add(number)
        lines.setdefault(name, line)
    return {*lines, *RESERVED}, frozenset(refused)


def _is_reserved(name: str) -> bool:
    return name in RESERVED or name.startswith(RESERVED_PREFIXES)


NAMED: tuple[type[Node], ...] = (model.Section, model.Heading, *model.CAPTIONED, model.Turn)
"""Types with nodes that need an id."""


def _needs_id(node: Node) -> bool:
    if node.attributes.id:
        return False
    if isinstance(node, model.Captioned):
        return bool(node.caption)
    return isinstance(node, model.Section | model.Heading) or (
        isinstance(node, model.Turn) and node.asks
    )


def _name(node: Node) -> tuple[str, bool]:
    """The id that a node would have if it were alone, and whether it must be numbered because its
    text provides no name."""
    match node:
        case model.Section() | model.Heading():
            title = node.title if isinstance(node, model.Section) else node.children
            prefix, name = "section", slug(plain_text(title))
            if name.strip("-_") and not name.startswith(RESERVED_PREFIXES):
                return name, False
        case _ if isinstance(node, model.Captioned):
            prefix, name = model.CAPTIONED[type(node)], slug(plain_text(node.caption))
        case _:
            paragraphs = (child for child in walk(node) if isinstance(child, model.Paragraph))
            first = next(paragraphs, None)
            prefix, name = "question", slug(plain_text(first.children)) if first else ""
    if len(name) > LONGEST_ID_TEXT:
        name = name[: LONGEST_ID_TEXT + 1].rpartition("-")[0] or name[:LONGEST_ID_TEXT]
    name = name.strip("-_")
    return (f"{prefix}-{name}", False) if name else (prefix, True)


# --- start times -----------------------------------------------------------------------------
# Start times in the teacher's edition, from the time at which a lesson begins (``starts``) and the
# minutes of its parts.


def give_start_times(document: Document) -> Document:
    """The document in which parts with minutes have the time at which they begin. Those within
    another part begin with it, and the next one begins when it ends."""
    if not document.metadata.starts:
        return document
    kinds = {type(node) for _, node, _ in find(document, marked=True) if minutes_of(node)}
    hours, minutes = map(int, document.metadata.starts.split(":"))
    now = 60 * hours + minutes
    ends: list[int] = []

    def enter(node: Node) -> Node:
        if not (duration := minutes_of(node)):
            return node
        ends.append(now + duration)
        time = f"{now // 60 % 24}:{now % 60:02}"
        pairs = (*node.attributes.pairs, (STARTS, time))
        return replace(node, attributes=replace(node.attributes, pairs=pairs))

    def leave(node: Node) -> Node:
        nonlocal now
        now = ends.pop() if minutes_of(node) else now
        return node

    return rewrite_document(
        document, enter=dict.fromkeys(kinds, enter), leave=dict.fromkeys(kinds, leave)
    )
