"""Attribute lists, and other strings in quotation marks."""

from __future__ import annotations

import re

from pipeline.model import Attributes, Blank, Math
from pipeline.model.late import late
from pipeline.parser.blank_rules import blank as parsed_blank

_BARE = late(r"[\w%/.,+-]+")
_ID = late(r"[^\s{}#.=\"'<>]*")
_CLASS = late(r"[\w\u0300-\u036f:-]+")
_BLANKS = {1: 4, 2: 10, 3: 20, 4: 32}
"""The number of underscores of a blank of each size."""


class UnwritableError(ValueError):
    """The document contains something that Markdown cannot express."""


def attribute_list(attributes: Attributes) -> str:
    """``{#id .class key=value}``, or nothing if there are no attributes."""
    if not _ID.fullmatch(attributes.id) or not all(map(_CLASS.fullmatch, attributes.classes)):
        raise UnwritableError("an id or a class with such characters")
    parts = [f"#{attributes.id}"] if attributes.id else []
    parts += (f".{name}" for name in attributes.classes)
    parts += (f"{key}={quoted(value)}" for key, value in attributes.pairs)
    return f"{{{' '.join(parts)}}}" if parts else ""


def quoted(value: str) -> str:
    """The value of an attribute, quoted if necessary."""
    if _BARE.fullmatch(value):
        return value
    return in_quotes(" ".join(value.split("\n")))


def in_quotes(text: str) -> str:
    """A string between quotation marks."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _answer_part(part: str | Math) -> str:
    return f"${part.tex}$" if isinstance(part, Math) else re.sub(r"([\\{}&$])", r"\\\1", part)


def blank(node: Blank) -> str:
    """A gap to fill in, with its answer."""
    if not node.answer:
        return "_" * _BLANKS[node.size]
    answer = "".join(map(_answer_part, node.answer))
    needs_more = node.size > parsed_blank(4, node.answer).size
    return f"{'_' * _BLANKS[node.size if needs_more else 1]}{{{answer}}}"
