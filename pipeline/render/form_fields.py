"""Marks what is filled in on screen, in an edition that has fields."""

from __future__ import annotations

from typing import Literal, TypeAlias

from markupsafe import Markup

FieldKind: TypeAlias = Literal[
    "blank",
    "cell",
    "lines",
    "space",
    "task",
    "one",
    "several",
    "match",
    "order",
    "name",
    "class",
    "date",
]
"""What a field is for: the packager names it after that, and makes it of the right sort."""


def as_field(has_fields: bool, kind: FieldKind) -> Markup:
    """The attribute that says so, for an element's tag; nothing where there are no fields."""
    return Markup(' data-field="{}"').format(kind) if has_fields else Markup("")
