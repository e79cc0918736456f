"""Tidying documents from other programs into the form that a careful person would write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.appearance import RULED, TO_TICK
from pipeline.commands.importing.citations import LABEL, with_targets
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, Node, Note, Text
from pipeline.model.late import late
from pipeline.model.names import slug
from pipeline.model.roles import CLASSES
from pipeline.model.tree import Changes, plain_text, rewrite, walk
from pipeline.parser.blank_rules import blank
from pipeline.parser.constructs.boxes import attribute_quotation
from pipeline.parser.lowering import NAMES
from pipeline.parser.markup import trim
from pipeline.parser.tables import guess_row_heads, with_head_columns, with_head_rows

# --- tidy tables -----------------------------------------------------------------------------
# Tables from other programs in the form that a careful person would write: with headers, and
# aligned columns.


def head_table(table: model.Table) -> model.Table:
    """The table; of one without heads, the first row is its head if it is not empty, or the first
    cell of its only row."""
    table = replace(table, head=tuple(map(_head_row, table.head)))
    rows = (*table.head, *table.body)
    if any(cell.scope for row in rows for cell in row.cells) or not rows:
        return guess_row_heads(table)
    first, *others = rows
    if not any(cell.children for cell in first.cells):
        return table
    reaches = any(cell.rows > 1 for cell in first.cells)
    if not others or reaches:
        return with_head_columns(table, 1)
    return with_head_rows(table, 1)


def _head_row(row: model.TableRow) -> model.TableRow:
    """A row of a table's head, all cells of which are headers."""
    return replace(row, cells=tuple(replace(c, scope=c.scope or "col") for c in row.cells))


def align_columns(table: model.Table) -> model.Table:
    """The table with columns aligned like most of their cells, if no cell spans columns; otherwise,
    with headers aligned like the rest."""
    rows = (*table.head, *table.body)
    widths = {len(row.cells) for row in rows}
    if len(widths) == 1 and all(c.columns == 1 and c.rows == 1 for r in rows for c in r.cells):
        below = table.body or table.head
        alignments = [
            Counter(row.cells[column].align for row in below).most_common(1)[0][0]
            for column in range(widths.pop())
        ]
    else:
        alignments = []

    def settle(row: model.TableRow, *, head: bool) -> model.TableRow:
        cells = tuple(
            replace(c, align=alignments[n] if alignments else "" if head else c.align)
            for n, c in enumerate(row.cells)
        )
        return replace(row, cells=cells)

    return replace(
        table,
        head=tuple(settle(row, head=True) for row in table.head),
        body=tuple(settle(row, head=False) for row in table.body),
    )


# --- worksheets ------------------------------------------------------------------------------
# Worksheets as people type them: gaps and lines of underscores or dots, boxes to tick, and answers
# in letters to choose from.

_GAP = late(r"(?<![\w])_{3,}(?!\w)|(?<!\w)\.{5,}(?!\s*\d+\s*$)|…{2,}")
_RULE = late(r"_{4,}|\.{10,}")
_ASKS = late(r"[?？؟]|:\s*$")
_APART = (model.Choices, model.WritingLines)
"""Blocks that are not written directly below a text."""

TAB, SHORTEST = 8, 3
"""The spaces that a tab is as wide as, and those that a gap is at least."""

LONGEST_CHOICE = 12
"""Words of an answer to choose from, at most."""

FEWEST_SIGNS = 2
"""Gaps, lines, boxes or questions that make a text a worksheet."""

GAPS, LINES = ("gap", "gaps"), ("line to write on", "lines to write on")
BOXES, CHOICES = (
    ("box to tick", "boxes to tick"),
    ("question with choices", "questions with choices"),
)
"""The names of one sign, and of several."""


def type_gaps(root: Element) -> None:
    """Type underscores in place of underlined spaces and tabs, which are gaps on paper."""
    for underlined in [*root.iter("u")]:
        space = "".join(str(text) for text in underlined.itertext())
        if space and not space.strip() and underlined.find(".//img") is None:
            width = len(space.expandtabs(TAB))
            typed = "_" * width if width >= SHORTEST else " "
            for inner in [*underlined]:
                underlined.remove(inner)
            underlined.text = typed
            underlined.tag = "span"


def as_worksheet(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], str]:
    """The blocks, with gaps, lines to write on, boxes and choices if they are a worksheet, and the
    message about these, and about what stays text."""
    reader = _Worksheet()
    changed = reader.flow(rewrite(blocks, leave=reader.changes()))
    signs = {names: number for names, number in reader.counts.items() if number}
    message = ""
    if sum(signs.values()) >= FEWEST_SIGNS:
        blocks = changed
        named = ", ".join(f"{number} {names[number > 1]}" for names, number in signs.items())
        message = f"It is read as a worksheet: {named}. "
    kept = sum(len(_RULE.findall(n.text)) for n in walk(blocks) if isinstance(n, Text))
    if kept:
        rows = "1 row" if kept == 1 else f"{kept} rows"
        message += f"Kept as text: {rows} of underscores or dots."
    return blocks, message.strip()


