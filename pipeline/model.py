"""The document model: every node that a Chapbook document can hold.

A document is a tree of frozen nodes. ``parse`` builds it, ``select`` and the passes of
``resolve`` return changed copies of it, ``render`` turns it into markup. Children are
tuples, so that a document can be shared, compared, hashed and written as JSON
(`encode` and `decode`, each the inverse of the other).

Fields marked *resolved* are empty after parsing; the pass that is named fills them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from pipeline.diagnostics import Diagnostic, Span
from pipeline.metadata import Metadata


class Attributes(msgspec.Struct, frozen=True, omit_defaults=True):
    """What ``{#id .class key=value}`` says of a node."""

    id: str = ""
    classes: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, key: str, default: str = "") -> str:
        """The value of ``key``, or ``default`` where it is not set."""
        return next((value for name, value in self.pairs if name == key), default)


NO_ATTRIBUTES = Attributes()


class Node(msgspec.Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """What all nodes share: where they stand in the source, and their attributes."""

    span: Span | None = None
    attributes: Attributes = NO_ATTRIBUTES


# --- inlines ---------------------------------------------------------------------------


class Text(Node, frozen=True):
    text: str


class SoftBreak(Node, frozen=True):
    """A line end in the source that is a space in the output."""


class LineBreak(Node, frozen=True):
    """A line end that stays one (two spaces or a backslash before it)."""


class Emphasis(Node, frozen=True):
    children: tuple[Inline, ...]


class Strong(Node, frozen=True):
    children: tuple[Inline, ...]


class Strikethrough(Node, frozen=True):
    children: tuple[Inline, ...]


class Code(Node, frozen=True):
    text: str


class Link(Node, frozen=True):
    """A link. ``href`` is an address, or ``#id`` within the document."""

    children: tuple[Inline, ...]
    href: str
    title: str = ""


class Image(Node, frozen=True):
    """An image. ``source`` is a path relative to the source file's folder.

    ``alt == ""`` marks it as decorative. *Resolved* (assets): ``asset``, the key of the
    file in `Document.assets`; ``width`` and ``height`` in CSS pixels, 0 where unknown.
    """

    source: str
    alt: str
    title: str = ""
    asset: str = ""
    width: int = 0
    height: int = 0


class NoteReference(Node, frozen=True):
    """``[^label]``. *Resolved* (notes): ``number`` from 1, ``occurrence`` from 1 (the
    how-manieth reference to the same note this is)."""

    label: str
    number: int = 0
    occurrence: int = 0


class Abbreviation(Node, frozen=True):
    text: str
    title: str


class InlineElement(Node, frozen=True):
    """An element of the safe subset of HTML that has no node of its own, or a span
    ``[text]{.class}`` (``name == "span"``)."""

    name: str
    children: tuple[Inline, ...] = ()


Inline: TypeAlias = (
    Text
    | SoftBreak
    | LineBreak
    | Emphasis
    | Strong
    | Strikethrough
    | Code
    | Link
    | Image
    | NoteReference
    | Abbreviation
    | InlineElement
)


# --- blocks ----------------------------------------------------------------------------


class Heading(Node, frozen=True):
    """A heading as it stands in the source (``level`` 1 to 6)."""

    level: int
    children: tuple[Inline, ...]


class Section(Node, frozen=True):
    """A heading and all up to the next heading of its level or above.

    Made by ``resolve.sections``: ``depth`` is 1 for top-level sections, whatever levels
    the source uses, so that no level is ever skipped. The id is the section's. ``role``
    is the part's standard name (chapter, appendix, glossary …) where it has one.
    """

    depth: int
    title: tuple[Inline, ...]
    children: tuple[Block, ...]
    role: str = ""


class Paragraph(Node, frozen=True):
    children: tuple[Inline, ...]


class ListItem(Node, frozen=True):
    """``checked`` is None but in a task list."""

    children: tuple[Block, ...]
    checked: bool | None = None


class List(Node, frozen=True):
    """``tight`` lists set their items' only paragraphs without space between."""

    ordered: bool
    items: tuple[ListItem, ...]
    start: int = 1
    tight: bool = True


class DefinitionItem(Node, frozen=True):
    terms: tuple[tuple[Inline, ...], ...]
    definitions: tuple[tuple[Block, ...], ...]


class DefinitionList(Node, frozen=True):
    items: tuple[DefinitionItem, ...]


class BlockQuote(Node, frozen=True):
    children: tuple[Block, ...]


class Token(msgspec.Struct, frozen=True, array_like=True):
    """A piece of highlighted code: Pygments' short class (``k``, ``s1`` …) and text."""

    kind: str
    text: str


class CodeBlock(Node, frozen=True):
    """*Resolved* (highlight): ``tokens``, whose texts joined are ``text``."""

    text: str
    language: str = ""
    tokens: tuple[Token, ...] = ()


Alignment: TypeAlias = Literal["", "left", "center", "right"]


class TableCell(Node, frozen=True):
    """``scope`` is set on header cells: "col" or "row"."""

    children: tuple[Inline, ...]
    align: Alignment = ""
    scope: Literal["", "col", "row"] = ""


class TableRow(Node, frozen=True):
    cells: tuple[TableCell, ...]


class Table(Node, frozen=True):
    """*Resolved* (numbering): ``number`` from 1 for tables with a caption."""

    head: tuple[TableRow, ...]
    body: tuple[TableRow, ...]
    caption: tuple[Inline, ...] = ()
    number: int = 0


class Figure(Node, frozen=True):
    """An image that stands alone. *Resolved* (numbering): ``number`` from 1 for figures
    with a caption."""

    image: Image
    caption: tuple[Inline, ...] = ()
    number: int = 0


class Admonition(Node, frozen=True):
    """A box: ``kind`` is note, tip, important, warning or caution; ``title`` is empty
    where the kind's own (localised) word is to stand."""

    kind: str
    children: tuple[Block, ...]
    title: tuple[Inline, ...] = ()


class Turn(Node, frozen=True):
    """What one speaker says, until the next. ``asks`` is True for interviewers,
    moderators and hosts. ``speaker`` is the name as the front matter has it."""

    speaker: str
    role: str
    asks: bool
    children: tuple[Block, ...]


class Dialogue(Node, frozen=True):
    turns: tuple[Turn, ...]


class WritingLines(Node, frozen=True):
    """Ruled lines to write on."""

    count: int


class Container(Node, frozen=True):
    """``::: name``, or an allowed block element of raw HTML (``name`` is then its tag:
    div, details, summary, aside, section)."""

    name: str
    children: tuple[Block, ...]


class ThematicBreak(Node, frozen=True):
    pass


class PageBreak(Node, frozen=True):
    pass


Block: TypeAlias = (
    Heading
    | Section
    | Paragraph
    | List
    | DefinitionList
    | BlockQuote
    | CodeBlock
    | Table
    | Figure
    | Admonition
    | Dialogue
    | WritingLines
    | Container
    | ThematicBreak
    | PageBreak
)


# --- the document ----------------------------------------------------------------------


class Note(Node, frozen=True):
    """The text of a footnote. *Resolved* (notes): ``number``, and ``references``, how
    often it is referred to; notes nobody refers to are dropped, with a warning."""

    label: str
    children: tuple[Block, ...]
    number: int = 0
    references: int = 0


class ContentsEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the table of contents: to the section or question with the id
    ``target``. Only formatting inlines are in ``title`` (no links, notes, images)."""

    target: str
    title: tuple[Inline, ...]
    children: tuple[ContentsEntry, ...] = ()


class Asset(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that the document shows. ``path`` is relative to the source's folder;
    ``name`` is a unique file name for it in an output; sizes in CSS pixels, 0 where
    unknown."""

    path: str
    name: str
    media_type: str
    width: int = 0
    height: int = 0


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A whole publication.

    ``source`` is the source file as it was named on the command line, for messages.
    ``folder`` is the folder relative paths start from. *Resolved*: ``assets``
    and ``contents``, and ``notes`` in the order of their numbers.
    """

    metadata: Metadata
    blocks: tuple[Block, ...] = ()
    notes: tuple[Note, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    source: str = ""
    assets: tuple[Asset, ...] = ()
    contents: tuple[ContentsEntry, ...] = ()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Document)


def encode(document: Document) -> bytes:
    """The document as indented UTF-8 JSON, the same bytes for equal documents."""
    return msgspec.json.format(_encoder.encode(document), indent=1) + b"\n"


def decode(data: bytes) -> Document:
    """The document that `encode` wrote.

    Raises `msgspec.ValidationError` or `msgspec.DecodeError` for anything else.
    """
    return _decoder.decode(data)
