r"""MyST's directives in fences: boxes, ``{note} Title``, and answers, ``{solution}`` or up to
``{solution-end}``; answers and a few other blocks as LaTeX's environments, ``\begin{solution}``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.model.late import late
from pipeline.model.secrets import secret
from pipeline.model.tree import FOR_TEACHERS
from pipeline.parser import attributes, dialects
from pipeline.parser.attributes import joined
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.lines import Cursor
from pipeline.parser.names import meant_name

DIRECTIVE = late(r"\{([\w-]+)\}[ \t]*+(.*)")
"""The name of a directive, and its argument."""

_FENCE = late(r"(`{3,}+|~{3,}+)[ \t]*+(?:\{([\w:-]++)(?:[ \t,][^{}`]*+)?\}|([\w-]++))([^`]*+)$")
_BOX = late(r"(?:`{3,}|~{3,})[ \t]*\{([a-z][\w:-]*)(?:,[^{}`]*)?\}(.*)")
_OPTION = late(r":([a-z][\w-]*):(?:[ \t]++(.*))?$")
OF_IMAGE = frozenset({"alt", "width", "align"})
_ENVIRONMENT = late(r"\\begin\{([\w-]+)(\*?)\}(?:\[(.*)\])?[ \t]*$")
_LENGTH = late(r"[\d.]+[ ]?[a-z]{2}|\\.*")
"""The room for an answer in print, which is no title of it."""


class DirectiveProcessor(LineProcessor):
    """``state`` holds the attributes; ``end`` is the line that ends the block: a fence, or the end
    of an environment; ``stage`` is the part of a block that begins and ends with directives."""

    begins = "`~\\"
    container = True

    def start(self, cursor: Cursor) -> bool:
        fence = _FENCE.match(cursor.rest)
        environment = None if fence else _ENVIRONMENT.match(cursor.rest)
        if fence:
            written, end = fence[2] or fence[3], fence[1]
        elif environment:
            written, end = environment[1], f"\\end{{{environment[1]}{environment[2]}}}"
        else:
            return False
        name = meant_name(written.lower().removesuffix("-start"))
        name = name if name in FOR_TEACHERS or (fence and secret(name)) else ""
        box = None if name else _BOX.match(cursor.rest)
        table = dialects.table(self.parser.files.dialects)
        meant = table.directives.get(box[1].removesuffix("-start"), "") if box else ""
        block = table.environments.get(written) if environment else None
        title = (environment[3] or "").strip() if environment and name else ""
        title = "" if _LENGTH.fullmatch(title) else title
        if box:
            title = box[2].strip()
        elif fence and fence[3]:
            title = _title(fence[4])
        if block and not self.parser.comes_later(_end_of(end)):
            return False
        if not (name or meant or block) or self.parser.too_deep(cursor):
            return False
        self.open(
            cursor,
            "container",
            NO_ATTRIBUTES,
            name=name or block or meant,
            argument=title,
            end=end,
            written=cursor.rest.strip(),
            stage="start" if written.lower().endswith("-start") else "",
        )
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        tip = self.parser.tip
        if tip is not block and tip.processor and tip.processor.waits_for_end(tip):
            return Match.YES
        end, stage, rest = block.get("end", ""), block.get("stage"), cursor.rest.strip()
        if stage == "between":
            opened = _FENCE.match(rest)
            if opened and (opened[2] or "").lower().endswith("-end"):
                block.set("stage", "end")
                block.set("end", opened[1])
                cursor.skip_rest()
        elif cursor.indent < 4 and _ends(rest, end):
            if stage != "start":
                return Match.END
            block.set("stage", "between")
            block.set("begun", "yes")
            cursor.skip_rest()
        else:
            take_option(block, cursor, dialects.table(self.parser.files.dialects).options)
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if not block.get("closed"):
            written, end = (_as_code(block.get(key, "")) for key in ("written", "end"))
            message = f"The block {written} is never closed."
            hint = f"End it with a line {end}."
            self.report_unclosed(block, message, hint)


def _title(info: str) -> str:
    """The title after the name of a fence, unless these are attributes."""
    return "" if "{" in info or "=" in info else info.strip(" \t:,")


def _end_of(environment: str) -> re.Pattern[str]:
    """The line that ends an environment."""
    return re.compile(rf"[ \t>]*{re.escape(environment)}[ \t]*$")


def _as_code(written: str) -> str:
    """The text marked up as code, which a fence of backticks already is."""
    return written if written.startswith("`") else f"`{written}`"


def _ends(line: str, end: str) -> bool:
    if end.startswith("\\"):
        return line == end
    return line.startswith(end) and not line.strip(end[0])


def take_option(block: BlockElement, cursor: Cursor, options: Mapping[str, str]) -> None:
    """Take the line ``:class: name`` at the beginning of a directive of MyST."""
    if len(block) or block.get("begun"):
        return
    match = _OPTION.match(cursor.rest.rstrip(" \t"))
    if match is None:
        if not cursor.blank:
            block.set("begun", "yes")
        return
    key, value = match[1], (match[2] or "").strip()
    option = NO_ATTRIBUTES
    if key == "class":
        option = attributes.make(classes=tuple(value.split()))
    elif key in ("name", "label"):
        option = attributes.named(value)
    elif key in OF_IMAGE and block.get("name") in ("figure", "image"):
        option = attributes.make(pairs=((key, value),))
    elif block.get("name") == "table" and (meant := options.get(key)) and value:
        option = attributes.make(pairs=((meant, value),))
    if isinstance(block.state, Attributes):
        block.state = joined(block.state, option)
    cursor.skip_rest()
