"""The audit of an e-book: what its pages and its document prove decides what it may claim of its
accessibility.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

import tinycss2  # type: ignore[import-untyped]
from msgspec.structs import replace
from tinycss2.color3 import RGBA, parse_color  # type: ignore[import-untyped]

from pipeline import model
from pipeline.model import Document, Image, tree
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.rendered import Accessibility, Pages, Verdict
from pipeline.model.sheet import contrast_of_luminances, luminance
from pipeline.model.tree import find
from pipeline.model.words import words as words_of
from pipeline.verify.reading import (
    EPUB_TYPE,
    HEADING,
    HTML,
    MATHML,
    XML,
    MarkupError,
    has_text,
    id_faults,
    identifiers,
    kinds,
    parse_xml,
    place,
    references,
    text_of,
    words,
)
from pipeline.verify.rules import Finding, finding

# --- claims ----------------------------------------------------------------------------------
# Claims that an e-book may make of its accessibility, and what they depend on.
#
# A missing claim does no harm; a false one leads somebody to a book that they cannot read. The
# terms are those of schema.org and EPUB Accessibility 1.1.

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


def criteria_met_by_nature(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """The criteria that Chapbook's books cannot violate: they concern sound, video, forms, gestures
    and the like, which the books do not contain, as the rule ``no-active-content`` makes sure, or
    the reading system."""
    looked_at = {number for verdict in verdicts for number in verdict.criteria}
    return tuple(n for n in CRITERIA if n not in looked_at and n not in FOR_PEOPLE)


# --- audit rules -----------------------------------------------------------------------------
# Rules of the audit: some read the resolved document, which has positions in the source, others
# its pages, which are what readers get.


class AuditSubject(NamedTuple):
    """An e-book before packaging: the resolved document, and its pages with their ``roots``, which
    are empty if a page is ``broken``."""

    document: model.Document
    pages: Pages
    roots: Mapping[str, Element]
    broken: Mapping[str, str]

    def elements(self) -> Iterator[tuple[str, Element]]:
        """The elements of all pages in order, each with the page's name."""
        return ((name, element) for name, root in self.roots.items() for element in root.iter())

    def links(self, kind: str) -> Iterator[Element]:
        """The links of the navigation of a kind, with full addresses."""
        for _, nav in self.elements():
            if nav.tag == f"{HTML}nav" and kind in words(nav, EPUB_TYPE):
                yield from (e for e in nav.iter() if e.get("href"))


Looked: TypeAlias = Iterator[Finding | None]
"""The result for each thing that a rule checks: a problem, or None."""

REPORTED = Finding("", Code.INACCESSIBLE_PAGE, "")
"""A problem that an earlier stage has reported."""


# --- rules that read the source ---------------------------------------------------------------

_FILE_NAME = late(
    r"(img|dsc|dscn|image|photo|screenshot|scan|figure|untitled)[\s_-]*\d*|\S+\.(png|jpe?g|gif|webp|svg)",
    re.IGNORECASE,
)


def images_are_described(subject: AuditSubject) -> Looked:
    """Each image that is not decorative has an alternative text other than a file name."""
    for image, span, is_decorative in tree.all_images(subject.document):
        alt = image.alt.strip()
        if alt and not image.missing and _is_file_name(alt, image):
            yield finding("vague-alt", span, text=alt)
        elif not image.missing:
            yield None if alt or is_decorative else REPORTED
    brand = subject.document.metadata.brand
    if brand.logo:
        yield None if brand.logo_alt else REPORTED


def _is_file_name(alt: str, image: model.Image) -> bool:
    path = PurePosixPath(image.source)
    if alt == path.name or (alt == path.stem and re.search(r"[\d_-]", alt)):
        return True
    return _FILE_NAME.fullmatch(alt) is not None


def nothing_moves(subject: AuditSubject) -> Looked:
    """No image is animated: nobody could stop it, and it might flash."""
    first: dict[str, tuple[model.Image, Span | None]] = {}
    for image, span, _ in tree.all_images(subject.document):
        if not image.missing:
            first.setdefault(image.asset, (image, span))
    for asset in subject.document.assets:
        if asset.moving and asset.path in first:
            image, span = first[asset.path]
            yield finding("moving-image", span, image=image.source)
        else:
            yield finding("image-moves", image=asset.path) if asset.moving else None


