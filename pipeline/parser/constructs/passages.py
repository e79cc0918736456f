"""Passages with layouts of their own: sidebars, pull-quotes, epigraphs, verse, and columns."""

from __future__ import annotations

import re
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
EVERY = "5"
"""The default number of lines from one line number to the next."""

_COUNT = late(r"(?:^|(?<=\s))(every|start)=(\S+)(?=\s|$)")
_SHARE = late(r"(\d{1,3}(?:\.\d{1,4})?)%")
_DASH = late(r"(?:—|―|–|---?)[ \t\u00a0]*")
"""The beginning of the line with the source of a quotation."""


def sidebar(parts: Parts) -> tuple[Block, ...]:
    """A text beside the main text, which may have a title."""
    title, attributes = boxes.title_of(parts)
    children = parts.children
    if title:
        heading = make(classes=("box-title",))
        children = (model.Paragraph(children=title, span=parts.span, attributes=heading), *children)
    return (_container(parts._replace(attributes=attributes), children),)


def quotation(parts: Parts) -> tuple[Block, ...]:
    """A pull-quote or epigraph. Its source is after the name, or a last line after a dash."""
    children = with_attribution(parts.children)
    if title := parts.title:
        text = (model.Text(text="— "), *title)
        children = (
            *children,
            model.Paragraph(children=text, span=parts.span, attributes=_ATTRIBUTION),
        )
    return (_container(parts, children),)


def verse(parts: Parts) -> tuple[Block, ...]:
    """Verse: lines are kept, paragraphs are stanzas. A title may come first, and the source last,
    after a dash. ``every`` is the interval of line numbers."""
    parts = _numbered(parts)
    title, attributes = boxes.title_of(parts)
    stanzas = tuple(
        _stanza(block)
        if isinstance(block, model.Paragraph) and block.attributes != _ATTRIBUTION
        else block
        for block in with_attribution(parts.children)
    )
    if title:
        heading = make(classes=("verse-title",))
        stanzas = (model.Paragraph(children=title, span=parts.span, attributes=heading), *stanzas)
    return (_container(parts._replace(attributes=attributes), stanzas),)


DIGITS = 9
"""The maximum number of digits of a number of lines that is used."""


def _numbered(parts: Parts) -> Parts:
    """The block with settings of line numbers, ``every`` and ``start``, as attributes."""
    attributes = parts.attributes
    counts = dict(_COUNT.findall(parts.argument))
    counts |= {key: value for key in ("every", "start") if (value := attributes.get(key))}
    for key, value in counts.items():
        if not re.fullmatch(r"[1-9]\d{0,3}", value, re.ASCII):
            message = f"`{key}={value}` is not a line number."
            hint = "Write a number from 1 to 9999: `every=5`."
            parts.report(Code.BAD_ATTRIBUTE, message, parts.span, hint)
    numbers = {key: value for key, value in counts.items() if value.isdecimal()}
    kept = {key: value for key, value in numbers.items() if len(value) <= DIGITS and int(value)}
    if parts.name == "lines-numbered" or "start" in kept:
        kept.setdefault("every", EVERY)
    attributes = attributes.without(("every", "start"))
    pairs = (*attributes.pairs, *((key, kept[key]) for key in sorted(kept)))
    argument = " ".join(_COUNT.sub(" ", parts.argument).split())
    return parts._replace(
        argument=argument, attributes=make(attributes.id, attributes.classes, pairs)
    )


def columns(parts: Parts) -> tuple[Block, ...]:
    """``::: columns 3``, text in columns; or Pandoc's ``column`` blocks side by side."""
    if any(map(_is_column, parts.children)):
        return (_container(parts, _with_widths(parts.children), "side-by-side"),)
    number, _, title = parts.argument.partition(" ")
    if not number.isdecimal():
        number, title = "2", parts.argument
    if number not in map(str, range(2, MOST_COLUMNS + 1)):
        message = f"There cannot be {number} columns on a page."
        hint = f"Write a number from 2 to {MOST_COLUMNS}: `::: columns 2`."
        parts.report(Code.WRONG_COUNT, message, parts.span, hint)
        number = "2"
    (container,) = boxes.container(parts._replace(argument=title))
    assert isinstance(container, model.Container)
    return (_container(parts, container.children, f"columns-{number}"),)


def plain(parts: Parts) -> tuple[Block, ...]:
    """A container whose name has another spelling."""
    return boxes.container(parts._replace(name=ALIASES.get(parts.name, parts.name)))


def with_attribution(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a quotation. A last line that begins with a dash, in a paragraph of its
    own or at another's end, becomes a paragraph of the class ``attribution``."""
    last = blocks[-1] if blocks else None
    if not isinstance(last, model.Paragraph) or last.attributes != make():
        return blocks
    lines = list(_lines(last.children))
    if not _begins_with_dash(lines[-1]):
        return blocks
    source = replace(last, children=lines[-1], attributes=_ATTRIBUTION)
    before = last.children[: -len(lines[-1]) - 1]
    return (*blocks[:-1], *((replace(last, children=before),) if before else ()), source)


def attributed(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a quotation without a name. A dash may belong to the text: its line is the
    source only after the end of a sentence, and if no other line begins so, as in a dialogue."""
    result = with_attribution(blocks)
    if len(result) < 2 or result[-1].attributes != _ATTRIBUTION:
        return blocks
    paragraphs = [block for block in result[:-1] if isinstance(block, model.Paragraph)]
    lines = [line for block in paragraphs for line in _lines(block.children)]
    before = plain_text(result[-2:-1]).rstrip()
    ends = (
        not before.endswith((",", ":", ";"))
        if len(result) == len(blocks)
        else _ENDED.search(before)
    )
    return result if ends and not any(map(_begins_with_dash, lines)) else blocks


_ENDED = late(r"(?:[.!?…。！？][\"'”’»›“)\]]*|[\"”»›“」』])$")
_ATTRIBUTION = make(classes=("attribution",))


def _begins_with_dash(line: tuple[Inline, ...]) -> bool:
    if not line or not isinstance(line[0], model.Text):
        return False
    match = _DASH.match(line[0].text)
    return match is not None and (match.end() < len(line[0].text) or len(line) > 1)


def _stanza(paragraph: model.Paragraph) -> model.Paragraph:
    """A paragraph with each of its lines in an element, so that continuation lines are indented,
    and a break between them, for readers without styles."""
    children: list[Inline] = []
    for line in _lines(paragraph.children):
        if children:
            children.append(model.LineBreak())
        attributes = make(classes=("verse-line",))
        children.append(model.InlineElement(name="span", children=line, attributes=attributes))
    return replace(paragraph, children=tuple(children))


def _lines(inlines: Iterable[Inline]) -> Iterator[tuple[Inline, ...]]:
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
            first, *others = _lines(node.children)
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


def _container(parts: Parts, children: tuple[Block, ...], *classes: str) -> model.Container:
    attributes = parts.attributes
    return model.Container(
        name=ALIASES.get(parts.name, parts.name),
        children=children,
        span=parts.span,
        attributes=make(attributes.id, (*classes, *attributes.classes), attributes.pairs),
    )
