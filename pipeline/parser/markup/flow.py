"""Conversion of blocks to inlines and of inlines to blocks, without losing anything."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Inline, Node, tree
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.rewriting import Changes, rewrite
from pipeline.parser.attributes import make

_SPACE = late(r"[ \t\n\r\f]+")


FORMATS: dict[str, type[model.Emphasis | model.Strong | model.Strikethrough]] = {
    "em": model.Emphasis,
    "strong": model.Strong,
    **dict.fromkeys(("del", "s", "strike"), model.Strikethrough),
}
"""The nodes of elements for emphasis."""


class FlowPart(Node, frozen=True):
    """A piece of a table, list or figure for the element around it; ``name`` is its tag."""

    name: str
    children: tuple[Node, ...]


def fold(text: str) -> str:
    """``text`` with every run of white space as one space, except no-break spaces."""
    return _SPACE.sub(" ", text)


def is_blank(node: Node) -> bool:
    """Return whether a node is nothing but space."""
    return isinstance(node, model.SoftBreak) or (
        isinstance(node, model.Text) and not node.text.strip(" \n")
    )


def trim(inlines: Iterable[Inline]) -> tuple[Inline, ...]:
    """Inlines without space or line ends before and after them."""
    nodes = list(inlines)
    while nodes and (is_blank(nodes[-1]) or isinstance(nodes[-1], model.LineBreak)):
        nodes.pop()
    start = 0
    while start < len(nodes) and (
        is_blank(nodes[start]) or isinstance(nodes[start], model.LineBreak)
    ):
        start += 1
    del nodes[:start]
    if nodes and isinstance(nodes[0], model.Text):
        nodes[0] = replace(nodes[0], text=nodes[0].text.lstrip(" \n"))
    if nodes and isinstance(nodes[-1], model.Text):
        nodes[-1] = replace(nodes[-1], text=nodes[-1].text.rstrip(" \n"))
    return tuple(nodes)


def as_blocks(
    items: Iterable[Node], text: type[model.Paragraph | model.Plain] = model.Plain
) -> tuple[Block, ...]:
    """``items`` as blocks: inlines between them become ``text``, or paragraphs if their element is
    dropped; list items, rows and cells outside a list or table are replaced by their content."""
    blocks: list[Block] = []
    stray: list[model.ListItem] = []
    for item in (*_in_paragraphs(items, text), None):
        if isinstance(item, model.ListItem):
            stray.append(item)
            continue
        if stray:
            blocks.append(model.List(ordered=False, items=tuple(stray), tight=is_tight(stray)))
            stray = []
        match item:
            case None:
                break
            case model.TableRow():
                blocks += (
                    b for cell in item.cells for b in as_blocks(cell.children, model.Paragraph)
                )
            case model.TableCell() | FlowPart():
                blocks += as_blocks(item.children, model.Paragraph)
            case model.Plain():
                blocks.append(text(children=item.children, span=item.span))
            case _:
                assert isinstance(item, Block)
                blocks.append(item)
    return tuple(blocks)


def _in_paragraphs(
    items: Iterable[Node], text: type[model.Paragraph | model.Plain]
) -> Iterator[Node]:
    """``items`` with each run of inlines as ``text``, if it is not blank."""
    for are_inlines, run in itertools.groupby(items, _is_inline):
        if not are_inlines:
            yield from run
        elif inlines := trim(node for node in run if isinstance(node, Inline)):
            span = next((node.span for node in inlines if node.span), None)
            yield text(children=inlines, span=span)


def _is_inline(node: Node) -> bool:
    return isinstance(node, Inline)


def definition_items(
    parts: Iterable[tuple[bool, Any, Span | None]],
) -> tuple[model.DefinitionItem, ...]:
    """The items of a definition list: each has some terms, and the definitions after them. Of each
    part it is known whether it is a term, and where it is."""
    groups: list[tuple[list[Any], list[Any], Span | None]] = []
    for is_term, children, span in parts:
        if not groups or (is_term and groups[-1][1]):
            groups.append(([], [], span))
        if is_term:
            groups[-1][0].append(children)
        else:
            groups[-1][1].append(children)
    return tuple(
        model.DefinitionItem(terms=tuple(terms), definitions=tuple(definitions), span=span)
        for terms, definitions, span in groups
    )


def is_tight(items: Iterable[model.ListItem]) -> bool:
    """Return whether no item has a paragraph, only text."""
    return not any(isinstance(block, model.Paragraph) for item in items for block in item.children)


def as_inlines(items: Iterable[Node]) -> tuple[Inline, ...]:
    """``items`` as inlines: blocks become lines."""
    inlines: list[Inline] = []
    after_block = False
    for item in items:
        if isinstance(item, Inline):
            if not (is_blank(item) and after_block):
                if after_block:
                    inlines.append(model.LineBreak())
                    after_block = False
                inlines.append(item)
            continue
        lines = _lines(item)
        if lines:
            while inlines and is_blank(inlines[-1]):
                inlines.pop()
            inlines += [model.LineBreak(), *lines] if inlines else lines
            after_block = True
    return tuple(inlines)


def _lines(block: Node) -> tuple[Inline, ...]:
    match block:
        case model.Paragraph() | model.Heading() | model.Plain():
            return block.children
        case model.CodeBlock():
            lines = block.text.rstrip("\n").split("\n")
            return _joined([(model.Code(text=line),) if line.strip() else () for line in lines])
        case model.List():
            markers = [f"{block.start + i}. " for i in range(len(block.items))]
            return _joined(
                [
                    (model.Text(text=marker if block.ordered else "• "), *as_inlines(item.children))
                    for marker, item in zip(markers, block.items, strict=True)
                ]
            )
        case model.TableRow():
            cells = [as_inlines((cell,)) for cell in block.cells]
            return _joined([cell for cell in cells if cell], model.Text(text=" "))
        case FlowPart():
            return as_inlines(block.children)
        case _:
            return as_inlines(tree.children(block))


def _joined(
    lines: Sequence[tuple[Inline, ...]], between: Inline | None = None
) -> tuple[Inline, ...]:
    inlines: list[Inline] = []
    for number, line in enumerate(lines):
        inlines += [between or model.LineBreak(), *line] if number else line
    return tuple(inlines)


Wrap = Callable[[tuple[Inline, ...], Attributes], tuple[Inline, ...]]


def distribute(items: Sequence[Node], attributes: Attributes, wrap: Wrap) -> list[Node]:
    """The nodes of an inline element with ``items`` in it: ``wrap`` is applied to its inlines, also
    within its blocks, which the element itself cannot contain. The first piece has its id."""
    if all(isinstance(item, Inline) for item in items):
        return list(wrap(as_inlines(items), attributes))
    result: list[Node] = []
    left = attributes

    def wrapped(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
        nonlocal left
        now, left = left, make(classes=left.classes, pairs=left.pairs)
        return wrap(inlines, now)

    def leave(block: model.Paragraph | model.Heading | model.Plain) -> Node:
        return replace(block, children=wrapped(block.children)) if block.children else block

    changes: Changes = {model.Paragraph: leave, model.Heading: leave, model.Plain: leave}
    for are_inlines, run in itertools.groupby(items, _is_inline):
        nodes: Any = tuple(run)
        if are_inlines:
            result += nodes if all(map(is_blank, nodes)) else wrapped(nodes)
        else:
            for item in nodes:
                result += (item,) if isinstance(item, FlowPart) else rewrite((item,), leave=changes)
    return result


def bind(link: model.Link) -> tuple[Inline, ...]:
    """``link`` with links in it taken apart, and the references to notes after it."""
    inner = [n for n in tree.walk(link.children) if isinstance(n, model.Link | model.NoteReference)]
    if not inner:
        return (link,)
    notes = tuple(tree.notes_in(link.children))
    children = rewrite(
        link.children,
        leave={model.Link: lambda node: node.children, model.NoteReference: lambda _: ()},
    )
    if not children:
        return notes
    return (replace(link, children=children), *notes)
