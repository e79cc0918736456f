"""Dive into Deep Learning's notebooks: labels, references and tabs, as roles on their own."""

from __future__ import annotations

import re

from pipeline.features.dialects import lessons
from pipeline.features.dialects.specifications import LOCAL, TOLD, lead
from pipeline.model import Block
from pipeline.model.late import late
from pipeline.parser.attributes import joined, make
from pipeline.parser.blockparser import LineProcessor
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.dialects import Dialect, LinePair, Sign
from pipeline.parser.inlines import links, references
from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result
from pipeline.parser.lines import Cursor

_LABEL = late(r":(eq)?(label|width|height):`([^`\n]{1,200})`[ \t]*")
_IMAGE = late(r"!\[([^\]\"\n]+)\]\(([^()\s\"]+)\)(?=(?:\{[^{}]*\})?$)")
_CAPTION = late(r":([^\W\d_][^`\n:]{2,300})$")
_CELL = late(r"[ \t]*(?:%%tab|#@(?:tab|save))\b.*")


class LabelProcessor(LineProcessor):
    """A line below a heading, an image, a table or a formula that gives it an id or a width."""

    begins = ":"

    def start(self, cursor: Cursor) -> bool:
        match = _LABEL.fullmatch(cursor.rest)
        if match is None:
            return self._captions(cursor)
        key = match[2]
        listed = f"{{#{match[3]}}}" if key == "label" else f"{{{key}={match[3]}}}"
        tip, above = self.parser.tip, self.parser.innermost.last
        if tip.tag == "p" and tip is self.parser.innermost:
            last, text = tip.lines[-1], tip.lines[-1].rstrip()
            if key == "label":  # a figure, whose caption is its text
                text = _IMAGE.sub(r'![\1](\2 "\1")', text)
            if key != "height" and text.endswith(")"):
                tip.lines[-1] = last.with_text(text + listed)
            elif key != "height" and text.endswith("}"):
                tip.lines[-1] = last.with_text(f"{text[:-1]} {listed[1:]}")
        else:
            self.parser.close_unmatched()
            if above is not None and above.tag == "table" and key == "label":
                self._name_table(cursor, listed)
            elif above is not None and key == "label":
                above.state = joined(above.attributes, make(match[3]))
        cursor.skip_rest()
        return True

    def _name_table(self, cursor: Cursor, listed: str) -> None:
        """Give the table above an id, which stands with its caption."""
        blocks = self.parser.innermost.blocks
        before = blocks[-2] if len(blocks) > 1 else None
        if before is not None and before.lines and before.lines[0].startswith(": "):
            last = before.lines[-1]
            before.lines[-1] = last.with_text(f"{last.rstrip()} {listed}")
        else:
            self.parser.read_again((cursor.line.with_text(f": {listed}"),))

    def _captions(self, cursor: Cursor) -> bool:
        """Read a line as the caption of a table that follows."""
        caption = _CAPTION.fullmatch(cursor.rest.rstrip())
        if caption is None or not self.parser.following().startswith("|"):
            return False
        self.parser.close_unmatched()
        self.parser.read_again((cursor.line.with_text(f": {caption[1]}"),))
        cursor.skip_rest()
        return True


def _reference(m: re.Match[str], data: str) -> Result:
    """``:numref:`place` `` and ``:cite:`key` ``."""
    if not m[1].startswith("cite"):
        return InlineSpan("a", m[2], href=LOCAL + links.encode(m[2]), title=TOLD)
    keys = "; ".join(f"@{key.strip()}" for key in m[2].split(","))
    return references.bracketed(keys)


def code(parts: Parts) -> Parts | tuple[Block, ...]:
    """A cell without the line that tells for which tab it is."""
    if parts.lines and _CELL.fullmatch(parts.lines[0]):
        return parts._replace(lines=parts.lines[1:])
    return parts


D2L = Dialect(
    names=("d2l",),
    begins=frozenset(":"),
    signs=(
        Sign(":begin_tab:", late(r"(?m)^:begin_tab:`")),
        Sign("label:`", late(r"(?m)^:(?:eq)?label:`[\w-]+`[ \t]*$")),
    ),
    blocks={"d2l-label": LabelProcessor},
    inlines={
        "d2l-reference": Pattern(
            ":", r":(numref|eqref|ref|cite[tp]?):`([^`\n]{1,300})`", _reference
        ),
    },
    pairs=(
        LinePair(
            late(r":begin_tab:`(?P<title>[^`\n]{1,100})`"), lessons.closing(":end_tab:"), "tab"
        ),
    ),
    containers={"tab": lessons.tab},
    cells=(code,),
    settle=(lead,),
)
