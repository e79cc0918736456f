"""Image files: their format, recognised by content, and their size; drawings (SVG) without what is
unsafe in them.
"""

from __future__ import annotations

import hashlib
import io
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, ParseError, SubElement, TreeBuilder

import tinycss2  # type: ignore[import-untyped]

from pipeline.model.css_addresses import addresses_loaded
from pipeline.model.faces import ARIAL_LIKE, MONO, SANS, SERIF, TIMES_LIKE, VERDANA_LIKE
from pipeline.model.late import late
from pipeline.resolve.findings import describe

# --- drawings --------------------------------------------------------------------------------
# Drawings (SVG): what is unsafe in them is refused or removed, and their letters are read.


class UnsafeSvgError(Exception):
    """The file contains something unsafe, which the message names."""


# --- svg cleaning ----------------------------------------------------------------------------
# Removes from SVG files everything that could run code, or load something from elsewhere.

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
METADATA = f"{{{SVG_NAMESPACE}}}metadata"
HTML_NAMESPACE = "{http://www.w3.org/1999/xhtml}"

ACTIVE = frozenset({"script", "foreignObject", "handler", "listener", "iframe", "object", "embed"})
"""Elements that run code or hold other documents."""

EDITORS = (
    "{http://www.inkscape.org/namespaces/inkscape}",
    "{http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd}",
    "{http://ns.adobe.com/",
    "{http://www.bohemiancoding.com/sketch/ns}",
)
"""Namespaces of drawing programs' private data, which include paths on the user's machine."""

ANIMATIONS = frozenset({"animate", "set", "animateMotion", "animateTransform"})

_PIXELS = late(
    r"(?<![\w-])(width|margin-left|padding-top|font-size):\s{0,9}(-?\d{1,6}(?:\.\d{1,6})?)px"
)
"""The rules of HTML that place its text."""

STYLE = "a style that loads another file"


def clean(root: Element) -> Iterator[str]:
    """Remove unsafe content from the tree, and yield what was removed."""
    stack = [root]
    while stack:
        parent = stack.pop()
        yield from _clean_attributes(parent)
        dangers = [_danger(child) for child in parent]
        yield from filter(None, dangers)
        if any(dangers):
            _keep(parent, [not danger for danger in dangers])
        stack.extend(parent)


def without_notes(root: Element) -> bool:
    """Remove from the tree what is not drawn: metadata, and private data of drawing programs.
    Return whether there was any."""
    has_any = False
    for element in list(root.iter()):
        notes = [child.tag == METADATA or child.tag.startswith(EDITORS) for child in element]
        if any(notes):
            _keep(element, [not note for note in notes])
        keys = [key for key in element.attrib if key.startswith(EDITORS)]
        if element is root:  # diagrams.net keeps its own file there, and where it was drawn
            keys += [key for key in ("content", "host") if key in root.attrib]
        for key in keys:
            del element.attrib[key]
        has_any = has_any or any(notes) or bool(keys)
    return has_any


def without_alternatives(root: Element) -> bool:
    """Remove alternatives for other viewers from the tree, as diagrams.net writes them: HTML, if
    its fallback follows, and content for viewers without HTML support. Return whether there was
    any."""
    has_any = False
    for switch in [element for element in root.iter() if _local(element.tag) == "switch"]:
        if len(switch) < 2:
            continue
        first, second, *others = switch
        if _local(first.tag) == "foreignObject" and _is_alternative(second, first):
            _keep(switch, [False, True, *(True for _ in others)])
        elif not len(first) and "requiredFeatures" in first.attrib:
            _keep(switch, [True, False, *(False for _ in others)])
        else:
            continue
        has_any = True
    return has_any


def with_words(root: Element) -> str:
    """Write the words of HTML in the tree as text of SVG, in the middle of its place or where its
    style says; or, in full, in place of the alternative for other viewers. Return what is lost of
    them; "" if there are none."""
    lost = ""
    for parent in list(root.iter()):
        for number, child in enumerate(list(parent)):
            if _local(child.tag) != "foreignObject" or not (lines := _lines_of(child)):
                continue
            following = parent[number + 1] if number + 1 < len(parent) else None
            is_short = following is not None and _local(following.tag) == "text"
            if _local(parent.tag) == "switch" and is_short and following is not None:
                following[:], following.text = [], " ".join(lines)
                continue
            text = _text(child, lines)
            text.tail = child.tail
            parent[number] = text
            lost = "the layout of the words in a `foreignObject` element"
    return lost


