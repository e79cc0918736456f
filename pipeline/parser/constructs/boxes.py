"""Admonitions, collapsible blocks, and containers that only have a name."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Inline
from pipeline.parser.attributes import make
from pipeline.parser.constructs.parts import Parts

KINDS = frozenset({"note", "info", "tip", "important", "warning", "caution", "question", "example"})
ALIASES = {
    "attention": "warning",
    "danger": "caution",
    "error": "caution",
    "hint": "tip",
}
NAMES = (*sorted(KINDS), *ALIASES)
CALLOUTS = {
    **dict.fromkeys(("abstract", "summary", "tldr", "todo"), "note"),
    **dict.fromkeys(("help", "faq"), "question"),
    **dict.fromkeys(("seealso", "admonition"), "note"),
    **dict.fromkeys(("success", "check", "done"), "tip"),
    **dict.fromkeys(("failure", "fail", "missing", "bug"), "warning"),
}
"""Other names for boxes in Obsidian, MkDocs and MyST, and their kinds here."""

TITLES = {"tldr": "TL;DR", "faq": "FAQ", "todo": "To do", "seealso": "See also"}
DIRECTIVES = frozenset({*NAMES, "seealso", "admonition", "dropdown", "figure", "image"})
"""The boxes and figures that MyST writes in fences."""


def kind_of(name: str) -> str:
    """The kind of box with this name; a note if it is unknown."""
    return CALLOUTS.get(name) or (ALIASES.get(name, name) if name in NAMES else "note")


def title_for(name: str, title: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The title of a box: its name, if it has no title and its kind does not say as much."""
    if title or name in NAMES or name == "admonition":
        return title
    words = name.replace("-", " ").replace("_", " ")
    return (model.Text(text=TITLES.get(name) or words[:1].upper() + words[1:]),)


def directive(parts: Parts) -> tuple[Block, ...]:
    """MyST's ``seealso``, and its ``admonition`` with the kind as a class."""
    title, attributes = title_of(parts)
    kind = next((name for name in attributes.classes if name in NAMES), parts.name)
    found = model.Admonition(
        kind=kind_of(kind),
        title=title_for(parts.name, title),
        children=parts.children,
        span=parts.span,
        attributes=attributes.without(classes={kind}),
    )
    return (found,)


def dropdown(parts: Parts) -> tuple[Block, ...]:
    """MyST's ``dropdown``, whose content is collapsed."""
    return details(parts._replace(name="details"))


FOLDS: dict[str, Literal["", "closed", "open"]] = {"": "", "true": "closed", "false": "open"}
"""The values of Quarto's ``collapse``."""


def box(parts: Parts) -> tuple[Block, ...]:
    title, attributes = title_of(parts)
    fold = FOLDS.get(attributes.get("collapse"), "")
    if fold:
        attributes = attributes.without({"collapse"})
    found = model.Admonition(
        kind=ALIASES.get(parts.name, parts.name),
        title=title,
        children=parts.children,
        span=parts.span,
        attributes=attributes,
        fold=fold,
    )
    return (found,)


def callout(name: str) -> str:
    """The kind of box for one of Quarto's names: ``::: {.callout-note}``."""
    kind = name.removeprefix("callout-")
    return kind if kind in NAMES and kind != name else ""


def from_callout(parts: Parts, kind: str) -> tuple[Block, ...]:
    """Quarto's box as one of Chapbook's. A heading at its beginning is its title."""
    own = parts.attributes.without({"appearance", "icon"})
    first = parts.children[0] if parts.children else None
    (made,) = box(parts._replace(name=kind, attributes=own))
    assert isinstance(made, model.Admonition)
    if not made.title and isinstance(first, model.Heading):
        made = replace(made, title=first.children, children=parts.children[1:])
    return (made,)


def details(parts: Parts) -> tuple[Block, ...]:
    """``<details>`` with a summary. Without a title, which could not be opened, and for a summary
    alone, it is a container of that class."""
    title, attributes = title_of(parts) if parts.name == "details" else ((), parts.attributes)
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
    found = model.Container(
        name=parts.name, children=parts.headed, span=parts.span, attributes=parts.attributes
    )
    return (found,)


def title_of(parts: Parts) -> tuple[tuple[Inline, ...], Attributes]:
    """The title, from ``title="…"`` or after the name, and the attributes without it."""
    title = parts.read(parts.attributes.get("title") or parts.argument, parts.span)
    if not title:
        return (), parts.attributes
    return title, parts.attributes.without({"title"})
