"""ATX and setext headings (CommonMark 0.31.2, sections 4.2 and 4.3)."""

from __future__ import annotations

from pipeline.model.late import late
from pipeline.parser import attributes
from pipeline.parser.blockparser import BlockElement, LineProcessor
from pipeline.parser.blocks.paragraphs import ParagraphProcessor
from pipeline.parser.lines import Cursor, Line

_ATX = late(r"(#{1,6})(?:[ \t]+|$)")
_CLOSE = late(r"(?:#{2,6}(?=[^\W_])|#(?=[^\W\d_]))")
_TITLE = late(r"(?!#[0-9A-F]{3,8}$)#[^\W\d_][^#]{0,80}[^\s.,;:!?#]$")
_CLOSING = late(r"(?:^|(?<![ \t])[ \t]++)#++[ \t]*+$")
_SETEXT = late(r"(?:=+|-+)[ \t]*$")


class AtxHeadingProcessor(LineProcessor):
    begins = "#"

    def start(self, cursor: Cursor) -> bool:
        match = _ATX.match(cursor.rest)
        if not match and self.parser.innermost.tag != "p":
            split = attributes.trailing(cursor.rest)
            text = split[0].rstrip(": \t") if split else cursor.rest.rstrip()
            if self._is_meant(text):
                match = _CLOSE.match(cursor.rest)
        if not match:
            return False
        line = Line(cursor.rest[match.end() :], cursor.number, cursor.offset + match.end())
        heading = BlockElement(f"h{match[0].count('#')}", cursor.number, self)
        listed = attributes.trailing(line) or attributes.trailing(_CLOSING.sub("", line))
        if listed:
            line, heading.state = line.with_text(listed[0]), listed[1]
        else:
            self.parser.check_end(line)
        heading.lines = [line.with_text(_CLOSING.sub("", line).strip(" \t"))]
        self.parser.add_leaf(heading, cursor)
        return True

    def _is_meant(self, text: str) -> bool:
        """Return whether a line without a space after its marks is a heading all the same: with
        several marks; or with one, a title on a line alone, and no tag such as `#MeToo`."""
        if text.startswith("##"):
            return True
        title = text[1:]
        return (
            bool(_TITLE.match(text))
            and title[:1].isupper()
            and title.split()[0][1:] == title.split()[0][1:].lower()
            and not self.parser.next_line.strip("> \t")
        )


class SetextHeadingProcessor(LineProcessor):
    """A line of ``=`` or ``-`` under a paragraph makes a heading of it."""

    def may_start(self, cursor: Cursor) -> bool:
        return self.parser.innermost.tag == "p" and cursor.indent < 4 and cursor.char in "=-"

    def start(self, cursor: Cursor) -> bool:
        if not _SETEXT.match(cursor.rest):
            return False
        paragraph = self.parser.innermost
        assert isinstance(paragraph.processor, ParagraphProcessor)
        paragraph.processor.take_definitions(paragraph)
        if not paragraph.lines:
            return False
        paragraph.tag = "h1" if cursor.char == "=" else "h2"
        paragraph.processor = self
        paragraph.end = cursor.number
        last = paragraph.lines[-1]
        split = attributes.trailing(last)
        if split and split[0]:
            paragraph.lines[-1], paragraph.state = last.with_text(split[0]), split[1]
        elif not split:
            self.parser.check_end(last)
        self.parser.close_unmatched()
        self.parser.close_tip()
        return True
