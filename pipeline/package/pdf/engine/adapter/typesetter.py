"""Sets markup in type, and writes the pages as a PDF."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import cssselect2
import weasyprint
import weasyprint.layout.inline
from weasyprint.css.counters import CounterStyle
from weasyprint.pdf.metadata import DocumentMetadata

from pipeline.model import Asset
from pipeline.package.pdf.engine.adapter.boxes import (
    LayoutBox,
    all_boxes,
    children,
    is_block,
    is_line,
)
from pipeline.package.pdf.engine.adapter.objects import PDF, formulas, mend_fonts
from pipeline.package.pdf.engine.adapter.page_layout import AS_IT_COMES, Planning, Targets
from pipeline.package.pdf.engine.adapter.patching import (
    patched_for_drawing,
    patched_for_layout,
    reporting_to,
)
from pipeline.package.pdf.engine.adapter.resources import LocalFiles, add_space, fonts_of
from pipeline.package.pdf.structure_roles import is_code_line

POINT = 0.75
"""Points in a CSS pixel."""

MOST_SHEETS = 64
"""The number of parsed style sheets kept: an edition has six."""

RAISED = 1.4
"""The height of the area of a link in raised type, as a multiple of its size."""

_SHEETS: dict[str, tuple[Any, dict[str, Any]]] = {}


class Typesetter:
    """Sets markup with these files of fonts and these assets, and nothing of the machine's. Images
    and styles are read once; counters that a style sheet defines are there for all."""

    def __init__(
        self, fonts: Iterable[Path], folder: Path, assets: tuple[Asset, ...], is_grey: bool = False
    ) -> None:
        self.files = LocalFiles(folder, assets, is_grey=is_grey)
        self._fonts = fonts_of(fonts)
        self._assets = assets
        self._styles: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._counters: dict[str, Any] = {}

    @functools.cached_property
    def _images(self) -> dict[str, Any]:
        """The images that have been read: formulas, which are drawn in another way, to begin
        with."""
        return {**formulas(self._assets)}

    def set(
        self,
        root: Element,
        styles: Iterable[str],
        most_pages: int | None = None,
        targets: Targets | None = None,
        planning: Planning = AS_IT_COMES,
    ) -> TypesetDocument:
        """The document for markup that is `ready`, laid out up to a maximum number of pages, beyond
        which it raises `TooManyPagesError`. That of a part of a text has no running heads and feet,
        and shows the pages of ``targets``."""
        markup, options = self._read_all(root, styles, most_pages, targets, planning)
        fonts, defined = self._fonts, CounterStyle(self._counters)  # as the styles define them
        options["cache"] = self._images
        with patched_for_layout(is_part=targets is not None):
            return TypesetDocument._render(markup, fonts, defined, {}, options)  # type: ignore[no-any-return]

    def apply_styles(self, root: Element, styles: Iterable[str]) -> _Markup:
        """Markup whose styles are worked out, and that is not set."""
        markup, options = self._read_all(root, styles)
        with patched_for_layout():
            defined = CounterStyle(self._counters)
            TypesetDocument._build_layout_context(markup, self._fonts, defined, {}, options)
        return markup

    def document(self, boxes: Iterable[Any]) -> TypesetDocument:
        """A document of the boxes of pages."""
        return TypesetDocument(boxes, DocumentMetadata(), self.files, self._fonts, {}, None)

    def _read_all(
        self,
        root: Element,
        styles: Iterable[str],
        most_pages: int | None = None,
        targets: Targets | None = None,
        planning: Planning = AS_IT_COMES,
    ) -> tuple[_Markup, dict[str, Any]]:
        sheets = []
        for css in styles:
            sheet, counters = self._styles[css] = self._styles.get(css) or self._read(css)
            sheets.append(sheet)
            self._counters.update(counters)
        markup = _Markup(root, self.files, most_pages, targets, planning)
        return markup, weasyprint.DEFAULT_OPTIONS | {"stylesheets": sheets}

    def _read(self, css: str) -> tuple[Any, dict[str, Any]]:
        """A style sheet, and the counters that it defines. One that nothing is wrong with, and
        that asks for no file, is the same for all documents."""
        if css in _SHEETS:
            return _SHEETS[css]
        counters: dict[str, Any] = {}
        requested, messages = self.files.requested, list[object]()
        with reporting_to(lambda *message: messages.append(message)):
            sheet = weasyprint.CSS(string=css, url_fetcher=self.files, counter_style=counters)
        if not messages and self.files.requested == requested:
            if len(_SHEETS) == MOST_SHEETS:
                _SHEETS.clear()
            _SHEETS[css] = sheet, counters
        return sheet, counters


class TypesetDocument(weasyprint.Document):  # type: ignore[misc]
    """A text that is laid out. Its `pages` may be changed before `make_pdf` writes it."""

    def __init__(self, pages: Iterable[Any], *rest: Any) -> None:
        self.pages: list[TypesetPage]
        self._spaces: dict[bytes, bytes | None] = {}
        super().__init__([TypesetPage(getattr(page, "_page_box", page)) for page in pages], *rest)

    @classmethod
    def _build_layout_context(cls, markup: _Markup, *rest: Any) -> Any:
        context = super()._build_layout_context(markup, *rest)
        context.most_pages, context.taller = markup.most_pages, {}
        context.planning = markup.planning
        markup.context = context
        if markup.targets is not None:
            markup.targets.update(context.target_collector.target_lookup_items)
            context.target_collector.target_lookup_items = markup.targets
        return context

    @property
    def requested(self) -> tuple[str, ...]:
        """The places outside of a part whose page numbers it shows."""
        targets: Targets = self._html.context.target_collector.target_lookup_items
        return tuple(targets.requested)

    @property
    def counts_pages(self) -> bool:
        """True if its text, apart from running heads, contains its own page number or the number of
        pages."""
        lookups = self._html.context.target_collector.counter_lookup_items.values()
        return any({"page", "pages"} & set(lookup.missing_counters) for lookup in lookups)

    @property
    def choices(self) -> Mapping[Any, Any]:
        """The ends of its pages by the side where it begins, if they differ."""
        return self._html.context.choices  # type: ignore[no-any-return]

    def strings(self, page: int) -> dict[str, tuple[str, ...]]:
        """The strings for running heads that are set on a page, counted from 1."""
        string_sets = self._html.context.string_set.items()
        return {name: tuple(texts[page]) for name, texts in string_sets if page in texts}

    def break_text(self, text: str, style: Any, width: float) -> list[float]:
        """The widths of the lines into which a text is broken where only so much fits."""
        widths, rest = list[float](), text.encode()
        while rest:
            _, _, end, line, *_ = weasyprint.layout.inline.split_first_line(
                rest.decode(), style, self._html.context, width, 0
            )
            widths.append(line)
            rest = rest[end:] if end else b""
        return widths

    def mark(self) -> None:
        """Mark everything that the pages draw, at the current positions of their boxes, which may
        have been moved."""
        self.pages = [TypesetPage(page.box, is_marked=True) for page in self.pages]

    def make_pdf(self, finish: Callable[[PDF], None] | None = None, version: str = "1.7") -> bytes:
        """The PDF, with everything except the additions of ``finish``."""

        def finisher(_: Any, pdf: PDF) -> None:
            mend_fonts(pdf)
            if finish:
                finish(pdf)

        return make_pdf(self, finisher, version)

    def space(self, name: bytes) -> bytes | None:
        """The code of the space of a font that the painted pages have under a name, as a
        hexadecimal string, if there is one in its text. In a part there may be one elsewhere."""
        if name not in self._spaces:
            font = next(font for font in self.fonts.values() if b"/" + font.hash.encode() == name)
            texts = {} if font.bitmap else font.to_unicode
            glyph = next((glyph for glyph, text in texts.items() if text == " "), None)
            if glyph is None and not font.bitmap and self._html.targets is not None:
                glyph = add_space(font)
            self._spaces[name] = None if glyph is None else b"<%04x>" % glyph
        return self._spaces[name]


def make_pdf(document: Any, finisher: Callable[[Any, PDF], None], version: str = "1.7") -> bytes:
    """The PDF of a document of the engine's, in a version of the format."""

    def finish(_: Any, pdf: PDF) -> None:
        finisher(document, pdf)

    return bytes(document.write_pdf(finisher=finish, pdf_identifier=True, pdf_version=version))


