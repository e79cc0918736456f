"""Content with captions, and formulas on lines of their own: code, figures, charts."""

from __future__ import annotations

from pipeline import model
from pipeline.features.word import tables
from pipeline.features.word.draft import Spot, TextLook, WordFile
from pipeline.features.word.inlines import counted, formula, inlines, text_run
from pipeline.features.word.paragraphs import label, paragraph
from pipeline.features.word.pictures import inline_picture
from pipeline.features.word.xml import Element, element
from pipeline.model import Node

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
    result.append(paragraph(draft, draft.anchored(node, runs), place, "Code"))
    return result


def _line_number(number: int, digits: int) -> Element:
    return text_run(f"{number:>{digits}}  ", TextLook(color="59636E"))


def equation(draft: WordFile, node: model.MathBlock, place: Spot) -> Element:
    content = formula(draft, node, place.look)
    if not node.number and not node.tag:
        if node.mathml:
            content = [element("m:oMathPara", *content)]
        return paragraph(draft, draft.anchored(node, content), place, "Equation")
    number = [text_run(node.tag)]
    if node.number and not node.tag:
        number = counted(draft, node, "Equation", node.number)
    content = [text_run("\t"), *content, text_run("\t("), *number, text_run(")")]
    tabs = (("center", place.left + place.width // 2), ("right", place.left + place.width))
    return paragraph(draft, draft.anchored(node, content), place, "Equation", tabs=tabs)


# --- figures ----------------------------------------------------------------------------


def figure(draft: WordFile, node: model.Figure, place: Spot) -> list[Element]:
    width = node.attributes.get("width")
    is_decorative = "decorative" in node.attributes.classes
    picture = inline_picture(draft, node.image, place, width=width, decorative=is_decorative)
    if not picture:
        picture = [text_run(node.image.alt, place.look)]
    return [
        paragraph(draft, draft.anchored(node, picture), place, "Figure", align=_alignment(node)),
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
    grid = tables.grid(rows, [width] * columns, place.left)
    anchor = draft.anchored(node, [])
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
        return [paragraph(draft, draft.anchored(node, picture), place, "Figure"), *caption]
    return [*tables.table(draft, node.table, place), *caption]
