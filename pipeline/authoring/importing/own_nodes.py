"""The nodes of web pages and e-books that Chapbook made, by the classes of its markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from pipeline import model
from pipeline.authoring.importing.own_markup import width_in
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, Node
from pipeline.model.metadata import Speaker
from pipeline.model.tree import Changes, plain_text, walk
from pipeline.model.words import words
from pipeline.parser.markup.flow import trim

KEPT = frozenset(
    "box-title verse-title attribution verse-line lead small left center right small-caps".split()
)
"""Classes that say something in a source, of paragraphs and of text."""

_KINDS = frozenset({"note", "tip", "important", "warning", "caution", "example"})
_BLOCKS = frozenset(
    "sidebar pull-quote verse keep-together landscape epigraph columns column center".split()
)
_UNSAID = {
    "choices": "The page does not say which choices are right: mark these with (x) or [x].",
    "matching": "Matching exercises are written as lists: the page does not say which items "
    "belong together.",
    "index": "The index is left out: mark its entries with `{.index}` to have it made again.",
}
"""Findings on what a page does not show of its exercises and index."""

_CHARTS: dict[str, str] = {
    "chart_bar": "bar",
    "chart_stacked": "stacked",
    "chart_line": "line",
    "chart_pie": "pie",
}


def nodes(lang: str, tell: Callable[[str], None]) -> Changes:
    """The changes that make nodes of what was marked, in a page of a language; ``tell`` is told
    what the page does not say."""
    said = words(lang)

    def container(node: model.Container) -> Node | tuple[Node, ...]:
        classes = node.attributes.classes
        for name in classes:
            if name in _UNSAID:
                tell(_UNSAID[name])
        make = next((_MADE[name] for name in classes if name in _MADE), None)
        if make:
            return make(node)
        if "box" in classes and len(classes) > 1 and classes[1] in _KINDS:
            title, children = _titled(node, "box-title")
            default = plain_text(title).strip() == said[classes[1]]
            return model.Admonition(
                kind=classes[1],
                title=() if default else title,
                children=children,
                attributes=_id(node),
            )
        if "chart" in classes:
            return _chart(node)
        name = next((name for name in classes if name in _BLOCKS), "")
        if node.name == "div" and name:
            more = tuple(c for c in classes if c != name) if name == "columns" else ()
            width = width_in(classes) if name == "column" else ""
            pairs = (("width", width),) if width else ()
            attributes = Attributes(node.attributes.id, more, pairs)
            return model.Container(name=name, children=node.children, attributes=attributes)
        return node

    def _chart(node: model.Container) -> Node | tuple[Node, ...]:
        """A chart of the data that stand with it; an image and a table where it is not known."""
        figure = next((n for n in walk(node.children) if isinstance(n, model.Figure)), None)
        table = next((n for n in walk(node.children) if isinstance(n, model.Table)), None)
        if figure is None or table is None:
            return node.children
        alt = figure.image.alt
        kinds = {said[key]: kind for key, kind in _CHARTS.items()}
        kind = next((kinds[name] for name in kinds if alt.startswith(f"{name}:")), "")
        if not kind:
            return (figure, table)
        return model.Chart(
            kind=kind,  # type: ignore[arg-type]
            table=table,
            caption=figure.caption,
            attributes=_id(node),
        )

    def listed(node: model.List) -> Node:
        if "ordering" in node.attributes.classes:
            tell("Ordering exercises are written as lists: the page does not give the right order.")
        if "bibliography" in node.attributes.classes:
            tell("Citations and the works that they cite are written as text.")
        return node

    return {
        model.Container: container,
        model.BlockQuote: _quote,
        model.InlineElement: _inline,
        model.List: listed,
        model.ListItem: _item,
        model.TableCell: _cell,
        model.CodeBlock: _code,
    }


def speakers(blocks: Iterable[Block]) -> tuple[Speaker, ...]:
    """The speakers of a text."""
    found = {turn.speaker: turn for turn in walk(blocks) if isinstance(turn, model.Turn)}
    return tuple(Speaker(name=t.speaker, role=t.role, asks=t.asks) for t in found.values())


def _id(node: Node) -> Attributes:
    return Attributes(node.attributes.id) if node.attributes.id else NO_ATTRIBUTES


def _titled(node: model.Container, name: str) -> tuple[tuple[Inline, ...], tuple[Block, ...]]:
    """The title of a block, and the rest of it."""
    first, *others = node.children or (None,)
    if isinstance(first, model.Paragraph) and name in first.attributes.classes:
        return trim(first.children), tuple(others)
    return (), node.children


def _exercise(node: model.Container) -> Node:
    title, children = _titled(node, "exercise-title")
    return model.Exercise(title=title, children=children, attributes=_id(node))


def _dialogue(node: model.Container) -> Node | tuple[Node, ...]:
    turns = tuple(n for n in node.children if isinstance(n, model.Turn))
    return model.Dialogue(turns=turns) if turns else node.children


def _turn(node: model.Container) -> Node:
    name, children = _titled(node, "speaker")
    asks = "asks" in node.attributes.classes
    inner = tuple(
        block
        for child in children
        for block in (child.children if isinstance(child, model.Container) else (child,))
    )
    return model.Turn(
        speaker=" ".join(plain_text(name).split()),
        role="interviewer" if asks else "guest",
        asks=asks,
        children=inner,
    )


def _choices(node: model.Container) -> Node:
    prompt, children = _titled(node, "prompt")
    listed = (c.items if isinstance(c, model.List) else (c,) for c in children)
    options = [c for cs in listed for c in cs if isinstance(c, model.Container | model.ListItem)]
    return model.Choices(
        prompt=prompt,
        items=tuple(model.Choice(children=option.children, correct=False) for option in options),
        multiple="several" in node.attributes.classes,
    )


def _figures(node: model.Container) -> Node:
    found = tuple(n for n in walk(node.children) if isinstance(n, model.Figure))
    return model.FigureGroup(figures=found, caption=_caption(node), attributes=_id(node))


def _caption(node: model.Container) -> tuple[Inline, ...]:
    for child in node.children:
        if isinstance(child, model.Paragraph) and "caption" in child.attributes.classes:
            return trim(child.children)
    return ()


def _listing(node: model.Container) -> Node | tuple[Node, ...]:
    """Code with its caption and the name of its file."""
    code = next((n for n in node.children if isinstance(n, model.CodeBlock)), None)
    if code is None:
        return node.children
    caption = _caption(node)
    names = [n for n in caption if isinstance(n, model.InlineElement) and _has(n, "file-name")]
    rest = trim(n for n in caption if n not in names)
    return replace(code, caption=rest, file_name=plain_text(names).strip(), attributes=_id(node))


def _equation(node: model.Container) -> Node | tuple[Node, ...]:
    tex = [n.tex for n in walk(node.children) if isinstance(n, model.Math)]
    if len(tex) != 1:
        return node.children
    return model.MathBlock(tex=f"\n{tex[0]}\n", attributes=_id(node))


def _lines(node: model.Container) -> Node:
    return model.WritingLines(count=_rows(node))


def _space(node: model.Container) -> Node:
    return model.WritingSpace(height=10.0 * _rows(node))


def _rows(node: Node) -> int:
    said = (c.removeprefix("rows-") for c in node.attributes.classes if c.startswith("rows-"))
    return max(1, int(next(said, "3")))


def _has(node: Node, name: str) -> bool:
    return name in node.attributes.classes


_MADE: dict[str, Callable[[model.Container], Node | tuple[Node, ...]]] = {
    "exercise": _exercise,
    "dialogue": _dialogue,
    "turn": _turn,
    "choices": _choices,
    "figures": _figures,
    "listing": _listing,
    "write-lines": _lines,
    "write-space": _space,
    "page-break": lambda node: model.PageBreak(),
    "equation": _equation,
    "formula": lambda node: node.children,
    "index": lambda node: (),
}


def _quote(node: model.BlockQuote) -> Node:
    if not _has(node, "epigraph"):
        return node
    return model.Container(name="epigraph", children=node.children)


def _inline(node: model.InlineElement) -> Node | tuple[Node, ...]:
    if _has(node, "blank"):
        size = next((c[-1] for c in node.attributes.classes if re.fullmatch(r"size-[1-4]", c)), "2")
        return model.Blank(size=int(size))
    return node


def _item(node: model.ListItem) -> Node:
    """An item; one that begins with a box to tick has it."""
    first = node.children[0] if node.children else None
    if not isinstance(first, model.Paragraph | model.Plain) or not first.children:
        return node
    box = first.children[0]
    if not isinstance(box, model.InlineElement) or not _has(box, "task"):
        return node
    text = replace(first, children=trim(first.children[1:]))
    return replace(node, checked=_has(box, "done"), children=(text, *node.children[1:]))


def _cell(node: model.TableCell) -> Node:
    align = next((c for c in node.attributes.classes if c in _ALIGNED), node.align)
    return replace(node, align=align)


_ALIGNED = frozenset({"left", "right", "center", "decimal"})


def _code(node: model.CodeBlock) -> Node:
    said = dict(c.partition("-")[::2] for c in node.attributes.classes)
    first = int(said.get("first", "0"))
    lines = (int(n) for n in said.get("marked", "").split("-") if n.isdecimal())
    marked = tuple(number - max(first, 1) + 1 for number in lines)
    return replace(node, first_line=first, marked=marked)
