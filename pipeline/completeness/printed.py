"""The text of a finished PDF, as its tags put it into order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.completeness.passages import Passage
from pipeline.completeness.texts import Texts, UnreadableFile
from pipeline.pagination import letters

if TYPE_CHECKING:
    from pipeline.preflight.layout import Run

NOTE = "Note"
PASSED_OVER = ("TOC", "Figure", "Formula", "Reference")
"""What holds no text of the document, or leads from the text to a note."""

HYPHENS = dict.fromkeys(map(ord, "-\u2010\u2011\ufffe\u0002"))
"""What may come at the end of a line that a word goes on after, and as PDFium gives it."""

EMOJI = re.compile(
    "[#*0-9]\ufe0f?\u20e3|[\u200d\ufe0f\u231a-\u23ff\u25aa-\u27bf\u2b05-\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff\U000e0020-\U000e007f\ufffd]"
)
"""Emoji, and the signs that join them."""

IN_ORDER = ("LATIN", "GREEK", "CYRILLIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL")
"""Scripts whose signs stand on the page as they are written, one after the other."""


def text_of_pdf(path: Path) -> Texts:
    """The letters of a tagged PDF and of its notes, as `as_printed` has them. Raises
    `UnreadableFile`."""
    from pipeline.preflight.reading import UnreadablePdf, read_pages

    try:
        pages = read_pages(path)
    except UnreadablePdf as error:
        raise UnreadableFile(str(error)) from error
    text, notes = list[str](), list[str]()
    for page in pages:
        tagged = [(run.element.order, run) for run in page.runs if run.element]
        for _, run in sorted(tagged, key=lambda one: one[0]):
            if _is_text(run):
                (notes if run.element and run.element.within(NOTE) else text).append(run.text)
    return Texts(as_printed("".join(text)), as_printed("".join(notes)))


def _is_text(run: Run) -> bool:
    assert run.element is not None
    roles = run.element.roles
    return not run.element.within(*PASSED_OVER) and roles[-2:] != (NOTE, "Lbl")


def as_printed(text: str) -> str:
    """The letters of a text without what print changes (ligatures, capitals, hyphens), and
    without emoji, of which PDFium gives only parts."""
    found = letters(unicodedata.normalize("NFKC", EMOJI.sub("", text)))
    return found.casefold().translate(HYPHENS)


def printed(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The passages as they can be found in print. Those in scripts whose signs change places on
    the page are left out: what a PDF says of their order is not to be relied on; and where text
    is read from right to left, so are digits and signs."""
    for passage in passages:
        found = as_printed(passage.text)
        if found and all(_keeps_order(sign, passage.rtl) for sign in passage.letters):
            yield passage._replace(letters=found)


def _keeps_order(sign: str, rtl: bool) -> bool:
    return (not rtl and not sign.isalpha()) or unicodedata.name(sign, "").startswith(IN_ORDER)
