"""The numbering of headings and lists: each list counts for itself."""

from __future__ import annotations

from pipeline import model
from pipeline.features.word.styles import IDS
from pipeline.features.word.xml import Element, element, root
from pipeline.model import Document, Section
from pipeline.model.tree import find

LEVELS = 9
STEP = 360
"""The indent of a list's text, in twentieths of a point."""

BULLETS = ("•", "–", "▪")
FORMATS = {
    "": "decimal", "lower-alpha": "lowerLetter", "upper-alpha": "upperLetter",
    "lower-roman": "lowerRoman", "upper-roman": "upperRoman", "bullet": "bullet",
}  # fmt: skip
TEXTS = {"": "%{level}.", ")": "%{level})", "()": "(%{level})"}
HEADINGS = 1
"""The number of the numbering of headings."""


class ListNumbers:
    """The numbering definitions, which grow with each list."""

    def __init__(self, document: Document) -> None:
        self.numbers_headings = document.metadata.number_sections and _counts_as_word(document)
        self._kinds: dict[tuple[str, str], int] = {}
        self._lists: list[tuple[int, int, int]] = []

    def add(self, kind: str, form: str = "", start: int = 1, level: int = 0) -> int:
        """The number of a new list: of bullets, or counting in a style of `FORMATS`."""
        abstract = self._kinds.setdefault((kind, form), len(self._kinds) + HEADINGS + 1)
        self._lists.append((abstract, start, min(level, LEVELS - 1)))
        return len(self._lists) + HEADINGS

    def part(self) -> Element:
        kinds = (_kind(number, *key) for key, number in self._kinds.items())
        lists = (_list(number, *row) for number, row in enumerate(self._lists, start=HEADINGS + 1))
        return root("numbering", _headings(), *kinds, _number(HEADINGS, HEADINGS), *lists)


def _headings() -> Element:
    """The numbers of headings: 1, 1.1, 1.1.1 …"""
    texts = [".".join(f"%{n}" for n in range(1, level + 1)) for level in range(1, LEVELS + 1)]
    levels = (
        _level(number, "decimal", text, IDS.get(f"heading {number + 1}"), left=0, firstLine=0)
        for number, text in enumerate(texts)
    )
    kind = element("multiLevelType", val="multilevel")
    return element("abstractNum", kind, *levels, abstractNumId=HEADINGS)


def _kind(number: int, kind: str, form: str) -> Element:
    levels = []
    for level in range(LEVELS):
        text = TEXTS[form].replace("{level}", str(level + 1))
        sign = BULLETS[min(level, len(BULLETS) - 1)] if kind == "bullet" else text
        levels.append(_level(level, FORMATS[kind], sign, left=STEP * (level + 1), hanging=STEP))
    hybrid = element("multiLevelType", val="hybridMultilevel")
    return element("abstractNum", hybrid, *levels, abstractNumId=number)


def _level(number: int, form: str, text: str, style: str | None = None, **indent: int) -> Element:
    """A level of a numbering. One with a ``style``, or without an indent, is for headings."""
    return element(
        "lvl",
        element("start", val=1),
        element("numFmt", val=form),
        element("pStyle", val=style) if style else None,
        None if indent["left"] else element("suff", val="space"),
        element("lvlText", val=text),
        element("lvlJc", val="left"),
        element("pPr", element("ind", **indent)),
        ilvl=number,
    )


def _number(number: int, abstract: int, *overrides: Element) -> Element:
    return element("num", element("abstractNumId", val=abstract), *overrides, numId=number)


def _list(number: int, abstract: int, start: int, level: int) -> Element:
    """A list, which begins to count by itself."""
    override = element("lvlOverride", element("startOverride", val=start), ilvl=level)
    return _number(number, abstract, override)


def _counts_as_word(document: Document) -> bool:
    """Return whether Word would count the headings as the document does; it would not where a part
    or an appendix has numbers of its own."""
    counts = [0] * LEVELS
    for _, section, _ in find(document, Section):
        assert isinstance(section, Section)
        if not section.number:
            continue
        depth = min(section.depth, LEVELS)
        counts[depth - 1] += 1
        counts[depth:] = [0] * (LEVELS - depth)
        if section.number != ".".join(map(str, counts[:depth])):
            return False
    return True


def kind_of(node: model.List) -> tuple[str, str]:
    """The style in which a list counts, and its punctuation."""
    return (node.style, node.form) if node.ordered else ("bullet", "")
