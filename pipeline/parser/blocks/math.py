"""Formulas on lines of their own: ``$$``, TeX, ``$$ {#eq-id}``, and LaTeX's own delimiters."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.parser import attributes
from pipeline.parser.blockparser import BlockElement, Match, VerbatimProcessor
from pipeline.parser.inlines.math import ENVIRONMENTS, reads_like_formula
from pipeline.parser.lines import Cursor, Line

_CLOSING = late(r"((?:[^$\\]++|\\.|\$(?!\$)|\\$)*+)\$\$")
_PUNCTUATION = late(r"\s*([.,;:])(?=\s*$)")
_ENVIRONMENT = late(rf"\\begin\{{((?:{ENVIRONMENTS})\*?)\}}")
_BRACKET = late(r"(\\{1,2})\[")
_DEFINITION = late(
    r"\\(?:(?:new|renew|provide)command|DeclareMathOperator)\*?\s*(?:\{\s*)?\\[A-Za-z]|\\g?def\s*\\[A-Za-z]"
)
_BRACES = late(r"\\.|[{}]")
_MARK = late(r"\\.|\$\$")
_DOLLARS = late(r"\$\$")


class _End(NamedTuple):
    """The end of a formula on a line: its text, attributes, and where text goes on (or -1)."""

    formula: str
    attributes: Attributes
    rest: int


class MathProcessor(VerbatimProcessor):
    """``state`` is the attributes that follow the end."""

    begins = "$"
    has_end = True

    def start(self, cursor: Cursor) -> bool:
        text = cursor.rest
        if not text.startswith("$$") or text.startswith("$$$"):
            return False
        end = _end(text, 2)
        if end and (end.rest >= 0 or not end.formula.strip()):
            return False  # within a line of text, or nothing at all
        if self.parser.tip.tag == "p" and _leaves_open(self.parser.tip):
            return False
        if not end and not self.parser.comes_later(_DOLLARS):
            self._report_open(cursor.line.at())
            return False  # the marks, and all that follows, stay text
        self._begin(cursor, 2, end)
        return True

    def _begin(self, cursor: Cursor, begins: int, end: _End | None, **attrib: str) -> None:
        block = self.open(cursor, "math", NO_ATTRIBUTES, **attrib)
        line = cursor.line
        formula = end.formula if end else line[begins:]
        block.lines.append(Line(formula, line.number, line.offset + begins))
        if end:
            self._finish(block, end, line)
            self.parser.close_tip()

    def end(self, block: BlockElement, text: str) -> _End | None:
        """The end of a formula on a line, if there is one."""
        return _end(text, 0)

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        line = cursor.remainder
        end = self.end(block, line)
        if end is None:
            return Match.YES
        block.lines.append(line.with_text(end.formula))
        block.end = cursor.number
        self._finish(block, end, line)
        if end.rest < 0:
            return Match.END
        cursor.skip_chars(end.rest)  # text follows the formula: a paragraph of its own
        return Match.NO

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if not block.get("closed"):
            self._report_open(block.span)

    def _report_open(self, place: Span) -> None:
        message = "The formula that begins with `$$` is never closed."
        hint = "End it with `$$`, or write `\\$\\$` if you mean two dollar signs."
        self.parser.report(Code.UNCLOSED_MATH, message, place, hint)

    def _finish(self, block: BlockElement, end: _End, line: Line) -> None:
        block.set("closed", "yes")
        block.state = end.attributes
        if end.rest >= 0:
            self.parser.check_attributes(line, end.rest)


class LatexMathProcessor(MathProcessor):
    r"""LaTeX's own delimiters: ``\[`` to ``\]``, ``\begin{align}`` to its end, and definitions of
    commands. A blank line ends them too; without an end before it, they are text."""

    begins = "\\"
    has_end = False

    def start(self, cursor: Cursor) -> bool:
        text = cursor.rest
        if self.parser.tip.tag == "p" and _leaves_open(self.parser.tip):
            return False
        if _DEFINITION.match(text):
            return self._on_its_line(cursor, text)
        if match := _ENVIRONMENT.match(text):
            marks, closing = 0, f"\\end{{{match[1]}}}"
        elif match := _BRACKET.match(text):
            marks, closing = match.end(), match[1] + "]"
        else:
            return False
        end = _latex_end(text, closing, marks)
        if end and (end.rest >= 0 or not (marks == 0 or reads_like_formula(end.formula))):
            return False
        begins = text[marks:] if marks and not end else ""
        if begins.strip() and not reads_like_formula(begins, strongly=True):
            return False
        self._begin(cursor, marks, end, marks=str(marks), closing=closing, opening=text)
        return True

    def _on_its_line(self, cursor: Cursor, text: str) -> bool:
        """The definition of a command, which must be complete on its line."""
        pairs = [brace for brace in _BRACES.findall(text) if brace in "{}"]
        if not pairs or pairs.count("{") != pairs.count("}"):
            return False
        self._begin(cursor, 0, _End(text.rstrip(), NO_ATTRIBUTES, -1), marks="0")
        return True

    def end(self, block: BlockElement, text: str) -> _End | None:
        return _latex_end(text, block.get("closing", ""), 0)

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.NO if cursor.blank else super().proceed(block, cursor)

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if block.get("closed"):
            return
        if not int(block.get("marks", "0")):
            closing = block.get("closing", "")
            message = (
                f"A formula begins here, and there is no `{closing}` before the next empty line."
            )
            self.report(block, Code.BAD_MATH, message)
        first = Line(block.get("opening", ""), block.line, block.column)
        lines = (line.with_text(line.lstrip()) for line in block.lines[1:])
        block.tag, block.lines, block.state = "p", [first, *lines], None
        block.attrib.clear()


def _leaves_open(paragraph: BlockElement) -> bool:
    """Return whether a formula that began in the paragraph goes on; each line is read once."""
    is_open, read = bool(paragraph.get("open-math")), int(paragraph.get("read-math", "0"))
    for line in paragraph.lines[read:]:
        marks = sum(match[0] == "$$" for match in _MARK.finditer(line))
        is_open ^= marks % 2 == 1
    paragraph.set("open-math", "yes" if is_open else "")
    paragraph.set("read-math", str(len(paragraph.lines)))
    return is_open


def _latex_end(text: str, closing: str, pos: int) -> _End | None:
    """The end of a LaTeX formula, read from ``pos``. It includes that of an environment."""
    at = text.find(closing, pos)
    if closing == "\\]":
        while at > pos and text[at - 1] == "\\":  # the end of a line, and a bracket
            at = text.find(closing, at + 1)
    if at < 0:
        return None
    end = at + len(closing)
    return _rest(text, text[pos : at if closing.endswith("]") else end], end)


def _end(text: str, pos: int) -> _End | None:
    """The end of a formula on a line of ``text``, read from ``pos``."""
    match = _CLOSING.match(text, pos)
    if not match:
        return None
    return _rest(text, match[1], match.end())


def _rest(text: str, formula: str, at: int) -> _End:
    """The end of a formula at ``at``, with the text after it."""
    listed = attributes.read(text, _skip_blanks(text, at))
    attrs, at = listed or (NO_ATTRIBUTES, at)
    # Punctuation after the marks belongs to the formula, so that it is not separated from it.
    if stop := _PUNCTUATION.match(text, at):
        return _End(formula.rstrip() + stop[1], attrs, -1)
    at = _skip_blanks(text, at)
    return _End(formula, attrs, at if at < len(text) else -1)


def _skip_blanks(text: str, pos: int) -> int:
    while text[pos : pos + 1] in (" ", "\t"):
        pos += 1
    return pos
