"""The text after the marks of a fence: a language, and attributes."""

from __future__ import annotations

import re

from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.parser import attributes
from pipeline.parser.attributes import joined
from pipeline.parser.characters import unescape

CELL = "cell"
"""The attribute key for a code cell of Quarto, knitr or MyST, or another of their directives, with
its name."""

LISTINGS = frozenset({"code", "code-block", "sourcecode"})
"""MyST's directives that show code."""

BARE = frozenset(
    "caption title filename file-name file_name start linenums mark hl_lines file lines".split()
)
"""The keys that are recognised without braces around them."""

NO_LANGUAGES = frozenset({"numbered", "unnumbered", "numberLines", "number-lines"})

_WORD = re.compile(r"(?![\w:-]*=[\"'\w])[^\s{]+")
_LINES = re.compile(r"\{\s*(\d+(?:-\d+)?(?:\s*,\s*\d+(?:-\d+)?)*)\s*\}")
_PAIR = re.compile(r"([A-Za-z_][\w:-]*)=(?:\"[^\"]*\"|'[^']*'|[^\s{}\"']+)(?=\s|\{|$)")
_CELL = re.compile(r"\{([A-Za-z][\w+-]*)(?:[\s,][^{}]*)?\}[ \t]*([^{}]*)$")
_OTHER = re.compile(r"\{?[^\s{]*")


def read_info(info: str) -> tuple[str, Attributes]:
    """The language and its attributes: ``{#id .class key=value}``, ``key="value"`` with the keys of
    MkDocs and similar tools, ``{2,4-5}`` for highlighted lines. Without a word, the first class is
    the language: ``{.python}``. Anything else is ignored."""
    if cell := _CELL.match(info):
        return _of_cell(cell[1], cell[2])
    word = _WORD.match(info)
    language = unescape(word[0]) if word else ""
    if len(info) > attributes.LONGEST:
        return language, NO_ATTRIBUTES
    found = NO_ATTRIBUTES
    pos = word.end() if word else 0
    while pos < len(info):
        if lines := _LINES.match(info, pos):
            found = joined(found, attributes.make(pairs=(("mark", lines[1]),)))
            pos = lines.end()
        elif listed := attributes.read(info, pos):
            found, pos = joined(found, listed[0]), listed[1]
        elif pair := _PAIR.match(info, pos):
            listed = attributes.read(f"{{{pair[0]}}}") if pair[1] in BARE else None
            found, pos = joined(found, listed[0] if listed else NO_ATTRIBUTES), pair.end()
        else:
            other = _OTHER.match(info, pos)
            end = max(pos + 1, other.end() if other else 0)
            if language == "chart" and info[pos:end].isalpha():  # its type
                found = joined(found, attributes.make(classes=(info[pos:end],)))
            pos = end
    if not language:
        language = next((name for name in found.classes if name not in NO_LANGUAGES), "")
        classes = tuple(name for name in found.classes if name != language)
        found = attributes.make(found.id, classes, found.pairs)
    return language, found


def _of_cell(name: str, rest: str) -> tuple[str, Attributes]:
    """The meaning of ``{python}``, or of MyST's ``{code-block} python``: the language, and the pair
    `CELL`, which marks code that other tools would execute."""
    words = rest.split()
    if name in LISTINGS:
        return (words[0] if words else ""), NO_ATTRIBUTES
    return name, NO_ATTRIBUTES if name == "math" else attributes.make(pairs=((CELL, name),))
