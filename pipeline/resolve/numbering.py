"""The numbers of captions, formulas, exercises and sections."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Document, Node
from pipeline.model.numbered_kinds import NUMBERED, is_lettered, numbered_kind
from pipeline.model.print_marks import LINE
from pipeline.model.rewriting import Changes, rewrite, rewrite_document
from pipeline.model.roles import OUTSIDE, UNNUMBERED
from pipeline.model.tree import ONLY_FOR_TEACHERS, find, has, is_for_teachers, top_level, walk_with
from pipeline.model.words.writing_conventions import letters, roman


def number_captions(document: Document) -> Document:
    """The document with its numbers, each kind (`captions.numbered_kind`) counted from 1, unless
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
        return _lettered(node) if isinstance(node, model.FigureGroup) else node

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


def _lettered(group: model.FigureGroup) -> model.FigureGroup:
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
        blocks = _numbered(document.blocks, numerals, numerals.chapter)
    elif metadata.chapter_numbers:
        blocks = _numbered(document.blocks, numerals, numerals.chapter, only_chapters=True)
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


def _numbered(
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

    def below(child: model.Section) -> str:
        return numerals.chapter(child) if section.role == "part" else f"{number}.{next(count)}"

    children = section.children
    if section.role == "part" or not only_chapters:
        children = _numbered(children, numerals, below, only_chapters=only_chapters)
    if not section.title:
        return replace(section, title=(model.Text(text=number),), children=children)
    return replace(section, number=number, children=children)
