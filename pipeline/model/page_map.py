"""The beginnings of pages of the standard print edition, and the marks in markup that tell them."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from pipeline import model
from pipeline.model import Block, Document, Node, tree
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.paper import Sheet

# --- print marks -----------------------------------------------------------------------------
# Marks in the markup of a printed page for the packager, besides the visible content: the
# attribute names shared by both. Other information from the renderer is in `rendered.Pages`.

TEXT = "text"
"""The target of a processing instruction before a piece of the source's text, whose number in
`Pages.pieces` it has. No reader of XML takes it for content."""

FIELD = "data-field"
"""The kind of a form field, a `FieldKind`."""

# fmt: off
FieldKind: TypeAlias = Literal[
    "blank", "cell", "lines", "space", "task", "one", "several", "match", "order",
    "name", "class", "date",
]
# fmt: on

PLACE = "data-place"
"""The place of a block in the source, as in messages: ``talk.md:12``."""

PAGE_START = "data-page-start"
"""The number of the page that begins here, of a block or of an empty span within a line."""

BEGINS_PAGE, LINE = "+page-start", "+line"
"""Attribute keys with which passes record the block and the line of a numbered passage: ``data-``
attributes in the markup. Authors cannot write keys with these prefixes."""

PAGE_NAME = "data-page-name"
"""The name of a page whose first word is not inside a block that continues from the page before."""

PAGE = "data-page"
"""The number of the page that a link leads to, or that a mark is for."""

OUTLINE = "data-outline"
"""The text of a heading in outline and running head, if it contains more than text."""

SPOKEN = "data-text"
"""The text alternative of a formula's picture."""

TARGET = "data-target"
"""The address of the place whose page is printed here."""

TELLS_PAGE = "data-tells-page"
"""The words with which a reference tells the page, if that is another one: ``{reference} on page
{page}``."""

OURS = frozenset({FIELD, OUTLINE, PAGE, PAGE_NAME, PAGE_START, PLACE, SPOKEN, TARGET, TELLS_PAGE})
"""Those of these attributes that no author's may be taken for."""

HYPHEN = "-\u200b"
"""The hyphen at the end of a line where a word is divided, unlike one in the text."""


# --- page map --------------------------------------------------------------------------------
# The beginnings of pages of the standard print edition, in a form that other editions of the same
# source can find: a block, by its position in the source, and an amount of its text.
#
# The amount is counted in letters: all characters except white space and those that only mark
# possible line breaks, because no edition adds or removes any others.

FORMULA, PICTURE = "\ufffc", "\uf8fc"
"""The signs that stand for a formula, and in print for a picture, in the text of a finished
file."""

FIRST_PAGE = "1"
"""The label of the page on which a text begins by default."""


class Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """A block: the name of its type, and its position in the source (as in `Span`). ``nth`` is the
    number of earlier blocks with the same type and position, for files that are included twice."""

    block: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    nth: int = 0


class PagePiece(msgspec.Struct, frozen=True, array_like=True):
    """A piece of text in its block: the number of letters before it, and its own. Anything other
    than text (an image, a blank) has none."""

    position: Position
    offset: int
    letters: int


FrontPart: TypeAlias = Literal["", "title", "imprint", "contents"]
"""A part before the text of the standard print edition."""


class PageStart(msgspec.Struct, frozen=True, omit_defaults=True):
    """The beginning of a page. ``label`` is its printed number. ``position`` is that of the
    innermost block; it has no line if the page begins with something outside the text, such as its
    title, which is named by ``front``. ``offset`` is the number of letters of the block on earlier
    pages (for writing space, of lines), and ``words`` are the next ones."""

    label: str
    position: Position = Position()
    offset: int = 0
    words: str = ""
    front: FrontPart = ""


class PageMap(msgspec.Struct, frozen=True, omit_defaults=True):
    """The pages of an edition that have text, the number of all, and the kind of each."""

    edition: str
    starts: tuple[PageStart, ...] = ()
    pages: int = 0
    sheet: Sheet | None = None


class TextLeaf(NamedTuple):
    """A node that is a piece of text, as a `PagePiece`; ``ordinal``: its number among all."""

    node: Node
    position: Position
    offset: int
    letters: int
    ordinal: int


PIECES = (
    model.Text, model.Code, model.Abbreviation, model.CrossReference, model.Blank, model.Math,
    model.Image, model.MathBlock, model.WritingLines, model.WritingSpace,
)  # fmt: skip
"""Visible elements without children, besides code."""

