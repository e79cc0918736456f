"""Exercises as Markdown."""

from __future__ import annotations

from pipeline import model
from pipeline.commands.writer.text import Writer


def exercise(node: model.Exercise, out: Writer) -> str:
    """An exercise, whose questions may have marks."""
    inner = out.within_exercise().blocks(node.children)
    return out.fenced("exercise", out.line(node.title), node.attributes, inner)


def matching(node: model.Matching, out: Writer) -> str:
    """Pairs as a table, or as definitions if they contain more than a text."""
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
        table = model.Table(head=head, body=rows)
        return out.fenced("matching", "", node.attributes, out.block(table))
    items = tuple(
        model.DefinitionItem(terms=(_term(left),), definitions=(right.children,))
        for left, right in pairs
    )
    definitions = model.DefinitionList(items=items)
    return out.fenced("matching", "", node.attributes, out.block(definitions))


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
    tight = all(
        len(item.children) < 2 or not isinstance(item.children[1], model.Paragraph)
        for item in node.items
    )
    items = model.List(ordered=True, items=node.items, tight=tight)
    return out.fenced("ordering", "", node.attributes, out.block(items))
