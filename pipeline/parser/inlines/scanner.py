"""Reads the text of a leaf from left to right: CommonMark's delimiter and bracket stacks
(0.31.2, appendix), around the inline processors that one pattern tells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model import Attributes
from pipeline.parser import attributes
from pipeline.parser.blockparser import Line
from pipeline.parser.inlines import citations, links
from pipeline.parser.inlines.chain import Bracket, Chain
from pipeline.parser.inlines.emphasis import emphasise, read_delimiter
from pipeline.parser.inlines.patterns import InlineSpan, NoteReferencePattern, Pattern
from pipeline.parser.inlines.places import Places
from pipeline.parser.inlines.text import unescape

_SPECIAL = re.compile(
    r"[\\`*_~\[\]!<&$\n]|\{\{|\^(?=\[)|(?<![^\W_])(?:https?://|www\.)|-?@(?=[\w{])"
)
_TICKS = re.compile(r"`+")
_NOT_BLANK = re.compile(r"\S")
_CLOSERS = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>", "<!": ">"}


class Mistakes(NamedTuple):
    """What is wrong in a leaf, each with line and column: labels that full references name
    and nobody defines, and attribute lists that cannot be read."""

    undefined: list[tuple[str, int, int]]
    attributes: list[tuple[str, int, int]]


def scan(
    parent: Element,
    lines: Sequence[Line],
    patterns: Mapping[str, Sequence[Pattern]],
    references: Mapping[str, tuple[str, str]],
) -> Mistakes:
    """Read ``lines`` into the children of ``parent``."""
    scanner = _Scanner(lines, patterns, references)
    scanner.run()
    scanner.chain.fill(parent)
    return Mistakes(scanner.undefined, scanner.mistaken)


class _Scanner:
    def __init__(
        self,
        lines: Sequence[Line],
        patterns: Mapping[str, Sequence[Pattern]],
        references: Mapping[str, tuple[str, str]],
    ) -> None:
        self.places = Places(lines)
        self.data = "\n".join(lines).rstrip(" \t")
        self.patterns = patterns
        self.references = references
        self.chain = Chain()
        self.pos = 0
        self.undefined: list[tuple[str, int, int]] = []
        self.mistaken: list[tuple[str, int, int]] = []
        self.brackets: list[Bracket] = []
        self.inactive = 0
        self._ticks: dict[int, list[int]] | None = None
        self._last: dict[str, int] = {}

    def run(self) -> None:
        data, size = self.data, len(self.data)
        while self.pos < size:
            match = _SPECIAL.search(data, self.pos)
            if not match:
                self.chain.add_text(data[self.pos :])
                break
            if match.start() > self.pos:
                self.chain.add_text(data[self.pos : match.start()])
                self.pos = match.start()
            self._step(data[self.pos])
        emphasise(self.chain, None)

    def _step(self, char: str) -> None:
        """Read the construct that begins with ``char``, or the character itself."""
        for pattern in self.patterns.get(char, ()):
            if char == "<" and not self._may_close():
                continue
            match = pattern.compiled_re.match(self.data, self.pos)
            if not match:
                continue
            found, _, end = pattern.handleMatch(match, self.data)
            if found is None or end is None:
                continue
            assert isinstance(found, str | InlineSpan)
            self._add(found, end)
            return
        match char:
            case "\n":
                self._line_end()
            case "`":
                self._code()
            case "*" | "_" | "~":
                self._delimiters()
            case "!" if self.data.startswith("[", self.pos + 1):
                self._open_bracket("![")
            case "[":
                self._open_bracket("[")
            case "^" if not self._is_reference(self.pos + 1):
                self._open_bracket("^[")
            case "]":
                self._close_bracket()
            case "@" | "-" if cited := citations.in_text(self.data, self.pos, self.references):
                self._add(*cited)
            case _:
                self.chain.add_text(char)
                self.pos += 1

    def _may_close(self) -> bool:
        """Whether a comment or the like that begins here ends at all; so that many that
        do not are not looked for again and again."""
        for opening, closing in _CLOSERS.items():
            if self.data.startswith(opening, self.pos):
                if opening not in self._last:
                    self._last[opening] = self.data.rfind(closing)
                return self._last[opening] > self.pos
        return True

    def _add(self, found: str | InlineSpan, end: int) -> None:
        if isinstance(found, str):
            self.chain.add_text(found)
            self.pos = end
            return
        found.place = self.places.at(self.pos)
        for part in found:
            assert isinstance(part, InlineSpan)
            part.place = self.places.at(part.offset)
        self.pos = end
        if found.tag == "br":
            self.pos = self._skip_spaces(end)
        elif found.tag in ("code", "a", "img", "span", "cross-reference", "cross-references"):
            self._take_attributes(found)
        self.chain.add(found)

    def _attributes(self) -> tuple[Attributes, int] | None:
        """The attribute list that stands here, and where it ends."""
        return attributes.read(self.data, self.pos) if self._at("{") else None

    def _take_attributes(self, element: InlineSpan) -> None:
        """Give ``element`` the attribute list after it, if there is one."""
        found = self._attributes()
        if found:
            element.attributes, self.pos = found
        else:
            self._check_attributes()

    def _check_attributes(self) -> None:
        """Take note of an attribute list that stands here and cannot be read."""
        if self._at("{") and (written := attributes.mistaken(self.data, self.pos)):
            self.mistaken.append((written, *self.places.at(self.pos)))

    def _at(self, text: str) -> bool:
        return self.data.startswith(text, self.pos)

    def _skip_spaces(self, pos: int) -> int:
        while pos < len(self.data) and self.data[pos] in " \t":
            pos += 1
        return pos

    def _line_end(self) -> None:
        last = self.chain.last
        hard = False
        if last and last.element is None and not last.delimiter:
            hard = last.text.endswith("  ")
            last.text = last.text.rstrip(" \t")
        self.chain.add(InlineSpan("br") if hard else InlineSpan("soft-break"))
        self.pos = self._skip_spaces(self.pos + 1)

    # --- code spans (section 6.1) ---

    def _code(self) -> None:
        opening = _TICKS.match(self.data, self.pos)
        assert opening is not None
        length, start = len(opening[0]), opening.end()
        if self._ticks is None:
            self._ticks = {}
            for run in _TICKS.finditer(self.data):
                self._ticks.setdefault(len(run[0]), []).append(run.start())
            for runs in self._ticks.values():
                runs.reverse()
        runs = self._ticks.get(length, [])
        while runs and runs[-1] < start:
            runs.pop()
        if not runs:
            self.chain.add_text(opening[0])
            self.pos = start
            return
        text = self.data[start : runs[-1]].replace("\n", " ")
        if len(text) > 1 and text[0] == text[-1] == " " and text.strip(" "):
            text = text[1:-1]
        self._add(InlineSpan("code", text), runs[-1] + length)

    def _delimiters(self) -> None:
        found = read_delimiter(self.data, self.pos)
        self.chain.add_delimiter(found, found.char * found.count)
        self.pos += found.count

    # --- links and images (section 6.3 and 6.4) ---

    def _open_bracket(self, text: str) -> None:
        piece = self.chain.add_text(text)
        if self.brackets:
            self.brackets[-1].nested = True
        self.brackets.append(
            Bracket(piece, text, self.pos, self.pos + len(text), self.chain.last_delimiter)
        )
        self.pos += len(text)
        if text == "^[":  # a note in a link may hold links
            self.brackets[-1].inactive = self.inactive
            self.inactive = len(self.brackets)

    def _close_bracket(self) -> None:
        start = self.pos
        self.pos += 1
        if not self.brackets:
            self.chain.add_text("]")
            return
        bracket = self.brackets.pop()
        self.inactive = min(self.inactive, len(self.brackets))
        if bracket.note:
            self._close_note(bracket, start)
            return
        if not bracket.active:
            self.chain.add_text("]")
            return
        target = self._link_target(bracket, start)
        if target is None:
            found = self._attributes()
            if found is None or bracket.image:
                if not bracket.image and self._cite(bracket, start):
                    return
                self._check_attributes()
                self.chain.add_text("]")
                return
            element = InlineSpan("span")
            element.attributes, self.pos = found
        else:
            address, title, self.pos = target
            tag, key = ("img", "src") if bracket.image else ("a", "href")
            element = InlineSpan(tag, **{key: address})
            if not self.data.startswith(")", self.pos - 1):
                element.set("defined", "yes")  # elsewhere, where the address starts from
            if title:
                element.set("title", title)
            self._take_attributes(element)
        element.place = self.places.at(bracket.start)
        emphasise(self.chain, bracket.delimiter)
        self.chain.wrap_rest(bracket.piece, element)
        if element.tag == "a":  # no links in links
            for other in self.brackets[self.inactive :]:
                other.active = other.image
            self.inactive = len(self.brackets)

    def _cite(self, bracket: Bracket, close: int) -> bool:
        """Make a citation of what is in brackets, if it is one."""
        element = citations.bracketed(self.data[bracket.content : close])
        if element is None:
            return False
        element.place = self.places.at(bracket.start)
        emphasise(self.chain, bracket.delimiter)
        self.chain.wrap_rest(bracket.piece, element)
        element.clear()  # what it says is read as a whole
        return True

    def _is_reference(self, pos: int) -> bool:
        """Whether a reference to a note stands at ``pos``, where ``^`` is text then."""
        return any(
            isinstance(pattern, NoteReferencePattern)
            and pattern.compiled_re.match(self.data, pos) is not None
            for pattern in self.patterns.get("[", ())
        )

    def _close_note(self, bracket: Bracket, close: int) -> None:
        """End the note ``^[…]``; one that says nothing is text."""
        self.inactive = bracket.inactive
        said = _NOT_BLANK.search(self.data, bracket.content)
        if not said or said.start() == close:
            self.chain.add_text("]")
            return
        element = InlineSpan("note")
        element.place = self.places.at(bracket.start)
        emphasise(self.chain, bracket.delimiter)
        self.chain.wrap_rest(bracket.piece, element)

    def _link_target(self, bracket: Bracket, close: int) -> tuple[str, str, int] | None:
        """The address and title that follow ``]``, and where they end."""
        data = self.data
        if data.startswith("(", self.pos):
            inline = links.read_inline(data, self.pos)
            if inline:
                return links.encode(inline[0]), unescape(inline[1]), inline[2]
        label = links.read_label(data, self.pos) if data.startswith("[", self.pos) else None
        end = label[1] if label else self.pos
        name = label[0] if label and label[0] else ""
        if not name:
            if bracket.nested or close - bracket.content > 999:
                return None
            name = data[bracket.content : close]
        found = self.references.get(links.normalise(name)) if name.strip() else None
        if found:
            return *found, end
        if label and label[0].strip() and not label[0].startswith("^"):
            self.undefined.append((label[0], *self.places.at(self.pos)))
        return None
