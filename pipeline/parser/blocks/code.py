"""Fenced and indented code (CommonMark 0.31.2, sections 4.4 and 4.5)."""

from __future__ import annotations

import re

from pipeline.model import NO_ATTRIBUTES
from pipeline.model.codes import Code
from pipeline.parser.attributes import joined, make
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.cursor import Cursor
from pipeline.parser.fence_info import read_info
from pipeline.parser.inlines.other_tools import HTML_FORMATS, OTHER_FORMAT
from pipeline.parser.secrets import meaning_of

_RAW = re.compile(r"\{=(\w[\w-]*)\}")
_PAGE_BREAKS = frozenset(
    (*("\\newpage", "\\pagebreak", "\\clearpage"), '<w:p><w:r><w:br w:type="page"/></w:r></w:p>')
)
_OPENING = re.compile(r"(`{3,}+)([^`]*+)$|(~{3,}+)(.*)$")

_CHUNK = re.compile(r"\{[A-Za-z][\w-]*[ \t,}]")
"""The beginning of an R Markdown chunk; learnr names answers in its label or options."""

_WORD = re.compile(r"[^\W\d_]{4,}")


class FenceProcessor(LineProcessor):
    """``state`` is (character, length, indentation) of the opening fence."""

    begins = "`~"
    takes_lines = True
    verbatim = True

    def start(self, cursor: Cursor) -> bool:
        match = _OPENING.match(cursor.rest)
        if not match:
            return False
        group = 1 if match[1] else 3
        fence, info = match[group], match[group + 1]
        if "{" in info:
            self.parser.check_attributes(cursor.line, cursor.rest.index("{", len(fence)))
        state = (fence[0], len(fence), cursor.indent)
        self.open(cursor, "pre", state, info=info.strip(" \t"))
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        char, length, indent = block.state
        if cursor.indent < 4 and cursor.char == char:
            rest = cursor.rest.rstrip(" \t")
            if len(rest) >= length and not rest.strip(char):
                return Match.END
        cursor.skip_columns(min(indent, cursor.indent))
        return Match.YES

    def waits_for_end(self, block: BlockElement) -> bool:
        return True

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        char, length, _ = block.state
        if not block.get("closed"):
            message = f"The code fence {char * length} is never closed."
            hint = f"End it with a line {char * length}."
            self.report(block, Code.UNCLOSED_FENCE, message, hint)
        if raw := _RAW.fullmatch(block.get("info", "")):
            self._close_raw(block, parent, raw[1].lower())
            return
        language, found = read_info(block.get("info", ""))
        block.set("language", language)
        if _CHUNK.match(block.get("info", "")) and any(
            map(meaning_of, _WORD.findall(block.get("info", "")))
        ):
            found = joined(found, make(classes=("answer",)))
        block.state = found

    def _close_raw(self, block: BlockElement, parent: BlockElement, name: str) -> None:
        """Convert Pandoc's raw code ``{=format}``: HTML, page breaks of other formats, or code to
        leave out."""
        content = {line.strip() for line in block.lines} - {""}
        if name in HTML_FORMATS:
            block.tag = "html"
        elif content and content <= _PAGE_BREAKS:
            block.tag = "page-break"
            block.lines = []
        else:
            del parent[-1]
            message = f"The raw code for {name} is left out."
            self.report(block, Code.LIKELY_SLIP, message, OTHER_FORMAT)


class IndentedCodeProcessor(LineProcessor):
    takes_lines = True
    verbatim = True

    def may_start(self, cursor: Cursor) -> bool:
        return cursor.indent >= 4 and self.parser.tip.tag not in ("p", "table")

    def start(self, cursor: Cursor) -> bool:
        block = self.open(cursor, "pre", NO_ATTRIBUTES, language="")
        cursor.skip_columns(4)
        self.parser.add_line(block, cursor)
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if cursor.indent >= 4:
            cursor.skip_columns(4)
        elif cursor.blank:
            cursor.skip_indent()
        else:
            return Match.NO
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        while block.lines and not block.lines[-1].strip(" \t"):
            del block.lines[-1]
        block.end = block.lines[-1].number
