"""What holds for any page, on the web and in an e-book, so that all can read it; and whether shops
take the images of an e-book."""

from __future__ import annotations

import io
import re
import warnings
from xml.etree.ElementTree import Element

from pipeline.check.archive import Archive
from pipeline.check.findings import Findings, quoted
from pipeline.check.markup import HTML, SVG, XML, place, text_of
from pipeline.check.package import Package

SCOPES = frozenset({"col", "row", "colgroup", "rowgroup"})
_HEADING = re.compile(rf"{re.escape(HTML)}h([1-6])\Z")


def check_content(root: Element, findings: Findings, *, whole: bool) -> None:
    """Language, title, headings, text alternatives and tables of a page.

    ``whole`` says that the page is the whole publication, so that its headings have to begin
    at the first level.
    """
    _check_head(root, findings)
    _check_headings(root, findings, whole)
    _check_images(root, findings)
    _check_tables(root, findings)


def _check_head(root: Element, findings: Findings) -> None:
    lang, xml_lang = root.get("lang", ""), root.get(f"{XML}lang", "")
    if not (lang or xml_lang).strip():
        findings.error(
            "The page does not say what language it is in.",
            'Readers aloud need it to pronounce the text: `<html lang="en">`.',
            place(root),
        )
    elif lang and xml_lang and lang.lower() != xml_lang.lower():
        findings.error(
            f"`lang` is {quoted(lang)} and `xml:lang` is {quoted(xml_lang)}.",
            "Give both the same value.",
            place(root),
        )
    titles = root.findall(f"{HTML}head/{HTML}title")
    if not titles or not text_of(titles[0]):
        findings.error(
            "The page has no title.",
            "Put a `<title>` with text in its head.",
            place(titles[0] if titles else root),
        )


def _check_headings(root: Element, findings: Findings, whole: bool) -> None:
    last = 0 if whole else 6
    for element in root.iter():
        match = _HEADING.match(element.tag)
        if match is None:
            continue
        level = int(match[1])
        if level > last + 1:
            before = f"after a heading of level {last}" if last else "as the first heading"
            findings.error(
                f"A heading of level {level} stands {before}.",
                f"Make it a heading of level {last + 1}.",
                place(element),
            )
        if not text_of(element) and not any(e.get("alt") for e in element.iter(f"{HTML}img")):
            findings.error(
                f"A heading of level {level} has no text.",
                "Give it a text, or leave it out.",
                place(element),
            )
        last = level


def _check_images(root: Element, findings: Findings) -> None:
    for element in root.iter():
        match element.tag.rpartition("}")[2]:
            case "img" | "area":
                named = element.get("alt") is not None
            case "input" if element.get("type", "").lower() == "image":
                named = bool(element.get("alt"))
            case "svg" if element.tag == f"{SVG}svg" and element.get("role") == "img":
                titles = element.findall(f"{SVG}title")
                named = any(element.get(f"aria-{key}") for key in ("label", "labelledby"))
                named = named or any(text_of(title) for title in titles)
            case _:
                continue
        if not named:
            findings.error(
                "An image has no text alternative.",
                'Say in `alt` what it shows, or write `alt=""` if it only decorates.',
                place(element),
            )


def _check_tables(root: Element, findings: Findings) -> None:
    for element in root.iter(f"{HTML}th"):
        scope = element.get("scope", "").lower()
        if scope not in SCOPES:
            findings.error(
                f"The header cell {quoted(text_of(element))} does not say what it heads.",
                'Write `scope="col"` or `scope="row"`.',
                place(element),
            )


MOST_PIXELS = 5_600_000
"""What an image may have in the strictest of the large shops, Apple Books."""

WANTED = frozenset({"image/jpeg", "image/png", "image/gif", "image/svg+xml"})
"""What every shop takes, and every reader shows."""


def check_images(archive: Archive, package: Package, findings: Findings) -> None:
    """Report images that are too large, of other kinds, or no images at all."""
    for path, item in package.items.items():
        if not item.media_type.startswith("image/") or item.media_type == "image/svg+xml":
            continue
        inside = findings.inside(path)
        if item.media_type not in WANTED:
            inside.warning(
                f"Some readers do not show images of the type {item.media_type}.",
                "Make it a JPEG or a PNG.",
            )
        pixels = _pixels(archive.start(path))
        if pixels > MOST_PIXELS:
            inside.warning(
                f"The image has {pixels / 1e6:.1f} million pixels, and some shops refuse it.",
                f"They take {MOST_PIXELS / 1e6} million: make it smaller.",
            )


def _pixels(start: bytes) -> int:
    """How many pixels an image has, by its first bytes; 0 where they do not say it."""
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
