"""The typesetting engine, WeasyPrint, behind an interface of our own: no other module imports it,
or pydyf, with which it writes PDFs. A `Typesetter` makes a `TypesetDocument`, whose `TypesetPage`s
have a `LayoutBox` for everything on them, and which writes itself as a PDF.

WeasyPrint's documented interface covers little of that. The following is used in addition, in
derived classes and in objects made for one document, unless stated to be for the whole process.
tests/test_engine.py compares the list with the code.

- `HTML.__init__`: takes a tree. The parser is for HTML found in the wild, takes many times as long,
  and ends a paragraph at the first block inside. Kozea/WeasyPrint#2232
- `_render`, `Document.__init__`, `Document._build_layout_context`: a document, pages and a layout
  of our classes, which `HTML.render` does not make.
- `layout.LayoutContext`, `__class__`: the class of the layout is changed once it exists.
- `LayoutContext.current_page`: ends a layout that has more pages than allowed, which nothing else
  does. Kozea/WeasyPrint#1549
- `LayoutContext.footnotes`: is not a list, in which WeasyPrint would search for the note of each
  box in each line.
- `LayoutContext.rendered_notes`: if a page has left notes to the next, all pages are made again in
  the next pass; otherwise the notes of an unchanged page would be lost.
- `LayoutContext._update_footnote_area`: notes stay on the page of their reference, an area that has
  become empty takes no room, and a note is laid out once per page instead of again for each further
  one. Kozea/WeasyPrint#1924
- `layout.page.block_level_layout`, `formatting_structure.build.create_anonymous_boxes`: the area of
  notes is put together of those that were laid out to know their heights; replaced like
  `split_first_line`.
- `layout.inline.split_first_line`, `layout.preferred.split_first_line`: lays out no more of a text
  than a line can hold, because a text without spaces would take quadratic time; and a short text
  only once. It cannot be derived: it is replaced for the whole process during a layout, and there
  is one layout at a time. So is the function that omits the spaces between two lines, which then
  records them for screen readers. Kozea/WeasyPrint#720
- `text.line_break.Layout`: a text is drawn as it was laid out, with wider spaces if it is justified
  (by an `add_word_spacing` of our own), and not laid out again: a fifth of the time for a novel. It
  is freed, too: WeasyPrint makes new font features for each, 50 kB for every two pages. Both are
  replaced like `split_first_line`.
- `text.line_break.create_layout`, `text.line_break.first_line_metrics`,
  `text.line_break.line_size`, `layout.percent.percentage`: lines are found from the widths of a
  paragraph's characters, with hyphens, and drawn with the paragraph's glyphs.
- `draw.text.draw_first_line`: writes no move by 0 after each glyph, and computes the output for a
  glyph once; replaced while a page is drawn.
- `css.StyleFor`, `StyleFor.__init__`, `StyleFor.add_page_declarations`,
  `StyleFor.set_computed_styles`, `_computed_styles`, `_cascaded_styles`, `_sheets`, `css.Style`,
  `css.ComputedStyle`, `css.computed_values.PHYSICAL_FUNCTIONS`, `css.properties.INHERITED`,
  `css.properties.INITIAL_NOT_COMPUTED`, `css.properties.INITIAL_VALUES`,
  `css.find_style_attributes`, `css.preprocess_declarations`, `css.declaration_precedence`: styles
  shared by elements, which saves a fifth of the time, and all sheets matched with an element at
  once; the class is replaced like that function.
- `text.line_break.strut`, `layout.percent.resolve_percentages`, `formatting_structure.boxes.Box`,
  `formatting_structure.boxes.Box.is_in_normal_flow`: heights of lines, and lengths that do not
  depend on other boxes, are computed once for a style instead of for each box; replaced like that
  function. They save a tenth of the time for a book of code.
- `document.Page`, `Page.__init__`, `Page.paint`, `_page_box`: gives access to boxes, draws the
  signs of broken lines, and looks for links and places once instead of three times.
- `_html`, `css.targets.TargetLookupItem`: a part of a text knows the page numbers of others that it
  shows, and says which it needs.
- `layout.make_margin_boxes`: a part is laid out without running heads and feet, which are made
  separately; replaced like `split_first_line`.
- `layout.page.PageType`, `layout.page.set_page_type_computed_styles`, `layout.page.page_width`,
  `layout.page.page_height`, `layout.page.make_margin_boxes`, `layout.percent.resolve_percentages`,
  `layout.background.layout_box_backgrounds`, `formatting_structure.boxes.PageBox`: makes pages with
  running heads and feet only.
- `pdf.stream.Stream`, `Stream.set_color`, `_current_color`, `_current_alpha`,
  `pdf._use_references`: draws pages to be kept, which are not in a PDF yet.
- `matrix.Matrix`: a faster function for the product of two matrices, for the
  whole process.
- `pdf.fonts.Font`, `pdf.metadata.DocumentMetadata`: makes a PDF of pages drawn before, with one
  subset of each font for all.
- `pdf.fonts.instantiateVariableFont`: the axes of variable fonts are fixed by HarfBuzz, for the
  whole process; fontTools took a fifth of the time for a handout with code or an emoji.
- `_tags`: marks everything drawn, without WeasyPrint's own tags, which divide an element that
  continues on the next page. Kozea/WeasyPrint#2903
- `formatting_structure.boxes`, `_box`: the kinds of boxes, and which are out of the flow.
- `FontConfiguration.__init__`, `_config`, `_folder`, `text.ffi`: the packaged fonts, and none of
  the machine's. Further functions of Fontconfig and HarfBuzz are declared for the whole process.
  Kozea/WeasyPrint#1618. The declarations are parsed in advance (`declared`), because parsing takes
  a fifth of a second in each process; if WeasyPrint declares anything else, they are parsed again.
- `FontConfiguration.add_font_face`: fonts are kept for the next text, unless a drawing adds some.
- `URLFetcher.__init__`, `URLFetcher.fetch`: serves assets; documented, except for the first.

Of other libraries, in the whole process: pyphen, which WeasyPrint asks for hyphens, gets patterns
that are parsed when needed (`hyphenation`), and pydyf a faster function for numbers, and the
references to pages once instead of for each entry of the outline (`objects`).

Of objects without names of their own, `typesetter` reads the fonts and links, `drawings` draws
formulas as images that WeasyPrint finds in its cache (Kozea/WeasyPrint#1978), `objects` removes the
build time from fonts (Kozea/WeasyPrint#1553), and `log` recognises messages by their beginnings.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import IO, Any, NamedTuple

import cffi
import tinycss2  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont

from pipeline.package.pdf.engine import declared, hyphenation
from pipeline.system.pictures import ImageFile

SELDOM = ("PIL.ImageCms", "fontTools.subset", "fontTools.varLib.instancer", "tinyhtml5")
"""Imports that take a third of WeasyPrint's import time, and are not needed if there is HarfBuzz,
markup is a tree already, and colours are in no profile."""

_HINTS = "pre[wrap]"
"""The first selector of the style sheet for attributes such as ``bgcolor``."""

_EMPTY = Path(__file__).parent / "no-fonts.conf"


class _Later(ModuleType):
    """A placeholder for a module, which is loaded when one of its functions is first called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *given, **named: getattr(importlib.import_module(self.__name__), name)(
            *given, **named
        )


