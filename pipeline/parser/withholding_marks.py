"""The marks in a source that can withhold text, found in its lines, whatever constructs read them:
attribute lists, classes of HTML, and names of blocks and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.model.audience import conditions_of
from pipeline.model.late import late
from pipeline.model.removal import BLOCK, TEXT
from pipeline.model.secrets import meaning_of
from pipeline.model.tree import CONDITIONS, FOR_TEACHERS, LEVEL
from pipeline.parser.attributes import CLASS_KEYS, make_attributes, meant_class, read_attributes
from pipeline.parser.lines import RIGHT, UNSEEN, LinePlaces, number_lines
from pipeline.parser.markup import OPENING_TAG, tokenise, withheld_by
from pipeline.parser.names import meant_name
from pipeline.parser.withheld_ranges import Place, Range

_BEGINS = late(
    r"\{|<(?:[A-Za-z]|!--)"
    r"|^(?:[ \t>|]|[*+-][ \t]|\d{1,9}[.)][ \t])*+"
    r"(?:\[[ \t]*![ \t]*(?P<box>[^\W\d_][\w -]{0,40})\]"
    r"|(?::{2,}|/{3,}|!!!|\?\?\?\+?)[ \t]*"
    r"(?:level\b(?P<level>[^{}\n]*)|(?P<block>[^\W\d_][\w-]*)))",
    re.MULTILINE,
)
_TAG = late(OPENING_TAG)


_UNREADABLE_TAG = late(
    r"<[A-Za-z][^<>\n]{0,200}\sclass(?:Name)?\s*=\s*[\"'“]?([^\W\d_][\w-]*)[^<>\n]{0,200}>?"
)
_CONTAINER = late(r":{3,}[ \t]*[\w{]")
_NAMED = late(r"(?:(?:`{3,}+|~{3,}+)[ \t]*+(?:\{[ \t]*+)?|\\begin\{[ \t]*+)([^\W\d_][\w-]*+)")
_UNSEEN = late(f"[{UNSEEN}]")
_S = rf"[ \t{UNSEEN}]"
_BOX = rf"(?:\((?:{_S}|{RIGHT})\)|\[(?:{_S}|{RIGHT})\]){_S}+"
_WIDE_BOX = rf"\({_S}{{0,3}}+(?:(?<!\()|{RIGHT}){_S}{{0,3}}+\){_S}*+"
_CHOICE, _LOOSE_CHOICE = (
    late(rf"(?:[*+-]|\d{{1,9}}[.)])[ \t]+(?:{_BOX}|\(\) |\[\] )\S"),
    late(
        rf"(?:(?:[*+-]|\w{{1,3}}[.)]){_S}+)?{_BOX}[^\W_]"
        rf"|(?:[*+-]|\w{{1,3}}[.)]){_S}+[*_]{{0,2}}{_WIDE_BOX}[*_]{{0,2}}[^\W_]"
    ),
)
_GAP = late(rf"(?<!\\)___[ \t{UNSEEN}]*+\{{(?!\{{)")
_LATE = late(rf"{_S}:{{3,}}")
_MARKERS = late(r"(?:[ \t>:*+-]|\(?\w{1,9}[.)](?=[ \t]|$)|\[\^[^\]]*\]:)*")
"""Lines that begin a block or a choice, and gaps with answers."""

_BEFORE = r"^[ \t>|]*+(?:(?:[*+-]|\w{1,3}[.)])[ \t]++)*+"
"""The beginning of a line before a block: spaces, and the markers of what is around it."""

OF_SOLUTION = "sol-"
"""The beginning of the id of a solution in Quarto."""

_NAME = r"[^\W\d_](?:[^\W_]|[' -]|_(?!_)){0,60}"
SIGNS = "xX✓✔☑✅"

_LOOKS = late(
    r"(?<!\\)\{(?P<task>\{\s*+(?:c\d{1,3}::|cloze\s)|\d{0,3}:[A-Z_]{2,20}:[=~%]"
    r"|\s*+=(?!=)[^{}]{1,200}?\s[=~](?!=)|\s*+~(?!~)[^{}]{1,200}?\s=(?!=))"
    r"|(?<!\\)\\(?P<command>[cC]orrect[cC]hoice(?![a-zA-Z])|(?:fillin|answerline)(?=\s*+\[))"
    r"|^(?P<key>ANSWER:\s++[A-Z]\s*$|exsolution:)"
    r"|(?<!\\)\\if(?:print|show)?(?P<condition>[a-z]{3,20})"
    r"|(?P<spoiler>^[ \t>]*+(?<=>)!(?![!\[])|(?<!\S)>!(?=\S)[^<>]{1,200}!<"
    r"|<spoiler\b|<[a-z]\w*+(?=\s)[^<>]{0,200}?\s(?:hidden(?=[\s/>]|=[\"'])"
    r"|style\s*=(?![^<>]{0,200}background)[^<>]{0,200}?(?<![\w-])"
    r"(?:display\s*:\s*none|color\s*:\s*(?:white|\#fff|transparent)))"
    r"|(?<!\\)\[spoiler\b[^\[\]]{0,60}\](?!\()|\{\{[<%]\s*+spoiler\b"
    r"|(?<![|\\])\|\|(?=[^\s|])[^|]{1,200}(?<!\s)\|\|(?!\|))"
    r"|(?<!\\)\{(?!%)(?P<list>[^{}]{1,200}+)\}"
    rf"|(?:<[a-zA-Z]|{_BEFORE}[`~]{{3,}})[^<>`]{{0,200}}?\b(?i:class|className)\s*+="
    r"\s*+[\\\"'“]*+(?P<classes>[^\"'”<>]{1,100})"
    rf"|(?<=[\]\s])\.(?P<part>{_NAME})\}}|\]\(\.(?P<address>{_NAME})\)"
    rf"|\[/\s*+(?P<closing>{_NAME})\]"
    rf"|<!--\s*+(?:/|(?i:end|begin|start)[\s:_-])\s*+(?P<comment>{_NAME})--+>"
    r"|(?:(?<!\w)<|</)(?P<element>[a-zA-Z][\w-]{1,60})"
    rf"|(?:{_BEFORE}(?::{{2,}}|/{{3,}}|!!!|\?\?\?\+?)|[^\s:]\s:::)"
    rf"(?=[\s{{.]*+(?![\w-]*+\s*=)(?P<block>{_NAME}))"
    rf"|{_BEFORE}(?:`{{3,}}|~{{3,}})(?P<words>[\s{{.]*+{_NAME})"
    rf"|(?<!\\)\[\s*+!\s*+(?P<box>{_NAME})(?:\]|\s*$)"
    rf"|^[ \t]*+>[ \t>]*+[\[!](?P<quoted>{_NAME})\]?\s*$"
    r"|\\(?:begin\{)?(?P<environment>[a-zA-Z]\w{0,60})(?=[\[{}])"
    r"|\{(?:%|\{[<%])-?\s*+(?:(?:if|hint|box|details|callout|alert|tab|expand)\b(?:\s+\w+=)?)?"
    r"[\s\"']*+(?P<tag>[^\W\d_]\w{0,60})"
    rf"|{_BEFORE}(?:\[(?:[A-Z]{{2,20}})?(?:\.|role=\"?)|ifdef::|\.\.\s+(?:[\w-]+::\s+)?"
    rf"|\#\+(?i:begin_))(?P<line>[^\W\d_][\w-]{{0,60}})(?=\"?[\],\[]|::|\s*$)"
    rf"|{_BEFORE}(?P<field>{_NAME})::(?=\s)"
    rf"|^[ \t>]*+(?:\.(?P<caption>{_NAME})|:(?P<drawer>[A-Z]{{3,30}}):)\s*$"
    rf"|{_BEFORE}(?:\#\|\s*+(?:label|class)[\w-]*|:(?:class|label|name|tags)):"
    r"(?P<options>[^:]{1,60})"
    r"|(?:(?:#|//|--|%)\s*+BEGIN|\S\s++(?:#|//|--|%))\s++(?P<notebook>SOLUTION)\b"
    r"|(?<![\\_])_{3,}+(?P<gap>\{|\s{1,3}\{(?![\s.#:{-]|[\w-]++\s*=))"
    rf"|{_BEFORE}[*_]{{0,2}}\((?P<choice>\s?[{SIGNS}]\s?)\)(?!\()",
)
"""Each alternative has a group, whose name says how a mark is written."""

LIKELY = late(
    r"\{|\}|<[/a-zA-Z!]|\[(?:\s*!|[A-Z]*\.|role=|/|spoiler)|\]\(\.|:[:：]|：|:\w+:|!!!|\?\?\?|///|```"
    r"|~~~|\|\||#[|+]|SOLUTION|ANSWER:|xsolution:|\.(?:\.[ \t]|[^\W\d_])|>[ \t]*[!\[]"
    rf"|\\(?:if|[cC]orr|fillin|answerl)|\(\s?[{SIGNS}]"
)
"""Each alternative begins with one character, so that a line without these is soon read."""

_CLASS = late(r"(?:^|(?<=[\s,;:]))\.([^\W\d_][\w-]*)")
_PAIR = late(r"(?:^|(?<=[\s,;]))([a-zA-Z-]+)\s*+[=:]\s*+[\\\"'“]*+([^\"'”]*)")
_LABEL = late(r"\s*+([^\W\d_][\w -]{0,60}):(?!:)")
_KEYS = CLASS_KEYS | {"when-profile", "unless-profile", "when-meta", "unless-meta"}
"""The keys of classes, and of Quarto's conditions."""

