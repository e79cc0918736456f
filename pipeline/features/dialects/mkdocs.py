"""MkDocs and its theme Material: blocks between slashes, tabs, keys, annotations, other files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from pipeline.features.dialects.reading import INCLUDE
from pipeline.model import (
    NO_ATTRIBUTES,
    Block,
    Document,
    Inline,
    List,
    Note,
    NoteReference,
    Paragraph,
    Text,
)
from pipeline.model.boxes import KINDS
from pipeline.model.late import late
from pipeline.model.tree import FOR_TEACHERS, rewrite
from pipeline.parser.blockparser import BlockElement, Match
from pipeline.parser.container_blocks import ContainerProcessor, IndentedProcessor
from pipeline.parser.dialects import Dialect, Inclusion, Sign, ToldMark
from pipeline.parser.leaf import InlineSpan, Pattern, Result
from pipeline.parser.lines import Cursor, Line
from pipeline.parser.names import meant_name

# --- annotations -----------------------------------------------------------------------------
# Material for MkDocs' annotations: the items of a list as notes of the paragraph above it.

_CLASS = "annotate"
_MARK = late(r"(?<![ \t])[ \t]*+\((\d{1,3})\)")


def as_notes(document: Document) -> Document:
    """The document with notes in place of the lists below paragraphs of the class `annotate`."""
    blocks: list[Block] = []
    notes = list(document.notes)
    for block in document.blocks:
        before = blocks[-1] if blocks else None
        if isinstance(block, List) and block.ordered and _is_annotated(before):
            assert isinstance(before, Paragraph)
            label = f"{_CLASS}-{len(notes)}-"
            blocks[-1] = _with_references(before, label, block)
            notes += (
                Note(label=f"{label}{number}", children=item.children, span=item.span)
                for number, item in enumerate(block.items, block.start)
            )
        else:
            blocks.append(block)
    if len(notes) == len(document.notes):
        return document
    return replace(document, blocks=tuple(blocks), notes=tuple(notes))


def _is_annotated(block: Block | None) -> bool:
    return isinstance(block, Paragraph) and _CLASS in block.attributes.classes


def _with_references(paragraph: Paragraph, label: str, items: List) -> Paragraph:
    numbers = range(items.start, items.start + len(items.items))

    def leave(node: Text) -> Text | tuple[Inline, ...]:
        pieces = tuple(_pieces(node, label, numbers))
        return pieces if len(pieces) > 1 else node

    children = rewrite(paragraph.children, leave={Text: leave})
    attributes = paragraph.attributes.without(classes={_CLASS})
    return replace(paragraph, children=children, attributes=attributes)


def _pieces(node: Text, label: str, numbers: range) -> Iterator[Inline]:
    """A text in pieces: between them, a reference for each number of an item in parentheses."""
    last = 0
    for match in _MARK.finditer(node.text):
        if int(match[1]) in numbers:
            if before := node.text[last : match.start()]:
                yield replace(node, text=before)
            yield NoteReference(label=f"{label}{match[1]}", span=node.span)
            last = match.end()
    if rest := node.text[last:]:
        yield replace(node, text=rest)


# --- mkdocs ----------------------------------------------------------------------------------
# MkDocs: blocks between slashes, tabs, keys, and included files.

_SLASHES = late(r"(/{3,})[ \t]*+([^\W\d_][\w-]*+)[ \t]*+(?:\|[ \t]*+(.*))?$")
_OPTION = late(r"(type|open|new|select|attrs):[ \t]*+(.*)$")


class SlashesProcessor(ContainerProcessor):
    """MkDocs' blocks: ``/// note | Title`` to ``///``, where indented options may come first."""

    begins = "/"
    closing = late(r"(?<!/)(/{3,})[ \t]*$")

    def start(self, cursor: Cursor) -> bool:
        match = _SLASHES.match(cursor.rest)
        name = meant_name(match[2].lower()) if match else ""
        if name not in FOR_TEACHERS and (
            name not in SLASHES or not self.parser.comes_later(_LAST_SLASHES)
        ):
            return False
        if not match or self.parser.too_deep(cursor):
            return False
        state = NO_ATTRIBUTES
        count, title = str(len(match[1])), (match[3] or "").strip()
        self.open(
            cursor, "container", state, name=name, written=match[2], argument=title, colons=count
        )
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if not block.get("begun") and cursor.indent >= 4:
            if match := _OPTION.match(cursor.rest):
                if match[1] == "type" and block.get("name") == "admonition":
                    block.set("name", match[2].strip())
                cursor.skip_rest()
                return Match.YES
        elif not cursor.blank:
            block.set("begun", "yes")
        return super().proceed(block, cursor)


