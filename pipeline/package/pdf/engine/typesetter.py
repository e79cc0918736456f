"""Sets markup in type, and writes the pages as a PDF."""

from __future__ import annotations

import contextlib
import copy
import itertools
import math
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import cssselect2
import weasyprint
import weasyprint.layout.inline
from weasyprint.css.counters import CounterStyle
from weasyprint.layout import LayoutContext

from pipeline.model import Asset
from pipeline.package.pdf.engine.boxes import Box, all_boxes, children, is_block, is_line
from pipeline.package.pdf.engine.drawings import formulas
from pipeline.package.pdf.engine.log import heard_by
from pipeline.package.pdf.engine.objects import PDF, mend_fonts
from pipeline.package.pdf.engine.resources import Fonts, LocalFiles
from pipeline.package.pdf.engine.styles import SharedStyles
from pipeline.package.pdf.roles import is_code_line


class TooManyPagesError(Exception):
    """A layout has more pages than it may have."""


POINT = 0.75
"""Points in a CSS pixel."""

MOST_SHEETS = 64
"""How many style sheets are kept once they are read: an edition has six."""

_SHEETS: dict[str, tuple[Any, dict[str, Any]]] = {}


class Typesetter:
    """Sets markup with these files of fonts and these assets, and nothing of the machine's. Images
    and styles are read once; counters that a style sheet defines are there for all."""

    def __init__(
        self, fonts: Iterable[Path], folder: Path, assets: tuple[Asset, ...], is_grey: bool = False
    ) -> None:
        self.files = LocalFiles(folder, assets, is_grey=is_grey)
        self._fonts = Fonts(fonts)
        self._images: dict[str, Any] = formulas(assets)
        self._styles: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._counters: dict[str, Any] = {}

    def set(self, root: Element, styles: Iterable[str], most_pages: int | None = None) -> Document:
        """The document of markup that is `ready`, which is not worked out further than so many
        pages. Raises `TooManyPagesError`."""
        sheets = []
        for css in styles:
            sheet, counters = self._styles[css] = self._styles.get(css) or self._read(css)
            sheets.append(sheet)
            self._counters.update(counters)
        markup = _Markup(root, self.files, most_pages)
        options = weasyprint.DEFAULT_OPTIONS | {"stylesheets": sheets, "cache": self._images}
        fonts, defined = self._fonts, CounterStyle(self._counters)
        with _economical():
            return Document._render(markup, fonts, defined, {}, options)  # type: ignore[no-any-return]

    def _read(self, css: str) -> tuple[Any, dict[str, Any]]:
        """A style sheet, and the counters that it defines. One that nothing is wrong with, and
        that asks for no file, is the same for all documents."""
        if css in _SHEETS:
            return _SHEETS[css]
        counters: dict[str, Any] = {}
        asked, heard = self.files.asked, list[object]()
        with heard_by(lambda *said: heard.append(said)):
            sheet = weasyprint.CSS(string=css, url_fetcher=self.files, counter_style=counters)
        if not heard and self.files.asked == asked:
            if len(_SHEETS) == MOST_SHEETS:
                _SHEETS.clear()
            _SHEETS[css] = sheet, counters
        return sheet, counters


class Document(weasyprint.Document):  # type: ignore[misc]
    """A text that is laid out. Its `pages` may be changed before it is `written`."""

    def __init__(self, pages: Sequence[Any], *rest: Any) -> None:
        self.pages: list[Page]
        super().__init__([Page(page._page_box) for page in pages], *rest)

    @classmethod
    def _build_layout_context(cls, markup: _Markup, *rest: Any) -> Any:
        context = super()._build_layout_context(markup, *rest)
        context.__class__ = _Layout
        context.footnotes = []
        context.most_pages = markup.most_pages
        return context

    @property
    def sizes(self) -> tuple[tuple[float, float], ...]:
        """The widths and heights of the pages, in points."""
        return tuple((page.width * POINT, page.height * POINT) for page in self.pages)

    def mark(self) -> None:
        """Have all that the pages draw marked. They are as their boxes are now, which may have
        been moved."""
        self.pages = [Page(page.box, is_marked=True) for page in self.pages]

    def written(self, finish: Callable[[PDF], None] | None = None) -> bytes:
        """The PDF. All but what ``finish`` adds is in it then."""

        def finisher(_: Any, pdf: PDF) -> None:
            mend_fonts(pdf)
            if finish:
                finish(pdf)

        return bytes(self.write_pdf(finisher=finisher, pdf_identifier=True, pdf_version="1.7"))

    def spaces(self) -> dict[bytes, bytes]:
        """By the name of a font in the pages, the code of its space as a hexadecimal string."""
        return {
            b"/" + font.hash.encode(): b"<%04x>" % glyph
            for font in self.fonts.values()
            for glyph, text in font.to_unicode.items()
            if text == " " and not font.bitmap
        }


