"""Nested sections: from headings and the blocks after them, with their roles in a book."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    Bibliography,
    Block,
    Document,
    Index,
    Inline,
    Node,
    PageBreak,
    Section,
    ThematicBreak,
)
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.kinds import KINDS
from pipeline.model.late import late
from pipeline.model.names import nearest
from pipeline.model.roles import CLASSES, OUTSIDE, ROLES, UNNUMBERED, divisions, is_front
from pipeline.model.tree import (
    alike,
    facts,
    find,
    is_for_teachers,
    is_recipe,
    plain_text,
    rewrite,
    rewrite_document,
    walk,
)
from pipeline.model.words import is_called, words
from pipeline.resolve.findings import Findings

# --- sections --------------------------------------------------------------------------------
# Converts headings and the blocks after them into nested sections.

UNTITLED = frozenset({"dedication", "epigraph"})
"""The parts of a book that print shows without a heading."""

DIRECTION = "stage-direction"
"""The class of a stage direction that is a paragraph."""

EXIT = late(r"^\W*(exit|exeunt)\b|\b(exits?|exeunt)\W*$", re.IGNORECASE)
"""A stage direction by which somebody leaves."""

QUANTITY = late(
    r"(?:\d+(?:[.,/⁄]\d+)?\s?[½⅓¼¾⅔⅛]?|[½⅓¼¾⅔⅛])(?: ?[-–] ?\d+(?:[.,/⁄]\d+)?)?(?: \d[/⁄]\d)?"
    r"(?:\s?(?:kg|dag|dkg|mg|g|ml|cl|dl|l|oz|lbs?|tbsp|tsp|EL|TL|кг|г|мл|л)\b\.?)?(?=\s)"
)
"""A number with its unit, at the beginning of an ingredient; units in words are no part of it."""

LABEL = late(r"[^:\uff1a]{1,40}[:\uff1a]")
"""The name of the yield or a time of a recipe, in the list that it begins with."""

N = TypeVar("N", bound=Node)


class _Open(msgspec.Struct):
    """A section that is being filled. ``level`` is its heading's in the source."""

    heading: model.Heading
    level: int
    blocks: list[Block] = []


_OR_TITLE = ". If the heading taken as the title is a chapter, give `title:` in the front matter."


def nest_sections(document: Document) -> Document:
    """The document with `Section`s in place of its top-level `Heading`s.

    A section's depth is its nesting level, so that levels are never skipped; a heading that skips
    one in the source is a SKIPPED_LEVEL warning. Headings within quotes, containers, list items,
    boxes, turns and notes remain headings, because they do not open a section of the publication;
    their ``level`` becomes a depth too, counted from the section around them, without gaps.
    Thematic breaks next to a heading are dropped. Headings without text are dropped with an
    EMPTY_HEADING warning, except those of a dedication or an epigraph, and those with a number.
    """
    findings = Findings(document)
    document = _drop_empty(_name_parts(document), findings)
    top = min((b.level for b in document.blocks if isinstance(b, model.Heading)), default=1)
    result: list[Block] = []
    opened: list[_Open] = []
    meanings = KINDS[document.metadata.kind].headings

    def close(level: int) -> None:
        while opened and opened[-1].level >= level:
            last = opened.pop()
            section = alike(last.heading, _section(last, len(opened) + 1, meanings))
            (opened[-1].blocks if opened else result).append(section)

    for block in document.blocks:
        if isinstance(block, model.Heading):
            close(block.level)
            expected = opened[-1].level + 1 if opened else top
            if block.level > expected:
                findings.add(
                    Code.SKIPPED_LEVEL,
                    f"The heading “{plain_text(block.children).strip()}” has level {block.level}"
                    f" where level {expected} is expected.",
                    block.span,
                    hint=f"Begin it with `{'#' * expected}`{'.' if opened else _OR_TITLE}",
                )
            opened.append(_Open(block, block.level))
        else:
            blocks = opened[-1].blocks if opened else result
            blocks.append(_lower_headings(block, len(opened)))
    close(0)
    notes = tuple(_lower_headings(note, 0) for note in document.notes)
    if any(isinstance(block, model.Section) for block in result):
        result = _without_breaks(result)
    return findings.add_to(replace(document, blocks=tuple(result), notes=notes))


