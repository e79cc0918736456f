"""Reads the text of a leaf from left to right: CommonMark's delimiter and bracket stacks (0.31.2,
appendix), and the inline processors for single patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser.characters import shorten
from pipeline.parser.inlines import scripts
from pipeline.parser.inlines.brackets import Brackets
from pipeline.parser.inlines.emphasis import emphasise, read_delimiter
from pipeline.parser.inlines.leaf import Delimiter, Leaf, Piece
from pipeline.parser.inlines.patterns import BEFORE_NOTE, PATTERNS, InlineSpan, Pattern
from pipeline.parser.inlines.references import in_text
from pipeline.parser.lines import Line

# A set comes first, because it is found many times faster than one of several alternatives.
_SPECIAL = late(
    r"[\\`*_~^\[\]!<&$\n=%+{:@(-]"
    r"(?:(?<=[\\`*_~^\[\]!<&$\n])|(?<==)=|(?<=%)%|(?<=\+)\+(?=[A-Za-z0-9])"
    r"|(?<=\{)(?=[{%.#:a-z/>+~=-]|\s/\*)|(?<=:)(?=[A-Za-z0-9_+-]{1,70}:)|(?<=@)(?=[\w{])|(?<=-)@(?=[\w{])"
    r"|(?<=\()(?=@))"
)
_ADDRESS = late(r"(?<![^\W_])(?:https?://|www\.)")
_EXECUTED = late(r"(?:r [\w.]+(?:[($\[]|$)|\{(?:r|python|julia)\} \S)")
_TICKS = late(r"`+")
_EDITS = {"++": "group", "~~": "group", "==": "mark"}
_CLOSERS = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>", "<!": ">"}


def scan(
    parent: Element,
    lines: Sequence[Line],
    patterns: Mapping[str, Sequence[Pattern]],
    references: Mapping[str, tuple[str, str]],
) -> Leaf:
    """Read ``lines`` into the children of ``parent``; the leaf with the findings about them."""
    leaf = Leaf(lines)
    _Scanner(leaf, patterns, references).run()
    leaf.chain.fill(parent)
    return leaf


class _Edit(NamedTuple):
    """A change in the text that goes up to ``end``: where it begins, and the element of it."""

    opening: Piece
    delimiter: Delimiter | None
    tag: str
    end: int


class _Scanner:
    def __init__(
        self,
        leaf: Leaf,
        patterns: Mapping[str, Sequence[Pattern]],
        references: Mapping[str, tuple[str, str]],
    ) -> None:
        self.leaf = leaf
        self.patterns = patterns
        self.references = references
        self.brackets = Brackets(leaf, references)
        self._ticks: dict[int, list[int]] | None = None
        self._script: tuple[Piece, Delimiter | None, int] | None = None
        self._edit: _Edit | None = None
        self._last: dict[str, int] = {}

    def run(self) -> None:
        leaf = self.leaf
        data = leaf.data
        special = -1  # each is only searched for again after the last match
        address = -1 if "://" in data or "www." in data else len(data)
        while leaf.pos < len(data):
            if address < leaf.pos:
                address = _begin(_ADDRESS, data, leaf.pos)
            if special < leaf.pos:
                special = _begin(_SPECIAL, data, leaf.pos)
            start = min(address, special, self._edit.end if self._edit else len(data))
            if start > leaf.pos:
                leaf.chain.add_text(data[leaf.pos : start])
                leaf.pos = start
            if start < len(data):
                self._step(data[start])
        emphasise(leaf.chain, None)

    def _step(self, char: str) -> None:
        """Read the construct that begins with ``char``, or the character itself."""
        data, pos = self.leaf.data, self.leaf.pos
        if self._edit and pos >= self._edit.end:
            self._end_edit(self._edit)
            return
        if (char in "~^" and self._takes_script(char)) or (char == "{" and self._begins_edit()):
            return
        for pattern in self.patterns.get(char, ()):
            if char == "<" and not self._may_close():
                continue
            match = pattern.compiled_re.match(data, pos)
            if not match:
                continue
            element, _, end = pattern.handleMatch(match, data)
            if element is None or (char in "$\\" and self._has_code(element, pos, end)):
                continue
            if isinstance(element, str) or data.startswith("<!", pos):
                self.leaf.verbatim.append((pos, end))  # a character, a comment
            self._add(element, end)
            return
        match char:
            case "\n":
                self._line_end()
            case "`":
                self._code()
            case "*" | "_" | "~" | "=":
                mark = read_delimiter(data, pos)
                self.leaf.chain.add_delimiter(mark)
                self.leaf.pos += mark.count
            case "!" if data.startswith("[", pos + 1) and not BEFORE_NOTE.match(data, pos):
                self.brackets.open("![")
            case "[":
                self.brackets.open("[")
            case "^" if data.startswith("[", pos + 1) and not self._is_reference(pos + 1):
                self.brackets.open("^[")
            case "]":
                self.brackets.close()
            case "@" | "-" if cited := in_text(data, pos, self.references):
                self._add(*cited)
            case _:
                self.leaf.chain.add_text(char)
                self.leaf.pos += 1

    def _may_close(self) -> bool:
        """Return whether a comment or the like that begins here has an end, so that many without
        one are not searched again and again."""
        for opening, closing in _CLOSERS.items():
            if self.leaf.at(opening):
                if opening not in self._last:
                    self._last[opening] = self.leaf.data.rfind(closing)
                return self._last[opening] > self.leaf.pos
        return True

    def _add(self, span: str | InlineSpan, end: int) -> None:
        if isinstance(span, str):
            last = self.leaf.chain.last
            if not span and end == len(self.leaf.data) and last:
                last.text = last.text.rstrip(" \t")  # a comment was the last
            self.leaf.chain.add_text(span)
            self.leaf.pos = end
            return
        start = self.leaf.pos
        span.span = self.leaf.places.at(start)
        for part in span:
            assert isinstance(part, InlineSpan)
            part.span = self.leaf.places.at(part.offset)
        self.leaf.pos = end
        if span.tag == "br":
            self.leaf.skip_spaces()
        elif span.tag in ("code", "a", "img", "span", "cross-reference", "cross-references"):
            self.leaf.take_attributes(span, start)
        if span.tag == "code":
            self.leaf.verbatim.append((start, end))
        self.leaf.chain.add(Piece(element=span))

    def _line_end(self) -> None:
        last = self.leaf.chain.last
        hard = last is not None and last.text.endswith("  ")
        if last:
            last.text = last.text.rstrip(" \t")
        self.leaf.chain.add(Piece(element=InlineSpan("br" if hard else "soft-break")))
        self.leaf.pos += 1
        self.leaf.skip_spaces()

    def _runs(self) -> dict[int, list[int]]:
        """The positions of runs of backticks by length, the last first."""
        if self._ticks is None:
            self._ticks = {}
            for run in _TICKS.finditer(self.leaf.data):
                self._ticks.setdefault(len(run[0]), []).append(run.start())
            for runs in self._ticks.values():
                runs.reverse()
        return self._ticks

    def _has_code(self, span: str | InlineSpan, start: int, end: int) -> bool:
        """Return whether code begins inside a possible formula; code binds more tightly."""
        if isinstance(span, str) or span.tag != "math" or span.get("code"):
            return False
        for run in _TICKS.finditer(self.leaf.data, start, end):
            others = self._runs().get(len(run[0]), [])
            if others and others[0] > run.start():
                return True
        return False

    def _code(self) -> None:
        """A code span (section 6.1), or its marks as text."""
        opening = _TICKS.match(self.leaf.data, self.leaf.pos)
        assert opening is not None
        length, start = len(opening[0]), opening.end()
        runs = self._runs().get(length, [])
        while runs and runs[-1] < start:
            runs.pop()
        if not runs:
            self.leaf.chain.add_text(opening[0])
            self.leaf.pos = start
            return
        text = self.leaf.data[start : runs[-1]].replace("\n", " ")
        if len(text) > 1 and text[0] == text[-1] == " " and text.strip(" "):
            text = text[1:-1]
        end = runs[-1] + length
        if raw := scripts.raw(self.leaf.data, end, text):
            pieces, after = raw
            for piece in pieces:
                self._add(piece, self.leaf.pos)
            self.leaf.pos = after
            return
        if _EXECUTED.match(text):
            message = f"`{shorten(text)}` is code that R Markdown or Quarto runs; here it is not."
            self.leaf.report(Code.LIKELY_SLIP, message, self.leaf.pos, "Write its result.")
        self._add(InlineSpan("code", text), end)

    def _takes_script(self, char: str) -> bool:
        """Begin or end the subscript or superscript whose mark is here, if it is one."""
        leaf = self.leaf
        if self._script:
            opening, delimiter, end = self._script
            if leaf.pos + 1 >= end:
                self._script = None
            if leaf.pos + 1 == end:
                emphasise(leaf.chain, delimiter)
                element = InlineSpan("sub" if char == "~" else "sup")
                leaf.chain.wrap_rest(opening, element)
                leaf.pos = end
                return True
        elif end := scripts.script(leaf.data, leaf.pos):
            delimiter = leaf.chain.last_delimiter
            self._script = (leaf.chain.add_text(char), delimiter, end)
            leaf.pos += 1
            return True
        return False

    def _begins_edit(self) -> bool:
        """Begin the text that replaces a change of CriticMarkup here, if it is one: `{++added++}`,
        `{~~old~>new~~}`, or `{==marked==}`."""
        leaf = self.leaf
        mark = leaf.data[leaf.pos + 1 : leaf.pos + 3]
        if self._edit or mark not in _EDITS:
            return False
        if mark not in self._last:
            self._last[mark] = leaf.data.rfind(f"{mark}}}")
        if self._last[mark] <= leaf.pos + 3:
            return False
        begin = leaf.pos + 3
        if mark == "~~" and begin < self._last.get("~>", 0):
            return False
        end = leaf.data.index(f"{mark}}}", begin)
        if mark == "~~":
            begin = leaf.data.find("~>", begin, end) + 2
            if begin < 2:
                self._last["~>"] = end  # there is none before it
                return False
        opening = leaf.chain.add_text("")
        self._edit = _Edit(opening, leaf.chain.last_delimiter, _EDITS[mark], end)
        leaf.pos = begin
        return True

    def _end_edit(self, edit: _Edit) -> None:
        self._edit = None
        if self.leaf.pos > edit.end:
            return  # what began in it goes on
        emphasise(self.leaf.chain, edit.delimiter)
        self.leaf.chain.wrap_rest(edit.opening, InlineSpan(edit.tag))
        self.leaf.pos = edit.end + len("++}")

    def _is_reference(self, pos: int) -> bool:
        """Return whether a reference to a note is at ``pos``, where ``^`` is then text."""
        return PATTERNS["note-reference"].compiled_re.match(self.leaf.data, pos) is not None


def _begin(pattern: re.Pattern[str], data: str, pos: int) -> int:
    """The place where a pattern matches from ``pos`` on, or the end."""
    match = pattern.search(data, pos)
    return match.start() if match else len(data)
