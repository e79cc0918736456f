"""The order of works in a citation or a bibliography."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from pipeline.resolve.citations.csl.context import Context
from pipeline.resolve.citations.csl.dates import sort_key
from pipeline.resolve.citations.csl.elements import Element
from pipeline.resolve.citations.csl.marks import plain
from pipeline.resolve.citations.csl.render import children, render
from pipeline.resolve.collation import Collation, Key

T = TypeVar("T")
_OPTIONS = {
    "names-min": "et-al-min",
    "names-use-first": "et-al-use-first",
    "names-use-last": "et-al-use-last",
}


def sort(items: Iterable[T], area: Element, context: Callable[[T], Context], lang: str) -> list[T]:
    """The items in the order that ``area`` asks for, or as they are where it asks for none.
    ``context`` makes the context to render an item in; ``lang`` says how words are ordered."""
    found = list(items)
    instructions = area.child("sort")
    if instructions is None or len(found) < 2:
        return found
    collation = Collation(lang)
    # Sorting is stable, and the last key comes first; what has no key comes last.
    for key in reversed(instructions.children):
        keyed = [(_key(key, context(item), collation), item) for item in found]
        some = [(value, item) for value, item in keyed if value[0]]
        some.sort(key=lambda pair: pair[0], reverse=key.get("sort") == "descending")
        found = [item for _, item in some] + [item for value, item in keyed if not value[0]]
    return found


def _key(key: Element, context: Context, collation: Collation) -> Key:
    context.sorting = {
        _OPTIONS[name]: value for name, value in key.attributes.items() if name in _OPTIONS
    }
    variable = key.get("variable")
    if macro := key.get("macro"):
        text = "".join(children(context.style.macros[macro], context))
    elif variable in context.reference.dates:
        text = sort_key(context.reference.dates[variable])
    elif variable in context.reference.names:
        text = render(Element("names", {"variable": variable}), context)
    else:
        text = render(Element("number", {"variable": variable}), context)
    return collation.key(plain(text))
