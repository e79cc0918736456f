"""What an e-book claims for its readers, each from what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from pipeline.accessibility.rules.navigation import is_page_break
from pipeline.accessibility.subject import EPUB_TYPE, XHTML, Subject
from pipeline.model import Image, Index, Math, MathBlock
from pipeline.pages import Verdict
from pipeline.words import words

MATHML = "{http://www.w3.org/1998/Math/MathML}"


class Contents:
    """What the pages of an e-book hold, gathered in one walk."""

    def __init__(self, subject: Subject) -> None:
        self.formulas = any(
            isinstance(node, Math | MathBlock) and node.mathml for node, _ in subject.nodes
        )
        self.index = any(isinstance(node, Index) and node.groups for node, _ in subject.nodes)
        self.page_breaks = self.page_list = False
        self.roles = self.details = self.ruby = self.tex = False
        self.images = bool(subject.document.metadata.brand.logo) or any(
            isinstance(node, Image) and not node.missing for node, _ in subject.nodes
        )
        for page in subject.markup:
            for element in page.elements():
                self._see(element)

    def _see(self, element: ET.Element) -> None:
        types, role = element.get(EPUB_TYPE, "").split(), element.get("role", "")
        self.page_breaks = self.page_breaks or is_page_break(element)
        self.page_list = self.page_list or "page-list" in types
        self.roles = self.roles or role.startswith("doc-")
        self.details = self.details or bool(element.get("aria-details"))
        self.ruby = self.ruby or element.tag == f"{XHTML}ruby"
        self.tex = self.tex or (
            element.tag == f"{MATHML}annotation" and element.get("encoding") == "application/x-tex"
        )


def modes(contents: Contents) -> tuple[str, ...]:
    """The senses that the content is for."""
    return ("textual", "visual") if contents.images else ("textual",)


def sufficient(contents: Contents, passed: frozenset[str]) -> tuple[str, ...]:
    """The sets of senses that are enough for all of it."""
    alone = ("textual",) if {"images-described", "formulas-spoken"} <= passed else ()
    return (*alone, "textual,visual") if contents.images else alone


def features(contents: Contents, passed: frozenset[str]) -> Iterator[str]:
    """The terms of the Schema.org Accessibility Properties for Discoverability Vocabulary."""
    has = (
        ("ARIA", contents.roles),
        ("displayTransformability", "text-adapts" in passed),
        ("readingOrder", True),
        ("structuralNavigation", "headings-in-order" in passed),
        ("tableOfContents", "contents-lead" in passed),
        ("index", contents.index),
        # The old term of the two is the one that many shops and libraries still look for.
        ("pageBreakMarkers", contents.page_breaks),
        ("printPageNumbers", contents.page_breaks),
        ("pageNavigation", contents.page_list and "print-pages-listed" in passed),
        ("alternativeText", contents.images and "images-described" in passed),
        ("longDescription", contents.details),
        ("MathML", contents.formulas and "formulas-spoken" in passed),
        ("describedMath", contents.formulas and "formulas-spoken" in passed),
        ("latex", contents.tex),
        ("rubyAnnotations", contents.ruby),
        ("unlocked", True),
    )
    return (name for name, is_so in has if is_so)


def hazards(passed: frozenset[str]) -> tuple[str, ...]:
    """What may harm readers. Of an image that moves nobody has counted the flashes."""
    if "nothing-moves" in passed:
        return ("noFlashingHazard", "noMotionSimulationHazard", "noSoundHazard")
    return ("unknown",)


def summary(
    subject: Subject, contents: Contents, passed: frozenset[str], *, conforms: bool, clean: bool
) -> str:
    """All that in words, in the publication's language; or the author's own."""
    metadata = subject.document.metadata
    if metadata.accessibility.summary:
        return metadata.accessibility.summary
    word = words(metadata.lang)
    described = "images-described" in passed
    about_images = "images" if described else "not_all_images"
    said = [
        word["accessible_text"],
        word[f"accessible_{about_images if contents.images else 'no_images'}"],
    ]
    if contents.formulas and "formulas-spoken" in passed:
        said.append(word["accessible_formulas"])
    if contents.page_list:
        said.append(word["accessible_pages"])
    if contents.index:
        said.append(word["accessible_index"])
    by = metadata.accessibility.certified_by
    if conforms and by:
        said.append(word["accessible_certified"].format(name=by.text))
    else:
        said += [word["accessible_checked"]] if clean else []
        said.append(word["accessible_uncertified"])
    return " ".join(said)


def passed_rules(verdicts: tuple[Verdict, ...]) -> frozenset[str]:
    return frozenset(verdict.rule for verdict in verdicts if not verdict.failed)
