"""The typesetting engine, WeasyPrint, in terms of our own: no other module imports it, or pydyf, by
which it writes PDFs. It is told what to set (`Typesetter`), gives a `TypesetDocument` whose
`TypesetPage`s have a `LayoutBox` for all that is on them, and writes that as a PDF.

WeasyPrint's documented interface has little of that. The following is touched beside it, in
classes derived from its own and in objects made for one document, but for what is said to be for
the whole process. tests/test_engine.py compares the list with the code.

- `HTML.__init__`: takes a tree. The parser is for HTML that is found in the wild, takes many times
  as long, and ends a paragraph at the first block inside. Kozea/WeasyPrint#2232
- `_render`, `Document.__init__`, `Document._build_layout_context`: a document, pages and a layout
  of our classes, which `HTML.render` does not make.
- `layout.LayoutContext`, `__class__`: the layout is made ours once it is there.
- `LayoutContext.current_page`: ends a layout that has more pages than it may have, which nothing
  else does. Kozea/WeasyPrint#1549
- `LayoutContext.footnotes`: is not a list, through all of which WeasyPrint looks for the note of
  each box in each line.
- `LayoutContext.rendered_notes`: where a page has left notes to
  the next, all pages are made again in the next pass; else those of a page that stays are lost.
- `LayoutContext._update_footnote_area`: notes stay on the page of their reference, an area that is
  empty again takes no room, and a note is set once a page and not anew for each that joins it.
  Kozea/WeasyPrint#1924
- `layout.inline.split_first_line`, `layout.preferred.split_first_line`: sets no more of a text than
  a line can hold, or a text without a space takes the square of its length; and a short text once.
  Nothing can be derived here: it is replaced for the whole process while a layout lasts, and there
  is one layout at a time. So is what leaves out the spaces between two lines, which then says that
  there were some: a listener gets them.
  Kozea/WeasyPrint#720
- `text.line_break.Layout`: a text is drawn as it was set, with wider spaces where it is justified
  (by an `add_word_spacing` of our own), and not set anew: a fifth of a novel's time. It is freed,
  too: of features of fonts WeasyPrint makes new ones for each, 50 kB each time that two pages are
  set. Both are replaced as `split_first_line` is.
- `draw.text.draw_first_line`: writes no move by 0 after each glyph, and works out how a glyph is
  written once; replaced while a page is drawn.
- `css.StyleFor`, `StyleFor.__init__`, `StyleFor.add_page_declarations`,
  `StyleFor.set_computed_styles`, `_computed_styles`, `_cascaded_styles`, `css.Style`: styles that
  elements share, which saves a fifth of the time; the class is replaced as that function is.
- `Page.__init__`, `Page.paint`, `_page_box`: gives its boxes, and draws the signs of broken lines.
- `_html`, `css.targets.TargetLookupItem`: a part of a text knows the pages that it tells of others,
  and says what it asked for.
- `layout.make_margin_boxes`: a part is laid out without running heads and feet, which are nothing
  but that; replaced as `split_first_line` is.
- `layout.page.PageType`, `layout.page.set_page_type_computed_styles`, `layout.page.page_width`,
  `layout.page.page_height`, `layout.page.make_margin_boxes`, `layout.percent.resolve_percentages`,
  `layout.background.layout_box_backgrounds`, `formatting_structure.boxes.PageBox`: makes pages
  with running heads and feet alone.
- `pdf.stream.Stream`, `pdf._use_references`: draws pages that are kept, and in no PDF yet.
- `pdf.fonts.Font`, `pdf.metadata.DocumentMetadata`: a PDF of pages that were drawn before, with one
  subset of each font for all.
- `_tags`: has all that is drawn marked, without WeasyPrint's own tags: these divide an element that
  goes on over a page's end. Kozea/WeasyPrint#2903
- `formatting_structure.boxes`, `_box`: the kinds of boxes, and what is out of the flow.
- `FontConfiguration.__init__`, `_config`, `_folder`, `text.ffi`: the packaged fonts and none of the
  machine's. Functions of Fontconfig and HarfBuzz are declared besides, for the whole process.
  Kozea/WeasyPrint#1618. What is declared has been read (`declared`), since to parse it takes a
  fifth of a second in each process; where WeasyPrint declares anything else, it is parsed.
- `FontConfiguration.add_font_face`: fonts are kept for the next text, unless a drawing brings more.
- `URLFetcher.__init__`, `URLFetcher.fetch`: serves assets; documented, but for the first.

Of objects without names of their own, `typesetter` reads what fonts and links are, `drawings` draws
formulas as images that WeasyPrint finds in its cache (Kozea/WeasyPrint#1978), `objects` takes the
time of building out of fonts (Kozea/WeasyPrint#1553), and `log` knows messages by how they begin.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import cffi
from PIL import ImageFile

from pipeline.package.pdf.engine import declared

SELDOM = ("fontTools.subset", "fontTools.varLib.instancer")
"""Imports that take a quarter of WeasyPrint's import time and are used for few fonts."""

_EMPTY = Path(__file__).parent / "no-fonts.conf"


class _Later(ModuleType):
    """A placeholder for a module, which is loaded when one of its functions is first called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *given, **named: getattr(importlib.import_module(self.__name__), name)(
            *given, **named
        )


@contextlib.contextmanager
def _for_the_import() -> Iterator[None]:
    """The environment in which WeasyPrint is imported.

    Fontconfig's default is empty, so that the machine's fonts are not even listed (which takes
    seconds if there are many); WeasyPrint warns about that. Pillow still rejects truncated images.
    """
    before, truncated = os.environ.get("FONTCONFIG_FILE"), ImageFile.LOAD_TRUNCATED_IMAGES
    parsing = cffi.FFI
    later = {name: _Later(name) for name in SELDOM if name not in sys.modules}
    sys.modules.update(later)
    os.environ["FONTCONFIG_FILE"] = str(_EMPTY)
    if _declarations() == declared.DIGEST:
        cffi.FFI = declared.functions
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        cffi.FFI = parsing
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


with _for_the_import():
    import weasyprint as weasyprint
