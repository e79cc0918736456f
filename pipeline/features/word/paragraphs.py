"""Paragraphs, in their style and at their place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard

from msgspec.structs import replace

from pipeline import model
from pipeline.features.word.draft import ItemMarker, Spot, TextLook, WordFile
from pipeline.features.word.inlines import counted, index_fields, inlines, text_run
from pipeline.features.word.numbering import STEP
from pipeline.features.word.styles import IDS, STYLES
from pipeline.features.word.xml import Element, element, properties_of, tag
from pipeline.model import Node
from pipeline.model.metadata import direction_of
from pipeline.model.tree import STARTS, minutes_of
from pipeline.model.words import in_minutes

INDENTS = {
    style.name: (round(style.left * 20), round(style.hanging * 20), round(style.right * 20))
    for style in STYLES
}
"""The indents of styles, in twentieths of a point: left, hanging, right."""

ALIGNED = {"center": "center", "right": "end", "left": "start"}


def paragraph(
    draft: WordFile,
    content: Iterable[Element],
    place: Spot,
    style: str = "",
    *,
    marker: ItemMarker | None = None,
    hanging: int = 0,
    with_next: bool = False,
    page_break: bool = False,
    align: str = "",
    is_plain: bool = False,
    tabs: tuple[tuple[str, int], ...] = (),
) -> Element:
    """A paragraph in a style, by default that of its place. One that ``is_plain`` has no number
    although headings of its style have."""
    name = style or place.style
    left, hung, right = INDENTS.get(name, (0, 0, 0))
    left += place.left
    hanging = hanging or hung
    if marker:
        left += STEP
        hanging = STEP
    is_rtl = place.look.is_rtl or draft.is_rtl
    align = align or place.align
    box = place.box
    number = None
    if marker:
        number = element(
            "numPr", element("ilvl", val=marker.level), element("numId", val=marker.number)
        )
    elif is_plain and draft.numbering.numbers_headings:
        number = element("numPr", element("ilvl", val=0), element("numId", val=0))
    indent = None
    if place.left or marker or (hanging and hanging != hung):
        indent = element("ind", left=left, right=right or None, hanging=hanging or None)
    properties = element(
        "pPr",
        element("pStyle", val=IDS.get(name, name)) if name != "Normal" else None,
        element("keepNext") if with_next else None,
        element("pageBreakBefore") if page_break else None,
        number,
        None
        if box is None
        else element("pBdr", element("left", val="single", sz=24, space=8, color=box.color)),
        element("shd", val="clear", color="auto", fill=box.fill) if box and box.fill else None,
        element("tabs", *(element("tab", val=val, pos=pos) for val, pos in tabs)) if tabs else None,
        element("bidi") if is_rtl else None,
        indent,
        element("jc", val=ALIGNED[align]) if align in ALIGNED else None,
    )
    mark = draft.source_mark(place.span) if place.span else []
    return element("p", properties if len(properties) else None, *mark, *content)


def text_paragraph(
    draft: WordFile, node: model.Paragraph | model.Plain, place: Spot, style: str = ""
) -> Element:
    """A paragraph of a node with text, with its language, and what marks it for the index."""
    inner = with_attributes(node, place)
    content = [
        *index_fields(draft, node),
        *inlines(draft, node.children, inner, inner.look),
    ]
    classes = node.attributes.classes
    align = next((name for name in classes if name in ALIGNED), "")
    return paragraph(
        draft, draft.anchored(node, content), inner, style, marker=place.marker, align=align
    )


def bare_line(draft: WordFile, content: list[Element], place: Spot) -> list[Element]:
    """A paragraph of some content, if there is any."""
    return [paragraph(draft, content, place)] if content else []


def with_attributes(node: Node, place: Spot) -> Spot:
    """The place in a node, which may have a language or a direction of its own."""
    look, lang = place.look, node.attributes.get("lang")
    direction = node.attributes.get("dir") or (direction_of(lang) if lang else "")
    if lang:
        look = look._replace(lang=lang)
    if direction:
        look = look._replace(is_rtl=direction == "rtl")
    return place._replace(look=look, span=node.span or place.span)


def at_beginning(node: Node, place: Spot) -> Spot:
    """The place of the title of a node, which stands where the node begins."""
    span = node.span or place.span
    return place._replace(span=span and replace(span, end=0))


def timing(draft: WordFile, node: Node) -> list[Element]:
    """The time that something takes, after its title, for teachers."""
    length = minutes_of(node)
    if not length or draft.is_for_pupils:
        return []
    start = node.attributes.get(STARTS)
    text = f"{start} · " if start else ""
    return [text_run(f"\u2002{text}{in_minutes(length, draft.words)}", TextLook(style="Marks"))]


def title(
    draft: WordFile,
    node: Node,
    text: Iterable[Node],
    place: Spot,
    style: str,
    fallback: str = "",
) -> Element:
    """The title of a box, or else a word for it."""
    text = tuple(text)
    content = inlines(draft, text, place, place.look) if text else [text_run(fallback, place.look)]
    content = [*index_fields(draft, node), *content, *timing(draft, node)]
    return paragraph(draft, draft.anchored(node, content), at_beginning(node, place), style)


def label(draft: WordFile, node: Node, sequence: str, number: int) -> list[Element]:
    """The label of a caption, with the number that Word counts: ``Table 2.``"""
    head, _, tail = draft.words[f"caption_{sequence.lower()}"].partition("{number}")
    look = TextLook(style="Label", bold=True)
    return [
        text_run(head, look),
        *counted(draft, node, sequence, number, look),
        text_run(tail + " ", look),
    ]


AFTER = 160
"""Twentieths of a point between a box, or lines to write on, and the text after it."""


def low_paragraph(draft: WordFile, place: Spot) -> Element:
    """A low paragraph after a table, since tables that touch become one."""
    low = paragraph(draft, [], place._replace(marker=None, box=None, style="Normal"))
    _set_spacing(low, before=0, after=0, line=AFTER, lineRule="exact")
    return low


def with_space(content: list[Element], after: int) -> list[Element]:
    """The content with as much space after the last paragraph."""
    if content and content[-1].tag == tag("p"):
        _set_spacing(content[-1], after=after)
    return content


def _set_spacing(written: Element, **spacing: object) -> None:
    properties = properties_of(written)
    space = element("spacing", **spacing)
    later = next((p for p in properties if p.tag in (tag("ind"), tag("jc"))), None)
    if later is None:
        properties.append(space)
    else:
        later.addprevious(space)


def is_text(node: Node) -> TypeGuard[model.Paragraph | model.Plain]:
    return isinstance(node, model.Paragraph | model.Plain)
