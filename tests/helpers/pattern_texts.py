"""The regular expressions of the package, and texts made from each that could make it slow."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pipeline
from pipeline.model.late import Late
from tests.helpers.pattern_steps import contains, ops, parsed

REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
CONTAINERS: dict[Any, Callable[[Any], Iterable[Any]]] = {
    **dict.fromkeys((*REPEATS, ops.SUBPATTERN, ops.ASSERT, ops.ASSERT_NOT), itemgetter(-1)),
    ops.ATOMIC_GROUP: iter,
}
"""The kinds of elements of a pattern that contain others, and how to get these."""

SEARCHES = {"search", "sub", "subn", "finditer", "findall", "split"}


class Used(NamedTuple):
    """A pattern, its position, and the way the package searches with it."""

    where: str
    pattern: re.Pattern[Any]
    searches: bool


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if not found.name.endswith("__main__"):
            with warnings.catch_warnings():  # of libraries
                warnings.simplefilter("ignore")
                module = importlib.import_module(found.name)
            yield module


def held(value: object, name: str, depth: int = 0) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """All patterns in a value and its contents, with the name of each."""
    if isinstance(value, Late):
        value = re.compile(value.pattern, value.flags) if hasattr(value, "pattern") else None
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, dict) and depth < 3:
        for each in (*value, *value.values()):
            yield from held(each, "", depth + 1)
    elif isinstance(value, list | tuple | set | frozenset) and depth < 3:
        for each in value:
            yield from held(each, "", depth + 1)
    elif inspect.isclass(value) and value.__module__.startswith("pipeline") and depth < 2:
        for key, each in vars(value).items():
            yield from held(each, key, depth + 1)


def is_re(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "re"


def calls(module: ModuleType) -> list[tuple[str, ast.expr, ast.Call]]:
    """Calls of methods that may look with a pattern: the method's name, whose it is, and the
    call."""
    text = Path(str(module.__file__)).read_text("utf-8")
    if not re.search(rf"\bre\.|\.(?:{'|'.join(SEARCHES)})\(", text):
        return []
    return [
        (node.func.attr, node.func.value, node)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]


def written(module: ModuleType, called: list[tuple[str, ast.expr, ast.Call]]) -> Iterator[Used]:
    """The patterns in calls of ``re``, as far as the module's names identify them."""
    for method, owner, call in called:
        if not is_re(owner) or not call.args or method == "escape":
            continue
        said = [ast.unparse(each.value) for each in call.keywords if each.arg == "flags"]
        place = {"sub": 4, "subn": 4, "split": 3}.get(method, 2)
        place = 1 if method == "compile" else place
        said += [ast.unparse(each) for each in call.args[place : place + 1]]
        try:
            pattern = eval(ast.unparse(call.args[0]), {**vars(module)})
            flags = eval(said[0], {**vars(module)}) if said else 0
            if not isinstance(pattern, re.Pattern):
                pattern = re.compile(pattern, flags)
        except Exception:
            continue
        yield Used(f"{module.__name__}:{call.lineno}", pattern, method in SEARCHES)


def collected() -> list[Used]:
    found: dict[tuple[str | bytes, int], Used] = {}
    sources = [(each, calls(each)) for each in modules()]
    searched = {
        ast.unparse(owner).rpartition(".")[2]
        for _, all_called in sources
        for method, owner, _ in all_called
        if method in SEARCHES and not is_re(owner)
    }

    def add(each: Used) -> None:
        key = each.pattern.pattern, each.pattern.flags
        if key not in found or each.searches:
            found[key] = each

    for module, all_called in sources:
        own = {
            ast.unparse(owner).rpartition(".")[2]
            for method, owner, _ in all_called
            if method in SEARCHES and not is_re(owner)
        }
        for name, value in vars(module).items():
            for called, pattern in held(value, name):
                searches = not called or called in (own if called.startswith("_") else searched)
                add(Used(f"{module.__name__}.{name}", pattern, searches))
        for each in written(module, all_called):
            add(each)
    return list(found.values())


def letters(elements: Iterable[Any]) -> Iterator[str]:
    """Some characters that a set has, or has not."""
    for op, value in elements:
        if op in (ops.LITERAL, ops.NOT_LITERAL):
            yield chr(value)
        elif op is ops.RANGE:
            yield chr(value[0])
        elif op is ops.CATEGORY:
            yield {
                ops.CATEGORY_DIGIT: "1",
                ops.CATEGORY_SPACE: " ",
                ops.CATEGORY_WORD: "a",
            }.get(value, "-")


