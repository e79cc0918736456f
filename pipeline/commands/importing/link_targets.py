"""Links within imported text, and their target ids, in the form that a person would choose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Block, Node, Note
from pipeline.model.names import slug
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.tree import plain_text, walk

LABEL = re.compile(
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


def with_targets(
    parts: tuple[tuple[Block, ...], tuple[Note, ...]], tell: Callable[[str], None]
) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """Blocks and notes with links to such ids: headings have their own, and elements with captions
    ids derived from those. A link whose text is only the number becomes a cross-reference, and a
    broken one text."""
    nodes = [*walk((*parts[0], *parts[1]))]
    headings = [node for node in nodes if isinstance(node, model.Heading)]
    from_headings = Counter(slug(plain_text(node.children)) for node in headings)
    explicit = Counter(node.attributes.id for node in nodes)
    names: dict[str, str] = {name: name for name in (*explicit, *from_headings)}
    numbered: set[str] = set()
    targets = {node.target for node in nodes if isinstance(node, model.CrossReference)}
    for node in nodes:
        old = node.attributes.id
        if not old:
            continue
        if isinstance(node, model.Heading):
            name = slug(plain_text(node.children))
            if (
                name
                and from_headings[name] == 1
                and explicit[name] == (old == name)
                and old not in targets
            ):
                names[old] = name
        elif (kind := model.CAPTIONED.get(type(node))) and (caption := node.caption):  # type: ignore[attr-defined]
            if old.startswith(_PREFIXES[kind]):
                numbered.add(old)
                continue
            stem = slug(plain_text(caption))[:40].strip("-") or old
            name, number = f"{_PREFIXES[kind]}{stem}", 2
            while explicit[name] or name in numbered:
                name, number = f"{_PREFIXES[kind]}{stem}-{number}", number + 1
            names[old] = name
            numbered.add(name)

    def named(node: N) -> N:
        name = names.get(node.attributes.id, "")
        if (
            isinstance(node, model.Heading)
            and name in from_headings
            and node.attributes.id not in targets
        ):
            name = ""
        attributes = replace(node.attributes, id=name)
        return replace(
            node, attributes=NO_ATTRIBUTES if attributes == NO_ATTRIBUTES else attributes
        )

    def led(node: model.Link) -> Node | tuple[Node, ...]:
        if not node.href.startswith("#"):
            return node
        name, text = names.get(node.href[1:], ""), plain_text(node.children).strip()
        if not name:
            tell(f"The link “{text[:60]}” leads nowhere in the source; its text is kept.")
            return node.children
        if name in numbered and LABEL.fullmatch(text):
            return model.CrossReference(target=name)
        if name in numbered and text.isdecimal():
            return model.CrossReference(target=name, form="number")
        return replace(node, href=f"#{name}")

    def referred(node: model.CrossReference) -> Node:
        return replace(node, target=names.get(node.target, node.target))

    kinds = {type(node) for node in nodes if node.attributes.id}
    changes: Changes = {
        **dict.fromkeys(kinds, named),
        model.Link: led,
        model.CrossReference: referred,
    }
    return rewrite(parts[0], leave=changes), rewrite(parts[1], leave=changes)
