"""Blocks whose markup is known from the last time that they were rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import NamedTuple, TypeGuard

import msgspec

from pipeline import model
from pipeline.model import Block, Node
from pipeline.model.editions import FormatName
from pipeline.model.late import late
from pipeline.model.page_map import TEXT
from pipeline.model.rendered import Sign, Trait
from pipeline.model.tree import walk
from pipeline.system.store import Memo

REMEMBERED = (model.Paragraph, model.List, model.BlockQuote, model.Section)
"""Blocks that are worth it; of sections those without any in them, chapters say."""

ALONE = frozenset(
    (
        *REMEMBERED, model.Abbreviation, model.Code, model.Emphasis, model.InlineElement,
        model.LineBreak, model.Link, model.ListItem, model.NoteReference, model.PageBreak,
        model.PageMark, model.Plain, model.SoftBreak, model.Strikethrough, model.Strong, model.Text,
        model.ThematicBreak,
    )
)  # fmt: skip
"""Nodes whose markup depends only on their content and link targets."""

_NUMBER = late(rf"<\?{TEXT} (\d+)\?>")
_TYPES = {kind.__name__: kind for kind in Node.__subclasses__()}


class KnownMarkup(NamedTuple):
    """A block's markup between the marks of its pieces of text, and what its page needs for it."""

    parts: tuple[str, ...]
    signs: frozenset[Sign]


class KnownBlocks:
    """The blocks among the ``parts`` for a renderer of a format, whose markup also depends on a
    ``context``. In print, notes are placed at their references, so their text matters too."""

    def __init__(self, parts: Memo, format_name: FormatName, *context: object) -> None:
        self._parts = parts
        packed = msgspec.msgpack.encode((format_name, *context))
        self._context = blake2b(packed, digest_size=16).digest()
        self._alone = ALONE - {model.NoteReference} if format_name == "pdf" else ALONE

    def name(self, node: Node, href: Callable[[str], str], base: int) -> bytes:
        """The key of a block: its content, the targets of its links, and the depth of headings."""
        data = msgspec.msgpack.encode((base, node))
        digest = blake2b(data, digest_size=16, key=self._context)
        if b"NoteReference" in data or b"#" in data:
            for target in _targets(node):
                digest.update(f"\0{href(target)}".encode())
        return digest.digest()

    def get(self, name: bytes) -> KnownMarkup | None:
        entry = self._parts.get(name)
        return KnownMarkup(entry[0], frozenset(map(_sign, entry[1]))) if entry else None

    def put(self, name: bytes, node: Node, markup: str, signs: Iterable[Sign]) -> None:
        """Remember the markup of a block, if it depends on nothing but its content."""
        if all(self._is_alone(inner) for inner in walk(node)):
            parts, numbers = _NUMBER.split(markup)[::2], _NUMBER.findall(markup)
            if [int(number) for number in numbers] == _following(numbers):
                self._parts.put(name, (parts, sorted(map(_sign_name, signs))))

    def _is_alone(self, node: Node) -> bool:
        return type(node) in self._alone and not node.attributes.get("width")


def is_remembered(node: Node) -> TypeGuard[Block]:
    """Return whether a block is worth remembering."""
    if isinstance(node, model.Section):
        return not any(isinstance(inner, model.Section) for inner in node.children)
    return isinstance(node, REMEMBERED)


def _following(numbers: list[str]) -> list[int]:
    first = int(numbers[0]) if numbers else 0
    return list(range(first, first + len(numbers)))


def _targets(node: Node) -> Iterator[str]:
    for inner in walk(node):
        if isinstance(inner, model.Link):
            yield inner.href
        elif isinstance(inner, model.NoteReference):
            yield f"#fn-{inner.number}"


def _sign_name(sign: Sign) -> str:
    """A sign, in letters."""
    if isinstance(sign, str):
        return f"class {sign}"
    return f"feature {sign.name}" if isinstance(sign, Trait) else f"node {sign.__name__}"


def _sign(name_of_sign: str) -> Sign:
    kind, _, name = name_of_sign.partition(" ")
    return name if kind == "class" else Trait[name] if kind == "feature" else _TYPES[name]
