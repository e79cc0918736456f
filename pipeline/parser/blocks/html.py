"""HTML blocks (CommonMark 0.31.2, section 4.6) and comments."""

from __future__ import annotations

import re

from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser.blockparser import BlockElement, Match, VerbatimProcessor
from pipeline.parser.lines import Cursor
from pipeline.parser.markup.html_tokens import CLOSING_TAG, OPENING_TAG
from pipeline.parser.markup.safe_tags import KNOWN_TAGS, VOID_TAGS, withheld_by

BLOCK_TAGS = (
    "address article aside base basefont blockquote body caption center col colgroup dd details"
    " dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6"
    " head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option"
    " p param search section summary table tbody td tfoot th thead title tr track ul"
).replace(" ", "|")

COMMENT, ANY_TAG = 1, 6
_NAME = late(r"[A-Za-z][A-Za-z0-9-]*")
_RAW = "(?:script|pre|style|textarea)"
_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str] | None, str], ...] = (
    (late(rf"<{_RAW}(?=[\s>]|$)", re.I), late(rf"</{_RAW}>", re.I), ""),
    *(
        (late(begin), late(re.escape(end)), end)
        for begin, end in (
            ("<!--", "-->"), (r"<\?", "?>"), ("<![A-Za-z]", ">"), (r"<!\[CDATA\[", "]]>"),
        )
    ),
    (late(rf"</?(?:{BLOCK_TAGS})(?=[\s/>]|$)", re.I), None, ""),
    (late(rf"(?:{OPENING_TAG}|{CLOSING_TAG})[ \t]*$"), None, ""),
)  # fmt: skip
"""The beginning of each kind of block, and its end; without one, a blank line ends it."""


_ENDS = {
    name: late(rf"</{name}\s*>", re.I)
    for name in ("svg", "math", "video", "audio", "canvas", "object", "select", "template")
}
"""The ends of elements that are left out, which no blank line within them ends."""

_APART = late(rf"<(/?)({'|'.join(_ENDS)})(?=[\s/>]|$)(?![^<>]*+(?<=/)>)", re.I)


_WITH_MARKDOWN = late(
    rf"<({_NAME.pattern})\s(?:[^<>]*\s)?(?:markdown(?:=[\"']?+(?!0)|(?=[\s>]))|[A-Za-z]+=\{{)"
    r"[^<>]*(?<!/)>",
    re.I,
)
"""The tag of an element whose text is Markdown, as PHP Markdown Extra, kramdown and Python-Markdown
have it: ``<div markdown="1">``; and JSX, by an expression: ``<div style={{…}}>``."""

_END = late(rf"</({_NAME.pattern})\s*>")


class HtmlProcessor(VerbatimProcessor):
    """``state`` is the number of the kind while the block is open."""

    begins = "<"

    def start(self, cursor: Cursor) -> bool:
        kind = self._kind(cursor.rest)
        if kind is None:
            return False
        if _KINDS[kind][1] is None and self._takes_tag(cursor):
            return True
        block = self.open(cursor, "html", kind)
        self.parser.add_line(block, cursor)
        _note_elements(block, block.lines[0])
        end = _KINDS[kind][1]
        if end and end.search(block.lines[0]):
            block.set("closed", "yes")
            self.parser.close_tip()
        elif end is None and self.parser.elements and _ends_own(block, block.lines[0]):
            self.parser.close_tip()
        return True

    def _takes_tag(self, cursor: Cursor) -> bool:
        """Begin or end an element whose text is Markdown, and read on behind its tag."""
        elements, rest = self.parser.elements, cursor.rest
        if tag := _WITH_MARKDOWN.match(rest):
            elements.append(tag[1].lower())
        elif (tag := _END.match(rest)) and tag[1].lower() in elements:
            while elements.pop() != tag[1].lower():
                pass
        else:
            return False
        block = self.open(cursor, "html", ANY_TAG)
        block.lines.append(cursor.line.with_text(tag[0]))
        self.parser.close_tip()
        cursor.skip_indent()
        cursor.skip_chars(len(tag[0]))
        self.parser.read_rest(cursor)
        return True

    def _kind(self, text: str) -> int | None:
        for kind, (begin, _, _) in enumerate(_KINDS):
            match = begin.match(text)
            if match is None:
                continue
            if kind < ANY_TAG:
                return kind
            # The last kind never interrupts a paragraph; and a tag that is not HTML is text, in
            # which Markdown should work, except for names of answers.
            name = _NAME.search(match[0])
            known = name and (name[0].lower() in KNOWN_TAGS or withheld_by(name[0]))
            if known and self.parser.tip.tag != "p":
                return kind
        # Nor does one that is left out and goes on after its line, whatever follows its tag.
        opened = _APART.match(text)
        if opened and not opened[1] and self.parser.tip.tag != "p":
            is_over = _ENDS[opened[2].lower()].search(text)
            return None if is_over else ANY_TAG
        return None

    def waits_for_end(self, block: BlockElement) -> bool:
        return _KINDS[block.state][1] is not None

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        end = _KINDS[block.state][1]
        if end is None:
            if not cursor.blank:
                if _WITH_MARKDOWN.match(cursor.rest):
                    return Match.NO
                _note_elements(block, cursor.remainder)
                if self.parser.elements and _ends_own(block, cursor.remainder):
                    self.parser.add_line(block, cursor)
                    return Match.END
                return Match.YES
            name = block.get("apart")
            return Match.YES if name and self.parser.comes_later(_ENDS[name]) else Match.NO
        if end.search(cursor.remainder):
            self.parser.add_line(block, cursor)
            return Match.END
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        _, end, closing = _KINDS[block.state]
        if end is None or block.get("closed"):
            return
        if block.state == COMMENT:
            code, subject = Code.UNCLOSED_COMMENT, "The comment"
        elif block.state == 0:
            return  # the element is reported where the markup is read
        else:
            code, subject = Code.UNCLOSED_MARKUP, f"`{block.lines[0][:9]}`"
        del parent[-1]
        self.report(block, code, f"{subject} is never closed.", f"Close it with `{closing}`.")


def _ends_own(block: BlockElement, line: str) -> bool:
    """Return whether the element that a block within Markdown began with ends on this line."""
    tag = _NAME.search(block.lines[0])
    if tag is None:
        return False
    name, text = tag[0].lower(), line.lower()
    left = int(block.get("left", "0")) + text.count(f"<{name}") - text.count(f"</{name}")
    block.set("left", str(left))
    return left <= 0 or name in VOID_TAGS


def _note_elements(block: BlockElement, line: str) -> None:
    """Note the name of the element that is left out, if one is open after a line of a block."""
    for match in _APART.finditer(line):
        name, is_end = match[2].lower(), bool(match[1])
        around = block.get("apart")
        if not is_end and not around:
            block.set("apart", name)
        elif is_end and around == name:
            block.set("apart", "")
