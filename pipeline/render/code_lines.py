"""Code for the templates: divided into lines if they are numbered, highlighted or wrapped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from pipeline.model import CodeBlock, PageMark, Token
from pipeline.model.editions import FormatName

WIDE = 32
"""Characters from which on a line may be wider than a telephone's screen."""

NESTED = 5
"""Characters that a block around the code takes of that."""

NO_BREAK = "\u00a0"

PLAIN = frozenset({"", "n", "p", "o", "pm", "x", "esc", "g"})
"""Kinds of tokens that no style sets off, so that print has no need of them."""

WORDS, REMARKS = "k", "c"
"""Kinds, by their first letter, that an e-book sets off too: in bold and in italics, since
colours are the reader's there."""

Piece: TypeAlias = tuple[str, str]


class CodeLine(NamedTuple):
    """A line: its number, 0 for none, its pieces, each a kind of token and a text, and the
    pages that begin with it."""

    number: int
    marked: bool
    pieces: tuple[Piece, ...]
    pages: tuple[PageMark, ...] = ()


class Listing(NamedTuple):
    """The lines of some code, or a single one with all of it; ``by_line`` says which. ``marked``
    names the highlighted lines for screen readers; ``digits`` is a class for numbers of more than
    two digits."""

    lines: tuple[CodeLine, ...]
    by_line: bool
    is_wide: bool
    marked: str
    digits: str


def listing(
    node: CodeBlock, format_name: FormatName, words: Mapping[str, str], nested: int = 0
) -> Listing:
    """The code for a format, ``nested`` in a number of indented blocks."""
    by_line = format_name != "html" or bool(node.first_line or node.marked or node.marks)
    pieces = list(_pieces(node.tokens or (Token("", node.text),), format_name))
    rows = list(_split(pieces)) if by_line else [tuple(pieces)]
    if format_name == "pdf":
        rows = [_with_indentation(row, is_numbered=node.first_line > 0) for row in rows]
    if node.marks and not rows:  # marks stand before a line, if only an empty one
        rows = [()]
    marked = frozenset(node.marked)
    lines = tuple(
        CodeLine(
            node.first_line + index if node.first_line else 0,
            index + 1 in marked,
            row,
            tuple(
                PageMark(label=m.label, breaks=m.breaks)
                for m in node.marks
                if min(m.line, len(rows)) == index + 1
            ),
        )
        for index, row in enumerate(rows)
    )
    room = max(1, WIDE - NESTED * nested)
    is_wide = any(len(line) > room for line in node.text.split("\n"))
    digits = len(str(lines[-1].number)) if lines else 0
    return Listing(
        lines,
        by_line,
        is_wide,
        _ranges(node, words["list_separator"]),
        f"digits-{digits}" if digits > 2 else "",
    )


def _pieces(tokens: Iterable[Token], format_name: FormatName) -> Iterator[Piece]:
    """The tokens as pieces of text, neighbours of one kind joined."""
    last, texts = "", list[str]()
    for token in tokens:
        kind = _kind(token.kind, format_name)
        if kind != last and texts:
            yield last, "".join(texts)
            texts.clear()
        last = kind
        texts.append(token.text)
    if texts:
        yield last, "".join(texts)


def _kind(kind: str, format_name: FormatName) -> str:
    """The class of a kind of token in a format."""
    if format_name == "html":
        return kind
    if format_name == "pdf":
        return "" if kind in PLAIN else kind
    return kind[0] if kind and kind[0] in (WORDS, REMARKS) else ""


def _split(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, ...]]:
    """The pieces of each line, the last with the line's end."""
    row: list[Piece] = []
    for kind, text in pieces:
        for part in _lines(text):
            row.append((kind, part))
            if part.endswith("\n"):
                yield tuple(row)
                row = []
    if row:
        yield tuple(row)


def _with_indentation(row: tuple[Piece, ...], is_numbered: bool) -> tuple[Piece, ...]:
    """The pieces of a line, with its indentation joined to the first piece: otherwise the line
    might be broken between them, leaving an empty line. If the first word may be too long for the
    rest of the line, non-breaking spaces are used; in the PDF they are ordinary spaces. (After a
    number, WeasyPrint would then not break a word.)"""
    if len(row) > 1 and not row[0][1].strip(" \t"):
        (_, blank), (kind, text), *rest = row
        row = ((kind, blank + text), *rest)
    (kind, text), *rest = row
    code = text.lstrip(" ")
    spaces = len(text) - len(code)
    line = "".join((code, *(more for _, more in rest)))
    is_short = spaces + len(line.partition(" ")[0]) <= WIDE
    if is_numbered or is_short or not 0 < spaces <= WIDE:
        return row
    return ((kind, NO_BREAK * spaces + code), *rest)


def _lines(text: str) -> Iterator[str]:
    *whole, rest = text.split("\n")
    yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _ranges(node: CodeBlock, separator: str) -> str:
    """The marked lines by their numbers, as one writes them: “2, 4–5”."""
    runs: list[list[int]] = []
    for line in node.marked:
        if runs and runs[-1][1] == line - 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    shift = max(0, node.first_line - 1)
    return separator.join(
        f"{first + shift}" if first == last else f"{first + shift}–{last + shift}"
        for first, last in runs
    )
