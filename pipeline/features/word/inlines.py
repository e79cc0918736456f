"""Text within a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard

from msgspec.structs import replace

from pipeline import model
from pipeline.features.word import pictures
from pipeline.features.word.draft import (
    BLANKS,
    LETTER,
    STEP,
    ItemMarker,
    Spot,
    TextLook,
    WordFile,
    entry,
    field,
    nested_notes,
    page_reference,
    silent,
    text_field,
)
from pipeline.features.word.omml import omml
from pipeline.features.word.styles import IDS, RULE, STYLES, has_italics
from pipeline.features.word.xml import (
    Element,
    build_element,
    clean,
    element,
    on_off,
    properties_of,
    tag,
)
from pipeline.model import Node
from pipeline.model.codes import Code
from pipeline.model.metadata import direction_of
from pipeline.model.tree import STARTS, inlines_of, minutes_of, plain_text
from pipeline.model.words import minutes_in_words
from pipeline.model.words.writing_conventions import writing

PLAIN = TextLook()
HIGHLIGHT = "FFF2B3"
NOTE_SEPARATOR = "\u202f"
SMALL = {"sub": "subscript", "sup": "superscript"}
ELEMENTS: dict[str, dict[str, object]] = {
    "b": {"bold": True}, "i": {"italic": True}, "u": {"underline": True},
    "sub": {"position": "subscript"}, "sup": {"position": "superscript"},
    "mark": {"fill": HIGHLIGHT}, "kbd": {"style": "CodeChar"}, "samp": {"style": "CodeChar"},
    "var": {"italic": True}, "cite": {"italic": True}, "dfn": {"italic": True},
    "ins": {"underline": True},
}  # fmt: skip
"""The look of elements of HTML."""

CLASSES: dict[str, dict[str, object]] = {
    "small-caps": {"small_caps": True}, "smallcaps": {"small_caps": True},
    "underline": {"underline": True}, "mark": {"fill": HIGHLIGHT}, "marks": {"style": "Marks"},
    "visually-hidden": {"is_hidden": True}, "answer": {"style": "Answer"},
}  # fmt: skip
"""The look of classes."""


def inlines(draft: WordFile, nodes: Iterable[Node], place: Spot, look: TextLook) -> list[Element]:
    """The elements of some text."""
    result: list[Element] = []
    for node in nodes:
        inner = _with_attributes(node, look)
        written = [*index_fields(draft, node), *_inline(draft, node, place, inner)]
        result += draft.anchor(node, written)
    return result


def index_fields(draft: WordFile, node: Node) -> list[Element]:
    """The fields that say which entries of the index a node is for."""
    paths = draft.terms.get(node.attributes.id, ()) if node.attributes.id else ()
    return [part for path in paths for part in silent(f"XE {entry(path)}")]


def text_run(text: str, look: TextLook = PLAIN) -> Element:
    """A run of text; line ends and tabs are kept."""
    parts: list[Element] = []
    for number, line in enumerate(clean(text).split("\n")):
        if number:
            parts.append(element("br"))
        for at, piece in enumerate(line.split("\t")):
            if at:
                parts.append(element("tab"))
            if piece:
                parts.append(element("t", piece, xml__space="preserve"))
    return element("r", run_properties(look), *parts)


def run_properties(look: TextLook) -> Element | None:
    """The properties of a run, in the order of the schema."""
    if look == PLAIN:
        return None
    language = element("lang", **({"bidi": look.lang} if look.is_rtl else {"val": look.lang}))
    return element(
        "rPr",
        element("rStyle", val=look.style) if look.style else None,
        on_off("b", look.bold),
        on_off("bCs", look.bold),
        on_off("i", look.italic),
        on_off("iCs", look.italic),
        on_off("smallCaps", look.small_caps or None),
        on_off("strike", look.strike or None),
        on_off("vanish", look.is_hidden or None),
        element("color", val=look.color) if look.color else None,
        element("u", val="single") if look.underline else None,
        element("shd", val="clear", color="auto", fill=look.fill) if look.fill else None,
        element("vertAlign", val=look.position) if look.position else None,
        on_off("rtl", look.is_rtl or None),
        language if look.lang else None,
    )


def _with_attributes(node: Node, look: TextLook) -> TextLook:
    """The look of a node with its classes, language and direction."""
    if node.attributes is model.NO_ATTRIBUTES:
        return look
    for name in node.attributes.classes:
        look = look._replace(**CLASSES.get(name, {}))  # type: ignore[arg-type]
    if lang := node.attributes.get("lang"):
        look = look._replace(lang=lang, is_rtl=direction_of(lang) == "rtl")
    if direction := node.attributes.get("dir"):
        look = look._replace(is_rtl=direction == "rtl")
    return look


def _inline(draft: WordFile, node: Node, place: Spot, look: TextLook) -> list[Element]:
    match node:
        case model.Text():
            return [text_run(node.text, look)]
        case model.SoftBreak():
            return [text_run(" ", look)]
        case model.LineBreak():
            return [element("r", run_properties(look), element("br"))]
        case model.Emphasis():
            turned = look._replace(italic=not look.italic)
            if not has_italics(draft.document.metadata.lang):
                turned = look._replace(bold=True)
            return inlines(draft, node.children, place, turned)
        case model.Strong():
            return inlines(draft, node.children, place, look._replace(bold=True))
        case model.Strikethrough():
            return inlines(draft, node.children, place, look._replace(strike=True))
        case model.Code():
            return [text_run(node.text, look._replace(style="CodeChar"))]
        case model.Abbreviation():
            return [text_run(node.text, look)]
        case model.Link():
            return _link(draft, node, place, look)
        case model.Image():
            return pictures.inline_picture(draft, node, place) or [text_run(node.alt, look)]
        case model.NoteReference():
            return _note_reference(draft, node, place)
        case model.InlineElement():
            return _element(draft, node, place, look)
        case model.Blank():
            return _blank(draft, node, place, look)
        case model.CrossReference():
            return _cross_reference(draft, node, look)
        case model.Citation():
            if not node.children:
                return [text_run(node.source, look)]
            return inlines(draft, node.children, place, look)
        case model.Math():
            return formula(draft, node, look)
        case model.Variable():
            return [text_run(plain_text((node,)), look)]
    return []  # the page of another edition


def _element(
    draft: WordFile, node: model.InlineElement, place: Spot, look: TextLook
) -> list[Element]:
    if "score-box" in node.attributes.classes:
        return [build_element(_SCORE_BOX)]
    look = look._replace(**ELEMENTS.get(node.name, {}))  # type: ignore[arg-type]
    content = inlines(draft, node.children, place, look)
    if node.name == "q":
        opening, closing = writing(look.lang or draft.document.metadata.lang).double
        return [text_run(opening, look), *content, text_run(closing, look)]
    if node.name == "rt":  # the reading of a character
        return [text_run("\u202f(", look), *content, text_run(")", look)]
    return [] if node.name == "rp" else content


_SCORE_BOX = f"""<w:r>
  <w:rPr><w:bdr w:val="single" w:sz="6" w:space="0" w:color="{RULE}"/></w:rPr>
  <w:t>{"&#160;" * 8}</w:t>
