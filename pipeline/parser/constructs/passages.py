"""Passages with layouts of their own: sidebars, pull-quotes, epigraphs, and columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Inline
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.tree import plain_text
from pipeline.parser.attributes import make
from pipeline.parser.constructs import boxes
from pipeline.parser.constructs.parts import Parts

ALIASES = {
    "pullquote": "pull-quote",
    "poem": "verse",
    "lines-numbered": "verse",
    "centre": "center",
    "column-margin": "sidebar",
}
"""Other names that authors use."""

COLUMN = "column"
MOST_COLUMNS = 4
_SHARE = late(r"(\d{1,3}(?:\.\d{1,4})?)%")
_DASH = late(r"(?:—|―|–|---?)[ \t\u00a0]*")
"""The beginning of the line with the source of a quotation."""


def sidebar(parts: Parts) -> tuple[Block, ...]:
    """A text beside the main text, which may have a title."""
    title, attributes = parts.titled
    children = parts.children
    if title:
        heading = make(classes=("box-title",))
        children = (model.Paragraph(children=title, span=parts.span, attributes=heading), *children)
    return (container(parts._replace(attributes=attributes), children),)


def quotation(parts: Parts) -> tuple[Block, ...]:
    """A pull-quote or epigraph. Its source is after the name, or a last line after a dash."""
    children = with_attribution(parts.children)
    if title := parts.title:
        text = (model.Text(text="— "), *title)
        children = (
            *children,
            model.Paragraph(children=text, span=parts.span, attributes=ATTRIBUTION),
        )
    return (container(parts, children),)


def columns(parts: Parts) -> tuple[Block, ...]:
    """``::: columns 3``, text in columns; or Pandoc's ``column`` blocks side by side."""
    if any(map(_is_column, parts.children)):
        return (container(parts, _with_widths(parts.children), "side-by-side"),)
    number, _, title = parts.argument.partition(" ")
    if not number.isdecimal():
        number, title = "2", parts.argument
    if number not in map(str, range(2, MOST_COLUMNS + 1)):
        message = f"There cannot be {number} columns on a page."
        hint = f"Write a number from 2 to {MOST_COLUMNS}: `::: columns 2`."
        parts.report(Code.WRONG_COUNT, message, parts.span, hint)
        number = "2"
    (node,) = boxes.container(parts._replace(argument=title))
    assert isinstance(node, model.Container)
    return (container(parts, node.children, f"columns-{number}"),)


def plain(parts: Parts) -> tuple[Block, ...]:
    """A container whose name has another spelling."""
    return boxes.container(parts._replace(name=ALIASES.get(parts.name, parts.name)))


def with_attribution(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a quotation. A last line that begins with a dash, in a paragraph of its
    own or at another's end, becomes a paragraph of the class ``attribution``."""
    last = blocks[-1] if blocks else None
    if not isinstance(last, model.Paragraph) or last.attributes != make():
        return blocks
    lines = list(lines_of(last.children))
    if not _begins_with_dash(lines[-1]):
        return blocks
    source = replace(last, children=lines[-1], attributes=ATTRIBUTION)
    before = last.children[: -len(lines[-1]) - 1]
    return (*blocks[:-1], *((replace(last, children=before),) if before else ()), source)


def attributed(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a quotation without a name. A dash may belong to the text: its line is the
    source only after the end of a sentence, and if no other line begins so, as in a dialogue."""
    result = with_attribution(blocks)
    if len(result) < 2 or result[-1].attributes != ATTRIBUTION:
        return blocks
    paragraphs = [block for block in result[:-1] if isinstance(block, model.Paragraph)]
    lines = [line for block in paragraphs for line in lines_of(block.children)]
    before = plain_text(result[-2:-1]).rstrip()
    ends = (
        not before.endswith((",", ":", ";"))
        if len(result) == len(blocks)
        else _ENDED.search(before)
    )
    return result if ends and not any(map(_begins_with_dash, lines)) else blocks


_ENDED = late(r"(?:[.!?…。！？][\"'”’»›“)\]]*|[\"”»›“」』])$")
ATTRIBUTION = make(classes=("attribution",))


def _begins_with_dash(line: tuple[Inline, ...]) -> bool:
    if not line or not isinstance(line[0], model.Text):
        return False
    match = _DASH.match(line[0].text)
    return match is not None and (match.end() < len(line[0].text) or len(line) > 1)


def lines_of(inlines: Iterable[Inline]) -> Iterator[tuple[Inline, ...]]:
    """The lines of a paragraph; emphasis that continues after a break is repeated."""
    line: list[Inline] = []
    for node in inlines:
        if isinstance(node, model.SoftBreak | model.LineBreak):
            yield tuple(line)
            line = []
        elif isinstance(
            node,
            model.Emphasis | model.Strong | model.Strikethrough | model.InlineElement | model.Link,
        ):
            first, *others = lines_of(node.children)
            line.append(replace(node, children=first) if others else node)
            for further in others:
                yield tuple(line)
                again = make(classes=node.attributes.classes, pairs=node.attributes.pairs)
                line = [replace(node, children=further, attributes=again)]
        else:
            line.append(node)
    yield tuple(line)


def _with_widths(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks, with columns without a width sharing the remaining space."""
    widths = [block.attributes.get("width") for block in blocks if _is_column(block)]
    taken = sum(float(match[1]) for width in widths if (match := _SHARE.fullmatch(width)))
    share = max(0.0, 100 - taken) / max(1, widths.count(""))
    pair = ("width", f"{share:.4g}%")
    return tuple(
        replace(block, attributes=replace(block.attributes, pairs=(*block.attributes.pairs, pair)))
        if _is_column(block) and not block.attributes.get("width") and share
        else block
        for block in blocks
    )


def _is_column(block: Block) -> bool:
    return isinstance(block, model.Container) and block.name == COLUMN


def container(parts: Parts, children: tuple[Block, ...], *classes: str) -> model.Container:
    attributes = parts.attributes
    return model.Container(
        name=ALIASES.get(parts.name, parts.name),
        children=children,
        span=parts.span,
        attributes=make(attributes.id, (*classes, *attributes.classes), attributes.pairs),
    )
