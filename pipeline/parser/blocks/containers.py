"""Containers: ``::: name {#id .class}`` to ``:::``, as in Pandoc. A closing line ends the
innermost container that was opened with as many colons, or else the innermost."""

from __future__ import annotations

from pipeline.model import NO_ATTRIBUTES
from pipeline.model.audience import conditions_of
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.tree import FOR_TEACHERS
from pipeline.parser import attributes
from pipeline.parser.attributes import joined
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.blocks.directives import DIRECTIVE, take_option
from pipeline.parser.characters import UNSEEN
from pipeline.parser.dialects import table
from pipeline.parser.lines import Cursor
from pipeline.parser.marks import opens_block
from pipeline.parser.names import likely_secret, meant_name

_OPENING = late(r"(:{2,})[ \t]*(?=[^\s:\]])(.*)")
_LETTER = late(r"[^\W\d_]")
_TITLED = late(r"([\w-]+)\[([^\[\]]*)\](?=$|\{)")
"""``name[title]``, as in Docusaurus, where attributes may follow."""

_MEANT_AS_LIST = late(
    r"^\{(?!\{).*|(?<![\\_^`$\])}{])\{(?:(?!\{)[^{}]*\}|[#.][\w-][^{}]*|[A-Za-z_][\w:-]*=[^{}]*)$"
)
"""Braces meant as an attribute list. Others are of the title: of gaps, formulas, variables or
text."""

_GAP = late(rf"(?<!\\)_{{3,}}[\s{UNSEEN}]+$")


class ContainerProcessor(LineProcessor):
    begins = ":"
    container = True
    closing = late(r"(?<!:)(:{2,})[ \t]*$")

    def start(self, cursor: Cursor) -> bool:
        match = _OPENING.match(cursor.rest)
        if not match or (len(match[1]) < 3 and not opens_block(cursor.rest)):
            return False
        text, of_block = match[2].rstrip(" \t").rstrip(":").rstrip(" \t"), NO_ATTRIBUTES
        is_directive = False
        titled = _TITLED.match(text)
        listed = attributes.read(text, titled.end()) if titled else None
        if titled and listed and listed[1] == len(text):
            text, of_block = titled[0], listed[0]
        elif split := attributes.trailing(text):
            text, of_block = split
        elif directive := DIRECTIVE.match(text):
            # Text after MyST's name is the label of the exercise.
            argument = "" if meant_name(directive[1]) in FOR_TEACHERS else directive[2]
            text, is_directive = f"{directive[1]} {argument}", True
        elif (wrong := _MEANT_AS_LIST.search(text)) and not _GAP.search(text[: wrong.start()]):
            text = text[: wrong.start()] or "div"
            message = f"The attributes `{wrong[0]}` cannot be read."
            place = cursor.line.at(match.start(2) + wrong.start())
            self.parser.report(Code.BAD_ATTRIBUTE, message, place, attributes.HINT)
        if self.parser.too_deep(cursor):
            return False
        titled = _TITLED.match(text)
        words = (f"{titled[1]} {titled[2]}" if titled else text).split()
        name = words[0].lower() if words else next(iter(of_block.classes), "")
        if is_directive:
            name = table(self.parser.files.dialects).directives.get(name, name)
        if words and not _LETTER.match(name) and not likely_secret(name):
            message = (
                f"`{cursor.rest.rstrip()}` stays as text: a block's name begins with a letter."
            )
            hint = "Write a name after the colons, or `\\:` if you mean them as text."
            self.parser.report(Code.LIKELY_SLIP, message, cursor.line.at(cursor.next), hint)
            return False
        self.open(
            cursor,
            "container",
            of_block,
            name=meant_name(name),
            written=name,
            directive="yes" if is_directive else "",
            argument=" ".join(words[1:]),
            colons=str(len(match[1])),
            bare="" if words else "yes",
        )
        is_line = len(words) > 1 and cursor.rest.rstrip().endswith(self.begins * 3)
        if is_line and meant_name(name) in FOR_TEACHERS and not self.parser.ends_next(":::", 1):
            self.parser.tip.set("closed", "yes")
            self.parser.close_tip()
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if cursor.indent < 4 and cursor.char == self.begins:
            match = self.closing.match(cursor.rest)
            if match and self._closes(block, len(match[1])):
                return Match.END
        if block.get("directive"):
            take_option(block, cursor, table(self.parser.files.dialects).options)
        return Match.YES

    def _closes(self, block: BlockElement, colons: int) -> bool:
        """Return whether a closing line of ``colons`` is the end of ``block``."""
        tip = self.parser.tip
        if tip.processor and tip.processor.waits_for_end(tip):
            return False
        within = self.parser.open[self.parser.open.index(block) :]
        mine = [b for b in within if b.get("colons") and b.processor is self]
        same = [b for b in mine if b.get("colons") == str(colons)]
        if table(self.parser.files.dialects).closes_innermost:
            return mine[-1] is block
        return (same or mine)[-1] is block

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if not block.get("closed"):
            if block.get("bare") and parent.processor is self and not parent.get("closed"):
                # It may be meant as the end of the block around it, with attributes.
                parent.state = joined(parent.attributes, conditions_of(block.attributes))
            colons = self.begins * int(block.get("colons", "3"))
            written = f"{colons} {block.get('written', '')}".strip()
            message = f"The block `{written}` is never closed."
            self.report_unclosed(block, message, f"End it with a line `{colons}`.")
