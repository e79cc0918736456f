"""Exercises: choices, matching, ordering."""

from __future__ import annotations

from pipeline import model
from pipeline.authoring.writer.attributes import attribute_list
from pipeline.authoring.writer.lists import item_of
from pipeline.authoring.writer.shapes import Writer, fenced


def choices(node: model.Choices, out: Writer) -> str:
    """The question, and its answers with the right ones marked."""
    opening, closing = "[]" if node.multiple else "()"
    tight = all(len(item.children) < 2 for item in node.items)
    items = []
    for item in node.items:
        box = f"{opening}{'x' if item.correct else ' '}{closing} "
        written = item_of("- ", model.ListItem(children=item.children), out, tight=tight, box=box)
        items.append(written)
    found = ("\n" if tight else "\n\n").join(items)
    return f"{out.leaf(node.prompt)}\n\n{found}" if node.prompt else found


def matching(node: model.Matching, out: Writer) -> str:
    """Pairs as a table, or as definitions if they contain more than a text."""
    listed = attribute_list(node.attributes, node.wordings)
    pairs = [
        (node.left[at] if at < len(node.left) else model.ListItem(children=()), right)
        for at, right in enumerate(node.right)
    ]
    if all(_is_text(item) for pair in pairs for item in pair):
        head = (_row(node.head),) if node.head else ()
        rows = tuple(
            model.TableRow(cells=tuple(model.TableCell(children=i.children) for i in pair))
            for pair in pairs
        )
        return fenced("matching", "", listed, out.block(model.Table(head=head, body=rows)))
    items = tuple(
        model.DefinitionItem(terms=(_term(left),), definitions=(right.children,))
        for left, right in pairs
    )
    return fenced("matching", "", listed, out.block(model.DefinitionList(items=items)))


def _row(head: tuple[model.Plain, ...]) -> model.TableRow:
    cells = (
        model.TableCell(children=(cell,) if cell.children else (), scope="col") for cell in head
    )
    return model.TableRow(cells=tuple(cells))


def _term(item: model.ListItem) -> tuple[model.Inline, ...]:
    only = item.children[0] if item.children else None
    return only.children if isinstance(only, model.Plain) else ()


def _is_text(item: model.ListItem) -> bool:
    return not item.children or (
        len(item.children) == 1 and isinstance(item.children[0], model.Plain)
    )


def ordering(node: model.Ordering, out: Writer) -> str:
    """The items in their right order."""
    listed = attribute_list(node.attributes, node.wordings)
    tight = all(
        len(item.children) < 2 or not isinstance(item.children[1], model.Paragraph)
        for item in node.items
    )
    items = model.List(ordered=True, items=node.items, tight=tight)
    return fenced("ordering", "", listed, out.block(items))