_WORD = late(r"[^\s{}\[\]\"',;=.]+")


class Mark(NamedTuple):
    """The text from ``start`` to ``end``, and its conditions; ``written`` is its form: a
    ``list`` of attributes, a ``tag``, or the ``name`` of a box or a block."""

    start: Place
    end: Place
    conditions: Attributes
    written: str

    def agrees_with(self, place: Range) -> bool:
        """Return whether a range is withheld from all that the mark withholds it from."""
        return bool(place.conditions.classes) >= bool(self.conditions.classes) and {
            *place.conditions.pairs
        } >= {*self.conditions.pairs}


def marks_in(text: str, first: int) -> Iterator[Mark]:
    """The marks in a text that begins with the line ``first``."""
    places = LinePlaces(number_lines(text, first))
    comment = text.find("-->")
    after = 0
    for begin in _BEGINS.finditer(text):
        at = begin.start()
        if at < after:
            continue
        if text.startswith("<!--", at):
            while 0 <= comment < at:
                comment = text.find("-->", at)
            after = comment
            continue
        marked, end, written = NO_ATTRIBUTES, begin.end(), "name"
        if name := begin["box"] or begin["block"]:
            at = begin.start("box") if begin["box"] else begin.start("block")
            marked = Attributes(classes=(meant_name(name.strip()),))
            written = "box" if begin["box"] else "name"
        elif levels := (begin["level"] or "").split():
            at = begin.start("level")
            marked = make_attributes(pairs=((LEVEL, " ".join(levels)),))
        elif text[at] == "<":
            marked, end, written = *_of_tag(text, at), "tag"
            if end == at + 1 and (names := _UNREADABLE_TAG.match(text, at)):
                marked, end, written = make_attributes(classes=(names[1],)), names.end(), "name"
        elif listed := read_attributes(text, at) or meant_class(text, at):
            marked, end, written = *listed, "list"
        conditions = conditions_of(marked)
        start, stop = places.at(at), places.at(end)
        if conditions != NO_ATTRIBUTES and start and stop:
            place = (start.line, start.column), (stop.line, stop.column)
            yield Mark(*place, conditions, written)


