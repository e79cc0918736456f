"""Units of a book: planned, each set by itself, in parallel, and all joined to one PDF."""

from __future__ import annotations

import bisect
import functools
import hashlib
import math
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.keep import kept, tell
from pipeline.model.editions import Edition
from pipeline.model.late import late
from pipeline.model.paper import Standards
from pipeline.model.rendered import Pages, tree_of
from pipeline.model.sheet import fit_for, standards_for
from pipeline.package import units
from pipeline.package.pdf.engine.adapter.boxes import LayoutBox
from pipeline.package.pdf.engine.adapter.drawn import COLOURS, FONTS, draw, read_characters
from pipeline.package.pdf.engine.adapter.for_features import (
    Font,
    PageBox,
    PageType,
    ffi,
    harfbuzz,
    layout_box_backgrounds,
    make_margin_boxes,
    page_height,
    page_width,
    pydyf,
    resolve_percentages,
    set_page_type_computed_styles,
)
from pipeline.package.pdf.engine.adapter.objects import PDF, PRODUCER, mend_file, mend_fonts
from pipeline.package.pdf.engine.adapter.page_layout import Targets
from pipeline.package.pdf.engine.adapter.patching import patched_for_layout, reporting_to
from pipeline.package.pdf.engine.adapter.resources import fonts_of
from pipeline.package.pdf.engine.adapter.typesetter import (
    POINT,
    TypesetDocument,
    TypesetPage,
    Typesetter,
    make_pdf,
)
from pipeline.package.pdf.even_pages import UndecidedError, planning_for
from pipeline.package.pdf.layout import (
    Flow,
    PageNumbers,
    find_stranded,
    finish_layout,
    first_pages,
    folios,
    names_on,
    page_foot,
    settle,
    text_flows,
)
from pipeline.package.pdf.print_markup import (
    ASSET,
    CONTAINERS,
    HEADINGS,
    blocks_of,
    classes,
    first_blocks,
    has_roman_folios,
    ready_text,
)
from pipeline.package.pdf.standards import turn_drawn
from pipeline.package.pdf.structure_roles import heading_level
from pipeline.package.pdf.tags import read_drawn_text, read_tags, write_tags
from pipeline.package.pdf.whole import Printing, complete, file_facts
from pipeline.package.result import Package, read_attachments
from pipeline.system.pango import pango_version
from pipeline.system.paths import note
from pipeline.system.store import from_cache, key

# --- running heads ---------------------------------------------------------------------------
# Pages that have nothing but running heads and feet.


def begin_pages(
    setter: Typesetter, root: Element, blocks: Iterable[Element], styles: Iterable[str]
) -> list[bool]:
    """Return, for each of successive blocks in a tree, whether it begins a page."""
    style_for = setter.apply_styles(root, styles).context.style_for
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


@functools.lru_cache(maxsize=2)
def style_furniture(
    markup: str, styles: tuple[str, ...], files: tuple[Path, ...], is_grey: bool, fonts: object
) -> Styled:
    """The furniture of a unit with its styles, which are the same for all units of a text.
    ``fonts`` are those read from the files as they are now, in this process."""
    root, messages = tree_of(markup), list[tuple[str, str, str]]()
    setter = Typesetter(files, Path(), (), is_grey=is_grey)
    with reporting_to(lambda *message: messages.append(message)):
        return Styled(setter, root, setter.apply_styles(root, styles), tuple(messages))


