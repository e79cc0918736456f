"""SVG files: whether they are safe to show everywhere, and how large they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

NAMESPACE = "{http://www.w3.org/2000/svg}"
HTML_NAMESPACE = "{http://www.w3.org/1999/xhtml}"

ACTIVE = frozenset({"script", "foreignObject", "handler", "listener", "iframe", "object", "embed"})
"""Elements that run code or hold other documents."""

ANIMATIONS = frozenset({"animate", "set", "animateMotion", "animateTransform"})

# CSS pixels in a unit of length; em and ex are taken at the initial font size.
PIXELS = {
    "": 1.0,
    "px": 1.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "q": 96 / 101.6,
    "pt": 96 / 72,
    "pc": 16.0,
    "em": 16.0,
    "ex": 8.0,
}


INITIAL_SIZE = 16.0
"""CSS pixels that letters are high where nothing is said."""

_FONT_SIZE = re.compile(r"font-size\s*:\s*([^;}\s]+)")


class UnsafeSvgError(Exception):
    """The file holds something that no output shows; the message says what."""


class _Builder(TreeBuilder):
    def pi(self, target: str, text: str | None = None) -> Element:
        if target == "xml-stylesheet":
            raise UnsafeSvgError("a style sheet of its own")
        return super().pi(target, text)


def looks_like_svg(data: bytes) -> bool:
    """Whether the bytes may be an SVG file: whether they are marked-up text."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"<?xml", b"<svg", b"<!--", b"<!DOCTYPE svg")) or (
        b"<svg" in start and start.startswith(b"<")
    )


class Measures(NamedTuple):
    """Width and height in CSS pixels, 0 each where the file does not say; and how high its
    smallest letters are, as a part of the width, 0 where there are none."""

    width: int
    height: int
    letters: float


def measures(data: bytes) -> Measures:
    """What the file says of its size.

    Raises `UnsafeSvgError` where the file could run code or load others, and `ValueError` where
    it is not SVG.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=False, forbid_entities=True)
    try:
        parser.feed(data)
        root = parser.close()
    except DefusedXmlException:
        raise UnsafeSvgError("entities declared in a DOCTYPE") from None
    except (ParseError, LookupError, ValueError) as error:
        raise ValueError(f"it is not well-formed XML ({error})") from None
    if root.tag != f"{NAMESPACE}svg":
        raise ValueError("its root is not `svg` in the namespace of SVG")
    for element in root.iter():
        for reason in _dangers(element):
            raise UnsafeSvgError(reason)
    return Measures(*_size(root), _letters(root))


def _dangers(element: Element) -> Iterator[str]:
    """What of an element (not what is in it) no output shows."""
    name = element.tag.rpartition("}")[2]
    if name in ACTIVE or element.tag.startswith(HTML_NAMESPACE):
        yield f"a `{name}` element"
    if name == "style" and _loads(element.text or ""):
        yield "a style that loads another file"
    for key, value in element.attrib.items():
        attribute = key.rpartition("}")[2].lower()
        if attribute.startswith("on"):
            yield f"an event handler `{attribute}`"
        elif attribute in ("href", "src") and not _may_lead(value, name, key):
            yield f"a reference to something outside the file (`{value[:60]}`)"
        elif name in ANIMATIONS and attribute == "attributename" and _is_animated(value):
            yield f"an animation of `{value}`"
        elif attribute != "href" and _loads(value):
            yield "a style that loads another file"


def _is_animated(attribute: str) -> bool:
    name = attribute.strip().rpartition(":")[2].lower()
    return name in ("href", "src") or name.startswith("on")


def _may_lead(address: str, element: str, key: str) -> bool:
    """Whether an address stays in the file, or is that of a link to the web."""
    address = address.strip()
    if not address or address.startswith("#"):
        return True
    if element == "a":
        return address.lower().startswith(("http://", "https://", "mailto:"))
    return _is_image_data(address)


def _is_image_data(address: str) -> bool:
    return re.match(r"data:image/(png|jpeg|gif|webp)[;,]", address, re.IGNORECASE) is not None


def _loads(css: str) -> bool:
    """Whether CSS, in a style sheet or an attribute, loads anything from elsewhere."""
    if "(" not in css and "@" not in css:
        return False
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\\([0-9a-fA-F]{1,6})\s?", _unescape, css)
    if re.search(r"@import|(image-set|image|src)\s*\(", css, re.IGNORECASE):
        return True
    addresses = re.findall(r"url\(\s*[\"']?\s*([^\"')]*)", css, re.IGNORECASE)
    return not all(address.startswith("#") or _is_image_data(address) for address in addresses)


def _unescape(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if 0 < number < 0x110000 else "\ufffd"


def _size(root: Element) -> tuple[int, int]:
    width, height = _length(root.get("width")), _length(root.get("height"))
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    numbers = [_length(number) for number in box]
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
    """The height of the smallest letters as a part of the width. Of a style sheet, every size is
    taken to be used; transformations are not looked at."""
    width = _length((re.split(r"[\s,]+", root.get("viewBox", "").strip()) + [""] * 3)[2])
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
    """A length in CSS pixels, 0 where it is none, or relative to what is around."""
    match = re.fullmatch(r"\s*(\+?\d*\.?\d+(?:[eE][+-]?\d{1,2})?)\s*([a-zA-Z]*)\s*", value or "")
    if not match or match[2].lower() not in PIXELS:
        return 0.0
    return min(float(match[1]) * PIXELS[match[2].lower()], 1_000_000.0)
