"""The content read from an input, before it is written as a source."""

from __future__ import annotations

import itertools
import os
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import msgspec
from lxml.etree import _Element as Element

from pipeline import model
from pipeline.model import Block, Node, Note, Paragraph, Text
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.names import slug
from pipeline.model.tree import walk

IMAGE = late(r"\.(?:png|jpe?g|gif|webp|svg|avif|tiff?|bmp)$", re.IGNORECASE)
"""The end of the name of an image."""

Changes: TypeAlias = Literal["accept", "reject", "keep"]
"""The treatment of tracked changes."""

COMMENT = "\ue000"
"""The beginning of a paragraph that represents a comment; no document contains it."""

NOTE_SENTINEL, MATH_SENTINEL = "\ue001", "\ue002"
"""The characters around a note's label, and around a formula in TeX, until nodes are made."""

COMMENT_SENTINEL = "\ue003"
"""The character on both sides of a comment in a Word document, until blocks are made."""

DISPLAY_SENTINEL = "\ue004"
"""The beginning of a displayed formula."""

NODE_SENTINEL = "\ue005"
"""The character around the number of a node, until it is put there."""

GREY = 60
"""The difference between the parts of a colour that is seen as one, of 255."""

_SENTINELS = f"{NOTE_SENTINEL}{MATH_SENTINEL}{COMMENT_SENTINEL}{NODE_SENTINEL}"
MARKED = late(f"([{_SENTINELS}])[^{_SENTINELS}]*\\1")
"""A part of a text that stands for something else."""

KINDS: dict[type[Node], str] = {
    model.Heading: "headings", model.Paragraph: "paragraphs", model.List: "lists",
    model.ListItem: "list items", model.DefinitionList: "definition lists",
    model.BlockQuote: "quotations", model.Table: "tables", model.TableCell: "cells",
    model.CodeBlock: "code", model.Image: "images", model.Link: "links",
    model.CrossReference: "links", model.NoteReference: "notes", model.Math: "formulas",
    model.MathBlock: "formulas", model.Citation: "citations",
}  # fmt: skip
"""The kinds of elements that the ledger counts, and their names."""

HEADS, CHANGED, OUTSIDE = "headers and footers", "tracked changes", "words outside it"
"""Rows for content that is reported individually."""

INDEXED, ALTERNATIVES, MERGED = "index marks", "alternative texts", "merged cells"
"""The rows of index marks, of images with a text alternative, and of cells that span several rows
or columns."""

BOXES = "text boxes"

TYPED = "typed bullets and numbers"
"""The number of words that are bullets and numbers of lists; no row of the comparison."""

LEVELS = tuple(f"  level {number}" for number in range(1, 8))
"""The rows of headings, by their levels."""

ROWS = (
    *dict.fromkeys(("headings", *LEVELS, *KINDS.values())),
    *(MERGED, ALTERNATIVES, BOXES, INDEXED, "comments", CHANGED, HEADS, "words", OUTSIDE),
)


class InputText(NamedTuple):
    """A paragraph of the input, with its place."""

    text: str
    line: int = 0
    column: int = 0
    paragraph: int = 0


class Draft(msgspec.Struct, frozen=True):
    """An input as a document: ``images`` are files by their names in the source. ``counts`` are the
    contents of the input, by the rows of the comparison, as far as they are known; ``passages`` are
    its paragraphs, to be found in the source. A paragraph of `COMMENT` and a text stands for a
    comment."""

    metadata: Metadata
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = ()
    images: dict[str, bytes] = {}
    counts: dict[str, int] = {}
    findings: tuple[Diagnostic, ...] = ()
    passages: tuple[InputText, ...] = ()


_NOTE_LINK = late(
    r"(?<!!)\[\[([^\[\]|#\n]{1,200})(?:#([^\[\]|\n]{0,200}))?(?:\|([^\[\]\n]{1,300}))?\]\]"
)


_ID = late(r"(?:\{[^{}\n]{0,200}#|^#\|[ \t]*label:[ \t]*)([A-Za-z][\w:.-]{0,100})", re.M)
"""An id, of a heading or of a cell."""

