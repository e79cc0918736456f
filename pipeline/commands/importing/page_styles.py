"""Emphasis, and the sizes of letters, that a page has by its styles alone, as Google Docs,
LibreOffice and old e-books write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import tinycss2.color3  # type: ignore[import-untyped]
from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.appearance import BOLD, SIZE, usual
from pipeline.commands.importing.article import HEADS
from pipeline.commands.importing.draft import append_text, is_coloured
from pipeline.model.late import late

MOST = 500_000
"""The maximum length of style sheets that are read."""

SMALL = 10
"""The maximum size of superscripts, in points, in text of twelve points."""

_SELECTOR = late(r"(?:span|p|div|font)?\.([\w-]+)|(p)")
_BOLD = ("bold", "bolder", "600", "700", "800", "900")
_FONT_SIZES = dict(zip("1234567", (7.5, 10.0, 12.0, 13.5, 18.0, 24.0, 36.0), strict=True))
_POINTS = {"pt": 1.0, "px": 0.75, "em": 12.0, "rem": 12.0, "%": 0.12}

Style = dict[str, str]


class PageLook(NamedTuple):
    """The elements of a page whose text is in a colour, and the most columns of its text."""

    coloured: list[Element]
    columns: int


def mark_styles(root: Element, sheets: Iterable[str]) -> PageLook:
    """Put elements in place of the meaningful styles of spans, mark paragraphs with the size and
    weight of their letters, and give the look that is lost."""
    classes: dict[str, Style] = {}
    left = MOST
    for sheet in sheets:
        for rule in tinycss2.parse_stylesheet(sheet[:left], True, True):
            if rule.type != "qualified-rule":
                continue
            declared = _declared(rule.content)
            for selector in tinycss2.serialize(rule.prelude).split(","):
                if match := _SELECTOR.fullmatch(selector.strip()):
                    classes.setdefault(match[1] or match[2], {}).update(declared)
        left = max(0, left - len(sheet))
    spans = [*root.iter("span")]
    styles = {e: _style_of(e, classes) for e in root.iter("span", "font", "p", "div", "body")}
    coloured = [
        e for e, style in styles.items() if _is_coloured(style.get("color") or e.get("color") or "")
    ]
    columns = max(map(_columns, styles.values()), default=1)
    for paragraph in root.iter("p"):
        if SIZE not in paragraph.attrib:
            paragraph.set(SIZE, str(usual(_sizes(paragraph, styles))))
        if styles[paragraph].get("font-weight") in _BOLD:
            paragraph.set(BOLD, "")
    for span in spans:
        if not any(above.tag in HEADS for above in span.iterancestors()):
            _mark(span, styles[span])
    return PageLook(coloured, columns)


def _is_coloured(value: str) -> bool:
    colour = tinycss2.color3.parse_color(value)
    is_known = isinstance(colour, tinycss2.color3.RGBA)
    shown = "".join(f"{round(255 * part):02x}" for part in colour[:3]) if is_known else ""
    return is_coloured(shown)


def _columns(style: Style) -> int:
    numbers = f"{style.get('column-count', '')} {style.get('columns', '')}".split()
    return max((int(number) for number in numbers if number.isdecimal()), default=1)


def _declared(content: Iterable[object]) -> Style:
    declarations = tinycss2.parse_blocks_contents(content, True, True)
    return {
        declaration.lower_name: tinycss2.serialize(declaration.value).strip().lower()
        for declaration in declarations
        if declaration.type == "declaration"
    }


def _style_of(element: Element, classes: dict[str, Style]) -> Style:
    style: Style = {**classes.get("p", {})} if element.tag == "p" else {}
    for name in (element.get("class") or "").split():
        style |= classes.get(name, {})
    if declared := element.get("style"):
        style |= _declared(tinycss2.parse_component_value_list(declared))
    return style


def _mark(span: Element, style: Style) -> None:
    tags = []
    if style.get("font-weight") in _BOLD:
        tags.append("strong")
    if style.get("font-style") in ("italic", "oblique"):
        tags.append("em")
    if "line-through" in style.get("text-decoration", ""):
        tags.append("s")
    if "underline" in style.get("text-decoration", "") and span.find(".//a") is None:
        tags.append("u")
    if _is_coloured(style.get("background-color") or style.get("background") or ""):
        tags.append("mark")
    if raised := _raised(style):
        tags.append(raised)
    if not tags and "small-caps" in style.get("font-variant", style.get("font-variant-caps", "")):
        span.set("class", "small-caps")
    if not tags or not (tags == ["u"] or "".join(span.itertext()).strip()):
        return
    span.tag = tags[0]
    for tag in tags[1:]:
        inner = etree.Element(tag)
        inner.text, span.text = span.text, None
        inner.extend(list(span))
        span.append(inner)
    before = span.getprevious()
    if before is not None and before.tag == span.tag and not before.tail:
        append_text(before, span.text or "")
        before.extend(list(span))
        before.tail, span.tail = span.tail, None
        before.getparent().remove(span)


def _raised(style: Style) -> str:
    """The element for a superscript or subscript."""
    if style.get("vertical-align") in ("super", "sub"):
        return style["vertical-align"].removesuffix("er")
    by = style.get("top", "") or style.get("bottom", "")
    is_small = style.get("font-size", "").endswith(("em", "%")) and 0 < _size(style) < SMALL
    if style.get("position") != "relative" or not by.strip("0") or not is_small:
        return ""
    return "sup" if by.startswith("-") == ("top" in style) else "sub"


def _sizes(
    element: Element, styles: dict[Element, Style], size: float = 0
) -> Iterator[tuple[float, str]]:
    """The texts in an element, with the sizes of their letters."""
    element_size = _size(styles.get(element, {}))
    size = element_size or _FONT_SIZES.get(element.get("size") or "", 0.0) or size
    yield size, element.text or ""
    for inner in element:
        yield from _sizes(inner, styles, size)
        yield size, inner.tail or ""


def _size(style: Style) -> float:
    match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,8})?)(pt|px|em|rem|%)", style.get("font-size", ""))
    return float(match[1]) * _POINTS[match[2]] if match else 0