NOBODY: Any = object()
"""The context of connections that are never made. The usual one trusts all certificates of the
machine, and reads them in 6 to 9 ms for each object of WeasyPrint's that may read files."""


class _Lazy(ModuleType):
    """A module that is loaded when something in it is first used. (That of `importlib.util` is
    loaded when another module imports it.)"""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        with _loading:
            if type(self) is _Lazy and self.__spec__ and self.__spec__.loader:
                self.__spec__.loader.exec_module(self)
                self.__class__ = ModuleType  # type: ignore[assignment]
        return getattr(self, name)


_loading = threading.RLock()


def _load_ssl_later() -> None:
    """Put off loading OpenSSL, which takes 14 ms, and which nothing uses for a local file."""
    found = importlib.util.find_spec("ssl")
    if found and "ssl" not in sys.modules:
        sys.modules["ssl"] = later = _Lazy("ssl")
        later.__spec__, later.__file__ = found, found.origin


@contextlib.contextmanager
def _for_the_import() -> Iterator[None]:
    """The environment in which WeasyPrint is imported.

    Fontconfig's default is empty, so that the machine's fonts are not even listed (which takes
    seconds if there are many); WeasyPrint warns about that. Pillow still rejects truncated images.
    The style sheet for presentational hints, which nobody asks for, is left empty.
    """
    before, truncated = os.environ.get("FONTCONFIG_FILE"), ImageFile.LOAD_TRUNCATED_IMAGES
    _load_ssl_later()
    from urllib import request

    parsing, connecting = cffi.FFI, request.HTTPSHandler
    parse_sheet = tinycss2.parse_stylesheet
    later = {name: _Later(name) for name in SELDOM if name not in sys.modules}
    sys.modules.update(later)
    os.environ["FONTCONFIG_FILE"] = str(_EMPTY)
    vars(request)["HTTPSHandler"] = lambda context: connecting(context=context or NOBODY)
    tinycss2.parse_stylesheet = lambda css: [] if _HINTS in css else parse_sheet(css)
    if _declarations() == declared.DIGEST:
        cffi.FFI = declared.functions
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        cffi.FFI = parsing
        vars(request)["HTTPSHandler"] = connecting
        tinycss2.parse_stylesheet = parse_sheet
        for name in later:
            del sys.modules[name]
        ImageFile.LOAD_TRUNCATED_IMAGES = truncated
        del os.environ["FONTCONFIG_FILE"]
        if before is not None:
            os.environ["FONTCONFIG_FILE"] = before


def _declarations() -> str:
    """The digest of the file in which WeasyPrint declares C functions; none if it is not a file."""
    found = importlib.util.find_spec("weasyprint")
    folders = (found and found.submodule_search_locations) or ()
    files = (Path(folder, "text", "ffi.py") for folder in folders)
    return next((hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.is_file()), "")


class _Instance(NamedTuple):
    """A font in the form in which WeasyPrint saves it."""

    data: bytes

    def save(self, file: IO[bytes]) -> None:
        file.write(self.data)


def _instance(font: TTFont, location: Mapping[str, float], *, static: bool) -> _Instance:
    """A variable font at fixed values of its axes, with the same glyph numbers. HarfBuzz takes
    milliseconds for that, fontTools a tenth of a second."""
    import uharfbuzz as harfbuzz

    assert static
    assert font.reader is not None
    face, wanted = harfbuzz.Face(font.reader.file.getvalue()), harfbuzz.SubsetInput()
    wanted.keep_everything()
    wanted.flags |= harfbuzz.SubsetFlags.RETAIN_GIDS
    wanted.pin_all_axes_to_default(face)
    for axis, value in location.items():
        wanted.pin_axis_location(face, axis, value)
    return _Instance(harfbuzz.subset(face, wanted).blob.data)


with _for_the_import():
    import weasyprint as weasyprint

weasyprint.pdf.fonts.instantiateVariableFont = _instance
hyphenation.parse_when_needed()
