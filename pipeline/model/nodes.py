"""The document model: every node that a Chapbook document can hold.

A document is a tree of frozen nodes. ``parse`` builds it, ``select`` and the passes of
``resolve`` return changed copies of it, ``render`` turns it into markup. Children are
tuples, so that a document can be shared, compared, hashed and written as JSON
(`encode` and `decode`, each the inverse of the other).

Fields marked *resolved* are empty after parsing; the pass that is named fills them.
"""

from __future__ import annotations

from collections.abc import Container as Some
from typing import Literal, TypeAlias

import msgspec

from pipeline.model.diagnostics import Diagnostic, Origin, Span
from pipeline.model.metadata import Metadata


class Attributes(msgspec.Struct, frozen=True, omit_defaults=True):
    """The attributes of a node, ``{#id .class key=value}``."""

    id: str = ""
    classes: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, key: str, default: str = "") -> str:
        """The value of ``key``, or ``default`` if it is not set."""
        return next((value for name, value in self.pairs if name == key), default)

    def without(self, keys: Some[str] = (), classes: Some[str] = ()) -> Attributes:
        """The attributes without some keys and classes."""
        pairs = tuple(pair for pair in self.pairs if pair[0] not in keys)
        kept = tuple(name for name in self.classes if name not in classes)
        return Attributes(self.id, kept, pairs) if self.id or kept or pairs else NO_ATTRIBUTES


NO_ATTRIBUTES = Attributes()


class Node(msgspec.Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True, dict=True):
    """The fields of all nodes: their position in the source, and their attributes. Values derived
    from a node, which never changes, are kept in its dictionary (`tree.of_node`), and are no part
    of it."""

    span: Span | None = None
    attributes: Attributes = NO_ATTRIBUTES


class Text(Node, frozen=True):
    text: str


class SoftBreak(Node, frozen=True):
    """A line end in the source that is a space in the output."""


class LineBreak(Node, frozen=True):
    """A line end that is kept (after two spaces or a backslash)."""


class Emphasis(Node, frozen=True):
    children: tuple[Inline, ...]


class Strong(Node, frozen=True):
    children: tuple[Inline, ...]


class Strikethrough(Node, frozen=True):
    children: tuple[Inline, ...]


class Code(Node, frozen=True):
    text: str


class Link(Node, frozen=True):
    """A link. ``href`` is an address, or ``#id`` within the document. *Resolved* (addresses):
    ``number``, that of the address in `Document.addresses`, 0 if it is not listed."""

    children: tuple[Inline, ...]
    href: str
    title: str = ""
    number: int = 0


class Image(Node, frozen=True):
    """An image. ``source`` is a path relative to the source file's folder.

    ``alt == ""`` marks it as decorative. *Resolved* (assets): ``asset``, the key of the file in
    `Document.assets`; ``width`` and ``height`` in CSS pixels, 0 if unknown; ``missing``, if there
    is no usable file, so that ``alt`` is shown in a frame.
    """

    source: str
    alt: str
    title: str = ""
    asset: str = ""
    width: int = 0
    height: int = 0
    missing: bool = False


class NoteReference(Node, frozen=True):
    """``[^label]``, a reference to a note. *Resolved* (notes): ``number`` from 1, ``occurrence``
    from 1 (which reference to the same note this is)."""

    label: str
    number: int = 0
    occurrence: int = 0


class Abbreviation(Node, frozen=True):
    text: str
    title: str


class InlineElement(Node, frozen=True):
    """An element of safe HTML without a node of its own, or a span ``[text]{.class}``."""

    name: str
    children: tuple[Inline, ...] = ()


class Blank(Node, frozen=True):
    """``____``, a blank to fill in, ``____{answer}``. ``size`` is from 1 (a word or two) to 4 (a
    line), which does not reveal the answer's length; select removes the answer for students. The
    answer is no part of the text around it: its formulas are not among the blank's children."""

    answer: Answered = ()
    size: int = 2


class Variable(Node, frozen=True):
    """``{{ name }}``, which resolve replaces by the value."""

    name: str


