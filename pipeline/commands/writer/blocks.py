"""Blocks as Markdown: a function for each node gives its lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.writer.text import (
    SEPARATOR,
    Writer,
    attribute_list,
    element,
    fence_block,
    image,
    indent,
    leaf,
    plain,
    quotation,
    quote_string,
    quote_title,
    tag,
    unwritable,
)
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, Node
from pipeline.model.audience import conditions_of
from pipeline.model.boxes import BOXES
from pipeline.model.late import late
from pipeline.model.table_cells import column_count, place
from pipeline.model.tree import LEVEL, POINT_KEYS, plain_text, walk
from pipeline.model.words.writing_conventions import list_number
from pipeline.parser.leaf_blocks import NO_LANGUAGES
from pipeline.parser.tables import (
    MAX_COLUMNS,
    guess_row_heads,
    with_attributes,
    without_empty_heads,
)

# --- lists -----------------------------------------------------------------------------------
# Lists, lists of definitions, and exercises that are lists: choices, matching, ordering.

_TYPES = {"lower-alpha": "a", "upper-alpha": "A", "lower-roman": "i", "upper-roman": "I"}


def listing(node: model.List, out: Writer) -> str:
    """A list; one that Markdown cannot express, as HTML."""
    if not _is_markdown(node, out):
        return _list_as_markup(node, out)
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
        and (bool(attributes.id) or any(key in POINT_KEYS for key, _ in attributes.pairs))
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
        return f"{begins}\n{space}{indent(inner, len(mark))}" if children else begins
    if inner.startswith("    ") or not inner:
        return mark.rstrip() if not inner else f"{mark.rstrip()}\n{' ' * len(mark)}{inner}"
    return f"{mark}{box}{indent(inner, len(mark))}"


def _list_as_markup(node: model.List, out: Writer) -> str:
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
        definitions = [f":   {indent(out.blocks(d), 4)}" for d in item.definitions]
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


# --- table writing ---------------------------------------------------------------------------
# Tables: with bars where each cell is a text, as a list of lists where cells hold blocks, and as
# HTML where cells take several columns or rows.

_LETTERS = {"left": "l", "center": "c", "right": "r", "decimal": "."}
_RULES = {"left": ":{}-", "center": ":{}:", "right": "-{}:", "": "-{}-", "decimal": "-{}-"}


def table(node: model.Table, out: Writer) -> str:
    """A table in the simplest notation that can express it."""
    is_simple = _is_simple_table(node, out)
    has_lines = is_simple and any(
        isinstance(n, model.SoftBreak) for n in walk((*node.head, *node.body))
    )
    options = _options_needed(node) if is_simple and not has_lines else None
    if options:
        return _with_caption(node, _rows(node, out), options, out)
    listed = _options_needed(node, listed=True) if _is_list(node) else None
    if listed:
        rows = "\n".join(_list_row(row, out) for row in (*node.head, *node.body))
        return _wrap(node, rows, listed, out)
    options = _options_needed(node) if has_lines else None
    if options:  # line ends within cells become spaces, as they are in HTML
        return _with_caption(node, _rows(node, out), options, out)
    return _table_as_markup(node, out)


def _options_needed(node: model.Table, *, listed: bool = False) -> model.Attributes | None:
    """The options needed for a table written with bars, or as a list, if that form is enough."""
    bare = _bare(node)
    return next(
        (options for options in _options(node) if _read(node, options, listed=listed) == bare), None
    )


def _bare(node: model.Table) -> model.Table:
    return replace(
        node,
        head=tuple(map(_without_places, node.head)),
        body=tuple(map(_without_places, node.body)),
        span=None,
        caption=(),
    )


def _without_places(row: model.TableRow) -> model.TableRow:
    cells = tuple(replace(cell, span=None) for cell in row.cells)
    return replace(row, cells=cells, span=None)


def _is_simple_table(node: model.Table, out: Writer) -> bool:
    """Return whether each cell is a text that fits between bars."""
    rows = (*node.head, *node.body)
    cells = [cell for row in rows for cell in row.cells]
    widths = {len(row.cells) for row in rows}
    return (
        len(widths) == 1
        and max(widths) <= MAX_COLUMNS
        and bool(node.body or node.head)
        and len(cells) < 50_000
        and all(map(_is_simple, cells))
        and all(row.attributes == model.NO_ATTRIBUTES for row in rows)
        and not any("\\\\|" in leaf_of(cell, out) for cell in cells)
    )


def _is_simple(cell: model.TableCell) -> bool:
    if cell.columns > 1 or cell.rows > 1 or cell.attributes != model.NO_ATTRIBUTES:
        return False
    if not cell.children:
        return True
    only = cell.children[0]
    return len(cell.children) == 1 and (
        (isinstance(only, model.Plain) and only.attributes == model.NO_ATTRIBUTES)
        or _is_boxes(only)
    )


def _is_boxes(block: model.Block) -> bool:
    """Return whether a block is a list of boxes to tick, each with one text or none."""
    return isinstance(block, model.List) and all(
        item.checked is not None
        and len(item.children) < 2
        and all(isinstance(child, model.Plain) for child in item.children)
        for item in block.items
    )


def leaf_of(cell: model.TableCell, out: Writer) -> str:
    """The text of a cell between bars."""
    if not cell.children:
        return ""
    only = cell.children[0]
    if isinstance(only, model.List):
        return " ".join(
            f"[{'x' if i.checked else ' '}] {_item(i, out)}".strip(" ") for i in only.items
        )
    assert isinstance(only, model.Plain)
    written = out.line(only.children)
    return written.replace("|", "\\|").replace("\\\\|", "\\\\\\|") if "|" in written else written


def _item(item: model.ListItem, out: Writer) -> str:
    only = item.children[0] if item.children else None
    return out.line(only.children) if isinstance(only, model.Plain) else ""


def _read(node: model.Table, options: model.Attributes, *, listed: bool = False) -> model.Table:
    """The table that bars, or a list of lists, and options are read as."""
    first, *others = (*node.head, *node.body)
    if not node.head and not listed:
        first = model.TableRow(
            cells=tuple(model.TableCell(children=()) for _ in node.body[0].cells)
        )
        others = list(node.body)
    columns: list[model.Alignment] = [""] * len(first.cells) if listed else _columns(node)
    rows = []
    for number, row in enumerate((first, *others)):
        cells = (
            model.TableCell(
                children=cell.children,
                align=align,
                scope="" if number or (listed and not cell.children) else "col",
            )
            for cell, align in zip(row.cells, columns, strict=True)
        )
        rows.append(model.TableRow(cells=tuple(cells)))
    table = model.Table(head=(rows[0],), body=tuple(rows[1:]))
    table = guess_row_heads(table if listed else without_empty_heads(table))
    read = with_attributes(table, options, None, lambda *problem: None)
    return replace(read, span=None)


def _columns(node: model.Table) -> list[model.Alignment]:
    """The alignment of each column that a row of dashes can say."""
    rows = (*node.head, *node.body)
    columns: list[model.Alignment] = []
    for column in range(len(rows[0].cells)):
        aligns = {row.cells[column].align for row in rows}
        align = aligns.pop() if len(aligns) == 1 else ""
        columns.append("" if align == "decimal" else align)
    return columns


def _options(node: model.Table) -> Iterator[model.Attributes]:
    """The possible options of a table, the simplest first."""
    attributes = node.attributes
    letters = " ".join(_LETTERS.get(align, "l") for align in _column_alignments(node))
    options = (("widths", " ".join(f"{width:g}" for width in node.widths)),) if node.widths else ()
    for more in (options, (*options, ("align", letters))):
        for counts in _counts(node):
            yield model.Attributes(
                attributes.id, attributes.classes, (*attributes.pairs, *counts.items(), *more)
            )


def _counts(node: model.Table) -> Iterator[dict[str, str]]:
    heads = sum(cell.scope == "row" for cell in node.body[0].cells) if node.body else 0
    rows = {"head-rows": str(len(node.head))}
    yield from ({}, {"head-columns": str(heads)}, rows, {**rows, "head-columns": str(heads)})
    yield from ({"head-columns": "0"}, {**rows, "head-columns": "0"})


def _rows(node: model.Table, out: Writer) -> str:
    """The rows, each column as wide as its widest cell."""
    head = node.head[0] if node.head else None
    first = [leaf_of(cell, out) for cell in head.cells] if head else [""] * len(node.body[0].cells)
    others = (*node.head[1:], *node.body)
    texts = [first, *([leaf_of(cell, out) for cell in row.cells] for row in others)]
    columns = _columns(node)
    decimal = [
        all(row.cells[n].align == "decimal" for row in (*node.head, *node.body))
        for n in range(len(columns))
    ]
    widths = [max(3, *(map(_width, column))) for column in zip(*texts, strict=True)]
    if sum(widths) > LONGEST_ROW:
        widths = [3] * len(widths)
    lines = []
    for number, row in enumerate(texts):
        cells = (
            _pad(text, width, "right" if is_decimal else align)
            for text, width, align, is_decimal in zip(row, widths, columns, decimal, strict=True)
        )
        lines.append(f"| {' | '.join(cells)} |")
        if not number:
            rules = (
                _RULES[align].format("-" * width)
                for width, align in zip(widths, columns, strict=True)
            )
            lines.append(f"|{'|'.join(rules)}|")
    return "\n".join(lines)


LONGEST_ROW = 200
"""The length of a row up to which its cells are padded to align columns."""


def _pad(text: str, width: int, align: str) -> str:
    room = max(0, width - _width(text))
    before = room if align == "right" else room // 2 if align == "center" else 0
    return f"{' ' * before}{text}{' ' * (room - before)}"


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _with_caption(node: model.Table, rows: str, options: model.Attributes, out: Writer) -> str:
    listed = attribute_list(options)
    if node.caption:
        caption = leaf(node.caption, out.notes, start=False)
        return f"{rows}\n\nTable: {caption}{' ' if listed else ''}{listed}"
    return f"{rows}\n{listed}" if listed else rows


# --- a list of lists --------------------------------------------------------------------


def _is_list(node: model.Table) -> bool:
    rows = (*node.head, *node.body)
    return len({len(row.cells) for row in rows}) == 1 and all(
        row.attributes == model.NO_ATTRIBUTES and _is_row(row) for row in rows
    )


def _is_row(row: model.TableRow) -> bool:
    kinds = {_kind(cell) for cell in row.cells}
    return "" not in kinds and not {"text", "paragraphs"} <= kinds


def _kind(cell: model.TableCell) -> str:
    """The kind of content of a cell that an item can hold: nothing, one block, text next to blocks,
    or paragraphs; "" for anything else."""
    if cell.columns > 1 or cell.rows > 1 or cell.attributes != model.NO_ATTRIBUTES:
        return ""
    kinds = {type(child) for child in cell.children}
    if len(cell.children) < 2:
        return "" if model.Paragraph in kinds or _has_boxes(cell.children) else "one"
    if model.Plain in kinds:
        texts = [isinstance(child, model.Plain) for child in cell.children]
        return (
            "" if model.Paragraph in kinds or any(a and b for a, b in pairwise(texts)) else "text"
        )
    return "paragraphs"


def _has_boxes(children: tuple[model.Block, ...]) -> bool:
    """Return whether there are tick boxes, in the notation for table cells."""
    return any(
        isinstance(child, model.List)
        and any(isinstance(n, model.Plain) for i in child.items for n in i.children)
        for child in children
    )


def _list_row(row: model.TableRow, out: Writer) -> str:
    tight = all(_kind(cell) != "paragraphs" for cell in row.cells)
    cells = []
    for cell in row.cells:
        blocks = tuple(
            model.Paragraph(children=block.children) if isinstance(block, model.Plain) else block
            for block in cell.children
        )
        cells.append(item_of("- ", model.ListItem(children=blocks), out, tight=tight))
    return f"- {indent((chr(10) if tight else chr(10) * 2).join(cells), 2)}"


def _wrap(node: model.Table, inner: str, options: model.Attributes, out: Writer) -> str:
    listed = attribute_list(options)
    return fence_block("table", out.line(node.caption), listed, inner, key="caption")


# --- HTML -------------------------------------------------------------------------------


def _table_as_markup(node: model.Table, out: Writer) -> str:
    aligns = {cell.align for row in (*node.head, *node.body) for cell in row.cells}
    if node.caption or node.widths or "decimal" in aligns or node.attributes.pairs:
        bare = replace(node, caption=(), widths=(), attributes=model.NO_ATTRIBUTES)
        options = next(iter(_options(node)))
        if "decimal" in aligns:
            *_, options = _options(node)
            counted = ("head-rows", "head-columns")
            pairs = tuple(pair for pair in options.pairs if pair[0] not in counted)
            options = model.Attributes(options.id, options.classes, pairs)
        return _wrap(node, _markup(bare, out), options, out)
    return _markup(node, out)


def _column_alignments(node: model.Table) -> list[str]:
    """The alignment of the cells that take one column each, column by column."""
    aligns = [""] * column_count(node)
    for rows in (node.head, node.body):
        for row in place(rows):
            for at in row:
                if at.cell.columns == 1 and at.cell.align:
                    aligns[at.column] = at.cell.align
    return aligns


def _markup(node: model.Table, out: Writer) -> str:
    lines = [tag("table", node.attributes)]
    for name, rows in (("thead", node.head), ("tbody", node.body)):
        if not rows:
            continue
        lines.append(f"<{name}>")
        for row in rows:
            lines.append(tag("tr", row.attributes))
            lines += (_cell(cell, out) for cell in row.cells)
            lines.append("</tr>")
        lines.append(f"</{name}>")
    lines.append("</table>")
    return "\n".join(lines)


def _cell(cell: model.TableCell, out: Writer) -> str:
    more = f' scope="{cell.scope}"' if cell.scope else ""
    more += f' colspan="{cell.columns}"' if cell.columns > 1 else ""
    more += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    more += f' align="{cell.align}"' if cell.align not in ("", "decimal") else ""
    name = "th" if cell.scope else "td"
    return element(tag(name, cell.attributes, more), cell.children, out.block)


# --- captioned -------------------------------------------------------------------------------
# Nodes with captions: code, figures, charts; and formulas, which have numbers too.


def code(node: model.CodeBlock, out: Writer) -> str:
    attributes = node.attributes
    numbered = ("numbered",) if node.first_line == 1 else ()
    written: list[str] = []
    if node.caption:
        written.append(f"caption={quote_string(out.line(node.caption))}")
    if node.file_name:
        written.append(f"title={quote_string(node.file_name)}")
    if node.first_line > 1:
        written.append(f"start={node.first_line}")
    if node.marked:
        written.append(f"mark={_ranges(node.marked)}")
    lost = not node.language and not NO_LANGUAGES.issuperset(attributes.classes)
    if lost or (node.text and not node.text.endswith("\n")) or re.search(r"[\s`{]", node.language):
        return _write_preformatted(node)
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


def _write_preformatted(node: model.CodeBlock) -> str:
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
    title = f" {quote_title(caption)}" if caption else ""
    listed = attribute_list(replace(attributes, classes=classes))
    return f"{written[:-1]}{title}){listed}"


def figure_group(node: model.FigureGroup, out: Writer) -> str:
    columns = 0 if len(node.figures) <= 4 else 3
    attributes = node.attributes
    pairs = () if node.columns == columns else (("columns", str(node.columns)),)
    listed = attribute_list(replace(attributes, pairs=(*attributes.pairs, *pairs)))
    inner = "\n".join(_figure_in_group(figure, out) for figure in node.figures)
    short = out.line(node.caption)
    if len(short) > LONGEST_CAPTION_IN_LINE or "{" in short:
        return fence_block("figures", "", listed, f"{inner}\n\n{out.leaf(node.caption)}")
    return fence_block("figures", short, listed, inner)


LONGEST_CAPTION_IN_LINE = 80
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
    caption = f" caption={quote_string(out.line(node.caption))}" if node.caption else ""
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
    name = leaf_of(row.cells[0], out)
    text = plain_text(row.cells[1].children)
    return f"{name}: {text}" if name else text


def _data(cell: model.TableCell, out: Writer) -> str:
    text = leaf_of(cell, out).replace("\\|", "|")
    needs = any(char in text for char in ',;"\t') or text != text.strip()
    return '"' + text.replace('"', '""') + '"' if needs else text


# --- exercises -------------------------------------------------------------------------------
# Exercises as Markdown.


def exercise(node: model.Exercise, out: Writer) -> str:
    """An exercise, whose questions may have marks."""
    inner = out.within_exercise().blocks(node.children)
    return out.fence("exercise", out.line(node.title), node.attributes, inner)


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
        return out.fence("matching", "", node.attributes, out.block(table))
    items = tuple(
        model.DefinitionItem(terms=(_term(left),), definitions=(right.children,))
        for left, right in pairs
    )
    definitions = model.DefinitionList(items=items)
    return out.fence("matching", "", node.attributes, out.block(definitions))


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
    return out.fence("ordering", "", node.attributes, out.block(items))


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
    if not (listed or node.title) and BOXES[node.kind].alert:
        is_text = bool(node.children) and isinstance(node.children[0], model.Paragraph)
        between = "\n" if is_text or not inner else "\n\n"
        return quotation(f"[!{node.kind.upper()}]{between}{inner}".rstrip("\n"))
    title = out.line(node.title)
    return fence_block(node.kind, title, listed, inner)


def _quote(node: model.BlockQuote, out: Writer) -> str:
    if node.attributes != NO_ATTRIBUTES or any(isinstance(c, model.Plain) for c in node.children):
        return element(tag("blockquote", node.attributes), node.children, out.block)
    children = node.children
    if children and children[-1].attributes == _class_attributes("attribution"):
        children = (*children[:-1], replace(children[-1], attributes=NO_ATTRIBUTES))
    return quotation(out.blocks(children))


def _named_block(node: Any, out: Writer, name: str = "") -> str:
    """A node as a block with its name, and perhaps a title."""
    listed = attribute_list(node.attributes)
    title, children = out.line(getattr(node, "title", ())), getattr(node, "children", ())
    return fence_block(name or type(node).__name__.lower(), title, listed, out.blocks(children))


def _container(node: model.Container, out: Writer) -> str:
    children, attributes, argument = node.children, node.attributes, ""
    first = children[0] if children else None
    listed = attribute_list(attributes)
    if node.name == "details" and not _has_plain(children[1:]) and (summary := _summary(first)):
        return fence_block("details", out.line(summary), listed, out.blocks(children[1:]))
    if node.name in ("details", "summary", "section", "aside", "address") or _has_plain(children):
        if node.name not in ("details", "summary", "section", "aside", "address", "div"):
            raise unwritable(node)
        return element(tag(node.name, attributes), children, out.block)
    for kind in ("verse", "sidebar"):
        heading = f"{'verse' if kind == 'verse' else 'box'}-title"
        is_title = isinstance(first, model.Paragraph) and first.attributes == _class_attributes(
            heading
        )
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
    return fence_block(node.name, argument, listed, inner)


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


def _class_attributes(*classes: str) -> Attributes:
    return Attributes(classes=classes)


def _has_plain(children: Iterable[Node]) -> bool:
    return any(isinstance(child, model.Plain) for child in children)


def _passage(node: Block, name: str, out: Writer) -> str:
    """A stanza, whose lines are written as such; or where a quotation is from."""
    if isinstance(node, model.Paragraph) and node.attributes == _class_attributes("attribution"):
        return out.leaf(node.children)
    if name != "verse" or not isinstance(node, model.Paragraph):
        return out.block(node)
    lines: list[Inline] = []
    for child in node.children:
        if isinstance(child, model.LineBreak):
            lines.append(model.SoftBreak())
        elif isinstance(child, model.InlineElement) and child.attributes == _class_attributes(
            "verse-line"
        ):
            lines += child.children
        else:
            lines.append(child)
    return out.block(replace(node, children=tuple(lines)))


# --- the rest ---------------------------------------------------------------------------


def _writing_lines(node: model.WritingLines, out: Writer) -> str:
    attributes = node.attributes
    classes = (node.ruling, *attributes.classes) if node.ruling else attributes.classes
    listed = attribute_list(replace(attributes, classes=classes))
    return fence_block("lines", str(node.count), listed, "")


def _writing_space(node: model.WritingSpace, out: Writer) -> str:
    attributes = node.attributes
    classes = ("squared", *attributes.classes) if node.squared else attributes.classes
    listed = attribute_list(replace(attributes, classes=classes))
    return fence_block("space", f"{node.height:g}mm", listed, "")


def _thematic_break(node: model.ThematicBreak, out: Writer) -> str:
    return "***" if node.attributes == NO_ATTRIBUTES else tag("hr", node.attributes)


def _section(node: model.Section, out: Writer) -> str:
    """A section with its heading again, which resolve had made one of both."""
    heading = model.Heading(level=node.depth, children=node.title, attributes=node.attributes)
    return out.blocks((heading, *node.children))


def _note(node: model.Note, out: Writer) -> str:
    return f"[^{node.label}]: {indent(out.blocks(node.children), 4)}".rstrip(" \n")


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
    model.CodeBlock: code,
    model.MathBlock: formula,
    model.Table: table,
    model.Figure: figure,
    model.FigureGroup: figure_group,
    model.Chart: chart,
    model.Admonition: _admonition,
    model.WritingLines: _writing_lines,
    model.WritingSpace: _writing_space,
    model.Choices: choices,
    model.TeacherNote: lambda node, out: _named_block(node, out, "teacher"),
    model.Container: _container,
    model.ThematicBreak: _thematic_break,
    model.PageBreak: lambda *_: "\\newpage",
    model.Note: _note,
    model.Dialogue: _dialogue,
    model.Exercise: exercise,
    model.Matching: matching,
    model.Ordering: ordering,
    Node: _named_block,  # all others
}