class Page(weasyprint.Page):  # type: ignore[misc]
    """A page. If it ``is_marked``, all it draws is, and `marks` says which marked-content
    identifier a box has, once the page is painted; `stream` is what was painted.

    Of the links, only those of the links' own boxes stay, not one more for each box within.
    """

    def __init__(self, box: Any, *, is_marked: bool = False) -> None:
        super().__init__(box)
        self.links: list[Any] = [link for link in self.links if link[3].link]
        self.marks: dict[Any, dict[str, Any]] | None = {} if is_marked else None
        self.stream: Any = None

    @property
    def box(self) -> Box:
        """The box of the whole page. In it are the text, its footnotes, and running heads and
        feet."""
        return self._page_box  # type: ignore[no-any-return]

    def mark_of(self, box: Box) -> int | None:
        """The identifier of a box that was marked."""
        mark = (self.marks or {}).get(box)
        return None if mark is None else mark["mcid"]

    def without_links(self, of: Collection[Element]) -> set[Element]:
        """Leave out the links of some elements; those of the others."""
        self.links = [link for link in self.links if link[3].element not in of]
        return {link[3].element for link in self.links}

    def paint(self, stream: Any, scale: float = 1) -> None:
        self.stream = stream
        stream._tags = self.marks
        super().paint(stream, scale)
        _sign_broken_lines(self.box, stream, scale)


class _Markup(weasyprint.HTML):  # type: ignore[misc]
    """Markup that is a tree already."""

    def __init__(self, root: Element, files: LocalFiles, most_pages: int | None) -> None:
        self.base_url = None
        self.url_fetcher = files
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = root
        self.most_pages = most_pages


class _Notes(dict[Any, None]):
    """What WeasyPrint asks of a list of notes, but for the time: of each box in each line it asks
    whether its note is among all those that are still to come."""

    def append(self, note: Any) -> None:
        self[note] = None

    def remove(self, note: Any) -> None:
        del self[note]

    def copy(self) -> _Notes:
        return _Notes(self)


class _Layout(LayoutContext):  # type: ignore[misc]
    """A layout whose notes stay on the page of their reference. WeasyPrint compares where the
    area of the notes ends and where the last of them does, to the last bit of two sums that are
    the same, and puts off to the next page what fits. It also keeps room for an area of notes
    that the only one has left, and then moves a paragraph that ends in that room as a whole. And
    it sets all notes of a page anew for each that comes or goes; here each is set once a page.

    It may be given a number of pages: it ends with a `TooManyPagesError` where one more begins."""

    current_page_footnotes: list[Any]
    page_bottom: float
    most_pages: int | None = None
    _number: int | None = None

    @property
    def current_page(self) -> int | None:
        """The number of the page that is being made, from 1."""
        return self._number

    @current_page.setter
    def current_page(self, number: int | None) -> None:
        if number and self.most_pages and number > self.most_pages:
            raise TooManyPagesError
        self._number = number

    @property
    def footnotes(self) -> _Notes:
        """The notes that are still to come."""
        return self._to_come

    @footnotes.setter
    def footnotes(self, notes: Iterable[Any]) -> None:
        self._to_come = _Notes(dict.fromkeys(notes))

    def _update_footnote_area(self) -> bool:
        area, notes = self.current_footnote_area, self.current_page_footnotes
        if area.height != "auto" and not self.in_column:
            self.page_bottom += area.margin_height()
        if not notes and not self.in_column:
            area.children = notes
            area.height = "auto"  # as where there has been no note
            return False
        needed = sum(map(self._height_of, notes))
        for above, note in itertools.pairwise(notes):
            if not (_is_plain(above) and _is_plain(note)):
                apart = self._height_of(above) + self._height_of(note)
                needed += self._height_of(above, note) - apart if apart < math.inf else 0
        area.children = notes
        area.height = min(needed, area.max_height)
        if not self.in_column:
            self.page_bottom -= area.margin_height()
        return bool(needed > area.max_height + ROUNDING)

    def _height_of(self, *notes: Any) -> float:
        """The height of the area if it has these notes alone; infinite if that is too much."""
        area: Any = self.current_footnote_area
        heights: dict[tuple[Any, ...], float] = vars(area).setdefault("heights", {})
        if notes not in heights:
            before = self.current_page_footnotes, self.page_bottom, area.height
            self.current_page_footnotes = list(notes)
            overflows = super()._update_footnote_area()
            is_full = overflows and area.height >= area.max_height - ROUNDING
            heights[notes] = math.inf if is_full else area.height
            self.current_page_footnotes, self.page_bottom, area.height = before
        return heights[notes]


