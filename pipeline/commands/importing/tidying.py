"""Tidying documents from other programs into the form that a careful person would write: no
meaningless markup, no empty paragraphs, no gaps between heading levels, ids only for link
targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.link_targets import LABEL, with_targets
from pipeline.commands.importing.tidy_tables import aligned, headed
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, Node, Note
from pipeline.model.late import late
from pipeline.model.names import slug
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.roles import CLASSES
from pipeline.model.tree import plain_text, walk
from pipeline.parser.constructs.passages import attributed
from pipeline.parser.lowering.inlines import NAMES
from pipeline.parser.markup.flow import trim

_UNWRAPPED = frozenset(
    {"span", "small", "font", "ins", "time", "bdi", "big", "dfn", "cite", "data", "label", "center"}
)
"""Elements within text that say nothing that a source has to say."""

N = TypeVar("N", bound=Node)
FIRST_LEVEL = 2
"""The level of the highest headings, right below the title."""

_ALWAYS = frozenset({"decorative", "image", "small-caps"})
_ROLES = frozenset(CLASSES)
_COLUMNS = late(r"columns-\d|side-by-side")

_AS_EMPHASIS: dict[str, type[model.Emphasis] | type[model.Strong]] = {
    "i": model.Emphasis,
    "b": model.Strong,
}
_TRANSPARENT = frozenset({"div", "section", "article", "main", "address"})


def tidied(
    blocks: tuple[Block, ...], notes: tuple[Note, ...], title: str, tell: Callable[..., None]
) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """Blocks and notes without data that only their programs use; ``tell`` is called with what is
    lost."""
    targets = {
        node.href[1:]
        for node in walk((*blocks, *notes))
        if isinstance(node, model.Link) and node.href.startswith("#") and node.href != "#"
    }
    ids = {old: slug(old) or f"place-{n}" for n, old in enumerate(sorted(targets))}
    changes = _NodeChanges(ids).by_type()
    blocks = rewrite(blocks, leave=changes)
    notes = rewrite(notes, leave=changes)
    blocks = _without_title(_flowing(blocks), title, tell)
    blocks = _with_levels(blocks, tell)
    blocks, notes = with_targets((blocks, notes), tell)
    blocks = rewrite(blocks, leave=joined_runs())
    return blocks, rewrite(notes, leave=joined_runs())


def _with_levels(blocks: tuple[Block, ...], tell: Callable[..., None]) -> tuple[Block, ...]:
    """The blocks with levels of headings from the first one in use, of which none is skipped."""
    levels = sorted({n.level for n in walk(blocks) if isinstance(n, model.Heading)})
    ranks = {level: min(6, number) for number, level in enumerate(levels, FIRST_LEVEL)}
    above: list[tuple[int, int]] = []  # the ranks and the levels of the headings above
    moved: dict[tuple[int, int], list[str]] = {}

    def settled(node: model.Heading) -> Node:
        rank = ranks[node.level]
        while above and above[-1][0] >= rank:
            above.pop()
        level = above[-1][1] + 1 if above else FIRST_LEVEL
        above.append((rank, level))
        if level != rank:
            text = " ".join(plain_text(node.children).split())
            moved.setdefault((rank - 1, level - 1), []).append(text)
        return replace(node, level=level)

    blocks = rewrite(blocks, leave={model.Heading: settled})
    for (level, higher), texts in moved.items():
        move = f"and {len(texts) - 1} more move" if len(texts) > 1 else "moves"
        message = f"The heading “{texts[0][:60]}” {move} from level {level} to {higher}."
        tell(message, "A level cannot be skipped.", texts[0])
    return blocks


class _NodeChanges:
    """The changes of single nodes; ``ids`` are new ids by the old ones, if links lead to them."""

    def __init__(self, ids: Mapping[str, str]) -> None:
        self._ids = ids

    def by_type(self) -> Changes:
        return {
            **dict.fromkeys(model.HOLDERS, self._holder),
            model.BlockQuote: self._quote,
            **dict.fromkeys((model.Heading, model.Paragraph), self._text),
            model.Image: self._bare,
            model.Table: self._table,
            model.Figure: self._figure,
            model.Link: self._link,
            model.Strikethrough: self._emphasis,
            model.Code: lambda node: replace(node, attributes=NO_ATTRIBUTES),
            model.InlineElement: self._element,
            model.Emphasis: self._emphasis,
            model.Strong: self._emphasis,
            model.Container: self._container,
            model.TableCell: self._cell,
            model.TableRow: self._plain,
            model.ListItem: self._item,
            model.List: self._list,
            model.MathBlock: self._bare,
            model.DefinitionList: self._definitions,
            model.CodeBlock: self._plain,
        }

    def _attributes(self, node: Node) -> Attributes:
        kept = {"lang", "dir"} if isinstance(node, model.InlineElement) else {"lang", "width"}
        pairs = node.attributes.pairs
        pairs = tuple(pair for pair in pairs if pair[0] in kept or pair == ("dir", "rtl"))
        useful = _ROLES if isinstance(node, model.Heading) else _ALWAYS
        classes = tuple(NAMES.get(name, name) for name in node.attributes.classes)
        classes = tuple(c for c in classes if c in useful or _COLUMNS.fullmatch(c))
        attributes = Attributes(self._ids.get(node.attributes.id, ""), classes, pairs)
        return NO_ATTRIBUTES if attributes == NO_ATTRIBUTES else attributes

    def _bare(self, node: N, **changes: Any) -> N:
        return replace(node, attributes=self._attributes(node), span=None, **changes)

    def _text(self, node: model.Heading | model.Paragraph) -> Node:
        """A text; it has the id of an anchor that it begins with."""
        attributes = self._attributes(node)
        first = node.children[0] if node.children and not attributes.id else None
        if isinstance(first, model.InlineElement) and first.attributes.id and not first.children:
            attributes = replace(attributes, id=first.attributes.id)
            node = replace(node, children=node.children[1:])
        return replace(node, attributes=attributes, span=None)

    def _link(self, node: model.Link) -> Node | tuple[Node, ...]:
        if node.href == "#":
            return node.children
        href = f"#{self._ids[node.href[1:]]}" if node.href.startswith("#") else node.href
        title = " ".join(node.title.split())
        text = " ".join(plain_text(node.children).split())
        title = "" if title == text else title
        link = self._bare(node, href=href, title=title)
        return _outside(link) if text or _holds_more(node.children) else ()

    def _element(self, node: model.InlineElement) -> Node | tuple[Node, ...]:
        attributes = self._attributes(node)
        if node.name == "span" and not (node.children or attributes.id or attributes.classes):
            return ()
        if node.name in _AS_EMPHASIS:
            return self._emphasis(_AS_EMPHASIS[node.name](children=node.children))
        is_change = node.name == "ins" and "datetime" in dict(node.attributes.pairs)
        if node.name in _UNWRAPPED and attributes == NO_ATTRIBUTES and not is_change:
            return node.children
        name = "span" if node.name in _UNWRAPPED and not is_change else node.name
        inner = replace(node, name=name, attributes=attributes, span=None)
        return _outside(inner) if name in ("sub", "sup") and node.children else inner

    def _emphasis(
        self, node: model.Emphasis | model.Strong | model.Strikethrough
    ) -> Node | tuple[Node, ...]:
        if not plain_text(node.children).strip() and not _holds_more(node.children):
            return node.children
        return _outside(replace(node, attributes=NO_ATTRIBUTES, span=None))

    def _container(self, node: model.Container) -> Node | tuple[Node, ...]:
        if node.name in _TRANSPARENT and self._attributes(node) == NO_ATTRIBUTES:
            return _flowing(node.children)
        return self._bare(node, children=_flowing(node.children))

    def _figure(self, node: model.Figure) -> Node:
        return self._bare(node, caption=_without_label(node.caption))

    def _table(self, node: model.Table) -> Node | tuple[Node, ...]:
        cells = [cell for row in (*node.head, *node.body) for cell in row.cells]
        if len(cells) == 1:  # a table for the layout
            return _flowing(cells[0].children)
        return aligned(headed(self._bare(node, caption=_without_label(node.caption))))

    def _cell(self, node: model.TableCell) -> Node:
        children = _flowing(node.children)
        if len(children) == 1 and isinstance(children[0], model.Paragraph):
            children = (model.Plain(children=children[0].children),)
        return replace(node, children=children, attributes=NO_ATTRIBUTES, span=None)

    def _plain(self, node: model.TableRow | model.CodeBlock) -> Node:
        return replace(node, attributes=NO_ATTRIBUTES, span=None)

    def _item(self, node: model.ListItem) -> Node:
        children = _flowing(node.children)
        return replace(node, children=children, attributes=NO_ATTRIBUTES, span=None)

    def _holder(self, node: model.BlockQuote | Note) -> Node:
        return self._bare(node, children=_flowing(node.children))

    def _quote(self, node: model.BlockQuote) -> Node:
        return self._bare(node, children=attributed(_flowing(node.children)))

    def _list(self, node: model.List) -> Node:
        tight = all(
            sum(isinstance(child, model.Paragraph) for child in item.children) < 2
            and not any(map(_needs_room, item.children))
            for item in node.items
        )
        tight = tight or (len(node.items) == 1 and len(node.items[0].children) == 1)
        classes = node.attributes.classes
        form = ")" if "closed" in classes else "()" if "in-brackets" in classes else node.form
        return replace(node, tight=tight, form=form, attributes=NO_ATTRIBUTES, span=None)

    def _definitions(self, node: model.DefinitionList) -> Node:
        items = (
            replace(item, definitions=tuple(filter(None, map(_flowing, item.definitions))))
            for item in node.items
        )
        kept = tuple(replace(i, span=None) for i in items if i.terms or i.definitions)
        return replace(node, items=kept, attributes=NO_ATTRIBUTES, span=None)


def _needs_room(block: Block) -> bool:
    """Return whether a block is a table, or a list that cannot directly follow a line of text."""
    return isinstance(block, model.Table) or (
        isinstance(block, model.List)
        and block.ordered
        and (block.start != 1 or (bool(block.style or block.form) and len(block.items) == 1))
    )


def _without_label(caption: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """A caption without its label, which each edition generates, and without emphasis that covers
    all of it."""
    while len(caption) == 1 and isinstance(caption[0], model.Emphasis | model.Strong):
        caption = caption[0].children
    label = LABEL.match(plain_text(caption))
    left = len(label[0]) if label else 0
    kept: list[Inline] = []
    for node in caption:
        text = plain_text((node,))
        if left < len(text) and isinstance(node, model.Text):
            node = model.Text(text=node.text[left:])
        if left < len(text) or not text:
            kept.append(node)
        left = max(0, left - len(text))
    return trim(kept)


def _holds_more(children: Iterable[Node]) -> bool:
    return any(isinstance(n, model.Image | model.NoteReference) for n in walk(children))


def _outside(
    node: model.Emphasis | model.Strong | model.Strikethrough | model.Link | model.InlineElement,
) -> tuple[Node, ...]:
    """An element with the spaces at its ends moved outside, where asterisks are possible."""
    children = list(node.children)
    before = after = ""
    if isinstance(children[0], model.Text):
        text = children[0].text
        before = text[: len(text) - len(text.lstrip())]
        children[0] = replace(children[0], text=text.lstrip())
    if isinstance(children[-1], model.Text):
        text = children[-1].text
        after = text[len(text.rstrip()) :]
        children[-1] = replace(children[-1], text=text.rstrip())
    nodes: list[Node] = [model.Text(text=" ")] if before else []
    nodes.append(replace(node, children=tuple(c for c in children if c != model.Text(text=""))))
    return (*nodes, model.Text(text=" ")) if after else tuple(nodes)


def _flowing(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks with a paragraph for each text between them, and without empty ones."""
    result: list[Block] = []
    for block in blocks:
        if isinstance(block, model.Plain | model.Paragraph):
            attributes = block.attributes
            for run in _paragraphs(block.children):
                result.append(paragraph_of(run, attributes))
                attributes = NO_ATTRIBUTES
        elif isinstance(block, model.Heading) and not block.children:
            continue
        else:
            result.append(block)
    return tuple(result)


