"""What a key of the front matter is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pipeline.parser.frontmatter.values import Report, Schema
from pipeline.parser.frontmatter.yaml_nodes import Node


class Key(NamedTuple):
    """A key of the front matter: a field of `Metadata`.

    ``read`` gives the field's value, or None where there is none that can be used.
    ``examples`` are values as JSON has them, each valid. ``field`` is that of `Metadata`, where
    it has another name.
    """

    name: str
    description: str
    schema: Schema
    read: Callable[[Node, Report, str], object]
    examples: tuple[Any, ...]
    aliases: tuple[str, ...] = ()
    field: str = ""
