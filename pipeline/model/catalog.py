"""The input of a catalogue: a publication, and its files that are products."""

from __future__ import annotations

import datetime
from typing import NamedTuple
from urllib.parse import quote

from pipeline.model.editions import Edition
from pipeline.model.metadata import Metadata
from pipeline.model.rendered import Accessibility

OPEN_LICENCES = ("https://creativecommons.org/",)


class Product(NamedTuple):
    """A file for shops and libraries: ``size`` in bytes, ``pages`` if it has any. ``accessibility``
    is what an e-book claims."""

    edition: Edition
    file: str
    size: int
    pages: int = 0
    accessibility: Accessibility | None = None


class CoverPicture(NamedTuple):
    """The front cover, in a separate file; sizes in pixels, 0 if unknown."""

    file: str
    media_type: str
    width: int = 0
    height: int = 0


class Record(NamedTuple):
    """``stem`` names the publication's files; ``changed`` is when it was changed last;
    ``web_page`` is the file of the web edition, or empty."""

    metadata: Metadata
    stem: str
    changed: datetime.datetime
    products: tuple[Product, ...]
    cover: CoverPicture | None = None
    web_page: str = ""

    def address(self, file: str) -> str:
        """The full address of a file, if its place on the web is known."""
        return f"{self.metadata.url}{quote(file)}"


def is_product(edition: Edition) -> bool:
    """Return whether an edition is a product in itself: a whole text in reading order, not an aid
    for printing, and without the source in it."""
    if edition.format == "epub":
        return True
    is_aid = edition.imposition != "none" or edition.look == "grey" or edition.part != "all"
    is_aid = is_aid or edition.is_archival
    return edition.format == "pdf" and not is_aid


def isbn_of(product: Product, metadata: Metadata) -> str:
    """The product's own ISBN, or nothing. An ISBN given as ``identifier`` is the e-book's."""
    identifier = metadata.identifier
    match product.edition.name:
        case "ebook":
            return metadata.isbns.epub or (
                identifier.value if identifier and identifier.scheme == "isbn" else ""
            )
        case "handout":
            return metadata.isbns.pdf
    return ""


def is_open(metadata: Metadata) -> bool:
    """Return whether the licence allows everybody to copy and share it."""
    return metadata.licence is not None and metadata.licence.url.startswith(OPEN_LICENCES)
