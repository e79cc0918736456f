"""Headings by the size and weight of letters, where no style says what is a heading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.authoring.importing.article import words
from pipeline.authoring.importing.lines import ENDS
from pipeline.authoring.importing.page_metadata import TITLE
from pipeline.authoring.importing.references import LABEL

LARGER = 1.12
"""The minimum size of a heading, relative to the text."""

LONGEST, LONGEST_BOLD = 25, 15
"""Maximum words of a heading, and of one that is only in bold."""

USUAL = 12.0
"""The size of text without one, in points."""

FEWEST_CAPITALS, MOST_IN_A_ROW = 6, 2
"""The characters of a heading that is only in capitals, at least; and the headings that follow each
other and are only in bold or capitals, at most."""

SIZE, BOLD = "data-size", "data-bold"
"""The attributes of paragraphs for the size of their letters, in points, and for their weight."""

_HELD = frozenset("table ul ol dl blockquote figure aside".split())
"""Elements whose paragraphs are no headings."""


class TextLine(NamedTuple):
    """A line or a paragraph: its text, the size of its letters, and whether all are bold."""

    text: str
    size: float
    bold: bool


class Levels:
    """The levels of headings, by the outline, and by the letters that they are in; ``text`` is the
    size of most of the text."""

    def __init__(self, lines: Iterable[TextLine], outline: Mapping[str, int]) -> None:
        sizes = Counter[float]()
        short: set[float] = set()
        self._often = Counter[str]()
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
            self._often[line.text] += 1
            if len(line.text.split()) <= LONGEST:
                short.add(round(line.size, 1))
        self.text = sizes.most_common(1)[0][0] if sizes else 0
        larger = sorted((size for size in short if size > LARGER * self.text), reverse=True)
        self._levels = {size: min(number, 5) for number, size in enumerate(larger, 1)}
        self.bold = len(larger) + 1
        self._outline = outline

    def of(self, line: TextLine) -> int:
        """The level of a heading, 0 for other text. Bold text, or text in capitals, is a heading
        if it is short, not a sentence, and not repeated, as the names of speakers are."""
        words = len(line.text.split())
        if not words or words > LONGEST:
            return 0
        level = self._outline.get(line.text.casefold(), 0)
        level = level or self._levels.get(round(line.size, 1), 0)
        is_marked = line.bold or (line.text.isupper() and len(line.text) >= FEWEST_CAPITALS)
        if not level and is_marked and words <= LONGEST_BOLD and self._often[line.text] < 2:
            level = 0 if ENDS.search(line.text) else self.bold
        return level

    def of_all(self, lines: Sequence[TextLine | None]) -> list[int]:
        """The levels of lines and of other content. Bold lines that follow each other, such as
        those of a list, or that nothing follows, are no headings."""
        found: list[int] = []
        for (level, is_weak), run in groupby(map(self._strength, lines)):
            number = len([*run])
            is_last = len(found) + number == len(lines)
            no_heading = is_weak and (number > MOST_IN_A_ROW or is_last)
            found += [0 if no_heading else level] * number
        return found

    def _strength(self, line: TextLine | None) -> tuple[int, bool]:
        """The level of a line, and whether only bold or capitals say so."""
        level = self.of(line) if line else 0
        is_told = line is not None and line.text.casefold() in self._outline
        return level, level == self.bold and not is_told


def usual(sizes: Iterable[tuple[float, str]]) -> float:
    """The size of most of the letters; `USUAL` if none is known."""
    counts = Counter[float]()
    for size, text in sizes:
        counts[size or USUAL] += len(text.strip())
    return counts.most_common(1)[0][0] if counts else USUAL


def find_headings(body: Element) -> list[str]:
    """Make headings of paragraphs in large or bold letters, if the page has none, and give their
    texts; where it has some, this can only be the title."""
    paragraphs = [
        p for p in body.iter("p") if not any(above.tag in _HELD for above in p.iterancestors())
    ]
    lines = {p: _line(p) for p in paragraphs}
    levels = Levels((line for line in lines.values() if line.text), {})
    if any(heading.get("class") != TITLE for heading in body.iter("h1", "h2")):
        made = _title(paragraphs[:1], lines, levels)
        for paragraph in made:
            paragraph.set("class", TITLE)
    else:
        made = dict(_headings(paragraphs, lines, levels))
    for paragraph, level in made.items():
        paragraph.tag = f"h{level}"
        etree.strip_tags(paragraph, "strong", "b")
    for element in body.iter("*"):
        element.attrib.pop(SIZE, None)
        element.attrib.pop(BOLD, None)
    return [lines[paragraph].text for paragraph in made]


def _line(paragraph: Element) -> TextLine:
    said = words(paragraph)
    strong = [word for e in paragraph.iter("strong", "b") for word in words(e)]
    is_bold = bool(said) and (len(strong) >= len(said) or paragraph.get(BOLD) is not None)
    return TextLine(" ".join(said), float(paragraph.get(SIZE) or 0), is_bold)


def _title(
    first: list[Element], lines: Mapping[Element, TextLine], levels: Levels
) -> dict[Element, int]:
    """The first paragraph, if it is in the largest letters and above all else."""
    return {
        p: 1
        for p in first
        if levels.of(lines[p]) == 1 < levels.bold
        and len(lines[p].text.split()) <= LONGEST_BOLD
        and not any(
            words(before)
            for e in (p, *p.iterancestors())
            for before in e.itersiblings(preceding=True)
            if e.tag != "body"
        )
    }


def _headings(
    paragraphs: Sequence[Element], lines: Mapping[Element, TextLine], levels: Levels
) -> Iterator[tuple[Element, int]]:
    """The paragraphs that are headings, with their levels."""
    rows: list[tuple[Element, TextLine | None]] = []
    for paragraph in paragraphs:
        line = lines[paragraph]
        below = paragraph.getnext()
        if line.text:
            rows.append((paragraph, None if LABEL.match(line.text) else line))
        if below is not None and below not in lines:
            rows.append((below, None))
    found = levels.of_all([line for _, line in rows])
    yield from ((row[0], level) for row, level in zip(rows, found, strict=True) if level)