def opens_block(line: str) -> bool:
    """Return whether a line begins a ``:::`` block, a choice, or a block that is withheld, or was
    one before that was left out."""
    if _CONTAINER.match(line) or _CHOICE.match(line) or line.startswith(BLOCK):
        return True
    if named := _NAMED.match(line):
        return meant_name(named[1].lower().removesuffix("-start")) in FOR_TEACHERS
    if line.startswith("#"):
        return any(mark.written == "list" for mark in marks_in(line, 1))
    marks = ((mark.written, mark.start[1]) for mark in marks_in(line, 1))
    return any(form in ("name", "box") or (form, column) == ("tag", 1) for form, column in marks)


def is_marked(line: str) -> bool:
    """Return whether a line has a mark by which something is withheld, or a gap with an answer."""
    has_gap = TEXT in line or _GAP.search(line) is not None
    is_choice = _LOOSE_CHOICE.match(line) is not None
    looks = (mark for mark in looks_in(line) if mark.lastgroup not in ("choice", "spoiler"))
    return has_gap or is_choice or opens_block(line) or any(looks) or any(marks_in(line, 1))


def is_list(line: str) -> bool:
    """Return whether a line is nothing but an attribute list that withholds something."""
    marks = next(marks_in(line, 1), None)
    return marks is not None and marks.written == "list" and not line[marks.end[1] - 1 :].strip()


