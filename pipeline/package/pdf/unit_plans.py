"""The plan of the units that a book is divided into."""

from __future__ import annotations

import bisect
import functools
import math
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pipeline.model.late import late
from pipeline.model.rendered import Pages, tree_of
from pipeline.model.sheet.fitting import fit_for
from pipeline.model.sheet.proportions import standards_for
from pipeline.package import units
from pipeline.package.pdf.engine.adapter.boxes import LayoutBox
from pipeline.package.pdf.engine.adapter.for_features import (
    PageBox,
    PageType,
    layout_box_backgrounds,
    make_margin_boxes,
    page_height,
    page_width,
    resolve_percentages,
    set_page_type_computed_styles,
)
from pipeline.package.pdf.engine.adapter.patching import patched_for_layout
from pipeline.package.pdf.engine.adapter.problems import reporting_to
from pipeline.package.pdf.engine.adapter.resources import fonts_of
from pipeline.package.pdf.engine.adapter.typesetter import TypesetDocument, TypesetPage, Typesetter
from pipeline.package.pdf.print_markup import (
    CONTAINERS,
    HEADINGS,
    blocks_of,
    classes,
    first_blocks,
    has_roman_folios,
)
from pipeline.package.pdf.structure_roles import heading_level
from pipeline.package.units import Furniture, UndividedError

# --- running heads ---------------------------------------------------------------------------
#
# Pages that have nothing but running heads and feet.


def begin_pages(
    setter: Typesetter, root: Element, blocks: Iterable[Element], styles: Iterable[str]
) -> list[bool]:
    """Return, for each of successive blocks in a tree, whether it begins a page."""
    style_for = setter.styled(root, styles).context.style_for
    begin: list[bool] = []
    after = "auto"
    for block in blocks:
        style = style_for(block)
        begin.append(bool({"page", "always"}.intersection((style["break_before"], after))))
        after = style["break_after"]
    return begin


class Styled(NamedTuple):
    """The markup of running heads with its styles, and the messages of the engine about them."""

    setter: Typesetter
    root: Element
    markup: Any
    messages: tuple[tuple[str, str, str], ...]


def styled(furniture: Furniture, *, is_grey: bool) -> Styled:
    """The furniture of a unit with its styles, which are the same for all units of a text."""
    fonts = tuple(map(Path, furniture.fonts))
    return _styled(furniture.markup, furniture.styles, fonts, is_grey, fonts_of(fonts))


@functools.lru_cache(maxsize=2)
def _styled(
    markup: str, styles: tuple[str, ...], files: tuple[Path, ...], is_grey: bool, fonts: object
) -> Styled:
    """``fonts`` are those read from the files as they are now, in this process."""
    root, messages = tree_of(markup), list[tuple[str, str, str]]()
    setter = Typesetter(files, Path(), (), is_grey=is_grey)
    with reporting_to(lambda *message: messages.append(message)):
        return Styled(setter, root, setter.styled(root, styles), tuple(messages))


def heads(on: Styled, furniture: Furniture) -> TypesetDocument:
    """Pages that have nothing but running heads and feet."""
    markup = on.markup
    context, starts_right = markup.context, on.root.get("dir") != "rtl"
    counts = any(":nth(" in css for css in furniture.styles)
    with patched_for_layout():  # for one at a time: the strings are those of this unit
        context.string_set.clear()
        for name, text in furniture.before.items():
            context.string_set[name][furniture.first - 1] = [text]
        for number, (_, _, strings) in enumerate(furniture.pages, start=furniture.first):
            for name, texts in strings.items():
                context.string_set[name][number] = list(texts)
        kinds = [
            PageType(
                "right" if (number % 2 == 1) == starts_right else "left",
                False,
                name,
                number - 1 if counts else 0,
                (),
            )
            for number, (name, _, _) in enumerate(furniture.pages, start=furniture.first)
        ]
        for kind in dict.fromkeys(kinds):
            if context.style_for(kind) is None:
                set_page_type_computed_styles(kind, markup, context.style_for)
        return on.setter.document(
            _head(markup, kind, number, furniture.total)
            for number, kind in enumerate(kinds, start=furniture.first)
        )


def place_of(page: LayoutBox) -> tuple[float, float, float, float]:
    """The text area of a page: its upper left corner, width and height."""
    return page.content_box_x(), page.content_box_y(), page.width, page.height


def is_plain(page: TypesetPage) -> bool:
    """Return whether a page itself draws nothing."""
    box: Any = page.box
    borders = (getattr(box, f"border_{side}_width") for side in page.bleed)
    drawn = box.canvas_background, box.style["marks"], *borders, *page.bleed.values()
    has_images = box.background and any(layer.image for layer in box.background.layers)
    return not any(drawn) and not has_images and not (box.background and box.background.color.alpha)


def _head(markup: Any, kind: PageType, number: int, total: int) -> Any:
    context = markup.context
    style = context.style_for(kind)
    box = PageBox(kind, style)
    width, height = style["size"]
    resolve_percentages(box, (width, height))
    box.position_x = box.position_y = 0
    page_width(box, context, width)
    page_height(box, context, height)
    context.current_page, context.page_bottom = number, math.inf
    state: Any = [0], {"page": [number], "pages": [total]}, [{"page", "pages"}], []
    box.children = tuple(make_margin_boxes(context, box, state))
    for child in box.children:
        layout_box_backgrounds(box, child, context.get_image_from_uri)
    box.background = box.canvas_background = None
    return box


# --- plan ------------------------------------------------------------------------------------
#
# Divides a printed text into units: parts that begin a new page anyway and can be laid out
# separately.

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
