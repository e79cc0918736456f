"""Measures how much `chapbook import` keeps of folders of reference documents: `python -m
tests.bench.imports FOLDER...`.

A folder contains web pages, each in a folder of its own (`source.html` and `expected.html`, the
expected article), or documents, each next to Pandoc's result (`pandoc -t native`, `NAME.native`).
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import lxml.html

from pipeline import model, parse
from pipeline.commands.importing.inputs import import_file
from pipeline.model import Node
from tests.helpers.trees import nodes

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[A-Za-z_][\w.\']*+|\S', re.DOTALL)
_ESCAPE = re.compile(r"\\(\d+|&|\s+\\|.)", re.DOTALL)
_WORD = re.compile(r"\w+")
LOW = 0.9
"""Articles that are less like the expected ones are named."""

PANDOC = {
    "Header": "headings",
    **dict.fromkeys(("BulletList", "OrderedList"), "lists"),
    "DefinitionList": "definition lists",
    "BlockQuote": "quotations",
    "CodeBlock": "code",
    "HorizontalRule": "rules",
    "Table": "tables",
    "Cell": "cells",
    "Image": "images",
    "Link": "links",
    "Note": "notes",
    "Math": "formulas",
    "Code": "code in lines",
    "Emph": "emphasis",
    "Strong": "strong",
    "Strikeout": "struck out",
    "Superscript": "raised",
    "Subscript": "lowered",
    "LineBreak": "line breaks",
}
"""The elements of Pandoc's output that are counted."""

OURS: dict[type[Node], str] = {
    model.Heading: "headings",
    model.List: "lists",
    model.DefinitionList: "definition lists",
    model.BlockQuote: "quotations",
    model.CodeBlock: "code",
    model.ThematicBreak: "rules",
    model.Table: "tables",
    model.TableCell: "cells",
    model.Image: "images",
    model.Link: "links",
    model.NoteReference: "notes",
    model.Math: "formulas",
    model.MathBlock: "formulas",
    model.Code: "code in lines",
    model.Emphasis: "emphasis",
    model.Strong: "strong",
    model.Strikethrough: "struck out",
    model.LineBreak: "line breaks",
}
ELEMENTS = {"sup": "raised", "sub": "lowered", "s": "struck out", "del": "struck out"}


class Held(NamedTuple):
    """The number of of each a document holds, and its words."""

    counts: Counter[str]
    words: Counter[str]


def native(text: str) -> Held:
    """The content of a document as Pandoc prints it, without its metadata."""
    counts: Counter[str] = Counter()
    said: list[str] = []
    depth = 0
    awaited = ""  # the constructor whose text comes next, after its attributes
    closed = 0
    for before, token in pairwise(("", *_TOKEN.findall(text))):
        if token in "{}":
            depth += 1 if token == "{" else -1
        if depth:
            continue
        if token[0] == '"':
            if awaited and not closed:
                said.append(_unescaped(token))
                awaited = ""
        elif awaited in ("Code", "CodeBlock") and token in "()":
            closed += 1 if token == "(" else -1
        elif before == "(" and token == "[":  # a term of a list of definitions
            said.append(" ")
        elif token[0].isalpha():
            if token in PANDOC:
                counts[PANDOC[token]] += 1
            if token in ("Str", "Code", "CodeBlock", "Math"):
                awaited = token
                if token == "CodeBlock":
                    said.append(" ")
            elif token not in _WITHIN:
                said.append(" ")
    return Held(counts, Counter(_WORD.findall("".join(said))))


_WITHIN = frozenset(
    "Emph Strong Strikeout Superscript Subscript SmallCaps Underline Span Quoted Link SingleQuote"
    " DoubleQuote InlineMath DisplayMath".split()
)


def _unescaped(token: str) -> str:
    def one(match: re.Match[str]) -> str:
        said = match[1]
        if said.isdigit():
            return chr(int(said))
        return {"n": "\n", "t": "\t"}.get(said, "" if said == "&" or said[0].isspace() else said)

    return _ESCAPE.sub(one, token[1:-1])


def source(text: str) -> Held:
    """The content of a source, with its title as a heading; the words are those of its text."""
    document = parse(text)
    counts: Counter[str] = Counter({"headings": 1})  # the title
    said: list[str] = []
    for node in nodes(document):
        if name := OURS.get(type(node)) or (
            ELEMENTS.get(node.name) if isinstance(node, model.InlineElement) else ""
        ):
            counts[name] += 1
        match node:
            case model.InlineElement():
                pass
            case model.Text() | model.Code() | model.Abbreviation():
                said.append(node.text)
            case model.Math():
                said.append(node.tex)
            case model.CodeBlock():
                said += (" ", node.text, " ")
            case model.MathBlock():
                said += (" ", node.tex, " ")
            case model.Turn():
                said += (" ", node.speaker, " ")
            case model.Emphasis() | model.Strong() | model.Strikethrough() | model.Link():
                pass
            case _:
                said.append(" ")
    return Held(counts, Counter(_WORD.findall("".join(said))))


def page(text: str) -> Counter[str]:
    """The words of an article."""
    root = lxml.html.document_fromstring(text)
    for element in root.iter("script", "style"):
        element.text = ""
    return Counter(_WORD.findall(" ".join(root.itertext())))


def f1(ours: Counter[str], theirs: Counter[str]) -> float:
    """The similarity of two sets of words, from 0 to 1."""
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 1.0


def articles(folder: Path) -> list[float]:
    """Print how alike each article is to the one expected."""
    found = []
    for expected in sorted(folder.glob("*/expected.html")):
        path = expected.with_name("source.html")
        if not path.exists():
            continue
        made = import_file(path)
        alike = f1(source(made.text).words, page(expected.read_text(errors="replace")))
        found.append(alike)
        if alike < LOW:
            print(f"  {expected.parent.name:<44}{alike:.3f}")
    return found


def documents(folder: Path) -> tuple[int, int, int, int]:
    """Print what each document has less of than Pandoc's result, and the total numbers of words and
    blocks, with those that Chapbook keeps."""
    wanted = kept = words_wanted = words_kept = 0
    for reading in sorted(folder.glob("*.native")):
        path = next(p for p in folder.glob(f"{reading.stem}.*") if p.suffix != ".native")
        theirs = native(reading.read_text(encoding="utf-8"))
        made = import_file(path, "keep")  # as Pandoc was told
        ours = source(made.text)
        fewer = theirs.counts - ours.counts
        written = Counter(_WORD.findall(made.text))
        written |= ours.words
        lost = theirs.words - written
        if fewer or lost:
            told = "; ".join(f"{count} of {name}" for name, count in sorted(fewer.items()))
            missing = " ".join(sorted(lost)[:8])
            print(f"  {path.name:<44}fewer: {told or 'none'}; words: {missing or 'all'}")
            print("".join(f"    {one.message}\n" for one in made.findings), end="")
        wanted, kept = wanted + theirs.counts.total(), kept + (theirs.counts & ours.counts).total()
        words_wanted += theirs.words.total()
        words_kept += (theirs.words & written).total()
    return wanted, kept, words_wanted, words_kept


def main() -> None:
    """Measure each folder that is named."""
    for name in sys.argv[1:]:
        folder = Path(name)
        print(folder)
        if found := articles(folder):
            print(f"  {len(found)} articles: F1 of words {mean(found):.4f} on the mean")
        if any(folder.glob("*.native")):
            wanted, kept, words_wanted, words_kept = documents(folder)
            print(f"  {kept} of {wanted} things, {words_kept} of {words_wanted} words")


if __name__ == "__main__":
    main()