def late_opening(line: str) -> int:
    """The place of the ``:::`` after other text that begins a block which is withheld, or of what
    stands for one; -1 if there is none."""
    at = line.find(f" {BLOCK}")
    if at >= 0:
        return at + 1
    late_mark = _LATE.search(line) if ":::" in line else None
    at = late_mark.start() if late_mark else -1
    if at < 0 or line.startswith(("~", "|", ":::")) or line.count("`", 0, at) % 2:
        return -1
    if _MARKERS.fullmatch(line, 0, at):
        return -1
    marks = next(marks_in(line[at + 1 :], 1), None)
    return at + 1 if marks and marks.start[1] < 8 else -1


def _of_tag(text: str, at: int) -> tuple[Attributes, int]:
    """The meaning of a tag's class or name, and the end of the tag."""
    tag = _TAG.match(text, at)
    if tag is None:
        return NO_ATTRIBUTES, at + 1
    token = next(iter(tokenise(tag[0])))
    classes = (*token.values.get("class", "").split(), withheld_by(token.name))
    return make_attributes(classes=classes), tag.end()


def extent(mark: Mark, line: str) -> tuple[Place, Place] | None:
    """The text on its ``line`` that a mark says something about: in brackets before a list, or
    between a tag and its end; None if it is about something else."""
    number, column = mark.start
    if mark.end[0] != number:
        return None
    if mark.written == "tag":
        name = re.match(r"<([\w-]+)", line[column - 1 :])
        closing = re.compile(rf"</{name[1]}\s*>", re.I) if name else None
        end = closing.search(line, mark.end[1] - 1) if closing else None
        return (mark.start, (number, end.end() + 1)) if end else None
    if mark.written == "list" and line[column - 2 : column - 1] == "]":
        depth = 0
        for at in range(column - 2, -1, -1):
            if at and line[at - 1] == "\\":
                continue
            depth += {"]": 1, "[": -1}.get(line[at], 0)
            if not depth:
                return (number, at + 1), mark.end
    return None


def looks_in(line: str) -> Iterator[re.Match[str]]:
    """All that looks like a mark in a line, whatever it is in."""
    if LIKELY.search(line):
        line = _UNSEEN.sub(" ", line).replace("：", ":")
        at = 0
        while mark := _LOOKS.search(line, at):
            at = mark.start() + 1  # there may be one in an attribute
            if _is_secret(mark):
                at = max(at, mark.end())
                yield mark


def _is_secret(mark: re.Match[str]) -> bool:
    way = str(mark.lastgroup)
    written = mark[way]
    match way:
        case "choice" | "notebook" | "task" | "command" | "key":
            return True
        case "spoiler":
            return not mark.string.lstrip().startswith("|")  # of a table
        case "gap":
            return mark.string[mark.end() :].lstrip()[:1] != "}"
        case "list":
            pairs = _PAIR.findall(written)
            values = (value for key, value in pairs if key in CONDITIONS or key.lower() in _KEYS)
            names = (*_CLASS.findall(written), *words_in(" ".join(values)))
            before, after = mark.string[: mark.start()], mark.string[mark.end() :]
            label = _LABEL.match(written)
            if label and before.rstrip()[-1:] not in {*"=(,:[{"}:  # code
                names += (label[1],)
            is_alone = not (before + after).strip(" \t>|")
            if is_alone or before.endswith("]") or after[:1] in {"`", "\0"}:  # a role of MyST
                names += (written.strip(),)
            if before.endswith("::: ") and written.startswith(f"#{OF_SOLUTION}"):
                return True
            if before.startswith("+++"):  # a cell of MyST
                names += words_in(written)
        case "classes" | "options" | "words":
            names = words_in(written)
        case _:
            first = written.replace("-start", "", 1).split(maxsplit=3)[:3]  # of MyST
            names = tuple(" ".join(first[:count]) for count in (1, 2, 3))
    return any(meaning_of(name) for name in names)


def words_in(text: str) -> tuple[str, ...]:
    """The words in the value of an attribute, and their parts."""
    return tuple(part for word in _WORD.findall(text) for part in (word, *word.split("-")))
