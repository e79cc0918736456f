"""What the audit looks at, and what its rules find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

from pipeline.codes import Code
from pipeline.diagnostics import Span
from pipeline.model import Document, Node
from pipeline.pages import Page, Pages
from pipeline.tree import walk_spans, whole

XHTML = "{http://www.w3.org/1999/xhtml}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Markup(NamedTuple):
    """A page of the e-book, as it is rendered; ``broken`` says why it is no XML, and has nothing
    in it then."""

    name: str
    root: ET.Element
    broken: str = ""

    def elements(self, *names: str) -> Iterator[ET.Element]:
        """The elements of these names, in order; all where none is named."""
        wanted = {f"{XHTML}{name}" for name in names}
        return (e for e in self.root.iter() if not wanted or e.tag in wanted)


class Subject(NamedTuple):
    """An e-book before it is packaged: the resolved document, with all ``nodes`` of it, each with
    its place in the source or its nearest parent's; and the pages made of it."""

    document: Document
    nodes: tuple[tuple[Node, Span | None], ...]
    pages: Pages
    markup: tuple[Markup, ...]


class Failure(NamedTuple):
    """A thing that breaks a rule. One whose ``message`` is empty has been told of by an earlier
    stage."""

    message: str = ""
    span: Span | None = None
    hint: str = ""
    code: Code = Code.INACCESSIBLE_PAGE


class Outcome(NamedTuple):
    """How many things a rule looked at, and those that break it."""

    checked: int
    failures: tuple[Failure, ...] = ()


class Rule(NamedTuple):
    """``criteria`` are those of WCAG that it is about, or none where it is one of EPUB
    Accessibility alone."""

    name: str
    criteria: tuple[str, ...]
    check: Callable[[Subject], Outcome]


def subject(document: Document, pages: Pages) -> Subject:
    nodes = tuple(walk_spans(whole(document)))
    return Subject(document, nodes, pages, tuple(map(_read, pages.pages)))


def _read(page: Page) -> Markup:
    try:
        return Markup(page.name, ET.fromstring(page.markup))
    except ET.ParseError as error:
        return Markup(page.name, ET.Element(f"{XHTML}html"), str(error))


def text_of(element: ET.Element) -> str:
    """What is read aloud of an element: its text, and that of images and formulas in it."""
    parts = []
    for inner in element.iter():
        parts.append(inner.get("alt") or inner.get("alttext") or inner.get("aria-label") or "")
        parts.append(inner.text or "")
        if inner is not element:
            parts.append(inner.tail or "")
    return " ".join(" ".join(parts).split())
