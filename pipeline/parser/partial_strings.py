"""Strings that differ between editions: titles, attributes, file names, and the front matter. Spans
``[text]{.answer}`` and blanks in them are parsed as in text."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline import model
from pipeline.model import Inline, Node
from pipeline.model.audience import conditions_of
from pipeline.model.late import late
from pipeline.model.removal import GAP, for_all, gaps, is_selected
from pipeline.model.tree import BLANK, answer_text, children, plain_text
from pipeline.parser.attributes import read_attributes
from pipeline.parser.blank_rules import blank

DEEPEST = 20
"""Nested spans that are processed separately."""

_BRACKET_OR_GAP = late(rf"\[|\]|{GAP}(?=\{{)")


def read_string(text: str) -> tuple[Inline, ...]:
    """The inlines of a string that differs between editions, or none. Other markup is text."""
    if "{" not in text:
        return ()
    inlines: list[Inline] = []
    opened: list[int] = []
    is_partial = False
    pos = 0

    def take(end: int) -> None:
        if end > pos:
            inlines.append(model.Text(text=text[pos:end]))

    while mark := _BRACKET_OR_GAP.search(text, pos):
        if mark[1]:
            take(mark.start())
            gap = next(gaps(text, mark.start()))
            answer = (gap.answer,) if gap.answer else ()
            inlines.append(blank(len(mark[0].rstrip()), answer))
            is_partial, pos = True, gap.answer_end
        elif mark[0] == "[":
            take(mark.start())
            opened.append(len(inlines))
            inlines.append(model.Text(text="["))
            pos = mark.end()
        else:
            take(mark.start())
            pos = mark.end()
            listed = read_attributes(text, pos) if opened else None
            first = opened.pop() if opened else 0
            if listed is None or not is_selected(model.Text(text="", attributes=listed[0])):
                inlines.append(model.Text(text="]"))
                continue
            inner = tuple(inlines[first + 1 :])
            if len(opened) > DEEPEST:
                inner = for_all(inner)
            inlines[first:] = [
                model.InlineElement(name="span", children=inner, attributes=listed[0])
            ]
            is_partial, pos = True, listed[1]
    take(len(text))
    return tuple(inlines) if is_partial else ()


def public_string(text: str) -> str:
    """The string common to all editions."""
    inlines = read_string(text)
    return plain_text(for_all(inlines)) if inlines else text


def write_string(inlines: Iterable[Node]) -> str:
    """Inlines as such a string: text, gaps, and spans with conditions; titles are in brackets."""
    parts: list[str] = []
    for node in inlines:
        if isinstance(node, model.Blank):
            answer = answer_text(node.answer)
            parts.append(f"{BLANK}{{{answer}}}" if answer else BLANK)
            continue
        text = write_string(children(node)) or plain_text((node,))
        own_title = node.title if isinstance(node, model.Link | model.Image) else ""
        if title := own_title or node.attributes.get("title"):
            text += f" ({title})"
        conditions = conditions_of(node.attributes)
        listed = (
            *(f".{name}" for name in conditions.classes),
            *(f'{k}="{v}"' for k, v in conditions.pairs),
        )
        parts.append(f"[{text}]{{{' '.join(listed)}}}" if listed else text)
    return "".join(parts)
