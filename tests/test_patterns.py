"""Every regular expression of the package, tried with texts made from itself: a text four
times as long may not take sixteen times as long, or one slip of a key hangs a build."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import pipeline
from pipeline.model.late import Late

# the parser of regular expressions has no public name
ops: Any = importlib.import_module("re._constants")
reader: Any = importlib.import_module("re._parser")

SHORT, LONG = 1_000, 4_000
SECONDS = {SHORT: 0.0005, LONG: 0.0125}
ALLOWED = 0.002  # seconds for a text that is shorter still
ENDS = ("", "\0", "\n", " \0")
SEARCHES = {"search", "sub", "subn", "finditer", "findall", "split"}


class Used(NamedTuple):
    """A pattern, its position, and the way the package searches with it."""

    where: str
    pattern: re.Pattern[Any]
    searches: bool


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


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


def letters(parsed: Iterable[Any]) -> Iterator[str]:
    """Some characters that a set has, or has not."""
    for op, value in parsed:
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
    inside = False
    for op, what in value:
        if op is ops.LITERAL:
            inside |= letter == chr(what)
        elif op is ops.RANGE:
            inside |= what[0] <= ord(letter) <= what[1]
        elif op is ops.CATEGORY:
            kind = {
                ops.CATEGORY_DIGIT: letter.isdigit(),
                ops.CATEGORY_NOT_DIGIT: not letter.isdigit(),
                ops.CATEGORY_SPACE: letter.isspace(),
                ops.CATEGORY_NOT_SPACE: not letter.isspace(),
                ops.CATEGORY_WORD: letter.isalnum() or letter == "_",
                ops.CATEGORY_NOT_WORD: not (letter.isalnum() or letter == "_"),
            }
            inside |= kind.get(what, False)
    return inside != (value[0][0] is ops.NEGATE)


def samples(parsed: Iterable[Any]) -> str:
    return "".join(sample(op, value) for op, value in parsed)


def pumps(parsed: Iterable[Any], before: str = "") -> Iterator[tuple[str, str]]:
    """The parts that could be repeated, and the text before them."""
    for op, value in parsed:
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


def alternatives(parsed: Iterable[Any]) -> Iterator[str]:
    for op, value in parsed:
        if op is ops.BRANCH:
            yield from (samples(each) for each in value[1])
        elif op is ops.SUBPATTERN:
            yield from alternatives(value[3])
        elif op is ops.ATOMIC_GROUP:
            yield from alternatives(value)


def tries(used: Used) -> Iterator[tuple[str, str]]:
    """Prefixes and the parts repeated after them."""
    parsed = reader.parse(str_of(used.pattern), used.pattern.flags & ~re.UNICODE)
    made = list(pumps(parsed))
    whole = samples(parsed)
    made += [("", each) for each in dict.fromkeys([whole, whole[:-1], whole[:1]])]
    made += [("", before + piece) for before, piece in made]
    made += [("", before) for before, _ in made]
    made += [("", piece) for _, piece in made]
    seen = set()
    for before, piece in made:
        if piece and (before, piece) not in seen:
            seen.add((before, piece))
            yield before, piece


def str_of(pattern: re.Pattern[Any]) -> str:
    said = pattern.pattern
    return said.decode("latin-1") if isinstance(said, bytes) else said


def taken(look: Callable[[Any], object], text: Any) -> float:
    start = time.process_time()
    look(text)
    return time.process_time() - start


def grows(look: Callable[[Any], object], text: Any) -> bool:
    """Return whether a quarter of the text takes less than an eighth of the time, on any machine:
    linear time is a quarter, and quadratic a sixteenth."""
    part = text[: len(text) // 4] + text[-2:]
    return min(taken(look, text) for _ in range(5)) > 8 * min(taken(look, part) for _ in range(5))


def slow(used: Used) -> str | None:
    """The text that takes too long, if any does."""
    pattern = used.pattern
    # it tries all that `match` tries
    looks: list[Callable[[Any], object]] = [pattern.fullmatch]
    if used.searches:
        looks = [lambda text: [*pattern.finditer(text)], *looks]
    for before, piece in tries(used):
        for end in ENDS:
            for look in looks:
                for length in (24, 240, SHORT, LONG):
                    text: Any = before + piece * (length // len(piece)) + end
                    if isinstance(pattern.pattern, bytes):
                        text = text.encode("latin-1", "replace")
                    limit = SECONDS.get(length, ALLOWED)
                    if taken(look, text) > limit and all(
                        taken(look, text) > limit for _ in range(4)
                    ):
                        if length != SHORT and (length != LONG or grows(look, text)):
                            return f"{before!r} and {piece!r} and {end!r} ({length})"
                    elif length == SHORT:
                        break
    return None


@pytest.fixture(scope="module")
def patterns() -> list[Used]:
    with warnings.catch_warnings():  # libraries warn where they are imported
        warnings.simplefilter("ignore")
        return collected()


def test_all_are_found(patterns: list[Used]) -> None:
    names = {used.where for used in patterns}
    assert "pipeline.parser.attributes._ITEM" in names
    assert len(patterns) > 300


def test_patterns_take_linear_time(patterns: list[Used]) -> None:
    found = {used.where: text for used in patterns if (text := slow(used))}
    assert found == {}
