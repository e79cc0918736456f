"""Claims that an e-book may make of its accessibility, and what they depend on.

A missing claim does no harm; a false one leads somebody to a book that they cannot read. The terms
are those of schema.org and EPUB Accessibility 1.1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeAlias
from xml.etree.ElementTree import Element

from pipeline.model.rendered import Verdict
from pipeline.verify.positioned_xml import HEADING, HTML, MATHML, kinds

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

_MEDIA = {f"{HTML}audio": SOUND, f"{HTML}video": SOUND, f"{HTML}track": TRACK, f"{HTML}ruby": RUBY}


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


def features(contents: Features, passed: Features) -> tuple[str, ...]:
    """The features of a book that has these things, and has ``passed`` these rules."""
    return tuple(
        name
        for name, (thing, rule) in FEATURES.items()
        if (not thing or thing in contents) and (not rule or rule in passed)
    )


# --- what remains for people --------------------------------------------------------------------


CRITERIA = tuple(
    "1.1.1 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.3.3 1.3.4 1.3.5 1.4.1 1.4.2 1.4.3 1.4.4"
    " 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3"
    " 2.4.4 2.4.5 2.4.6 2.4.7 2.4.11 2.5.1 2.5.2 2.5.3 2.5.4 2.5.7 2.5.8 3.1.1 3.1.2 3.2.1 3.2.2"
    " 3.2.3 3.2.4 3.2.6 3.3.1 3.3.2 3.3.3 3.3.4 3.3.7 3.3.8 4.1.2 4.1.3".split()
)
"""The success criteria of WCAG 2.2 at the levels A and AA."""

FOR_PEOPLE: dict[str, str] = {
    "1.1.1": "Do alternative texts say what the images say?",
    "1.3.2": "Are pictures and boxes where they should be read?",
    "1.3.3": "Does the text avoid references such as “the box on the right” alone?",
    "1.4.1": "Do charts and drawings convey nothing by colour alone?",
    "1.4.5": "Do images contain no text that could be written as text?",
    "1.4.11": "Do lines and areas in drawings have enough contrast?",
    "2.4.4": "Do link texts say where they lead?",
    "2.4.6": "Do headings describe their sections?",
    "3.1.2": "Are passages in other languages with the same script marked?",
}
"""Criteria that a program cannot judge, or not completely: people have to check them."""


def judged_by_nature(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """The criteria that Chapbook's books cannot violate: they concern sound, video, forms, gestures
    and the like, which the books do not contain, as the rule ``no-active-content`` makes sure, or
    the reading system."""
    looked_at = {number for verdict in verdicts for number in verdict.criteria}
    return tuple(n for n in CRITERIA if n not in looked_at and n not in FOR_PEOPLE)
