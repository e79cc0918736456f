"""Headings by the size and weight of letters, where no style says what is a heading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.article import words
from pipeline.commands.importing.copied_lines import ENDS
from pipeline.commands.importing.link_targets import LABEL
from pipeline.commands.importing.page_metadata import TITLE
from pipeline.commands.importing.typed_lists import NUMBER, RULED
from pipeline.commands.importing.vocabulary import phrase

LARGER = 1.12
"""The minimum size of a heading, relative to the text."""

LONGEST, LONGEST_BOLD = 25, 15
"""Maximum words of a heading, and of one that is only in bold."""

USUAL = 12.0
"""The size of text without one, in points."""

FEWEST_CAPITALS, MOST_IN_A_ROW, FEWEST = 6, 2, 3
"""The characters of a heading that is only in capitals, at least; the headings that follow each
other and are only in bold or capitals, at most; and the headings in italics, and of questions in
bold, at least."""

BOLD_LOOK, QUESTION_LOOK, BOLD_ITALIC_LOOK, ITALIC_LOOK = range(10, 14)
"""The looks of headings that are no larger than the text, from the highest level to the lowest:
bold or in capitals, questions in bold, bold italics, italics."""

QUESTION_MARKS = ("?", "？", "؟")

SIZE, BOLD = "data-size", "data-bold"
"""The attributes of paragraphs for the size of their letters, in points, and for their weight."""

KNOWN = "data-known"
"""The attribute of a body whose headings are known."""

_CONTAINERS = frozenset("table ul ol dl blockquote figure aside".split())
"""Elements whose paragraphs are no headings."""


class TextLine(NamedTuple):
    """A line or a paragraph: its text, the size of its letters, and whether all are bold or
    italic."""

    text: str
    size: float
    bold: bool
    italic: bool = False


class Levels:
    """The levels of headings, by the outline, and by the letters that they are in; ``text`` is the
    size of most of the text, ``title`` its title if known."""

    def __init__(
        self, lines: Iterable[TextLine], outline: Mapping[str, int], title: str = ""
    ) -> None:
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
        self._larger = {size: min(number, 5) for number, size in enumerate(larger, 1)}
        self._outline = outline
        self._title = title

    def is_title(self, line: TextLine) -> bool:
        """Return whether a line is in the largest letters."""
        is_short = 0 < len(line.text.split()) <= LONGEST_BOLD
        return is_short and self._larger.get(round(line.size, 1)) == 1

    def of_all(self, lines: Sequence[TextLine | None]) -> list[int]:
        """The levels of lines and of other content; 0 for what is no heading. Lines in bold,
        capitals or italics that follow each other, such as those of a list, or that nothing
        follows, are no headings."""
        looks: list[int] = []
        for look, run in groupby(self._look(line) if line else 0 for line in lines):
            number = len([*run])
            is_last = len(looks) + number == len(lines)
            no_heading = look >= BOLD_LOOK and (number > MOST_IN_A_ROW or is_last)
            looks += [0 if no_heading else look] * number
        first = looks.index(QUESTION_LOOK) if QUESTION_LOOK in looks else 0
        above = " ".join((self._title, *(line.text for line in lines[:first] if line)))
        if any(phrase("speech", word).search(above) for word in ("interview", "with")):
            looks = [0 if look == QUESTION_LOOK else look for look in looks]
        for rare in (QUESTION_LOOK, ITALIC_LOOK):
            _keep_above_text(lines, looks, rare)
        looks = [BOLD_LOOK if look == QUESTION_LOOK else look for look in looks]
        used = sorted({look for look in looks if look >= BOLD_LOOK})
        weak = {look: len(self._larger) + at for at, look in enumerate(used, 1)}
        return [weak.get(look, look) for look in looks]

    def _look(self, line: TextLine) -> int:
        """The level of a heading by the outline or by its size; or else how it looks, if it is
        short and not repeated, as the names of speakers are."""
        words = len(line.text.split())
        if not words or words > LONGEST:
            return 0
        larger = self._larger.get(round(line.size, 1), 0)
        level = self._outline.get(line.text.casefold(), larger)
        if level or words > LONGEST_BOLD or self._often[line.text] > 1:
            return level
        is_question = line.text.endswith(QUESTION_MARKS)
        if ENDS.search(line.text) and not (is_question and line.bold):
            return 0
        if line.bold and line.italic:
            return BOLD_ITALIC_LOOK
        if line.bold or (line.text.isupper() and len(line.text) >= FEWEST_CAPITALS):
            return QUESTION_LOOK if is_question else BOLD_LOOK
        return ITALIC_LOOK if line.italic else 0


def _keep_above_text(lines: Sequence[TextLine | None], looks: list[int], rare: int) -> None:
    """Keep headings of a ``rare`` look if they recur, each above plain text, and if not most of
    what looks like this is something else: a caption, a byline, a stage direction."""
    places = [at for at, look in enumerate(looks) if look == rare]
    kept = [at for at in places if _is_above_text(lines, looks, at)]
    below = [at for at in kept if at and looks[at - 1]]
    others = sum(
        line is not None and line.italic and not line.bold and rare == ITALIC_LOOK for line in lines
    )
    if len(kept) < FEWEST or 2 * len(kept) < others or 2 * len(below) > len(kept):
        kept = []
    for at in {*places} - {*kept}:
        looks[at] = 0


def _is_above_text(lines: Sequence[TextLine | None], looks: Sequence[int], at: int) -> bool:
    line, below = lines[at], lines[at + 1]
    if line is None or below is None or looks[at + 1] or (at and lines[at - 1] is None):
        return False
    is_text = not (below.italic or below.bold or RULED.fullmatch(below.text))
    is_text = is_text and not (looks[at] == QUESTION_LOOK and NUMBER.match(below.text))
    return is_text and line.text[0].isalnum() and not line.text[0].islower()


def usual(sizes: Iterable[tuple[float, str]]) -> float:
    """The size of most of the letters; `USUAL` if none is known."""
    counts = Counter[float]()
    for size, text in sizes:
        counts[size or USUAL] += len(text.strip())
    return counts.most_common(1)[0][0] if counts else USUAL


def find_headings(body: Element, title: str) -> list[str]:
    """Make headings of paragraphs in large, bold or italic letters, if the page has none, and give
    their texts; where it has some, this can only be the title."""
    title = " ".join([title, *(word for e in body.iter("title", "h1") for word in words(e))])
    paragraphs = [
        p
        for p in body.iter("p")
        if not any(above.tag in _CONTAINERS for above in p.iterancestors())
    ]
    lines = {p: _line(p) for p in paragraphs}
    levels = Levels((line for line in lines.values() if line.text), {}, title)
    is_known = body.find(f"body[@{KNOWN}]") is not None
    if is_known or any(heading.get("class") != TITLE for heading in body.iter("h1", "h2")):
        levels_of = _title(paragraphs[:1], lines, levels)
        for paragraph in levels_of:
            paragraph.set("class", TITLE)
    else:
        levels_of = dict(_headings(paragraphs, lines, levels))
    for paragraph, level in levels_of.items():
        paragraph.tag = f"h{level}"
        etree.strip_tags(
            paragraph, "strong", "b", *(("em", "i") if lines[paragraph].italic else ())
        )
    for element in body.iter("*"):
        element.attrib.pop(SIZE, None)
        element.attrib.pop(BOLD, None)
    return [lines[paragraph].text for paragraph in levels_of]


def _line(paragraph: Element) -> TextLine:
    words_said = words(paragraph)
    strong = [word for e in paragraph.iter("strong", "b") for word in words(e)]
    italic = [word for e in paragraph.iter("em", "i") for word in words(e)]
    is_bold = bool(words_said) and (
        len(strong) >= len(words_said) or paragraph.get(BOLD) is not None
    )
    is_line = bool(words_said) and paragraph.find(".//br") is None
    is_italic = is_line and len(italic) >= len(words_said)
    return TextLine(" ".join(words_said), float(paragraph.get(SIZE) or 0), is_bold, is_italic)


def _title(
    first: list[Element], lines: Mapping[Element, TextLine], levels: Levels
) -> dict[Element, int]:
    """The first paragraph, if it is in the largest letters and above all else."""
    return {
        p: 1
        for p in first
        if levels.is_title(lines[p])
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
    numbers = levels.of_all([line for _, line in rows])
    yield from ((row[0], level) for row, level in zip(rows, numbers, strict=True) if level)
