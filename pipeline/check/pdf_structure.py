"""The structure tree of a PDF: what a person hears who listens to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pikepdf

from pipeline.check.findings import Findings
from pipeline.check.pdf_objects import elements, entry, identity, text, visit

_HEADING = re.compile(r"/H([1-9]\d?)\Z")


ILLUSTRATIONS = frozenset({"/Figure", "/Formula"})


class Drawn(NamedTuple):
    """A figure or formula: the number of its page, the corners of its place, what it is for
    those who do not see it."""

    page: int
    box: tuple[float, ...]
    alt: str


class Structure(NamedTuple):
    """How many ``headings`` there are, the ``pages`` (as `identity`) with content, and what is
    drawn, in the order of reading."""

    headings: int = 0
    pages: frozenset[tuple[int, int]] = frozenset()
    drawn: tuple[Drawn, ...] = ()


def read_structure(
    catalog: Any, findings: Findings, pages: dict[tuple[int, int], int]
) -> Structure:
    """Check headings and figures. ``pages`` has the numbers of the pages."""
    root = entry(catalog, "/StructTreeRoot")
    if entry(root, "/K") is None:
        findings.error(
            "The document has no structure.",
            "Without tags nobody can listen to it in order: make a tagged PDF.",
        )
        return Structure()
    roles = entry(root, "/RoleMap")
    used: set[tuple[int, int]] = set()
    drawn: list[Drawn] = []
    last = headings = 0
    for element in visit(elements(entry(root, "/K")), _children):
        page = entry(element, "/Pg")
        used.update(_pages(element, page))
        role = _role(text(entry(element, "/S")), roles)
        where = f" (page {pages[identity(page)]})" if identity(page) in pages else ""
        if role == "/Figure" and not _is_described(element):
            findings.error(
                f"A figure has no text alternative{where}.",
                "Say in `Alt` what it shows, or make it an artifact if it only decorates.",
            )
        box = _box(element) if role in ILLUSTRATIONS and identity(page) in pages else ()
        if box:
            drawn.append(Drawn(pages[identity(page)], box, text(entry(element, "/Alt"))))
        if match := _HEADING.match(role):
            headings += 1
            level = int(match[1])
            if level > last + 1:
                before = f"after one of level {last}" if last else "as the first"
                findings.error(
                    f"A heading of level {level} stands {before}{where}.",
                    f"Make it a heading of level {last + 1}.",
                )
            last = level
    return Structure(headings, frozenset(used), tuple(drawn))


def _children(element: Any) -> Iterator[Any]:
    """The structure elements that are directly in one."""
    for kid in elements(entry(element, "/K")):
        if isinstance(kid, pikepdf.Dictionary) and entry(kid, "/S") is not None:
            yield kid


def _pages(element: Any, page: Any) -> Iterator[tuple[int, int]]:
    """The pages that hold content of an element itself."""
    for kid in elements(entry(element, "/K")):
        if isinstance(kid, int):
            yield identity(page)
        elif entry(kid, "/MCID") is not None:
            yield identity(entry(kid, "/Pg") or page)


def _box(element: Any) -> tuple[float, ...]:
    """The place on its page that an element says it has (ISO 32000-1, section 14.8.5.4)."""
    for attributes in elements(entry(element, "/A")):
        found = tuple(map(float, elements(entry(attributes, "/BBox"))))
        if len(found) == 4:
            return found
    return ()


def _role(name: str, roles: Any) -> str:
    """The standard type that a type stands for."""
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        name = text(entry(roles, name)) or name
    return name


def _is_described(element: Any) -> bool:
    return any(text(entry(element, key)).strip() for key in ("/Alt", "/ActualText"))
