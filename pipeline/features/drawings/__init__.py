"""SVG files: made safe to show everywhere, and their sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from pipeline.features.drawings.svg_cleaning import (
    SVG_NAMESPACE,
    clean,
    without_alternatives,
    without_notes,
    written,
)
from pipeline.features.drawings.svg_families import name_families
from pipeline.model.late import late
from pipeline.resolve.images import UnsafeSvgError

NAMESPACE = f"{{{SVG_NAMESPACE}}}"
XLINK = "{http://www.w3.org/1999/xlink}"

MOST_DRAWN = 200_000
"""The maximum number of elements drawn, reused ones each time. Maps have ten thousand."""

DEEPEST = 200
"""Elements within each other."""

# CSS pixels in a unit of length; em and ex are taken at the initial font size.
PIXELS = {
    "": 1.0, "px": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6,
    "pt": 96 / 72, "pc": 16.0, "em": 16.0, "ex": 8.0,
}  # fmt: skip


INITIAL_SIZE = 16.0
"""The default height of letters, in CSS pixels."""

LONGEST_LENGTH = 60
"""The maximum number of characters in a length."""

_NUMBER = r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d{1,2}+)?"
_BOX = late(rf"\s*{_NUMBER}(?:(?:\s++,?|,)\s*+{_NUMBER}){{3}}\s*")
_ZERO = late(r"[+-]?(?:0++\.?0*+|\.0++)(?:[a-zA-Z]{1,2}|%)?")
_FONT_SIZE = late(r"font-size\s*:\s*([^;}\s]+)")


class _Builder(TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self.removed: list[str] = []
        self.noted = False

    def pi(self, target: str, text: str | None = None) -> Element:
        if target == "xml-stylesheet":
            self.removed.append("a style sheet of its own")
        return super().pi(target, text)

    def comment(self, text: str | None) -> Element:
        self.noted = True
        return super().comment(text)

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        self.noted = True


class _Drawing(NamedTuple):
    """Width and height in CSS pixels, 0 each if the file does not state them; the height of its
    smallest letters relative to its width, 0 if there are none; anything that was ``removed``, and
    the cleaned file, without comments and notes and with available font families, if it differs."""

    width: int
    height: int
    letters: float
    removed: tuple[str, ...] = ()
    data: bytes = b""


def read_svg(data: bytes) -> _Drawing:
    """The size of the drawing, and the file without anything that could run code or load other
    files. Raises `UnsafeSvgError` if its content cannot be known, and `ValueError` if it is not
    SVG."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=False, forbid_entities=True)
    try:
        parser.feed(data)
        root = parser.close()
    except DefusedXmlException:
        raise UnsafeSvgError("entities declared in a DOCTYPE") from None
    except (ParseError, LookupError, ValueError) as error:
        raise ValueError(f"it is not well-formed XML ({error})") from None
    if root.tag != f"{NAMESPACE}svg":
        raise ValueError("its root is not `svg` in the namespace of SVG")
    if _depth(root) > DEEPEST or _count_of_elements(root) > MOST_DRAWN:
        raise ValueError("it draws too much for a page")
    if (box := root.get("viewBox")) and not _BOX.fullmatch(box):
        raise ValueError("its `viewBox` is not four numbers")
    sides = (root.get("width", ""), root.get("height", ""), *_view_box(root)[2:])
    if any(_ZERO.fullmatch(side.strip()) for side in sides):
        raise ValueError("its width or height is 0, so nothing of it shows")
    chosen = without_alternatives(root)
    removed = tuple(dict.fromkeys((*builder.removed, *clean(root))))
    changed = any((chosen, without_notes(root), name_families(root), builder.noted, removed))
    return _Drawing(*_size(root), _letters(root), removed, written(root) if changed else b"")


def _depth(root: Element) -> int:
    """The nesting depth of elements."""
    deepest, level = 0, [root]
    while level:
        deepest += 1
        level = [child for element in level for child in element]
    return deepest


def _count_of_elements(root: Element) -> int:
    """The number of elements drawn, counting each use of a reused one; more than `MOST_DRAWN` if
    elements use each other in a circle."""
    ids = {element.get("id"): element for element in root.iter()}
    counts: dict[Element, int] = {}
    waiting, open_ = [root], set()
    while waiting:
        element = waiting[-1]
        parts = list(element)
        if element.tag == f"{NAMESPACE}use":
            address = element.get("href") or element.get(f"{XLINK}href") or ""
            used = ids.get(address.strip().removeprefix("#"))
            parts += [used] if used is not None else []
        missing = [part for part in parts if part not in counts]
        if any(part in open_ for part in missing):
            return MOST_DRAWN + 1
        if missing:
            open_.add(element)
            waiting += missing
        else:
            counts[element] = 1 + sum(counts[part] for part in parts)
            open_.discard(element)
            waiting.pop()
    return counts[root]


def _view_box(root: Element) -> list[str]:
    return re.split(r"[\s,]+", root.get("viewBox", "").strip())


def _size(root: Element) -> tuple[int, int]:
    width, height = _length(root.get("width")), _length(root.get("height"))
    numbers = [_length(number) for number in _view_box(root)]
    if len(numbers) == 4 and numbers[2] > 0 and numbers[3] > 0:
        ratio = numbers[2] / numbers[3]
        if width and not height:
            height = width / ratio
        elif height and not width:
            width = height * ratio
        elif not width:
            width, height = numbers[2], numbers[3]
    return round(width), round(height)


def _letters(root: Element) -> float:
    """The height of the smallest letters relative to the width. Every size in a style sheet counts;
    transformations are ignored."""
    width = _length((_view_box(root) + [""] * 3)[2])
    sizes = list(_text_sizes(root, INITIAL_SIZE))
    for style in root.iter(f"{NAMESPACE}style"):
        sizes += [_length(size) for size in _FONT_SIZE.findall(style.text or "")] if sizes else ()
    sizes = [size for size in sizes if size]
    width = width or _length(root.get("width"))
    return round(min(sizes) / width, 4) if sizes and width else 0.0


def _text_sizes(element: Element, inherited: float) -> Iterator[float]:
    """The sizes of the letters within an element."""
    stack = [(element, inherited)]
    while stack:
        element, inherited = stack.pop()
        styled = _FONT_SIZE.search(element.get("style", ""))
        size = _length(styled[1] if styled else element.get("font-size")) or inherited
        if (
            element.tag in (f"{NAMESPACE}text", f"{NAMESPACE}tspan")
            and (element.text or "").strip()
        ):
            yield size
        stack += [(child, size) for child in element]


def _length(value: str | None) -> float:
    """A length in CSS pixels, 0 if it is not one, or relative to its surroundings."""
    text = (value or "").strip()
    if len(text) > LONGEST_LENGTH:
        return 0.0
    match = re.fullmatch(
        r"(\+?(?:\d++(?:\.\d++)?|\.\d++)(?:[eE][+-]?\d{1,2})?)\s*([a-zA-Z]*)", text
    )
    if not match or match[2].lower() not in PIXELS:
        return 0.0
    return min(float(match[1]) * PIXELS[match[2].lower()], 1_000_000.0)
