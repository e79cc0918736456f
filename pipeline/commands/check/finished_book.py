"""Checks an e-book: that it can be read, that what it claims is true, and that shops will take its
images. EPUBCheck knows the rules of the format."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from pipeline.commands.check.claim_rules import check_claims
from pipeline.verify.audit import claimable
from pipeline.verify.reading import SVG_TYPE, XHTML, Archive, BrokenBook, EpubPackage, read_package
from pipeline.verify.rules import FileFindings

MOST_PIXELS = 5_600_000
"""The limit for an image in the strictest of the large shops, Apple Books."""

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})
"""Types that every shop takes, and every reader shows, besides drawings."""


def check_book(path: Path, findings: FileFindings) -> None:
    """Check an e-book. Findings about one of its files have ``book.epub/file`` as source."""
    try:
        with Archive(path) as archive:
            package = read_package(archive)
            contents = _contents(archive, package, findings)
            _check_images(archive, package, findings)
    except BrokenBook as error:
        _report(error, findings)
        return
    if contents is not None:
        check_claims(package.claims, contents, findings.inside(package.path))


def _report(error: BrokenBook, findings: FileFindings) -> None:
    place = findings.inside(error.name) if error.name else findings
    place.add("broken-book", error.span, reason=error.message)


def _contents(archive: Archive, package: EpubPackage, findings: FileFindings) -> set[str] | None:
    """The things in all pages that something may be claimed of; None if a page cannot be read."""
    contents: set[str] | None = set()
    for path in (path for path, kind in package.items.items() if kind == XHTML):
        try:
            claims_of_page = claimable(archive.read_xml(path))
        except BrokenBook as error:
            _report(error, findings)
            contents = None
        else:
            contents = None if contents is None else contents | claims_of_page
    return contents


def _check_images(archive: Archive, package: EpubPackage, findings: FileFindings) -> None:
    """Report images that are too large, or of other kinds than every shop takes."""
    for path, kind in package.items.items():
        if not kind.startswith("image/") or kind == SVG_TYPE:
            continue
        if kind not in IMAGE_TYPES:
            findings.inside(path).add("odd-image", type=kind)
        pixels = _pixels(archive.start(path))
        if pixels > MOST_PIXELS:
            findings.inside(path).add("large-image", pixels=pixels / 1e6)


def _pixels(start: bytes) -> int:
    """The number of pixels of an image, by its first bytes; 0 if they do not state it."""
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(start)) as image:
                return image.width * image.height
        except Image.DecompressionBombError:
            return 2 * (Image.MAX_IMAGE_PIXELS or MOST_PIXELS)
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
            return 0