class TypesetPage(weasyprint.Page):  # type: ignore[misc]
    """A page. If it ``is_marked``, all its content is, and `marks` gives the marked-content
    identifiers of boxes once the page is painted; `stream` is the painted content.

    Only the links of the links' own boxes are kept, not another one for each box inside. They and
    the places on the page are looked for when they are first requested: until the page is marked,
    boxes may be moved.
    """

    links: list[Any]

    def __init__(self, box: Any, *, is_marked: bool = False) -> None:
        self._page_box = box
        self.marks: dict[Any, dict[str, Any]] | None = {} if is_marked else None
        self.stream: Any = None

    def __getattr__(self, name: str) -> Any:
        """The first attribute that is not there yet, such as the links, completes the page by its
        own class, which sets them all; after that, what is missing is missing."""
        if name.startswith("_") or "links" in vars(self):
            raise AttributeError(name)
        super().__init__(self._page_box)
        self.links = [self._with_height(*link) for link in self.links if link[3].link]
        return getattr(self, name)

    def _with_height(self, kind: str, target: str, area: Any, box: Any) -> Any:
        """A link. One in raised type, as of a note, takes no height of its line: it, and the place
        of the same name, get that of the type."""
        left, top, right, bottom = area
        if top == bottom:
            half = box.style["font_size"] * RAISED / 2
            area = left, top - half, right, bottom + half
            if (name := box.style["anchor"]) in self.anchors:
                self.anchors[name] = area
        return kind, target, area, box

    @property
    def box(self) -> LayoutBox:
        """The box of the whole page. In it are the text, its footnotes, and running heads and
        feet."""
        return self._page_box  # type: ignore[no-any-return]

    def content_id(self, box: LayoutBox) -> int | None:
        """The identifier of a box that was marked."""
        mark = (self.marks or {}).get(box)
        return None if mark is None else mark["mcid"]

    def without_links(self, of: Collection[Element]) -> set[Element]:
        """Leave out the links of some elements; returns those of the others."""
        self.links = [link for link in self.links if link[3].element not in of]
        return {link[3].element for link in self.links}

    def paint(self, stream: Any, scale: float = 1) -> None:
        self.stream = stream
        stream._tags = self.marks
        with patched_for_drawing():
            super().paint(stream, scale)
        _sign_broken_lines(self.box, stream, scale)


