"""Blocks as Markdown: a function for each node gives its lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.writer import captioned, exercises
from pipeline.commands.writer import table_writing as tables
from pipeline.commands.writer.lists import choices, definition_list, listing
from pipeline.commands.writer.text import (
    SEPARATOR,
    Writer,
    attribute_list,
    element,
    fenced,
    indented,
    leaf,
    plain,
    quotation,
    tag,
    unwritable,
)
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, Node
from pipeline.model.late import late
from pipeline.model.tree import LEVEL

_KINDS = frozenset({"note", "tip", "important", "warning", "caution"})
"""The boxes that GitHub has too, without titles."""

# --- text -------------------------------------------------------------------------------


def _heading(node: model.Heading, out: Writer) -> str:
    listed = attribute_list(node.attributes)
    if node.level < 3 and any(isinstance(child, model.SoftBreak) for child in node.children):
        text = out.leaf(node.children)
        return f"{text}{listed and ' '}{listed}\n{'=-'[node.level - 1] * 3}"
    text = out.line(node.children)
    bare = text.rstrip("#")
    if bare != text:  # else they would end the heading
        text = f"{bare}\\{text[len(bare) :]}"
    return " ".join(part for part in ("#" * node.level, text, listed) if part)


def _paragraph(node: model.Paragraph, out: Writer) -> str:
    attributes = node.attributes
    if len(node.children) == 1 and isinstance(node.children[0], model.Image):
        classes = tuple(name for name in attributes.classes if name != "image")
        attributes = Attributes(attributes.id, classes, attributes.pairs)
    if attributes == LINE_BLOCK and (lines := _line_block(node, out)):
        return lines
    listed = attribute_list(attributes)
    text = out.leaf(node.children)
    if not text:
        raise unwritable(node)
    return f"{text}\n{listed}" if listed else text


LINE_BLOCK = Attributes(classes=("line-block",))


def _line_block(node: model.Paragraph, out: Writer) -> str:
    """Lines that begin with a bar, if possible."""
    lines: list[list[Inline]] = [[]]
    for child in node.children:
        if isinstance(child, model.LineBreak):
            lines.append([])
        else:
            lines[-1].append(child)
    written = []
    for line in lines:
        indent = 0
        if line and isinstance(line[0], model.Text):
            text = line[0].text.lstrip("\u00a0")
            indent = len(line[0].text) - len(text)
            line[:1] = [replace(line[0], text=text)] if text else []
        markdown = leaf(line, out.notes, start=False)
        if re.search(r"^ |[|\n]", markdown) or (not markdown and indent != 1):
            return ""
        written.append(f"| {' ' * indent}{markdown}".rstrip(" "))
    return "\n".join(written)


def _plain(node: model.Plain, out: Writer) -> str:
    """Text that is not a paragraph, such as text on the same line after a comment."""
    return f"{SEPARATOR}{' '.join(plain(node.children).split(chr(10)))}"


# --- blocks with blocks in them ---------------------------------------------------------


def _admonition(node: model.Admonition, out: Writer) -> str:
    attributes = node.attributes
    if node.fold:
        collapse = "true" if node.fold == "closed" else "false"
        attributes = replace(attributes, pairs=(*attributes.pairs, ("collapse", collapse)))
    listed = attribute_list(attributes)
    inner = out.blocks(node.children)
    if not (listed or node.title) and node.kind in _KINDS:
        is_text = bool(node.children) and isinstance(node.children[0], model.Paragraph)
        between = "\n" if is_text or not inner else "\n\n"
        return quotation(f"[!{node.kind.upper()}]{between}{inner}".rstrip("\n"))
    title = out.line(node.title)
    return fenced(node.kind, title, listed, inner)


def _quote(node: model.BlockQuote, out: Writer) -> str:
    if node.attributes != NO_ATTRIBUTES or any(isinstance(c, model.Plain) for c in node.children):
        return element(tag("blockquote", node.attributes), node.children, out.block)
    children = node.children
    if children and children[-1].attributes == _named("attribution"):
        children = (*children[:-1], replace(children[-1], attributes=NO_ATTRIBUTES))
    return quotation(out.blocks(children))


def _named_block(name: str) -> Callable[[Any, Writer], str]:
    """A function for nodes that are written as a block with a name, and perhaps a title."""

    def written(node: Any, out: Writer) -> str:
        listed = attribute_list(node.attributes)
        title, children = out.line(getattr(node, "title", ())), getattr(node, "children", ())
        return fenced(name, title, listed, out.blocks(children))

    return written


def _container(node: model.Container, out: Writer) -> str:
    children, attributes, argument = node.children, node.attributes, ""
    first = children[0] if children else None
    listed = attribute_list(attributes)
    if node.name == "details" and not _has_plain(children[1:]) and (summary := _summary(first)):
        return fenced("details", out.line(summary), listed, out.blocks(children[1:]))
    if node.name in ("details", "summary", "section", "aside", "address") or _has_plain(children):
        if node.name not in ("details", "summary", "section", "aside", "address", "div"):
            raise unwritable(node)
        return element(tag(node.name, attributes), children, out.block)
    for kind in ("verse", "sidebar"):
        heading = f"{'verse' if kind == 'verse' else 'box'}-title"
        is_title = isinstance(first, model.Paragraph) and first.attributes == _named(heading)
        if node.name == kind and is_title:
            assert isinstance(first, model.Paragraph)
            argument, children = out.line(first.children), children[1:]
    if node.name == LEVEL and (argument := attributes.get(LEVEL)):
        listed = attribute_list(attributes.without({LEVEL}))
    if node.name == "columns":
        layouts = filter(re.compile(r"columns-\d|side-by-side").fullmatch, attributes.classes)
        layout = next(layouts, "")
        argument = layout.removeprefix("columns-") if layout[-1:].isdigit() else ""
        classes = tuple(name for name in attributes.classes if name != layout)
        listed = attribute_list(replace(attributes, classes=classes))
    if node.name in ("verse", "pull-quote", "epigraph"):
        inner = "\n\n".join(_passage(child, node.name, out) for child in children)
    else:
        inner = out.blocks(children)
    if not _NAME.fullmatch(node.name) and (node.name or not listed):
        raise unwritable(node)
    return fenced(node.name, argument, listed, inner)


def _summary(node: Block | None) -> tuple[Inline, ...]:
    """The summary of a fold, if it is plain text."""
    if not isinstance(node, model.Container) or node.name != "summary":
        return ()
    if node.attributes != NO_ATTRIBUTES or len(node.children) != 1:
        return ()
    only = node.children[0]
    return only.children if isinstance(only, model.Paragraph) else ()


_NAME = late(r"(?![\w-]+\[[^\[\]]*\]$)[^\s{}:][^\s{}]*")
"""The name of a block that is written with its own name."""


def _named(*classes: str) -> Attributes:
    return Attributes(classes=classes)


def _has_plain(children: Iterable[Node]) -> bool:
    return any(isinstance(child, model.Plain) for child in children)


def _passage(node: Block, name: str, out: Writer) -> str:
    """A stanza, whose lines are written as such; or where a quotation is from."""
    if isinstance(node, model.Paragraph) and node.attributes == _named("attribution"):
        return out.leaf(node.children)
    if name != "verse" or not isinstance(node, model.Paragraph):
        return out.block(node)
    lines: list[Inline] = []
    for child in node.children:
        if isinstance(child, model.LineBreak):
            lines.append(model.SoftBreak())
        elif isinstance(child, model.InlineElement) and child.attributes == _named("verse-line"):
            lines += child.children
        else:
            lines.append(child)
    return out.block(replace(node, children=tuple(lines)))


# --- the rest ---------------------------------------------------------------------------


def _writing_lines(node: model.WritingLines, out: Writer) -> str:
    attributes = node.attributes
    classes = (node.ruling, *attributes.classes) if node.ruling else attributes.classes
    listed = attribute_list(replace(attributes, classes=classes))
    return fenced("lines", str(node.count), listed, "")


def _writing_space(node: model.WritingSpace, out: Writer) -> str:
    attributes = node.attributes
    classes = ("squared", *attributes.classes) if node.squared else attributes.classes
    listed = attribute_list(replace(attributes, classes=classes))
    return fenced("space", f"{node.height:g}mm", listed, "")


def _thematic_break(node: model.ThematicBreak, out: Writer) -> str:
    return "***" if node.attributes == NO_ATTRIBUTES else tag("hr", node.attributes)


def _section(node: model.Section, out: Writer) -> str:
    """A section with its heading again, which resolve had made one of both."""
    heading = model.Heading(level=node.depth, children=node.title, attributes=node.attributes)
    return out.blocks((heading, *node.children))


def _note(node: model.Note, out: Writer) -> str:
    return f"[^{node.label}]: {indented(out.blocks(node.children), 4)}".rstrip(" \n")


def _dialogue(node: model.Dialogue, out: Writer) -> str:
    """A dialogue as Markdown, with each speaker's name before the turn."""
    return "\n\n".join(_turn(turn, out) for turn in node.turns)


