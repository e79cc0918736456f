"""What an e-book claims for readers who need it to be accessible, held against what it has.

A claim that is missing does no harm; one that is untrue leads somebody to a book that they
cannot read. The terms are those of schema.org and EPUB Accessibility 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.check.findings import Findings, Place, quoted
from pipeline.check.markup import HTML, MATHML, place, text_of, words
from pipeline.check.notes import EPUB_TYPE

OPF = "{http://www.idpf.org/2007/opf}"
CONFORMS = "dcterms:conformsTo"
FEATURE, MODE = "schema:accessibilityFeature", "schema:accessMode"
SUFFICIENT, HAZARD = "schema:accessModeSufficient", "schema:accessibilityHazard"
_HEADING = re.compile(rf"{re.escape(HTML)}h[1-6]\Z")
_DANGERS = frozenset({"flashing", "motionSimulation", "sound"})


class Claim(NamedTuple):
    """``name`` is the property, such as ``schema:accessibilityFeature``."""

    name: str
    value: str
    place: Place


def claims_of(metadata: Element | None) -> Iterator[Claim]:
    """The claims in the metadata of a package document about the book as a whole."""
    for element in () if metadata is None else metadata:
        name = element.get("property", "")
        about_all = element.get("refines") is None
        if element.tag == f"{OPF}meta" and about_all and name.startswith(("schema:acc", CONFORMS)):
            yield Claim(name, text_of(element), place(element))
        elif element.tag == f"{OPF}link" and CONFORMS in words(element, "rel") and about_all:
            yield Claim(CONFORMS, element.get("href", ""), place(element))


class Held:
    """What the pages of a book have, gathered page by page."""

    def __init__(self) -> None:
        self.things: set[str] = set()

    def see(self, root: Element) -> None:
        """Note what is in a page."""
        for element in root.iter():
            self.things.update(_things(element))

    def lacks(self, claim: Claim) -> str:
        """Why a claim is not true, as a sentence; empty if nothing speaks against it."""
        things = self.things
        if claim.name == FEATURE:
            if claim.value == "alternativeText" and "undescribed image" in things:
                return "It has an image without a text alternative."
            if claim.value == "describedMath" and "formula without words" in things:
                return "It has a formula that is not described in words."
            needed, what = _NEEDED.get(claim.value, ("", ""))
            return "" if not needed or needed in things else f"It has no {what}."
        modes = {mode.strip() for mode in claim.value.split(",")}
        if claim.name == SUFFICIENT and modes == {"textual"} and "undescribed image" in things:
            return "It has an image without a text alternative."
        if claim.name in (MODE, SUFFICIENT) and "auditory" in modes and "sound" not in things:
            return "It has nothing to hear."
        return ""


_NEEDED = {
    "MathML": ("formula", "formula in MathML"),
    "describedMath": ("formula", "formula in MathML"),
    "latex": ("TeX", "formula with its TeX"),
    "pageBreakMarkers": ("page break", "mark where a page begins"),
    "printPageNumbers": ("page break", "mark where a page begins"),
    "pageNavigation": ("page-list", "list of pages"),
    "tableOfContents": ("toc", "table of contents"),
    "index": ("index", "part that is marked as an index"),
    "structuralNavigation": ("heading", "heading"),
    "longDescription": ("details", "long description that an image leads to"),
    "rubyAnnotations": ("ruby", "annotation of that kind"),
    "captions": ("track", "captions"),
}
"""What a book has to have for a feature that it claims, and how that is called."""


def _things(element: Element) -> Iterator[str]:
    """What of interest an element is."""
    kinds = {*words(element, EPUB_TYPE), *words(element, "role")}
    if _HEADING.match(element.tag):
        yield "heading"
    elif element.tag == f"{HTML}img" and element.get("alt") is None:
        yield "undescribed image"
    elif element.tag == f"{MATHML}math":
        yield "formula"
        if not any(element.get(name) for name in ("alttext", "aria-label", "aria-labelledby")):
            yield "formula without words"
    elif element.tag == f"{MATHML}annotation" and element.get("encoding") == "application/x-tex":
        yield "TeX"
    elif element.tag in (f"{HTML}audio", f"{HTML}video"):
        yield "sound"
    elif element.tag in (f"{HTML}track", f"{HTML}ruby"):
        yield element.tag.removeprefix(HTML)
    if kinds & {"pagebreak", "doc-pagebreak"}:
        yield "page break"
    if kinds & {"index", "doc-index"}:
        yield "index"
    if element.get("aria-details"):
        yield "details"
    yield from kinds & {"toc", "page-list"}


def check_claims(claims: Iterable[Claim], held: Held, findings: Findings) -> None:
    """Report claims that are not true. It comes last: a book that has errors conforms to
    nothing."""
    claims = tuple(claims)
    broken = findings.errors
    for claim in claims:
        if reason := held.lacks(claim):
            findings.error(
                f"The book claims {quoted(claim.value)}, which is not so.", reason, claim.place
            )
        elif claim.name == CONFORMS and broken:
            findings.error(
                f"The book claims to conform to {quoted(claim.value)}, and has errors.",
                "Mend them, or leave out the claim.",
                claim.place,
            )
    _check_hazards([claim for claim in claims if claim.name == HAZARD], findings)


def _check_hazards(hazards: list[Claim], findings: Findings) -> None:
    values = {claim.value for claim in hazards}
    for claim in hazards:
        alone = claim.value in ("none", "unknown") and len(values) > 1
        danger = claim.value.removesuffix("Hazard")
        denied = danger in _DANGERS and f"no{danger[0].upper()}{danger[1:]}Hazard" in values
        if alone or denied:
            findings.error(
                f"{quoted(claim.value)} contradicts the other hazards.",
                "Say of each danger whether there is one.",
                claim.place,
            )
