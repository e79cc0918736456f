"""Strings for readers, of which editions may have different parts: titles, attributes, file names.

They are as written, with spans ``[text]{.answer}`` and gaps ``____{answer}`` in them, until select
settles them. What an edition lacks does not stand in its source, so that of a span only the text is
left, and of a gap its answer or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import FORMULAS, Node, removal
from pipeline.model.late import late
from pipeline.model.secrets import secret
from pipeline.model.tree import BLANK, CONDITIONS, answer_text

STRINGS: dict[type[Node], tuple[str, ...]] = {
    model.Image: ("alt", "title"),
    model.Link: ("title",),
    model.Abbreviation: ("title",),
    model.CodeBlock: ("file_name",),
    model.Chart: ("x", "y", "unit"),
}
"""The fields with text for readers, in addition to attributes."""

GAP = r"(?<!_)(_{3,})(?:[ \u00a0]++(?!\{[{#.:]))?\{((?:[^{}\\]|\\.)*)(?:\}|\Z)"
"""The pattern of a gap with braces: its underscores, and its answer."""

_GAP = late(GAP)
_MARKS = late(r"(\[|\](?:\{[^{}]*\})?)")
_CLASS_OR_KEY = late(r"(?:\.|class=[\"']?)([\w-]++)|(?<![\w-])([\w-]++)=")


def strings_of(node: Node) -> Iterator[str]:
    """The strings of a node that may differ between editions."""
    texts = [getattr(node, name) for name in STRINGS.get(type(node), ())]
    texts += (value for key, value in node.attributes.pairs if key not in CONDITIONS)
    return (text for text in texts if "{" in text)


def answers(text: str) -> list[str]:
    """The answers of the gaps in a string."""
    return [gap[2] for gap in _GAP.finditer(text) if gap[2]]


def in_gaps(node: Node) -> Iterator[str]:
    """The answers in the gaps of a node, and of its strings."""
    for text in strings_of(node):
        yield from answers(text)
    if isinstance(node, model.Blank) and node.answer:
        yield answer_text(node.answer)
    elif isinstance(node, FORMULAS):
        yield from filter(None, (gap.answer for gap in removal.gaps(node.tex)))


def all_strings(node: Node) -> list[str]:
    """All strings in the fields of a node, but for its attributes."""
    fields = (getattr(node, name) for name in node.__struct_fields__)
    return [field for field in fields if isinstance(field, str)]


def settled(text: str, *, solved: bool) -> str:
    """A string without marks, and with the answers of its gaps if it is ``solved``."""
    text = _GAP.sub(lambda gap: (solved and gap[2]) or BLANK, text)
    if "]{" not in text:
        return text
    parts = _MARKS.split(text)
    opened: list[int] = []
    for at, part in enumerate(parts):
        if part == "[":
            opened.append(at)
        elif part.startswith("]") and opened:
            begin = opened.pop()
            if _has_conditions(part):
                parts[begin] = parts[at] = ""
    return "".join(parts)


def _has_conditions(attributes: str) -> bool:
    """Return whether an attribute list has a condition on editions, or a class that is one."""
    names = _CLASS_OR_KEY.findall(attributes)
    return any(secret(name) if name else key in CONDITIONS for name, key in names)


def changed(node: Node, change: Callable[[str], str]) -> Node:
    """A node with its strings changed."""
    texts = {name: change(getattr(node, name)) for name in STRINGS.get(type(node), ())}
    pairs = tuple((k, v if k in CONDITIONS else change(v)) for k, v in node.attributes.pairs)
    return replace(node, attributes=replace(node.attributes, pairs=pairs), **texts)
