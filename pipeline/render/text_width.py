"""Approximate widths of text, enough to judge before layout whether it fits into a line."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from pipeline import model
from pipeline.model.tree import plain_text, walk

EM_PIXELS = 12.7
"""CSS pixels in an em of a table's text."""

LINE_HEIGHT = 1.5
MONOSPACED = 0.57
INDENT = 1.8
"""Indentation of list items in ems."""

BREAKABLE = 12.0
"""Ems of a listing or an image that a column should have: lines are broken, images shrunk."""

LONGEST_OPTION = 24
"""Characters of code that is longer than any option, and may be broken."""

_WIDTHS = {
    char: width
    for width, characters in (
        (0.2, " "),
        (0.25, "',.:;Iijl|’‘"),
        (0.3, "!()-[]f{}"),
        (0.35, "/\\rt"),
        (0.4, '"*?sz“”'),
        (0.45, "cvxy–"),
        (0.5, "#$+0123456789<=>FJLVXY^_aegk~"),
        (0.6, "&BDGK"),
        (0.65, "HNOQU"),
        (0.75, "Mw"),
        (0.85, "%W@m—"),
    )
    for char in characters
}
_OTHER = 0.55
_NO_BREAK = "\u00a0\u202f\u2007"
_BREAKS_AFTER = "-–—/\u00ad\u200b"


_Letter: TypeAlias = tuple[str, float]
"""A character and its width."""


class Size(NamedTuple):
    """The widths in ems of the widest piece that cannot be broken, and of the widest line."""

    word: float
    line: float


def text_width(text: str) -> float:
    """The width of a text on one line, in ems."""
    return sum(map(_char_width, text))


def is_option(code: model.Code) -> bool:
    """Return whether code is an option, `--out`, which is not broken after its hyphens."""
    return code.text[:1] == "-" and " " not in code.text and len(code.text) < LONGEST_OPTION


def size(nodes: Iterable[model.Node]) -> Size:
    """The size of some blocks or inlines."""
    flat = tuple(walk(nodes))
    sizes = [_text_size(line) for line in _lines(flat)]
    sizes += [box for node in flat if (box := _box(node))]
    indent = INDENT if any(isinstance(node, model.List) for node in flat) else 0.0
    return Size(max(s.word for s in sizes) + indent, max(s.line for s in sizes) + indent)


def line_count(nodes: Iterable[model.Node], width: float) -> int:
    """The number of lines that blocks take in a column ``width`` ems wide."""
    flat = tuple(walk(nodes))
    count = sum(math.ceil(sum(ems for _, ems in line) / width) for line in _lines(flat))
    for node in flat:
        if isinstance(node, model.CodeBlock):
            count += node.text.count("\n")
        elif isinstance(node, model.Image) and node.width:
            height = node.height * min(1, width * EM_PIXELS / node.width)
            count += math.ceil(height / EM_PIXELS / LINE_HEIGHT)
    return count


def _box(node: model.Node) -> Size | None:
    match node:
        case model.Image():
            width = (node.width or 200) / EM_PIXELS
            return Size(min(width, BREAKABLE), width)
        case model.CodeBlock():
            width = max(map(len, node.text.split("\n"))) * MONOSPACED
            return Size(min(width, BREAKABLE), width)
        case model.Math():
            width = len(node.alt or node.tex) * _OTHER
            return Size(width, width)
    return None


def _lines(flat: Iterable[model.Node]) -> list[list[_Letter]]:
    """The lines of text in nodes and all below them: blocks begin new ones, and so do breaks."""
    lines: list[list[_Letter]] = [[]]
    for node in flat:
        if isinstance(node, model.LineBreak) or not isinstance(node, model.Inline):
            lines.append([])
        elif isinstance(node, model.NoteReference):
            lines[-1].append(("1", _char_width("1")))
        elif isinstance(node, model.Code):
            text = node.text.replace("-", "\u2011") if is_option(node) else node.text
            lines[-1] += ((char, max(MONOSPACED, _char_width(char) // 1)) for char in text)
        elif not isinstance(node, model.Image | model.Math) and not hasattr(node, "children"):
            lines[-1] += ((char, _char_width(char)) for char in plain_text((node,)))
    return lines


def _text_size(letters: list[_Letter]) -> Size:
    word = widest = line = 0.0
    size = len(letters)
    for index, (char, width) in enumerate(letters):
        line += width
        if char.isspace() and char not in _NO_BREAK:
            word = 0.0
            continue
        if width >= 1:  # ideographs break anywhere
            word = 0.0
        word += width
        widest = max(widest, word)
        if char in _BREAKS_AFTER and index + 1 < size and letters[index + 1][0].isalpha():
            word = 0.0
    return Size(widest, line)


def _char_width(char: str) -> float:
    if (width := _WIDTHS.get(char)) is not None:
        return width
    if char < "\u0300":
        return _OTHER
    if unicodedata.combining(char):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else _OTHER