class CrossReference(Node, frozen=True):
    """``@fig-x``: the kind and number of the element with the id ``target``. ``form`` is "full"
    (Figure 1), "number" (``-@fig-x``: 1) or "page" (``@fig-x{.page}``: Figure 1, and in print the
    page as well). ``written`` is another notation of the author's, such as ``\\eqref{eq:x}``, and
    ``around`` what goes around its number. *Resolved* (cross-references): ``text``, without the
    page."""

    target: str
    form: Literal["full", "number", "page"] = "full"
    text: str = ""
    written: str = ""
    around: tuple[str, ...] = ()


class CitationItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One work in a citation. ``label`` is a CSL locator's name (page, chapter …) and
    ``locator`` which one; ``suppress_author`` for ``-@key``."""

    key: str
    prefix: str = ""
    label: str = ""
    locator: str = ""
    suffix: str = ""
    suppress_author: bool = False


class Citation(Node, frozen=True):
    """``[@key, p. 3; @other]``, or ``@key`` ``in_text``. ``source`` is the original text, which is
    shown if the works are unknown. *Resolved* (citations): ``children``."""

    items: tuple[CitationItem, ...]
    in_text: bool = False
    source: str = ""
    children: tuple[Inline, ...] = ()


class Math(Node, frozen=True):
    """A formula in TeX within a line, or (``display``) on a line of its own within a paragraph;
    ``tex`` is everything between the marks. *Resolved* (math): ``mathml``, finished markup,
    ``alt``, the formula in characters, ``spoken``, the formula in words, and ``gaps``, the answers
    of its gaps."""

    tex: str
    display: bool = False
    mathml: str = ""
    alt: str = ""
    spoken: str = ""
    gaps: tuple[Answered, ...] = ()


Answered: TypeAlias = tuple[str | Math, ...]
"""The answer of a gap: text, and formulas in it; empty if there is none."""


class PageMark(Node, frozen=True):
    """The beginning of the page ``label`` of the standard print edition and, if it ``breaks``, of a
    page of this edition too. Page marks are not written in a source: they come from the layout of
    the standard print edition, for the editions with a page map."""

    label: str
    breaks: bool = False


Inline: TypeAlias = (
    Text | SoftBreak | LineBreak | Emphasis | Strong | Strikethrough | Code | Link | Image
    | NoteReference | Abbreviation | InlineElement | Blank | Variable | CrossReference | Citation
    | Math | PageMark
)  # fmt: skip


# --- blocks ----------------------------------------------------------------------------


class Heading(Node, frozen=True):
    """A heading as written in the source (``level`` 1 to 6)."""

    level: int
    children: tuple[Inline, ...]


class Section(Node, frozen=True):
    """A heading with everything up to the next heading of its level or above.

    Created by ``resolve.sections``: ``depth`` is 1 for top-level sections, whatever levels the
    source uses, so that no level is skipped. The id is the section's. ``role`` is the standard name
    of a part of a book (chapter, appendix, glossary …). *Resolved* (numbering): ``number``
    (``2.1``) if the front matter asks for numbers.
    """

    depth: int
    title: tuple[Inline, ...]
    children: tuple[Block, ...]
    role: str = ""
    number: str = ""


class Paragraph(Node, frozen=True):
    children: tuple[Inline, ...]


class Plain(Node, frozen=True):
    """Text that is not a paragraph: in a table cell, or between tags of raw HTML."""

    children: tuple[Inline, ...]


class ListItem(Node, frozen=True):
    """``checked`` is None except in a task list. In an exercise, an item of an ordered list is a
    question. *Resolved* (questions): ``label``, the name of the question (3b)."""

    children: tuple[Block, ...]
    checked: bool | None = None
    label: str = ""


ListStyle: TypeAlias = Literal["", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"]


class List(Node, frozen=True):
    """``tight`` lists show an item's only paragraph without space around it. An ordered list counts
    in numbers or a ``style``; ``form`` follows its markers: a period (empty), ")", or "()"."""

    ordered: bool
    items: tuple[ListItem, ...]
    start: int = 1
    tight: bool = True
    style: ListStyle = ""
    form: Literal["", ")", "()"] = ""


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


class LineMark(msgspec.Struct, frozen=True, array_like=True):
    """A `PageMark` before a line of code, counted from 1."""

    line: int
    label: str
    breaks: bool = False


class CodeBlock(Node, frozen=True):
    """``file_name`` is shown with it; ``first_line`` is the number of its first line, 0 for no
    numbers; ``marked`` are the highlighted lines, counted from 1 whatever their numbers.
    *Resolved*: ``tokens`` (highlight), whose texts joined are ``text``; ``number`` (numbering),
    from 1 for code with a caption. ``marks`` are the beginnings of pages of the standard print
    edition, see `PageMark`."""

    text: str
    language: str = ""
    caption: tuple[Inline, ...] = ()
    file_name: str = ""
    first_line: int = 0
    marked: tuple[int, ...] = ()
    tokens: tuple[Token, ...] = ()
    number: int = 0
    marks: tuple[LineMark, ...] = ()


class MathBlock(Node, frozen=True):
    """``$$ … $$`` on lines of its own; ``marks`` is the number of characters before the TeX,
    ``margin`` the column where its further lines begin. *Resolved*: ``mathml``, ``alt``,
    ``spoken`` and ``gaps`` as in `Math`; ``tag``, an explicit number; ``number`` (numbering), from
    1 for formulas with an id and no tag."""

    tex: str
    marks: int = 2
    margin: int = 1
    mathml: str = ""
    alt: str = ""
    spoken: str = ""
    gaps: tuple[Answered, ...] = ()
    tag: str = ""
    number: int = 0


Alignment: TypeAlias = Literal["", "left", "center", "right", "decimal"]


class TableCell(Node, frozen=True):
    """``scope`` is set on header cells: "col" or "row". ``columns`` and ``rows`` are the spans.
    Cells of plain tables hold one `Plain`."""

    children: tuple[Block, ...]
    align: Alignment = ""
    scope: Literal["", "col", "row"] = ""
    columns: int = 1
    rows: int = 1


class TableRow(Node, frozen=True):
    cells: tuple[TableCell, ...]


class Table(Node, frozen=True):
    """``widths`` are the columns' shares of the line in per cent, if set. *Resolved* (numbering):
    ``number`` from 1 for tables with a caption."""

    head: tuple[TableRow, ...]
    body: tuple[TableRow, ...]
    caption: tuple[Inline, ...] = ()
    widths: tuple[float, ...] = ()
    number: int = 0


class Figure(Node, frozen=True):
    """An image by itself. *Resolved* (numbering): ``number`` from 1 for figures with a caption; in
    a group, the group's, and ``part`` is the figure's letter (a, b …)."""

    image: Image
    caption: tuple[Inline, ...] = ()
    number: int = 0
    part: str = ""


class FigureGroup(Node, frozen=True):
    """``::: figures``: figures side by side in a number of ``columns`` (0: all in a row), under one
    caption. *Resolved* (numbering): ``number``, like a figure's."""

    figures: tuple[Figure, ...]
    caption: tuple[Inline, ...] = ()
    columns: int = 0
    number: int = 0