def sample(op: Any, value: Any) -> str:
    """A text that an element of a pattern matches, as short as it goes; mostly."""
    if op is ops.LITERAL:
        return chr(value)
    if op is ops.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if op is ops.ANY:
        return "a"
    if op is ops.IN:
        return str(in_set(value)[0])
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        return samples(value[2]) * int(value[0])
    if op is ops.SUBPATTERN:
        return samples(value[3])
    if op is ops.ATOMIC_GROUP:
        return samples(value)
    if op is ops.BRANCH:
        return samples(value[1][0])
    return ""


def in_set(value: list[Any]) -> list[str]:
    """Characters in a set: letters, digits, spaces and those it names."""
    likely = ["a", " ", "1", "\n", "-", ".", "Z", *letters(value)]
    return [each for each in dict.fromkeys(likely) if belongs(value, each)] or ["a"]


def belongs(value: list[Any], letter: str) -> bool:
    return contains(value, letter) != (value[0][0] is ops.NEGATE)


def samples(elements: Iterable[Any]) -> str:
    return "".join(sample(op, value) for op, value in elements)


def pumps(elements: Iterable[Any], before: str = "") -> Iterator[tuple[str, str]]:
    """The parts that could be repeated, and the text before them."""
    for op, value in elements:
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            if value[1] > 9:
                inner = list(value[2])
                if len(inner) == 1 and inner[0][0] is ops.IN:
                    for each in in_set(inner[0][1])[:6]:
                        yield before, each
                elif len(inner) == 1 and inner[0][0] in (ops.ANY, ops.NOT_LITERAL):
                    yield before, " "
                yield before, samples(inner)
                for start, each in pumps(inner):
                    yield before + start, each
                for each in alternatives(inner):
                    yield before, each
            else:
                yield from pumps(value[2], before)
        elif op is ops.SUBPATTERN:
            yield from pumps(value[3], before)
        elif op is ops.ATOMIC_GROUP:
            yield from pumps(value, before)
        elif op is ops.BRANCH:
            for each in value[1]:
                yield from pumps(each, before)
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from pumps(value[1], before)
        before += sample(op, value)


def alternatives(elements: Iterable[Any]) -> Iterator[str]:
    for op, value in elements:
        if op is ops.BRANCH:
            yield from (samples(each) for each in value[1])
        elif op is ops.SUBPATTERN:
            yield from alternatives(value[3])
        elif op is ops.ATOMIC_GROUP:
            yield from alternatives(value)


def tries(used: Used) -> Iterator[tuple[str, str]]:
    """Prefixes and the parts repeated after them."""
    elements = parsed(used.pattern)
    made = list(pumps(elements))
    whole = samples(elements)
    made += [("", each) for each in dict.fromkeys([whole, whole[:-1], whole[:1]])]
    made += [("", before + piece) for before, piece in made]
    made += [("", before) for before, _ in made]
    made += [("", piece) for _, piece in made]
    seen = set()
    for before, piece in made:
        if piece and (before, piece) not in seen:
            seen.add((before, piece))
            yield before, piece


def endings(elements: Iterable[Any]) -> Iterator[str]:
    """The literal characters of a pattern, its looks ahead included, and what follows none."""
    yield from ("", "\0", "\n", " \0")
    for op, value in elements:
        if op is ops.LITERAL:
            yield chr(value)
        elif op is ops.BRANCH:
            for each in value[1]:
                yield from endings(each)
        elif op in CONTAINERS:
            yield from endings(CONTAINERS[op](value))


def can_grow(elements: Iterable[Any]) -> bool:
    """Return whether there is a repetition without a limit, as there is in all that is slow."""
    for op, value in elements:
        if op in REPEATS and value[1] is ops.MAXREPEAT:
            return True
        if op is ops.BRANCH and any(map(can_grow, value[1])):
            return True
        if op is ops.GROUPREF_EXISTS and any(can_grow(branch or ()) for branch in value[1:]):
            return True
        if op in CONTAINERS and can_grow(CONTAINERS[op](value)):
            return True
    return False