def pages_of_heads(on: Styled, furniture: units.Furniture) -> TypesetDocument:
    """Pages that have nothing but running heads and feet."""
    markup = on.markup
    context = markup.context
    sides = ("right", "left") if on.root.get("dir") == "rtl" else ("left", "right")
    counts = any(":nth(" in css for css in furniture.styles)
    with patched_for_layout():  # for one at a time: the strings are those of this unit
        context.string_set.clear()
        for name, text in furniture.before.items():
            context.string_set[name][furniture.first - 1] = [text]
        for number, (_, _, strings) in enumerate(furniture.pages, start=furniture.first):
            for name, texts in strings.items():
                context.string_set[name][number] = list(texts)
        kinds = [
            PageType(sides[number % 2], False, name, number - 1 if counts else 0, ())
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
# Divides a printed text into units: parts that begin a new page anyway and can be laid out
# separately.

HIDDEN = "display: none"
OPEN_ABOVE = "margin-top: 0 !important; padding-top: 0 !important; border-top: 0 !important"
OPEN_BELOW = OPEN_ABOVE.replace("top", "bottom")

OBSTACLES = (
    (r"@page[^{]{0,200}:(first|nth)", "its first pages have styles of their own"),
    (r"counter-(reset|set|increment)\s*:", "its style sheets use counters"),
    (r"break-(before|after)\s*:\s*(left|right|recto|verso)", "parts begin on left or right pages"),
    (r"break-inside\s*:\s*avoid-column", "poems are divided where that takes no turn"),
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


def divide(setter: Typesetter, root: Element, pages: Pages) -> tuple[UnitSlice, ...]:
    """The units of the markup of an edition. Raises `UndividedError`."""
    loose = ((each.text, *(child.tail for child in each)) for each in _containers(root))
    if any(text and not text.isspace() for texts in loose for text in texts):
        raise units.UndividedError("it has text outside of blocks")
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
        raise units.UndividedError("nothing in it begins a page")
    level = 0
    slices: list[UnitSlice] = []
    whole, needs_siblings = _count_blocks(root), _needs_siblings(pages, blocks)
    openings = first_blocks(root)
    for start, end in pairwise((*starts, len(blocks))):
        if blocks[start] in openings and slices:
            slices.append(_empty_page(root, level))
        slices.append(UnitSlice(_copy_part(whole, start, end, needs_siblings), level))
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


def _count_blocks(element: Element, count: int = 0) -> _Container:
    """A container with its blocks counted from ``count`` on."""
    counted = _Container(element, [child for child in element if child.tag != "head"], [count], {})
    for child in counted.children:
        if child.tag in CONTAINERS:
            counted.inner[child] = inner = _count_blocks(child, count)
            count = inner.before[-1]
        else:
            count += 1
        counted.before.append(count)
    return counted


def _copy_part(container: _Container, start: int, end: int, with_all: bool) -> Element:
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
            copy.append(_copy_part(inner[child], start, end, with_all))
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


# --- unit joining ----------------------------------------------------------------------------
# Joins parts that were drawn earlier into one PDF: the engine writes it like any other, and is
# given the drawing of each page.

ffi.cdef(
    "hb_blob_t * hb_blob_create (const char *, unsigned int, int, void *, void *);"
    "hb_face_t * hb_face_create (hb_blob_t *, unsigned int);"
)

_TOKEN = late("\x01(\\w+)\x01")


class DrawnPart(NamedTuple):
    """Pages, their drawings, those of their running heads and feet, and the number of CSS pixels by
    which each is to the right of where it was drawn."""

    pages: Sequence[units.UnitPage]
    drawing: units.DrawnPages
    heads: units.DrawnPages
    shifts: Sequence[float]

    @property
    def digests(self) -> tuple[units.PageDigest, ...]:
        """Those of each page."""
        shifts = (shift / page.width for page, shift in zip(self.pages, self.shifts, strict=True))
        return tuple(map(units.PageDigest, self.drawing.digests, self.heads.digests, shifts))


class _Area:
    """The area of a link."""

    link_annotation: Any = None


class KeptPage:
    """A page, with the interface that the engine expects."""

    def __init__(self, page: units.UnitPage, shift: float, stream: bytes) -> None:
        self.width, self.height = page.width, page.height
        self.bleed = dict.fromkeys(("top", "right", "bottom", "left"), 0)
        self.links = [
            (link.kind, link.target, (a + shift, b, c + shift, d), _Area())
            for link in page.links
            for a, b, c, d in [link.area]
        ]
        self.anchors = {name: (x + shift, *rest) for name, (x, *rest) in page.anchors.items()}
        self.bookmarks = [
            (mark.level, mark.label, (mark.place[0] + shift, mark.place[1]), mark.state)
            for mark in page.bookmarks
        ]
        self.forms: dict[None, list[Any]] = {None: []}
        self._drawn = stream

    def paint(self, stream: Any, _: float) -> None:
        stream.stream, stream.compress = [self._drawn], False
        stream.extra = {"Filter": "/FlateDecode"}

    def link(self, number: int) -> Any:
        """The annotation of a link, in a PDF that the page is in."""
        return self.links[number][3].link_annotation


class UsedFonts:
    """The combined font use of the `DrawnPart`s of a text, with the font files. ``unfit`` gives the
    reason if they cannot be fonts of a single PDF."""

    def __init__(self, parts: Iterable[DrawnPart], files: Iterable[Path]) -> None:
        self.unfit = ""
        self.fonts: dict[int, list[units.FontUse]] = {}
        widths: dict[tuple[int, int], float] = {}
        for part in parts:
            for use in (*part.drawing.fonts, *part.heads.fonts):
                self.fonts.setdefault(use.key, []).append(use)
                for glyph, width in use.widths.items():
                    if widths.setdefault((use.key, glyph), width) != width:
                        self.unfit = "a letter of it has different widths"
        used = {(use.length, use.digest) for uses in self.fonts.values() for use in uses}
        lengths = {length for length, _ in used}
        self._data: dict[str, bytes] = {}
        for file in files:
            if file.stat().st_size in lengths:
                data = file.read_bytes()
                self._data[hashlib.sha256(data).hexdigest()] = data
        if not self._data.keys() >= {digest for _, digest in used}:
            self.unfit = "a drawing in it brings a font"

    def cut(self) -> dict[int, _Font]:
        """The fonts, by the engine's names for them."""
        return {
            number: _Font(uses, self._data[uses[0].digest]) for number, uses in self.fonts.items()
        }


def join(
    setter: Typesetter,
    parts: Sequence[DrawnPart],
    uses: UsedFonts,
    finish: Callable[[PDF, Sequence[KeptPage]], None],
    version: str,
) -> bytes:
    """The PDF of parts, in order, with one subset of each font used in them, and everything except
    the additions of ``finish``."""
    document: Any = setter.document(())
    document.fonts = uses.cut()
    document.pages = [
        KeptPage(page, shift, stream)
        for part in parts
        for page, shift, stream in zip(part.pages, part.shifts, part.drawing.streams, strict=True)
    ]

    def finisher(_: Any, pdf: PDF) -> None:
        mend_fonts(pdf, files=False)
        _draw_all(pdf, parts)
        finish(pdf, document.pages)

    return make_pdf(document, finisher, version)


def _draw_all(pdf: PDF, parts: Iterable[DrawnPart]) -> None:
    """Add the drawing and its resources to each page."""
    known: dict[tuple[str, bytes | None], Any] = {}

    def add(text: str, data: bytes | None = None) -> str:
        if (text, data) not in known:
            line = text.encode("ascii")
            lines = (line,) if data is None else (line, b"stream", data, b"endstream")
            pdf_object = _Text(*lines) if data is None else _Data(*lines)
            pdf.add_object(pdf_object)
            known[text, data] = pdf_object.reference.decode()
        return str(known[text, data])

    pages = {entry.number: entry for entry in pdf.objects}
    references = iter(pdf.page_references)
    for part in parts:
        resources: Any = None
        for shift, drawn in zip(part.shifts, part.heads.streams, strict=True):
            page = pages[int(next(references).split()[0])]
            shared = pages[int(page["Resources"].split()[0])]
            if resources is None:
                tokens = {FONTS: shared["Font"].decode(), COLOURS: shared["ColorSpace"].decode()}
                resources = _resources(part, tokens, add)
            move = f"q 1 0 0 1 {shift * POINT:f} 0 cm" if shift else "q"
            move = add(f"<</Length {len(move)}>>", move.encode())
            above = add(f"<</Filter /FlateDecode/Length {len(drawn)}>>", drawn)
            page["Contents"] = pydyf.Array((move, page["Contents"], above))
            page["Resources"] = resources.encode()


def _resources(part: DrawnPart, shared: Mapping[str, str], add: Callable[..., str]) -> str:
    """The resources of a part's pages, whose objects are `add`ed."""
    numbers = dict(shared)

    def settle(text: str) -> str:
        return _TOKEN.sub(lambda token: numbers[token[1]], text)

    for number, pdf_object in enumerate(part.drawing.objects):  # what it refers to comes before it
        numbers[str(number)] = add(settle(pdf_object.text), pdf_object.data)
    kinds: dict[str, dict[str, str]] = {
        kind: {name: settle(value) for name, value in values.items()}
        for kind, values in part.drawing.resources.items()
    }
    kinds.setdefault("ExtGState", {}).update(part.heads.resources.get("ExtGState", {}))
    extra = "".join(
        f"/{kind} <<{''.join(f'/{name} {value}' for name, value in values.items())}>>"
        for kind, values in kinds.items()
    )
    return add(f"<<{extra}/ColorSpace {shared[COLOURS]}/Font {shared[FONTS]}>>")


class _Text(pydyf.Object):  # type: ignore[misc]
    """An object that is written as it is."""

    def __init__(self, *lines: bytes) -> None:
        super().__init__()
        self._lines = lines

    @property
    def data(self) -> bytes:
        return b"\n".join(self._lines)


class _Data(_Text, pydyf.Stream):  # type: ignore[misc]
    """A stream that is written as it is."""


class _Font(Font):  # type: ignore[misc]
    """A font with its combined use on all pages."""

    def __init__(self, uses: Sequence[units.FontUse], data: bytes) -> None:
        facts = uses[0].facts
        self.__dict__ |= facts
        self.name, self.file_content = facts["name"].encode(), data
        self.missing: dict[int, int] = {}
        self.widths: dict[int, float] = {}
        self.to_unicode: dict[int, str] = {}
        for use in uses:
            self.widths = use.widths | self.widths
            for glyph, text in use.characters.items():
                self.to_unicode.setdefault(glyph, text)
        self._use = uses[0]

    def clean(self, to_unicode: dict[int, str], hinting: bool) -> None:
        """Subset the font to the characters used, unless this was done before."""
        source = self.file_content

        def cut() -> bytes:
            blob = harfbuzz.hb_blob_create(source, len(source), 0, ffi.NULL, ffi.NULL)
            face = harfbuzz.hb_face_create(blob, self.index)
            self.hb_face = ffi.gc(face, harfbuzz.hb_face_destroy)
            harfbuzz.hb_blob_destroy(blob)
            super(_Font, self).clean(to_unicode, hinting)
            return mend_file(self.file_content)

        glyphs = str(sorted(to_unicode))
        name = key("font", PRODUCER, self._use.digest, str(sorted(self._use.facts.items())), glyphs)
        self.file_content = from_cache(f"{name}.font", cut)


# --- setting ---------------------------------------------------------------------------------
# Sets a unit of a text by itself, and its running heads and feet.

NOTHING = units.DrawnPages((), (), {}, ())
"""The empty drawing of a unit that is laid out again once its page numbers are known."""

UNDECIDED = units.TypesetUnit(
    (), NOTHING, units.Tag("Document", {}, ()), units.DrawnText(), (), (), (), ()
)
"""A unit that is set once the side where it begins is known."""

EPSILON = 1e-6
"""CSS pixels that two places may differ by and be the same."""


@kept
def unit(part: units.Unit, edition: Edition, folder: Path, pango: str) -> units.TypesetUnit:
    """A unit of an edition, set and drawn, with this version of Pango; its assets are in a
    ``folder``."""
    note(part.fonts)
    root = tree_of(part.markup)
    order = {element: number for number, element in enumerate(root.iter())}
    ready_text(root, part.missing)
    if side := part.side or part.facing:
        root.set("style", f"{root.get('style', '')}; break-before: {side}")
    is_grey = edition.look == "grey"
    setter = Typesetter(map(Path, part.fonts), folder, part.assets, is_grey=is_grey)
    planning = planning_for(
        lines=part.planned,
        pages=part.planned,
        waits=not (part.side or part.facing),
        given=part.choices[part.facing] if part.choices and part.facing else (),
    )
    messages: list[tuple[str, str, str]] = []
    with reporting_to(lambda *message: messages.append(message)):
        try:
            document = settle(
                root,
                lambda: setter.set(
                    root, part.styles, targets=Targets(part.page_numbers), planning=planning
                ),
            )
        except UndecidedError as error:
            return replace(UNDECIDED, choices=error.choices)
        finish_layout(root, document)
        for page in document.pages:
            for number, link in enumerate(page.links):
                link[3].link_annotation = number
        flows = text_flows(document.pages)
        tags, texts = list[units.Tag](), list[units.DrawnText]()

        def finish(pdf: PDF) -> None:
            characters = read_characters(document, pdf)
            tags.append(read_tags(document, root, {}, characters, part.level))
            texts.append(read_drawn_text(tags[0], characters))
            turn_drawn(pdf, edition)

        is_draft = part.page_numbers is None and document.requested
        drawing, tree, text = NOTHING, units.Tag("Document", {}, ()), units.DrawnText()
        if not is_draft:
            drawing = draw(document, finish)
            (tree,), (text,) = tags, texts
    pages = tuple(
        units.UnitPage(
            name=page.box.page_type.name,
            width=page.width,
            height=page.height,
            area=place_of(page.box),
            strings=document.strings(number),
            marks=len(page.marks or ()),
            links=tuple(units.PageLink(*link[:3]) for link in page.links),
            anchors=dict(page.anchors),
            bookmarks=tuple(units.Bookmark(*mark) for mark in page.bookmarks),
            flows=tuple(
                units.UnitFlow(order[piece.element], piece.letters, piece.lines)
                for piece in flow
                if piece.element in order
            ),
            again=tuple(names_on(page, frozenset(part.wholes))),
            foot=page_foot(page),
        )
        for number, (page, flow) in enumerate(zip(document.pages, flows, strict=True), start=1)
    )
    note(setter.files.files)
    return units.TypesetUnit(
        pages, drawing, tree, text, document.requested, tuple(messages),
        tuple(map(str, setter.files.files)), setter.files.diagnostics, _unfit(document),
        part.choices or dict(document.choices),
    )  # fmt: skip


def _unfit(document: TypesetDocument) -> str:
    if document.counts_pages:
        return "its page numbers are counted in style sheets"
    if any(page.box.page_type.blank for page in document.pages):
        return "notes continue after its end"
    if any(font.missing for font in document.fonts.values()):
        return "fonts lack some of its letters"
    if not all(is_plain(page) for page in document.pages):
        return "its pages have backgrounds, borders or bleed"
    if any(link[0] == "attachment" for page in document.pages for link in page.links):
        return "files are attached to it"
    return ""


@kept
def heads(furniture: units.Furniture, edition: Edition, pango: str) -> units.Heads:
    """The running heads and feet of a unit's pages."""
    note(furniture.fonts)
    files, is_grey = tuple(map(Path, furniture.fonts)), edition.look == "grey"
    on = style_furniture(furniture.markup, furniture.styles, files, is_grey, fonts_of(files))
    messages = list(on.messages)
    with reporting_to(lambda *message: messages.append(message)):
        document = pages_of_heads(on, furniture)
        document.mark()

        def finish(pdf: PDF) -> None:
            read_tags(document, on.root, {}, {})
            turn_drawn(pdf, edition)

        drawing = draw(document, finish, above=True)
    places = [place_of(page.box) for page in document.pages]
    shifts = tuple(
        place[0] - area[0] for place, (_, area, _) in zip(places, furniture.pages, strict=True)
    )
    unfit = ""
    if not drawing.resources.keys() <= {"ExtGState"}:
        unfit = "its running heads have images"
    for place, (_, area, _) in zip(places, furniture.pages, strict=True):
        if any(abs(a - b) > EPSILON for a, b in zip(place[1:], area[1:], strict=True)):
            unfit = "left and right pages have text areas of different sizes"
    return units.Heads(drawing, shifts, tuple(messages), unfit)


# --- book ------------------------------------------------------------------------------------
# The units of a text, the page numbers that they need from each other, and how they are joined.

FACING_ROUNDS = 4
"""The number of rounds in which units are set again because they begin on another side."""


class Book:
    """A printed text in units, and what they know of each other. Characters that are ``missing``
    are in no font. ``units`` become those that are right, and their ``sets`` with them. All raise
    `UndividedError` if it turns out that units cannot be joined."""

    def __init__(self, setter: Typesetter, root: Element, pages: Pages) -> None:
        self._slices = list(divide(setter, root, pages))
        self._root, self._pages = root, pages
        self._numbers = PageNumbers(root)
        self._starts: dict[str, int] = {}
        self._openings: list[int] = []
        self._rounds = 0
        self.units: list[units.Unit] = []
        self.sets: list[units.TypesetUnit] = []

    def each_unit(self, fonts: Iterable[Path], missing: Collection[str]) -> Iterator[units.Unit]:
        """The units as they are where nothing is known of the others."""
        root, pages, wholes = self._root, self._pages, self._numbers.wholes
        styles, files = tuple(style.css for style in pages.styles), tuple(map(str, fonts))
        shown = _images(root)
        for piece in self._slices:
            elsewhere = shown - _images(piece.root)
            assets = tuple(asset for asset in pages.assets if asset.name not in elsewhere)
            names = (element.get("id", "") for element in piece.root.iter())
            here = tuple(name for name in names if name in wholes) if wholes else ()
            # Notes in the margin are put into the outer one.
            has_sides = any("margin" in classes(span) for span in piece.root.iter("span"))
            side = _side(1, root) if has_sides else ""
            markup, planned = piece.markup, pages.sheet is not None and pages.sheet.planned
            lacking = tuple(sorted(character for character in missing if character in markup))
            rest = assets, piece.level, lacking, here
            unit = units.Unit(markup, styles, files, *rest, side=side, planned=planned)
            self.units.append(unit)
            yield unit

    def begin(self) -> None:
        """Leave out empty pages that are not needed, now that all units have been set once."""
        number = 0
        while number < len(self._slices):
            fills = self._slices[number].fills
            if fills and _ends_on_the_left(self.sets[:number]):
                del self._slices[number], self.units[number], self.sets[number]
                self._openings.append(number)
            elif fills:
                self._openings.append(number + 1)
            number += 1

    def stale(self) -> list[int]:
        """The numbers of units that show other page numbers than they should, or are on another
        side; they are to be set again."""
        raise_unfit(self.sets)
        self._rounds += 1
        firsts = [*self._firsts()]
        if undecided := [n for n, result in enumerate(self.sets) if not result.pages]:
            for n in undecided:
                side, choices = _side(firsts[n], self._root), self.sets[n].choices
                self.units[n] = replace(self.units[n], facing=side, choices=choices)
            return undecided
        pages = [page for result in self.sets for page in result.pages]
        self._starts = first_pages(page.anchors for page in pages)
        ends = {name: number for number, page in enumerate(pages) for name in page.again}
        is_new = self._numbers.write(self._starts, ends, folios(len(pages)))
        rows = zip(self.units, self._slices, self.sets, firsts, strict=True)
        now = [
            replace(
                unit,
                markup=piece.markup if is_new else unit.markup,
                page_numbers={
                    name: self._starts[name] + 1
                    for name in result.requested
                    if name in self._starts
                }
                if result.requested
                else None,
                side=_side(first, self._root) if unit.side else "",
                facing=self._first_side(unit, result, first),
            )
            for unit, piece, result, first in rows
        ]
        stale = [number for number, unit in enumerate(now) if unit != self.units[number]]
        self.units = now
        return stale

    def _firsts(self) -> Iterator[int]:
        """The first page of each unit, once those that are on the other side are set there."""
        first = 1
        for unit, result in zip(self.units, self.sets, strict=True):
            yield first
            side = self._first_side(unit, result, first)
            first += len(result.pages) if side == unit.facing else result.length_on(side)

    def _first_side(self, unit: units.Unit, result: units.TypesetUnit, first: int) -> units.Side:
        """The side on which a unit begins, if its pages end otherwise on the other one. After some
        rounds it stays as it is: each may change the number of pages of some units, and so the
        sides of all that follow."""
        is_late = unit.facing and self._rounds > FACING_ROUNDS
        if unit.side or not result.choices or is_late:
            return unit.facing
        return _side(first, self._root)

    def check(self) -> None:
        """Check that units which are not stale can be joined."""
        if not all(_ends_on_the_left(self.sets[:number]) for number in self._openings):
            reason = "its contents take another page once they have their page numbers"
            raise units.UndividedError(reason)
        links = (link for result in self.sets for page in result.pages for link in page.links)
        if any(link.is_internal and link.target not in self._starts for link in links):
            raise units.UndividedError("it has links that lead nowhere")

    def proof(self, edition: Edition, fonts: tuple[str, ...]) -> units.Proof:
        """The units until now, but for those that wait for page numbers, which are not drawn."""
        pairs = zip(self.sets, self.furniture, strict=True)
        drawn = [pair for pair in pairs if pair[0].drawing.streams and not pair[0].unfit]
        sets, furniture = map(tuple, zip(*drawn, strict=True)) if drawn else ((), ())
        return units.Proof(edition, sets, furniture, fonts, is_whole=False)

    @property
    def pages(self) -> list[units.UnitPage]:
        return [page for result in self.sets for page in result.pages]

    @property
    def flows(self) -> list[list[Flow]]:
        """The text of each page, from the elements of the units."""
        flows = []
        for piece, result in zip(self._slices, self.sets, strict=True):
            elements = list(piece.root.iter())
            flows += [
                [Flow(elements[flow.element], flow.letters, flow.lines) for flow in page.flows]
                for page in result.pages
            ]
        return flows

    @property
    def furniture(self) -> Iterator[units.Furniture]:
        """The pages of each unit, for their running heads and feet."""
        unit = self.units[0]
        markup = ElementTree.tostring(furniture_root(self._root), encoding="unicode")
        total = sum(len(result.pages) for result in self.sets)
        shown = total if any(re.search(r"\bpages\b", style) for style in unit.styles) else 0
        first, before = 1, dict[str, str]()
        for result in self.sets:
            heads = tuple((page.name, page.area, page.strings) for page in result.pages)
            rest = first, shown, dict(before), heads
            yield units.Furniture(markup, unit.styles, unit.fonts, *rest)
            first += len(result.pages)
            for page in result.pages:
                before |= {name: texts[-1] for name, texts in page.strings.items()}


def _ends_on_the_left(sets: Sequence[units.TypesetUnit]) -> bool:
    return sum(len(result.pages) or result.length_on("right") for result in sets) % 2 == 0


def _side(page: int, root: Element) -> units.Side:
    """The side of a page in the whole, by its number."""
    return "right" if (page % 2 == 1) == (root.get("dir") != "rtl") else "left"


def _images(tree: Element) -> frozenset[str]:
    """The names of the assets that are shown in a tree."""
    addresses = (unquote(image.get("src", "")) for image in tree.iter("img"))
    return frozenset(address.removeprefix(f"{ASSET}images/") for address in addresses)


def raise_unfit(results: Iterable[units.TypesetUnit | units.Heads]) -> None:
    if unfit := next((result.unfit for result in results if result.unfit), ""):
        raise units.UndividedError(unfit)


def join_units(
    setter: Typesetter,
    sets: Sequence[units.TypesetUnit],
    heads: Sequence[units.Heads],
    fonts: Sequence[Path],
    complete: Callable[[PDF], None],
    standards: Standards,
) -> tuple[bytes, tuple[units.PageDigest, ...]]:
    """The PDF of a text whose units are set, with their running heads and feet, and the digests of
    its pages; ``complete`` adds the parts that are not on pages."""
    raise_unfit(heads)
    parts = [
        DrawnPart(result.pages, result.drawing, above.drawing, above.shifts)
        for result, above in zip(sets, heads, strict=True)
    ]
    uses = UsedFonts(parts, fonts)
    if uses.unfit:
        raise units.UndividedError(uses.unfit)
    shifts = [shift * POINT for part in parts for shift in part.shifts]

    def finish(pdf: PDF, kept: Sequence[KeptPage]) -> None:
        marks = [page.marks for result in sets for page in result.pages]
        firsts = accumulate((len(result.pages) for result in sets[:-1]), initial=0)
        write_tags(
            pdf,
            list(zip((result.tags for result in sets), firsts, strict=True)),
            marks,
            lambda page, number: kept[page].link(number),
            shifts,
            is_pdf2=standards.is_pdf2,
        )
        complete(pdf)

    data = join(setter, parts, uses, finish, standards.version)
    return data, tuple(page for part in parts for page in part.digests)


def proof_pages(
    proof: units.Proof, numbers: Collection[int]
) -> tuple[bytes, tuple[units.PageDigest, ...]]:
    """A PDF of the pages of some units, just as they will be in the whole, and their digests;
    nothing if they cannot be joined."""
    chosen, pango = sorted(numbers), pango_version()
    # here, as other processes may have many units to set before
    above = [heads(proof.furniture[number], proof.edition, pango) for number in chosen]
    parts = [
        DrawnPart(tuple(map(_bare, unit.pages)), unit.drawing, head.drawing, head.shifts)
        for unit, head in zip((proof.sets[number] for number in chosen), above, strict=True)
    ]
    fonts = [*map(Path, proof.fonts)]
    # with the letters of the whole, whose fonts are likely to be known
    all_parts = [*parts, *(DrawnPart((), unit.drawing, NOTHING, ()) for unit in proof.sets)]
    uses = UsedFonts(all_parts, fonts)
    if uses.unfit or any(head.unfit for head in above):
        return b"", ()
    data = join(Typesetter(fonts, Path(), ()), parts, uses, lambda *_: None, "1.7")
    return data, tuple(digest for part in parts for digest in part.digests)


def _bare(page: units.UnitPage) -> units.UnitPage:
    """A page without what leads to others."""
    return replace(page, links=(), anchors={}, bookmarks=())


# --- units -----------------------------------------------------------------------------------
# Joined, they are the same PDF as if the text had been laid out as a whole.


ROUNDS = 8
"""The maximum number of times that units are laid out until their page numbers are right, as in the
engine."""

SOON = (1, 2, 4, 8)
"""Numbers of first units that can be seen while the others are set."""


def set_units(text: Printing) -> Package:
    """The PDF of a text in several units. Raises `UndividedError`."""
    pages, folder, pango = text.pages, text.folder, pango_version()
    edition = pages.row
    book = Book(text.setter, text.root, pages)
    files = tuple(map(str, text.fonts))
    once = book.each_unit(text.fonts, text.missing)
    for result in unit.each((each, edition, folder, pango) for each in once):
        book.sets.append(result)
        if len(book.sets) in SOON:
            tell(book.proof(edition, files))
    book.begin()
    for _ in range(ROUNDS):
        stale = book.stale()
        if not stale:
            break
        again = unit.each((book.units[number], edition, folder, pango) for number in stale)
        for number, result in zip(stale, again, strict=True):
            book.sets[number] = result
    else:
        raise units.UndividedError("its page numbers change each time that it is set")
    book.check()
    sets, furniture = tuple(book.sets), tuple(book.furniture)
    tell(units.Proof(edition, sets, furniture, files))
    above = tuple(heads.each((pages_of_unit, edition, pango) for pages_of_unit in furniture))
    standards = standards_for(edition, pages.metadata)
    attachments = read_attachments(folder, text.sources)
    data, digests = join_units(
        text.setter, sets, above, text.fonts,
        lambda pdf: complete(pdf, pages.metadata, standards, attachments), standards,
    )  # fmt: skip
    for message in (m for results in (sets, above) for result in results for m in result.messages):
        text.log.record(*message)
    return Package(
        data=data,
        diagnostics=tuple(dict.fromkeys(f for result in sets for f in result.diagnostics)),
        dependencies=tuple(dict.fromkeys(str(file) for result in sets for file in result.files)),
        facts=file_facts(book.pages),
        sheet=pages.sheet,
        page_map=text.pieces.page_map(pages.edition, book.flows, pages.sheet)
        if text.pieces
        else None,
        plan=f"in {len(sets)} units",
        digests=digests,
        looks=tuple(f"{body} {above} {shift:g}" for body, above, shift in digests),
        stranded=find_stranded([page.foot for page in book.pages]),
        text=units.DrawnText(
            "".join(result.text.text for result in sets),
            "".join(result.text.notes for result in sets),
        ),
    )
