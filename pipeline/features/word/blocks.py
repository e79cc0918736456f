"""Blocks: each becomes paragraphs and tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple
from unicodedata import east_asian_width

from msgspec.structs import replace

from pipeline import model
from pipeline.features.word import draft as draft_module
from pipeline.features.word import matter
from pipeline.features.word.draft import (
    BLANKS,
    FORMATS,
    LETTER,
    STEP,
    ItemMarker,
    SideBox,
    Spot,
    TextLook,
    WordFile,
    check_box,
    kind_of,
    menu,
)
from pipeline.features.word.inlines import (
    SPACE_AFTER,
    at_beginning,
    bare_line,
    formula,
    index_fields,
    inlines,
    is_text,
    label,
    low_paragraph,
    paragraph,
    spoken_text,
    text_paragraph,
    text_run,
    timing,
    title,
    with_attributes,
    with_space,
    write_counted,
)
from pipeline.features.word.pictures import inline_picture
from pipeline.features.word.styles import RULE
from pipeline.features.word.xml import Element, element, tag, twips
from pipeline.model import Block, Node
from pipeline.model.boxes import BOXES
from pipeline.model.codes import Code
from pipeline.model.table_cells import PlacedCell, column_count
from pipeline.model.table_cells import place as placed
from pipeline.model.tree import BLANK, is_for_teachers, is_word_bank, plain_text, walk
from pipeline.model.words.writing_conventions import alphabet, small_letters
from pipeline.render.tables import ONE_PIECE

# --- tables ----------------------------------------------------------------------------------
# Tables: widths that suit their content, heads that are repeated, cells that span others.

MARGIN = 200
"""Twentieths of a point at both sides of a cell's text."""

MOST_LETTERS = 60
"""The letters of a cell from which on it makes its column no wider."""

LONGEST_WORD = 24
WIDE_LETTERS = frozenset("MWmw@%ÆŒ—…")
"""Letters that take two thirds more than others."""


def table(draft: WordFile, node: model.Table, place: Spot) -> list[Element]:
    """A table with its caption above."""
    count = column_count(node)
    caption = _table_caption(draft, node, place)
    if not count:
        return caption
    widths = _widths(node, count, place.width, round(LETTER * draft.scale))
    head, body = list(placed(node.head)), list(placed(node.body))
    rows = [
        _row(draft, cells, widths, place, is_head=part is head)
        for part in (head, body)
        for cells in _with_spans(part, count)
    ]
    for row in rows[:-1] if len(body) < ONE_PIECE else ():
        for line in row.iter(tag("p")):
            _keep_with_next(line)
    has_row_heads = any(p.cell.scope == "row" for cells in body for p in cells)
    look = element(
        "tblLook", val="04A0", firstRow=int(bool(node.head)), lastRow=0,
        firstColumn=int(has_row_heads), lastColumn=0, noHBand=1, noVBand=1,
    )  # fmt: skip
    title = plain_text(node.caption).strip()
    properties = element(
        "tblPr",
        element("tblStyle", val="ChapbookTable"),
        element("bidiVisual") if draft.is_rtl or place.look.is_rtl else None,
        element("tblW", w=sum(widths), type="dxa"),
        element("tblInd", w=place.left, type="dxa") if place.left else None,
        _frames() if place.is_framed or "score" in node.attributes.classes else None,
        element("tblLayout", type="fixed"),
        look,
        element("tblCaption", val=title[:255]) if title else None,
    )
    columns = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    written = element("tbl", properties, columns, *rows)
    return [*caption, written, low_paragraph(draft, place)]


def _table_caption(draft: WordFile, node: model.Table, place: Spot) -> list[Element]:
    anchor = [*index_fields(draft, node), *draft.anchor(node, [])]
    if not node.caption:
        return bare_line(draft, anchor, place)
    content = label(draft, node, "Table", node.number) if node.number else []
    content += inlines(draft, node.caption, place, place.look)
    return [paragraph(draft, [*anchor, *content], place, "Table Caption")]


class GridCell(NamedTuple):
    """A cell in the grid of a table, or the rest of one of a row above (``is_rest``)."""

    placed: PlacedCell
    is_rest: bool = False