ChartKind: TypeAlias = Literal[
    "bar", "stacked", "line", "pie", "numberline", "graph", "clock", "fractions"
]
DIAGRAM_KINDS = frozenset(("numberline", "graph", "clock", "fractions"))
"""The kinds of charts that are diagrams: of elements in lines, and not of data."""


class Chart(Node, frozen=True):
    """A chart of a table's data, whose first column names the groups and whose header names the
    series; or a diagram, with an element and its keyword in each row, and ranges and steps in
    ``scale``. ``x`` and ``y`` are the axis labels, ``unit`` the unit of the numbers; bars are
    horizontal if ``horizontal`` is set or their labels are long. *Resolved*: ``number``
    (numbering), like a figure's; ``image`` (charts), the drawing with its alternative text, and
    ``narrow``, the version for narrow screens, without one; the ``table``, which becomes empty for
    a diagram."""

    kind: ChartKind
    table: Table
    caption: tuple[Inline, ...] = ()
    x: str = ""
    y: str = ""
    unit: str = ""
    horizontal: bool = False
    scale: tuple[tuple[str, str], ...] = ()
    image: Image | None = None
    narrow: Image | None = None
    number: int = 0


UNTITLED = "untitled"
"""The class of a box without a title."""


class Admonition(Node, frozen=True):
    """A box: ``kind`` is one of `boxes.BOXES`; an empty ``title`` stands for the
    localised name of the kind, unless the box is `UNTITLED`. On a web page it may be collapsible
    (``fold``), ``closed`` or ``open`` at first."""

    kind: str
    children: tuple[Block, ...]
    title: tuple[Inline, ...] = ()
    fold: Literal["", "closed", "open"] = ""