</w:r>"""


def _link(draft: WordFile, node: model.Link, place: Spot, look: TextLook) -> list[Element]:
    if node.href.startswith("#"):
        if node.href[1:] not in draft.nodes:
            return inlines(draft, node.children, place, look)
        name = draft.bookmark_name(node.href[1:])
        return [element("hyperlink", *inlines(draft, node.children, place, look), anchor=name)]
    content = inlines(draft, node.children, place, look._replace(style="Hyperlink"))
    return [element("hyperlink", *content, r__id=node.href, tooltip=node.title or None)]


# --- notes ----------------------------------------------------------------------------


def _note_reference(draft: WordFile, node: model.NoteReference, place: Spot) -> list[Element]:
    """The sign of a note. Notes that are named again, or in a note, are referred to by a field,
    since no note can be in another: the sign of one that only a note names is beside that note's
    own."""
    if node.label not in draft.notes:
        return []
    if place.is_note or node.label in draft.written_notes:
        sign = text_run(str(node.number), TextLook(style=draft.note_style))
        return field(f"NOTEREF {_note_bookmark(draft, node.label)} \\f \\h", [sign])
    signs = _note_sign(draft, node.label)
    for label in nested_notes(draft.notes[node.label]):
        if label not in draft.written_notes and label in draft.notes:
            separator = text_run(NOTE_SEPARATOR, TextLook(position="superscript"))
            signs += [separator, *_note_sign(draft, label)]
    return signs


def _note_bookmark(draft: WordFile, label: str) -> str:
    return draft.bookmark_name(f"note {label}", "note")


def _note_sign(draft: WordFile, label: str) -> list[Element]:
    """The sign of a note that Word counts; one with a number of its own keeps it."""
    number = draft.written_notes[label] = draft.notes[label].number
    is_counted = number == draft.counted_notes + 1
    draft.counted_notes += is_counted
    style = element("rPr", element("rStyle", val=draft.note_style))
    follows = None if is_counted else 1
    reference = element(f"{draft.note_kind}Reference", id=number, customMarkFollows=follows)
    own_number = None if is_counted else element("t", str(number))
    sign = element("r", style, reference, own_number)
    return draft.bookmark(_note_bookmark(draft, label), [sign])


# --- blanks, references, formulas -----------------------------------------------------


def _blank(draft: WordFile, node: model.Blank, place: Spot, look: TextLook) -> list[Element]:
    if node.answer:
        answered = look._replace(style="Answer")
        return inlines(draft, inlines_of(node.answer), place, answered)
    room = int(place.width / (LETTER * draft.scale))
    length = max(1, min(BLANKS[node.size - 1], room))
    properties = run_properties(look._replace(style=""))
    return [text_field(draft.next_id(), draft.words["blank"], length, properties)]


def _cross_reference(draft: WordFile, node: model.CrossReference, look: TextLook) -> list[Element]:
    """The text of a reference, with the number as a field."""
    target = draft.nodes.get(node.target)
    if target is None:
        return [text_run(node.text, look)]
    name, number = reference_number(draft, target)
    head, sign, tail = node.text.rpartition(number) if number else (node.text, "", "")
    result: list[Element] = []
    if sign:
        instruction = (
            f"REF {name} \\r \\h" if isinstance(target, model.Section) else f"REF {name} \\h"
        )
        result = field(instruction, [text_run(sign, look)])
        result = [*_texts(head, look), *result, *_texts(tail, look)]
    else:
        anchor = draft.bookmark_name(node.target)
        result = [element("hyperlink", text_run(node.text, look), anchor=anchor)]
    if node.form == "page":
        before, _, after = draft.words["reference_page"].partition("{page}")
        before = before.replace("{reference}", "")
        page = page_reference(draft.bookmark_name(node.target), [text_run("…", look)])
        result += [*_texts(before, look), *page, *_texts(after, look)]
    return result


def _texts(text: str, look: TextLook) -> list[Element]:
    return [text_run(text, look)] if text else []


def reference_number(draft: WordFile, target: Node) -> tuple[str, str]:
    """The bookmark of the number of an element, and this number, if Word counts it."""
    identifier = target.attributes.id
    match target:
        case model.Section(number=number) if number and draft.numbering.numbers_headings:
            return draft.bookmark_name(identifier), number
        case model.Figure(part=part) if part:
            return "", ""
        case (
            model.Figure() | model.FigureGroup() | model.Chart() | model.Table()
            | model.CodeBlock() | model.Exercise()
        ) if target.number:  # fmt: skip
            return draft.bookmark_name(identifier, "number"), str(target.number)
        case model.MathBlock(number=number, tag="") if number:
            return draft.bookmark_name(identifier, "number"), str(number)
    return "", ""


def write_counted(
    draft: WordFile, node: Node, sequence: str, number: int, look: TextLook = PLAIN
) -> list[Element]:
    """A number that Word counts, in the bookmark that references lead to."""
    written = field(f"SEQ {sequence} \\* ARABIC \\r {number}", [text_run(str(number), look)])
    if not node.attributes.id:
        return written
    return draft.bookmark(draft.bookmark_name(node.attributes.id, "number"), written)


def formula(draft: WordFile, node: model.Math | model.MathBlock, look: TextLook) -> list[Element]:
    """A formula, or its TeX if it could not be set."""
    if not node.mathml:
        return [text_run(node.tex.strip(), look._replace(style="CodeChar"))]
    try:
        return [omml(node.mathml)]
    except ValueError as error:
        message = f"Word has no {error}: the formula stands there in characters."
        draft.findings.add(Code.NOT_IN_WORD, message, node.span)
        return [text_run(node.alt or node.tex, look)]


def spoken_text(nodes: Iterable[Node]) -> str:
    """Text for a title that only characters can have."""
    return " ".join(plain_text(nodes).split())


# --- paragraphs ------------------------------------------------------------------------------
# Paragraphs, in their style and at their place.

INDENTS = {
    style.name: (round(style.left * 20), round(style.hanging * 20), round(style.right * 20))
    for style in STYLES
}
"""The indents of styles, in twentieths of a point: left, hanging, right."""

ALIGNED = {"center": "center", "right": "end", "left": "start"}


def paragraph(
    draft: WordFile,
    content: Iterable[Element],
    place: Spot,
    style: str = "",
    *,
    marker: ItemMarker | None = None,
    hanging: int = 0,
    with_next: bool = False,
    page_break: bool = False,
    align: str = "",
    is_plain: bool = False,
    tabs: tuple[tuple[str, int], ...] = (),
) -> Element:
    """A paragraph in a style, by default that of its place. One that ``is_plain`` has no number
    although headings of its style have."""
    name = style or place.style
    left, hung, right = INDENTS.get(name, (0, 0, 0))
    left += place.left
    hanging = hanging or hung
    if marker:
        left += STEP
        hanging = STEP
    is_rtl = place.look.is_rtl or draft.is_rtl
    align = align or place.align
    box = place.box
    number = None
    if marker:
        number = element(
            "numPr", element("ilvl", val=marker.level), element("numId", val=marker.number)
        )
    elif is_plain and draft.numbering.numbers_headings:
        number = element("numPr", element("ilvl", val=0), element("numId", val=0))
    indent = None
    if place.left or marker or (hanging and hanging != hung):
        indent = element("ind", left=left, right=right or None, hanging=hanging or None)
    properties = element(
        "pPr",
        element("pStyle", val=IDS.get(name, name)) if name != "Normal" else None,
        element("keepNext") if with_next else None,
        element("pageBreakBefore") if page_break else None,
        number,
        None
        if box is None
        else element("pBdr", element("left", val="single", sz=24, space=8, color=box.color)),
        element("shd", val="clear", color="auto", fill=box.fill) if box and box.fill else None,
        element("tabs", *(element("tab", val=val, pos=pos) for val, pos in tabs)) if tabs else None,
        element("bidi") if is_rtl else None,
        indent,
        element("jc", val=ALIGNED[align]) if align in ALIGNED else None,
    )
    mark = draft.source_mark(place.span) if place.span else []
    return element("p", properties if len(properties) else None, *mark, *content)


def text_paragraph(
    draft: WordFile, node: model.Paragraph | model.Plain, place: Spot, style: str = ""
) -> Element:
    """A paragraph of a node with text, with its language, and what marks it for the index."""
    inner = with_attributes(node, place)
    content = [
        *index_fields(draft, node),
        *inlines(draft, node.children, inner, inner.look),
    ]
    classes = node.attributes.classes
    align = next((name for name in classes if name in ALIGNED), "")
    return paragraph(
        draft, draft.anchor(node, content), inner, style, marker=place.marker, align=align
    )


def bare_line(draft: WordFile, content: list[Element], place: Spot) -> list[Element]:
    """A paragraph of some content, if there is any."""
    return [paragraph(draft, content, place)] if content else []


def with_attributes(node: Node, place: Spot) -> Spot:
    """The place in a node, which may have a language or a direction of its own."""
    look, lang = place.look, node.attributes.get("lang")
    direction = node.attributes.get("dir") or (direction_of(lang) if lang else "")
    if lang:
        look = look._replace(lang=lang)
    if direction:
        look = look._replace(is_rtl=direction == "rtl")
    return place._replace(look=look, span=node.span or place.span)


def at_beginning(node: Node, place: Spot) -> Spot:
    """The place of the title of a node, which stands where the node begins."""
    span = node.span or place.span
    return place._replace(span=span and replace(span, end=0))


def timing(draft: WordFile, node: Node) -> list[Element]:
    """The time that something takes, after its title, for teachers."""
    length = minutes_of(node)
    if not length or draft.is_for_pupils:
        return []
    start = node.attributes.get(STARTS)
    text = f"{start} · " if start else ""
    return [
        text_run(f"\u2002{text}{minutes_in_words(length, draft.words)}", TextLook(style="Marks"))
    ]


def title(
    draft: WordFile,
    node: Node,
    text: Iterable[Node],
    place: Spot,
    style: str,
    fallback: str = "",
) -> Element:
    """The title of a box, or else a word for it."""
    text = tuple(text)
    content = inlines(draft, text, place, place.look) if text else [text_run(fallback, place.look)]
    content = [*index_fields(draft, node), *content, *timing(draft, node)]
    return paragraph(draft, draft.anchor(node, content), at_beginning(node, place), style)


def label(draft: WordFile, node: Node, sequence: str, number: int) -> list[Element]:
    """The label of a caption, with the number that Word counts: ``Table 2.``"""
    head, _, tail = draft.words[f"caption_{sequence.lower()}"].partition("{number}")
    look = TextLook(style="Label", bold=True)
    return [
        text_run(head, look),
        *write_counted(draft, node, sequence, number, look),
        text_run(tail + " ", look),
    ]


SPACE_AFTER = 160
"""Twentieths of a point between a box, or lines to write on, and the text after it."""


def low_paragraph(draft: WordFile, place: Spot) -> Element:
    """A low paragraph after a table, since tables that touch become one."""
    low = paragraph(draft, [], place._replace(marker=None, box=None, style="Normal"))
    _set_spacing(low, before=0, after=0, line=SPACE_AFTER, lineRule="exact")
    return low


def with_space(content: list[Element], after: int) -> list[Element]:
    """The content with as much space after the last paragraph."""
    if content and content[-1].tag == tag("p"):
        _set_spacing(content[-1], after=after)
    return content


def _set_spacing(written: Element, **spacing: object) -> None:
    properties = properties_of(written)
    space = element("spacing", **spacing)
    later = next((p for p in properties if p.tag in (tag("ind"), tag("jc"))), None)
    if later is None:
        properties.append(space)
    else:
        later.addprevious(space)


def is_text(node: Node) -> TypeGuard[model.Paragraph | model.Plain]:
    return isinstance(node, model.Paragraph | model.Plain)