def paragraph_of(children: tuple[Inline, ...], attributes: Attributes) -> Block:
    """A paragraph; an image alone in it is one of its kind, or a figure."""
    only = children[0] if len(children) == 1 else None
    if isinstance(only, model.Math) and only.display:
        return model.MathBlock(tex=f"\n{only.tex}\n", attributes=attributes)
    if not isinstance(only, model.Image):
        return model.Paragraph(children=children, attributes=attributes)
    if only.attributes == NO_ATTRIBUTES:
        classes = ("image", *(name for name in attributes.classes if name != "image"))
        attributes = Attributes(attributes.id, classes, attributes.pairs)
        return model.Paragraph(children=children, attributes=attributes)
    return model.Figure(image=only, attributes=attributes)


def figures_left(node: model.FigureGroup) -> Node | tuple[Node, ...]:
    """A group of figures; the remaining ones if images are missing."""
    if all(isinstance(figure, model.Figure) for figure in node.figures):
        return node
    caption = (model.Paragraph(children=node.caption),) if node.caption else ()
    return (*node.figures, *caption)


def _paragraphs(children: tuple[Inline, ...]) -> Iterable[tuple[Inline, ...]]:
    """The paragraphs of a text, which several line breaks part."""
    run: list[Inline] = []
    waiting: list[Inline] = []
    for node in children:
        is_space = isinstance(node, model.Text) and not node.text.strip(" \n\t\u00a0")
        if isinstance(node, model.LineBreak) or (waiting and is_space):
            waiting.append(node)
            continue
        if sum(isinstance(n, model.LineBreak) for n in waiting) > 1:
            if text := trim(run):
                yield text
            run = []
        elif waiting:
            run += waiting
        waiting = []
        run.append(node)
    text = trim(run)
    if any(not isinstance(n, model.Text) or n.text.strip(" \u00a0\u200b") for n in text):
        yield text


