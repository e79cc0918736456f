"""The interface between ``render`` and ``package``: markup and what belongs to it."""

from __future__ import annotations

import enum
from typing import Literal, TypeAlias
from xml.etree import ElementTree

import msgspec
from msgspec.structs import replace

from pipeline.model import Asset, Node
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, Edition
from pipeline.model.metadata import Metadata
from pipeline.model.page_map import PagePiece
from pipeline.model.paper import Sheet

PageRole: TypeAlias = Literal["page", "cover", "titlepage", "nav", "chapter", "missing"]
"""The role of a page; ``missing`` is for pages that do not exist."""


Trait = enum.Enum(
    "Trait",
    "PAGE CONTENTS CAPTION_LISTS NUMBER NAME_LINE TIMING ADDRESSES MARGIN_NOTE END_NOTE TERM"
    " HIGHLIGHTING ARTICLE SCROLLER MATHML STROKES FORMULA_IMAGE TEX",
)
"""A trait of a page that cannot be seen from a node's type or a class of its element."""

Sign: TypeAlias = type[Node] | Trait | str
"""The sign of a construct; a string is a class of an element."""


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """One markup file. ``properties`` are the EPUB manifest's (``svg``, ``nav`` …)."""

    name: str
    title: str
    markup: str
    role: PageRole = "page"
    properties: tuple[str, ...] = ()


class NavPoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry of the contents as plain text; ``href`` is ``page#id`` or ``page``."""

    title: str
    href: str
    children: tuple[NavPoint, ...] = ()


class NavList(msgspec.Struct, frozen=True):
    """A list of figures or the like; ``kind`` is figures, tables or listings."""

    kind: str
    title: str
    points: tuple[NavPoint, ...]


class Landmark(msgspec.Struct, frozen=True):
    """A place for readers to jump to; ``kind`` is its name in EPUB's Structural Semantics."""

    kind: str
    href: str
    title: str


class PageListEntry(msgspec.Struct, frozen=True):
    """An entry of the page list: a page's printed number, and ``page#id``."""

    label: str
    href: str


class Style(msgspec.Struct, frozen=True, omit_defaults=True):
    """A style sheet. One that is kept ``apart`` uses features of new browsers that checkers of
    style sheets do not know, so it is not merged with the others; neither is one for a particular
    ``media`` query, which readers may choose."""

    name: str
    css: str
    apart: bool = False
    media: str = ""


class Face(msgspec.Struct, frozen=True):
    """A font face for the styles: its CSS family, weight and style, and its file: an importable
    font ``package`` and the ``path`` in it. ``element`` restricts it to one element. A font of the
    publication has no package, and a path in the source's folder; it may have to be ``obfuscated``
    in e-books, and embedded as a ``unmodified``."""

    family: str
    weight: int
    style: Literal["normal", "italic"]
    package: str
    path: str
    element: str = ""
    obfuscated: bool = False
    unmodified: bool = False


class CharacterPlace(msgspec.Struct, frozen=True):
    """The first place in the source of a character that fonts may lack."""

    character: str
    span: Span


