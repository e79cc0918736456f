"""What an e-book says of its accessibility, in its package document: the terms that EPUB
Accessibility 1.1 asks for."""

from __future__ import annotations

from ebooklib.epub import EpubBook

from pipeline.metadata import Certification
from pipeline.package.epub.meta import add_meta
from pipeline.pages import Accessibility


def claim(book: EpubBook, accessibility: Accessibility, certification: Certification) -> None:
    for name, values in (
        ("accessMode", accessibility.modes),
        ("accessModeSufficient", accessibility.sufficient),
        ("accessibilityFeature", accessibility.features),
        ("accessibilityHazard", accessibility.hazards),
        ("accessibilitySummary", (accessibility.summary,)),
    ):
        for value in values:
            add_meta(book, f"schema:{name}", value)
    if accessibility.conforms_to and certification.certified_by:
        _certify(book, accessibility.conforms_to, certification.certified_by.text, certification)


def _certify(book: EpubBook, standard: str, name: str, certification: Certification) -> None:
    add_meta(book, "dcterms:conformsTo", standard, id="conformance")
    add_meta(book, "a11y:certifiedBy", name, id="certifier", refines="#conformance")
    if certification.credential:
        credential = certification.credential
        add_meta(book, "a11y:certifierCredential", credential, refines="#certifier")
    if certification.report:
        link = {"rel": "a11y:certifierReport", "href": certification.report}
        book.add_metadata(None, "link", None, {**link, "refines": "#certifier"})
