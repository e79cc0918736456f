"""Names that are defined elsewhere in a text: abbreviations, anchors of headings, index marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.model import (
    Abbreviation,
    Attributes,
    Block,
    Document,
    Heading,
    Inline,
    InlineElement,
    Link,
    Paragraph,
    SoftBreak,
    Text,
)
from pipeline.model.diagnostics import Span
from pipeline.model.names import slug
from pipeline.model.tree import TEACHER, all_nodes, rewrite_document
from pipeline.parser.attributes import join_attributes, make_attributes
from pipeline.parser.blockparser import Definition
from pipeline.parser.withheld_ranges import Range

# --- abbreviations ---------------------------------------------------------------------------
# The scope of abbreviations: one that is defined in a range for some editions applies to these.


def abbreviations(
    definitions: Iterable[Definition], ranges: Iterable[Range] = ()
) -> dict[str, Abbreviation]:
    """The node for each abbreviation, by its text. The first definition counts, but one outside of
    the ``ranges`` precedes those in them, which have their conditions."""
    coming = sorted(ranges, key=lambda each: each.start, reverse=True)
    open_: list[Range] = []
    withheld: dict[str, Abbreviation] = {}
    public: dict[str, Abbreviation] = {}
    for name, title, line in sorted(definitions, key=lambda definition: definition.line):
        while coming and coming[-1].start[0] < line:
            open_.append(coming.pop())
        open_ = [each for each in open_ if line <= each.end[0]]
        around = [each.conditions for each in open_]
        node = Abbreviation(text=name, title=title)
        if around:
            classes = (TEACHER,) if any(each.classes for each in around) else ()
            pairs = tuple(pair for each in around for pair in each.pairs)
            node = replace(node, attributes=Attributes("", classes, pairs))
        (withheld if around else public).setdefault(name, node)
    return {**withheld, **public}


def scope_abbreviations(
    document: Document, definitions: Iterable[Definition], ranges: Iterable[Range]
) -> Document:
    """The document in which abbreviations apply where their definitions do."""
    changes = abbreviations(definitions, ranges) if ranges else {}
    if not any(node.attributes.classes or node.attributes.pairs for node in changes.values()):
        return document
    return rewrite_document(
        document, leave={Abbreviation: lambda node: changes.get(node.text, node)}
    )


# --- anchors ---------------------------------------------------------------------------------
# Links to headings by the names that other tools give them, once all headings and ids are known.
#
# ``## :rocket: Start``, with emoji by name, is ``#rocket-start`` on GitHub, and ``#-start`` with
# the emoji itself: the first is an id where a link asks for it.


def anchor(heading: Element) -> str:
    """GitHub's anchor of a heading that contains emoji by name; "" for all others."""
    named = [inner for inner in heading.iter() if inner.tag == "emoji"]
    if not named:
        return ""
    shown = [element.text for element in named]
    for element in named:
        element.text = element.get("name", "")
    name = slug("".join(heading.itertext()))
    for element, text in zip(named, shown, strict=True):
        element.text = text
    return name


def give_ids(document: Document, anchors: Mapping[Span, str]) -> Document:
    """The document with these ids added to the headings that links lead to."""
    if not anchors:
        return document
    nodes = list(all_nodes(document))
    wanted = {node.href[1:] for node in nodes if isinstance(node, Link) and node.href[:1] == "#"}
    wanted -= {node.attributes.id for node in nodes}
    given = {place: name for place, name in anchors.items() if name in wanted}

    def enter(node: Heading) -> Heading:
        name = given.get(node.span, "") if node.span else ""
        if not name or node.attributes.id or name not in wanted:
            return node
        wanted.discard(name)
        return replace(node, attributes=replace(node.attributes, id=name))

    return rewrite_document(document, enter={Heading: enter}) if given else document


# --- index marks -----------------------------------------------------------------------------
# Index marks that stand alone: they are not a paragraph, but belong to the block that follows.

INDEX_CLASS = "index"
"""The class of a mark in a line, and the key of one on a block."""


def attach_marks(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """``blocks`` with each paragraph of nothing but invisible marks put into the block after it, or
    the one before if none follows. References to other entries stay: they mark no place."""
    if not any(map(_marks, blocks)):
        return blocks
    result: list[Block] = []
    waiting: list[InlineElement] = []
    for block in blocks:
        if marks := _marks(block):
            waiting += filter(_is_place, marks)
            if rest := tuple(mark for mark in marks if not _is_place(mark)):
                result.append(replace(block, children=rest))
            continue
        result.append(_attach(block, waiting) if waiting else block)
        waiting = []
    if waiting and result:
        result[-1] = _attach(result[-1], waiting)
    elif waiting:
        result.append(Paragraph(children=tuple(waiting), span=waiting[0].span))
    return tuple(result)


def _marks(block: Block) -> list[InlineElement]:
    """The invisible marks that a paragraph consists of, if it is nothing else."""
    if not isinstance(block, Paragraph):
        return []
    marks = [node for node in block.children if isinstance(node, InlineElement)]
    alone = all(map(_is_mark, marks)) and all(
        isinstance(node, InlineElement | SoftBreak) or _is_space(node) for node in block.children
    )
    return marks if alone else []


def _is_mark(node: InlineElement) -> bool:
    return INDEX_CLASS in node.attributes.classes and not node.children


def _is_place(mark: InlineElement) -> bool:
    return bool(mark.attributes.get("entry") and not mark.attributes.get("see"))


def _is_space(node: Inline) -> bool:
    return isinstance(node, Text) and not node.text.strip()


def _attach(block: Block, marks: list[InlineElement]) -> Block:
    """``block`` with the marks within its text, or else as a part that is marked itself."""
    if isinstance(block, Paragraph | Heading):
        # After the first of the text, which may be the name of a speaker.
        children = (*block.children[:1], *marks, *block.children[1:])
        return replace(block, children=children)
    attributes = block.attributes
    entries = [attributes.get(INDEX_CLASS), *(mark.attributes.get("entry") for mark in marks)]
    entry = (INDEX_CLASS, "; ".join(entry for entry in entries if entry))
    return replace(
        block,
        attributes=join_attributes(
            attributes.without({INDEX_CLASS}), make_attributes(pairs=(entry,))
        ),
    )
