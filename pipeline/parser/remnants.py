"""The rest of a mark of which the author has deleted or turned round a part: a brace without the
other one, a name of which letters are missing, the end of a block that nothing begins. The parser
reads it as text, or as an attribute without any effect, and pupils would get the answer.

Each is looked for in the tree, so that none is told in code or after a backslash, and then in the
source, for its place.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping

from pipeline import model
from pipeline.model import Document, Inline, Node
from pipeline.model.audience import Ranges
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.secrets import meaning_of, secret
from pipeline.model.tree import CONDITIONS, all_spans, children, walk
from pipeline.model.words import fold_word, languages, understood_in
from pipeline.parser.lines import shorten
from pipeline.parser.withholding_marks import SIGNS

MOST_DELETED = 4
"""The number of letters that may be missing in a name, in one place."""

_ORDERED = (model.List, model.Table, model.DefinitionList)
_TASK_NAMES = ("matching", "ordering")
"""The blocks whose content is a right answer, unless they are read as what they are."""

_NAME = r"[^\W\d_][\w-]{1,60}"
_SIGN = f"[{SIGNS}]"

_GAP = late(
    # underscores, and braces or one of them
    r"(?P<line>(?<![\w\\])_++(?![\s{}])[^{}]{1,100}\}"
    r"|(?<![_\\])_{1,3} ?\{(?!\})[^{}]{1,200}\}"
    r"|(?<!_)_{2,}(?=[^\s_{}])[^\s{}]{0,60}\{[^{}]{1,100}\})"
    # a name in braces of its own, or with text before it
    r"|(?P<own>(?<!\S)\{(?:(?=[^\W\d_])[^{}=|,;:#%/]{1,100}|\0)\})"
    r"|(?P<glued>(?<![^\W\d_])(?<!\\)(?:[^\W\d_]){1,40}\{(?![.#:])[^{}=\n]{1,100}\})"
)
"""The rest of a gap."""

_LIST = late(
    rf"\]?[{{.]{{0,2}}(?P<closed>{_NAME})[\"'”]?[}}>]"
    rf"|(?:\]\.?|(?P<brace>\{{)\.?|\[!|\\begin\{{?)(?P<open>{_NAME})"
    rf"|\]\{{[.=]|(?P<chopped>(?<![\\\w])\{{\.(?=[^\W\d_]))"
)
"""The rest of an attribute list, or of another mark with a name in it."""

_WITHOUT_BRACE = late(r"_{2,}([^\s_{}][^{}]*)\}")
_BRACES = late(r"\{[^{}]*\}")
_FACE = late(r"[:;=8]['-]?[{}]|(?<!\S)[{}](?!\S)")
"""A face, or a brace that stands apart."""
_ESCAPED = late(r"\\[!-/:-@\[-`{-~]")
_CODE = late(r"(?<![\\`])(`++)(?:[^`]|(?!\1)`)++\1|(?<!\\)\$[^$\n]++\$|<code>[^<]*+</code>")
_END = late(r"^[ \t>]*+(?P<end>:{3,}+|/{3,}+)[ \t]*+$", re.MULTILINE)
_TWO = late(r"^[ \t>]*+::(?!:)[ \t]*+([\w{]?)")
_CHOICE = late(rf"^[ \t>]*+(?P<choice>\[{_SIGN}\])(?=\s)", re.MULTILINE)

_ITEM = r"^[ \t>|]*+(?:[*+-]{1,2}|(?!x\))\w{1,3}[.)](?=[ \t(\[]))?[ \t]*+"
_HALF = late(
    rf"{_ITEM}(?P<half>[(\[]{{1,2}}\s?{_SIGN}\s?[)\]]{{1,2}}(?=\s?\w)"
    rf"|[(\[]\s?{_SIGN}(?![\w)\]])|[(\[]{_SIGN}(?=\w[^)\]]*$)|{_SIGN}\s?[)\]](?!\w*[)\]])"
    rf"|{_SIGN}[(\[]{{1,2}}[)\]]|[(\[][)\]]{_SIGN}(?!\w)|[(\[]\s?{_SIGN}\s?[(\[])"
)
_WHOLE = late(
    r"^[ \t>|]*+(?:(?:[*+-]|\w{1,3}[.)])[ \t]++)?[*_]{0,2}"
    rf"(?:\((?:{_SIGN}|\s+|\s?{_SIGN}\s?)\)|\[(?:{_SIGN}|\s+)\])\s*\S"
)
_JOINED = late(
    rf"\S[ \t]*+(?P<joined>(?:[*+-][ \t]?)?[(\[]{_SIGN}[)\]]|[*+-][ \t]?{_SIGN}\))(?!\S)"
)
_LETTERED = late(r"^[ \t>]*+\(?[wWyY][.)]")

_CELL = late(rf"(?<=\|)[ \t]*+[(\[][ \t]?(?:{_SIGN}|[ \t])[ \t]?[)\]](?=[ \t]*+(?:\||[^\W_]))")
_HALF_CELL = late(
    rf"(?<!\w)(?P<half>[(\[][ \t]?{_SIGN}(?!\w)(?![ \t]?[)\]])|(?<![(\[\w])(?<![(\[][ \t])"
    rf"{_SIGN}[ \t]?[)\]]|{_SIGN}[(\[][)\]]|[(\[][)\]]{_SIGN}(?!\w)"
    rf"|[(\[]{{1,2}}{_SIGN}[)\]]{{1,2}}(?=[ \t]*+(?:[|()\[\]:]|$)))"
)

_WHOLE_GAP_IN_TEX = late(r"(?<!_)_{3,}+(?:\s?\{(?:[^{}]|\{[^{}]*\})*\}|(?![^\W_]{1,40}[{}]))")
_SPAN_IN_TEX = late(r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]\s?\{(\s*[.\w][^{}]*)\}")
_BLOCK_LINE = late(r"^[ \t>]*+:{2,}+(.*)$")
_SECOND_NAME = late(rf"(?:\{{\.?|\s:{{2,}}[ \t]*+\{{?\.?)({_NAME})")
_NAMED_LINE = late(
    rf"^[ \t]*+#{{1,6}}[ \t].*\{{\.?({_NAME})\}}?[ \t]*$"
    rf"|^[ \t>]*+(?:`{{3,}}|~{{3,}})[ \t]*\w?\{{({_NAME})"
    rf"|[!?][!? ]{{0,4}}({_NAME}) ?[\"“]"
    rf"|(?:(?<![!?])[!?]{{2,}}+\+?|^[ \t>]*+[!?] ?[!?]?)[ \t]*+({_NAME})[ \t]*$"
    rf"|^[ \t]*+({_NAME})[ \t]+\"[^\"]*\"[ \t]*$"
    rf"|^[ \t>]*+(?:\[?!{{1,2}}\[?|!?\[|(?=\w+\]))({_NAME})[ \t]*$"
    rf"|^[ \t>]*+(?:\[?!{{1,2}}\[?|(?=\w+\])|(?<=>)\[|(?<=> )\[)({_NAME})\][ \t]*$"
)
"""A line with a name, as that of a heading, a fence or a box of another tool begins."""

_OPENING_TAG = late(r"<[a-zA-Z]\w{0,20}\s[^<>]*[\"'“=]([\w-]+)[\"'”]?>?[ \t]*$")
_ATTRIBUTE = late(r"<[^<>]{1,200}?\s(?P<key>[a-zA-Z]{1,7})=?[\"'“](?P<value>[^\"'”<>]{1,60})[\"'”]")

_HINTS = {
    "end": "Write the block's first line again, such as `::: answer`, or leave this one out.",
    "choice": "Write `( )` at the beginning of a line, or `(x)` if it is right.",
    "gap": "Write `____{answer}`.",
    "name": "Write `[text]{.answer}`, or put it between lines `::: answer` and `:::`.",
}
_TEXT = " If it is text, put a backslash before it."


class Remnants:
    """The remnants in a ``document`` with these ``lines`` of its source, of which ``shown`` are
    those without examples, but for those in places that are ``withheld``. In one that
    ``has_answers``, of which something is a task or for teachers only, a sign that has no other
    meaning is told; in any other one, only what hardly means anything else."""

    def __init__(
        self, document: Document, lines: Mapping[int, str], shown: Mapping[int, str],
        withheld: Ranges, has_answers: bool, lang: str,
    ) -> None:  # fmt: skip
        self._document, self._lines, self._shown, self._withheld = document, lines, shown, withheld
        self._has_answers, self._lang = has_answers, lang
        self._in_exercises = {
            number
            for node, place in all_spans(document)
            if isinstance(node, model.Exercise) and place
            for number in range(place.line, place.end + 1)
        }

    def find(self) -> Iterator[Diagnostic]:
        """Find an error for each."""
        told: set[int] = set()
        for finding in self._all():
            if finding.line not in told:
                told.add(finding.line)
                yield finding

    def _all(self) -> Iterator[Diagnostic]:
        for node, place in all_spans(self._document):
            if place is None or self._withheld.hold(place):
                continue
            if isinstance(node, model.Math | model.MathBlock):
                yield from self._in_formula(node, place)
            elif isinstance(node, model.Choices):
                yield from self._beside_choices(node, place)
            elif isinstance(node, model.Table):
                yield from self._in_cells(node, place)
            elif not isinstance(node, model.CodeBlock | model.Code):
                seen = _as_seen(node)
                if seen:
                    yield from self._in_text(seen, node, place)
            yield from self._in_names(node, place)
        yield from self._in_lines()

    # --- text ---

    def _in_text(self, seen: str, node: Node, place: Span) -> Iterator[Diagnostic]:
        """Find what is left of gaps, lists and blocks in a text as it is ``seen``."""
        last = place.line if isinstance(node, model.Admonition) else max(place.end, place.line)
        numbers = [number for number in range(place.line, last + 1) if number in self._lines]
        if "{" in seen or "}" in seen or "_" in seen or "]" in seen or ">" in seen or "[" in seen:
            sources = [(number, _without_code(self._lines[number])) for number in numbers]
            for mark, number in self._matches(_GAP, seen, sources):
                if self._is_gap(mark, number):
                    yield self._tell("gap", mark[0], number, mark.start())
            for mark, number in self._matches(_LIST, seen, sources):
                if mark[0] in seen and self._is_list(mark, seen):  # and no list beside it
                    yield self._tell("name", mark[0], number, mark.start())
            if self._has_answers and (sign := self._lone_brace(seen, numbers)):
                for number, line in sources:
                    at = _BRACES.sub(lambda m: "\0" * len(m[0]), line).find(sign)
                    if at >= 0:
                        yield self._tell("gap", sign, number, at)
                        break
        for pattern in (_END, _CHOICE) if ":::" in seen or "///" in seen or "[" in seen else ():
            for mark, number in self._matches(
                pattern, seen, [(n, self._lines[n]) for n in numbers]
            ):
                way = str(mark.lastgroup)
                if way == "end" and self._is_begun_by_two(number):
                    continue
                if self._has_answers or mark[way].startswith(":"):
                    yield self._tell(way, mark[way], number, mark.start(way))

    def _matches(
        self, pattern: re.Pattern[str], seen: str, sources: list[tuple[int, str]]
    ) -> Iterator[tuple[re.Match[str], int]]:
        """The matches of a pattern in lines of the source, if there are any in the text."""
        if pattern.search(seen):
            for number, line in sources:
                for mark in pattern.finditer(line):
                    yield mark, number

    def _is_begun_by_two(self, number: int) -> bool:
        """Return whether an answer before a line begins with two colons, and does not end so."""
        before = ((other, line) for other, line in self._lines.items() if other < number)
        marks = [
            mark[1] and self._withheld.hold(Span(other, len(line) - len(line.lstrip()) + 1))
            for other, line in before
            if "::" in line and (mark := _TWO.match(line))
        ]
        return marks.count(True) > marks.count("")

    def _is_gap(self, mark: re.Match[str], number: int) -> bool:
        before = mark.string[: mark.start()]
        if before.endswith("\\") or (mark["own"] and before.rstrip().endswith("_")):
            return False
        match mark.lastgroup:
            case "line":
                of_index = mark[0].startswith("_{") and before[-1:].isalnum()
                is_word = len(before) > 1 and before[-2:].isalpha()
                return (not of_index or is_word) and (self._has_answers or "__" in mark[0])
            case "own":
                return self._has_answers and number in self._in_exercises
            case _:
                return self._has_answers and not before.endswith(("\\", "$", "}", "{"))

    def _is_list(self, mark: re.Match[str], seen: str) -> bool:
        name = mark["closed"] or mark["open"] or ""
        before, after = mark.string[: mark.start()], mark.string[mark.end() :]
        if before.endswith("\0"):
            return False
        if not name:
            return self._has_answers
        if mark["closed"]:
            is_loose = mark[0].startswith("{") and before[-1:] in ("", " ")  # a name of a program
            is_alone = not after.strip() or seen.count("{") != seen.count("}")
            if mark[0].endswith(">") and mark[0][-2:-1] not in "\"'”":
                return False
            if is_loose and not (self._has_answers and is_alone):
                return False
            return self._resembles(name) or (
                self._has_answers and mark[0].startswith("]") and not before.count("\\")
            )
        if mark["brace"] and ("}" in after or not self._resembles(name, is_joined=True)):
            return False
        return self._resembles(name, is_joined=bool(mark["brace"]))

    def _resembles(self, name: str, is_joined: bool = False) -> bool:
        """Return whether a name is one of an answer, or what is left of one; if it ``is_joined``,
        with a word behind it."""
        if meaning_of(name) or (secret(name) and len(name) > MOST_DELETED):
            return True
        return self._is_rest(name, is_joined)

    def _is_rest(self, name: str, is_joined: bool = False) -> bool:
        own = (*names_for(self._lang), *names_for("en"), "onlyteacher", "editionteacher")
        return is_rest(name, own, is_joined) or (
            len(name) > MOST_DELETED - 1 and is_rest(name, _all_names(), is_joined)
        )

    def _is_list_of_one(self, attributes: str) -> bool:
        """Return whether a list is as it should be, and has the class of an answer."""
        names = re.findall(r"[^\W\d_][\w-]*", attributes)
        is_list = attributes.lstrip().startswith((".", "#")) or "=" in attributes
        return is_list and any(meaning_of(name) or secret(name) for name in names)

    def _lone_brace(self, seen: str, numbers: list[int]) -> str:
        """A brace without the other one in a text, unless there is a backslash before it."""
        rest = _FACE.sub("", _without_braces(seen))
        for sign in "{}":
            if sign in rest:
                source = "\n".join(_CODE.sub("", self._lines[number]) for number in numbers)
                if rest.count(sign) > source.count(f"\\{sign}"):
                    return sign
        return ""

    # --- names ---

    def _in_names(self, node: Node, place: Span) -> Iterator[Diagnostic]:
        """Names of blocks and classes that are what is left of one, and keys of conditions."""
        names = list(node.attributes.classes)
        if isinstance(node, model.Container):
            names.append(node.name)
            has_pairs = any(isinstance(child, _ORDERED) for child in node.children)
            if has_pairs and is_rest(node.name, _TASK_NAMES, is_joined=True):
                yield self._tell("name", node.name, place.line, max(place.column - 1, 0))
        if self._has_answers or isinstance(node, model.InlineElement):
            for name in names:
                if not meaning_of(name) and not secret(name) and self._is_rest(name, True):
                    yield self._tell("name", name, place.line, max(place.column - 1, 0))
        for key, value in node.attributes.pairs:
            is_key = key in CONDITIONS or key in ("id", "class")
            is_rest_of_key = not key or is_rest(key, (*CONDITIONS, "class"), least=1)
            if not is_key and is_rest_of_key and meaning_of(value):
                yield self._tell("name", f"{key}={value}", place.line, max(place.column - 1, 0))

    # --- lines ---

    def _in_lines(self) -> Iterator[Diagnostic]:
        """Names in the first lines of blocks, which no text has, and in tags."""
        in_code = {
            number
            for node, place in all_spans(self._document)
            if isinstance(node, model.CodeBlock) and place
            for number in range(place.line + 1, place.end + 1)
        }
        for number, line in self._shown.items():
            at = len(line) - len(line.lstrip(" \t>"))
            if number not in in_code and (opening := self._opens_nothing(number, line)):
                yield self._tell("name", opening[0], number, opening.start())
            if number in in_code or self._withheld.hold(Span(number, at + 1)):
                continue
            if "<" in line or line.lstrip(" \t>")[:1] in {*":#`~!?["} or line.rstrip()[-1:] in '"]':
                yield from self._in_line(number, _without_code(line), at)

    def _unless_half(self, attributes: re.Match[str]) -> str:
        """A list as it is, or, if it is whole, as many other characters."""
        is_whole = self._is_list_of_one(attributes[0][1:])
        return "\0" * len(attributes[0]) if is_whole else attributes[0]

    def _in_line(self, number: int, line: str, at: int) -> Iterator[Diagnostic]:
        line = _BRACES.sub(self._unless_half, line)
        if block := _BLOCK_LINE.match(line):
            names = _SECOND_NAME.findall(block[1])
            rest = _FACE.sub("", _without_braces(block[1])).replace("{#", "")
            is_half = self._has_answers and ("{" in rest or "}" in rest)
            if is_half or any(map(self._resembles, names)):
                yield self._tell("name", line.strip(), number, at)
        for mark in _NAMED_LINE.finditer(line):
            name = next(filter(None, mark.groups()))
            is_joined = mark[0].endswith(('"', "“"))
            is_sure = meaning_of(name) or secret(name)
            if (is_sure or self._has_answers) and self._resembles(name, is_joined):
                yield self._tell("name", mark[0].strip(), number, mark.start())
        for tag in _ATTRIBUTE.finditer(line):
            is_class = tag["key"] != "class" and is_rest(tag["key"], ("class",), least=1)
            if is_class and self._resembles(tag["value"]):
                yield self._tell("name", tag[0], number, tag.start())

    def _opens_nothing(self, number: int, line: str) -> re.Match[str] | None:
        """The tag at the end of a line that has the class of an answer, if the next text is not
        withheld."""
        opening = _OPENING_TAG.search(_without_code(line)) if "<" in line else None
        if not opening or "class" not in opening[0] or not self._resembles(opening[1]):
            return None
        after = next((n for n in range(number + 1, number + 4) if self._lines.get(n)), 0)
        return None if not after or self._withheld.hold(Span(after, 1)) else opening

    # --- formulas, choices ---

    def _in_formula(self, node: model.Math | model.MathBlock, place: Span) -> Iterator[Diagnostic]:
        tex = _SPAN_IN_TEX.sub(lambda m: "" if self._is_list_of_one(m[1]) else m[0], node.tex)
        rest = _ESCAPED.sub("", _WHOLE_GAP_IN_TEX.sub("", tex))
        is_list = re.search(r"\]\s?[.{]{0,2}([^\W\d_]{2,60})(?:\}|$)", rest)
        is_gap = "__" in rest or re.search(r"____\w\{", node.tex) is not None
        has_brace = self._has_answers and not {"{", "}"}.isdisjoint(_without_braces(rest))
        if is_gap or has_brace or (is_list and self._resembles(is_list[1])):
            yield self._tell("gap", node.tex.strip(), place.line, max(place.column - 1, 0))

    def _beside_choices(self, node: model.Choices, place: Span) -> Iterator[Diagnostic]:
        """Find what is left of a mark in the lines of choices, and of the next ones."""
        if any(_LETTERED.match(line) for line in self._lines.values()):
            return
        right = {choice.span.line for choice in node.items if choice.correct and choice.span}
        first, last = place.line, max(place.line, place.end)
        for number in range(first - 1, last + 2):
            line = _without_code(self._lines.get(number, ""))
            if not line or self._withheld.hold(Span(number, 1)):
                continue
            whole = _WHOLE.match(line)
            half = None if whole or number in right else _HALF.match(line)
            if half:
                yield self._tell("choice", half["half"], number, half.start("half"))
                continue
            begin = whole or re.match(_ITEM, line)
            for mark in _JOINED.finditer(line, begin.end() if begin else 0):
                is_product = mark["joined"].startswith("(") and right  # f(x)
                if first <= number <= last and not is_product:
                    yield self._tell("choice", mark["joined"], number, mark.start("joined"))

    def _in_cells(self, table: model.Table, place: Span) -> Iterator[Diagnostic]:
        boxes = (node for node in walk(table) if isinstance(node, model.ListItem))
        if all(item.checked is None for item in boxes):
            return
        for number in range(place.line, max(place.line, place.end) + 1):
            line = _CELL.sub(lambda m: "\0" * len(m[0]), _without_code(self._lines.get(number, "")))
            if "|" in line and (mark := _HALF_CELL.search(line)):
                yield self._tell("choice", mark["half"], number, mark.start("half"))

    def _tell(self, way: str, written: str, line: int, at: int) -> Diagnostic:
        message = f"`{shorten(written)}` looks like what is left of a mark, and students would get"
        message += " what it hid."
        hint = _HINTS[way] + ("" if way == "end" else _TEXT)
        if half := _WITHOUT_BRACE.fullmatch(written):
            hint = f"Write `____{{{half[1]}}}`."  # an editor does so
        span = Span(line, at + 1)
        return diagnostic(Code.LOST_MARK, message, span=span, hint=hint, length=len(written))


def _as_seen(node: Node) -> str:
    """The text of a node that has some, with a sign for all that is no text."""
    inner = [child for child in children(node) if isinstance(child, Inline)]
    if not any(isinstance(child, model.Text) for child in inner):
        return ""
    signs = {model.SoftBreak: "\n", model.LineBreak: "\n"}
    return "".join(
        child.text if isinstance(child, model.Text) else signs.get(type(child), "\0")
        for child in inner
    )


def _without_braces(text: str) -> str:
    """A text without what is in braces, up to three deep."""
    for _ in range(3):
        text = _BRACES.sub("", text)
    return text


def _without_code(line: str) -> str:
    """A line of the source without escaped signs, code and formulas, as long as before."""
    line = _CODE.sub(lambda code: "\0" * len(code[0]), line)
    return _ESCAPED.sub("\0\0", line)


# --- names -----------------------------------------------------------------------------------


@functools.lru_cache
def _all_names() -> tuple[str, ...]:
    return tuple(name for language in sorted(languages()) for name in names_for(language))


@functools.lru_cache
def names_for(lang: str) -> tuple[str, ...]:
    """The names of answers and notes for teachers of which something may be left: not the short
    ones, which too much resembles."""
    phrases = (*understood_in(lang, "answer"), *understood_in(lang, "teacher_above_all"))
    words = (fold_word(phrase) for phrase in phrases if " " not in phrase)
    return tuple(dict.fromkeys(word for word in words if 6 <= len(word) <= 9))


@functools.lru_cache(4096)
def is_rest(name: str, wholes: tuple[str, ...], is_joined: bool = False, least: int = 3) -> bool:
    """Return whether a name is one of ``wholes`` in which up to four letters in a row are missing,
    one is doubled or two are turned round, and at ``least`` so many are left; if it may be joined,
    with another word behind it of which four letters or more were one's beginning."""
    word = fold_word(name)
    for whole in wholes:
        start, end = _shared(word, whole), _shared(word[::-1], whole[::-1])
        missing = len(whole) - len(word)
        if 0 < missing <= MOST_DELETED and start + end >= len(word) >= least:
            return True
        if missing == -1 and start + end >= len(whole) and word[start] == word[start - 1]:
            return True
        swapped = word[start : start + 2][::-1] == whole[start : start + 2]
        if not missing and word != whole and swapped and start + 2 + end >= len(whole):
            return True
        if is_joined and -40 < missing < 0 and start >= max(4, len(whole) - 2):
            return True
    return False


def _shared(word: str, other: str) -> int:
    """The number of letters with which both begin."""
    pairs = enumerate(zip(word, other, strict=False))
    return next((at for at, (one, two) in pairs if one != two), min(len(word), len(other)))