class Turn(Node, frozen=True):
    """The words of one speaker. ``asks`` is True for interviewers, moderators and hosts.
    ``speaker`` is the name in the front matter."""

    speaker: str
    role: str
    asks: bool
    children: tuple[Block, ...]


class Dialogue(Node, frozen=True):
    turns: tuple[Turn, ...]


Ruling: TypeAlias = Literal["", "dotted", "plain"]


class WritingLines(Node, frozen=True):
    """``::: lines 4``: ruled lines to write on. They are ``dotted``, ``plain`` (without the guide
    line for small letters), or as the handwriting requires."""

    count: int
    ruling: Ruling = ""


class WritingSpace(Node, frozen=True):
    """``::: space 40mm``: room to draw, ``height`` millimetres high, empty or squared."""

    height: float
    squared: bool = False


class Choice(Node, frozen=True):
    """``correct`` is None in students' editions."""

    children: tuple[Block, ...]
    correct: bool | None = None


class Choices(Node, frozen=True):
    """Answers to choose from: one (``- ( )``), or all that are right (``- [ ]``). ``prompt`` is the
    paragraph directly before them, which contains the question."""

    items: tuple[Choice, ...]
    prompt: tuple[Inline, ...] = ()
    multiple: bool = False


class Matching(Node, frozen=True):
    """``::: matching``: items on the left belong to items on the right. ``solution`` gives the
    index of the partner of each item on the left, counted from 0; select shuffles the right side,
    and removes the solution for students. ``head`` names the sides, or is empty."""

    left: tuple[ListItem, ...]
    right: tuple[ListItem, ...]
    solution: tuple[int, ...] = ()
    head: tuple[Plain, ...] = ()


class Ordering(Node, frozen=True):
    """``::: ordering``: things to put in order. ``solution`` gives the right position of each,
    counted from 0; select shuffles the items, and removes the solution for students."""

    items: tuple[ListItem, ...]
    solution: tuple[int, ...] = ()


class Answer(Node, frozen=True):
    """``::: answer``, which only teachers get. It replaces a number of writing ``lines``, or
    ``space`` to write in (in millimetres), directly before it (select)."""

    children: tuple[Block, ...]
    lines: int = 0
    space: float = 0


class TeacherNote(Node, frozen=True):
    """``::: teacher``, which only teachers get."""

    children: tuple[Block, ...]
    title: tuple[Inline, ...] = ()


class Exercise(Node, frozen=True):
    """``::: exercise``. *Resolved* (numbering): ``number`` from 1."""

    children: tuple[Block, ...]
    title: tuple[Inline, ...] = ()
    number: int = 0


class BibliographyEntry(Node, frozen=True):
    """A cited work. ``label`` is its number in numeric styles. Citations link to its id."""

    children: tuple[Inline, ...]
    key: str = ""
    label: str = ""


class Bibliography(Node, frozen=True):
    """``::: bibliography``, the list of works cited. *Resolved* (citations): ``entries``."""

    entries: tuple[BibliographyEntry, ...] = ()


