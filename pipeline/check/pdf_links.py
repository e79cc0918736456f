"""Where the links and the outline of a PDF lead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.check.findings import Findings, quoted
from pipeline.check.pdf_objects import elements, entry, identity, text, visit


def check_links(pdf: pikepdf.Pdf, findings: Findings, pages: dict[tuple[int, int], int]) -> int:
    """Check the links on the pages and the entries of the outline; how many entries it has.

    ``pages`` has the numbers of the pages.
    """
    goals = _Goals(pdf, pages)
    for page in pdf.pages:
        number = pages[identity(page.obj)]
        for annotation in elements(entry(page.obj, "/Annots")):
            if text(entry(annotation, "/Subtype")) != "/Link":
                continue
            if problem := goals.problem(annotation):
                findings.error(
                    f"A link on page {number} {problem}.", "Correct it, or leave it out."
                )
    entries = 0
    top = elements(entry(entry(pdf.Root, "/Outlines"), "/First"))
    for item in visit(top, lambda item: (entry(item, "/First"), entry(item, "/Next"))):
        entries += 1
        title = quoted(text(entry(item, "/Title")))
        if title == quoted(""):
            findings.error("An entry of the outline has no text.", "Name it.")
        if problem := goals.problem(item):
            findings.error(f"The entry {title} of the outline {problem}.", "Correct it.")
    return entries


class _Goals:
    """The places that links can lead to."""

    def __init__(self, pdf: pikepdf.Pdf, pages: dict[tuple[int, int], int]) -> None:
        self._pages = pages
        names = entry(entry(pdf.Root, "/Names"), "/Dests")
        self._named = dict(_names(names))
        self._old = entry(pdf.Root, "/Dests")

    def problem(self, link: Any) -> str:
        """What is wrong with where a link leads; "" if nothing."""
        action = entry(link, "/A")
        if action is None:
            return self._destination(entry(link, "/Dest"))
        match text(entry(action, "/S")):
            case "/GoTo":
                if entry(action, "/SD") is not None and entry(action, "/D") is None:
                    return self._destination(entry(action, "/SD"))
                return self._destination(entry(action, "/D"))
            case "/URI":
                return "" if text(entry(action, "/URI")).strip() else "has no address"
            case kind:
                return f"does not lead to a place but does something ({quoted(kind.lstrip('/'))})"

    def _destination(self, goal: Any) -> str:
        if isinstance(goal, pikepdf.String):
            name, goal = text(goal), self._named.get(bytes(goal))
        elif isinstance(goal, pikepdf.Name):
            name, goal = text(goal).lstrip("/"), entry(self._old, text(goal))
        else:
            name = ""
        if isinstance(goal, pikepdf.Dictionary):
            goal = entry(goal, "/D")
        first = next(elements(goal), None)
        if identity(first) in self._pages or text(entry(first, "/Type")) == "/StructElem":
            return ""
        if name:
            return f"leads to {quoted(name)}, which is not there"
        return "leads nowhere" if first is None else "leads to a page that is not there"


def _names(tree: Any) -> Iterator[tuple[bytes, Any]]:
    """The entries of a name tree."""
    for node in visit((tree,), lambda node: elements(entry(node, "/Kids"))):
        found = list(elements(entry(node, "/Names")))
        for key, value in zip(found[::2], found[1::2], strict=False):
            if isinstance(key, pikepdf.String):
                yield bytes(key), value
