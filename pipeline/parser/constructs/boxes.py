"""Boxes: admonitions, also as GitHub's alerts, Obsidian's callouts and Python-Markdown writes them;
collapsible blocks, and containers that only have a name."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Inline
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.names import MISSPELT, nearest
from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.constructs import for_teachers
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.dialects import table
from pipeline.parser.markup.flow import trim

KINDS = frozenset({"note", "info", "tip", "important", "warning", "caution", "question", "example"})
ALIASES = {"attention": "warning", "danger": "caution", "error": "caution", "hint": "tip"}
NAMES = (*sorted(KINDS), *ALIASES)


def kind_of(name: str) -> str:
    """The kind of box with this name; a note if it is unknown."""
    return table().boxes.get(name) or (ALIASES.get(name, name) if name in NAMES else "note")


def title_for(name: str, title: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The title of a box: its name, if it has no title and its kind does not say as much."""
    if title or name in NAMES or name == "admonition":
        return title
    words = name.replace("-", " ").replace("_", " ")
    return (model.Text(text=table().titles.get(name) or words[:1].upper() + words[1:]),)


Fold: TypeAlias = Literal["", "closed", "open"]
FOLDS: dict[str, Fold] = {"": "", "true": "closed", "false": "open"}
"""The values of Quarto's ``collapse``."""


def box(parts: Parts) -> tuple[Block, ...]:
    title, attributes = parts.titled
    fold = FOLDS.get(attributes.get("collapse"), "")
    if fold:
        attributes = attributes.without({"collapse"})
    node = model.Admonition(
        kind=ALIASES.get(parts.name, parts.name),
        title=title,
        children=parts.children,
        span=parts.span,
        attributes=attributes,
        fold=fold,
    )
    return (node,)


def details(parts: Parts) -> tuple[Block, ...]:
    """``<details>`` with a summary. Without a title, which could not be opened, and for a summary
    alone, it is a container of that class."""
    title, attributes = parts.titled if parts.name == "details" else ((), parts.attributes)
    if title:
        summary = model.Container(
            name="summary", children=(model.Paragraph(children=title),), span=parts.span
        )
        children = (summary, *parts.children)
        return (
            model.Container(
                name="details", children=children, span=parts.span, attributes=attributes
            ),
        )
    classes = (parts.name, *attributes.classes)
    attributes = make(attributes.id, classes, attributes.pairs)
    return container(parts._replace(name="", attributes=attributes))


def container(parts: Parts) -> tuple[Block, ...]:
    """A container; text after its name becomes a bold title."""
    node = model.Container(
        name=parts.name, children=parts.headed, span=parts.span, attributes=parts.attributes
    )
    return (node,)


_CALLOUT = late(r"\[[ \t]*![ \t]*([^\W\d_][\w -]{0,40})(?:\|[^\]]*)?\]([+-]?)[ \t]*")
_FOLDS: dict[str, Fold] = {"": "", "-": "closed", "+": "open"}
QUOTES = frozenset({"quote", "cite"})


def callout(element: BlockElement, parts: Parts) -> tuple[Block, ...] | None:
    """GitHub's and Obsidian's box for a block quote that begins with ``[!NOTE]``, in Obsidian with
    a title after it; ``parts`` have the blocks of the quote. One titled with a word for an answer,
    or similar, is withheld from students."""
    first = element.first
    if first is None or first.tag != "p" or not first.lines:
        return None
    match = _CALLOUT.match(first.lines[0])
    opening, *rest = parts.children
    if not match or not isinstance(opening, model.Paragraph):
        return None
    name = match[1].strip().lower().replace(" ", "-")
    bare = match.end() == len(first.lines[0].rstrip())
    is_alone = len(parts.children) == len(first.lines) == 1 and element.last_read == first.line
    if bare and is_alone and name not in NAMES:
        return None  # nothing but a name, in brackets
    title, left = _first_line(opening.children, match[0])
    if left:
        begin, end = first.lines[:2][-1], first.end  # raw HTML ends a line early
        place = Span(begin.number, begin.offset, end if end > begin.number else 0)
        rest = [model.Paragraph(children=left, span=place, attributes=opening.attributes), *rest]
    known = name in NAMES or name in table().boxes or name in QUOTES
    parts = parts._replace(name=match[1].strip(), heading=title, children=tuple(rest))
    if not known and (withheld := for_teachers.guessed(parts, "[!{}]")):
        return withheld
    if name in QUOTES:
        return (model.BlockQuote(children=parts.headed, span=parts.span),)
    if not known and (meant := nearest(name, (*NAMES, *table().boxes), MISSPELT)):
        message = f"`[!{name.upper()}]` is not a known kind of box: it becomes a note."
        place = first.lines[0].at()
        parts.report(Code.LIKELY_SLIP, message, place, f"Did you mean `[!{meant.upper()}]`?")
    return (_admonition(name, parts, fold=_FOLDS[match[2]]),)


def admonition(parts: Parts) -> tuple[Block, ...]:
    """The box for ``!!! name``; an unknown kind is the class and default title of a note. One
    named by a word for an answer, or similar, is withheld from students."""
    word, *classes = parts.name.split()
    known = word in NAMES or word in table().boxes
    if not known and (withheld := for_teachers.guessed(parts._replace(name=word), "!!! {}")):
        return withheld
    if word not in NAMES:
        classes = [word, *classes]
    return (_admonition(word, parts, classes=tuple(classes)),)


def _admonition(
    name: str, parts: Parts, classes: tuple[str, ...] = (), fold: Fold = ""
) -> model.Admonition:
    """The box with a name, or a note with it as the title."""
    return model.Admonition(
        kind=kind_of(name),
        title=title_for(name, parts.heading),
        children=parts.children,
        span=parts.span,
        attributes=make(classes=classes),
        fold=fold,
    )


def _first_line(
    inlines: tuple[Inline, ...], mark: str
) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
    """The text of the first line after ``mark``, and of the following lines."""
    breaks = model.SoftBreak | model.LineBreak
    at = next((n for n, node in enumerate(inlines) if isinstance(node, breaks)), len(inlines))
    line = list(inlines[:at])
    if line and isinstance(line[0], model.Text):
        line[0] = replace(line[0], text=line[0].text[len(mark) :])
    return trim(line), inlines[at + 1 :]