_LAST_SLASHES = late(r"^[ \t>]*/{3,}[ \t]*$")
SLASHES = frozenset({*KINDS, "admonition", "details", "tab"})
"""The names of such blocks that have an equivalent; others are reported."""


_TAB = late(r'===[!+]{0,2}[ \t]+"([^"]{1,200})"[ \t]*$')


class TabProcessor(IndentedProcessor):
    """The first child is the title."""

    begins = "="

    def start(self, cursor: Cursor) -> bool:
        match = _TAB.match(cursor.rest)
        if not match or self.parser.too_deep(cursor):
            return False
        title = BlockElement("title", cursor.number)
        title.lines = [Line(match[1], cursor.number, cursor.offset + match.start(1))]
        self.open(cursor, "tab").append(title)
        cursor.skip_rest()
        return True


_KEYS = {"ctrl": "Ctrl", "alt": "Alt", "cmd": "Cmd", "esc": "Esc", "del": "Del", "tab": "Tab"}


def _keys(m: re.Match[str], data: str) -> Result:
    """``++ctrl+alt+del++``, keys as MkDocs writes them."""
    before = data[m.start() - 1 : m.start()]
    if before.isalnum() or before == "+":
        return None
    group = InlineSpan("group")
    for number, name in enumerate(m[1].split("+")):
        key = InlineSpan("element", _key(name), name="kbd")
        key.offset = m.start()
        if number:
            group[-1].tail = "+"
        group.append(key)
    return group


def _key(name: str) -> str:
    if name.lower() in _KEYS:
        return _KEYS[name.lower()]
    return " ".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _icon(m: re.Match[str], data: str) -> Result:
    """``:material-clock:``, an icon of the site."""
    if data[m.start() - 1 : m.start()].isalnum() and m.start():
        return None
    message = f"`{m[0]}` is an icon of Material for MkDocs, and is left out."
    return InlineSpan("slip", "", message=message, hint="Write what it says, if it says anything.")


MATERIAL = Dialect(
    names=("Material for MkDocs",),
    signs=(Sign(".annotate", late(r"(?m)^[ \t]*\{:?[ \t]*\.annotate[ \t]*\}[ \t]*$")),),
    settle=(as_notes,),
)

MKDOCS = Dialect(
    names=("MkDocs",),
    blocks={"slashes": SlashesProcessor, "tab": TabProcessor},
    inlines={
        "icon": Pattern(
            ":",
            r":(?:material|fontawesome|octicons|simple)-[a-z0-9-]{1,60}:(?:\{[^{}\n]{1,100}\})?",
            _icon,
        ),
        "keys": Pattern("+", r"\+\+([A-Za-z0-9-]+(?:\+[A-Za-z0-9-]+)*)\+\+(?![\w+])", _keys),
    },
    inclusions=(Inclusion(late(r"-{1,8}8<-{1,8}[ \t]*\"(?P<path>[^\":]{1,300})\"")),),
    lines=(
        ToldMark(late(r"-{1,8}8<-"), "a snippet of MkDocs", INCLUDE),
        ToldMark(
            late(r"(?<!/)/{3,}[ \t]*[a-z][\w-]*[ \t]*(?:\||$)"),
            "a block of MkDocs",
            "Write it as a block: `::: note Title`, the text, and `:::`.",
        ),
    ),
)