def _with_spans(rows: Sequence[Sequence[PlacedCell]], count: int) -> Iterator[list[GridCell]]:
    """The cells of each row, with the rest of those that span several rows, and empty ones."""
    going: dict[int, tuple[int, PlacedCell]] = {}  # by column, the number of rows that are left
    for cells in rows:
        starts = {cell.column: cell for cell in cells}
        row: list[GridCell] = []
        column = 0
        while column < count:
            left, cell = going.pop(column, (0, PlacedCell(column, model.TableCell(children=()))))
            if column in starts:
                cell = starts[column]
                row.append(GridCell(cell))
                left = cell.cell.rows
            else:
                row.append(GridCell(cell, is_rest=left > 0))
            if left > 1:
                going[column] = (left - 1, cell)
            column = cell.end
        yield row


def _row(
    draft: WordFile, cells: Iterable[GridCell], widths: Sequence[int], place: Spot, *, is_head: bool
) -> Element:
    written = []
    for cell, is_rest in cells:
        node = cell.cell
        width = sum(widths[cell.column : cell.end])
        if is_rest:
            empty = element("p", element("pPr", element("pStyle", val="TableText")))
            written.append(_cell(width, node.columns, [empty], merge=element("vMerge")))
            continue
        style = "Table Heading" if is_head else "Table Text"
        align = {"decimal": "right"}.get(node.align, node.align)
        inner = Spot(
            width - MARGIN,
            style=style,
            look=place.look,
            align=align,
            is_note=place.is_note,
            span=node.span or place.span,
        )
        content = draft.blocks(node.children, inner)
        if not content or content[-1].tag != tag("p"):
            content.append(paragraph(draft, [], inner))
        content[-1].extend(draft.anchor(node, []))
        merge = element("vMerge", val="restart") if node.rows > 1 else None
        written.append(_cell(width, node.columns, content, merge=merge))
    properties = element("trPr", element("cantSplit"), element("tblHeader") if is_head else None)
    return element("tr", properties, *written)


def _cell(
    width: int, columns: int, content: list[Element], *, merge: Element | None = None
) -> Element:
    properties = element(
        "tcPr",
        element("tcW", w=width, type="dxa"),
        element("gridSpan", val=columns) if columns > 1 else None,
        merge,
    )
    return element("tc", properties, *content)


def grid_table(
    rows: Sequence[Sequence[list[Element]]],
    widths: Sequence[int],
    indent: int,
    *,
    is_ruled: bool = False,
    height: int = 0,
) -> Element:
    """A table for layout, without a head; with lines, and rows of an exact height, for writing."""
    properties = element(
        "tblPr",
        element("tblW", w=sum(widths), type="dxa"),
        element("tblInd", w=indent, type="dxa") if indent else None,
        _frames() if is_ruled else None,
        element("tblLayout", type="fixed"),
    )
    lines: list[Element] = []
    for row in rows:
        exact = element("trHeight", val=height, hRule="exact") if height else None
        full = [*row, *[[]] * (len(widths) - len(row))]
        cells = (_cell(w, 1, _end_cell(content)) for w, content in zip(widths, full, strict=True))
        lines.append(element("tr", element("trPr", element("cantSplit"), exact), *cells))
    columns = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    return element("tbl", properties, columns, *lines)