def _is_plain(note: Any) -> bool:
    """Whether there are no margins in a note that those of its neighbour may fall together with."""
    return not any(
        getattr(box.style[margin], "value", 0)
        for box in note.descendants()
        if is_block(box)
        for margin in ("margin_top", "margin_bottom")
    )


ROUNDING = 1e-3
"""CSS pixels that two lengths may differ by and be the same."""

LONGEST_LINE = 2000
"""Characters that no line has: in so many its end is found."""

SHORT, KEPT = 30, 500
"""Characters of a text that is likely to come again, and how many of these a style keeps."""

_one_layout = threading.RLock()


@contextlib.contextmanager
def _economical() -> Iterator[None]:
    """While this lasts, elements share styles, short texts that fit are set once in each style,
    and lines are made of no more of a text than they can hold. Where a text has nowhere to break,
    or nothing that is wide, WeasyPrint sets all that is left of it for each."""
    with _one_layout:
        whole, styles = weasyprint.layout.inline.split_first_line, weasyprint.css.StyleFor

        def split_first_line(
            text: str, style: Any, context: Any, width: float | None, spacing: float, **options: Any
        ) -> Any:
            if len(text) <= SHORT:
                kept = vars(style).setdefault("kept", {})
                found = kept.get((text, spacing))
                if not found or (width is not None and found[3] > width):
                    found = whole(text, style, context, width, spacing, **options)
                    # A space that is left out at a line's end is there on others.
                    is_all = found[2] is None and found[1] == len(text.encode())
                    if not is_all or (width is not None and found[3] > width) or len(kept) >= KEPT:
                        return found
                    kept[text, spacing] = found
                return (copy.copy(found[0]), *found[1:])
            start = text[:LONGEST_LINE]
            if width is None or len(text) <= LONGEST_LINE or "\n" in start:
                return whole(text, style, context, width, spacing, **options)
            found = whole(start, style, context, width, spacing, **options)
            if found[2] is None:  # all of it stands on the line
                return (*found[:2], len(start.encode()), *found[3:])
            return found

        weasyprint.layout.inline.split_first_line = split_first_line
        weasyprint.css.StyleFor = SharedStyles
        try:
            yield
        finally:
            weasyprint.layout.inline.split_first_line = whole
            weasyprint.css.StyleFor = styles


GREY = (0.302, 0.337, 0.369)
LEFT, RIGHT = 10.0, 4.0
"""Where the arrow begins and ends, in CSS pixels to the left of the text."""

HEAD, THICK = 2.2, 0.6
LINE = 15.0
"""The height of the lines that it is drawn for; in higher ones it is larger."""


def _sign_broken_lines(page: Box, stream: Any, scale: float) -> None:
    """Draw the sign before each line that goes on one of code."""
    lines = list(_broken_lines(page))
    if not lines:
        return
    with stream.artifact(), stream.stacked():
        stream.transform(a=scale, d=scale)
        stream.set_color_rgb(*GREY, stroke=True)
        for line in lines:
            _arrow(stream, line.position_x, line.position_y, line.height)


def _broken_lines(page: Box) -> Iterator[Box]:
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