def _lines_of(html: Element) -> list[str]:
    """The text of HTML, by line."""
    parts: list[str] = []

    def read(element: Element) -> None:
        name = _local(element.tag)
        if name in ("script", "style"):
            return
        is_block = name in ("p", "div", "br", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3")
        parts.append("\n" if is_block else "")
        parts.append(" ".join((element.text or " ").split("\n")))
        for child in element:
            read(child)
            parts.append(" ".join((child.tail or "").split("\n")))
        parts.append("\n" if is_block else "")

    read(html)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return [line for line in lines if line]


def _text(html: Element, lines: list[str]) -> Element:
    """An element of text with these lines, where HTML is."""
    styles = "; ".join(element.get("style", "") for element in html.iter())
    found = [(name, float(value)) for name, value in _PIXELS.findall(styles)]
    rules = dict(reversed(found))
    size = next((value for name, value in reversed(found) if name == "font-size" and value), 16.0)
    width = _number(html.get("width")) or rules.get("width", 0)
    x = (_number(html.get("x")) or 0) + rules.get("margin-left", 0)
    y = (_number(html.get("y")) or 0) + (_number(html.get("height")) or 0) / 2
    y += rules.get("padding-top", 0)
    is_left = "justify-content: flex-start" in styles.replace("unsafe ", "")
    may_wrap = width > 1 and "nowrap" not in styles
    room = max(8, int(width / (size * 0.5))) if may_wrap else 0
    rows = [row for line in lines for row in (textwrap.wrap(line, room) if room else [line])]
    text = Element(f"{{{SVG_NAMESPACE}}}text")
    text.set("text-anchor", "start" if is_left else "middle")
    text.set("font-size", f"{size:g}")
    at = x if is_left else x + max(0.0, width if width > 1 else 0) / 2
    for number, row in enumerate(rows):
        down = (number - (len(rows) - 1) / 2) * 1.2 + 0.35
        part = SubElement(text, f"{{{SVG_NAMESPACE}}}tspan")
        part.set("x", f"{at:g}")
        part.set("y", f"{y + down * size:g}")
        part.text = row
    return text


def _number(length: str | None) -> float | None:
    """A length in pixels; None for any other, such as a percentage."""
    match = re.fullmatch(r"\s*(-?\d{1,6}(?:\.\d{1,6})?)(?:px)?\s*", length or "")
    return float(match[1]) if match else None


def _is_alternative(element: Element, html: Element) -> bool:
    """Return whether an element has the text of another, or is a picture of it."""
    texts = ["".join("".join(subtree.itertext()).split()) for subtree in (element, html)]
    addresses = [value for key, value in element.attrib.items() if _local(key) == "href"]
    is_picture = _local(element.tag) == "image" and all(map(_is_image_data, addresses))
    return texts[0] == texts[1] or is_picture


def write_svg(root: Element) -> bytes:
    """The tree as a file; its own elements have no prefix afterwards."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{SVG_NAMESPACE}}}")
    root.set("xmlns", SVG_NAMESPACE)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _keep(parent: Element, staying: list[bool]) -> None:
    """Remove all but some children from an element, and keep the text between them."""
    children, parent[:] = list(parent), []
    for child, stays in zip(children, staying, strict=True):
        if stays:
            parent.append(child)
        elif child.tail and len(parent):
            parent[-1].tail = (parent[-1].tail or "") + child.tail
        elif child.tail:
            parent.text = (parent.text or "") + child.tail


def _danger(element: Element) -> str:
    """The reason to remove an element with its contents; "" for one that may stay."""
    name = _local(element.tag)
    if name in ACTIVE or element.tag.startswith(HTML_NAMESPACE):
        return f"a `{name}` element"
    if name == "style" and (len(element) or loads(element.text or "")):
        return STYLE
    for key, value in element.attrib.items():
        attribute = _local(key).lower()
        if attribute in ("href", "src") and name != "a" and not _may_lead(value, name):
            return f"a reference to something outside the file (`{value[:60]}`)"
        if name in ANIMATIONS and attribute == "attributename" and _is_animated(value):
            return f"an animation of `{value}`"
    return ""


def _clean_attributes(element: Element) -> Iterator[str]:
    """Remove unsafe attributes from an element that stays."""
    name = _local(element.tag)
    for key, value in list(element.attrib.items()):
        attribute = _local(key).lower()
        reason = ""
        if attribute.startswith("on"):
            reason = f"an event handler `{attribute}`"
        elif attribute in ("href", "src"):
            if not _may_lead(value, name):
                reason = f"a reference to something outside the file (`{value[:60]}`)"
        elif loads(value):
            reason = STYLE
        if reason:
            del element.attrib[key]
            yield reason


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _is_animated(attribute: str) -> bool:
    name = attribute.strip().rpartition(":")[2].lower()
    return name in ("href", "src") or name.startswith("on")


def _may_lead(address: str, element: str) -> bool:
    """Return whether an address stays in the file, or is that of a link to the web."""
    address = address.strip()
    if not address or address.startswith("#"):
        return True
    if element == "a":
        return address.lower().startswith(("http://", "https://", "mailto:"))
    return _is_image_data(address)


def _is_image_data(address: str) -> bool:
    return re.match(r"data:image/(png|jpeg|gif|webp)[;,]", address, re.IGNORECASE) is not None


def _is_font_data(address: str) -> bool:
    """Return whether it is a font contained in the file itself."""
    return re.match(r"data:(font/|application/(x-)?font-)", address, re.IGNORECASE) is not None


def loads(css: str) -> bool:
    """Return whether CSS, in a style sheet or an attribute, loads anything from elsewhere."""
    return not all(
        address.startswith("#") or _is_image_data(address) or _is_font_data(address)
        for address, _, _ in addresses_loaded(css)
    )


# --- svg families ----------------------------------------------------------------------------
# The font families of text in drawings, with an available one of the same width as a substitute.
#
# The boxes around labels were measured with a font of the author's machine. No output can rely on
# it: print does not have it, and readers have others.


_AS_WIDE = {
    ARIAL_LIKE: "arial, helvetica, helvetica neue, liberation sans, nimbus sans, nimbus sans l,"
    " freesans, sans-serif, sans, system-ui, ui-sans-serif, -apple-system, blinkmacsystemfont,"
    " roboto, inter, segoe ui, open sans, noto sans, ubuntu, cantarell, comic sans ms, virgil,"
    " excalifont, dialog, swiss, sansserif",
    VERDANA_LIKE: "verdana, dejavu sans, bitstream vera sans, lucida grande, lucida sans unicode,"
    " geneva",
    SANS: "calibri, carlito, lato, tahoma, trebuchet ms, gill sans, futura, fantasy",
    TIMES_LIKE: "times, times new roman, liberation serif, nimbus roman, nimbus roman no9 l,"
    " freeserif, serif, ui-serif, cambria, garamond, stix, stix two text, computer modern,"
    " latin modern roman, cmr10, cursive, math",
    SERIF: "georgia, gelasio, palatino, palatino linotype, book antiqua, dejavu serif,"
    " bitstream vera serif, charter",
    MONO: "courier, courier new, liberation mono, nimbus mono, nimbus mono l, freemono, monospace,"
    " mono, monospaced, ui-monospace, dejavu sans mono, bitstream vera sans mono, menlo, monaco,"
    " consolas, lucida console, andale mono, sfmono-regular, sf mono, cascadia, cascadia code,"
    " fira code, fira mono, source code pro, jetbrains mono, ubuntu mono, roboto mono",
}
"""Families about as wide as an available one. A narrower substitute stays within its boxes."""

STAND_INS = {name: ours for ours, names in _AS_WIDE.items() for name in names.split(", ")}

STYLES = frozenset({"italic", "oblique"})
BOLDER = frozenset({"bold", "bolder"})
SIZES = {
    "xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24,
    "xx-large": 32,
}  # fmt: skip
"""CSS pixels of the sizes that have names."""

GLOBAL = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})
_GENERIC_FIRST = frozenset({"serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui"})
_IDENTIFIER = late(r"-?[A-Za-z_][\w-]*( -?[A-Za-z_][\w-]*)*")


def name_families(root: Element) -> bool:
    """Make all text of a drawing name available families after those it was drawn with. Return
    whether anything was changed."""
    if not any(True for _ in root.iter(f"{{{SVG_NAMESPACE}}}text")):
        return False
    for element in root.iter():
        if element.tag == f"{{{SVG_NAMESPACE}}}style":
            if "font" in (element.text or ""):
                element.text = "".join(_sheet(tinycss2.parse_stylesheet(element.text)))
            continue
        if "font" in (style := element.get("style", "")):
            element.set("style", _declarations(tinycss2.parse_blocks_contents(style)))
        if family := element.get("font-family"):
            element.set("font-family", _families(tinycss2.parse_component_value_list(family)))
    if root.get("font-family") is None:
        root.set("font-family", SANS)
    return True


def _sheet(rules: Iterable[Any]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            content = _declarations(tinycss2.parse_blocks_contents(rule.content))
            yield f"{tinycss2.serialize(rule.prelude)}{{{content}}}"
        elif rule.type == "at-rule" and rule.content and rule.lower_at_keyword != "font-face":
            inner = "".join(_sheet(tinycss2.parse_rule_list(rule.content)))
            yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
        elif rule.type != "error":
            yield str(rule.serialize())


def _declarations(parts: Iterable[Any]) -> str:
    """CSS declarations with the substitutes, and without font shorthands."""
    declarations: list[str] = []
    for part in parts:
        if part.type != "declaration" or part.lower_name not in ("font", "font-family"):
            if part.type not in ("error", "whitespace", "comment"):
                declarations.append(part.serialize().strip().removesuffix(";"))
            continue
        important = "!important" if part.important else ""
        declared: Iterable[tuple[str, str]] = (("font-family", _families(part.value)),)
        if part.lower_name == "font":
            declared = _longhands(part.value)
        declarations += [f"{name}:{value}{important}" for name, value in declared]
    return ";".join(declarations)


def _longhands(value: list[Any]) -> Iterator[tuple[str, str]]:
    """The longhand properties of a shorthand, one after the other."""
    tokens = [token for token in value if token.type != "comment"]
    style = weight = "normal"
    for number, token in enumerate(tokens):
        word = token.lower_value if token.type == "ident" else ""
        if word in STYLES:
            style = word
        elif word in BOLDER:
            weight = "bold"
        elif token.type == "number":
            weight = token.representation
        elif token.type in ("dimension", "percentage") or word in SIZES:
            yield "font-style", style
            yield "font-weight", weight
            yield "font-size", f"{SIZES[word]}px" if word in SIZES else token.serialize()
            yield "font-family", _families(_after_line_height(tokens[number + 1 :]))
            return
    yield "font", tinycss2.serialize(value).strip()


def _after_line_height(tokens: list[Any]) -> list[Any]:
    words = [token for token in tokens if token.type != "whitespace"]
    if len(words) < 2 or words[0] != "/":
        return tokens
    return tokens[tokens.index(words[1]) + 1 :]


def _families(tokens: list[Any]) -> str:
    """A list of families with a substitute for the first known one, after it, or before a generic
    one; if none is known, a substitute chosen by the names comes last. A list that contains an
    available family is unchanged."""
    names = [name for name in _names(tokens) if name]
    if len(names) == 1 and names[0].lower() in GLOBAL:
        return names[0].lower()
    families: list[str] = []
    for name in names:
        ours = None if set(families) & set(_AS_WIDE) else STAND_INS.get(name.lower())
        pair = (ours, name) if name.lower() in _GENERIC_FIRST else (name, ours)
        families += [family for family in pair if family]
    if not set(families) & set(_AS_WIDE):
        families.append(_looks_like(" ".join(names).lower()))
    return ",".join(dict.fromkeys(map(_write_name, families)))


def _names(tokens: list[Any]) -> Iterator[str]:
    """The names of families in a list, without quotation marks."""
    words: list[str] = []
    for token in tokens:
        if token == ",":
            yield " ".join(words)
            words = []
        elif token.type in ("ident", "string"):
            words.append(" ".join(token.value.replace(",", " ").split()))
        elif token.type != "whitespace":
            words.append(token.serialize())
    yield " ".join(words)


def _looks_like(names: str) -> str:
    """The substitute for unknown families."""
    if "mono" in names or "code" in names:
        return MONO
    return TIMES_LIKE if "serif" in names and "sans" not in names else ARIAL_LIKE


def _write_name(name: str) -> str:
    plain = re.sub(r"[\"'<>\\;{}]", "", name)
    return plain if _IDENTIFIER.fullmatch(plain) else f"'{plain}'"


# --- drawings --------------------------------------------------------------------------------
# SVG files: made safe to show everywhere, and their sizes.

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
    words = [lost for lost in (with_words(root),) if lost]
    removed = tuple(dict.fromkeys((*builder.removed, *words, *clean(root))))
    changed = any((chosen, without_notes(root), name_families(root), builder.noted, removed))
    return _Drawing(*_size(root), _letters(root), removed, write_svg(root) if changed else b"")


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


# --- images ----------------------------------------------------------------------------------

MOST_SPARSE = 1_000_000_000
"""The maximum number of pixels of all images with more than `SPARSE` per byte of their files, and
of all passes over images with more than `MOST_SCANS`."""

SPARSE = 32
"""Pixels per byte: a photograph has at most ten, and more is almost empty. The cost of
decompressing other images is proportional to the size of their files."""

MOST_SCANS = 16
"""The passes in which programs store a progressive JPEG at most."""

MOST_KEPT, LONGEST_KEPT = 1000, 2**18
"""The number of images remembered for the next edition, and the bytes of re-encoded ones."""

LONGEST_SIDE = 65_500
"""Pixels: the maximum of a JPEG, into which many programs convert images."""

DEEP = ("I", "F")
"""The prefixes of image modes with more than eight bits per channel."""

PILLOW_FORMATS = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
CONVERTED = ("AVIF", "TIFF", "BMP")
"""Kinds that cameras and scanners write and not all outputs show: they become PNG or JPEG."""

QUALITY = 92
"""The JPEG quality of converted photographs, which may be reduced further later."""

PHOTOGRAPH = 20_000
"""Colours from which on an opaque image is better off as a JPEG."""

SVG = ("image/svg+xml", "svg")
SVG_MOTION = (b"<animate", b"<set", b"@keyframes")
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
EXIF_ORIENTATION = 0x0112


class BadImageError(Exception):
    """The file cannot be shown; the message says why, for the author."""


class ImageKind(NamedTuple):
    """The properties of an image file; ``suffix`` is without a dot, sizes are in CSS pixels, 0 if
    unknown, ``letters``, ``removed`` and ``data`` as in `_Drawing`. ``moving`` means animated,
    and ``sparse`` is the number of pixels if there are far more than the file accounts for, in all
    passes over them."""

    media_type: str
    suffix: str
    width: int
    height: int
    letters: float = 0
    moving: bool = False
    removed: tuple[str, ...] = ()
    data: bytes = b""
    sparse: int = 0


def examine(data: bytes, room: int = MOST_SPARSE) -> ImageKind:
    """The properties of an image from its bytes. Raises `BadImageError` unless all outputs can show
    it: damaged files are rejected here. ``room`` is the number of pixels allowed beyond those in
    proportion to the file."""
    if not data:
        raise BadImageError("the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind = _drawing(data) if looks_like_svg(data) else _raster(data, room)
    except BadImageError:
        raise
    except Exception as error:
        raise BadImageError(f"the file is damaged ({describe(error)})") from None
    if kind is None:
        kinds = "PNG, JPEG, GIF, WebP, AVIF, TIFF, BMP or SVG"
        raise BadImageError(f"it is not a {kinds} file, whatever its name")
    return kind


def looks_like_svg(data: bytes) -> bool:
    """Return whether the bytes may be an SVG file, because they are marked-up text."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"<?xml", b"<svg", b"<!--", b"<!DOCTYPE svg")) or (
        b"<svg" in start and start.startswith(b"<")
    )


