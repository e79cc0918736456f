"""Annotations that make fields of structs keys of the front matter.

They are written once, at the field. Reading, messages, writing and the editors' schema are derived
from them: `pipeline.parser.frontmatter.typed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

NONE: Mapping[str, Any] = MappingProxyType({})


class Key:
    """A key of the front matter: its ``name``, and synonyms in ``also``; hyphens and underscores
    are interchangeable.

    ``doc`` is for authors; ``examples`` are valid JSON values. The way a value is read follows from
    the field's type, or from ``form``, the name of a reader. ``within`` are the bounds of a number.
    ``wrong`` completes the message about an unknown word, and ``words`` are synonyms for the words
    of a Literal. ``others`` are defaults for the items of a list, and ``repeats`` allows duplicate
    items. ``optional`` means that a default is derived from other keys; ``of_library``, that the
    value in a ``library.yaml`` is that of the library and not of its documents; ``unshared``, that
    it cannot be there.
    """

    def __init__(
        self,
        doc: str,
        *examples: Any,
        name: str = "",
        also: str = "",
        form: str = "",
        within: tuple[float, float] = (0, 0),
        wrong: str = "",
        words: Mapping[str, str] = NONE,
        others: Mapping[str, Any] = NONE,
        repeats: bool = False,
        optional: bool = False,
        of_library: bool = False,
        unshared: bool = False,
    ) -> None:
        self.doc, self.examples, self.name, self.also = doc, examples, name, tuple(also.split())
        self.form, self.within, self.wrong, self.words = form, within, wrong, words
        self.others, self.repeats, self.optional = others, repeats, optional
        self.of_library, self.unshared = of_library, unshared


class Written(NamedTuple):
    """A struct's mapping in the front matter: ``subject`` names it in messages, and the field
    that plain text sets (``alone``), or else a ``hint``."""

    subject: str
    alone: str = ""
    hint: str = ""


class Field(NamedTuple):
    """A field that is a key. ``type`` is without None; ``aliases`` are the key's other names."""

    name: str
    aliases: tuple[str, ...]
    field: str
    key: Key
    type: Any
    default: Any
    required: bool


def fields(struct: type[msgspec.Struct]) -> Iterator[Field]:
    """The fields of a struct that are keys, in their order."""
    hints = get_type_hints(struct, include_extras=True)
    names, values = struct.__struct_fields__, struct.__struct_defaults__
    defaults = dict(zip(names[len(names) - len(values) :], values, strict=True))
    for field in names:
        kind, *marks = get_args(hints[field]) or (None,)
        for key in marks:
            if isinstance(key, Key):
                name = key.name or field
                hyphens = (name.replace("_", "-"),) if "_" in name else ()
                aliases, default = (*hyphens, *key.also), defaults.get(field, msgspec.NODEFAULT)
                required = default is msgspec.NODEFAULT and not key.optional
                yield Field(name, aliases, field, key, _some(kind), default, required)


def _some(kind: Any) -> Any:
    """The type without None."""
    if get_origin(kind) in (Union, UnionType):
        return next(member for member in get_args(kind) if member is not type(None))
    return kind
