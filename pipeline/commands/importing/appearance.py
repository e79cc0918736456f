"""Text by its appearance: pieces with formats, headings by the size of letters, and typed lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple, TypeAlias

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.article import words
from pipeline.commands.importing.citations import LABEL
from pipeline.commands.importing.draft import append_text
from pipeline.commands.importing.interviews import phrase
from pipeline.commands.importing.lines import ENDS
from pipeline.commands.importing.metadata import TITLE
from pipeline.model.late import late

# --- atoms -----------------------------------------------------------------------------------
# Pieces of text with their formats, and the elements of HTML that they become.

FORMATS = ("ins", "del", "link", "lang", "strong", "em", "u", "s", "mark", "raised", "caps", "code")
"""The formats of text, from the outermost element to the innermost."""

Formats: TypeAlias = tuple[tuple[str, str], ...]


class Atom(NamedTuple):
    """A piece of text, or an element, and how it is formatted."""

    content: str | Element
    formats: Formats = ()


def fill(element: Element, atoms: Sequence[Atom], formats: Sequence[str] = FORMATS) -> None:
    """Put pieces into an element, in as few elements of formats as may be."""
    if not formats:
        for atom in atoms:
            if isinstance(atom.content, str):
                append_text(element, atom.content)
            else:
                element.append(atom.content)
        return
    for value, run in groupby(atoms, lambda atom: dict(atom.formats).get(formats[0], "")):
        inner = element if not value else _element(element, formats[0], value)
        fill(inner, list(run), formats[1:])


def last_or_new(parent: Element, tag: str) -> Element:
    """The last element of another if it has this tag, or else a new one there."""
    last = parent[-1] if len(parent) else None
    return last if last is not None and last.tag == tag else etree.SubElement(parent, tag)


def set_numbering(listed: Element, sort: str, around: str) -> None:
    """Let a list count in letters or numerals of a style (``a``, ``A``, ``i``, ``I``), with their
    punctuation."""
    if sort in ("a", "A", "i", "I"):
        listed.set("type", sort)
    if around.endswith(")"):
        listed.set("class", "in-brackets" if around.startswith("(") else "closed")


def number_by(listed: Element, mark: str) -> None:
    """Number a list as the mark of its first item does: ``a)``, ``3.``, ``(iv)``."""
    first = mark.strip("(.) ")
    if not re.fullmatch(r"\d{1,4}|[a-zA-Z]{1,4}", first):
        return
    sort = first[0] if first in "aAiI" else "a" if first.islower() else "A"
    set_numbering(listed, "" if first.isdigit() else sort, mark)
    start = int(first) if first.isdigit() else "abcdefgh".find(first.lower()) + 1
    if start > 1:
        listed.set("start", str(start))


def _element(parent: Element, format: str, value: str) -> Element:
    match format:
        case "link":
            return etree.SubElement(parent, "a", href=value)
        case "lang":
            return etree.SubElement(parent, "span", lang=value)
        case "caps":
            return etree.SubElement(parent, "span", {"class": "small-caps"})
        case "raised":
            return etree.SubElement(parent, value)
        case "ins":
            return etree.SubElement(parent, "ins", datetime="")
        case _:
            return etree.SubElement(parent, format)


# --- appearance ------------------------------------------------------------------------------
# Headings by the size and weight of letters, where no style says what is a heading.

LARGER, A_LITTLE, SMALLER = 1.12, 1.04, 0.94
"""The minimum sizes of a heading, and of one that recurs, relative to the text; and the size of
text that is smaller."""

LONGEST_HEADING, LONGEST_BOLD = 25, 15
"""Maximum words of a heading, and of one that is no larger than the text."""

USUAL_SIZE = 12.0
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
            if len(line.text.split()) <= LONGEST_HEADING:
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

    def levels_of(self, lines: Sequence[TextLine | None]) -> list[int]:
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
        if not words or words > LONGEST_HEADING:
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
    """The size of most of the letters; `USUAL_SIZE` if none is known."""
    counts = Counter[float]()
    for size, text in sizes:
        counts[size or USUAL_SIZE] += len(text.strip())
    return counts.most_common(1)[0][0] if counts else USUAL_SIZE


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
    numbers = levels.levels_of([line for _, line in rows])
    yield from ((row[0], level) for row, level in zip(rows, numbers, strict=True) if level)


# --- typed lists -----------------------------------------------------------------------------
# Lists of paragraphs that begin with typed bullets, numbers or letters, as elements of HTML.

BULLET = late(r"(\s*)(?:([•◦▪‣·●○■□▸►➤➢✓✔✗⁃∙\uf0b7\uf0a7*+–—-])\s+|(o)\s{2,})(?=\S)")
"""The bullet that a line begins with."""

NUMBER = late(r"(\s*)\(?(\d{1,3}|[a-z]|[ivx]{1,5})[.)]\s+(?=\S)")
"""The number or letter that a line begins with."""

TO_TICK = {"☐": False, "☑": True, "☒": True}
"""Boxes, and whether they are ticked."""

_CAPITAL = late(r"(\s*)\(?([A-Z])\)\s+(?=\S)")
_BOX = late(rf"(\s*)([{(boxes := ''.join(TO_TICK))}])\s*[^\s{boxes}][^{boxes}]*$")
RULED = late(r"[\s_]{4,}|[\s.…]{10,}")
"""A line of underscores or dots to write on."""

_ROMAN = {sign: n for n, sign in enumerate("i ii iii iv v vi vii viii ix x".split(), 1)}
_SENTENCE = late(r"[.!?…][”\"’»]?\s*$")
AHEAD = 100
"""Paragraphs after an item among which the next one of its list is looked for."""

_WITH_LINES = ("body", "div", "section", "article", "main", "li", "td", "th", "blockquote", "aside")


class TypedMark(NamedTuple):
    """A typed mark: its form (the bullet, or the kind of number and the signs around it), its
    number, and the length of what is typed."""

    form: str
    number: int
    text: str
    length: int


class _Open(NamedTuple):
    """A list that is open, and the mark of its last item."""

    element: Element
    mark: TypedMark


def make_lists(root: Element) -> list[str]:
    """Make lists of paragraphs, and of lines in them, that begin with marks, and give their
    marks."""
    for paragraph in [*root.iter("p")]:
        _divide(paragraph)
    marks: list[str] = []
    for holder in [*root.iter(*_WITH_LINES)]:
        marks += _lists_in(holder)
    return marks


def _divide(paragraph: Element) -> None:
    """Make paragraphs of the lines of one that begin with marks which follow each other."""
    breaks = [child for child in paragraph if child.tag == "br"]
    lines = [paragraph.text or ""]
    for child in paragraph:
        lines += [""] if child.tag == "br" else []
        lines[-1] += ("" if child.tag == "br" else _text(child)) + (child.tail or "")
    marks = [[*_marks(line)] for line in lines]
    pairs = pairwise(filter(None, marks))
    if not any(_goes_on(mark, last) for a, b in pairs for last in a for mark in b):
        return
    for line_break, begins in zip(reversed(breaks), reversed(marks[1:]), strict=True):
        if begins:
            line = etree.Element("p")
            line.text = line_break.tail
            line.extend([*line_break.itersiblings()])
            paragraph.remove(line_break)
            paragraph.addnext(line)


def _lists_in(holder: Element) -> Iterator[str]:
    children = [*holder]
    marks = [[*_marks(_text(child))] if child.tag == "p" else [] for child in children]
    are_lines = [
        child.tag == "p" and bool(RULED.fullmatch(_text(child).strip())) for child in children
    ]
    lists: list[_Open] = []
    for at, child in enumerate(children):
        if (child.tail or "").strip():
            marks[at] = []
        mark = _continue_list(lists, marks[at])
        if mark is None:
            near = slice(at + 1, at + 1 + AHEAD)
            after = [*zip(marks[near], are_lines[near], strict=True)]
            mark = next((m for m in marks[at] if m.form == "☐" or _goes_on_in(after, m)), None)
            if mark:
                while lists and not (
                    _rank(mark) > _rank(lists[-1].mark) or _goes_on_in(after, lists[-1].mark)
                ):
                    lists.pop()
                to = lists[-1].element[-1] if lists else holder
                element = etree.Element("ol" if mark.number else "ul")
                if lists:
                    to.append(element)
                else:
                    to.insert(to.index(child), element)
                if mark.number:
                    number_by(element, mark.text)
                lists.append(_Open(element, mark))
        if mark is None and not (lists and are_lines[at]):
            lists.clear()
        elif mark is None:
            lists[-1].element[-1].append(child)
        else:
            lists[-1] = lists[-1]._replace(mark=mark)
            child.tail = None
            etree.SubElement(lists[-1].element, "li").append(child)
            if mark.length:
                _cut(child, mark.length)
                yield mark.text


def _text(element: Element) -> str:
    return "".join(str(text) for text in element.itertext())


def _marks(text: str) -> Iterator[TypedMark]:
    """The marks that a text may begin with: ``i)`` is a letter, or a number."""
    if box := _BOX.match(text):
        yield TypedMark("☐", 0, box[2], 0)
    elif match := BULLET.match(text):
        sign = match[2] or match[3]
        # a dash may begin what somebody says
        if sign != "—" and not (sign == "–" and _SENTENCE.search(text)):
            yield TypedMark(sign, 0, sign, match.end())
    elif match := NUMBER.match(text) or _CAPITAL.match(text):
        sign, typed = match[2], match[0].strip()
        around = typed.replace(sign, "#")
        if sign.isdigit():
            yield TypedMark(f"1{around}", int(sign), typed, match.end())
        else:
            if sign in _ROMAN:
                yield TypedMark(f"i{around}", _ROMAN[sign], typed, match.end())
            if len(sign) == 1:
                yield TypedMark(
                    f"{'a' if sign.islower() else 'A'}{around}",
                    ord(sign.lower()) - 96,
                    typed,
                    match.end(),
                )


def _goes_on(mark: TypedMark, last: TypedMark) -> bool:
    return mark.form == last.form and (not mark.number or mark.number == last.number + 1)


def _continue_list(lists: list[_Open], marks: Sequence[TypedMark]) -> TypedMark | None:
    """The mark that continues an open list, whose inner lists are closed."""
    for depth in range(len(lists) - 1, -1, -1):
        for mark in marks:
            if _goes_on(mark, lists[depth].mark):
                del lists[depth + 1 :]
                return mark
    return None


def _rank(mark: TypedMark) -> int:
    """The place of a mark among others: numbers stand above letters, and these above bullets."""
    return {"1": 0, "A": 1, "a": 1, "i": 2}[mark.form[0]] if mark.number else 3


def _goes_on_in(after: Iterable[tuple[Sequence[TypedMark], bool]], mark: TypedMark) -> bool:
    """Return whether the next item of a list comes before other text."""
    for marks, is_line in after:
        if any(_goes_on(other, mark) for other in marks):
            return True
        if not marks and not is_line:
            break
    return False


def _cut(element: Element, length: int) -> int:
    """Take the first characters of an element away, and give the number of those that are left to
    take."""
    text = element.text or ""
    element.text, length = text[length:], max(0, length - len(text))
    for inner in element:
        length = _cut(inner, length)
        text = inner.tail or ""
        inner.tail, length = text[length:], max(0, length - len(text))
    return length
