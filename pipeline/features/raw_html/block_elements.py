"""Nodes for block-level HTML elements."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from msgspec.structs import replace

from pipeline import model
from pipeline.features.raw_html.inline_elements import code_text
from pipeline.model import NO_ATTRIBUTES, Block, Inline, Node
from pipeline.model.tree import walk
from pipeline.parser.attributes import joined
from pipeline.parser.blocks.breaks import PAGE_BREAKS
from pipeline.parser.markup.flow import (
    FlowPart,
    as_blocks,
    as_inlines,
    definition_items,
    is_blank,
    is_tight,
    trim,
)
from pipeline.parser.markup.safe_tags import Frame

_BREAKS = frozenset({"pagebreak", "page-break", "newpage"})
_COMMANDS = frozenset({f"\\{name}" for name in PAGE_BREAKS.split("|")})

_STYLES: dict[str, model.ListStyle] = {
    "a": "lower-alpha",
    "A": "upper-alpha",
    "i": "lower-roman",
    "I": "upper-roman",
}


def paragraph(frame: Frame) -> Iterable[Node]:
    blocks = as_blocks(frame.items, model.Paragraph)
    if len(blocks) == 1 and isinstance(blocks[0], model.Paragraph):
        candidates = (frame.attributes, blocks[0].attributes)
        attributes = candidates[0] if candidates[0] != NO_ATTRIBUTES else candidates[1]
        return (replace(blocks[0], span=frame.span, attributes=attributes),)
    return blocks


def with_breaks(frame: Frame, nodes: Iterable[Node]) -> Iterable[Node]:
    """The nodes of an element, with the page breaks that its style asks for. An empty element is
    nothing but the break, and so is one of a class for that."""
    before, after = frame.style.breaks_before, frame.style.breaks_after
    is_empty = frame.tag in ("div", "p") and all(map(_is_nothing, frame.items))
    if is_empty and (before or after or not _BREAKS.isdisjoint(frame.attributes.classes)):
        return (model.PageBreak(span=frame.span),)
    page_break = (model.PageBreak(span=frame.span),)
    return (*(page_break if before else ()), *nodes, *(page_break if after else ()))


def _is_nothing(node: Node) -> bool:
    text = node.text.strip() if isinstance(node, model.Text) else ""
    return is_blank(node) or (isinstance(node, model.Text) and text in ("", *_COMMANDS))


def heading(frame: Frame) -> Iterable[Node]:
    children = trim(as_inlines(frame.items))
    level = int(frame.tag[1])
    yield model.Heading(
        level=level, children=children, span=frame.span, attributes=frame.attributes
    )


def list_(frame: Frame) -> Iterable[Node]:
    items: list[model.ListItem] = []
    for are_items, run in itertools.groupby(frame.items, lambda n: isinstance(n, model.ListItem)):
        if are_items:
            items += (node for node in run if isinstance(node, model.ListItem))
        else:
            items += (model.ListItem(children=(block,)) for block in as_blocks(run))
    start = frame.values.get("start", "1")
    if not items:
        return ()
    list_node = model.List(
        ordered=frame.tag == "ol",
        items=tuple(items),
        start=int(start) if start.isdecimal() and len(start) < 10 else 1,
        tight=is_tight(items),
        style=_STYLES.get(frame.values.get("type", ""), "") if frame.tag == "ol" else "",
        span=frame.span,
        attributes=frame.attributes,
    )
    return (list_node,)


def item(frame: Frame) -> Iterable[Node]:
    blocks = as_blocks(frame.items)
    return (model.ListItem(children=blocks, span=frame.span, attributes=frame.attributes),)


def quote(frame: Frame) -> Iterable[Node]:
    blocks = as_blocks(frame.items)
    return (model.BlockQuote(children=blocks, span=frame.span, attributes=frame.attributes),)


def preformatted(frame: Frame) -> Iterable[Node]:
    text = code_text(frame.items).removeprefix("\n").rstrip("\n") + "\n"
    language = frame.values.get("lang", "")
    # `lang` is GitHub's way to name the language of code
    attributes = frame.attributes.without({"lang"})
    for node in walk(n for n in frame.items if isinstance(n, Inline)):
        for name in node.attributes.classes if isinstance(node, model.Code) else ():
            if not language and name.startswith("language-"):
                language = name.removeprefix("language-")
    return (model.CodeBlock(text=text, language=language, span=frame.span, attributes=attributes),)


def container(frame: Frame) -> Iterable[Node]:
    return (_container_of(frame.tag, as_blocks(frame.items), frame),)


def _container_of(name: str, blocks: tuple[Block, ...], frame: Frame | FlowPart) -> model.Container:
    return model.Container(name=name, children=blocks, span=frame.span, attributes=frame.attributes)


def blocks_part(frame: Frame) -> Iterable[Node]:
    """A summary, or a definition."""
    return (_part(frame, as_blocks(frame.items)),)


def details(frame: Frame) -> Iterable[Node]:
    """The summary comes first; without one, there would be nothing to click on."""
    summary = next(
        (i for i in frame.items if isinstance(i, FlowPart) and i.name == "summary"), None
    )
    if summary is None:
        frame.attributes = frame.attributes.without({"open"})
        return (_container_of("div", as_blocks(frame.items), frame),)
    first = _container_of("summary", as_blocks(summary.children), summary)
    rest = as_blocks(item for item in frame.items if item is not summary)
    return (_container_of("details", (first, *rest), frame),)


def _part(frame: Frame, children: Iterable[Node]) -> FlowPart:
    """A piece of an element, for the element around it to take up."""
    return FlowPart(
        name=frame.tag, children=tuple(children), span=frame.span, attributes=frame.attributes
    )


def definition_list(frame: Frame) -> Iterable[Node]:
    groups = (  # HTML lets terms and definitions be grouped by `div`
        item.children if isinstance(item, FlowPart) and item.name == "div" else (item,)
        for item in frame.items
    )
    nodes = list(itertools.chain.from_iterable(groups))
    items = definition_items(
        (True, as_inlines(n.children), None)
        if n.name == "dt"
        else (False, as_blocks(n.children), None)
        for n in nodes
        if isinstance(n, FlowPart)
    )
    before = as_blocks((n for n in nodes if not isinstance(n, FlowPart)), model.Paragraph)
    if not items:
        return before
    list_node = model.DefinitionList(items=items, span=frame.span, attributes=frame.attributes)
    return (*before, list_node)


def division(frame: Frame) -> Iterable[Node]:
    if any(isinstance(item, FlowPart) and item.name in ("dt", "dd") for item in frame.items):
        return (_part(frame, (item for item in frame.items if not is_blank(item))),)
    return container(frame)


def inlines_part(frame: Frame) -> Iterable[Node]:
    """A term, or a caption."""
    return (_part(frame, trim(as_inlines(frame.items))),)


def figure(frame: Frame) -> Iterable[Node]:
    """A figure of one image; with anything else in it, its caption is a paragraph."""
    captions = [i for i in frame.items if isinstance(i, FlowPart) and i.name == "figcaption"]
    rest = as_blocks((i for i in frame.items if not isinstance(i, FlowPart)), model.Paragraph)
    only = rest[0] if len(rest) == 1 else None
    if isinstance(only, model.Paragraph) and len(only.children) == 1 and len(captions) < 2:
        image = only.children[0]
        if isinstance(image, model.Image):
            caption = as_inlines(captions[0].children) if captions else ()
            figure = model.Figure(
                image=image, caption=caption, span=frame.span, attributes=frame.attributes
            )
            return (figure,)
    if isinstance(only, model.Figure) and captions:  # an image of Markdown, with what it says
        caption = only.caption + as_inlines(captions[0].children)
        attributes = joined(frame.attributes, only.attributes)
        return (replace(only, caption=caption, attributes=attributes),)
    return as_blocks(frame.items, model.Paragraph)


def centred(frame: Frame) -> Iterable[Node]:
    """A block in the middle; headings stay headings of the text around it."""
    blocks = as_blocks(frame.items, model.Paragraph)
    for is_heading, run in itertools.groupby(
        blocks, lambda block: isinstance(block, model.Heading)
    ):
        run_nodes = tuple(run)
        yield from run_nodes if is_heading else (_container_of("div", run_nodes, frame),)


def plain(frame: Frame) -> Iterable[Node]:
    return as_blocks(frame.items, model.Paragraph)
