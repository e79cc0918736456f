"""Lists of paragraphs that begin with typed bullets, numbers or letters, as elements of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.atoms import number_by
from pipeline.model.late import late

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

_HOLDERS = ("body", "div", "section", "article", "main", "li", "td", "th", "blockquote", "aside")


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
    for holder in [*root.iter(*_HOLDERS)]:
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
        mark = _continued(lists, marks[at])
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


def _continued(lists: list[_Open], marks: Sequence[TypedMark]) -> TypedMark | None:
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