def _drawing(data: bytes) -> ImageKind:

    try:
        svg = read_svg(data)
    except UnsafeSvgError as error:
        raise BadImageError(f"the SVG has {error}, which could run or load something") from None
    except ValueError as error:
        raise BadImageError(f"the SVG cannot be read: {error}") from None
    except RecursionError:
        raise BadImageError("the SVG cannot be read: its elements are nested too deeply") from None
    moving = any(word in (svg.data or data) for word in SVG_MOTION)
    size = svg.width, svg.height
    return ImageKind(*SVG, *size, svg.letters, moving, svg.removed, svg.data)


_known: dict[bytes, ImageKind] = {}
"""Images unpacked before, by their files' digests: once is enough for all editions."""


def _raster(data: bytes, room: int) -> ImageKind | None:
    """The format of a bitmap, or None if it is not supported."""
    from PIL import UnidentifiedImageError

    from pipeline.system.pictures import MOST_PIXELS, Image, scans_of

    digest = hashlib.sha256(data).digest()
    try:
        formats = (*PILLOW_FORMATS, *CONVERTED)
        with Image.open(io.BytesIO(data), formats=formats) as image:
            width, height = image.size
            if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
                raise BadImageError(f"at {width} × {height} pixels it is too large")
            sparse = width * height if width * height > SPARSE * len(data) else 0
            scans = scans_of(data) if image.format == "JPEG" else 1
            if scans > MOST_SCANS:
                sparse = width * height * scans
            if sparse > room:
                raise BadImageError(
                    f"it is stored in {scans} passes, which take too long to read: save it again"
                    if scans > MOST_SCANS
                    else "the nearly empty images are too large together"
                )
            if digest in _known:
                return _known[digest]
            format_name = image.format or ""
            moving = bool(getattr(image, "is_animated", False))
            if image.format == "JPEG":
                image.draft(image.mode, (width // 8, height // 8))
            image.load()
            turned = image.getexif().get(EXIF_ORIENTATION, 1) in (5, 6, 7, 8)
            converted = _reduce_to_eight_bits(image) if image.mode.startswith(DEEP) else b""
            if format_name in CONVERTED:
                moving = False
                converted, format_name = (converted, "PNG") if converted else _convert(image)
            media_type, suffix = PILLOW_FORMATS[format_name]
        if data.startswith(SIGNATURES[0]):
            with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
                image.verify()  # checksums find damage that can be decoded
    except UnidentifiedImageError:
        if data.startswith(SIGNATURES):
            raise BadImageError("the file is damaged at its start") from None
        return None
    except Image.DecompressionBombError:
        raise BadImageError("it has too many pixels") from None
    if turned:
        width, height = height, width
    kind = ImageKind(media_type, suffix, width, height, 0, moving, (), converted, sparse)
    if len(converted) < LONGEST_KEPT and len(_known) < MOST_KEPT:
        _known[digest] = kind
    return kind


def _convert(image: Any) -> tuple[bytes, str]:
    """The first picture of a file as a PNG or a JPEG, the right way up, with its profile."""
    from PIL import ImageOps

    plain = ImageOps.exif_transpose(image)
    if plain.mode not in ("1", "L", "LA", "RGB", "RGBA", "P", "CMYK"):
        plain = plain.convert("RGBA" if "A" in plain.mode.upper() else "RGB")
    see_through = plain.has_transparency_data
    colours = None if see_through else plain.convert("RGB").getcolors(PHOTOGRAPH)
    kind = "JPEG" if plain.mode == "CMYK" or not (see_through or colours) else "PNG"
    if kind == "JPEG" and plain.mode not in ("L", "RGB", "CMYK"):
        plain = plain.convert("RGB")
    output = io.BytesIO()
    profile = image.info.get("icc_profile")
    if kind == "JPEG":
        plain.save(output, "JPEG", quality=QUALITY, optimize=True, icc_profile=profile)
    else:
        plain.save(output, "PNG", icc_profile=profile)
    return output.getvalue(), kind


def _reduce_to_eight_bits(image: Any) -> bytes:
    """A PNG of the same picture whose greys have eight bits: of sixteen, some outputs would take
    the lower ones, or all above the lowest for white."""
    from PIL import Image, ImageChops, ImageOps

    deep = ImageOps.exif_transpose(image)
    output = io.BytesIO()
    if deep.mode == "F":
        _greys_of_floats(deep).save(output, "PNG", icc_profile=None)
        return output.getvalue()
    if deep.mode != "I;16":
        deep = deep.convert("I").convert("I;16")
    halves = deep.tobytes()
    low, grey = (Image.frombytes("L", deep.size, halves[first::2]) for first in (0, 1))
    if isinstance(unseen := image.info.get("transparency"), int):
        upper, lower = divmod(unseen, 256)
        seen = (
            grey.point([255 * (value != upper) for value in range(256)]),
            low.point([255 * (value != lower) for value in range(256)]),
        )
        grey.putalpha(ImageChops.lighter(*seen))
    grey.save(output, "PNG", icc_profile=None)
    return output.getvalue()


def _greys_of_floats(image: Any) -> Any:
    """The greys of an image with numbers from 0 to 1, 255 or 65535, as its largest suggests; of one
    with others, from its least to its largest."""
    least, most = image.getextrema()
    white = next((top for top in (1, 255, 65535) if most <= top), 0) if least >= 0 else 0
    if white:
        least, most = 0, white
    scale = 255 / ((most - least) or 1)
    return image.point(lambda value: value * scale - least * scale).convert("L")