def mark_parts(document: Document) -> Document:
    """The document with classes for what its kind has a look for: stage directions, which are
    paragraphs of emphasised text; in a recipe, the quantities of ingredients, and the labels in the
    list that it begins with."""
    traits = KINDS[document.metadata.kind].traits
    if "directions" in traits:
        return rewrite_document(document, leave={model.Paragraph: _mark_direction})
    if "labels" in traits:
        if is_recipe(document.blocks):
            document = replace(document, blocks=_with_labels(document.blocks))
        return rewrite_document(document, leave={model.Section: _mark_recipe_section})
    return document


def _mark_direction(node: model.Paragraph) -> model.Paragraph:
    if not all(isinstance(inner, model.Emphasis | model.SoftBreak) for inner in node.children):
        return node
    exits = EXIT.search(plain_text(node.children))
    return _add_classes(node, DIRECTION, *(["exit"] if exits else []))


def _mark_recipe_section(section: model.Section) -> model.Section:
    if "ingredients" not in section.attributes.classes:
        return replace(section, children=_with_labels(section.children))
    children = rewrite(section.children, leave={model.ListItem: _with_quantity})
    if children == section.children:
        return section
    return _add_classes(replace(section, children=children), "with-quantities")


def _with_labels(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a recipe, whose first list has its yield and times."""
    at = 1 + (len(blocks) > 1 and not isinstance(blocks[0], model.List))
    head = (
        replace(block, items=tuple(map(_with_label, block.items)))
        if isinstance(block, model.List) and not block.ordered
        else block
        for block in blocks[:at]
    )
    return (*head, *blocks[at:])


def _with_quantity(item: model.ListItem) -> model.ListItem:
    return _set_apart(item, QUANTITY, "quantity")


def _with_label(item: model.ListItem) -> model.ListItem:
    return _set_apart(item, LABEL, "label")


def _set_apart(item: model.ListItem, begin: re.Pattern[str], name: str) -> model.ListItem:
    """An item whose beginning has a class."""
    match item.children:
        case (model.Paragraph(children=(model.Text() as text, *rest)) as block, *others):
            if part := begin.match(text.text):
                first, after = model.Text(part[0]), text.text[part.end() :]
                span = _add_classes(model.InlineElement("span", (first,)), name)
                block = replace(block, children=(span, replace(text, text=after), *rest))
                return replace(item, children=(block, *others))
    return item


def _add_classes(node: N, *classes: str) -> N:
    attributes = node.attributes
    return replace(node, attributes=replace(attributes, classes=(*attributes.classes, *classes)))


def _without_breaks(blocks: Iterable[Block]) -> list[Block]:
    """The blocks without thematic breaks at either end, and before a section."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, model.Section):
            _drop_last(kept)
        if kept or not _is_break(block):
            kept.append(block)
    _drop_last(kept)
    return kept


def _drop_last(blocks: list[Block]) -> None:
    while blocks and _is_break(blocks[-1]):
        blocks.pop()


def _is_break(block: Block) -> bool:
    return isinstance(block, model.ThematicBreak) and block.attributes == model.NO_ATTRIBUTES


def _section(opened: _Open, depth: int, meanings: tuple[str, ...]) -> model.Section:
    """The section of a heading; a title that says one of ``meanings`` gives that as a class."""
    heading = opened.heading
    roles = [CLASSES[name] for name in heading.attributes.classes if name in CLASSES]
    title = plain_text(heading.children)
    classes = tuple(meaning for meaning in meanings if is_called(title, meaning))
    return model.Section(
        span=heading.span,
        attributes=replace(heading.attributes, classes=heading.attributes.classes + classes),
        depth=depth,
        title=heading.children,
        children=tuple(_without_breaks(opened.blocks)),
        role=roles[0] if roles else "",
    )


def _name_parts(document: Document) -> Document:
    """The document whose dedication and epigraphs have headings for screen readers; headings that
    only name the part, or are empty, are not shown."""
    vocabulary = words(document.metadata.lang)

    def name_part(heading: model.Heading) -> model.Heading:
        role = next((name for name in heading.attributes.classes if name in UNTITLED), "")
        text = plain_text(heading.children).strip().casefold()
        if not role or text not in ("", role, vocabulary[role].casefold()):
            return heading
        classes = (*heading.attributes.classes, "untitled")
        return replace(
            heading,
            children=heading.children if text else (model.Text(text=vocabulary[role]),),
            attributes=replace(heading.attributes, classes=classes),
        )

    return rewrite_document(document, leave={model.Heading: name_part})


def _drop_empty(document: Document, findings: Findings) -> Document:
    def is_empty(heading: model.Heading) -> bool:
        return not plain_text(heading.children).strip() and not any(
            isinstance(node, model.Image) for node in walk(heading.children)
        )

    numbered = _find_numbered(document)
    dropped = set[Span | None]()
    for _, node, span in find(document, model.Heading):
        if is_empty(node) and node.span not in numbered:
            dropped.add(node.span)
            findings.add(Code.EMPTY_HEADING, "The heading has no text.", span)
    if not dropped:
        return document
    return rewrite_document(
        document,
        leave={model.Heading: lambda node: () if is_empty(node) and node.span in dropped else node},
    )


def _find_numbered(document: Document) -> frozenset[Span | None]:
    """The places of the headings that will have numbers."""
    spans = set[Span | None]()
    unnumbered, metadata = 0, document.metadata
    are_numbered = metadata.number_sections or metadata.chapter_numbers
    for block in document.blocks if are_numbered else ():
        if not isinstance(block, model.Heading) or 0 < unnumbered < block.level:
            continue
        roles = {CLASSES.get(name, name) for name in block.attributes.classes}
        is_numbered = OUTSIDE.isdisjoint(roles) and UNNUMBERED not in roles
        unnumbered = 0 if is_numbered and not is_for_teachers(block) else block.level
        if not unnumbered:
            spans.add(block.span)
    return frozenset(spans)


def _lower_headings(node: N, depth: int) -> N:
    """The node with the headings below it at depths from ``depth`` + 1 on."""

    def lower(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        levels: list[int] = []
        result: list[Block] = []
        for block in blocks:
            if isinstance(block, model.Heading):
                while levels and levels[-1] >= block.level:
                    levels.pop()
                levels.append(block.level)
                block = replace(block, level=min(6, depth + len(levels)))
            result.append(block)
        return tuple(result)

    def enter(holder: Node) -> Node:
        if isinstance(holder, model.DefinitionItem):
            return replace(holder, definitions=tuple(map(lower, holder.definitions)))
        if isinstance(holder, model.HOLDERS):
            return replace(holder, children=lower(holder.children))
        return holder

    if model.Heading in facts(node).kinds:
        return rewrite((node,), enter=dict.fromkeys((*model.HOLDERS, model.DefinitionItem), enter))[
            0
        ]
    return node


# --- section roles ---------------------------------------------------------------------------
# Checks that sections are in the right place for their roles as parts of a book.

SLIP = 0.82
"""The similarity to the name of a part above which a class is taken for a misspelling."""

FEWER = "Give the heading fewer `#`"


def check_roles(document: Document) -> Document:
    """The document, with a MISPLACED_ROLE warning for each section in an unusual place for its role
    in a book, and a LIKELY_SLIP for each class that resembles a role."""
    findings = Findings(document)
    top = [block for block in document.blocks if isinstance(block, Section)]
    for section, division in zip(top, divisions(s.role for s in top), strict=True):
        if is_front(section.role) and division != "frontmatter":
            remedy = "Move it before the first chapter"
            _report_place(section, "before the text of a book", remedy, findings)
    meant = functools.cache(lambda name: nearest(name, CLASSES, SLIP))
    for section, parent in _walk_sections(document):
        if not section.role:
            _report_slips(section, meant, findings)
        if parent is None:
            continue
        if section.role in ROLES and ROLES[section.role].is_top:
            _report_place(section, "at the highest level only", FEWER, findings)
        elif section.role == "chapter" and parent.role != "part":
            _report_place(section, "at the highest level, or in a `.part`", FEWER, findings)
    return findings.add_to(document)


def _walk_sections(document: Document) -> Iterator[tuple[Section, Section | None]]:
    """All sections, each with its parent."""
    stack: list[tuple[Section, Section | None]] = [
        (block, None) for block in reversed(document.blocks) if isinstance(block, Section)
    ]
    while stack:
        section, parent = stack.pop()
        yield section, parent
        below = (block for block in reversed(section.children) if isinstance(block, Section))
        stack += ((block, section) for block in below)


def _report_place(section: Section, place: str, remedy: str, findings: Findings) -> None:
    findings.add(
        Code.MISPLACED_ROLE,
        f"{_quote_title(section)} has {_class_of(section)}, whose place is {place}.",
        section.span,
        hint=f"{remedy}, or leave the class out.",
    )


def _report_slips(section: Section, meant: Callable[[str], str], findings: Findings) -> None:
    for name in section.attributes.classes:
        if near := meant(name):
            findings.add(
                Code.LIKELY_SLIP,
                f"{_quote_title(section)} has the class `{name}`, which no part of a book has.",
                section.span,
                hint=f"Did you mean `{near}`?",
            )


def _class_of(section: Section) -> str:
    """The class that gives a section its role."""
    classes = section.attributes.classes
    return next(f"the class `{name}`" for name in classes if CLASSES.get(name) == section.role)


def _quote_title(section: Section) -> str:
    return f"“{plain_text(section.title).strip()}”"


# --- publication parts -----------------------------------------------------------------------
# The parts that a publication is divided into, one for each section of a level.

LISTS = ("bibliography", "index")
"""The roles of sections that list content of others."""


class DocumentPart(msgspec.Struct, frozen=True):
    """A stretch of the text. ``section`` is the section that it is, or that it is the beginning of,
    and None before all sections; ``above`` are the sections around it, outermost first."""

    blocks: tuple[Block, ...]
    section: Section | None = None
    above: tuple[Section, ...] = ()

    @property
    def title(self) -> tuple[Inline, ...]:
        return self.section.title if self.section else ()


def parts(blocks: tuple[Block, ...], level: int) -> Iterator[DocumentPart]:
    """The parts of some blocks: the sections at ``level``, or higher ones without subsections, and
    the text before the first section of each; the whole for level 0.

    Sections with only a bibliography or an index belong to no part, and neither do empty ones.
    """
    if level == 0:
        yield DocumentPart(blocks)
        return
    yield from _parts(blocks, level, None, ())


def _parts(
    blocks: tuple[Block, ...], level: int, around: Section | None, above: tuple[Section, ...]
) -> Iterator[DocumentPart]:
    # Sections are six levels deep at most, so that this may recurse.
    text = tuple(block for block in blocks if not isinstance(block, Section))
    if _has_text(text):
        yield DocumentPart(text, around, above)
    inside = (*above, around) if around else above
    for section in blocks:
        if not isinstance(section, Section) or is_list(section):
            continue
        if section.depth < level and any(isinstance(b, Section) for b in section.children):
            yield from _parts(section.children, level, section, inside)
        elif _has_text(section.children):
            yield DocumentPart(section.children, section, inside)


def is_list(section: Section) -> bool:
    """Return whether a section is the list of works or the index."""
    return section.role in LISTS and any(
        isinstance(node, Bibliography | Index) for node in walk(section.children)
    )


def _has_text(blocks: tuple[Block, ...]) -> bool:
    return any(not isinstance(block, PageBreak | ThematicBreak) for block in blocks)
