"""What ``render`` hands to ``package``: finished markup, and all that belongs to it."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from pipeline.diagnostics import Span
from pipeline.metadata import Metadata
from pipeline.model import Asset
from pipeline.paper import Sheet

PageRole: TypeAlias = Literal["page", "cover", "titlepage", "nav", "chapter", "missing"]
"""What a page is; one that is ``missing`` stands for those that are not there."""


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


class PageBreak(msgspec.Struct, frozen=True):
    """Where a page of the standard print edition begins: its printed number, and
    ``page#id``."""

    label: str
    href: str


class Style(msgspec.Struct, frozen=True, omit_defaults=True):
    """A style sheet. One that is to stand ``apart`` has what only new browsers know, and
    checkers of style sheets do not: it does not join the others. Nor does one that is for some
    ``media`` alone, which a page's reader may choose."""

    name: str
    css: str
    apart: bool = False
    media: str = ""


class Face(msgspec.Struct, frozen=True):
    """A font face the styles may use: CSS family, weight and style, and where the file
    is: ``package`` (an importable font package) and ``path`` within it. ``element`` is the
    only one that is set in it, where there is one."""

    family: str
    weight: int
    style: Literal["normal", "italic"]
    package: str
    path: str
    element: str = ""


class Place(msgspec.Struct, frozen=True):
    """Where a character that a font may lack first stands in the source."""

    character: str
    span: Span


class Accessibility(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a reader who cannot see or handle a page has to know: whether there are
    ``images`` but the cover, whether all of them are ``described`` or decorative, whether
    there are ``formulas``, and a ``summary`` in words."""

    summary: str
    images: bool = False
    described: bool = True
    formulas: bool = False


class TextFile(msgspec.Struct, frozen=True):
    """A file of text that goes with the pages."""

    name: str
    text: str


class Pages(msgspec.Struct, frozen=True, omit_defaults=True):
    """An edition, rendered. ``stem`` names the publication's files; ``pages`` are in
    reading order; ``templates`` are the template files used, for dependency files; ``script`` is
    what web pages run where they may; ``page_list`` and ``accessibility`` are set for e-books,
    ``places`` and ``sheet`` for print. ``file`` is the name of what they become, where that is
    not the edition's own; a site has files ``beside`` its pages."""

    edition: str
    stem: str
    metadata: Metadata
    pages: tuple[Page, ...]
    styles: tuple[Style, ...] = ()
    faces: tuple[Face, ...] = ()
    assets: tuple[Asset, ...] = ()
    contents: tuple[NavPoint, ...] = ()
    page_list: tuple[PageBreak, ...] = ()
    templates: tuple[str, ...] = ()
    script: str = ""
    accessibility: Accessibility | None = None
    places: tuple[Place, ...] = ()
    sheet: Sheet | None = None
    file: str = ""
    beside: tuple[TextFile, ...] = ()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Pages)


def encode(pages: Pages) -> bytes:
    """The pages as JSON, the same bytes for equal pages."""
    return _encoder.encode(pages) + b"\n"


def decode(data: bytes) -> Pages:
    """The pages that `encode` wrote."""
    return _decoder.decode(data)
