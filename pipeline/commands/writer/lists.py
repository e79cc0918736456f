"""Lists, lists of definitions, and exercises that are lists: choices, matching, ordering."""

from __future__ import annotations

from typing import Any

from pipeline import model
from pipeline.commands.writer.text import (
    Writer,
    attribute_list,
    element,
    indented,
    plain,
    tag,
    unwritable,
)
from pipeline.model.audience import conditions_of
from pipeline.model.tree import MARKS
from pipeline.model.words.writing_conventions import list_number

_TYPES = {"lower-alpha": "a", "upper-alpha": "A", "lower-roman": "i", "upper-roman": "I"}


def listing(node: model.List, out: Writer) -> str:
    """A list; one that Markdown cannot express, as HTML."""
    if not _is_markdown(node, out):
        return _as_markup(node, out)
    items = [
        item_of(marker(node, number), item, out, tight=node.tight)
        for number, item in enumerate(node.items)
    ]
    text = ("\n" if node.tight else "\n\n").join(items)
    return f"{text}\n{listed}" if (listed := attribute_list(node.attributes)) else text


def _is_markdown(node: model.List, out: Writer) -> bool:
    count = sum(max(0, _count(item.children) - 1) for item in node.items) + len(node.items) - 1
    return (
        node.attributes == conditions_of(node.attributes)
        and (node.tight or count > 0)
        and not (node.style.endswith("alpha") and node.start + len(node.items) > 27)
        and all(
            item.attributes == model.NO_ATTRIBUTES or (node.ordered and _is_question(item, out))
            for item in node.items
        )
        and not any(
            isinstance(child, model.Plain) for item in node.items for child in item.children
        )
    )


def _is_question(item: model.ListItem, out: Writer) -> bool:
    """Return whether an item is a question of an exercise, and has attributes as such have them."""
    first = item.children[0] if item.children else None
    attributes = item.attributes
    is_text = isinstance(first, model.Paragraph) and first.attributes == model.NO_ATTRIBUTES
    return (
        out.in_exercise
        and (is_text or (isinstance(first, model.Choices) and bool(first.prompt)))
        and (bool(attributes.id) or any(key in MARKS for key, _ in attributes.pairs))
    )


def _count(children: tuple[model.Block, ...]) -> int:
    """The number of blocks that some are written as: a caption is one, and so is a question."""
    more = sum(
        (isinstance(child, model.Table) and bool(child.caption))
        or (isinstance(child, model.Choices) and bool(child.prompt))
        for child in children
    )
    return len(children) + more


def marker(node: model.List, number: int) -> str:
    """The marker of an item, with the spaces after it."""
    if not node.ordered:
        return "- "
    label = list_number(node.start + number, node.style)
    if node.form == "()":
        return f"({label}) "
    return f"{label}{node.form or '.'}{'  ' if node.style and not node.form else ' '}"


def item_of(mark: str, node: model.ListItem, out: Writer, *, tight: bool, box: str = "") -> str:
    """An item after its mark, its further lines in line with its text."""
    children = node.children
    if node.checked is not None:
        box = "[x] " if node.checked else "[ ] "
    inner = out.blocks(children, tight=tight)
    if (listed := attribute_list(node.attributes)) and _is_question(node, out):
        first: Any = children[0]
        text = out.leaf(first.prompt if isinstance(first, model.Choices) else first.children)
        inner = f"{text} {listed}{inner.removeprefix(text)}"
    if box and not isinstance(children[0] if children else None, model.Paragraph):
        if children and node.checked is not None:
            raise unwritable(node)
        begins = f"{mark}{box}".rstrip()
        space = " " * len(mark)
        return f"{begins}\n{space}{indented(inner, len(mark))}" if children else begins
    if inner.startswith("    ") or not inner:
        return mark.rstrip() if not inner else f"{mark.rstrip()}\n{' ' * len(mark)}{inner}"
    return f"{mark}{box}{indented(inner, len(mark))}"


def _as_markup(node: model.List, out: Writer) -> str:
    more = f' start="{node.start}"' if node.ordered and node.start != 1 else ""
    more += f' type="{_TYPES[node.style]}"' if node.style else ""
    lines = [tag("ol" if node.ordered else "ul", node.attributes, more)]
    for item in node.items:
        if item.checked is not None:
            raise unwritable(node)
        lines.append(element(tag("li", item.attributes), item.children, out.block))
    return "\n".join((*lines, f"</{'ol' if node.ordered else 'ul'}>"))


def definition_list(node: model.DefinitionList, out: Writer) -> str:
    """Terms, each on a line, and their definitions."""
    if node.attributes != model.NO_ATTRIBUTES or not all(map(_is_plain_item, node.items)):
        lines = [tag("dl", node.attributes)]
        for item in node.items:
            lines += (f"<dt>{plain(term)}</dt>" for term in item.terms)
            lines += (element("<dd>", definition, out.block) for definition in item.definitions)
        return "\n".join((*lines, "</dl>"))
    entries = []
    for item in node.items:
        terms = "\n".join(out.leaf(term) for term in item.terms)
        definitions = [f":   {indented(out.blocks(d), 4)}" for d in item.definitions]
        entries.append("\n\n".join(("\n".join((terms, definitions[0])), *definitions[1:])))
    return "\n\n".join(entries)


def _is_plain_item(item: model.DefinitionItem) -> bool:
    return (
        bool(item.terms and item.definitions)
        and all(item.terms)
        and all(item.definitions)
        and not any(
            isinstance(child, model.Plain) for blocks in item.definitions for child in blocks
        )
    )


def choices(node: model.Choices, out: Writer) -> str:
    """The question, and its answers with the right ones marked."""
    opening, closing = "[]" if node.multiple else "()"
    tight = all(len(item.children) < 2 for item in node.items)
    items = []
    for item in node.items:
        box = f"{opening}{'x' if item.correct else ' '}{closing} "
        written = item_of("- ", model.ListItem(children=item.children), out, tight=tight, box=box)
        fixed = attribute_list(item.attributes)
        items.append(f"{written} {fixed}" if fixed else written)
    answers = ("\n" if tight else "\n\n").join(items)
    return f"{out.leaf(node.prompt)}\n\n{answers}" if node.prompt else answers