def formulas_are_spoken(subject: AuditSubject) -> Looked:
    """Each formula in MathML has a spoken alternative. Formulas that cannot be set, and are shown
    as text, were reported by resolve."""
    for _, node, _ in tree.find(subject.document, model.Math, model.MathBlock):
        if isinstance(node, model.Math | model.MathBlock) and node.mathml:
            yield None if node.alt else REPORTED


def tables_have_heads(subject: AuditSubject) -> Looked:
    """Tables of two rows and two columns or more have a head, or heads of their rows. A grid
    without any text is one to fill in."""
    for _, node, span in tree.find(subject.document, model.Table):
        rows = (*node.head, *node.body)
        cells = [cell for row in rows for cell in row.cells]
        is_grid = len(rows) > 1 and max(len(row.cells) for row in rows) > 1
        if is_grid and any(tree.plain_text(cell.children).strip() for cell in cells):
            has_heads = any(cell.scope for cell in cells)
            yield None if has_heads else finding("unheaded-table", span)


def links_have_text(subject: AuditSubject) -> Looked:
    """Link texts are not empty, and not uninformative like "here". Code in a link text is the name
    of something, such as `page`."""
    vague = frozenset(words_of(subject.document.metadata.lang)["vague_links"].split("|"))
    for _, node, span in tree.find(subject.document, model.Link):
        text = " ".join(tree.plain_text(node.children).split())
        is_vague = re.sub(r"[^\w\s]+", "", text).strip().casefold() in vague
        rule = "vague-link" if text else "empty-link"
        is_name = all(isinstance(child, model.Code) for child in node.children)
        ok = text and (is_name or not is_vague)
        yield None if ok else finding(rule, span, text=text, href=node.href)


SCRIPTS: tuple[tuple[str, str, str, frozenset[str]], ...] = tuple(
    (name, example, letters, frozenset(languages.split()))
    for name, example, letters, languages in (
        ("Greek", "el", "\u0370-\u03ff\u1f00-\u1fff", "el grc"),
        ("Cyrillic", "ru", "\u0400-\u052f", "ru uk bg sr mk be kk ky mn tg"),
        ("Hebrew", "he", "\u0590-\u05ff", "he yi"),
        ("Arabic", "ar", "\u0600-\u06ff\u0750-\u077f", "ar fa ur ps ckb ku sd ug"),
        ("Devanagari", "hi", "\u0900-\u097f", "hi mr ne sa"),
        ("Bengali", "bn", "\u0980-\u09ff", "bn as"),
        ("Tamil", "ta", "\u0b80-\u0bff", "ta"),
        ("Telugu", "te", "\u0c00-\u0c7f", "te"),
        ("Thai", "th", "\u0e00-\u0e7f", "th"),
        ("Khmer", "km", "\u1780-\u17ff", "km"),
        ("Japanese", "ja", "\u3040-\u30ff", "ja"),
        ("Chinese", "zh", "\u4e00-\u9fff", "zh ja ko yue"),
        ("Korean", "ko", "\uac00-\ud7af", "ko"),
    )
)
"""Scripts that show by themselves that a text is in another language: of each a name, the tag of
a language, its letters, and the languages that are written in it."""

_IN_SCRIPTS = late(f"[{''.join(letters for _, _, letters, _ in SCRIPTS)}]")
_BEYOND_LATIN = late(r"[^\0-\u036f\u2000-\u2bff]")


def _has_letters(text: str) -> bool:
    return bool(_BEYOND_LATIN.search(text) and _IN_SCRIPTS.search(text))


MOST_LETTERS = 20
"""The maximum number of letters of a name or a term, which need not be marked."""