def _without_title(
    blocks: tuple[Block, ...], title: str, tell: Callable[..., None]
) -> tuple[Block, ...]:
    """The blocks without the heading, or first paragraph, that repeats the title in the front
    matter; ``tell`` is called with what is marked in it."""
    letters = "".join(title.casefold().split())
    for at, block in enumerate(blocks[:6] if letters else ()):
        if isinstance(block, model.Heading) or (not at and isinstance(block, model.Paragraph)):
            text = "".join(plain_text(block.children).casefold().split())
            if text == letters:
                for node in block.children if len(block.children) > 1 else ():
                    marked = plain_text((node,)).strip()
                    if marked and not isinstance(node, model.Text | model.Link):
                        tell(f"“{marked[:60]}” is plain text in the title, which has no markup.")
                return (*blocks[:at], *blocks[at + 1 :])
    return blocks


def joined_runs() -> Changes:
    """Changes that join texts that follow each other."""

    def leave(node: Node) -> Node:
        children: tuple[Node, ...] = node.children  # type: ignore[attr-defined]
        nodes: list[Node] = []
        for child in children:
            if isinstance(child, model.SoftBreak):
                child = model.Text(text=" ")
            if nodes and isinstance(child, model.Text) and isinstance(nodes[-1], model.Text):
                nodes[-1] = model.Text(text=nodes[-1].text + child.text)
            else:
                nodes.append(child)
        children = tuple(nodes)
        if isinstance(node, model.Heading | model.Paragraph | model.Plain):
            children = trim(children)  # type: ignore[arg-type]
        return replace(node, children=children)

    texts = (model.Heading, model.Paragraph, model.Plain)
    parts = (model.Emphasis, model.Strong, model.Strikethrough, model.Link, model.InlineElement)
    return dict.fromkeys((*texts, *parts), leave)