_OF_FOLDERS = ("README", "index", "_index")
"""The names of files that are the pages of their folders."""


_VALUE = late(r"\{\{[ \t]*book\.([\w.-]{1,100})[ \t]*\}\}")


def page_of(file: Path) -> Path:
    """A path without the suffix of a web page."""
    return file.with_suffix("") if file.suffix == ".html" else file


class InputFolder(NamedTuple):
    """A folder that is imported: its images by their names, and the files that become chapters of
    one book, with the paths without a suffix that websites give them, the ids in them, and the
    values that its settings give to names."""

    path: Path | None = None
    chapters: frozenset[Path] = frozenset()
    images: Mapping[str, tuple[Path, ...]] = {}
    pages: Mapping[Path, Path] = {}
    ids: frozenset[str] = frozenset()
    values: Mapping[str, str] = {}

    @classmethod
    def read(cls, path: Path, chapters: Iterable[Path] = ()) -> InputFolder:
        images: dict[str, tuple[Path, ...]] = {}
        for file in sorted(path.rglob("*")):
            if IMAGE.search(file.name) and file.is_file():
                images[file.name] = (*images.get(file.name, ()), file.relative_to(path))
        files = frozenset(file.resolve() for file in chapters)
        pages = {file.with_suffix(""): file for file in files}
        pages |= {page.parent: file for page, file in pages.items() if page.stem in _OF_FOLDERS}
        texts = (file for file in files if file.suffix in (".md", ".qmd", ".rmd", ".Rmd"))
        ids = (_ID.findall(file.read_text("utf-8", "replace")) for file in texts)
        return cls(path, files, images, pages, frozenset(itertools.chain.from_iterable(ids)))

    def chapter(self, folder: Path, address: str) -> Path | None:
        """The chapter that an address in the inner ``folder`` means: also as websites write it,
        from the root of the site, with another suffix or with none."""
        if not self.path or not address:
            return None
        base = self.path if address.startswith("/") else folder
        file = Path(os.path.normpath(base.resolve() / address.strip("/")))
        return file if file in self.chapters else self.pages.get(page_of(file))

    def link_text(self, text: str, folder: Path) -> str:
        """A text of this ``folder``, with links of Markdown in place of Obsidian's to notes that
        become chapters, and with the values of the settings."""
        by_name = {file.stem.casefold(): file for file in sorted(self.chapters, reverse=True)}

        def link(match: re.Match[str]) -> str:
            chapter = by_name.get(match[1].strip().rpartition("/")[2].casefold())
            if chapter is None:
                return match[0]
            address = Path(os.path.relpath(chapter, folder.resolve())).as_posix()
            place = f"#{slug(match[2])}" if match[2] else ""
            return f"[{match[3] or match[1]}](<{address}{place}>)"

        def value(match: re.Match[str]) -> str:
            return self.values.get(match[1], match[0])

        text = _VALUE.sub(value, text) if self.values else text
        return _NOTE_LINK.sub(link, text) if by_name else text

    def image(self, folder: Path, source: str) -> Path | None:
        """The only image, from this folder, that a file in the inner ``folder`` may mean by an
        address: by its path from there, or by the end of its path."""
        if not self.path or not folder.resolve().is_relative_to(self.path.resolve()):
            return None
        here = folder.resolve().relative_to(self.path.resolve()).as_posix()
        exact = Path(posixpath.normpath(posixpath.join(here, source)))
        end = f"/{source}".replace("/./", "/").rpartition("../")[2].strip("/")
        named = self.images.get(posixpath.basename(source), ())
        matching = [file for file in named if f"/{file.as_posix()}".endswith(f"/{end}")]
        return exact if exact in named else matching[0] if len(matching) == 1 else None


NO_FOLDER = InputFolder()
"""The folder of a file that is imported alone."""