def other_languages_are_marked(subject: AuditSubject) -> Looked:
    """A passage in a script that its language is not written in has a language of its own. Titles
    of cited works are names."""

    def inherit(node: model.Node, above: tuple[str, Span | None]) -> tuple[str, Span | None]:
        """The language and the place of a node; a bibliography needs no marked languages."""
        lang = above[0] and (node.attributes.get("lang") or above[0])
        named = isinstance(node, model.BibliographyEntry | model.Citation)
        return "" if named else lang, node.span or above[1]

    start: tuple[str, Span | None] = (subject.document.metadata.lang, None)
    for node, (lang, span) in tree.walk_with(tree.top_level(subject.document), start, inherit):
        if not isinstance(node, model.Text) or not lang or not _has_letters(node.text):
            continue
        spoken = lang.lower().partition("-")[0]
        for script, example, letters, languages in SCRIPTS:
            count = len(re.findall(f"[{letters}]", node.text)) if spoken not in languages else 0
            values: dict[str, Any] = {"script": script, "lang": lang, "example": example}
            if count:
                is_term = count <= MOST_LETTERS
                yield None if is_term else finding("unmarked-language", span, **values)


# --- rules that read the pages -----------------------------------------------------------------


def pages_can_be_read(subject: AuditSubject) -> Looked:
    """Each page is XML, without which reading systems show an error in its place."""
    for name in subject.roots:
        why = subject.broken.get(name)
        yield finding("page-unreadable", page=name, reason=why) if why else None


def _look_at_page(name: str, faults: Iterable[Finding], checked: int) -> Looked:
    """The findings of a rule for pages in general, which ``checked`` a number of things."""
    reported = [
        finding("page-fault", page=name, message=fault.message, hint=fault.hint) for fault in faults
    ]
    yield from (*reported, *[None] * (checked - len(reported)))


def pages_have_titles(subject: AuditSubject) -> Looked:
    for name, root in subject.roots.items():
        titles = root.findall(f"{HTML}head/{HTML}title")
        is_titled = titles and text_of(titles[0])
        fault = finding("no-title", place(titles[0] if titles else root))
        yield from _look_at_page(name, () if is_titled else (fault,), 1)


def pages_have_languages(subject: AuditSubject) -> Looked:
    for name, root in subject.roots.items():
        ok = root.get("lang") and root.get("lang") == root.get(f"{XML}lang")
        yield None if ok else finding("page-language", page=name)


def headings_are_in_order(subject: AuditSubject) -> Looked:
    for name, root in subject.roots.items():
        headings = sum(bool(HEADING.match(element.tag)) for element in root.iter())
        yield from _look_at_page(name, _heading_faults(root), headings)


def _heading_faults(root: Element) -> Iterator[Finding]:
    """Headings without text, and levels that are skipped; a page may begin with any level."""
    last = 6
    for element in root.iter():
        match = HEADING.match(element.tag)
        if match is None:
            continue
        level = int(match[1])
        if level > last + 1:
            yield finding("skipped-level", place(element), level=level, last=last, wanted=last + 1)
        if not has_text(element):
            yield finding("empty-heading", place(element), level=level)
        last = level


def references_have_targets(subject: AuditSubject) -> Looked:
    """No page has duplicate ids, and labels and descriptions exist."""
    for name, root in subject.roots.items():
        ids = identifiers(root)
        named = [reference for reference in references(root) if reference.kind == "id"]
        astray = (
            finding("no-such-id", what=reference.subject, id=reference.value)
            for reference in named
            if reference.value not in ids
        )
        yield from _look_at_page(name, (*id_faults(root), *astray), len(ids) + len(named))


RUNNING = frozenset(
    f"{HTML}{name}" for name in "script audio video iframe object embed form input button".split()
)


def nothing_runs(subject: AuditSubject) -> Looked:
    for name, root in subject.roots.items():
        running = [element for element in root.iter() if element.tag in RUNNING]
        for element in running:
            yield finding("page-runs", page=name, name=element.tag.removeprefix(HTML))
        if not running:
            yield None


def contents_lead_on(subject: AuditSubject) -> Looked:
    """There are contents, and each of their entries leads to a place that is there."""
    links = list(subject.links("toc"))
    if not links:
        yield finding("no-contents")
    there = {f"{name}#{element.get('id')}" for name, element in subject.elements()}
    for link in links:
        href = link.get("href", "")
        is_there = href in there or href in subject.roots
        yield None if is_there else finding("contents-astray", entry=text_of(link))


