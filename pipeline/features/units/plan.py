"""Divides a printed text into units: parts that begin a new page anyway and can be laid out
separately."""

from __future__ import annotations

import bisect
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pipeline.features.units.running_heads import begin_pages
from pipeline.model.late import late
from pipeline.model.rendered import Pages
from pipeline.model.sheet.fitting import fit_for
from pipeline.model.sheet.proportions import standards_for
from pipeline.package import units
from pipeline.package.pdf.engine.adapter.typesetter import Typesetter
from pipeline.package.pdf.print_markup import (
    CONTAINERS,
    HEADINGS,
    blocks_of,
    classes,
    first_blocks,
    has_roman_folios,
)
from pipeline.package.pdf.structure_roles import heading_level
from pipeline.package.units import UndividedError

HIDDEN = "display: none"
OPEN_ABOVE = "margin-top: 0 !important; padding-top: 0 !important; border-top: 0 !important"
OPEN_BELOW = OPEN_ABOVE.replace("top", "bottom")

OBSTACLES = (
    (r"@page[^{]{0,200}:(first|nth)", "its first pages have styles of their own"),
    (r"counter-(reset|set|increment)\s*:", "its style sheets use counters"),
    (r"break-(before|after)\s*:\s*(left|right|recto|verso)", "parts begin on left or right pages"),
    (r":(left|right)[^}]{0,500}@footnote", "notes differ between left and right pages"),
    (r"position\s*:\s*(fixed|running)", "running heads come from its text"),
    (
        r"target-text|target-counters|target-counter\([^;}]{0,200},\s*(?!\s|page\b)",
        "it repeats its text",
    ),
    (r"string\([^)]{0,200}\bstart\b", "running heads depend on the beginnings of pages"),
)
"""Styles that reach beyond units, and the reason to lay out the text as a whole."""

_OF_SIBLINGS = late(r":nth-|~")
"""Parts of selectors that depend on all siblings."""

LONGEST_NAME = 100
"""Letters of a tag with classes, in a selector."""


class UnitSlice(NamedTuple):
    """A unit: its tree, its blocks with their surroundings, and the level of the preceding
    heading. One that ``fills`` is an empty page, so that the text begins on the right; it is left
    out where the text does so anyway."""

    root: Element
    level: int
    fills: bool = False

    @property
    def markup(self) -> str:
        return ElementTree.tostring(self.root, encoding="unicode")


def why_whole(pages: Pages) -> str:
    """The reason to set a text as a whole: if it cannot be divided, or need not be."""
    return _obstacle(pages) or ("" if units.is_long(pages) else "it is short")


def divided(setter: Typesetter, root: Element, pages: Pages) -> tuple[UnitSlice, ...]:
    """The units of the markup of an edition. Raises `UndividedError`."""
    if any(
        text and not text.isspace() for container in _containers(root) for text in _loose(container)
    ):
        raise UndividedError("it has text outside of blocks")
    blocks, length = list(blocks_of(root)), units.LENGTH
    lengths = [len(ElementTree.tostring(block)) for block in blocks]
    begins = begin_pages(setter, *_outline(root), [style.css for style in pages.styles])
    starts, size = [0], 0
    firsts = {next(blocks_of(main), None) for main in root.iter("main")}
    for number, (block, is_first) in enumerate(zip(blocks, begins, strict=True)):
        # If an id decides, a chapter that is added or removed does not shift all others. Contents,
        # which are laid out again when page numbers are known, are a unit of their own.
        is_end = size >= length or (size >= length / 3 and _by_chance(block))
        if number > starts[-1] and is_first and (is_end or block in firsts):
            starts.append(number)
            size = 0
        size += lengths[number]
    if len(starts) < 2:
        raise UndividedError("nothing in it begins a page")
    level = 0
    slices: list[UnitSlice] = []
    whole, needs_siblings = _counted(root), _needs_siblings(pages, blocks)
    openings = first_blocks(root)
    for start, end in pairwise((*starts, len(blocks))):
        if blocks[start] in openings and slices:
            slices.append(_empty_page(root, level))
        slices.append(UnitSlice(_copied(whole, start, end, needs_siblings), level))
        for block in blocks[start:end]:
            for element in block.iter():
                if element.tag in HEADINGS:
                    level = heading_level(element, level)
    return tuple(slices)


def _empty_page(root: Element, level: int) -> UnitSlice:
    """The page after contents that end on the right. Its name marks it as a page without running
    heads and feet."""
    copy = furniture_root(root)
    ElementTree.SubElement(copy[0], "div", {"class": "empty-page"})
    return UnitSlice(copy, level, fills=True)