def _frames() -> Element:
    """Lines around all cells."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    edges = (element(side, val="single", sz=4, space=0, color=RULE) for side in sides)
    return element("tblBorders", *edges)


def _end_cell(content: list[Element]) -> list[Element]:
    """The content of a cell, which ends with a paragraph."""
    return content if content and content[-1].tag == tag("p") else [*content, element("p")]


def _widths(node: model.Table, count: int, room: int, letter: int) -> list[int]:
    """The widths of columns: those that are set, or as their content needs them, if a ``letter``
    takes so much."""
    if node.widths and len(node.widths) == count:
        total = sum(node.widths)
        return [round(room * width / max(100.0, total)) for width in node.widths]
    wanted, least = [1] * count, [1] * count
    for rows in (node.head, node.body):
        for cells in placed(rows):
            for cell in cells:
                if cell.cell.columns == 1:
                    text = _text(cell.cell)
                    words = [_length(word) for word in text.split()] or [1]
                    letters = min(MOST_LETTERS, _length(text))
                    wanted[cell.column] = max(wanted[cell.column], letters)
                    least[cell.column] = max(least[cell.column], min(LONGEST_WORD, max(words)))
    natural = [letters * letter + MARGIN for letters in wanted]
    smallest = [letters * letter + MARGIN for letters in least]
    if sum(natural) <= room:
        return natural
    if sum(smallest) >= room:
        return [width * room // sum(smallest) for width in smallest]
    spare = (room - sum(smallest)) / (sum(natural) - sum(smallest))
    return [low + int((high - low) * spare) for low, high in zip(smallest, natural, strict=True)]


def _length(text: str) -> int:
    """The length of a text in usual letters."""
    wide = sum(letter in WIDE_LETTERS or east_asian_width(letter) in "WF" for letter in text)
    return len(text) + math.ceil(wide * 2 / 3)


def _text(cell: model.TableCell) -> str:
    """The longest piece of text in a cell, with its gaps as long as they are."""
    gaps = [node for node in walk(cell.children) if isinstance(node, model.Blank)]
    if gaps:
        lengths = ["_" * BLANKS[gap.size - 1] for gap in gaps if not gap.answer]
        return " ".join((plain_text(cell.children).replace(BLANK, ""), *lengths))
    pieces = [
        plain_text(node.children)
        for node in walk(cell.children)
        if isinstance(node, model.Paragraph | model.Plain)
    ]
    return max(pieces, key=len, default="")


# --- captioned -------------------------------------------------------------------------------
# Content with captions, and formulas on lines of their own: code, figures, charts.

TOKENS = {
    "k": TextLook(bold=True), "c": TextLook(italic=True, color="59636E"),
    "s": TextLook(color="0A6B3D"), "m": TextLook(color="8A3B00"),
}  # fmt: skip
"""The look of tokens of code, by the first letter of their kind."""

MARKED = "FFF2B3"


def code(draft: WordFile, node: model.CodeBlock, place: Spot) -> list[Element]:
    result: list[Element] = []
    if node.caption or node.file_name:
        content = label(draft, node, "Listing", node.number) if node.number else []
        content += inlines(draft, node.caption, place, place.look)
        if node.file_name:
            name = f"  {node.file_name}" if node.caption else node.file_name
            content.append(text_run(name, TextLook(style="CodeChar")))
        result.append(paragraph(draft, content, place, "Table Caption"))
    runs: list[Element] = []
    line = 1
    digits = len(str(node.first_line + node.text.count("\n")))
    if node.first_line:
        runs.append(_line_number(node.first_line, digits))
    tokens = list(node.tokens) or [model.Token("", node.text)]
    while tokens and not tokens[-1].text.rstrip("\n"):
        tokens.pop()
    if tokens:
        tokens[-1] = model.Token(tokens[-1].kind, tokens[-1].text.rstrip("\n"))
    for token in tokens:
        look = TOKENS.get(token.kind[:1], TextLook()) if token.kind else TextLook()
        look = look._replace(lang="zxx")
        for at, piece in enumerate(token.text.split("\n")):
            if at:
                line += 1
                runs.append(element("r", element("br")))
                if node.first_line:
                    runs.append(_line_number(node.first_line + line - 1, digits))
            if piece:
                fill = MARKED if line in node.marked else ""
                runs.append(text_run(piece, look._replace(fill=fill)))
    result.append(paragraph(draft, draft.anchor(node, runs), place, "Code"))
    return result


def _line_number(number: int, digits: int) -> Element:
    return text_run(f"{number:>{digits}}  ", TextLook(color="59636E"))


def equation(draft: WordFile, node: model.MathBlock, place: Spot) -> Element:
    content = formula(draft, node, place.look)
    if not node.number and not node.tag:
        if node.mathml:
            content = [element("m:oMathPara", *content)]
        return paragraph(draft, draft.anchor(node, content), place, "Equation")
    number = [text_run(node.tag)]
    if node.number and not node.tag:
        number = write_counted(draft, node, "Equation", node.number)
    content = [text_run("\t"), *content, text_run("\t("), *number, text_run(")")]
    tabs = (("center", place.left + place.width // 2), ("right", place.left + place.width))
    return paragraph(draft, draft.anchor(node, content), place, "Equation", tabs=tabs)


# --- figures ----------------------------------------------------------------------------


def figure(draft: WordFile, node: model.Figure, place: Spot) -> list[Element]:
    width = node.attributes.get("width")
    is_decorative = "decorative" in node.attributes.classes
    picture = inline_picture(draft, node.image, place, width=width, decorative=is_decorative)
    if not picture:
        picture = [text_run(node.image.alt, place.look)]
    return [
        paragraph(draft, draft.anchor(node, picture), place, "Figure", align=_alignment(node)),
        *_caption(draft, node, node.caption, place, node.part),
    ]


def _alignment(node: Node) -> str:
    return next((n for n in node.attributes.classes if n in ("center", "right")), "")


def _caption(
    draft: WordFile,
    node: model.Figure | model.FigureGroup | model.Chart,
    caption: tuple[model.Inline, ...],
    place: Spot,
    part: str = "",
) -> list[Element]:
    if not caption and not part:
        return []
    content: list[Element] = []
    if part:
        content = [text_run(f"({part}) ", TextLook(style="Label"))]
    elif node.number:
        content = label(draft, node, "Figure", node.number)
    content += inlines(draft, caption, place, place.look)
    return [paragraph(draft, content, place, "caption", align=_alignment(node))]


def figures(draft: WordFile, node: model.FigureGroup, place: Spot) -> list[Element]:
    """Figures side by side, in a table without lines."""
    columns = node.columns or len(node.figures)
    width = place.width // max(1, columns)
    inner = place._replace(width=width - 160, left=0)
    cells = [figure(draft, part, inner) for part in node.figures]
    rows = [cells[at : at + columns] for at in range(0, len(cells), columns)]
    grid = grid_table(rows, [width] * columns, place.left)
    anchor = draft.anchor(node, [])
    caption = _caption(draft, node, node.caption, place)
    if not caption:
        caption = [paragraph(draft, anchor, place, "Figure")]
    else:
        caption[0].extend(anchor)
    return [grid, *caption]


def chart(draft: WordFile, node: model.Chart, place: Spot) -> list[Element]:
    caption = _caption(draft, node, node.caption, place)
    picture = node.image and inline_picture(
        draft, node.image, place, width=node.attributes.get("width")
    )
    if picture:
        return [paragraph(draft, draft.anchor(node, picture), place, "Figure"), *caption]
    return [*table(draft, node.table, place), *caption]


# --- exercises -------------------------------------------------------------------------------
# Exercises: lines and room to write, boxes to tick, pairs and orders, as content controls.

SQUARE, SQUARE_SHARE = 5, 0.6
"""Millimetres that a square is wide and high at least, and its share of a line to write on."""

SLOT = 700
"""Twentieths of a point that the column of a letter or number to write takes."""

RIGHT = "✓"


def exercise_block(draft: WordFile, node: Node, place: Spot) -> list[Element]:
    """The elements of a block of exercises, and of one that Word files have nothing of their own
    for: its title and its content."""
    match node:
        case model.Exercise():
            return [_title(draft, node, place), *draft.blocks(node.children, place)]
        case model.WritingLines():
            lines = [
                paragraph(draft, [], place, "Writing Line", with_next=left > 0)
                for left in reversed(range(node.count))
            ]
            return with_space(lines, SPACE_AFTER)
        case model.WritingSpace():
            return [*_space(draft, node, place), low_paragraph(draft, place)]
        case model.Choices():
            return _choices(draft, node, place)
        case model.Matching():
            return _matching(draft, node, place)
        case model.Ordering():
            return _ordering(draft, node, place)
    children: tuple[Block, ...] = getattr(node, "children", ())
    if text := getattr(node, "title", ()):
        return write_box(draft, node, text, "", children, place, SIDE_BOXES["sidebar"])
    return blocks(draft, children, place)


def _title(draft: WordFile, node: model.Exercise, place: Spot) -> Element:
    content: list[Element] = index_fields(draft, node)
    if node.number:
        head, _, tail = draft.words["caption_exercise"].partition("{number}")
        content += [
            text_run(head), *write_counted(draft, node, "Exercise", node.number), text_run(tail),
        ]  # fmt: skip
    elif not node.title:
        content.append(text_run(draft.words["exercise"]))
    if node.number and node.title:
        content.append(text_run(" "))
    content += inlines(draft, node.title, place, place.look)
    content += timing(draft, node)
    line = at_beginning(node, place)
    return paragraph(draft, draft.anchor(node, content), line, "Exercise Title")


def _space(draft: WordFile, node: model.WritingSpace, place: Spot) -> list[Element]:
    if not node.squared:
        return [
            grid_table([[[]]], [place.width], place.left, is_ruled=True, height=twips(node.height))
        ]
    square = max(SQUARE, round(SQUARE_SHARE * draft.writing))
    side = twips(square)
    rows, columns = max(1, round(node.height / square)), min(63, place.width // side)
    return [
        grid_table(
            [[[]] * columns] * rows, [side] * columns, place.left, is_ruled=True, height=side
        )
    ]


def task(draft: WordFile, item: model.ListItem, place: Spot) -> list[Element]:
    """An item of a list of tasks: a box to tick, and the text."""
    first = next(iter(item.children), None)
    name = spoken_text(first.children) if first and is_text(first) else draft.words["box"]
    box = check_box(draft.next_id(), name, is_checked=bool(item.checked))
    return _after_sign(draft, [box], item, place)


def _after_sign(
    draft: WordFile,
    sign: list[Element],
    item: model.ListItem | model.Choice,
    place: Spot,
    marker: ItemMarker | None = None,
    style: str = "",
) -> list[Element]:
    """A sign and the text of an item, which hangs after it."""
    first, rest = item.children[:1], item.children[1:]
    content: list[Element] = [*sign, text_run("\u00a0" if marker else "\t")]
    if first and is_text(first[0]):
        content += inlines(draft, first[0].children, place, place.look)
    else:
        rest = item.children
    place = with_attributes(first[0] if first and is_text(first[0]) else item, place)
    inner = place.within(STEP, marker=None)
    if marker:
        line = paragraph(draft, draft.anchor(item, content), place, style, marker=marker)
    else:
        line = paragraph(draft, draft.anchor(item, content), inner, style, hanging=STEP)
    return [line, *draft.blocks(rest, inner)]


def _choices(draft: WordFile, node: model.Choices, place: Spot) -> list[Element]:
    result: list[Element] = []
    if node.prompt:
        content = [*index_fields(draft, node), *inlines(draft, node.prompt, place, place.look)]
        prompt = draft.anchor(node, content)
        line = at_beginning(node, place)
        result.append(paragraph(draft, prompt, line, marker=place.marker, with_next=True))
    if place.marker:
        place = place.within(STEP, marker=None)
    letters = alphabet(draft.document.metadata.lang)
    kind = letters if letters in FORMATS else "lower-alpha"
    is_roman = "lower-roman" in node.attributes.classes
    look = ("lower-roman", "()") if is_roman else (kind, ")")
    number = draft.numbering.add(*look, 1, place.depth)
    for item in node.items:
        name = spoken_text(item.children) or draft.words["box"]
        box = check_box(
            draft.next_id(), name, is_checked=bool(item.correct), is_one=not node.multiple
        )
        marker = ItemMarker(number, min(place.depth, 8))
        result += _after_sign(draft, [box], item, place, marker, "Choice")
    return result


def _matching(draft: WordFile, node: model.Matching, place: Spot) -> list[Element]:
    """Both sides in a table: before each item on the left the letter of its partner."""
    lang = draft.document.metadata.lang
    letters = [small_letters(number, lang) for number in range(len(node.right))]
    half = (place.width - 2 * SLOT) // 2
    cell = Spot(half - 160, style="Table Text", look=place.look)
    rows: list[list[list[Element]]] = []
    if node.head:
        left, right = (
            [
                paragraph(
                    draft, inlines(draft, head.children, cell, cell.look), cell, "Table Heading"
                )
            ]
            for head in node.head
        )
        rows.append([[], left, [], right])
    for number in range(max(len(node.left), len(node.right))):
        row: list[list[Element]] = [[], [], [], []]
        if number < len(node.left):
            row[0] = _slot(draft, node, number, node.left[number], letters, cell)
            row[1] = draft.blocks(node.left[number].children, cell)
        if number < len(node.right):
            sign = text_run(f"{letters[number]})", TextLook(style="Label"))
            row[2] = [paragraph(draft, [sign], cell)]
            row[3] = draft.blocks(node.right[number].children, cell)
        rows.append(row)
    return [
        *bare_line(draft, draft.anchor(node, []), place),
        grid_table(rows, [SLOT, half, SLOT, half], place.left),
        low_paragraph(draft, place),
    ]


def _ordering(draft: WordFile, node: model.Ordering, place: Spot) -> list[Element]:
    numbers = [str(number) for number in range(1, len(node.items) + 1)]
    rest = place.width - SLOT
    cell = Spot(rest - 160, style="Table Text", look=place.look)
    rows = [
        [_slot(draft, node, at, item, numbers, cell), draft.blocks(item.children, cell)]
        for at, item in enumerate(node.items)
    ]
    return [
        *bare_line(draft, draft.anchor(node, []), place),
        grid_table(rows, [SLOT, rest], place.left),
        low_paragraph(draft, place),
    ]


def _slot(
    draft: WordFile,
    node: model.Matching | model.Ordering,
    at: int,
    item: model.ListItem,
    options: list[str],
    cell: Spot,
) -> list[Element]:
    """The menu for the place of an item, with the answer if that is known."""
    answer = options[node.solution[at]] if node.solution else ""
    name = spoken_text(item.children) or draft.words["blank"]
    control = menu(draft.next_id(), name, options, answer)
    return [paragraph(draft, [control], cell)]


def word_bank(draft: WordFile, node: model.Container, place: Spot) -> list[Element]:
    """The words that are missing in gaps, in a box with lines around."""
    content: list[Element] = []
    for child in node.children:
        pieces = child.items if isinstance(child, model.List) else (child,)
        for piece in pieces:
            if content:
                content.append(text_run("   ·   "))
            texts = piece.children if isinstance(piece, model.ListItem) else (piece,)
            for text in texts:
                if is_text(text):
                    content += inlines(draft, text.children, place, place.look)
    anchored = draft.anchor(node, content)
    return [paragraph(draft, anchored, place, "Word Bank", align="center")]


# --- blocks ----------------------------------------------------------------------------------

BOX_INDENT = 200
SIDE_BOXES = {
    **{kind: SideBox(box.line, box.ground) for kind, box in BOXES.items()},
    "answer": SideBox("0B5394", "EEF4FA", "Answer Text"),
    "sidebar": SideBox("59636E", "F7F7F4"),
}
FOR_TEACHERS = SideBox("59636E", "F3F4F6")

ANSWER_ROOM = (
    model.WritingLines,
    model.WritingSpace,
    model.Choices,
    model.Matching,
    model.Ordering,
    model.Table,
    model.Chart,
)
"""The blocks that their question stays with."""

PASSAGES = {
    "pull-quote": "Pull Quote", "epigraph": "Epigraph", "attribution": "Quote", "verse": "Line",
}  # fmt: skip
"""Styles of the text in passages with layouts of their own."""


def blocks(draft: WordFile, nodes: Iterable[Node], place: Spot) -> list[Element]:
    """The elements of some blocks. The first paragraph gets the marker of the place."""
    result: list[Element] = []
    for node, following in zip_longest(content := (*nodes,), content[1:]):
        has_prompt = isinstance(node, model.Choices) and node.prompt
        is_led = is_text(node) or has_prompt or isinstance(node, model.Container)
        if place.marker and not is_led:
            result.append(paragraph(draft, [], place, marker=place.marker))
            place = place.within(STEP, marker=None)
        result += _block(draft, node, with_attributes(node, place))
        if is_text(node) and isinstance(following, ANSWER_ROOM):
            _keep_with_next(result[-1])
        if place.marker:
            place = place.within(STEP, marker=None)
    return result


def _keep_with_next(line: Element) -> None:
    """Keep a paragraph on the page of what follows it."""
    properties = line.find(tag("pPr"))
    if properties is None:
        properties = element("pPr")
        line.insert(0, properties)
    if properties.find(tag("keepNext")) is None:
        properties.insert(int(properties.find(tag("pStyle")) is not None), element("keepNext"))


def _block(draft: WordFile, node: Node, place: Spot) -> list[Element]:
    match node:
        case model.Paragraph() | model.Plain():
            return [text_paragraph(draft, node, place, _paragraph_style(node, place))]
        case model.Section():
            return _section(draft, node, place)
        case model.Heading():
            content = [*inlines(draft, node.children, place, place.look), *timing(draft, node)]
            style = f"heading {min(node.level + 1, 6)}"
            return [paragraph(draft, draft.anchor(node, content), place, style, is_plain=True)]
        case model.List():
            return _list(draft, node, place)
        case model.DefinitionList():
            return _definitions(draft, node, place)
        case model.BlockQuote():
            return blocks(draft, node.children, place._replace(style="Quote"))
        case model.CodeBlock():
            return code(draft, node, place)
        case model.MathBlock():
            return [equation(draft, node, place)]
        case model.Table():
            return table(draft, node, place)
        case model.Figure():
            return figure(draft, node, place)
        case model.FigureGroup():
            return figures(draft, node, place)
        case model.Chart():
            return chart(draft, node, place)
        case model.Admonition():
            kind, word = SIDE_BOXES[node.kind], draft.words[node.kind]
            return write_box(draft, node, node.title, word, node.children, place, kind)
        case model.Answer():
            word = draft.words["answer"]
            return write_box(draft, node, (), word, node.children, place, SIDE_BOXES["answer"])
        case model.TeacherNote():
            word = draft.words["for_the_teacher"]
            before = (model.Text(text=word + draft.words["colon"]),) if node.title else ()
            text = (*before, *node.title)
            return write_box(draft, node, text, word, node.children, place, FOR_TEACHERS)
        case model.Dialogue():
            return [part for turn in node.turns for part in _turn(draft, turn, place)]
        case model.Container():
            return _container(draft, node, place)
        case model.ThematicBreak():
            return [paragraph(draft, [text_run("* * *")], place, align="center")]
        case model.PageBreak():
            return [paragraph(draft, [element("r", element("br", type="page"))], place)]
        case model.Bibliography():
            return matter.bibliography(draft, node, place)
        case model.Index():
            return matter.index(draft, node, place)
    return exercise_block(draft, node, place)


def _paragraph_style(node: Node, place: Spot) -> str:
    if place.box and place.style == "Normal":
        return place.box.style
    for name in node.attributes.classes:
        if name == "box-title":
            return "Box Title"
        if name in PASSAGES:
            return PASSAGES[name]
    return ""


def _section(draft: WordFile, node: model.Section, place: Spot) -> list[Element]:
    content: list[Element] = []
    is_numbered = bool(node.number) and draft.numbering.numbers_headings
    if node.number and not is_numbered:
        content.append(text_run(f"{node.number} ", place.look))
    content += inlines(draft, node.title, place, place.look)
    content += timing(draft, node)
    if "untitled" in node.attributes.classes:
        content = []
    style = f"heading {min(node.depth, 6)}"
    heading = paragraph(
        draft,
        [*index_fields(draft, node), *draft.anchor(node, content)],
        at_beginning(node, place),
        style,
        is_plain=not is_numbered,
        page_break=node.role in ("chapter", "part") and draft.is_book,
    )
    return [*([heading] if content else []), *blocks(draft, node.children, place)]


def _list(draft: WordFile, node: model.List, place: Spot) -> list[Element]:
    kind, form = kind_of(node)
    is_tasks = all(item.checked is not None for item in node.items)
    number = 0 if is_tasks else draft.numbering.add(kind, form, node.start, place.depth)
    style = "List Number" if node.ordered else "List Bullet"
    result: list[Element] = []
    for item in node.items:
        own_style = place.style if place.style not in ("Normal", "Quote") or place.box else style
        inner = place._replace(depth=place.depth + 1, style=own_style)
        if item.checked is None:
            inner = inner._replace(marker=ItemMarker(number, min(place.depth, 8)))
            result += blocks(draft, _anchoring(item), inner)
        else:
            result += task(draft, item, inner._replace(style="Task"))
    return result


def _anchoring(item: model.ListItem) -> tuple[Block, ...]:
    """The blocks of an item; the first has the item's id if it has none of its own."""
    if not item.attributes.id or not item.children or item.children[0].attributes.id:
        return item.children
    first, *rest = item.children
    attributes = replace(first.attributes, id=item.attributes.id)
    return (replace(first, attributes=attributes), *rest)


