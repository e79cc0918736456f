"""The command ``format``."""

from __future__ import annotations

import codecs
import difflib
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click
from msgspec.structs import replace

from pipeline.commands.terminal import (
    BUILT,
    SOURCE,
    SOURCE_ERRORS,
    or_exit,
    printable_lines,
    say,
    show,
)
from pipeline.commands.writer import UnwritableError, bare, same, write_blocks
from pipeline.commands.writer.text import alternate
from pipeline.model import INLINE_NOTE, Document, Node, SoftBreak, Text
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, place_in_source
from pipeline.model.late import late
from pipeline.model.tree import FIELDS, rewrite_document
from pipeline.parser import parse, parse_body
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.dialects import comments_in
from pipeline.parser.files import normalise, read
from pipeline.parser.frontmatter import read_front_matter
from pipeline.parser.leaf_blocks import without_last_break
from pipeline.parser.leaf_text import normalise as normalised
from pipeline.parser.markup import KNOWN_TAGS
from pipeline.parser.syntax import parse_tree
from pipeline.system.paths import shown_name

# --- formatting ------------------------------------------------------------------------------
# A uniform style for sources: ``chapbook format``.
#
# A source is formatted block by block, each top-level block separately: parsed, written, and
# parsed again. A block that would change its meaning, or lose a word (such as a comment, which
# documents do not contain), stays as it is; so does everything that is not a block: front matter,
# definitions of links, includes. At the end the whole is parsed again.

_WORD = late(r":[\w+-]{1,70}:(?!\w)|[^\W_]++")
_ELSEWHERE = late(r"\(@|!\[\[|</?([A-Za-z][\w-]*)(?=[\s/>])")
"""Text whose meaning depends on other places: examples, includes, tags around several blocks."""

_LABEL = late(r"\[([^\[\]]{1,999})\]")
_ABOUT_TABLE = late(r"[Tt]able:|:[ \t]|\{")
_AS_WRITTEN = frozenset({"html", "missing", "typed"})
"""Elements that are not formatted: HTML, whose tags may span several, and includes."""

