"""Reads the markup of the print edition, and readies it for WeasyPrint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

XHTML = "{http://www.w3.org/1999/xhtml}"

ASSET = "asset:"
"""The scheme of the addresses that images get. It names no place, so that nothing but what
the packager serves can be reached; links keep the address they have."""


def replace_characters(root: Element, characters: Iterable[str]) -> None:
    """Put the replacement character for each of ``characters``, in all text."""
    table = dict.fromkeys(map(ord, characters), "\N{REPLACEMENT CHARACTER}")
    if not table:
        return
    for element in root.iter():
        element.text = element.text and element.text.translate(table)
        element.tail = element.tail and element.tail.translate(table)


def parse(markup: str) -> Element:
    """The tree of an XHTML page, with bare names. Raises `ElementTree.ParseError`."""
    root = ElementTree.fromstring(markup)
    for element in root.iter():
        element.tag = element.tag.removeprefix(XHTML)
    return root


def ready(root: Element) -> None:
    """Say in the tree what WeasyPrint would otherwise not know: where images are, what
    number a list starts from, and what the outline calls a heading that has a note."""
    for element in root.iter():
        match element.tag:
            case "img":
                element.set("src", ASSET + element.get("src", ""))
            case "ol" if (start := element.get("start")) is not None:
                element.set("style", f"counter-reset: list-item {int(start) - 1}")
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if has_note(element):
                element.set("data-outline", text_of(element))


def classes(element: Element) -> frozenset[str]:
    return frozenset(element.get("class", "").split())


def has_note(element: Element) -> bool:
    return any("note-call" in classes(inner) for inner in element.iter("a"))


def text_of(element: Element) -> str:
    """The text of an element as it is read aloud: with the alternatives of images, and
    without notes."""
    return " ".join("".join(_texts(element)).split())


def _texts(element: Element) -> Iterator[str]:
    if element.tag == "img":
        yield element.get("alt", "")
    yield element.text or ""
    for child in element:
        if "note-call" not in classes(child):
            yield from _texts(child)
        yield child.tail or ""