class _Markup(weasyprint.HTML):  # type: ignore[misc]
    """Markup that is a tree already."""

    context: Any

    def __init__(
        self,
        root: Element,
        files: LocalFiles,
        most_pages: int | None,
        targets: Targets | None,
        planning: Planning,
    ) -> None:
        self.base_url = None
        self.url_fetcher = files
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = root
        self.most_pages, self.targets, self.planning = most_pages, targets, planning


GREY = (0.302, 0.337, 0.369)
LEFT, RIGHT = 10.0, 4.0
"""The ends of the arrow, in CSS pixels to the left of the text."""

HEAD, THICK = 2.2, 0.6
LINE = 15.0
"""The height of the lines that it is drawn for; in higher ones it is larger."""


def _sign_broken_lines(page: LayoutBox, stream: Any, scale: float) -> None:
    """Draw the sign before each line that goes on one of code."""
    lines = list(_break_lines(page))
    if not lines:
        return
    with stream.artifact(), stream.stacked():
        stream.transform(a=scale, d=scale)
        stream.set_color_rgb(*GREY, stroke=True)
        for line in lines:
            _arrow(stream, line.position_x, line.position_y, line.height)


def _break_lines(page: LayoutBox) -> Iterator[LayoutBox]:
    for box in all_boxes(page):
        if is_block(box) and is_code_line(box.element):
            yield from [child for child in children(box) if is_line(child)][1:]


def _arrow(stream: Any, x: float, y: float, height: float) -> None:
    """Down, then to the right, with a head."""
    size = max(1, height / LINE)
    left, right, level = x - size * LEFT, x - size * RIGHT, y + height * 0.55
    head = size * HEAD
    stream.set_line_width(size * THICK)
    stream.move_to(left, y + height * 0.15)
    stream.line_to(left, level)
    stream.line_to(right, level)
    stream.move_to(right - head, level - head)
    stream.line_to(right, level)
    stream.line_to(right - head, level + head)
    stream.stroke()
