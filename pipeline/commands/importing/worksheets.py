"""Worksheets as people type them: gaps and lines of underscores or dots, boxes to tick, and answers
in letters to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.typed_lists import RULED, TO_TICK
from pipeline.model import Block, Inline, Node, Text
from pipeline.model.late import late
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import plain_text, walk
from pipeline.parser.blank_rules import blank

_GAP = late(r"(?<![\w])_{3,}(?!\w)|(?<!\w)\.{5,}(?!\s*\d+\s*$)|…{2,}")
_RULE = late(r"_{4,}|\.{10,}")
_ASKS = late(r"[?？؟]|:\s*$")
_APART = (model.Choices, model.WritingLines)
"""Blocks that are not written directly below a text."""

TAB, SHORTEST = 8, 3
"""The spaces that a tab is as wide as, and those that a gap is at least."""

LONGEST = 12
"""Words of an answer to choose from, at most."""

FEWEST = 2
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
    if sum(signs.values()) >= FEWEST:
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
    is_short = len(text.split()) <= LONGEST and not text.endswith("?")
    return is_text and is_short and not _GAP.search(text)