def count(blocks: tuple[Block, ...], notes: tuple[Note, ...]) -> Counter[str]:
    """The elements of a document, counted by the rows of the ledger."""
    counts: Counter[str] = Counter()
    for node in walk((*blocks, *notes)):
        if isinstance(node, Paragraph) and is_comment(node):
            counts["comments"] += 1
        if isinstance(node, Text | model.Code | model.CodeBlock | model.Abbreviation):
            counts["words"] += 0 if node.text.startswith(COMMENT) else len(node.text.split())
        if isinstance(node, model.Turn):
            counts["words"] += len(node.speaker.split())
        if isinstance(node, model.Image) and node.alt:
            counts[ALTERNATIVES] += 1
        if isinstance(node, model.TableCell) and (node.columns > 1 or node.rows > 1):
            counts[MERGED] += 1
        if isinstance(node, model.InlineElement) and "index" in node.attributes.classes:
            counts[INDEXED] += 1
        if isinstance(node, model.Container) and node.name == "sidebar":
            counts[BOXES] += 1
        if isinstance(node, model.Strikethrough) or (
            isinstance(node, model.InlineElement) and node.name == "ins"
        ):
            counts[CHANGED] += 1
        if isinstance(node, model.Heading):
            counts[LEVELS[node.level - 1]] += 1
        if isinstance(node, model.CrossReference):
            counts["words"] += 1 if node.form == "number" else 2
        if (name := KINDS.get(type(node))) and not is_comment(node):
            counts[name] += 1
    return counts


def tell_loss(message: str, name: str, hint: str = "", span: Span | None = None) -> Diagnostic:
    """A finding about something in an input that a source lacks, or that is guessed."""
    return diagnostic(Code.NOT_IMPORTED, message, span=span, source=name, hint=hint)


def image_folder(name: str) -> str:
    """The folder of a file's images, next to its source."""
    return f"images/{slug(Path(name).stem) or 'text'}"


def tell_own_file(name: str) -> Diagnostic:
    """The finding about a file that Chapbook made."""
    message = "Chapbook made this file from a source, which says more than the file does."
    return tell_loss(message, name, "Import the file only if the source is lost.")


def split_list(text: str, signs: str = ",;") -> tuple[str, ...]:
    """The words or names in a text that these signs part."""
    return tuple(filter(None, map(str.strip, re.split(f"[{signs}]", text))))


def unread(message: str, name: str, hint: str = "", code: Code = Code.UNREADABLE_FILE) -> Draft:
    """The draft of a file that cannot be read, with the reason."""
    return Draft(Metadata(), (), findings=(diagnostic(code, message, source=name, hint=hint),))


def comment(text: str) -> Paragraph:
    """The paragraph that represents a comment."""
    return Paragraph(children=(Text(text=f"{COMMENT}{text}"),))


def is_comment(node: Node) -> bool:
    """Return whether a block represents a comment."""
    if not isinstance(node, Paragraph) or len(node.children) != 1:
        return False
    only = node.children[0]
    return isinstance(only, Text) and only.text.startswith(COMMENT)


def change_sentences(number: int, changes: Changes) -> Iterator[str]:
    """The sentence about tracked changes, if there are any."""
    if number:
        subject = "1 tracked change is" if number == 1 else f"{number} tracked changes are"
        treatment = {
            "accept": "accepted",
            "reject": "rejected",
            "keep": "kept, as `<ins>` and `~~`",
        }
        yield f"{subject} {treatment[changes]}."


def is_coloured(value: str) -> bool:
    """Return whether a colour in hexadecimal is none of the greys, which are near to black."""
    match = re.fullmatch(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", value)
    parts = [int(part, 16) for part in match.groups()] if match else [0]
    return max(parts) - min(parts) > GREY


def look_sentences(coloured: Sequence[str], columns: int) -> Iterator[str]:
    """The sentences about texts in colours, and about text in columns."""
    text = " ".join(" ".join(coloured).split())
    if text:
        yield f"The colours of text are left out, as of “{text[:60]}”."
    if columns > 1:
        yield f"Text in {columns} columns becomes text in one; `::: columns {columns}` makes them."


def append_text(to: Element, text: str) -> None:
    """Put a text behind all that an element holds."""
    if len(to):
        to[-1].tail = (to[-1].tail or "") + text
    else:
        to.text = (to.text or "") + text
