"""Reads objects of a PDF with care: anything may be missing, of the wrong type, or a loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pikepdf

MAX_OBJECTS = 1_000_000
"""The most objects that a tree may have."""

MAX_DIRECT = 20_000
"""The maximum number of direct objects."""

DIRECT = (0, 0)
"""The identity of all direct objects."""

_END = object()


class TangleError(Exception):
    """A tree without end, or too large to examine."""


def entry(owner: Any, key: str) -> Any:
    """The entry ``key`` of a dictionary or stream; None if there is none."""
    if isinstance(owner, pikepdf.Dictionary | pikepdf.Stream):
        return owner.get(key)
    return None


def items(owner: Any) -> Iterator[tuple[str, Any]]:
    """The entries of a dictionary."""
    if isinstance(owner, pikepdf.Dictionary | pikepdf.Stream):
        yield from owner.items()


def elements(value: Any) -> Iterator[Any]:
    """The elements of an array; any other value counts as an array with that element."""
    if isinstance(value, pikepdf.Array):
        yield from value
    elif value is not None:
        yield value


def text(value: Any) -> str:
    """A text string or a name as text; "" for anything else."""
    if isinstance(value, pikepdf.String | pikepdf.Name):
        return str(value)
    return ""


def identity(value: Any) -> tuple[int, int]:
    """Number and generation of an indirect object, `DIRECT` for anything else."""
    return value.objgen if isinstance(value, pikepdf.Object) else DIRECT


def visit(roots: Iterable[Any], children: Callable[[Any], Iterable[Any]]) -> Iterator[Any]:
    """The objects of a tree in order, each once, even if there are cycles.

    Raises `TangleError` if it does not end. This can also be due to a cycle of direct objects,
    which cannot be distinguished from similar ones.
    """
    seen: set[tuple[int, int]] = set()
    stack = [iter(roots)]
    visited = direct = 0
    while stack:
        value = next(stack[-1], _END)
        if value is _END:
            stack.pop()
            continue
        name = identity(value)
        if value is None or name in seen:
            continue
        visited += 1
        if name == DIRECT:
            direct += 1
        else:
            seen.add(name)
        if visited > MAX_OBJECTS or direct > MAX_DIRECT:
            raise TangleError
        yield value
        stack.append(iter(children(value)))
