"""The places where WeasyPrint is given something of ours: markup, files, fonts, a page.

Import it through `pipeline.package.pdf`, which keeps the machine's fonts out. The version
of WeasyPrint is pinned, since some of what is touched here is not in its documented part.
"""

from __future__ import annotations

import contextlib
import copy
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import cssselect2
import weasyprint
import weasyprint.layout.inline
from weasyprint.css.counters import CounterStyle
from weasyprint.formatting_structure.boxes import MarginBox
from weasyprint.layout import LayoutContext
from weasyprint.text.ffi import ffi, fontconfig, gobject, pangoft2
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic
from pipeline.faces import EMOJI, LEGIBLE, SANS
from pipeline.model import Asset
from pipeline.package.asset_files import asset_bytes
from pipeline.package.image_metadata import without_metadata
from pipeline.package.pdf.code import sign_broken_lines
from pipeline.package.pdf.grey import grey_image
from pipeline.package.pdf.markup import ASSET
from pipeline.package.pdf.outlines import Drawing
from pipeline.package.pdf.styles import SharedStyles

ffi.cdef("FcConfig * FcConfigCreate (void);")

FAMILY_BY_LANGUAGE = {
    "ja": "Noto Sans CJK JP",
    "ko": "Noto Sans CJK KR",
    "zh": "Noto Sans CJK SC",
    "zh-hk": "Noto Sans CJK HK",
    "zh-mo": "Noto Sans CJK HK",
    "zh-tw": "Noto Sans CJK TC",
    "zh-hant": "Noto Sans CJK TC",
}
"""The same ideograph is drawn differently in Japan, Korea, and the parts of China."""


BOLD_FAMILY = "Noto Sans CJK JP"
"""The one of these that has a bold face. It draws all languages by what the text says it is."""

SANS_SERIF = (SANS, LEGIBLE, "Noto Sans")


class XMLDocument(weasyprint.HTML):  # type: ignore[misc]  # it has no types
    """Markup that is a tree already, and `ready`. WeasyPrint's own parser is for HTML found in
    the wild: it takes many times as long, and ends a paragraph at the first block inside."""

    def __init__(self, root: ElementTree.Element, url_fetcher: URLFetcher) -> None:
        self.base_url = None
        self.url_fetcher = url_fetcher
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = root

    def within(self, most_pages: int | None, **options: Any) -> weasyprint.Document:
        """The document, which is not worked out further than so many pages. Raises
        `TooManyPagesError`."""

        class Limited(weasyprint.Document):  # type: ignore[misc]
            @classmethod
            def _build_layout_context(cls, *arguments: Any) -> Any:
                context = super()._build_layout_context(*arguments)
                context.most_pages = most_pages
                return context

        fonts = options.pop("font_config")
        counters = CounterStyle()
        for sheet in options["stylesheets"]:
            counters.update(sheet.counters)
        return Limited._render(
            self, fonts, counters, None, {**weasyprint.DEFAULT_OPTIONS, **options}
        )


class StyleSheet(weasyprint.CSS):  # type: ignore[misc]
    """A style sheet that keeps the ``counters`` it defines, which WeasyPrint asks for apart."""

    def __init__(self, css: str, files: LocalFiles) -> None:
        self.counters: dict[str, Any] = {}
        super().__init__(string=css, url_fetcher=files, counter_style=self.counters)