def _definitions(draft: WordFile, node: model.DefinitionList, place: Spot) -> list[Element]:
    result: list[Element] = []
    for item in node.items:
        for term in item.terms:
            content, line = inlines(draft, term, place, place.look), at_beginning(item, place)
            result.append(paragraph(draft, draft.anchor(item, content), line, "Definition Term"))
        for definition in item.definitions:
            result += blocks(draft, definition, place._replace(style="Definition"))
    return result


# --- boxes, dialogues, containers -------------------------------------------------------


def write_box(
    draft: WordFile,
    node: Node,
    text: Iterable[Node],
    fallback: str,
    children: Iterable[Node],
    place: Spot,
    box: SideBox,
) -> list[Element]:
    """A box with a title."""
    inner = _in_box(place, box)._replace(depth=0)
    if model.UNTITLED in node.attributes.classes:
        return with_space(blocks(draft, children, inner), SPACE_AFTER)
    heading = title(draft, node, text, inner, "Box Title", fallback)
    return with_space([heading, *blocks(draft, children, inner)], SPACE_AFTER)


def _in_box(place: Spot, box: SideBox) -> Spot:
    inner = place if place.box else place.within(BOX_INDENT)
    return inner._replace(box=box, style=box.style)


def _turn(draft: WordFile, turn: model.Turn, place: Spot) -> list[Element]:
    """A turn of a dialogue: the first paragraph hangs after the speaker's name."""
    speaker = [text_run(turn.speaker, TextLook(style="Speaker", bold=True)), text_run("\t")]
    style = "Interview Question" if turn.asks else "Interview"
    first, rest = turn.children[:1], turn.children[1:]
    content: list[Element] = [
        *index_fields(draft, turn),
        *matter.contents_mark(draft, turn),
        *speaker,
    ]
    if first and is_text(first[0]):
        content += inlines(draft, first[0].children, place, place.look)
    else:
        rest = turn.children
    line = with_attributes(first[0] if first and is_text(first[0]) else turn, place)
    opening = paragraph(draft, draft.anchor(turn, content), line, style)
    if rest and not all(map(is_text, rest)):
        inner = place.within(1920)
        return [opening, *blocks(draft, rest, inner)]
    return [opening, *blocks(draft, rest, place._replace(style="Interview Continued"))]


