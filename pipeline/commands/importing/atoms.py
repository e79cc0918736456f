"""Pieces of text with their formats, and the elements of HTML that they become."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.draft import (
    append_text,
)

# --- atoms -----------------------------------------------------------------------------------
#
# Pieces of text with their formats, and the elements of HTML that they become.

FORMATS = ("ins", "del", "link", "lang", "strong", "em", "u", "s", "mark", "raised", "caps", "code")
"""The formats of text, from the outermost element to the innermost."""

Formats: TypeAlias = tuple[tuple[str, str], ...]


class Atom(NamedTuple):
    """A piece of text, or an element, and how it is formatted."""

    content: str | Element
    formats: Formats = ()


def fill(element: Element, atoms: Sequence[Atom], formats: Sequence[str] = FORMATS) -> None:
    """Put pieces into an element, in as few elements of formats as may be."""
    if not formats:
        for atom in atoms:
            if isinstance(atom.content, str):
                append_text(element, atom.content)
            else:
                element.append(atom.content)
        return
    for value, run in groupby(atoms, lambda atom: dict(atom.formats).get(formats[0], "")):
        inner = element if not value else _element(element, formats[0], value)
        fill(inner, list(run), formats[1:])


def last_or_new(parent: Element, tag: str) -> Element:
    """The last element of another if it has this tag, or else a new one there."""
    last = parent[-1] if len(parent) else None
    return last if last is not None and last.tag == tag else etree.SubElement(parent, tag)


def set_numbering(listed: Element, sort: str, around: str) -> None:
    """Let a list count in letters or numerals of a style (``a``, ``A``, ``i``, ``I``), with their
    punctuation."""
    if sort in ("a", "A", "i", "I"):
        listed.set("type", sort)
    if around.endswith(")"):
        listed.set("class", "in-brackets" if around.startswith("(") else "closed")


def number_by(listed: Element, mark: str) -> None:
    """Number a list as the mark of its first item does: ``a)``, ``3.``, ``(iv)``."""
    first = mark.strip("(.) ")
    if not re.fullmatch(r"\d{1,4}|[a-zA-Z]{1,4}", first):
        return
    sort = first[0] if first in "aAiI" else "a" if first.islower() else "A"
    set_numbering(listed, "" if first.isdigit() else sort, mark)
    start = int(first) if first.isdigit() else "abcdefgh".find(first.lower()) + 1
    if start > 1:
        listed.set("start", str(start))


def _element(parent: Element, format: str, value: str) -> Element:
    match format:
        case "link":
            return etree.SubElement(parent, "a", href=value)
        case "lang":
            return etree.SubElement(parent, "span", lang=value)
        case "caps":
            return etree.SubElement(parent, "span", {"class": "small-caps"})
        case "raised":
            return etree.SubElement(parent, value)
        case "ins":
            return etree.SubElement(parent, "ins", datetime="")
        case _:
            return etree.SubElement(parent, format)
