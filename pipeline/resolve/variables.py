"""Replaces variables by their values: text that all later passes treat as if it had been typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from pipeline.model import Abbreviation, Blank, Document, Image, Link, Node, Text, Variable
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import EDITIONS, Edition
from pipeline.model.late import late
from pipeline.model.tree import Changes, find, rewrite_document
from pipeline.model.variables import BUILT_IN, CALCULATION, fill, fill_address, look_up, values
from pipeline.resolve.findings import Findings

Value = Callable[[str], str]

_CALCULATION = late(CALCULATION)  # told where it is worked out, or a notation of others

MOST_FILLED = 5_000_000
"""The maximum number of characters in all variables of a document."""

STRINGS: dict[type[Node], tuple[str, ...]] = {
    Image: ("alt", "title"),
    Link: ("title",),
    Abbreviation: ("title",),
}
"""Fields that are text, and no nodes."""

ADDRESSES: dict[type[Node], str] = {Image: "source", Link: "href"}


def fill_variables(document: Document) -> Document:
    """The document with the values of its variables, in text, in addresses and in the values of
    attributes. One that has no value is an UNKNOWN_VARIABLE warning, and stays as it is. Those in
    gaps have been filled in before."""
    where: tuple[type[Node], ...] = (Variable, *ADDRESSES, *STRINGS)
    return with_values(document, EDITIONS.get(document.edition), where, marked=True)


def with_values(
    document: Document,
    edition: Edition | None,
    where: tuple[type[Node], ...],
    *,
    marked: bool = False,
) -> Document:
    """The document for an edition with the values of the variables in nodes of some types and, if
    ``marked``, in all that have attributes."""
    known = values(document.metadata, edition)
    findings = Findings(document)
    kinds: set[type[Node]] = set()
    for _, node, span in find(document, *where, marked=marked):
        for name in _find_names(node):
            kinds.add(type(node))
            if not look_up(name, known) and not _CALCULATION.fullmatch(name):
                _report(name, span, known, findings)
    if not kinds:
        return document

    room = MOST_FILLED

    def value(name: str) -> str:
        nonlocal room
        text = look_up(name, known)
        room -= len(text)
        return text if room >= 0 else ""

    def leave(node: Node) -> Node:
        if isinstance(node, Variable):
            text = value(node.name)
            return Text(text=text) if text else node
        return _fill(node, value)

    changes: Changes = dict.fromkeys(kinds, leave)
    document = rewrite_document(document, leave=changes)
    if room < 0:
        message = f"Variables add up to over {MOST_FILLED:,} characters; the rest stay as written."
        findings.add(Code.LONG_VARIABLES, message, None, "Give them shorter values.")
    return findings.add_to(document)


def _find_names(node: Node) -> Iterator[str]:
    """The names of the variables in a node itself."""
    if isinstance(node, Variable):
        yield node.name
    elif node.attributes.pairs or type(node) in (Blank, *ADDRESSES, *STRINGS):
        names: list[str] = []

        def note(name: str) -> str:
            names.append(name)
            return ""

        _fill(node, note)
        yield from names


def _fill(node: Node, value: Value) -> Node:
    changed: dict[str, Any] = {}
    kind = type(node)
    if isinstance(node, Blank):
        parts = (fill(part, value) if isinstance(part, str) else part for part in node.answer)
        changed["answer"] = tuple(parts)
    for field in STRINGS.get(kind, ()):
        changed[field] = fill(getattr(node, field), value)
    if kind in ADDRESSES:
        field = ADDRESSES[kind]
        address = getattr(node, field)
        changed[field] = fill_address(address, value)
        if isinstance(node, Link) and changed[field] != address:
            # also the text of a link that shows its address
            changed["children"] = tuple(
                replace(child, text=fill(child.text, value)) if isinstance(child, Text) else child
                for child in node.children
            )
    if pairs := node.attributes.pairs:
        new = tuple((key, fill(text, value)) for key, text in pairs)
        changed["attributes"] = replace(node.attributes, pairs=new)
    if all(getattr(node, field) == new for field, new in changed.items()):
        return node
    return replace(node, **changed)


def _report(name: str, span: Span | None, known: dict[str, str], findings: Findings) -> None:
    written = f"`{{{{ {name} }}}}`"
    if name in BUILT_IN:
        message = f"{written} has no value: the front matter does not set it."
        hint = f"Add `{name}:` to the front matter."
    elif not name.isprintable() or len(name.split()) > 1:
        message = f"{written} is not a variable: names have no spaces."
        hint = f"If you mean it as text, write `\\{{{{ {name} }}}}`."
    else:
        message = f"There is no variable {written}."
        names = [known_name for known_name, value in known.items() if value]
        hint = findings.did_you_mean(name, names, "{{ ", " }}") or (
            f"Add it to the front matter's `variables:`, or write `\\{{{{ {name} }}}}` for text."
        )
    findings.add(Code.UNKNOWN_VARIABLE, message, span, hint)
