"""Destinations, titles, labels and definitions of links (CommonMark 0.31.2, 6.3 and 4.7)."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping, Sequence
from urllib.parse import quote

from pipeline.model.late import late
from pipeline.model.variables import WRITTEN
from pipeline.parser.characters import unescape

_BRACKETED = late(r"<((?:[^<>\n\\]++|\\.)*+)>")
_TITLES = {
    '"': late(r'"((?:[^"\\]++|\\.)*+)"', re.S),
    "'": late(r"'((?:[^'\\]++|\\.)*+)'", re.S),
    "(": late(r"\(((?:[^()\\]++|\\.)*+)\)", re.S),
}
_VARIABLE = late(WRITTEN)
_LABEL = late(r"\[((?:[^\[\]\\]|\\.){0,999})\]", re.S)
_SPACED = late(
    r"((?![\w+.-]+:)[^()<>\"'\n]*\.[A-Za-z0-9]{2,5}(?:#[^\s()<>\"'#]*)?)(?=[ \t]*\)|[ \t]+[\"'(])"
)
"""A path to a file, with spaces in it."""
_SPACE = late(r"[ \t]*(?:\n[ \t]*)?")
_LINE_SPACE = late(r"[ \t]*")
_SAFE = "!#$&'()*+,-./:;=?@_~%"
MAX_PARENTHESES = 32


def normalise(label: str) -> str:
    """The normalised form of a label, for matching."""
    return " ".join(label.split()).casefold().upper()


def encode(destination: str) -> str:
    """An address with everything percent-encoded that must be; ids stay as written."""
    address = unescape(destination)
    return address if address.startswith("#") else quote(address, safe=_SAFE)


def read_destination(text: str, pos: int) -> tuple[str, int] | None:
    """The (raw) destination at ``pos``, and its end."""
    if text.startswith("<", pos):
        match = _BRACKETED.match(text, pos)
        return (match[1], match.end()) if match else None
    depth, at = 0, pos
    while at < len(text):
        char = text[at]
        if char == "{" and (variable := _VARIABLE.match(text, at)):
            at = variable.end()
            continue
        if char == "\\" and at + 1 < len(text) and not text[at + 1].isspace():
            at += 2
            continue
        if char == "(":
            depth += 1
            if depth > MAX_PARENTHESES:
                return None
        elif char == ")":
            if not depth:
                break
            depth -= 1
        elif char <= " " or char == "\x7f":
            break
        at += 1
    return (text[pos:at], at) if not depth else None


def read_title(text: str, pos: int) -> tuple[str, int] | None:
    """The (raw) title at ``pos``, and its end."""
    pattern = _TITLES.get(text[pos : pos + 1])
    match = pattern.match(text, pos) if pattern else None
    if not match or "\n\n" in match[1]:
        return None
    return match[1], match.end()


def read_label(text: str, pos: int) -> tuple[str, int] | None:
    """The label ``[…]`` at ``pos`` (which may be empty), and its end."""
    match = _LABEL.match(text, pos)
    return (match[1], match.end()) if match else None


def skip_space(text: str, pos: int) -> int:
    """White space with at most one line end."""
    match = _SPACE.match(text, pos)
    assert match is not None
    return match.end()


def read_inline(text: str, pos: int) -> tuple[str, str, int] | None:
    """``(destination "title")`` at ``pos``: both parts, and the end."""
    at = skip_space(text, pos + 1)
    if text.startswith(")", at):
        return "", "", at + 1
    destination = read_destination(text, at)
    if destination is None:
        return None
    after = skip_space(text, destination[1])
    if not text.startswith((")", *_TITLES), after) and (path := _SPACED.match(text, at)):
        destination = path[1], path.end()  # not CommonMark, but people write it
        after = skip_space(text, path.end())
    title = read_title(text, after) if after > destination[1] else None
    if title:
        after = skip_space(text, title[1])
    if not text.startswith(")", after):
        return None
    return destination[0], title[0] if title else "", after + 1


def read_definition(
    lines: Sequence[str],
    start: int,
    references: MutableMapping[str, tuple[str, str]],
    rebase: Callable[[str], str],
) -> int:
    """Read the definition at the beginning of ``lines`` into ``references`` (the first of a label
    counts), with its address as ``rebase`` makes it; returns its number of lines, 0 for none."""
    count = 8
    while True:
        text = "\n".join(lines[start : start + count])
        definition = _definition(text)
        if start + count >= len(lines) or (definition and definition[3] < len(text)):
            break
        count *= 4
    if not definition:
        return 0
    label, destination, title, end = definition
    references.setdefault(normalise(label), (rebase(encode(destination)), unescape(title)))
    return text.count("\n", 0, end) + 1


def _definition(text: str) -> tuple[str, str, str, int] | None:
    label = read_label(text, 0)
    if not label or not label[0].strip() or not text.startswith(":", label[1]):
        return None
    start = skip_space(text, label[1] + 1)
    destination = read_destination(text, start)
    if destination is None or (destination[1] == start):
        return None
    at = skip_space(text, destination[1])
    title = read_title(text, at) if at > destination[1] else None
    if title:
        end = _end_of_line(text, title[1])
        if end is not None:
            return label[0], destination[0], title[0], end
    end = _end_of_line(text, destination[1])
    return None if end is None else (label[0], destination[0], "", end)


def _end_of_line(text: str, pos: int) -> int | None:
    match = _LINE_SPACE.match(text, pos)
    assert match is not None
    return match.end() if match.end() == len(text) or text[match.end()] == "\n" else None
