"""Claims of an e-book's accessibility: before packaging, an audit decides on them.

Only what a rule has verified is claimed; and conformance to a standard only if no rule is violated,
and somebody vouches for what a program cannot judge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.features.claims import audit_rules as rules
from pipeline.features.claims.audit_rules import AuditSubject, Looked
from pipeline.model import Document, Image
from pipeline.model.diagnostics import Span
from pipeline.model.rendered import Accessibility, Pages, Verdict
from pipeline.model.tree import find
from pipeline.model.words import words
from pipeline.verify import claims
from pipeline.verify.positioned_xml import HTML, MarkupError, parse_xml
from pipeline.verify.rules import finding

STANDARD = "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"
"""The value of `dcterms:conformsTo`, letter by letter."""


class _Rule(NamedTuple):
    """``criteria`` are WCAG's; none if the rule is from EPUB Accessibility alone."""

    name: str
    criteria: tuple[str, ...]
    look: Callable[[AuditSubject], Looked]


RULES: tuple[_Rule, ...] = (
    _Rule("pages-readable", (), rules.pages_can_be_read),
    _Rule("images-described", ("1.1.1",), rules.images_are_described),
    _Rule("formulas-spoken", ("1.1.1", "1.3.1"), rules.formulas_are_spoken),
    _Rule("tables-have-headers", ("1.3.1",), rules.tables_have_heads),
    _Rule("headings-in-order", ("1.3.1", "2.4.6"), rules.headings_are_in_order),
    _Rule("references-resolve", ("1.3.1", "4.1.2"), rules.references_have_targets),
    _Rule("contrast-sufficient", ("1.4.3",), rules.contrast_is_enough),
    _Rule("text-adapts", ("1.4.4", "1.4.10", "1.4.12"), rules.text_adapts),
    _Rule("no-active-content", ("2.1.1", "2.1.2", "2.2.1", "3.2.1", "3.2.2"), rules.nothing_runs),
    _Rule("no-animation", ("2.2.2", "2.3.1"), rules.nothing_moves),
    _Rule("pages-titled", ("2.4.2",), rules.pages_have_titles),
    _Rule("contents-resolve", ("2.4.1", "2.4.5"), rules.contents_lead_on),
    _Rule("links-named", ("2.4.4",), rules.links_have_text),
    _Rule("language-declared", ("3.1.1",), rules.pages_have_languages),
    _Rule("languages-marked", ("3.1.2",), rules.other_languages_are_marked),
    _Rule("print-pages-listed", (), rules.print_pages_are_listed),
)
"""All rules, in the order of their subjects."""


def audit_book(document: Document, pages: Pages) -> Pages:
    """The pages made from a resolved document, with their claims, and findings that prevent further
    claims."""
    read = {page.name: _read(page.markup) for page in pages.pages}
    roots = {name: Element(f"{HTML}html") if isinstance(r, str) else r for name, r in read.items()}
    broken = {name: reason for name, reason in read.items() if isinstance(reason, str)}
    subject = AuditSubject(document, pages, roots, broken)
    looked = [(rule, tuple(rule.look(subject))) for rule in RULES]
    verdicts = tuple(
        Verdict(
            rule.name, rule.criteria, len(results), sum(result is not None for result in results)
        )
        for rule, results in looked
    )
    faults = [
        finding for _, results in looked for finding in results if finding and finding.message
    ]
    failed = [verdict.rule for verdict in verdicts if verdict.failed]
    by = document.metadata.accessibility.certified_by
    if by and failed:
        at = Span(by.line, by.column) if by.line else None
        faults.append(finding("claim-withheld", at, rules=", ".join(f"`{r}`" for r in failed)))
    placed = (fault._replace(span=document.place(fault.span)) for fault in faults)
    return replace(
        pages,
        accessibility=_claimed(subject, verdicts),
        findings=(*pages.findings, *(fault.diagnostic(document.source) for fault in placed)),
    )


def _read(markup: str) -> Element | str:
    """The root of a page, or the reason why it is not valid XML."""
    try:
        return parse_xml(markup.encode())
    except MarkupError as error:
        return error.message


def _claimed(subject: AuditSubject, verdicts: tuple[Verdict, ...]) -> Accessibility:
    """The claims that the e-book may make."""
    metadata = subject.document.metadata
    contents = set[str]().union(*map(claims.claimable, subject.roots.values()))
    images = find(subject.document, Image)
    if metadata.brand.logo or not all(image.missing for _, image, _ in images):
        contents.add(claims.IMAGE)
    passed = {verdict.rule for verdict in verdicts if not verdict.failed}
    clean = len(passed) == len(RULES)
    by = metadata.accessibility.certified_by
    word = words(metadata.lang)
    about_images = "images" if "images-described" in passed else "not_all_images"
    conforms = clean and by is not None
    senses = ("textual", "visual") if claims.IMAGE in contents else ("textual",)
    alone = ("textual",) if {"images-described", "formulas-spoken"} <= passed else ()
    # of an image that moves nobody has counted the flashes
    dangers = ("Flashing", "MotionSimulation", "Sound") if "no-animation" in passed else ()
    claimed = (
        ("text", True),
        (about_images if claims.IMAGE in contents else "no_images", True),
        ("formulas", claims.FORMULA in contents and "formulas-spoken" in passed),
        ("pages", claims.PAGE_LIST in contents),
        ("index", claims.INDEX in contents),
        ("certified", conforms),
        ("checked", clean and by is None),
        ("uncertified", not conforms),
    )
    summary = " ".join(word[f"accessible_{name}"] for name, is_so in claimed if is_so)
    return Accessibility(
        summary=metadata.accessibility.summary or summary.format(name=by.text if by else ""),
        modes=senses,
        sufficient=(*alone, "textual,visual") if claims.IMAGE in contents else alone,
        features=claims.features(contents, passed),
        hazards=tuple(f"no{danger}Hazard" for danger in dangers) or ("unknown",),
        conforms_to=STANDARD if conforms else "",
        audit=verdicts,
    )