def _container(draft: WordFile, node: model.Container, place: Spot) -> list[Element]:
    anchor = draft.anchor(node, []) if node.attributes.id else []
    if is_word_bank(node):
        return word_bank(draft, node, place)
    inner = place
    if node.name in ("sidebar", "details", "aside"):
        inner = _in_box(place, SIDE_BOXES["sidebar"])
    elif node.name == "summary":
        return [text_paragraph(draft, _as_text(node), place, "Box Title")]
    elif node.name == "rubric":
        inner = place._replace(is_framed=True)
    elif node.name in PASSAGES:
        inner = place._replace(style=PASSAGES[node.name])
    elif node.name in ("landscape", "columns"):
        parts = [c for c in node.children if isinstance(c, model.Container) and c.name == "column"]
        if parts and len(parts) == len(node.children):
            return [*bare_line(draft, anchor, place), *_side_by_side(draft, parts, place)]
        if place.is_free:
            return [*bare_line(draft, anchor, place), *_in_section(draft, node, place)]
        message = f"In Word, the text of `{node.name}` stands in one column, and upright."
        draft.findings.add(Code.NOT_IN_WORD, message, node.span)
    align = next(
        (name for name in ("center", "right", "left") if name in node.attributes.classes), ""
    )
    if align:
        inner = inner._replace(align=align)
    if is_for_teachers(node):
        word = draft.words["for_the_teacher"]
        return write_box(draft, node, (), word, node.children, place, SIDE_BOXES["note"])
    written = blocks(draft, node.children, inner)
    if anchor and written:
        first = next(iter(written[0].iter("{*}p")), None)
        if first is not None:
            first.extend(anchor)
    return written