class IndexPlace(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place that an index entry refers to: the element with the id ``target``, or (``is_range``)
    everything from its beginning to its end, in the named section."""

    target: str
    is_range: bool = False
    section: str = ""


class IndexReference(Node, frozen=True):
    """The target of a “see” reference: an entry with the id ``target``, or without one (empty)."""

    term: tuple[Inline, ...]
    target: str = ""


class IndexEntry(Node, frozen=True):
    """``see`` are the entries to look up instead or, if there are ``places``, as well."""

    term: tuple[Inline, ...]
    places: tuple[IndexPlace, ...] = ()
    see: tuple[IndexReference, ...] = ()
    children: tuple[IndexEntry, ...] = ()


class IndexGroup(Node, frozen=True):
    """The entries under one ``letter``, which is empty in a short index."""

    letter: str
    entries: tuple[IndexEntry, ...]


class Index(Node, frozen=True):
    """``::: index``, the place of the index. *Resolved* (index): ``groups``; ``depth``, of the
    section around it; ``is_part``, where that section is the index."""

    groups: tuple[IndexGroup, ...] = ()
    depth: int = 0
    is_part: bool = False


class Container(Node, frozen=True):
    """``::: name``, or a block element of HTML: div, details, summary, aside, section."""

    name: str
    children: tuple[Block, ...]


class ThematicBreak(Node, frozen=True):
    pass


class PageBreak(Node, frozen=True):
    pass


Captioned: TypeAlias = Figure | FigureGroup | Chart | Table | CodeBlock

CAPTIONED: dict[type[Node], str] = {
    **dict.fromkeys((Figure, FigureGroup, Chart), "figure"),
    Table: "table",
    CodeBlock: "listing",
}
"""The nodes with captions, and the kinds by which they are numbered."""

FORMULAS = (Math, MathBlock)


Block: TypeAlias = (
    Heading | Section | Paragraph | List | DefinitionList | BlockQuote | Plain | CodeBlock
    | MathBlock | Table | Figure | FigureGroup | Chart | Admonition | Dialogue | WritingLines
    | WritingSpace | Exercise | Choices | Matching | Ordering | Answer | TeacherNote | Bibliography
    | Index | Container | ThematicBreak | PageBreak
)  # fmt: skip


# --- the document ----------------------------------------------------------------------


INLINE_NOTE = "inline "
"""The prefix of the label of an inline note (``^[…]``); no other label has a space in it."""


class Note(Node, frozen=True):
    """The text of a footnote. *Resolved* (notes): ``number``, and ``references``, the number of
    references to it; notes without any are dropped, with a warning."""

    label: str
    children: tuple[Block, ...]
    number: int = 0
    references: int = 0


HOLDERS = (
    BlockQuote, Container, ListItem, Admonition, Turn, Note, Exercise, Choice, Answer, TeacherNote,
)  # fmt: skip
"""The nodes that contain blocks, and so possibly a heading with a section of its own."""


class ContentsEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the table of contents, for the section or question with the id ``target``, and with
    its ``number``, if any. In ``title`` are only formatting inlines (no links, notes, images)."""

    target: str
    title: tuple[Inline, ...]
    children: tuple[ContentsEntry, ...] = ()
    number: str = ""


class CaptionList(msgspec.Struct, frozen=True, omit_defaults=True):
    """A list of figures or tables (or code), as the front matter asks for."""

    kind: Literal["figures", "tables", "listings"]
    entries: tuple[ContentsEntry, ...]


LIGHT = 640
"""The maximum long side of an image in a light web page, in pixels."""


class Asset(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file shown in the document. ``path`` is relative to the source's folder, and so is the path
    of its own folder, if a library ``shared`` it; ``name`` is its unique file name in an output;
    sizes are in CSS pixels, 0 if unknown. ``data`` is the content of a generated file (a chart,
    with a ``path`` like ``chart:1``), of a drawing that was ``cleaned`` or whose fonts were
    replaced, or of a bitmap that some outputs cannot show in its original form. ``letters`` is the
    height of a drawing's smallest letters, relative to its width. ``moving`` means animated.
    ``span`` is the first place where it is shown. ``longest`` is the maximum length of its long
    side where it is shown, in pixels, if it is longer."""

    path: str
    name: str
    media_type: str
    width: int = 0
    height: int = 0
    data: bytes = b""
    letters: float = 0
    moving: bool = False
    cleaned: tuple[str, ...] = ()
    span: Span | None = None
    longest: int = 0
    shared: str = ""

    @property
    def is_large(self) -> bool:
        """True if a light web page shows a smaller image than this one."""
        is_photograph = self.media_type not in ("image/svg+xml", "image/gif") and not self.moving
        return is_photograph and max(self.width, self.height) > LIGHT

    @property
    def is_drawing(self) -> bool:
        """True if it is an SVG file in the source's folder."""
        return self.is_file and self.media_type == "image/svg+xml"

    @property
    def is_file(self) -> bool:
        """True if it comes from a file in the source's folder."""
        return ":" not in self.path.partition("/")[0]

    def image(self, alt: str, *classes: str) -> Image:
        """An image that shows it."""
        return Image(
            source=self.path, alt=alt, asset=self.path, width=self.width, height=self.height,
            attributes=Attributes(classes=classes),
        )  # fmt: skip


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """A printed link address: its number, the address, and its readable form; whether to add a QR
    code (``coded``), and the label of the ``note`` that contains it, if any. *Resolved*
    (addresses): ``code``, the drawing."""

    number: int
    href: str
    text: str
    coded: bool = False
    note: str = ""
    code: Image | None = None


class FrontMark(msgspec.Struct, frozen=True):
    """A page of the standard print edition that begins before the text: with its title, imprint or
    contents (``part``), which an e-book has as well."""

    part: str
    label: str


class Withheld(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place of the source, up to before ``end_column`` of the last line of its ``span``, that
    only some editions have: those that meet its ``conditions``, the classes `answer` and `teacher`
    and the pairs `only`, `not` and `edition`. ``text`` is the source there. A ``solution`` belongs
    to something that all get: the answer of a gap, the marks of right choices."""

    span: Span
    end_column: int
    conditions: Attributes
    text: str
    kind: Literal["range", "solution"] = "range"


class Variant(msgspec.Struct, frozen=True, omit_defaults=True):
    """The content of a source if the ranges with the numbers ``without`` do not stand in it."""

    without: tuple[int, ...]
    blocks: tuple[Block, ...] = ()
    notes: tuple[Note, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    origins: dict[str, Origin] = {}


class Document(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """A whole publication.

    ``source`` is the source file as named on the command line, for messages. ``files`` are the
    paths, relative to the source's folder, of the further files that parsing read, or would have
    read if they existed. ``edition`` is the name of the edition that select was run for.
    *Resolved*: ``assets``, ``contents``, ``lists``, ``addresses`` (in print), and ``notes`` in
    numerical order; ``minutes`` (division), the duration of a former section, if stated;
    ``front_marks`` (page marks), in e-books. ``origins`` are the positions of top-level blocks in
    the source, by their keys. ``withheld`` are the places that only some editions have, ``text``
    is the whole source that they are in, with what it includes, and ``variants`` what is left for
    each edition that lacks some of them, until select takes one. ``unread`` are errors about what
    pupils would get, since nothing has taken up its mark.
    """

    metadata: Metadata
    blocks: tuple[Block, ...] = ()
    notes: tuple[Note, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    source: str = ""
    assets: tuple[Asset, ...] = ()
    contents: tuple[ContentsEntry, ...] = ()
    lists: tuple[CaptionList, ...] = ()
    addresses: tuple[Address, ...] = ()
    files: tuple[str, ...] = ()
    edition: str = ""
    minutes: int = 0
    front_marks: tuple[FrontMark, ...] = ()
    origins: dict[str, Origin] = {}
    withheld: tuple[Withheld, ...] = ()
    text: str = ""
    variants: tuple[Variant, ...] = ()
    unread: tuple[Diagnostic, ...] = ()

    def place(self, span: Span | None) -> Span | None:
        """A position in its file, as displayed in messages."""
        if span is None or not span.block:
            return span
        origin = self.origins[span.block]
        end = span.end and span.end + origin.line
        return Span(span.line + origin.line, span.column, end, origin.file)


_encoder = msgspec.json.Encoder()


def encode(document: Document) -> bytes:
    """The document as indented UTF-8 JSON: the same bytes for equal documents."""
    return msgspec.json.format(_encoder.encode(document), indent=1) + b"\n"


def decode(data: bytes) -> Document:
    """The document that `encode` wrote. Raises `msgspec.ValidationError` or `msgspec.DecodeError`
    for anything else."""
    return msgspec.json.decode(data, type=Document)
