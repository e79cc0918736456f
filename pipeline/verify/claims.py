"""Claims of an e-book's accessibility: the permitted ones, and whether existing ones are true.

A missing claim does no harm; a false one leads somebody to a book that they cannot read. The terms
are those of schema.org and EPUB Accessibility 1.1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeAlias
from xml.etree.ElementTree import Element

from pipeline.verify.findings import FileFindings
from pipeline.verify.package import CONFORMS, Claim
from pipeline.verify.positioned_xml import HEADING, HTML, MATHML, kinds

FEATURE, MODE = "schema:accessibilityFeature", "schema:accessMode"
SUFFICIENT, HAZARD = "schema:accessModeSufficient", "schema:accessibilityHazard"
Features: TypeAlias = Collection[str]

DOC_ROLE, IMAGE, UNDESCRIBED = "part with a role", "image", "image that is not described"
FORMULA, UNSPOKEN = "formula in MathML", "formula that is not described"
BREAK, PAGE_LIST = "mark where a page begins", "list of pages"
INDEX, CONTENTS = "part that is marked as an index", "table of contents"
BREAKS = frozenset({"pagebreak", "doc-pagebreak"})
SOUND, TRACK, RUBY = "sound", "captions", "annotation of that kind"
TEX, DETAILS = "formula with its TeX", "long description that an image leads to"

FEATURES: dict[str, tuple[str, str]] = {
    "ARIA": (DOC_ROLE, ""),
    "displayTransformability": ("", "text-adapts"),
    "readingOrder": ("", ""),
    "structuralNavigation": ("heading", "headings-in-order"),
    "tableOfContents": (CONTENTS, "contents-resolve"),
    "index": (INDEX, ""),
    # the old one of the two terms, which many shops and libraries still use
    "pageBreakMarkers": (BREAK, ""),
    "printPageNumbers": (BREAK, ""),
    "pageNavigation": (PAGE_LIST, "print-pages-listed"),
    "alternativeText": (IMAGE, "images-described"),
    "longDescription": (DETAILS, ""),
    "MathML": (FORMULA, "formulas-spoken"),
    "describedMath": (FORMULA, "formulas-spoken"),
    "latex": (TEX, ""),
    "rubyAnnotations": (RUBY, ""),
    "captions": (TRACK, ""),
    "unlocked": ("", ""),
}
"""For each feature, the thing that a book must have, and the rule of the audit that it may not
break, to claim it: the terms of the Schema.org Accessibility Properties for Discoverability."""

_MEDIA = {
    f"{HTML}audio": SOUND,
    f"{HTML}video": SOUND,
    f"{HTML}track": TRACK,
    f"{HTML}ruby": RUBY,
}
_DANGERS = frozenset({"flashing", "motionSimulation", "sound"})


def claimable(root: Element) -> set[str]:
    """The things in a page that something may be claimed of."""
    return {thing for element in root.iter() for thing in _claimable(element)}


def _claimable(element: Element) -> Iterator[str]:
    named = kinds(element)
    if HEADING.match(element.tag):
        yield "heading"
    elif element.tag == f"{HTML}img" and element.get("alt") is None:
        yield UNDESCRIBED
    elif element.tag == f"{MATHML}math":
        yield FORMULA
        if not any(element.get(name) for name in ("alttext", "aria-label", "aria-labelledby")):
            yield UNSPOKEN
    elif element.tag == f"{MATHML}annotation" and element.get("encoding") == "application/x-tex":
        yield TEX
    elif element.tag in _MEDIA:
        yield _MEDIA[element.tag]
    if element.get("aria-details"):
        yield DETAILS
    if element.get("role", "").startswith("doc-"):
        yield DOC_ROLE
    for thing, names in (
        (BREAK, BREAKS),
        (INDEX, {"index", "doc-index"}),
        (CONTENTS, {"toc"}),
        (PAGE_LIST, {"page-list"}),
    ):
        if named & names:
            yield thing


# --- what an e-book of ours may claim ---------------------------------------------------------


def features(contents: Features, passed: Features) -> tuple[str, ...]:
    """The features of a book that has these things, and has ``passed`` these rules."""
    return tuple(
        name
        for name, (thing, rule) in FEATURES.items()
        if (not thing or thing in contents) and (not rule or rule in passed)
    )


# --- what any e-book claims ------------------------------------------------------------------


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
