"""The styles of an OpenDocument text that carry meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.etree import _Element as Element

from pipeline.commands.importing.odf.odf_names import FO, OFFICE, STYLE, SVG, TEXT

_DEEPEST = 20
"""Styles that a style is based on, one on the other."""


_CENTIMETRES = {"cm": 1, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72}


class OdfStyles:
    """Styles by their names."""

    def __init__(self, roots: list[Element]) -> None:
        self._styles: dict[str, Element] = {}
        self._automatic: set[str] = set()
        self._lists: dict[str, Element] = {}
        self._fonts: dict[str, str] = {}
        self._pages: list[Element] = []
        self.language = ""
        self.default_size = 0.0
        for root in roots:
            self._pages += root.iter(f"{STYLE}page-layout")
            for face in root.iter(f"{STYLE}font-face"):
                family = face.get(f"{SVG}font-family", "").strip("'\"")
                self._fonts[face.get(f"{STYLE}name") or ""] = family
            for style in root.iter(f"{STYLE}style"):
                name = style.get(f"{STYLE}name") or ""
                self._styles[name] = style
                above = style.getparent()
                if above is not None and above.tag == f"{OFFICE}automatic-styles":
                    self._automatic.add(name)
            for listed in root.iter(f"{TEXT}list-style"):
                self._lists[listed.get(f"{STYLE}name") or ""] = listed
            for default in root.iter(f"{STYLE}default-style"):
                if default.get(f"{STYLE}family") == "paragraph":
                    self.language = self.language or _language(_of_text(default))
                    self.default_size = self.default_size or _points(_of_text(default))

    def _chain(self, name: str) -> Iterator[tuple[str, Element]]:
        for _ in range(_DEEPEST):
            style = self._styles.get(name)
            if style is None:
                return
            yield name, style
            name = style.get(f"{STYLE}parent-style-name") or ""

    def names(self, name: str) -> list[str]:
        """A style's name, and those of its parent styles."""
        chain = self._chain(name)
        return [name, *(style.get(f"{STYLE}parent-style-name") or "" for _, style in chain)]

    def _first(self, key: str, *names: str) -> str:
        """The first value of a text property that styles, or their parents, have."""
        chains = (_of_text(style) for name in names for _, style in self._chain(name))
        return next(filter(None, (p.get(key) for p in chains if p is not None)), "")

    def is_bold(self, name: str) -> bool:
        """Return whether a whole paragraph has direct bold formatting, whatever its style."""
        style = self._styles.get(name)
        if name not in self._automatic or style is None:
            return False
        properties = _of_text(style)
        return properties is not None and properties.get(f"{FO}font-weight") == "bold"

    def is_hidden(self, name: str) -> bool:
        """Return whether text in a style is hidden."""
        return self._first(f"{TEXT}display", name) == "none"

    def size(self, name: str) -> float:
        """The size of the letters in a style, in points; 0 if it gives none."""
        sizes = (_points(_of_text(style)) for _, style in self._chain(name))
        return next(filter(None, sizes), 0.0)

    def sizes(self, element: Element, size: float) -> Iterator[tuple[float, str]]:
        """The texts in an element, with the sizes of their letters."""
        yield size, element.text or ""
        for inner in element:
            inner_size = self.size(inner.get(f"{TEXT}style-name") or "")
            yield from self.sizes(inner, inner_size or size)
            yield size, inner.tail or ""

    def has_bold(self, name: str) -> bool:
        """Return whether the text in a style is bold."""
        return self._first(f"{FO}font-weight", name) in ("bold", "700")

    def colour(self, name: str) -> str:
        """The colour of the text in a style that is a direct format."""
        style = self._styles.get(name) if name in self._automatic else None
        properties = None if style is None else _of_text(style)
        return "" if properties is None else properties.get(f"{FO}color", "")

    def font(self, element: Element) -> str:
        """The font of an element's text."""
        outer = (element, *element.iterancestors())
        names = (above.get(f"{TEXT}style-name") or "" for above in outer)
        font = self._first(f"{STYLE}font-name", *names)
        return self._fonts.get(font, font)

    def columns(self, sections: Iterable[str]) -> int:
        """The largest number of columns that pages have, or sections with these styles."""
        holders = [*self._pages, *(self._styles[name] for name in sections if name in self._styles)]
        numbers = (
            c.get(f"{FO}column-count", "") for e in holders for c in e.iter(f"{STYLE}columns")
        )
        return max((int(number) for number in numbers if number.isdecimal()), default=1)

    def language_in(self, name: str) -> str:
        """The language of a whole paragraph, if it is another than the text's."""
        languages = (_language(_of_text(style)) for _, style in self._chain(name))
        language = next(filter(None, languages), "")
        return language if language != self.language else ""

    def is_indented(self, name: str) -> bool:
        """Return whether a whole paragraph was directly indented by half a centimetre or more,
        whatever its style."""
        style = self._styles.get(name)
        properties = None if style is None else style.find(f"{STYLE}paragraph-properties")
        if name not in self._automatic or properties is None:
            return False
        margin = re.match(
            r"(\d{1,4}(?:\.\d{1,6})?)(cm|mm|in|pt)", properties.get(f"{FO}margin-left", "")
        )
        return margin is not None and float(margin[1]) * _CENTIMETRES[margin[2]] >= 0.5

    def marks(self, name: str) -> list[str]:
        """The HTML elements for a character style."""
        chain = [*self._chain(name)]
        names = {style_name for style_name, _ in chain}
        if names & {"Source_20_Text", "Source_Text", "Teletype"}:
            return ["code"]
        values: dict[str, str] = {}
        for _, style in reversed(chain):
            properties = _of_text(style)
            if properties is not None:
                values.update({str(key): str(value) for key, value in properties.items()})
        marks = []
        if "Strong_20_Emphasis" in names or values.get(f"{FO}font-weight") in ("bold", "700"):
            marks.append("strong")
        if "Emphasis" in names or values.get(f"{FO}font-style") in ("italic", "oblique"):
            marks.append("em")
        position = values.get(f"{STYLE}text-position", "").split(" ")[0]
        if position.startswith("super") or position.rstrip("%").isdigit():
            marks += ["sup"] if position not in ("0%", "0") else []
        elif position.startswith(("sub", "-")):
            marks.append("sub")
        if values.get(f"{STYLE}text-line-through-style", "none") != "none":
            marks.append("s")
        is_link = names & {"Internet_20_link", "Visited_20_Internet_20_Link"}
        if values.get(f"{STYLE}text-underline-style", "none") != "none" and not is_link:
            marks.append("u")
        if values.get(f"{FO}background-color", "transparent") != "transparent":
            marks.append("mark")
        if "small-caps" in values.get(f"{FO}font-variant", ""):
            marks.append("span.small-caps")
        if "Citation" in names:
            marks.append("cite")
        language = _language_of(values)
        if language and language != self.language:
            marks.append(f"span:{language}")
        return marks

    def numbering(self, name: str, level: int) -> tuple[int, str, str]:
        """The first number of a list level, 0 for bullets; the style of its letters or numerals,
        and their punctuation."""
        listed = self._lists.get(name)
        for level_style in listed if listed is not None else ():
            sort = level_style.get(f"{STYLE}num-format") or ""
            if level_style.get(f"{TEXT}level") == str(level):
                if not level_style.tag.endswith("list-level-style-number") or not sort:
                    break
                value = level_style.get(f"{TEXT}start-value") or "1"
                start = max(1, int(value)) if value.isdigit() and len(value) < 7 else 1
                around = (level_style.get(f"{STYLE}num-{end}fix") or "" for end in ("pre", "suf"))
                return start, sort, "".join(around)
        return 0, "", ""


def _of_text(style: Element) -> Element | None:
    properties: Element | None = style.find(f"{STYLE}text-properties")
    return properties


def _points(properties: Element | None) -> float:
    size = "" if properties is None else properties.get(f"{FO}font-size", "")
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,3})?)pt", size)
    return float(match[1]) if match else 0.0


def _language(properties: Element | None) -> str:
    if properties is None:
        return ""
    return _language_of({str(key): str(value) for key, value in properties.items()})


def _language_of(properties: dict[str, str]) -> str:
    language, country = (properties.get(f"{FO}{key}", "none") for key in ("language", "country"))
    if language in ("none", "zxx", ""):
        return ""
    return language if country in ("none", "") else f"{language}-{country}"