class Fonts(FontConfiguration):  # type: ignore[misc]
    """A font configuration that holds these files and nothing of the machine's."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        config = fontconfig.FcConfigCreate()
        fontconfig.FcConfigParseAndLoadFromMemory(config, _preferences(), True)
        for file in files:
            fontconfig.FcConfigAppFontAddFile(config, os.fsencode(file))
        self._config = config
        self._folder = None
        self.font_map = ffi.gc(pangoft2.pango_ft2_font_map_new(), gobject.g_object_unref)
        pangoft2.pango_fc_font_map_set_config(
            ffi.cast("PangoFcFontMap *", self.font_map), self._config
        )
        fontconfig.FcConfigDestroy(config)  # the map keeps a reference of its own
        self.strut_layouts: dict[Any, Any] = {}
        self.font_features: dict[Any, Any] = {}


SYMBOLS = "DejaVu Sans"
"""The family that is there for symbols, and has the letters of many languages as well."""


def _preferences() -> bytes:
    """The rules by which Fontconfig appends a language's own family to those asked for, takes
    no letters from the one for symbols if another has them, and says what “sans-serif” is in
    a drawing, and “emoji”, which Pango asks for."""
    bold = (
        '<test name="weight" compare="more_eq"><const>semibold</const></test>'
        '<edit name="family" mode="append" binding="strong">'
        f"<string>{BOLD_FAMILY}</string></edit></match>"
    )
    rules = "".join(
        f'<match><test name="lang" compare="eq"><string>{language}</string></test>{bold}'
        for language in FAMILY_BY_LANGUAGE
    )
    rules += "".join(
        f'<match><test name="lang" compare="eq"><string>{language}</string></test>'
        f'<edit name="family" mode="append" binding="strong"><string>{family}</string></edit>'
        "</match>"
        for language, family in FAMILY_BY_LANGUAGE.items()
    )
    rules += (
        f'<match target="scan"><test name="family"><string>{SYMBOLS}</string></test>'
        '<edit name="lang" mode="delete_all"/></match>'
    )
    rules += (
        '<match><test name="family"><string>emoji</string></test>'
        f'<edit name="family" mode="prepend" binding="strong"><string>{EMOJI}</string></edit>'
        "</match>"
    )
    families = "".join(f"<family>{family}</family>" for family in SANS_SERIF)
    rules += f"<alias><family>sans-serif</family><prefer>{families}</prefer></alias>"
    return f'<?xml version="1.0"?><fontconfig>{rules}</fontconfig>'.encode()


class TooManyPagesError(Exception):
    """A layout has more pages than it may have."""


class Layout(LayoutContext):  # type: ignore[misc]
    """A layout whose notes stay on the page of their reference. WeasyPrint compares where the
    area of the notes ends and where the last of them does, to the last bit of two sums that are
    the same, and puts off to the next page what fits. It also keeps room for an area of notes
    that the only one has left, and then moves a paragraph that ends in that room as a whole.

    It may be given a number of pages: it ends with a `TooManyPagesError` where one more begins."""

    most_pages: int | None = None
    _current_page: int | None = None

    @property
    def current_page(self) -> int | None:
        """The number of the page that is being made, from 1."""
        return self._current_page

    @current_page.setter
    def current_page(self, number: int | None) -> None:
        if number and self.most_pages and number > self.most_pages:
            raise TooManyPagesError
        self._current_page = number

    def _update_footnote_area(self) -> bool:
        overflows = super()._update_footnote_area()
        area = self.current_footnote_area
        if not area.children and not self.in_column:
            self.page_bottom += area.margin_height()
            area.height = "auto"  # as where there has been no note
            return False
        # Only an area as high as it may be can be too small.
        return bool(overflows and area.height >= area.max_height - ROUNDING)


ROUNDING = 1e-3
"""CSS pixels that two lengths may differ by and be the same."""

weasyprint.document.LayoutContext = Layout
weasyprint.css.StyleFor = SharedStyles


LONGEST_LINE = 2000
"""Characters that no line has: in so many its end is found."""

SHORT, KEPT = 30, 500
"""Characters of a text that is likely to come again, and how many of these a style keeps."""

_split_first_line = weasyprint.layout.inline.split_first_line


def split_first_line(
    text: str, style: Any, context: Any, max_width: float | None, spacing: float, **options: Any
) -> tuple[Any, ...]:
    """As WeasyPrint's, of no more of a text than a line can hold. Where a text has nowhere to
    break, or nothing that is wide, WeasyPrint sets all that is left of it for each line. Short
    texts that fit are set once in each style: a word between others, what a table has in many
    cells."""
    if len(text) <= SHORT:
        kept = vars(style).setdefault("kept", {})
        found = kept.get((text, spacing))
        if not found or (max_width is not None and found[3] > max_width):
            found = _split_first_line(text, style, context, max_width, spacing, **options)
            fits = found[2] is None and (max_width is None or found[3] <= max_width)
            if not fits or len(kept) >= KEPT:
                return found  # type: ignore[no-any-return]
            kept[text, spacing] = found
        return (copy.copy(found[0]), *found[1:])
    start = text[:LONGEST_LINE]
    bounded = max_width is not None and len(text) > LONGEST_LINE and "\n" not in start
    if not bounded:
        return _split_first_line(text, style, context, max_width, spacing, **options)  # type: ignore[no-any-return]
    found = _split_first_line(start, style, context, max_width, spacing, **options)
    if found[2] is None:  # all of it stands on the line
        return (*found[:2], len(start.encode()), *found[3:])
    return found  # type: ignore[no-any-return]


weasyprint.layout.inline.split_first_line = split_first_line

weasyprint.images.SVGImage = Drawing


class LocalFiles(URLFetcher):  # type: ignore[misc]
    """Serves ``images/<name>`` from the publication's assets, and what drawings have in them
    as data, and refuses all else.

    Each refusal is a diagnostic; `files` are the files that were read. Images become grey where
    it ``is_grey``.
    """

    def __init__(self, folder: Path, assets: tuple[Asset, ...], *, is_grey: bool = False) -> None:
        super().__init__(allowed_protocols=("data",))
        self._folder = folder.resolve()
        self._is_grey = is_grey
        self._assets = {f"{ASSET}images/{asset.name}": asset for asset in assets}
        self.diagnostics: tuple[Diagnostic, ...] = ()
        self.files: tuple[Path, ...] = ()

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url.startswith("data:"):  # a font that a drawing brings, or an image in it
            return super().fetch(url, headers)
        asset = self._assets.get(unquote(url))
        if asset is None:
            name = unquote(url).removeprefix(ASSET)
            self._refuse(f"“{name}” is not among the publication's files")
            raise PermissionError(name)
        if asset.data and not asset.is_file:
            return URLFetcherResponse(url, asset.data, {"Content-Type": asset.media_type})
        file = (self._folder / asset.path).resolve()
        try:
            data = asset_bytes(asset, self._folder)
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            self._refuse(f"“{asset.path}” cannot be shown: {reason}")
            raise
        self.files += (file,)
        data, kind = without_metadata(data), asset.media_type
        if self._is_grey:
            # what is wrong with a damaged one, WeasyPrint will say
            with contextlib.suppress(OSError, SyntaxError, ValueError):
                data, kind = grey_image(data, kind)
        return URLFetcherResponse(url, data, {"Content-Type": kind})

    def _refuse(self, message: str) -> None:
        self.diagnostics += (diagnostic(Code.UNREADABLE_FILE, message),)


class MarkedPage(weasyprint.Page):  # type: ignore[misc]
    """A page that has all it draws marked, and remembers under which number each box is.

    `marks` says which marked-content identifier a box has, once the page is painted.
    Of the links, only those of the links' own boxes stay, not one more for each box within.
    """

    def __init__(self, page: weasyprint.Page) -> None:
        again = weasyprint.Page(page._page_box)  # boxes may have been moved
        self.__dict__.update(again.__dict__)
        self.links: list[Any] = [link for link in again.links if link[3].link]
        self.marks: dict[Any, dict[str, Any]] = {}
        self.stream: Any = None

    @property
    def boxes(self) -> Iterator[tuple[Any, bool]]:
        """The roots of the page's trees of boxes, and which of them are running heads and
        feet. Footnotes come after the text."""
        for box in self._page_box.children:
            yield box, isinstance(box, MarginBox)

    def paint(self, stream: Any, scale: float = 1) -> None:
        self.stream = stream
        stream._tags = self.marks
        super().paint(stream, scale)
        sign_broken_lines(self._page_box, stream, scale)
