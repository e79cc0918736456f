"""Strings for readers, of which editions may have different parts: titles, attributes, file names.

They are as written, with spans ``[text]{.answer}`` and gaps ``____{answer}`` in them, until select
settles them. What an edition lacks does not stand in its source, so that of a span only the text is
left, and of a gap its answer or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from pipeline import model
from pipeline.model import FORMULAS, Node, removal
from pipeline.model.late import late
from pipeline.model.secrets import secret
from pipeline.model.tree import (
    ANSWER,
    BLANK,
    CONDITIONS,
    Changes,
    answer_text,
    is_answer,
    plain_text,
    rewrite,
    walk,
)

STRINGS: dict[type[Node], tuple[str, ...]] = {
    model.Image: ("alt", "title"),
    model.Link: ("title",),
    model.Abbreviation: ("title",),
    model.CodeBlock: ("file_name",),
    model.Chart: ("x", "y", "unit"),
    model.Citation: ("source",),
}
"""The fields with text for readers, in addition to attributes."""

IN_STRINGS = "+answers"
"""The key of the attributes with the answers in the strings of a node, for lists of answers and for
print, which do not show these strings."""


_BRACKETS = late(r"(\[|\](?:\{[^{}]*\})?)")
_CLASS_OR_KEY = late(r"(?:\.|class=[\"']?)([\w-]++)|(?<![\w-])([\w-]++)=")


_OF_ITEM = ("prefix", "locator", "suffix")
"""Those of the items of a citation, whose source has them too."""


def strings_of(node: Node) -> Iterator[str]:
    """The strings of a node that may differ between editions."""
    texts = [getattr(node, name) for name in STRINGS.get(type(node), ())]
    items = node.items if isinstance(node, model.Citation) else ()
    texts += (getattr(item, name) for item in items for name in _OF_ITEM)
    texts += (value for key, value in node.attributes.pairs if key not in CONDITIONS)
    return (text for text in texts if "{" in text)


def answers(text: str) -> list[str]:
    """The answers of the gaps in a string."""
    return [gap.answer for gap in removal.gaps(text) if gap.answer]


def answers_in_strings(node: Node) -> Iterator[str]:
    """The answers in the strings of a node: in gaps, and in spans of the class `answer`."""
    for text in strings_of(node):
        if isinstance(node, model.Citation) and text == node.source:
            continue
        parts = _BRACKETS.split(text) if "]{" in text else []
        for begin, end in _marked_spans(parts):
            classes = filter(None, (name for name, _ in _CLASS_OR_KEY.findall(parts[end])))
            if any((means := secret(name)) and means.meaning == ANSWER for name in classes):
                yield settle_string("".join(parts[begin + 1 : end]), solved=True)
        yield from answers(text)
    if isinstance(node, model.Chart) and node.kind in model.DIAGRAM_KINDS:
        for inner in walk(node.table):  # of which a drawing is made
            if isinstance(inner, (model.Blank, *FORMULAS)):
                yield from answers_in_gaps(inner)
            elif is_answer(inner):
                yield plain_text((inner,))


def answers_in_gaps(node: Node) -> Iterator[str]:
    """The answers in the gaps of a node, and of its strings."""
    for text in strings_of(node):
        yield from answers(text)
    if isinstance(node, model.Blank) and node.answer:
        yield answer_text(node.answer)
    elif isinstance(node, FORMULAS):
        texts = map(answer_text, node.gaps) if node.gaps else answers(node.tex)
        yield from filter(None, texts)


WITH_TEXTS: tuple[type[Node], ...] = (model.Blank, *FORMULAS, *STRINGS)
"""The nodes that have `texts_of` their own, in addition to those with attributes."""


def texts_of(node: Node) -> Iterator[tuple[str, bool]]:
    """The texts that a node has itself, besides its children, and whether they are formulas:
    strings, answers of gaps, the lines of a diagram."""
    match node:
        case model.Blank():
            for part in node.answer:
                yield (part, False) if isinstance(part, str) else (part.tex, True)
        case model.Math() | model.MathBlock():
            yield node.tex, True
        case model.Chart() if node.kind in model.DIAGRAM_KINDS:
            codes = (inner for inner in walk(node.table) if isinstance(inner, model.Code))
            yield from ((code.text, False) for code in codes)
            yield from ((value, False) for _, value in node.scale)
    yield from ((text, False) for text in strings_of(node))


def with_texts(node: Node, change: Callable[[str, bool], str]) -> Node:
    """A node with its `texts_of` changed."""

    def in_text(text: str) -> str:
        return change(text, False)

    match node:
        case model.Blank():
            parts = (
                in_text(part)
                if isinstance(part, str)
                else replace(part, tex=change(part.tex, True))
                for part in node.answer
            )
            node = replace(node, answer=tuple(parts))
        case model.Math() | model.MathBlock():
            node = replace(node, tex=change(node.tex, True))
        case model.Chart() if node.kind in model.DIAGRAM_KINDS:
            codes: Changes = {model.Code: lambda code: replace(code, text=in_text(code.text))}
            (table,) = rewrite((node.table,), leave=codes)
            scale = tuple((key, in_text(value)) for key, value in node.scale)
            node = replace(node, table=table, scale=scale)
    return change_strings(node, in_text) if any(True for _ in strings_of(node)) else node


def all_strings(node: Node) -> list[str]:
    """All strings in the fields of a node, but for its attributes."""
    fields = (getattr(node, name) for name in node.__struct_fields__)
    return [field for field in fields if isinstance(field, str)]


def settle_string(text: str, *, solved: bool) -> str:
    """A string without marks, and with the answers of its gaps if it is ``solved``."""
    return without_marks(_with_answers(text) if solved else removal.without_answers(text))


def without_marks(text: str, *, filled: bool = False) -> str:
    """A string, or a formula, without the marks of the parts that an edition has; these are like
    ``filled`` gaps, unless they go on in another cell or line."""
    if "]{" not in text:
        return text
    parts = _BRACKETS.split(text)
    for begin, end in list(_marked_spans(parts)):
        is_gap = filled and not any("&" in part or "\\\\" in part for part in parts[begin:end])
        parts[begin], parts[end] = (f"{BLANK}{{", "}") if is_gap else ("", "")
    return "".join(parts)


def _marked_spans(parts: list[str]) -> Iterator[tuple[int, int]]:
    """The brackets around each span with a condition, by their places among the parts."""
    opened: list[int] = []
    for at, part in enumerate(parts):
        if part == "[":
            opened.append(at)
        elif part.startswith("]") and opened:
            begin = opened.pop()
            if _has_conditions(part):
                yield begin, at


def _with_answers(text: str) -> str:
    parts: list[str] = []
    at = 0
    for gap in removal.gaps(text):
        parts += (text[at : gap.start], gap.answer or text[gap.start : gap.end])
        at = gap.answer_end
    return "".join((*parts, text[at:]))


def has_marked_answer(text: str) -> bool:
    """Return whether a part of a string, or of a formula, is marked as an answer."""
    lists = (part for part in _BRACKETS.findall(text) if part.startswith("]{"))
    names = (name for listed in lists for name, _ in _CLASS_OR_KEY.findall(listed) if name)
    return any((known := secret(name)) and known.meaning == ANSWER for name in names)


def _has_conditions(attributes: str) -> bool:
    """Return whether an attribute list has a condition on editions, or a class that is one."""
    names = _CLASS_OR_KEY.findall(attributes)
    return any(secret(name) if name else key in CONDITIONS for name, key in names)


def change_strings(node: Node, change: Callable[[str], str]) -> Node:
    """A node with its strings changed."""
    texts: dict[str, Any] = {}
    for name in STRINGS.get(type(node), ()):
        texts[name] = change(getattr(node, name))
    if isinstance(node, model.Citation):
        texts["items"] = tuple(
            replace(item, **{name: change(getattr(item, name)) for name in _OF_ITEM})
            for item in node.items
        )
    pairs = tuple((k, v if k in CONDITIONS else change(v)) for k, v in node.attributes.pairs)
    return replace(node, attributes=replace(node.attributes, pairs=pairs), **texts)
