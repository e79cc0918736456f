"""Reads the text of finished files in reading order."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any, BinaryIO
from urllib.parse import unquote

from lxml import etree, html

from pipeline.model.page_map import letters, printed_letters
from pipeline.package.units import DrawnText
from pipeline.verify.package import XHTML, read_package
from pipeline.verify.page_content import PageLayout, TextRun
from pipeline.verify.positioned_xml import EPUB_TYPE, kinds, words
from pipeline.verify.zip_reading import Archive, BrokenBook

PASSED_OVER = ("head", "nav", "script", "style", "template", "math", "svg", "select")
"""Elements that hold no text of the document, or hold it in another form, or again."""

SIGNS = frozenset("doc-noteref noteref doc-backlink backlink doc-pagebreak pagebreak".split())
"""Signs that lead from the text to a note, back, or say where a page begins."""


class UnreadableFile(ValueError):  # noqa: N818
    """The file is damaged; `pipeline.verify.check` says how."""


def text_of_pages(read: Callable[[str], bytes], name: str) -> DrawnText:
    """The letters of a web page, or a site, from page to page. Raises `UnreadableFile`."""
    # quicker than the parser that finds the position of each fault
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    roots: dict[str, Any] = {}
    try:
        while name and name not in roots:
            roots[name] = root = html.document_fromstring(read(name), parser)
            ways = (link for link in root.iter("link") if "next" in words(link, "rel"))
            name = next((PurePath(unquote(link.get("href", ""))).name for link in ways), "")
    except (etree.LxmlError, OSError) as error:
        raise UnreadableFile(str(error)) from error
    return _letters_of(roots.values())


def text_of_book(file: Path | BinaryIO) -> DrawnText:
    """The letters of an e-book, in the order of its spine. Raises `UnreadableFile`."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True
    )
    try:
        with Archive(file) as archive:
            package = read_package(archive)
            names = (name for name in package.spine if package.items[name] == XHTML)
            roots = [etree.fromstring(archive.read(name), parser) for name in names]
    except (etree.LxmlError, BrokenBook) as error:
        raise UnreadableFile(str(error)) from error
    return _letters_of(roots)


_ANY_SPACE = tuple(f"{{*}}{name}" for name in PASSED_OVER)
_NAMED = etree.XPath("//*[@role or @e:type]", namespaces={"e": EPUB_TYPE[1:].partition("}")[0]})
_DESCRIBED = etree.XPath("//*[@alt]")


def _letters_of(roots: Iterable[Any]) -> DrawnText:
    """The letters of pages in the order of reading; of an image, those of its alternative."""
    pieces = list[str]()
    for root in roots:
        signs = (element for element in _NAMED(root) if not SIGNS.isdisjoint(kinds(element)))
        for element in (*root.iter(*_ANY_SPACE), *signs):
            element.clear(keep_tail=True)
        for image in _DESCRIBED(root):
            image.text = f"{image.get('alt')}{image.text or ''}"
        pieces += root.itertext()
    content = letters("".join(pieces))
    return DrawnText(content, content)


# --- PDF ----------------------------------------------------------------------------------

NOTE = "Note"
NOT_TEXT = ("TOC", "Figure", "Formula", "Reference")
"""Elements that hold no text of the document, or lead from the text to a note."""


def text_of_pdf(path: Path) -> DrawnText:
    """The letters of a tagged PDF, and of its notes. Raises `UnreadableFile`."""
    from pipeline.verify.seen import UnreadablePdf, read_pages

    try:
        pages = read_pages(path, coloured=False)
    except UnreadablePdf as error:
        raise UnreadableFile(str(error)) from error
    runs = list(_in_order(pages))
    text, notes = (
        "".join(run.text for run in runs if _is_note(run) is is_note) for is_note in (False, True)
    )
    return DrawnText(printed_letters(text), printed_letters(notes))


def _in_order(pages: Iterable[PageLayout]) -> Iterator[TextRun]:
    """The tagged text in reading order. A table row that goes on has parts of each cell on both
    pages, which are joined by column."""
    row: list[TextRun] = []
    for page in pages:
        tagged = [run for run in page.runs if run.element and _is_text(run)]
        tagged.sort(key=lambda run: run.element.order if run.element else 0)
        head = len(list(itertools.takewhile(_is_in_row_of(tagged[:1]), tagged)))
        if row and head and _row_roles(row[0]) == _row_roles(tagged[0]):
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


def _row_roles(run: TextRun) -> tuple[str, ...]:
    """The roles from the outermost to that of the row, which parts of one row have in common, and
    the last row of a table and the head of the next have not."""
    roles = run.element.roles if run.element else ()
    return roles[: len(roles) - roles[::-1].index("TR")] if "TR" in roles else ()


def _column(run: TextRun) -> int:
    return run.element.cell.column if run.element and run.element.cell else 0


def _is_note(run: TextRun) -> bool:
    return bool(run.element and run.element.within(NOTE))


def _is_text(run: TextRun) -> bool:
    assert run.element is not None
    is_number = (NOTE, "Lbl") in itertools.pairwise(run.element.roles)
    return not is_number and not run.element.within(*NOT_TEXT)
