"""Exercises: lines and room to write, boxes to tick, pairs and orders, as content controls."""

from __future__ import annotations

from pipeline import model
from pipeline.features.word import controls
from pipeline.features.word.draft import ItemMarker, Spot, TextLook, WordFile
from pipeline.features.word.inlines import counted, index_fields, inlines, spoken, text_run
from pipeline.features.word.numbering import STEP
from pipeline.features.word.paragraphs import (
    AFTER,
    at_beginning,
    bare_line,
    is_text,
    low_paragraph,
    paragraph,
    timing,
    with_attributes,
    with_space,
)
from pipeline.features.word.tables import grid
from pipeline.features.word.xml import Element, twips
from pipeline.model import Node
from pipeline.model.words.writing_conventions import small_letters

SQUARE = 5
"""Millimetres that a square is wide and high."""

SLOT = 700
"""Twentieths of a point that the column of a letter or number to write takes."""

RIGHT = "✓"


def exercise_block(draft: WordFile, node: Node, place: Spot) -> list[Element]:
    """The elements of a block of the feature `exercises`."""
    match node:
        case model.Exercise():
            return [_title(draft, node, place), *draft.blocks(node.children, place)]
        case model.WritingLines():
            lines = [
                paragraph(draft, [], place, "Writing Line", with_next=left > 0)
                for left in reversed(range(node.count))
            ]
            return with_space(lines, AFTER)
        case model.WritingSpace():
            return [*_space(node, place), low_paragraph(draft, place)]
        case model.Choices():
            return _choices(draft, node, place)
        case model.Matching():
            return _matching(draft, node, place)
        case model.Ordering():
            return _ordering(draft, node, place)
    raise TypeError(f"{type(node).__name__} is no block")


def _title(draft: WordFile, node: model.Exercise, place: Spot) -> Element:
    content: list[Element] = index_fields(draft, node)
    if node.number:
        head, _, tail = draft.words["caption_exercise"].partition("{number}")
        content += [
            text_run(head), *counted(draft, node, "Exercise", node.number), text_run(tail),
        ]  # fmt: skip
    elif not node.title:
        content.append(text_run(draft.words["exercise"]))
    if node.number and node.title:
        content.append(text_run(" "))
    content += inlines(draft, node.title, place, place.look)
    content += timing(draft, node)
    line = at_beginning(node, place)
    return paragraph(draft, draft.anchored(node, content), line, "Exercise Title")


def _space(node: model.WritingSpace, place: Spot) -> list[Element]:
    if not node.squared:
        return [grid([[[]]], [place.width], place.left, is_ruled=True, height=twips(node.height))]
    side = twips(SQUARE)
    rows, columns = max(1, round(node.height / SQUARE)), min(63, place.width // side)
    return [grid([[[]] * columns] * rows, [side] * columns, place.left, is_ruled=True, height=side)]


def task(draft: WordFile, item: model.ListItem, place: Spot) -> list[Element]:
    """An item of a list of tasks: a box to tick, and the text."""
    first = next(iter(item.children), None)
    name = spoken(first.children) if first and is_text(first) else draft.words["box"]
    box = controls.check_box(draft.next_id(), name, is_checked=bool(item.checked))
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
        line = paragraph(draft, draft.anchored(item, content), place, style, marker=marker)
    else:
        line = paragraph(draft, draft.anchored(item, content), inner, style, hanging=STEP)
    return [line, *draft.blocks(rest, inner)]


def _choices(draft: WordFile, node: model.Choices, place: Spot) -> list[Element]:
    result: list[Element] = []
    if node.prompt:
        content = [*index_fields(draft, node), *inlines(draft, node.prompt, place, place.look)]
        prompt = draft.anchored(node, content)
        result.append(paragraph(draft, prompt, at_beginning(node, place), with_next=True))
    number = draft.numbering.add("lower-alpha", ")", 1, place.depth)
    for item in node.items:
        name = spoken(item.children) or draft.words["box"]
        box = controls.check_box(
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
        *bare_line(draft, draft.anchored(node, []), place),
        grid(rows, [SLOT, half, SLOT, half], place.left),
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
        *bare_line(draft, draft.anchored(node, []), place),
        grid(rows, [SLOT, rest], place.left),
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
    name = spoken(item.children) or draft.words["blank"]
    menu = controls.menu(draft.next_id(), name, options, answer)
    return [paragraph(draft, [menu], cell)]


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
    anchored = draft.anchored(node, content)
    return [paragraph(draft, anchored, place, "Word Bank", align="center")]