def _obstacle(pages: Pages) -> str:
    """The reason to lay out a text as a whole."""
    edition, sheet = pages.row, pages.sheet
    if edition.fields:
        return "it is a form"
    if standards_for(edition, pages.metadata).press:
        return "it is in the colours of a press"
    if edition.same_pages:
        return "its pages are those of another edition"
    if edition.imposition != "none":
        return "several pages are on a sheet"
    if fit_for(edition, pages.metadata):
        return "it fills a number of pages"
    if has_roman_folios(pages):
        return "its text begins with page 1"
    if sheet is None or sheet.columns > 1:
        return "it is in columns"
    for css in _without_strings(pages):
        for pattern, reason in OBSTACLES:
            if re.search(pattern, css):
                return reason
    return ""


def _containers(root: Element) -> Iterator[Element]:
    yield root
    for child in root:
        if child.tag in CONTAINERS:
            yield from _containers(child)


def _loose(container: Element) -> Iterator[str | None]:
    yield container.text
    for child in container:
        yield child.tail


def _without_strings(pages: Pages) -> Iterator[str]:
    """The styles, without the texts in them, a title say."""
    for style in pages.styles:
        yield '""'.join(re.sub(r"\\.", "", style.css).split('"')[::2])


def _needs_siblings(pages: Pages, blocks: Sequence[Element]) -> bool:
    """Return whether styles may ask for more siblings of blocks than the ones next to them."""
    kinds = {(block.tag, classes(block)) for block in blocks}
    for css in _without_strings(pages):
        for match in _OF_SIBLINGS.finditer(css):
            before = css[max(0, match.start() - LONGEST_NAME) : match.start()].rstrip()
            tag, *names = re.split(r"[^\w.-]", before)[-1].split(".")
            if any(tag in ("", kind) and others.issuperset(names) for kind, others in kinds):
                return True
    return False


def _by_chance(block: Element) -> bool:
    return zlib.crc32(block.get("id", "").encode()) % 3 == 0


def _outline(container: Element) -> tuple[Element, list[Element]]:
    """A tree without the content of blocks, and its blocks."""
    copy = Element(container.tag, dict(container.attrib))
    blocks: list[Element] = []
    for child in container:
        if child.tag in CONTAINERS:
            inner, inner_blocks = _outline(child)
            blocks += inner_blocks
        else:
            inner = Element(child.tag, dict(child.attrib))
            if child.tag != "head":
                blocks.append(inner)
        copy.append(inner)
    return copy, blocks


class _Container(NamedTuple):
    """An element with blocks: its children, the number of the text's blocks before each of them
    (and after the last), and those of them that are containers."""

    element: Element
    children: list[Element]
    before: list[int]
    inner: dict[Element, _Container]


def _counted(element: Element, count: int = 0) -> _Container:
    """A container with its blocks counted from ``count`` on."""
    counted = _Container(element, [child for child in element if child.tag != "head"], [count], {})
    for child in counted.children:
        if child.tag in CONTAINERS:
            counted.inner[child] = inner = _counted(child, count)
            count = inner.before[-1]
        else:
            count += 1
        counted.before.append(count)
    return counted


def _copied(container: _Container, start: int, end: int, with_all: bool) -> Element:
    """A container with its blocks from ``start`` to ``end``. Those next to them, or all, are there
    for the styles that ask for them, and empty."""
    element, children, before, inner = container
    copy = Element(element.tag, dict(element.attrib))
    copy.text = element.text
    first = bisect.bisect_right(before, max(start, before[0])) - 1
    last = bisect.bisect_left(before, min(end, before[-1])) - 1
    near = children if with_all else children[max(0, first - 1) : last + 2]
    for number, child in enumerate(near, start=0 if with_all else max(0, first - 1)):
        if not first <= number <= last or before[number] == before[number + 1]:
            copy.append(Element(child.tag, child.attrib | {"style": HIDDEN}))
        elif child in inner:
            copy.append(_copied(inner[child], start, end, with_all))
        else:
            copy.append(child)
    open_ends = (OPEN_ABOVE if before[0] < start else "", OPEN_BELOW if before[-1] > end else "")
    if style := "; ".join(filter(None, (copy.get("style"), *open_ends))):
        copy.set("style", style)
    return copy


def furniture_root(root: Element) -> Element:
    """The tree that running heads and feet inherit their styles from."""
    copy = Element(root.tag, dict(root.attrib))
    ElementTree.SubElement(copy, "body", dict(next(root.iter("body")).attrib))
    return copy