def _in_section(draft: WordFile, node: model.Container, place: Spot) -> list[Element]:
    """A section with a page of its own: turned, or in columns."""
    before, kind = draft_module.end(draft.page, kind=draft.next_section), "continuous"
    page, widths, inner = draft.page, tuple[int, ...](), place
    if node.name == "landscape":
        page, kind = page.turned, "nextPage"
        inner = inner._replace(width=page.width)
    else:
        widths = _column_widths(node, place.width)
        inner = inner._replace(width=widths[0], is_free=False)
    written = blocks(draft, node.children, inner)
    draft.next_section = kind
    return [before, *written, draft_module.end(page, widths, kind)]


def _column_widths(node: model.Container, width: int) -> tuple[int, ...]:
    given = next((name for name in node.attributes.classes if name.startswith("columns-")), "")
    count = int(given.removeprefix("columns-") or 2)
    return ((width - draft_module.GAP * (count - 1)) // count,) * count


def _side_by_side(draft: WordFile, parts: list[model.Container], place: Spot) -> list[Element]:
    """Texts side by side, in a table without lines."""
    asked = [part.attributes.get("width").removesuffix("%") for part in parts]
    is_asked = all(share.replace(".", "", 1).isdigit() for share in asked)
    shares = [float(share) for share in asked] if is_asked else [1.0] * len(parts)
    widths = [int(place.width * share / sum(shares)) for share in shares]
    cells = [
        blocks(draft, part.children, Spot(width - 160, look=place.look))
        for part, width in zip(parts, widths, strict=True)
    ]
    return [grid_table([cells], widths, place.left), low_paragraph(draft, place)]


def _as_text(node: model.Container) -> model.Plain:
    children = tuple(
        inline
        for child in node.children
        for inline in (
            child.children
            if isinstance(child, model.Paragraph | model.Plain)
            else (model.Text(text=plain_text((child,))),)
        )
    )
    return model.Plain(children=children, attributes=node.attributes, span=node.span)