# In scripts without spaces between words, a line break is not a space, and stays.
_UNSPACED = late("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


class FormattedText(NamedTuple):
    """``text`` is the formatted source; ``kept`` are the first lines of blocks that were left
    unchanged. If anything is ``wrong``, the text is the original."""

    text: str
    kept: tuple[int, ...] = ()
    wrong: tuple[Diagnostic, ...] = ()


class _Piece(NamedTuple):
    """Lines of a source, from the first up to but not including the last, counted from 0; ``tag``
    is the element they form, "" between elements."""

    first: int
    end: int
    tag: str = ""


class FormattedFile(NamedTuple):
    """A file's text, its formatted text, and ``data``, the content for the file: with its own line
    ends, and its byte order mark."""

    before: str
    after: FormattedText
    data: bytes

    @property
    def differs(self) -> bool:
        return self.after.text != self.before


def format_file(path: Path) -> FormattedFile:
    """Format a file, and say whether it changed."""
    name = shown_name(str(path))
    text, findings = read(path)
    if wrong := tuple(finding for finding in findings if finding.is_error):
        named = place_in_source(wrong, name)
        return FormattedFile(text, FormattedText(text, wrong=named), b"")
    after = format_text(text, name, path.parent)
    raw = path.read_bytes()
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    end = "\r\n" if b"\r\n" in raw else "\n"
    return FormattedFile(text, after, mark + after.text.replace("\n", end).encode())


def format_text(text: str, source: str = "", folder: Path | None = None) -> FormattedText:
    """A source as it is canonically written. ``source`` and ``folder`` as in `parse`."""
    before = parse(text, source, folder)
    if wrong := tuple(finding for finding in before.diagnostics if finding.is_error):
        return FormattedText(text, wrong=wrong)
    plain = normalise(text)
    _, front_lines, _ = read_front_matter(plain, source)
    lines = plain.split("\n")
    formatted, kept = _body(lines[front_lines:])
    front = "\n".join(lines[:front_lines])
    formatted = f"{front}\n\n{formatted}" if front and formatted else front or formatted
    numbers = tuple(line + front_lines + 1 for line in kept)
    if formatted == plain:
        return FormattedText(formatted, numbers)
    after = parse(formatted, source, folder)
    new = {f.code for f in after.diagnostics} - {f.code for f in before.diagnostics}
    if new or not same(join_lines(before), join_lines(after)):
        message = "Formatting would change what the source means; it is left unchanged."
        return FormattedText(text, wrong=(diagnostic(Code.NOT_FORMATTED, message, source=source),))
    return FormattedText(formatted, numbers)


def _body(lines: list[str]) -> tuple[str, tuple[int, ...]]:
    """A text without front matter, and the lines (from 0) of the blocks that stay."""
    tree = parse_tree("\n".join(lines))
    elements = tree.root.blocks
    references = tree.parser.md.references
    pieces = _pieces(elements, lines)
    parts: list[str] = []
    kept: list[int] = []
    again = False
    for at, piece in enumerate(pieces):
        written = "\n".join(lines[piece.first : piece.end])
        if piece.tag == "p":
            written = written.lstrip(" \t")  # the rest of one that began with a definition
            if at + 1 < len(pieces) and pieces[at + 1].first == piece.end:
                written = without_last_break(written)
        if at:
            parts.append(_separator(pieces[at - 1], piece))
        if not piece.tag:
            parts.append(written)
            continue
        is_next = bool(at) and piece.tag in ("ul", "ol") and pieces[at - 1].tag == piece.tag
        again = is_next and not again
        formatted = written
        if piece.tag not in _AS_WRITTEN:
            formatted = _format_block(written, references, tree.in_brackets)
        if again and formatted:
            formatted = alternate(formatted)
        if not formatted:
            kept.append(piece.first)
        parts.append(formatted or written)
    return "".join(parts) + "\n" if parts else "", tuple(kept)


def _pieces(elements: Iterable[BlockElement], lines: list[str]) -> list[_Piece]:
    """All lines with text: those of each element, including captions and attributes of tables, and
    those that belong to none."""
    result: list[_Piece] = []
    at = 0
    for element in elements:
        first, end = element.line - 1, element.end
        if first < at:
            first = at
        result += _others(lines, at, first)
        piece = _Piece(first, end, element.tag)
        before = result[-1] if result else None
        if before and _belong(before, piece, lines):
            result[-1] = _Piece(before.first, end, "table")
        elif end > first:
            result.append(piece)
        at = max(at, end)
    return [*result, *_others(lines, at, len(lines))]


def _others(lines: list[str], first: int, end: int) -> Iterable[_Piece]:
    """Runs of lines between empty ones."""
    start = first
    for at in range(first, end + 1):
        if at == end or not lines[at].strip(" \t"):
            if start < at:
                yield _Piece(start, at)
            start = at + 1


def _belong(first: _Piece, second: _Piece, lines: list[str]) -> bool:
    """Return whether one of two neighbours is a table, and the other its caption or attributes."""
    if "table" not in (first.tag, second.tag) or "p" not in (first.tag, second.tag):
        return False
    text = lines[(first if first.tag == "p" else second).first]
    return bool(_ABOUT_TABLE.match(text)) and not (second.tag == "table" and text[0] == "{")


def _separator(first: _Piece, second: _Piece) -> str:
    """An empty line, except between adjacent notes, HTML, or lines that are not blocks."""
    close = first.end == second.first
    tags = {first.tag, second.tag}
    may_be_close = tags == {"note"} or not tags.isdisjoint({"", "html"})
    return "\n" if close and may_be_close else "\n\n"


def _format_block(
    written: str, references: Mapping[str, tuple[str, str]], in_brackets: bool
) -> str:
    """A formatted block; "" if it must stay as it is. ``in_brackets`` as in `parse_tree`."""
    if any(not tag[1] or tag[1].lower() not in KNOWN_TAGS for tag in _ELSEWHERE.finditer(written)):
        return ""
    labels = {
        label[1]: references[normalised(label[1])]
        for label in _LABEL.finditer(written)
        if normalised(label[1]) in references
    }
    links: dict[tuple[str, str], str] = {}
    for label, target in labels.items():
        links.setdefault(target, label)

    def read(text: str) -> Document:
        definitions = "".join(
            f'\n[{label}]: <{address}> "{title}"' if title else f"\n[{label}]: <{address}>"
            for label, (address, title) in labels.items()
        )
        text = f"{text}\n{definitions}" if definitions else text
        return parse_body(text, in_brackets=in_brackets)

    before = read(written)
    is_labelled = any(not note.label.startswith(INLINE_NOTE) for note in before.notes)
    if before.diagnostics or len(before.blocks) + is_labelled != 1:
        return ""
    before = join_lines(before)
    try:
        markdown = write_blocks(before.blocks, before.notes, links).rstrip("\n")
    except UnwritableError:
        return ""
    if markdown == written:
        return markdown
    source = bare(before)
    if _has_lost(written, markdown) or bare(join_lines(read(markdown))) != source:
        return ""
    for variant in (written, " ".join(line.strip(" \t") for line in written.split("\n"))):
        # Differences in backslashes only are the author's choice.
        if variant.replace("\\", "") == markdown.replace("\\", "") and (
            variant == markdown or bare(join_lines(read(variant))) == source
        ):
            return variant
    return markdown


def _has_lost(source: str, result: str) -> bool:
    """Return whether a word, or a comment, of the original is missing in the result."""
    words = _words(source) - _words(result)
    return bool(words) or len(comments_in(source)) > len(comments_in(result))


def _words(text: str) -> Counter[str]:
    """The words of a text; numbers count the items of lists."""
    words = _WORD.findall(text.casefold())
    return Counter(word for word in words if not word.isdecimal())


def join_lines(document: Document) -> Document:
    """The document with spaces for the line ends that are spaces in all outputs."""

    def leave(node: Node) -> Node:
        changed = {name: _single_line(getattr(node, name)) for name in FIELDS[type(node)]}
        return replace(node, **changed)

    return rewrite_document(document, leave=dict.fromkeys(FIELDS, leave))


def _single_line(children: Any) -> Any:
    if not isinstance(children, tuple) or not any(isinstance(n, SoftBreak) for n in children):
        return children
    return tuple(
        Text(text=" ") if isinstance(node, SoftBreak) and not _is_unspaced(children, at) else node
        for at, node in enumerate(children)
    )


def _is_unspaced(children: tuple[Node, ...], at: int) -> bool:
    before = children[at - 1] if at else None
    after = children[at + 1] if at + 1 < len(children) else None
    last = before.text[-1:] if isinstance(before, Text) else ""
    first = after.text[:1] if isinstance(after, Text) else ""
    return bool(_UNSPACED.match(last) or _UNSPACED.match(first))


# --- command ---------------------------------------------------------------------------------


@click.command("format")
@click.argument("files", nargs=-1, required=True, type=SOURCE, metavar="FILE...")
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 if a file is not formatted."
)
@click.option("--diff", is_flag=True, help="Write nothing; show the changes.")
def format_command(files: tuple[Path, ...], check: bool, diff: bool) -> None:
    """Format sources in a uniform style: one line per paragraph, aligned tables, consistent markup.
    The content and all comments stay the same.

    \b
    Examples:
      chapbook format handout.md
      chapbook format --check *.md
    """
    from pipeline.system import outputs

    wrong: list[Diagnostic] = []
    waiting = False
    for path in files:
        file = format_file(path)
        wrong += file.after.wrong
        if file.after.wrong:
            continue
        message = "is formatted"
        if file.differs and (check or diff):
            waiting, message = True, "is not formatted"
        elif file.differs:
            or_exit(outputs.write, path, file.data)
            message = "formatted"
        if diff:
            lines = difflib.unified_diff(
                file.before.splitlines(keepends=True),
                file.after.text.splitlines(keepends=True),
                str(path),
                f"{path}, formatted",
            )
            click.echo(printable_lines("".join(lines)), nl=False)
        else:
            count = len(file.after.kept)
            blocks = "1 block stays" if count == 1 else f"{count} blocks stay"
            unchanged = f"; {blocks} as written" if count else ""
            say(f"format   {path}: {message}{unchanged}")
    show(wrong)
    sys.exit(SOURCE_ERRORS if wrong or (check and waiting) else BUILT)
