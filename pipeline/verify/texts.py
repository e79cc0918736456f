"""Reads the text of finished web pages and e-books in reading order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path, PurePath
from typing import Any, BinaryIO
from urllib.parse import unquote

from lxml import etree, html

from pipeline.model.page_map import FORMULA, letters
from pipeline.package.units import DrawnText
from pipeline.verify.package import XHTML, read_package
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
    """The letters of pages in the order of reading; of an image, those of its alternative, and a
    sign for each formula."""
    pieces = list[str]()
    for root in roots:
        signs = (element for element in _NAMED(root) if not SIGNS.isdisjoint(kinds(element)))
        for element in (*root.iter(*_ANY_SPACE), *signs):
            element.clear(keep_tail=True)
            if etree.QName(element).localname == "math":
                element.text = FORMULA
        for image in _DESCRIBED(root):
            image.text = f"{image.get('alt')}{image.text or ''}"
        pieces += root.itertext()
    content = letters("".join(pieces))
    return DrawnText(content, content)