def print_pages_are_listed(subject: AuditSubject) -> Looked:
    """A list leads to all pages of the print edition that are marked, in order."""
    marked = [
        f"{name}#{element.get('id', '')}"
        for name, element in subject.elements()
        if kinds(element) & BREAKS
    ]
    listed = [link.get("href", "") for link in subject.links("page-list")]
    missing, astray = len({*marked} - {*listed}), len({*listed} - {*marked})
    why = f"{missing} markers are not listed, and {astray} entries have no marker"
    if not missing and not astray:
        why = "they are listed in another order"
    same = marked == listed
    yield from [None] * (max(len(marked), len(listed)) - (not same))
    if not same:
        yield finding("print-pages", reason=why)


@functools.lru_cache(maxsize=64)
def declarations(css: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The values by property of every rule that holds at all times, in order: read once for all
    rules of the audit, which takes most of its time."""
    return tuple(
        (
            " ".join(tinycss2.serialize(rule.prelude).split()),
            {
                declaration.lower_name: tinycss2.serialize(declaration.value).strip()
                + (" !important" if declaration.important else "")
                for declaration in tinycss2.parse_blocks_contents(rule.content)
                if declaration.type == "declaration"
            },
        )
        for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        if rule.type == "qualified-rule"
    )


_FIXED = late(r"\d(px|pt|pc|cm|mm|in|q)\b", re.IGNORECASE)
SPACING = ("line-height", "letter-spacing", "word-spacing", "margin", "margin-bottom")
ENOUGH_CONTRAST = 4.5
"""The contrast that WCAG asks of text of any size, at level AA."""

WHITE = RGBA(1.0, 1.0, 1.0, 1.0)


def text_adapts(subject: AuditSubject) -> Looked:
    """No size of text is fixed, and no spacing is forced."""
    for selector, values in _rules(subject):
        size = values.get("font-size", "")
        if _FIXED.search(size) or _FIXED.search(values.get("font", "")):
            yield finding("fixed-size", selector=selector, size=size)
        elif size:
            yield None
        if forced := next((p for p in SPACING if "!important" in values.get(p, "")), ""):
            yield finding("forced-spacing", selector=selector, property=forced)


def contrast_is_enough(subject: AuditSubject) -> Looked:
    """Each text colour has enough contrast with the background in its rule, or with white."""
    for selector, values in _rules(subject):
        colour = _colour(values.get("color", ""))
        behind = values.get("background-color") or values.get("background", "")
        if colour is not None:
            ground = _colour(behind) or WHITE
            ratio = contrast_of_luminances(luminance(*colour[:3]), luminance(*ground[:3]))
            is_enough = ratio >= ENOUGH_CONTRAST
            yield None if is_enough else finding("faint-style", selector=selector, ratio=ratio)


def _rules(subject: AuditSubject) -> Iterator[tuple[str, Mapping[str, str]]]:
    return (rule for style in subject.pages.styles for rule in declarations(style.css))


def _colour(value: str) -> RGBA | None:
    """A literal colour; None for one of the reader's or a parent's."""
    colour = parse_color(value) if value else None
    return colour if isinstance(colour, RGBA) and colour.alpha == 1 else None


# --- claims ----------------------------------------------------------------------------------
# Claims of an e-book's accessibility: before packaging, an audit decides on them.
#
# Only what a rule has verified is claimed; and conformance to a standard only if no rule is
# violated, and somebody vouches for what a program cannot judge.

STANDARD = "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"
"""The value of `dcterms:conformsTo`, letter by letter."""


class _Rule(NamedTuple):
    """``criteria`` are WCAG's; none if the rule is from EPUB Accessibility alone."""

    name: str
    criteria: tuple[str, ...]
    look: Callable[[AuditSubject], Looked]


RULES: tuple[_Rule, ...] = (
    _Rule("pages-readable", (), pages_can_be_read),
    _Rule("images-described", ("1.1.1",), images_are_described),
    _Rule("formulas-spoken", ("1.1.1", "1.3.1"), formulas_are_spoken),
    _Rule("tables-have-headers", ("1.3.1",), tables_have_heads),
    _Rule("headings-in-order", ("1.3.1", "2.4.6"), headings_are_in_order),
    _Rule("references-resolve", ("1.3.1", "4.1.2"), references_have_targets),
    _Rule("contrast-sufficient", ("1.4.3",), contrast_is_enough),
    _Rule("text-adapts", ("1.4.4", "1.4.10", "1.4.12"), text_adapts),
    _Rule("no-active-content", ("2.1.1", "2.1.2", "2.2.1", "3.2.1", "3.2.2"), nothing_runs),
    _Rule("no-animation", ("2.2.2", "2.3.1"), nothing_moves),
    _Rule("pages-titled", ("2.4.2",), pages_have_titles),
    _Rule("contents-resolve", ("2.4.1", "2.4.5"), contents_lead_on),
    _Rule("links-named", ("2.4.4",), links_have_text),
    _Rule("language-declared", ("3.1.1",), pages_have_languages),
    _Rule("languages-marked", ("3.1.2",), other_languages_are_marked),
    _Rule("print-pages-listed", (), print_pages_are_listed),
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
        Verdict(rule.name, rule.criteria, len(found), len(found) - found.count(None))
        for rule, found in looked
    )
    faults = [fault for _, found in looked for fault in found if fault and fault.message]
    failed = [verdict.rule for verdict in verdicts if verdict.failed]
    by = document.metadata.accessibility.certified_by
    if by and failed:
        at = Span(by.line, by.column) if by.line else None
        faults.append(finding("claim-withheld", at, rules=", ".join(f"`{r}`" for r in failed)))
    placed = (fault._replace(span=document.place(fault.span)) for fault in faults)
    return replace(
        pages,
        accessibility=_claim(subject, verdicts),
        findings=(*pages.findings, *(fault.diagnostic(document.source) for fault in placed)),
    )


def _read(markup: str) -> Element | str:
    """The root of a page, or the reason why it is not valid XML."""
    try:
        return parse_xml(markup.encode())
    except MarkupError as error:
        return error.message


def _claim(subject: AuditSubject, verdicts: tuple[Verdict, ...]) -> Accessibility:
    """The claims that the e-book may make."""
    metadata = subject.document.metadata
    contents = set[str]().union(*map(claimable, subject.roots.values()))
    images = find(subject.document, Image)
    if metadata.brand.logo or not all(image.missing for _, image, _ in images):
        contents.add(IMAGE)
    passed = {verdict.rule for verdict in verdicts if not verdict.failed}
    clean = len(passed) == len(RULES)
    by = metadata.accessibility.certified_by
    word = words_of(metadata.lang)
    about_images = "images" if "images-described" in passed else "not_all_images"
    conforms = clean and by is not None
    senses = ("textual", "visual") if IMAGE in contents else ("textual",)
    alone = ("textual",) if {"images-described", "formulas-spoken"} <= passed else ()
    # of an image that moves nobody has counted the flashes
    dangers = ("Flashing", "MotionSimulation", "Sound") if "no-animation" in passed else ()
    claimed = (
        ("text", True),
        (about_images if IMAGE in contents else "no_images", True),
        ("formulas", FORMULA in contents and "formulas-spoken" in passed),
        ("pages", PAGE_LIST in contents),
        ("index", INDEX in contents),
        ("certified", conforms),
        ("checked", clean and by is None),
        ("uncertified", not conforms),
    )
    summary = " ".join(word[f"accessible_{name}"] for name, is_so in claimed if is_so)
    return Accessibility(
        summary=metadata.accessibility.summary or summary.format(name=by.text if by else ""),
        modes=senses,
        sufficient=(*alone, "textual,visual") if IMAGE in contents else alone,
        features=features(contents, passed),
        hazards=tuple(f"no{danger}Hazard" for danger in dangers) or ("unknown",),
        conforms_to=STANDARD if conforms else "",
        audit=verdicts,
    )
