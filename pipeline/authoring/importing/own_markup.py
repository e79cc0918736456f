"""Web pages and e-books made by Chapbook: page furniture is removed, and the rest is marked so that
the original nodes can be restored (`own_nodes`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.authoring.importing.article import HEADS, drop
from pipeline.model.roles import ROLES

_DROPPED = frozenset(
    "page-mark visually-hidden skip tools title-block contents captions ways back note-number label"
    " downloads hint slot equation-number line-number".split()
)
_DROPPED_ROLES = frozenset({"doc-backlink", "doc-pagebreak", "doc-toc"})
_GENERATED_PAGES = frozenset({"title-page", "imprint-page", "cover-page", "contents-page"})
DRAWN = 6
"""The default height of space for drawing, in rows."""


def is_own(root: Element) -> bool:
    """Return whether Chapbook made a page."""
    return bool(root.xpath("//meta[@name='generator'][@content='Chapbook']"))


def is_generated(body: Element) -> bool:
    """Return whether Chapbook generates a page of an e-book from the metadata."""
    return bool(_GENERATED_PAGES.intersection(classes_of(body)))


def classes_of(element: Element) -> list[str]:
    return (element.get("class") or "").split()


def roles_of(element: Element) -> list[str]:
    """The roles of an element as a part of a book."""
    said = f"{element.get('epub:type') or ''} {element.get('role') or ''}"
    said += f" {element.get('{http://www.idpf.org/2007/ops}type') or ''}"
    names = said.replace("doc-", "").split()
    return [name for name in names if name in ROLES and name != "chapter"]


class OwnPage(NamedTuple):
    """Facts about a text from other parts of its page: the entries of its index, by the ids of
    marks, and the entries that refer to others (``see``); whether sections are numbered."""

    entries: dict[str, list[str]]
    see: list[tuple[str, str]]
    has_numbers: bool


def prepare(root: Element) -> OwnPage:
    """Remove page furniture, and mark the content."""
    page = _own_page(root)
    _mark_terms(root)
    etree.strip_tags(root, "bdi")  # around what is from left to right in Arabic
    for element in [*root.iter()]:
        if not isinstance(element.tag, str):
            continue
        classes = classes_of(element)
        if _is_dropped(element, classes):
            drop(element)
            continue
        match element.tag:
            case "div" | "section" if "index-list" in classes:
                _emptied(element, "index")
            case "section":
                _section(element, classes)
            case "label" if "writing-lines" in classes:
                _lines(element, classes)
            case "input":
                element.tag = "span"
                if "blank" not in classes:
                    element.set("class", "task open")
            case "div" if "numbered-lines" in classes:
                _numbered(element, classes)
            case "p" if "writing-prompt" in classes:
                rows = DRAWN if "writing-space" in classes else 3
                _emptied(element, _room(rows, classes))
            case "legend":
                element.tag = "p"
                element.set("class", "prompt")
            case "a" if "biblioref" in classes:
                element.tag = "span"
            case "code" | "kbd" | "samp" | "a":
                element.attrib.pop("dir", None)
            case "label":
                element.tag = "span"
            case "fieldset":
                element.tag = "div"
            case "details" if "chart-data" in classes:
                element.tag = "div"
            case "details" if "box" in classes:
                element.tag = "div"
                fold = "open" if element.get("open") is not None else "closed"
                element.set("class", " ".join((*classes, f"fold-{fold}")))
            case "summary" if "box-title" in classes:
                element.tag = "p"
            case "figure" if "figures" in classes or "listing" in classes:
                element.tag = "div"
            case "figcaption" if (parent := element.getparent()) is not None:
                if parent.tag != "figure":
                    element.tag = "p"
                    element.set("class", "caption")
            case "aside" if "footnote" not in classes:
                element.tag = "div"
            case "pre":
                element.set("class", _lines_of_code(element))
            case _:
                continue
    return page


def _mark_terms(root: Element) -> None:
    """Mark the words that a glossary explains; the title of one in another form is its own."""
    terms = {f"#{e.get('id')}": "".join(e.itertext()) for e in root.iter("dfn")}
    known = {term.casefold(): term for term in terms.values()}
    for use in root.xpath(".//*[self::a or self::span][contains(@class, 'term')]"):
        classes = classes_of(use)
        if "term" not in classes:
            continue
        said = "".join(use.itertext()).casefold()
        term = known.setdefault(said, terms.get(use.attrib.pop("href", ""), ""))
        use.tag = "span"
        if not term:
            use.set("class", " ".join(name for name in classes if name != "term"))
        elif said != term.casefold():
            use.set("title", term)


def _own_page(root: Element) -> OwnPage:
    """The facts shown by the index and the headings."""
    numbered = root.xpath(".//section/*/span[@class='number']")
    found = OwnPage({}, [], bool(numbered))
    for number in numbered:
        drop(number)
    paths: dict[Element, str] = {}
    names: dict[str, str] = {}
    listed = root.xpath(".//*[contains(@class, 'index-list')]//li")
    for item in listed:
        term = next((e for e in item.iter("span") if "index-term" in classes_of(e)), item)
        above = next((paths[e] + "!" for e in item.iterancestors("li") if e in paths), "")
        paths[item] = above + re.sub(r"([!;])", r"\\\1", "".join(term.itertext()).strip())
        names[f"#{item.get('id')}"] = paths[item]
    for item in listed:
        for link in item.iterchildren("a"):
            found.entries.setdefault((link.get("href") or "")[1:], []).append(paths[item])
        for see in item.iterchildren("span"):
            if "see" in classes_of(see):
                others = list(see.iterchildren("a", "span"))
                said = [names.get(e.get("href") or "") or "".join(e.itertext()) for e in others]
                found.see.append((paths[item], "; ".join(said)))
    return found


def width_in(classes: Iterable[str]) -> str:
    """The width that a class specifies."""
    said = "".join(name for name in classes if re.match(r"width-\d", name))
    return said.removeprefix("width-").replace("-", ".").replace("pc", "%")


def _is_dropped(element: Element, classes: list[str]) -> bool:
    if _DROPPED.intersection(classes) or element.get("role") in _DROPPED_ROLES:
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
    """A section, whose heading gets its id and its role in the book."""
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
    """Writing lines or space, whose size is in the class."""
    area = element.find(".//textarea")
    rows = "" if area is None else area.get("rows") or ""
    number = int(rows) if rows.isdecimal() else 3
    _emptied(element, _room(number - ("writing-space" not in classes), classes))


def _room(rows: int, classes: list[str]) -> str:
    """The classes of room for some rows, to write or to draw."""
    what = "write-space" if "writing-space" in classes else "write-lines"
    return f"{what} rows-{rows}" + " squared" * ("squared" in classes)


def _numbered(element: Element, classes: list[str]) -> None:
    """Numbered lines: how often there is a number, and the first line's, are in classes."""
    lines = element.xpath(".//span[contains(@class, 'verse-line')]")
    shown: list[int] = []
    first = 1
    for at, line in enumerate(lines):
        for inner in line.iter("span"):
            said = "".join(inner.itertext()).strip()
            if "line-number" in classes_of(inner) and re.fullmatch("[0-9]{1,6}", said):
                shown.append(int(said))
                first = shown[-1] - at
                inner.tail = (inner.tail or "").lstrip()
            elif re.fullmatch("[0-9]{1,6}", inner.get("data-line", "")):
                first = int(inner.get("data-line", "")) - at
    numbers = range(first, first + len(lines))
    likely = (5, *range(1, 21), *shown[:1])
    every = next((e for e in likely if [n for n in numbers if not n % e] == shown), 5)
    element.set("class", " ".join((*classes, f"every-{every}", f"start-{first}")))


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