class _Worksheet:
    """Reads typed signs; ``counts`` are their numbers."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys((GAPS, LINES, BOXES, CHOICES), 0)

    def changes(self) -> dict[type[Node], Any]:
        def holder(node: Any) -> Any:
            return replace(node, children=self.flow(node.children))

        holders = (model.ListItem, model.BlockQuote, model.Container)
        return {model.Plain: self._text, model.List: self._list, **dict.fromkeys(holders, holder)}

    def flow(self, blocks: Iterable[Block]) -> tuple[Block, ...]:
        """Blocks that follow each other."""
        result: list[Block] = []
        for block in blocks:
            if isinstance(block, model.Paragraph):
                result += self._paragraph(block)
            elif isinstance(block, model.List) and self._are_choices(block, result[-1:]):
                prompt = result.pop()
                assert isinstance(prompt, model.Paragraph)
                self.counts[CHOICES] += 1
                items = tuple(model.Choice(children=i.children, correct=False) for i in block.items)
                result.append(model.Choices(items=items, prompt=prompt.children))
            else:
                result.append(block)
        joined: list[Block] = []
        for block in result:
            before = joined[-1] if joined else None
            if isinstance(block, model.WritingLines) and isinstance(before, model.WritingLines):
                joined[-1] = replace(before, count=before.count + block.count)
            else:
                joined.append(block)
        return tuple(joined)

    def _paragraph(self, node: model.Paragraph) -> Iterator[Block]:
        """A paragraph, and the lines of underscores in it as lines to write on."""
        run: list[Inline] = []
        for line in _lines(node.children):
            if RULED.fullmatch(plain_text(line).strip()):
                self.counts[LINES] += 1
                if run:
                    yield self._text(replace(node, children=tuple(run)))
                yield model.WritingLines(count=1)
                run = []
            else:
                run += [model.LineBreak(), *line] if run else line
        if run or not node.children:
            yield self._text(replace(node, children=tuple(run)))

    def _text(self, node: Any) -> Any:
        """A text with its gaps; links have none."""
        children: list[Node] = []
        for child in node.children:
            is_link = isinstance(child, model.Link)
            children += (child,) if is_link else rewrite((child,), leave={Text: self._gaps})
        return replace(node, children=tuple(children))

    def _gaps(self, node: Text) -> tuple[Node, ...]:
        nodes: list[Node] = []
        end = 0
        for match in _GAP.finditer(node.text):
            if match.start() > end:
                nodes.append(Text(text=node.text[end : match.start()]))
            nodes.append(blank(len(match[0])))
            self.counts[GAPS] += 1
            end = match.end()
        if end < len(node.text):
            nodes.append(Text(text=node.text[end:]))
        return tuple(nodes)

    def _list(self, node: model.List) -> model.List:
        """A list; one whose items all begin with boxes is one of tasks."""
        is_apart = any(isinstance(child, _APART) for i in node.items for child in i.children)
        node = replace(node, tight=node.tight and not is_apart)
        boxes = [_box(item) for item in node.items]
        if node.ordered or not all(boxes):
            return node
        self.counts[BOXES] += len(boxes)
        items = (
            replace(i, checked=TO_TICK[box], children=(_without_box(i), *i.children[1:]))
            for i, box in zip(node.items, boxes, strict=True)
        )
        return replace(node, items=tuple(items))

    def _are_choices(self, node: model.List, before: list[Block]) -> bool:
        """Return whether a list is of short answers in letters, after a question."""
        prompt = before[0] if before else None
        return (
            isinstance(prompt, model.Paragraph)
            and bool(_ASKS.search(plain_text(prompt.children)))
            and node.style in ("lower-alpha", "upper-alpha")
            and node.start == 1
            and len(node.items) > 1
            and all(_is_answer(item) for item in node.items)
        )


def _lines(children: tuple[Inline, ...]) -> Iterator[list[Inline]]:
    line: list[Inline] = []
    for child in children:
        if isinstance(child, model.LineBreak):
            yield line
            line = []
        else:
            line.append(child)
    if line:
        yield line


def _first_text(item: model.ListItem) -> str:
    first = item.children[0] if item.children else None
    text = first.children[0] if isinstance(first, model.Paragraph) and first.children else None
    return text.text if isinstance(text, Text) else ""


def _box(item: model.ListItem) -> str:
    """The box that an item begins with."""
    return next((box for box in TO_TICK if _first_text(item).startswith(box)), "")


def _without_box(item: model.ListItem) -> Block:
    first = item.children[0]
    assert isinstance(first, model.Paragraph)
    text = Text(text=_first_text(item)[1:].lstrip())
    return replace(first, children=(text, *first.children[1:]) if text.text else first.children[1:])


def _is_answer(item: model.ListItem) -> bool:
    text = plain_text(item.children).strip()
    is_text = len(item.children) == 1 and isinstance(item.children[0], model.Paragraph)
    is_short = len(text.split()) <= LONGEST_CHOICE and not text.endswith("?")
    return is_text and is_short and not _GAP.search(text)


# --- tidying ---------------------------------------------------------------------------------
# Tidying documents from other programs into the form that a careful person would write: no
# meaningless markup, no empty paragraphs, no gaps between heading levels, ids only for link
# targets.

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


def tidy(
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
    blocks = _without_title(_wrap_texts(blocks), title, tell)
    blocks = _with_levels(blocks, tell)
    blocks, notes = with_targets((blocks, notes), tell)
    blocks = rewrite(blocks, leave=join_runs())
    return blocks, rewrite(notes, leave=join_runs())


def _with_levels(blocks: tuple[Block, ...], tell: Callable[..., None]) -> tuple[Block, ...]:
    """The blocks with levels of headings from the first one in use, of which none is skipped."""
    levels = sorted({n.level for n in walk(blocks) if isinstance(n, model.Heading)})
    ranks = {level: min(6, number) for number, level in enumerate(levels, FIRST_LEVEL)}
    above: list[tuple[int, int]] = []  # the ranks and the levels of the headings above
    moved: dict[tuple[int, int], list[str]] = {}

    def settle(node: model.Heading) -> Node:
        rank = ranks[node.level]
        while above and above[-1][0] >= rank:
            above.pop()
        level = above[-1][1] + 1 if above else FIRST_LEVEL
        above.append((rank, level))
        if level != rank:
            text = " ".join(plain_text(node.children).split())
            moved.setdefault((rank - 1, level - 1), []).append(text)
        return replace(node, level=level)

    blocks = rewrite(blocks, leave={model.Heading: settle})
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
            **dict.fromkeys(
                model.HOLDERS, lambda node: self._bare(node, children=_wrap_texts(node.children))
            ),
            model.BlockQuote: lambda node: self._bare(
                node, children=attribute_quotation(_wrap_texts(node.children))
            ),
            **dict.fromkeys((model.Heading, model.Paragraph), self._text),
            **dict.fromkeys((model.Image, model.MathBlock), self._bare),
            model.Table: self._table,
            model.Figure: lambda node: self._bare(node, caption=_without_label(node.caption)),
            model.Link: self._link,
            model.InlineElement: self._element,
            **dict.fromkeys((model.Emphasis, model.Strong, model.Strikethrough), self._emphasis),
            model.Container: self._container,
            model.TableCell: self._cell,
            **dict.fromkeys((model.Code, model.CodeBlock, model.TableRow), _plain),
            model.ListItem: lambda node: _plain(node, children=_wrap_texts(node.children)),
            model.List: self._list,
            model.DefinitionList: self._definitions,
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
        return _outside(_plain(node))

    def _container(self, node: model.Container) -> Node | tuple[Node, ...]:
        if node.name in _TRANSPARENT and self._attributes(node) == NO_ATTRIBUTES:
            return _wrap_texts(node.children)
        return self._bare(node, children=_wrap_texts(node.children))

    def _table(self, node: model.Table) -> Node | tuple[Node, ...]:
        cells = [cell for row in (*node.head, *node.body) for cell in row.cells]
        if len(cells) == 1:  # a table for the layout
            return _wrap_texts(cells[0].children)
        return align_columns(head_table(self._bare(node, caption=_without_label(node.caption))))

    def _cell(self, node: model.TableCell) -> Node:
        children = _wrap_texts(node.children)
        if len(children) == 1 and isinstance(children[0], model.Paragraph):
            children = (model.Plain(children=children[0].children),)
        return _plain(node, children=children)

    def _list(self, node: model.List) -> Node:
        tight = all(
            sum(isinstance(child, model.Paragraph) for child in item.children) < 2
            and not any(map(_needs_room, item.children))
            for item in node.items
        )
        tight = tight or (len(node.items) == 1 and len(node.items[0].children) == 1)
        classes = node.attributes.classes
        form = ")" if "closed" in classes else "()" if "in-brackets" in classes else node.form
        return _plain(node, tight=tight, form=form)

    def _definitions(self, node: model.DefinitionList) -> Node:
        items = (
            replace(item, definitions=tuple(filter(None, map(_wrap_texts, item.definitions))))
            for item in node.items
        )
        kept = tuple(replace(i, span=None) for i in items if i.terms or i.definitions)
        return _plain(node, items=kept)


def _plain(node: N, **changes: Any) -> N:
    return replace(node, attributes=NO_ATTRIBUTES, span=None, **changes)


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


def _wrap_texts(blocks: Iterable[Block]) -> tuple[Block, ...]:
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


def join_runs() -> Changes:
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
