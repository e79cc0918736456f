"""Nodes with captions: code, figures, charts; and formulas, which have numbers too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.writer import table_writing as tables
from pipeline.commands.writer.text import (
    Writer,
    attribute_list,
    fenced,
    image,
    in_quotes,
    plain,
    tag,
    titled,
    unwritable,
)
from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.model.tree import plain_text
from pipeline.parser.blocks.code import NO_LANGUAGES


def code(node: model.CodeBlock, out: Writer) -> str:
    attributes = node.attributes
    numbered = ("numbered",) if node.first_line == 1 else ()
    written: list[str] = []
    if node.caption:
        written.append(f"caption={in_quotes(out.line(node.caption))}")
    if node.file_name:
        written.append(f"title={in_quotes(node.file_name)}")
    if node.first_line > 1:
        written.append(f"start={node.first_line}")
    if node.marked:
        written.append(f"mark={_ranges(node.marked)}")
    lost = not node.language and not NO_LANGUAGES.issuperset(attributes.classes)
    if lost or (node.text and not node.text.endswith("\n")) or re.search(r"[\s`{]", node.language):
        return _preformatted(node)
    listed = attribute_list(replace(attributes, classes=(*attributes.classes, *numbered)))
    inside = [listed[1:-1]] if listed else []
    info = " ".join((*inside, *written))
    mark = "~" if "`" in info else "`"
    runs = re.findall(rf"^[ \t]*+({mark}{{3,}}+)", node.text, re.M)
    marks = mark * (max(map(len, runs), default=2) + 1)
    after = f" {{{info}}}" if info else ""
    return f"{marks}{node.language}{after if node.language else after.lstrip()}\n{node.text}{marks}"


def _ranges(numbers: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _preformatted(node: model.CodeBlock) -> str:
    if node.caption or node.file_name or node.first_line or node.marked:
        raise unwritable(node)
    lang = f' lang="{node.language}"' if node.language else ""
    text = plain((model.Text(text=node.text.removesuffix("\n")),))
    return f"{tag('pre', node.attributes, lang)}\n{text}</pre>"


def formula(node: model.MathBlock, out: Writer) -> str:
    listed = attribute_list(node.attributes)
    after = f" {listed}" if listed else ""
    if re.search(r"(?<!\\)\$\$|\$$", node.tex) or not node.tex.strip():
        if not node.tex.startswith("\n") and node.tex:
            raise unwritable(node)
        tex = node.tex.removesuffix("\n")
        return f"```math{after}{tex}\n```"
    return f"$${node.tex}$${after}"


# --- figures ----------------------------------------------------------------------------


def figure(node: model.Figure, out: Writer) -> str:
    attributes, shown = node.attributes, node.image
    alone = not node.caption and attributes == NO_ATTRIBUTES and not shown.attributes.classes
    if alone or shown.attributes.id or shown.attributes.pairs or shown.title:
        caption = f"\n<figcaption>{plain(node.caption)}</figcaption>" if node.caption else ""
        return f"{tag('figure', attributes)}\n{image(shown)}{caption}\n</figure>"
    caption = out.line(node.caption)
    text = node.caption[0] if len(node.caption) == 1 else None
    if attributes.id.startswith("fig-") and isinstance(text, model.Text) and text.text == shown.alt:
        caption = ""
    classes = (*attributes.classes, *shown.attributes.classes)
    picture = replace(shown, title="", attributes=NO_ATTRIBUTES)
    written = out.leaf((picture,))
    title = f" {titled(caption)}" if caption else ""
    listed = attribute_list(replace(attributes, classes=classes))
    return f"{written[:-1]}{title}){listed}"


def figure_group(node: model.FigureGroup, out: Writer) -> str:
    columns = 0 if len(node.figures) <= 4 else 3
    attributes = node.attributes
    pairs = () if node.columns == columns else (("columns", str(node.columns)),)
    listed = attribute_list(replace(attributes, pairs=(*attributes.pairs, *pairs)))
    inner = "\n".join(_figure_in_group(figure, out) for figure in node.figures)
    short = out.line(node.caption)
    if len(short) > SHORT or "{" in short:
        return fenced("figures", "", listed, f"{inner}\n\n{out.leaf(node.caption)}")
    return fenced("figures", short, listed, inner)


SHORT = 80
"""Maximum characters of a caption on the line of the block's name."""


def _figure_in_group(node: model.Figure, out: Writer) -> str:
    if not node.caption and node.attributes == NO_ATTRIBUTES:
        return out.leaf((node.image,))
    return figure(node, out)


def chart(node: model.Chart, out: Writer) -> str:
    attributes = node.attributes
    pairs = list(attributes.pairs)
    pairs += ((key, getattr(node, key)) for key in ("x", "y", "unit") if getattr(node, key))
    if node.horizontal:
        pairs.append(("horizontal", "yes"))
    settings = (("type", node.kind), *node.scale, *pairs)
    listed = attribute_list(replace(attributes, pairs=settings))
    caption = f" caption={in_quotes(out.line(node.caption))}" if node.caption else ""
    if node.kind in model.DIAGRAM_KINDS:
        lines = [_line(row, out) for row in node.table.body]
        return "\n".join((f"```chart {listed[:-1]}{caption}}}", *lines, "```"))
    if all(cell.align == "decimal" for row in node.table.body for cell in row.cells[1:]):
        rows = (*node.table.head, *node.table.body)
        lines = [", ".join(_data(cell, out) for cell in row.cells) for row in rows]
        return f"```chart {listed[:-1]}{caption}}}\n" + "\n".join(lines) + "\n```"
    classes = ("chart" if node.kind == "bar" else f"{node.kind}-chart", *attributes.classes)
    table = replace(
        node.table,
        caption=node.caption,
        attributes=Attributes(node.attributes.id, classes, tuple(pairs)),
    )
    return out.block(table)


def _line(row: model.TableRow, out: Writer) -> str:
    name = tables.leaf_of(row.cells[0], out)
    text = plain_text(row.cells[1].children)
    return f"{name}: {text}" if name else text


def _data(cell: model.TableCell, out: Writer) -> str:
    text = tables.leaf_of(cell, out).replace("\\|", "|")
    needs = any(char in text for char in ',;"\t') or text != text.strip()
    return '"' + text.replace('"', '""') + '"' if needs else text
