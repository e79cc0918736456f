"""Web pages and e-books that Chapbook made: what is of the page and not of the text is taken out,
and the rest marked so that the nodes it came from can be made of it (`own_nodes`)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.etree import _Element as Element

from pipeline.authoring.importing.article import drop
from pipeline.model.roles import ROLES

_GONE = frozenset(
    "page-mark visually-hidden skip tools title-block contents captions ways back note-number label"
    " downloads hint slot equation-number".split()
)
_GONE_ROLES = frozenset({"doc-backlink", "doc-pagebreak", "doc-toc"})
_MADE_PAGES = frozenset({"title-page", "imprint-page", "cover-page", "contents-page"})
HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")


def is_own(root: Element) -> bool:
    """Return whether Chapbook made a page."""
    return bool(root.xpath("//meta[@name='generator'][@content='Chapbook']"))


def is_made(body: Element) -> bool:
    """Return whether a page of an e-book is one that Chapbook generates from the metadata."""
    return bool(_MADE_PAGES.intersection(classes_of(body)))


def classes_of(element: Element) -> list[str]:
    return (element.get("class") or "").split()


def roles_of(element: Element) -> list[str]:
    """The roles of an element as a part of a book."""
    said = f"{element.get('epub:type') or ''} {element.get('role') or ''}"
    said += f" {element.get('{http://www.idpf.org/2007/ops}type') or ''}"
    names = said.replace("doc-", "").split()
    return [name for name in names if name in ROLES and name != "chapter"]


def prepare(root: Element) -> None:
    """Take out what is of the page, and mark what is of the text."""
    for element in [*root.iter()]:
        if not isinstance(element.tag, str):
            continue
        classes = classes_of(element)
        if _is_gone(element, classes):
            drop(element)
            continue
        match element.tag:
            case "section":
                _section(element, classes)
            case "label" if "writing-lines" in classes:
                _lines(element, classes)
            case "input":
                element.tag = "span"
                if "blank" not in classes:
                    element.set("class", "task open")
            case "div" if "index-list" in classes:
                _emptied(element, "index")
            case "p" if "writing-prompt" in classes:
                _emptied(element, "write-lines rows-3")
            case "legend":
                element.tag = "p"
                element.set("class", "prompt")
            case "label":
                element.tag = "span"
            case "fieldset":
                element.tag = "div"
            case "details" if "chart-data" in classes:
                element.tag = "div"
            case "figure" if "figures" in classes or "listing" in classes:
                element.tag = "div"
            case "figcaption" if (parent := element.getparent()) is not None:
                if parent.tag != "figure":
                    element.tag = "p"
                    element.set("class", "caption")
            case "aside" if "footnote" not in classes:
                element.tag = "div"
            case "figure" if width := width_in(classes):
                for image in element.iter("img"):
                    image.set("width", width)
            case "pre":
                element.set("class", _lines_of_code(element))
            case _:
                continue


def width_in(classes: Iterable[str]) -> str:
    """The width that a class says, in per cent."""
    found = (re.fullmatch(r"width-(\d+)(?:-(\d+))?pc", name) for name in classes)
    return next((f"{m[1]}.{m[2]}%" if m[2] else f"{m[1]}%" for m in found if m), "")


def _is_gone(element: Element, classes: list[str]) -> bool:
    if _GONE.intersection(classes) or element.get("role") in _GONE_ROLES:
        return True
    parent = element.getparent()
    if element.tag in ("footer", "header"):
        return parent is not None and parent.tag == "body"
    if element.tag == "summary":
        return parent is not None and "chart-data" in classes_of(parent)
    if element.tag == "input":  # choices are known by what holds them
        return "blank" not in classes and parent is not None and parent.tag != "li"
    return element.tag in ("nav", "select")


def _section(element: Element, classes: list[str]) -> None:
    """A section, whose heading has its id and says what part of the book it is."""
    heading = next((child for child in element if child.tag in HEADS), None)
    if heading is None:
        return
    if "notes" in classes:
        drop(heading)
        return
    kept = [name for name in classes if not name.startswith("level-")]
    kept += [name for name in roles_of(element) if name not in kept]
    heading.set("class", " ".join(kept))
    if (name := element.get("id")) and not heading.get("id"):
        heading.set("id", name)
    element.tag = "div"
    element.attrib.clear()


def _lines(element: Element, classes: list[str]) -> None:
    """Lines, or room, to write in: how much there is of it, is in the class."""
    area = element.find(".//textarea")
    rows = "" if area is None else area.get("rows") or ""
    kind = "space" if "writing-space" in classes else "lines"
    _emptied(element, f"write-{kind} rows-{rows if rows.isdecimal() else 3}")


def _emptied(element: Element, classes: str) -> None:
    """Make a division without content of an element."""
    tail = element.tail
    element.clear()
    element.tag, element.tail = "div", tail
    element.set("class", classes)


def _lines_of_code(element: Element) -> str:
    """The classes that say the number of the first line, and which are marked."""
    numbers = [e.get("data-line") or "" for e in element.iter("span", "mark") if e.get("data-line")]
    marked = [e.get("data-line") or "" for e in element.iter("mark")]
    return f"first-{numbers[0] if numbers else 0} marked-{'-'.join(marked)}"
