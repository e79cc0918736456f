"""Which pages that are asked for have no room for text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.editions import EDITIONS
from pipeline.metadata import Metadata
from pipeline.paper import PageOptions
from pipeline.parser.frontmatter.values import Report
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Place, Sequence
from pipeline.sheet.room import lack_of


class Asked(NamedTuple):
    """A page that is asked for, for these editions, and where."""

    editions: tuple[str, ...]
    node: Node


def with_room(metadata: Metadata, asked: dict[str, Node], report: Report) -> Metadata:
    """The metadata without the pages whose margins and columns leave no room, each of which is
    reported at its place. ``asked`` are the values of the keys of the front matter."""
    refused: set[str] = set()
    for editions, node in _pages(metadata, asked):
        if lack := lack_of(editions, metadata):
            message, hint = lack
            report.wrong("page", message, _place(node), hint)
            refused.update(("",) if node is asked.get("page") else editions)
    if not refused:
        return metadata
    printing = replace(metadata.printing, page=PageOptions()) if "" in refused else None
    return replace(
        metadata,
        printing=printing or metadata.printing,
        edition_options=tuple(
            (name, replace(options, page=PageOptions()) if name in refused else options)
            for name, options in metadata.edition_options
        ),
    )


def _pages(metadata: Metadata, asked: dict[str, Node]) -> Iterator[Asked]:
    """What asks for a page: the key for all, and those of editions by themselves."""
    own = {name for name, options in metadata.edition_options if options.page != PageOptions()}
    if metadata.printing.page != PageOptions() and "page" in asked:
        listed = [name for name in metadata.editions if EDITIONS[name].format == "pdf"]
        common = tuple(name for name in listed or ("handout",) if name not in own)
        yield Asked(common, asked["page"])
    listed_ones = asked.get("editions")
    items = listed_ones.items if isinstance(listed_ones, Sequence) else (listed_ones,)
    for item in items:
        for written, settings in item.entries if isinstance(item, Mapping) else ():
            for key, node in settings.entries if isinstance(settings, Mapping) else ():
                if key.text == "page" and written.text in own:
                    yield Asked((written.text,), node)


def _place(node: Node) -> Place:
    """Where the margins are said, or else the page."""
    if isinstance(node, Mapping):
        for wanted in ("margins", "columns", "gutter", "size"):
            for key, value in node.entries:
                if key.text == wanted:
                    return value.place
    return node.place
