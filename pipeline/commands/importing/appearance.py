"""Headings by the size and weight of letters, where no style says what is a heading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.article import words
from pipeline.commands.importing.interviews import phrase
from pipeline.commands.importing.link_targets import LABEL
from pipeline.commands.importing.page_metadata import TITLE
from pipeline.commands.importing.text import ENDS, NUMBER, RULED

LARGER, A_LITTLE, SMALLER = 1.12, 1.04, 0.94
"""The minimum sizes of a heading, and of one that recurs, relative to the text; and the size of
text that is smaller."""

LONGEST, LONGEST_BOLD = 25, 15
"""Maximum words of a heading, and of one that is no larger than the text."""

USUAL = 12.0
"""The size of text without one, in points."""

FEWEST_CAPITALS, MOST_IN_A_ROW, FEWEST = 6, 2, 3
"""The characters of a heading that is only in capitals, at least; the headings that follow each
other and are no larger than the text, at most; and the headings of a look that is also that of
other things, at least."""

LARGE, BOLD_CAPITALS, CAPITALS, BOLD_LOOK, BOLD_ITALIC, UNLIKE, ITALIC = range(7)
"""The ranks of looks, from the highest level to the lowest: known by the outline or by its size;
bold capitals, capitals, bold, bold italics; otherwise unlike the text; italics."""

QUESTION_MARKS = ("?", "？", "؟")

CENTRED, APART = "centred ", "apart "
"""The beginning of the face of a line that is centred, or has more space above it than others."""

SIZE, BOLD = "data-size", "data-bold"
"""The attributes of paragraphs for the size of their letters, in points, and for their weight."""

KNOWN = "data-known"
"""The attribute of a body whose headings are known."""

_CONTAINERS = frozenset("table ul ol dl blockquote figure aside".split())
"""Elements whose paragraphs are no headings."""


class TextLine(NamedTuple):
    """A line or a paragraph: its text, the size of its letters, whether all are bold or italic; and
    its face, what else could set it apart: its place, the font and the colour of its letters; "" if
    that is not known."""

    text: str
    size: float
    bold: bool
    italic: bool = False
    face: str = ""


class _Look(NamedTuple):
    """The look of a heading: a rank, with the level if that is known, and what is the same for all
    of the level."""

    rank: int
    level: int = 0
    size: float = 0
    face: str = ""
    is_question: bool = False

    @property
    def is_common(self) -> bool:
        """Return whether other things look like this as well: it must recur above text."""
        return self.is_question or self.rank >= UNLIKE


class Levels:
    """The levels of headings, by the outline, and by the letters that they are in; ``text`` is the
    size of most of the text, ``title`` its title if known."""

    def __init__(
        self, lines: Iterable[TextLine], outline: Mapping[str, int], title: str = ""
    ) -> None:
        sizes, faces = Counter[float](), Counter[str]()
        short: set[float] = set()
        self._often = Counter[str]()
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
            faces[line.face] += len(line.text)
            self._often[line.text] += 1
            if len(line.text.split()) <= LONGEST:
                short.add(round(line.size, 1))
        self.text = sizes.most_common(1)[0][0] if sizes else 0
        self._face = faces.most_common(1)[0][0] if faces else ""
        larger = sorted((size for size in short if size > LARGER * self.text), reverse=True)
        self._larger = {size: min(number, 5) for number, size in enumerate(larger, 1)}
        self._outline = outline
        self._title = title

    def is_title(self, line: TextLine) -> bool:
        """Return whether a line is in the largest letters."""
        is_short = 0 < len(line.text.split()) <= LONGEST_BOLD
        return is_short and self._larger.get(round(line.size, 1)) == 1

    def of_all(self, lines: Sequence[TextLine | None]) -> list[int]:
        """The levels of lines and of other content; 0 for what is no heading. Lines no larger than
        the text that follow each other, such as those of a list, or that nothing follows, are no
        headings."""
        looks: list[_Look | None] = []
        for look, run in groupby(self._heading(line) if line else None for line in lines):
            number = len([*run])
            is_last = len(looks) + number == len(lines)
            if look and look.rank and (number > MOST_IN_A_ROW or is_last):
                look = None
            looks += [look] * number
        questions = [at for at, look in enumerate(looks) if look and look.is_question]
        above = (line.text for line in lines[: questions[0] if questions else 0] if line)
        above_questions = " ".join((self._title, *above))
        if any(phrase("speech", word).search(above_questions) for word in ("interview", "with")):
            for at in questions:
                looks[at] = None
        for common in dict.fromkeys(look for look in looks if look and look.is_common):
            self._keep_above_text(lines, looks, common)
        looks = [look and look._replace(is_question=False) for look in looks]
        used = sorted(
            dict.fromkeys(look for look in looks if look and look.rank),
            key=lambda look: (look.rank, -look.size, look.face != CENTRED),
        )
        weak = {look: len(self._larger) + at for at, look in enumerate(used, 1)}
        return [(weak.get(look) or look.level) if look else 0 for look in looks]

    def _heading(self, line: TextLine) -> _Look | None:
        """The look of a line that may be a heading: it is short and not repeated, as the names of
        speakers are, and no sentence."""
        words = len(line.text.split())
        if not words or words > LONGEST:
            return None
        larger = self._larger.get(round(line.size, 1), 0)
        level = self._outline.get(line.text.casefold(), larger)
        look = self._look(line)
        if level or words > LONGEST_BOLD or self._often[line.text] > 1 or not look:
            return _Look(LARGE, level) if level else None
        is_question = line.text.endswith(QUESTION_MARKS) and not line.text.isupper()
        if ENDS.search(line.text) and not is_question:
            return None
        return look._replace(is_question=is_question)

    def _look(self, line: TextLine) -> _Look | None:
        """The look of a line that is no larger than the text, but unlike it."""
        is_larger = self.text * A_LITTLE < line.size
        is_smaller = line.size < self.text * SMALLER
        size = round(line.size, 1) if is_larger else 0
        place = CENTRED if line.face.startswith(CENTRED) else ""
        is_capital = line.text.isupper() and len(line.text) >= FEWEST_CAPITALS
        if line.bold and line.italic:
            return _Look(BOLD_ITALIC, 0, size, place)
        if line.bold:
            return _Look(BOLD_CAPITALS if is_capital else BOLD_LOOK, 0, size, place)
        if is_capital:
            return _Look(CAPITALS, 0, size, place)
        if is_smaller or not (is_larger or line.italic or line.face not in ("", self._face)):
            return None
        if line.italic:
            return _Look(ITALIC, 0, size, place)
        face = line.face.removeprefix(APART)
        return _Look(UNLIKE, 0, size, line.face if face == self._face else face)

    def _keep_above_text(
        self, lines: Sequence[TextLine | None], looks: list[_Look | None], common: _Look
    ) -> None:
        """Keep headings of a ``common`` look if they recur, each above plain text, and if not most
        of what looks like this is something else: a caption, a byline, a stage direction."""
        places = [at for at, look in enumerate(looks) if look == common]
        kept = [at for at in places if self._is_above_text(lines, looks, at)]
        below = [at for at in kept if at and looks[at - 1]]
        plain = common._replace(is_question=False)
        alike = sum(line is not None and self._look(line) == plain for line in lines)
        others = alike if plain.is_common else 0
        if len(kept) < FEWEST or 2 * len(kept) < others or 2 * len(below) > len(kept):
            kept = []
        for at in {*places} - {*kept}:
            looks[at] = None

    def _is_above_text(
        self, lines: Sequence[TextLine | None], looks: Sequence[_Look | None], at: int
    ) -> bool:
        line, look = lines[at], looks[at]
        below = lines[at + 1]
        if line is None or look is None or below is None or looks[at + 1]:
            return False
        if at and (lines[at - 1] is None or (at == 1 and looks[0])):
            return False  # a caption, or a byline
        is_text = not (self._look(below) or RULED.fullmatch(below.text))
        is_text = is_text and not (look.is_question and NUMBER.match(below.text))
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
