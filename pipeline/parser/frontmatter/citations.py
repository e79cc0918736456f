"""Front matter about citations: the files that describe works, the style, what is listed
though nobody cites it."""

from __future__ import annotations

import re

from pipeline.codes import Code
from pipeline.metadata import Placed
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.paths import is_address, leads_out
from pipeline.parser.frontmatter.values import Report, text, texts
from pipeline.parser.frontmatter.yaml_nodes import Node, Place

SUFFIXES = (".bib", ".bibtex", ".json", ".yaml", ".yml")


def bibliography(node: Node, report: Report, key: str) -> tuple[Placed, ...]:
    found = []
    for path, place in texts(node, report, key):
        if not _is_inside(path, place, report):
            continue
        if not path.lower().endswith(SUFFIXES):
            hint = "Give a BibTeX file (.bib) or one of CSL's data (.json, .yaml)."
            report.wrong(key, f"`{shorten(path)}` is no file of works.", place, hint)
            continue
        found.append(Placed(path, place.line, place.column))
    return tuple(dict.fromkeys(found))


def style(node: Node, report: Report, key: str) -> Placed | None:
    value = text(node, report, key)
    if value is None:
        return None
    # Zotero's address of a style is its name as well.
    name = re.sub(r"^https?://(?:www\.)?zotero\.org/styles/", "", value)
    is_file = name.lower().endswith(".csl")
    if is_file and not _is_inside(name, node.place, report):
        return None
    if not is_file and not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name, re.ASCII):
        hint = "Write it like `apa` or `chicago-author-date`, or give a file that ends in .csl."
        report.wrong(key, f"`{shorten(value)}` is no name of a style.", node.place, hint)
        return None
    return Placed(name if is_file else name.lower(), node.place.line, node.place.column)


def nocite(node: Node, report: Report, key: str) -> tuple[Placed, ...]:
    words = ((word.strip().removeprefix("@"), place) for word, place in texts(node, report, key))
    return tuple(Placed(word, place.line, place.column) for word, place in words if word)


def _is_inside(path: str, place: Place, report: Report) -> bool:
    """Whether a path stays in the source's folder; says so where it does not."""
    if is_address(path) or leads_out(path):
        hint = "Save a copy beside the source, and give its path from there."
        message = f"“{shorten(path)}” is not in the source's folder."
        report.add(Code.OUTSIDE_FOLDER, message, place, hint)
        return False
    return True
