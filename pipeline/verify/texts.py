"""Reads the text of finished files in reading order."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from pipeline.model.page_map import letters
from pipeline.verify.archive import BROKEN, Archive
from pipeline.verify.findings import FileFindings
from pipeline.verify.html import parse_html
from pipeline.verify.layout import PageLayout, TextRun
from pipeline.verify.markup import HTML, MATHML, SVG, MarkupError, kinds, words
from pipeline.verify.package import XHTML, read_package
from pipeline.verify.page import BACK_LINKS, REFERENCES
from pipeline.verify.passages import Passage

PASSED_OVER = frozenset(
    (
        *(f"{HTML}{name}" for name in "head nav script style template".split()),
        f"{MATHML}math",
        f"{SVG}svg",
    )
)
"""Elements that hold no text of the document, or hold it in another form."""

SIGNS = REFERENCES | BACK_LINKS | {"doc-pagebreak", "pagebreak"}
"""Signs that lead from the text to a note, back, or say where a page begins."""


class UnreadableFile(ValueError):  # noqa: N818
    """The file is damaged; `pipeline.verify.check` says how."""


class Texts(NamedTuple):
    """The letters of a file: of its text, and of its notes, which may be the same text."""

    text: str
    notes: str


def text_of_pages(path: Path) -> Texts:
    """The letters of a web page, or of a site, from its start page on from page to page. Raises
    `UnreadableFile`."""
    roots: dict[Path, Element] = {}
    next_one: Path | None = path
    try:
        while next_one and next_one not in roots:
            markup = next_one.read_bytes().decode("utf-8-sig", errors="replace")
            roots[next_one] = root = parse_html(markup).root
            ways = (link for link in root.iter(f"{HTML}link") if "next" in words(link, "rel"))
            href = next((link.get("href", "") for link in ways), "")
            next_one = path.with_name(PurePath(unquote(href)).name) if href else None
    except (MarkupError, OSError) as error:
        raise UnreadableFile(str(error)) from error
    return letters_of(roots.values())


def text_of_book(path: Path) -> Texts:
    """The letters of an e-book, in the order of its spine. Raises `UnreadableFile`."""
    try:
        with Archive(path, findings := FileFindings(str(path))) as archive:
            package = read_package(archive, findings)
            if package is None:
                raise UnreadableFile(str(path))
            roots = [
                archive.read_xml(name)
                for name in package.spine
                if package.items[name].media_type == XHTML
            ]
    except BROKEN as error:
        raise UnreadableFile(str(error)) from error
    return letters_of(root for root in roots if root is not None)


def letters_of(roots: Iterable[Element]) -> Texts:
    """The letters of pages in the order of reading."""
    found = letters("".join(text for root in roots for text in _texts(root)))
    return Texts(found, found)


def _texts(root: Element) -> Iterator[str]:
    """The text of an element; of an image, its alternative."""
    stack: list[Element | str] = [root]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
            continue
        if _is_read(top):
            yield from (top.get("alt", ""), top.text or "")
            for child in reversed(top):
                stack += (child.tail or "", child)


def _is_read(element: Element) -> bool:
    if element.tag in PASSED_OVER or not isinstance(element.tag, str):
        return False
    return SIGNS.isdisjoint(kinds(element))


# --- PDF ----------------------------------------------------------------------------------

NOTE = "Note"
NOT_TEXT = ("TOC", "Figure", "Formula", "Reference")
"""Elements that hold no text of the document, or lead from the text to a note."""

HYPHENS = dict.fromkeys(map(ord, "-\u2010\u2011\ufffe\u0002"))
"""Signs at the end of a line that a word goes on after, also as PDFium gives them."""

EMOJI = re.compile(
    "[#*0-9]\ufe0f?\u20e3|[\u200d\ufe0f\u231a-\u23ff\u25aa-\u27bf\u2b05-\u2b55\u3030\u303d\u3297\u3299"
    "\U00010000-\U0010ffff\ufffd]"
)
"""Emoji, the signs that join them, and all characters that are two units of UTF-16."""

IN_ORDER = ("LATIN", "GREEK", "CYRILLIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL")
"""Scripts whose characters are on the page in the order they are written."""


def text_of_pdf(path: Path) -> Texts:
    """The letters of a tagged PDF and of its notes, as `as_printed` has them. Raises
    `UnreadableFile`."""
    from pipeline.verify.seen import UnreadablePdf, read_pages

    try:
        pages = read_pages(path)
    except UnreadablePdf as error:
        raise UnreadableFile(str(error)) from error
    runs = list(_in_order(pages))
    text, notes = (
        "".join(run.text for run in runs if _is_note(run) is is_note) for is_note in (False, True)
    )
    return Texts(as_printed(text), as_printed(notes))


def _in_order(pages: Iterable[PageLayout]) -> Iterator[TextRun]:
    """The tagged text in reading order. A table row that goes on has parts of each cell on both
    pages, which are joined by column."""
    row: list[TextRun] = []
    for page in pages:
        tagged = [run for run in page.runs if run.element and _is_text(run)]
        tagged.sort(key=lambda run: run.element.order if run.element else 0)
        head = len(list(itertools.takewhile(_is_in_row_of(tagged[:1]), tagged)))
        if row and head:
            row = sorted((*row, *tagged[:head]), key=_column)
            tagged = tagged[head:]
        if tagged:
            yield from row
            tail = len(list(itertools.takewhile(_is_in_row_of(tagged[-1:]), reversed(tagged))))
            yield from tagged[: len(tagged) - tail]
            row = tagged[len(tagged) - tail :]
    yield from row


def _is_in_row_of(runs: Iterable[TextRun]) -> Callable[[TextRun], bool]:
    cells = [run.element.cell for run in runs if run.element and run.element.cell]
    return lambda run: any(
        run.element and run.element.cell and run.element.cell.row == cell.row for cell in cells
    )


def _column(run: TextRun) -> int:
    return run.element.cell.column if run.element and run.element.cell else 0


def _is_note(run: TextRun) -> bool:
    return bool(run.element and run.element.within(NOTE))


def _is_text(run: TextRun) -> bool:
    assert run.element is not None
    roles = run.element.roles
    return not run.element.within(*NOT_TEXT) and roles[-2:] != (NOTE, "Lbl")


def as_printed(text: str) -> str:
    """The letters of a text without what print changes (ligatures, capitals, hyphens), and without
    emoji, which PDFium only returns in part."""
    found = letters(unicodedata.normalize("NFKC", EMOJI.sub("", text)))
    return found.casefold().translate(HYPHENS)


def printed(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The passages as they can be found in print. Scripts whose characters are reordered on the
    page are left out, because a PDF does not define their order reliably; in right-to-left text, so
    are digits and signs."""
    for passage in passages:
        found = as_printed(passage.text)
        if found and all(_keeps_order(sign, passage.rtl) for sign in passage.letters):
            yield passage._replace(letters=found)


def _keeps_order(sign: str, rtl: bool) -> bool:
    return (not rtl and not sign.isalpha()) or unicodedata.name(sign, "").startswith(IN_ORDER)
