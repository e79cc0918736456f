"""Links within imported text, and their target ids, in the form that a person would choose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Block, Node, Note
from pipeline.model.late import late
from pipeline.model.names import slug
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.tree import plain_text, walk

LABEL = late(
    r"(?<!\s)\s*+(?:table|tab\.|figure|fig\.|tabelle|abbildung|abb\.|tableau|tabla|tabela|figura"
    r"|listing)"
    r"\s*+\d{1,3}(?:\.\d{1,3})?\s*+[.:–—-]?\s*+",
    re.IGNORECASE,
)
"""The word and number before a caption."""


def unlabelled(text: str) -> str:
    """A text without the label that it begins with."""
    label = LABEL.match(text)
    return text[label.end() :] if label else text


_PREFIXES = {"figure": "fig-", "table": "tbl-", "listing": "lst-"}
"""The prefixes of ids for captioned elements."""

N = TypeVar("N", bound=Node)


class _Links:
    """The ids that nodes get, and the changes of nodes with ids and of links. ``names`` are the new
    ids by the old ones, ``numbered`` the new ones of elements with numbers."""

    def __init__(self, nodes: Sequence[Node], tell: Callable[[str], None]) -> None:
        self._tell = tell
        headings = [node for node in nodes if isinstance(node, model.Heading)]
        self._from_headings = Counter(slug(plain_text(node.children)) for node in headings)
        self._explicit = Counter(node.attributes.id for node in nodes)
        self._targets = {node.target for node in nodes if isinstance(node, model.CrossReference)}
        self.names = {name: name for name in (*self._explicit, *self._from_headings)}
        self.numbered: set[str] = set()
        for node in nodes:
            old = node.attributes.id
            if old and isinstance(node, model.Heading):
                self._name_heading(old, slug(plain_text(node.children)))
            elif old and (kind := model.CAPTIONED.get(type(node))) and (caption := node.caption):  # type: ignore[attr-defined]
                self._name_captioned(old, plain_text(caption), _PREFIXES[kind])

    def _name_heading(self, old: str, name: str) -> None:
        is_only = self._from_headings[name] == 1 and self._explicit[name] == (old == name)
        if name and is_only and old not in self._targets:
            self.names[old] = name

    def _name_captioned(self, old: str, caption: str, prefix: str) -> None:
        name = old
        if not old.startswith(prefix):
            stem, number = slug(caption)[:40].strip("-") or old, 2
            name = f"{prefix}{stem}"
            while self._explicit[name] or name in self.numbered:
                name, number = f"{prefix}{stem}-{number}", number + 1
            self.names[old] = name
        self.numbered.add(name)

    def name(self, node: N) -> N:
        """A node with its new id; a heading gets its own, which is not written."""
        name = self.names.get(node.attributes.id, "")
        is_heading = isinstance(node, model.Heading) and name in self._from_headings
        if is_heading and node.attributes.id not in self._targets:
            name = ""
        attributes = replace(node.attributes, id=name)
        return replace(
            node, attributes=NO_ATTRIBUTES if attributes == NO_ATTRIBUTES else attributes
        )

    def lead(self, node: model.Link) -> Node | tuple[Node, ...]:
        if not node.href.startswith("#"):
            return node
        name, text = self.names.get(node.href[1:], ""), plain_text(node.children).strip()
        if not name:
            self._tell(f"The link “{text[:60]}” leads nowhere in the source; its text is kept.")
            return node.children
        if name in self.numbered and LABEL.fullmatch(text):
            return model.CrossReference(target=name)
        if name in self.numbered and text.isdecimal():
            return model.CrossReference(target=name, form="number")
        return replace(node, href=f"#{name}")

    def refer(self, node: model.CrossReference) -> Node:
        return replace(node, target=self.names.get(node.target, node.target))


def with_targets(
    parts: tuple[tuple[Block, ...], tuple[Note, ...]], tell: Callable[[str], None]
) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """Blocks and notes with links to such ids: headings have their own, and elements with captions
    ids derived from those. A link whose text is only the number becomes a cross-reference, and a
    broken one text."""
    nodes = [*walk((*parts[0], *parts[1]))]
    links = _Links(nodes, tell)
    changes: Changes = {
        **dict.fromkeys({type(node) for node in nodes if node.attributes.id}, links.name),
        model.Link: links.lead,
        model.CrossReference: links.refer,
    }
    return rewrite(parts[0], leave=changes), rewrite(parts[1], leave=changes)
