"""Blocks: each becomes paragraphs and tables."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from pipeline import model
from pipeline.features.word import captioned, exercises, matter, sections, tables
from pipeline.features.word.draft import ItemMarker, SideBox, Spot, TextLook, WordFile
from pipeline.features.word.inlines import index_fields, inlines, text_run
from pipeline.features.word.numbering import STEP, kind_of
from pipeline.features.word.paragraphs import (
    AFTER,
    at_beginning,
    bare_line,
    is_text,
    low_paragraph,
    paragraph,
    text_paragraph,
    timing,
    title,
    with_attributes,
    with_space,
)
from pipeline.features.word.xml import Element, element
from pipeline.model import Block, Node
from pipeline.model.codes import Code
from pipeline.model.tree import is_for_teachers, is_word_bank, plain_text

BOX_INDENT = 200
GREEN, BLUE, AMBER, RED, PLUM = "3B7A57", "0B5394", "B7791F", "A32A2A", "6B3FA0"
BOXES = {
    "tip": SideBox(GREEN, "EFF6F1"), "example": SideBox(GREEN, "EFF6F1"),
    "important": SideBox(PLUM, "F4F0FA"),
    "warning": SideBox(AMBER, "FDF6E7"), "caution": SideBox(RED, "FBEFEF"),
    "answer": SideBox(BLUE, "EEF4FA", "Answer Text"), "teacher": SideBox("59636E", "F3F4F6"),
    "sidebar": SideBox("59636E", "F7F7F4"),
}  # fmt: skip
BOX = SideBox(BLUE, "EEF4FA")
"""Boxes of other kinds."""

PASSAGES = {
    "pull-quote": "Pull Quote", "epigraph": "Epigraph", "attribution": "Quote", "verse": "Line",
}  # fmt: skip
"""Styles of the text in passages with layouts of their own."""


def blocks(draft: WordFile, nodes: Iterable[Node], place: Spot) -> list[Element]:
    """The elements of some blocks. The first paragraph gets the marker of the place."""
    result: list[Element] = []
    for node in nodes:
        if place.marker and not is_text(node) and not isinstance(node, model.Container):
            result.append(paragraph(draft, [], place, marker=place.marker))
            place = place.within(STEP, marker=None)
        result += _block(draft, node, with_attributes(node, place))
        if place.marker:
            place = place.within(STEP, marker=None)
    return result


def _block(draft: WordFile, node: Node, place: Spot) -> list[Element]:
    match node:
        case model.Paragraph() | model.Plain():
            return [text_paragraph(draft, node, place, _paragraph_style(node, place))]
        case model.Section():
            return _section(draft, node, place)
        case model.Heading():
            content = [*inlines(draft, node.children, place, place.look), *timing(draft, node)]
            style = f"heading {min(node.level + 1, 6)}"
            return [paragraph(draft, draft.anchored(node, content), place, style, is_plain=True)]
        case model.List():
            return _list(draft, node, place)
        case model.DefinitionList():
            return _definitions(draft, node, place)
        case model.BlockQuote():
            return blocks(draft, node.children, place._replace(style="Quote"))
        case model.CodeBlock():
            return captioned.code(draft, node, place)
        case model.MathBlock():
            return [captioned.equation(draft, node, place)]
        case model.Table():
            return tables.table(draft, node, place)
        case model.Figure():
            return captioned.figure(draft, node, place)
        case model.FigureGroup():
            return captioned.figures(draft, node, place)
        case model.Chart():
            return captioned.chart(draft, node, place)
        case model.Admonition():
            kind, word = BOXES.get(node.kind, BOX), draft.words[node.kind]
            return boxed(draft, node, node.title, word, node.children, place, kind)
        case model.Answer():
            word = draft.words["answer"]
            return boxed(draft, node, (), word, node.children, place, BOXES["answer"])
        case model.TeacherNote():
            word = draft.words["for_the_teacher"]
            before = (model.Text(text=word + draft.words["colon"]),) if node.title else ()
            return boxed(
                draft, node, (*before, *node.title), word, node.children, place, BOXES["teacher"]
            )
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
    return exercises.exercise_block(draft, node, place)


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
        [*index_fields(draft, node), *draft.anchored(node, content)],
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
            result += exercises.task(draft, item, inner._replace(style="Task"))
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
            result.append(paragraph(draft, draft.anchored(item, content), line, "Definition Term"))
        for definition in item.definitions:
            result += blocks(draft, definition, place._replace(style="Definition"))
    return result


# --- boxes, dialogues, containers -------------------------------------------------------


def boxed(
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
    heading = title(draft, node, text, inner, "Box Title", fallback)
    return with_space([heading, *blocks(draft, children, inner)], AFTER)


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
    opening = paragraph(draft, draft.anchored(turn, content), line, style)
    if rest and not all(map(is_text, rest)):
        inner = place.within(1920)
        return [opening, *blocks(draft, rest, inner)]
    return [opening, *blocks(draft, rest, place._replace(style="Interview Continued"))]


def _container(draft: WordFile, node: model.Container, place: Spot) -> list[Element]:
    anchor = draft.anchored(node, []) if node.attributes.id else []
    if is_word_bank(node):
        return exercises.word_bank(draft, node, place)
    inner = place
    if node.name in ("sidebar", "details", "aside"):
        inner = _in_box(place, BOXES["sidebar"])
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
        return boxed(draft, node, (), draft.words["for_the_teacher"], node.children, place, BOX)
    written = blocks(draft, node.children, inner)
    if anchor and written:
        first = next(iter(written[0].iter("{*}p")), None)
        if first is not None:
            first.extend(anchor)
    return written


def _in_section(draft: WordFile, node: model.Container, place: Spot) -> list[Element]:
    """A section with a page of its own: turned, or in columns."""
    before, kind = sections.end(draft.page, kind=draft.next_section), "continuous"
    page, widths, inner = draft.page, tuple[int, ...](), place
    if node.name == "landscape":
        page, kind = page.turned, "nextPage"
        inner = inner._replace(width=page.width)
    else:
        widths = _column_widths(node, place.width)
        inner = inner._replace(width=widths[0], is_free=False)
    written = blocks(draft, node.children, inner)
    draft.next_section = kind
    return [before, *written, sections.end(page, widths, kind)]


def _column_widths(node: model.Container, width: int) -> tuple[int, ...]:
    given = next((name for name in node.attributes.classes if name.startswith("columns-")), "")
    count = int(given.removeprefix("columns-") or 2)
    return ((width - sections.GAP * (count - 1)) // count,) * count


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
    return [tables.grid([cells], widths, place.left), low_paragraph(draft, place)]


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