def _turn(turn: model.Turn, out: Writer) -> str:
    first = turn.children[0] if turn.children else None
    if not isinstance(first, model.Paragraph):
        inner = out.blocks(turn.children)
        return f"{turn.speaker}:\n\n{inner}" if inner else f"{turn.speaker}:"
    name = model.Text(text=f"{turn.speaker}: ")
    text = replace(first, children=(name, *first.children))
    return out.blocks((text, *turn.children[1:]))


BLOCKS: Mapping[type[Node], Callable[[Any, Writer], str]] = {
    model.Heading: _heading,
    model.Section: _section,
    model.Paragraph: _paragraph,
    model.List: listing,
    model.DefinitionList: definition_list,
    model.BlockQuote: _quote,
    model.Plain: _plain,
    model.CodeBlock: captioned.code,
    model.MathBlock: captioned.formula,
    model.Table: tables.table,
    model.Figure: captioned.figure,
    model.FigureGroup: captioned.figure_group,
    model.Chart: captioned.chart,
    model.Admonition: _admonition,
    model.WritingLines: _writing_lines,
    model.WritingSpace: _writing_space,
    model.Choices: choices,
    model.Answer: _named_block("answer"),
    model.TeacherNote: _named_block("teacher"),
    model.Bibliography: _named_block("bibliography"),
    model.Index: _named_block("index"),
    model.Container: _container,
    model.ThematicBreak: _thematic_break,
    model.PageBreak: lambda *_: "\\newpage",
    model.Note: _note,
    model.Dialogue: _dialogue,
    model.Exercise: exercises.exercise,
    model.Matching: exercises.matching,
    model.Ordering: exercises.ordering,
}
