"""An e-book is verified: its reading order, its pictures, and what it claims about itself."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from pipeline.verify.audit import (
    DOC_ROLE,
    FEATURES,
    IMAGE,
    SOUND,
    UNDESCRIBED,
    UNSPOKEN,
    Features,
    claimable,
)
from pipeline.verify.reading import (
    CONFORMS,
    SVG_TYPE,
    XHTML,
    Archive,
    BrokenBook,
    Claim,
    EpubPackage,
    read_package,
)
from pipeline.verify.rules import FileFindings

# --- claim rules -----------------------------------------------------------------------------
# Checks of the claims that an e-book makes of its accessibility: whether they are true.

FEATURE, MODE = "schema:accessibilityFeature", "schema:accessMode"
SUFFICIENT, HAZARD = "schema:accessModeSufficient", "schema:accessibilityHazard"
_DANGERS = frozenset({"flashing", "motionSimulation", "sound"})


def check_claims(claims: tuple[Claim, ...], contents: Features, findings: FileFindings) -> None:
    """Report untrue claims of a book with these contents."""
    for claim in claims:
        if reason := _untrue(claim, contents):
            findings.add("untrue-claim", claim.span, value=claim.value, reason=reason)
    dangers = [claim for claim in claims if claim.name == HAZARD]
    values = {claim.value for claim in dangers}
    for claim in dangers:
        alone = claim.value in ("none", "unknown") and len(values) > 1
        danger = claim.value.removesuffix("Hazard")
        denied = danger in _DANGERS and f"no{danger[0].upper()}{danger[1:]}Hazard" in values
        if alone or denied:
            findings.add("hazards-disagree", claim.span, value=claim.value)


def _untrue(claim: Claim, contents: Features) -> str:
    """The reason why a claim is not true, as a sentence; "" if nothing speaks against it."""
    modes = {mode.strip() for mode in claim.value.split(",")}
    by_ear = claim.name == CONFORMS or (claim.name == SUFFICIENT and modes == {"textual"})
    if UNDESCRIBED in contents and (by_ear or claim.value == "alternativeText"):
        return "It has an image without alternative text."
    if UNSPOKEN in contents and (claim.name == CONFORMS or claim.value == "describedMath"):
        return "It has a formula without a description in words."
    if claim.name == FEATURE:
        needed, _ = FEATURES.get(claim.value, ("", ""))
        is_needed = needed and needed not in (DOC_ROLE, IMAGE)
        return f"It has no {needed}." if is_needed and needed not in contents else ""
    if claim.name in (MODE, SUFFICIENT) and "auditory" in modes and SOUND not in contents:
        return "It has no audio."
    return ""


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