HOLDERS = (
    *Block.__args__, model.DefinitionItem, model.ListItem, model.Note, model.TableCell,
    model.TableRow, model.Turn,
)  # fmt: skip
"""Elements that can contain text."""

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Characters without a picture, which no font need have: those that Unicode calls ignorable by
default, and those around annotations between lines."""

_UNCOUNTED = late(f"[\\s{INVISIBLE}]")
_COUNTED = late(f"[^{_UNCOUNTED.pattern[1:]}+")
"""White space and what cannot be seen; and all other characters, which are quicker to pass over
than to search through."""


def letters(text: str) -> str:
    """The letters of a text, which is everything that counts."""
    return _of_paragraph(text) if len(text) <= LONG_TEXT else _letters(text)


LONG_TEXT = 4_000
"""The length of a text, in characters, up to which its letters are kept: each stage and edition
asks for those of the same paragraphs."""


def _letters(text: str) -> str:
    compact = text.replace(" ", "").replace("\n", "")
    is_bare = not compact or _COUNTED.fullmatch(compact)
    return compact if is_bare else _UNCOUNTED.sub("", compact)


_of_paragraph = functools.lru_cache(maxsize=20_000)(_letters)


_CHANGED = (
    "\u2010\u2011\ufffe\u0002\u231a-\u23ff\u25aa-\u27bf"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U00010000-\U0010ffff\ufffd"
)
"""Signs at the end of a line that a word goes on after, also as PDFium gives them; emoji, and all
characters that are two units of UTF-16."""

_NOT_PRINTED = late(f"[#*0-9]\u20e3|[{_CHANGED}]")
_PRINTED = late(f"[^\u20e3{_CHANGED}]*")


def printed_letters(text: str) -> str:
    """The letters of a text without what print changes (ligatures, capitals, hyphens), and without
    emoji, which PDFium only returns in part."""
    return printed_of(letters(text))


def printed_of(letters_read: str) -> str:
    """The same of letters."""
    compact = letters_read.replace("-", "")
    if compact.isascii():
        return compact.replace("\x02", "").lower()
    if not _PRINTED.fullmatch(compact):
        compact = _NOT_PRINTED.sub("", compact)
    normal = unicodedata.normalize("NFKC", compact)
    return (compact if normal == compact else letters(normal)).casefold()


def letter_place(text: str, count: int) -> int:
    """The position in a text of the letter after ``count`` others."""
    for run in _COUNTED.finditer(text):
        length = run.end() - run.start()
        if count < length:
            return run.start() + count
        count -= length
    return len(text)


_TEXTS = (model.Text, model.Code, model.Abbreviation, model.CrossReference, model.CodeBlock)


def counted_text(node: Node) -> str:
    """The text that a piece of it, or code, adds to its block."""
    if isinstance(node, _TEXTS):
        return node.text
    if isinstance(node, model.FORMULAS) and not node.mathml:  # shown as written
        return node.tex
    return ""


class _Holder:
    """A block, and the number of its letters that have been passed."""

    def __init__(self, position: Position) -> None:
        self.position = position
        self.passed = 0


class _Leaf(NamedTuple):
    """A piece of text in a block that is not a section. Its ``holder`` is one of those in it, by
    their order, or that of the block itself: -1."""

    node: Node
    holder: int
    offset: int
    letters: int
    ordinal: int


class _Leaves(NamedTuple):
    """The pieces of text in a block: the types and places of the ``holders`` in it, how many of the
    letters are those ``passed`` in the block's own holder, and the number of nodes."""

    leaves: tuple[_Leaf, ...]
    holders: tuple[tuple[str, Span], ...]
    passed: int
    nodes: int


def leaves(document: Document) -> tuple[TextLeaf, ...]:
    """The pieces of text in a document, in the order of `tree.walk`; code before its caption."""
    return tuple(_leaves(document))


def _leaves(document: Document) -> Iterator[TextLeaf]:
    seen: dict[Position, int] = {}

    def holder_at(name: str, span: Span) -> _Holder:
        place = document.place(span) or span
        position = Position(name, place.file, place.line, place.column)
        nth = seen[position] = seen.get(position, -1) + 1
        return _Holder(msgspec.structs.replace(position, nth=nth) if nth else position)

    ordinal, outermost = 0, _Holder(Position())
    stack = [(node, outermost) for node in tree.top_level(document)][::-1]
    while stack:
        node, holder = stack.pop()
        if isinstance(node, model.Section):
            inner = holder_at("Section", node.span) if node.span else holder
            stack.extend([(child, inner) for child in tree.children(node)[::-1]])
            ordinal += 1
            continue
        leaves = _leaves_of(node)
        holders = [holder_at(*place) for place in leaves.holders]
        for leaf in leaves.leaves:
            of = holders[leaf.holder] if leaf.holder >= 0 else holder
            before = 0 if isinstance(leaf.node, model.CodeBlock) else of.passed
            place = before + leaf.offset, leaf.letters, ordinal + leaf.ordinal
            yield TextLeaf(leaf.node, of.position, *place)
        holder.passed += leaves.passed
        ordinal += leaves.nodes


@tree.of_node
def _leaves_of(block: Node) -> _Leaves:
    holders: list[tuple[str, Span]] = []

    def inherit(node: Node, holder: int) -> int:
        if node.span is None or not isinstance(node, HOLDERS):
            return holder
        holders.append((type(node).__name__, node.span))
        return len(holders) - 1

    leaves: list[_Leaf] = []
    passed: dict[int, int] = {}
    ordinal = -1
    for ordinal, (node, holder) in enumerate(tree.walk_with((block,), -1, inherit)):
        if isinstance(node, model.CodeBlock):
            before = len(letters(tree.plain_text(node.caption)))
            leaves.append(_Leaf(node, holder, before, len(letters(node.text)), ordinal))
        elif isinstance(node, PIECES):
            count = len(letters(counted_text(node)))
            leaves.append(_Leaf(node, holder, passed.get(holder, 0), count, ordinal))
            passed[holder] = passed.get(holder, 0) + count
    return _Leaves(tuple(leaves), tuple(holders), passed.get(-1, 0), ordinal + 1)