class CoverPage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A cover to convert into an image of ``width`` by ``height`` pixels. Its title is set as large
    as the element of class ``panel`` allows; ``file`` is the name of the image, a PNG or a JPEG."""

    file: str
    width: int
    height: int
    markup: str
    styles: tuple[Style, ...]
    faces: tuple[Face, ...]
    assets: tuple[Asset, ...] = ()

    @property
    def is_png(self) -> bool:
        return self.file.endswith(".png")


class Verdict(msgspec.Struct, frozen=True):
    """The result of an audit rule: the numbers of elements that it examined and that broke it;
    ``criteria`` are those of WCAG, empty if the rule is from EPUB Accessibility alone."""

    rule: str
    criteria: tuple[str, ...]
    checked: int
    failed: int = 0


class Accessibility(msgspec.Struct, frozen=True, omit_defaults=True):
    """The accessibility metadata of an e-book in the terms of schema.org: ``sufficient`` has the
    sufficient sets of access modes, each separated by commas; ``summary`` is in words.
    ``conforms_to`` is empty if no conformance is claimed. ``audit`` is the basis of the claims."""

    summary: str
    modes: tuple[str, ...] = ()
    sufficient: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    conforms_to: str = ""
    audit: tuple[Verdict, ...] = ()


POLICY, STYLES, SCRIPT = (f"<!--chapbook:{name}-->" for name in ("policy", "styles", "script"))
"""Placeholders in a web page for policy, styles and script, which the packager adds."""


class FormulaShape(msgspec.Struct, frozen=True, array_like=True):
    """A bar, by the numbers of its rectangle, or a glyph, by those of its matrix and the number of
    its ``outline``."""

    fill: str
    numbers: tuple[float, ...]
    outline: int = -1


class FormulaShapes(msgspec.Struct, frozen=True, array_like=True):
    """The bars and glyphs of a formula, as a simpler kind of SVG image: ``outlines`` are paths. The
    view is that of SVG: left, top, width, height."""

    view: tuple[float, float, float, float]
    outlines: tuple[str, ...]
    shapes: tuple[FormulaShape, ...]


FORMULA_SHAPES = "application/json"
"""The media type of the asset of a formula that is given by its `FormulaShapes`."""


class FormulaDrawing(msgspec.Struct, frozen=True):
    """A formula as an image of a ``media_type``, and its sizes in ems: ``depth`` is the part below
    the baseline. ``gaps`` are the left, top, width and height of each of its gaps."""

    media_type: str
    data: bytes
    width: float
    height: float
    depth: float
    gaps: tuple[tuple[float, float, float, float], ...] = ()


class Inventory(msgspec.Struct, frozen=True, omit_defaults=True):
    """The content of the pages, as recorded by the renderer: the names of ``constructs`` that need
    styles and scripts, and of the ``images`` shown."""

    constructs: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


XHTML = "{http://www.w3.org/1999/xhtml}"


def tree_of(markup: str) -> ElementTree.Element:
    """The tree of an XHTML page, with bare names. Raises `ElementTree.ParseError`."""
    root = ElementTree.fromstring(markup)
    for element in root.iter():
        element.tag = element.tag.removeprefix(XHTML)
    return root


class TextFile(msgspec.Struct, frozen=True):
    """A text file that belongs to the pages."""

    name: str
    text: str


class Pages(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rendered edition. ``stem`` is the base name of the publication's files; ``pages`` are in
    reading order; ``templates`` are the template files used, for dependency files; ``script`` is
    the script of web pages; ``lists``, ``landmarks``, ``page_list`` and ``accessibility`` are set
    for e-books, with ``findings`` that prevent further claims; ``places`` and ``sheet`` are set for
    print, and ``pieces`` (of the source's text, see `page_map.TEXT`) for the standard edition.
    ``file`` is the name of the output, of a site, or if it is not the edition's own. ``cover`` is
    the cover of an e-book, or the preview image of a web page; if the front matter provides the
    image, it only gives the size. A site has further files, ``beside`` its pages. With
    ``same_pages``, pages begin where those of the standard edition do. ``asked`` are the
    pages of a platform without the answers. ``spans`` say where the paragraphs of
    a Word file stand in the source (`verify.word`)."""

    edition: str
    stem: str
    metadata: Metadata
    pages: tuple[Page, ...]
    inventory: Inventory = Inventory()
    styles: tuple[Style, ...] = ()
    faces: tuple[Face, ...] = ()
    assets: tuple[Asset, ...] = ()
    contents: tuple[NavPoint, ...] = ()
    lists: tuple[NavList, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    page_list: tuple[PageListEntry, ...] = ()
    templates: tuple[str, ...] = ()
    script: str = ""
    accessibility: Accessibility | None = None
    findings: tuple[Diagnostic, ...] = ()
    places: tuple[CharacterPlace, ...] = ()
    pieces: tuple[PagePiece, ...] = ()
    sheet: Sheet | None = None
    file: str = ""
    files: tuple[TextFile, ...] = ()
    cover: CoverPage | None = None
    spans: tuple[Span, ...] = ()
    same_pages: bool = False
    asked: tuple[Page, ...] = ()

    @property
    def row(self) -> Edition:
        """Its row in the table of editions."""
        return replace(EDITIONS[self.edition], same_pages=self.same_pages)
