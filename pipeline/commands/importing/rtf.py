"""Rich Text, as saved by TextEdit, WordPad and every word processor: read like a web page."""

from __future__ import annotations

import codecs
import copy
import locale
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.commands.importing.appearance import SIZE, Atom, fill, last_or_new, number_by, usual
from pipeline.commands.importing.citations import MARKED, Marks, with_marks
from pipeline.commands.importing.draft import (
    CHANGED,
    COMMENT,
    HEADS,
    NOTE_SENTINEL,
    TYPED,
    Changes,
    Draft,
    change_sentences,
    is_coloured,
    look_sentences,
    split_list,
    tell_loss,
    unread,
)
from pipeline.commands.importing.metadata import TITLE, language_of, meaningful
from pipeline.commands.importing.page_reader import join_captions, label_words
from pipeline.commands.importing.web_article import draft_of_page
from pipeline.commands.importing.word_parts import kind_of
from pipeline.model.late import late
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.words.guessing import language_of_text
from pipeline.parser.lines import FORBIDDEN

# --- rtf tokens ------------------------------------------------------------------------------
# The words, marks and characters that Rich Text is written in.

_TOKEN = late(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)"
)
CHARACTERS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "tab": "\t", "emspace": " ", "enspace": " ", "qmspace": " ",
    "~": "\u00a0", "_": "\u2011", "-": "\u00ad", "\\": "\\", "{": "{", "}": "}",
}  # fmt: skip
"""Control words and symbols for characters."""

CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
"""Encodings of fonts."""


class RtfToken(NamedTuple):
    """A control word with its number, a brace, or (as ``text``) characters; those of ``data`` are
    in the encoding of their font."""

    word: str = ""
    number: int | None = None
    text: str = ""
    data: int = -1


def tokens(data: bytes) -> Iterator[RtfToken]:
    """The tokens of a text."""
    text = data.decode("latin-1")
    at = 0
    while match := _TOKEN.search(text, at):
        at = match.end()
        word, number, code, mark, brace, characters = match.groups()
        if word == "bin":
            length = max(0, int(number or 0))
            yield RtfToken("bin", text=text[at : at + length])
            at += length
        elif word:
            yield RtfToken(word, None if number is None else int(number))
        elif code:
            yield RtfToken(data=int(code, 16))
        elif mark in "\r\n" if mark else False:
            yield RtfToken("par")
        elif mark or brace:
            yield RtfToken(mark if mark else f"group{brace}")
        elif characters.isascii():
            yield RtfToken(text=characters)
        else:
            yield from (
                RtfToken(data=ord(c)) if ord(c) > 127 else RtfToken(text=c) for c in characters
            )


def encoding(number: int) -> str:
    """The encoding of a code page, or that of Windows for an unknown one."""
    try:
        return codecs.lookup(f"cp{number}").name
    except LookupError:
        return "cp1252"


# --- body ------------------------------------------------------------------------------------
# The paragraphs, lists and tables of Rich Text, as elements of HTML.

MOST_NESTED = 9
"""The maximum nesting of tables."""

COLOUR = "colour"
"""The format of text in a colour, which no element shows."""

LEAST_CELL_WIDTH = 30
"""Twentieths of a point that the edges of cells are apart at least."""


class _Cell(NamedTuple):
    element: Element
    right: int
    merged: str


class _Grid:
    """A table that is read: its rows, and the row and the cell that are open."""

    def __init__(self) -> None:
        self.rows: list[list[_Cell]] = []
        self.row: list[Element] = []
        self.cell = etree.Element("td")


class _RowForm:
    """The form of a row: where its cells end, and which are merged with others."""

    def __init__(self) -> None:
        self.edges: list[tuple[int, str]] = []
        self.merged = ""
        self.is_head = False


class RtfBody:
    """Collects paragraphs. ``mark`` is the bullet or number of the next, ``styles`` are the names
    of styles; ``comments`` and ``boxes`` follow their paragraph; ``coloured`` are texts in
    colours."""

    def __init__(self, styles: dict[int, str] | None = None) -> None:
        self.root = etree.Element("div")
        self.styles: dict[int, str] = {} if styles is None else styles
        self.mark = ""
        self.comments: list[str] = []
        self.boxes: list[Element] = []
        self.coloured: list[str] = []
        self.title = self.subtitle = ""
        self._atoms: list[Atom] = []
        self._sizes: list[tuple[float, str]] = []
        self._lists: list[tuple[int, Element, str]] = []
        self._grids: list[_Grid] = []
        self._forms: dict[int, _RowForm] = {}
        self._reset()

    def _reset(self) -> None:
        self._style, self._level, self._depth, self._in_table, self._nesting = 0, -1, 0, False, 1
        self._is_on_new_page = False

    def add(self, atom: Atom, size: int) -> None:
        """Add to the paragraph."""
        self._atoms.append(atom)
        if isinstance(atom.content, str):
            self._sizes.append((size / 2, atom.content))

    def paragraph_word(self, word: str, number: int | None) -> None:
        """A word that is about paragraphs."""
        form = self._forms.setdefault(self._nesting, _RowForm())
        match word:
            case "par" | "sect":
                self._paragraph()
            case "cell" | "nestcell":
                self._nesting = 1 if word == "cell" else max(2, self._nesting)
                self._end_cell()
            case "row" | "nestrow":
                self._nesting = 1 if word == "row" else max(2, self._nesting)
                if len(self._grids) >= self._nesting:
                    self._close_tables(self._nesting)
                    self._end_row()
            case "itap":
                self._nesting = min(max(1, number or 0), MOST_NESTED)
            case "pard":
                self._reset()
            case "page":
                self._paragraph()
                self._holder().append(etree.Element("hr", {"class": "page-break"}))
            case "pagebb":
                self._is_on_new_page = number != 0
            case "s":
                self._style = number or 0
            case "outlinelevel":
                self._level = number if number is not None and number < 9 else -1
            case "ilvl":
                self._depth = min(max(0, number or 0), 8)
            case "intbl":
                self._in_table = True
            case "trowd":
                self._forms[self._nesting] = _RowForm()
            case "trhdr":
                form.is_head = True
            case "clvmrg" | "clmrg":
                form.merged = word
            case "cellx":
                form.edges.append((number or 0, form.merged))
                form.merged = ""

    def end(self) -> None:
        """Close what is open."""
        if self._atoms:
            self._paragraph()
        self._close_tables(0)
        join_captions(self.root)

    # --- paragraphs ---

    def _holder(self) -> Element:
        nesting = self._nesting if self._in_table else 0
        self._close_tables(nesting)
        while len(self._grids) < nesting:
            self._grids.append(_Grid())
        return self._grids[-1].cell if self._grids else self.root

    def _paragraph(self) -> None:
        to = self._holder()
        atoms, self._atoms = self._atoms, []
        mark, self.mark = self.mark, ""
        sizes, self._sizes = self._sizes, []
        if atoms:
            name = self.styles.get(self._style, "")
            if self._is_on_new_page and to is self.root and len(to):
                etree.SubElement(to, "hr", {"class": "page-break"})
            block = self._element(to, atoms, name, mark)
            fill(block, atoms)
            if block.tag == "p":
                block.set(SIZE, str(usual(sizes)))
            if block.tag in ("p", "li") and block.get("class") != "caption":
                self.coloured += [str(a.content) for a in atoms if dict(a.formats).get(COLOUR)]
        for box in self.boxes:
            to.extend([*box] if all(e.tag == "figure" for e in box) else [box])
        for comment in self.comments:
            etree.SubElement(self.root, "p").text = COMMENT + comment
        self.boxes, self.comments = [], []

    def _element(self, to: Element, atoms: list[Atom], name: str, mark: str) -> Element:
        """The element of a paragraph, by its style."""
        text = "".join(atom.content for atom in atoms if isinstance(atom.content, str)).strip()
        kind, level = kind_of(name)
        level = level if kind == "heading" else self._level + 1
        before = to[-1] if len(to) else None
        if kind == "title" and not self.title and text:
            self.title = " ".join(text.split())
            self._lists = []
            return etree.SubElement(to, "h1", {"class": TITLE})
        if kind == "subtitle" and not self.subtitle and all(e.tag == "h1" for e in self.root):
            self.subtitle = " ".join(text.split())
            return etree.Element("p")
        if level and to is self.root and text:
            self._lists = []
            for at, atom in enumerate(atoms):
                formats = tuple(format for format in atom.formats if format[0] != "strong")
                atoms[at] = atom._replace(formats=formats)
            return etree.SubElement(to, f"h{min(level, 6)}")
        if mark:
            return self._item(to, mark)
        self._lists = []
        if kind == "quote":
            return etree.SubElement(last_or_new(to, "blockquote"), "p")
        if kind == "code":
            if before is not None and before.tag == "pre":
                atoms.insert(0, Atom("\n"))
                return before
            return etree.SubElement(to, "pre")
        return etree.SubElement(to, "p", {"class": kind} if kind == "caption" else {})

    def _item(self, to: Element, mark: str) -> Element:
        """A new item of the list that is open at its depth."""
        number = re.fullmatch(r"\(?(\d{1,4}|[a-zA-Z]{1,4})[.)]", mark)
        kind = "ol" if number else "ul"
        if self._lists and self._lists[0][1].getparent() is not to:
            self._lists = []
        while self._lists and self._lists[-1][0] > self._depth:
            self._lists.pop()
        is_same = self._lists and self._lists[-1][0] == self._depth
        if not is_same or self._lists[-1][1].tag != kind or _is_first(mark, self._lists[-1][2]):
            if is_same:
                self._lists.pop()
            outer = self._lists[-1][1][-1] if self._lists else to
            listed = etree.SubElement(outer, kind)
            if number:
                number_by(listed, mark)
            self._lists.append((self._depth, listed, mark if number else ""))
        return etree.SubElement(self._lists[-1][1], "li")

    # --- tables ---

    def _end_cell(self) -> None:
        self._in_table = True
        self._paragraph()
        grid = self._grids[-1]
        grid.row.append(grid.cell)
        grid.cell = etree.Element("td")

    def _end_row(self) -> None:
        grid, form = self._grids[-1], self._forms.get(len(self._grids), _RowForm())
        cells = []
        for at, element in enumerate(grid.row):
            right, merged = form.edges[at] if at < len(form.edges) else (at + 1, "")
            if form.is_head:
                element.tag = "th"
            cells.append(_Cell(element, right, merged))
        grid.row = []
        if cells:
            grid.rows.append(cells)

    def _close_tables(self, nesting: int) -> None:
        """End tables that are deeper than this, with the rows that are open in them."""
        while len(self._grids) > nesting:
            grid = self._grids[-1]
            if len(grid.cell):
                grid.row.append(grid.cell)
            self._end_row()
            self._grids.pop()
            if grid.rows:
                self._table(grid.rows, self._grids[-1].cell if self._grids else self.root)

    def _table(self, rows: list[list[_Cell]], to: Element) -> None:
        """A table of rows, whose columns end where cells do."""
        self._lists = []
        edges = sorted({cell.right for row in rows for cell in row})
        number: dict[int, int] = {}
        before_it = 0
        for edge in edges:  # those that are nearly at one place are one
            last = number.get(before_it, -1)
            number[edge] = last if number and edge - before_it < LEAST_CELL_WIDTH else last + 1
            before_it = edge
        table = etree.SubElement(to, "table")
        above: dict[int, Element] = {}
        for row in rows:
            line = etree.SubElement(table, "tr")
            left = -1
            before: Element | None = None
            for cell in row:
                right = max(number[cell.right], left + 1)
                over = above.get(left + 1)
                if cell.merged == "clmrg" and before is not None:
                    _span(before, "colspan", right - left)
                elif cell.merged == "clvmrg" and over is not None:
                    _span(over, "rowspan", 1)
                else:
                    before = cell.element
                    line.append(before)
                    if right - left > 1:
                        before.set("colspan", str(right - left))
                    above[left + 1] = before
                left = right


def _is_first(mark: str, first: str) -> bool:
    """Return whether a mark begins another list than that of this first mark: it is the same, or
    has other signs around it."""
    return bool(first) and (mark == first or re.sub(r"\w", "", mark) != re.sub(r"\w", "", first))


def _span(cell: Element, key: str, more: int) -> None:
    cell.set(key, str(int(cell.get(key) or 1) + more))


# --- reader ----------------------------------------------------------------------------------
# Rich Text as a page of HTML: its groups and words, its paragraphs with their styles, lists and
# tables, notes, comments and images.

_SKIPPED = frozenset(
    "nonshppict objdata objclass shprslt rxe tc listpicture xmlopen fldtype private"
    " bkmkend nonesttables".split()
)
_HEADS = frozenset("header headerl headerr headerf footer footerl footerr footerf".split())
_READ = frozenset(
    "shppict picprop sn sv annotation fldinst atnauthor shpinst shptxt footnote listtext pntext"
    " info pict field fonttbl colortbl stylesheet nesttableprops xe bkmkstart".split()
)
"""Destinations with content that is read."""

_INFO = frozenset({"title", "author", "keywords", "subject"})
_TOGGLES = {
    "b": ("strong", "strong"), "i": ("em", "em"), "strike": ("s", "s"), "striked": ("s", "s"),
    "ul": ("u", "u"), "scaps": ("caps", "caps"), "super": ("raised", "sup"),
    "sub": ("raised", "sub"), "highlight": ("mark", "mark"),
    "up": ("raised", "sup"), "dn": ("raised", "sub"),
}  # fmt: skip
_DESTINATIONS = _SKIPPED | _HEADS | _READ | _INFO
DEEPEST = 500
"""The maximum nesting of groups."""


class _Group:
    """The state within a group: where its text goes, and its formats."""

    def __init__(self) -> None:
        self.to = "body"
        self.formats: dict[str, str] = {}
        self.font = self.size = 0
        self.after_unicode = 1
        self.language = 0
        self.field: list[str] = [""]
        self.texts: list[str] = []

    def inner(self) -> _Group:
        group = copy.copy(self)
        group.formats = dict(self.formats)
        group.texts = [] if self.to == "body" else self.texts
        return group


_TWIPS = 567
"""Units of length in a centimetre."""


class RtfReader:
    """Reads tokens. ``info`` is the document's metadata, ``heads`` are its headers and footers;
    ``words`` and ``hidden`` are numbers of words, ``changes`` the number of tracked changes."""

    def __init__(self, changes: Changes) -> None:
        self.body = RtfBody()
        self.info: dict[str, str] = {}
        self.heads: list[str] = []
        self.languages: Counter[int] = Counter()
        self.declared: Counter[int] = Counter()
        self.messages: list[str] = []
        self.columns = 1
        self.hidden = self.changed = self.vectors = 0
        self.images: dict[str, bytes] = {}
        self.notes: list[tuple[str, Element]] = []
        self.marks = Marks()
        self._changes = changes
        self._fonts: dict[int, str] = {}
        self._colours: list[str] = []
        self._page = "cp1252"
        self._groups = [_Group()]
        self._outer: list[tuple[int, RtfBody, str]] = []
        self._bytes = bytearray()
        self._skip = self._half = 0
        self._starred = False
        self._style = 0
        self._author = self._alt = self._property = self._kind = ""
        self._data: list[str] = []
        self._sizes: dict[str, int] = {}

    def read(self, tokens: Any) -> None:
        """Read all tokens."""
        for token in tokens:
            if token.data >= 0:
                if self._skip:
                    self._skip -= 1
                else:
                    self._bytes.append(token.data)
                continue
            self._decode()
            if token.text and not token.word:
                skipped = min(self._skip, len(token.text))
                self._skip -= skipped
                self._text(token.text[skipped:])
            else:
                self._word(token)
        self._decode()
        while self._outer:
            self._leave_inner()
        self.body.end()

    # --- text ---

    def _decode(self) -> None:
        if self._bytes:
            font = self._fonts.get(self._groups[-1].font, self._page)
            data, self._bytes = bytes(self._bytes), bytearray()
            self._text(data.decode(font, "replace"))

    def _text(self, text: str) -> None:
        group = self._groups[-1]
        text = FORBIDDEN.sub(" ", text)
        if not text:
            return
        if group.to != "body":
            if group.to == "pict":
                self._data.append(text)
            elif group.to != "skip":
                group.texts.append(text)
            return
        formats = dict(group.formats)
        if formats.pop("hidden", ""):
            self.hidden += len(text.split())
            return
        for kind, dropped in (("del", "accept"), ("ins", "reject")):
            if kind in formats and self._changes == dropped:
                return
            if self._changes != "keep":
                formats.pop(kind, None)
        if group.field[0] == "gone":
            return
        if group.field[0]:
            formats["link"] = group.field[0]
            formats = {key: formats[key] for key in formats if key not in ("u", COLOUR)}
        self.languages[group.language] += len(text)
        self.body.add(Atom(text, tuple(formats.items())), group.size)

    def _unicode(self, code: int) -> None:
        """A character; those beyond the first plane are written as surrogate pairs."""
        if 0xD800 <= code < 0xDC00:
            self._half = code
        elif 0xDC00 <= code < 0xE000:
            if self._half:
                self._text(chr(0x10000 + ((self._half - 0xD800) << 10) + code - 0xDC00))
            self._half = 0
        else:
            self._text(chr(code))

    # --- words ---

    def _word(self, token: RtfToken) -> None:
        word, number, group = token.word, token.number, self._groups[-1]
        if word == "group{":
            if len(self._groups) < DEEPEST:
                self._groups.append(group.inner())
            else:
                raise ValueError("too deep")
            self._starred, self._skip = False, 0
        elif word == "group}":
            self._skip = 0
            if len(self._groups) > 1:
                self._leave(self._groups.pop())
        elif word == "*":
            self._starred = True
        elif group.to == "skip":
            return
        elif self._starred or word in _DESTINATIONS:
            self._destination(word, group)
            self._starred = False
        elif word == "bin":
            self._data.append(token.text.encode("latin-1").hex())
        elif word == "u":
            self._unicode((number or 0) % 0x10000)
            self._skip = group.after_unicode
        elif word == "uc":
            group.after_unicode = min(max(0, number or 0), 20)
        elif word in CHARACTERS:
            self._text(CHARACTERS[word])
        elif group.to == "fonttbl":
            self._font(word, number or 0, group)
        elif group.to == "colortbl":
            group.texts.append(f"{min(number or 0, 255):02x}")
        elif group.to == "stylesheet":
            if word == "s":
                self._style = number or 0
        elif group.to == "pict":
            self._kind = word if word.endswith(("blip", "metafile")) else self._kind
            self._sizes[word] = number or 0
        elif word == "ansicpg":
            self._page = encoding(number or 1252)
        elif group.to == "body":
            self._formatting(word, number, group)

    def _formatting(self, word: str, number: int | None, group: _Group) -> None:
        if word in _TOGGLES:
            kind, value = _TOGGLES[word]
            group.formats.pop(kind, None)
            if number != 0:
                group.formats[kind] = value
        elif word in ("deleted", "revised"):
            kind = "del" if word == "deleted" else "ins"
            group.formats[kind] = kind
            self.changed += 1
        elif word == "v":
            group.formats.pop("hidden", None)
            if number != 0:
                group.formats["hidden"] = "hidden"
        elif word in ("ulnone", "nosupersub"):
            group.formats.pop("u" if word == "ulnone" else "raised", None)
        elif word == "plain":
            kept = ("del", "ins")
            group.formats = {key: value for key, value in group.formats.items() if key in kept}
        elif word == "cf":
            colour = "".join(self._colours[number or 0 : (number or 0) + 1])
            group.formats[COLOUR] = colour if is_coloured(colour) else ""
        elif word == "f":
            group.font = number or 0
        elif word == "fs":
            group.size = number or 0
        elif word in ("lang", "deflang"):
            group.language = number or 0
            self.declared[group.language] += 1
        elif word == "cols":
            self.columns = max(self.columns, number or 1)
        elif word == "line":
            self.body.add(Atom(etree.Element("br")), 0)
        else:
            self.body.paragraph_word(word, number)

    def _font(self, word: str, number: int, group: _Group) -> None:
        if word == "f":
            group.font = number
        elif word == "fcharset" and number in CHARSETS:
            self._fonts[group.font] = CHARSETS[number]

    # --- groups ---

    def _destination(self, word: str, group: _Group) -> None:
        group.texts = []
        if word in ("footnote", "annotation", "shptxt"):
            self._outer.append((len(self._groups), self.body, word))
            self.body = RtfBody(self.body.styles)
            group.to, group.formats = "body", {}
        elif word == "field":
            group.field = [group.field[0]]
        elif word in ("shppict", "shpinst", "nesttableprops"):
            return
        elif word in _INFO:
            group.to = word if group.to == "info" else group.to
        elif word == "pict":
            group.to, self._data, self._kind, self._alt = "pict", [], "", ""
            self._sizes = {}
        elif word in _HEADS:
            group.to = "head"
        elif word in _READ:
            group.to = word
        else:
            group.to = "skip"

    def _leave(self, group: _Group) -> None:
        outer = self._groups[-1]
        if self._outer and self._outer[-1][0] == len(self._groups) + 1:
            self._leave_inner()
        elif group.to != outer.to:
            text = " ".join("".join(group.texts).split())
            if group.to in _INFO:
                self.info[group.to] = text
            elif group.to == "head" and text:
                self.heads.append(text)
            elif group.to == "fldinst":
                mark = self.marks.field(text.removeprefix("ADDIN "))
                self.body.add(Atom(mark), 0)
                outer.field[0] = "gone" if mark else _address(text) or outer.field[0]
            elif group.to == "bkmkstart":
                self.body.add(Atom(etree.Element("span", id=text)), 0)
            elif group.to == "xe":
                self.body.add(Atom(self.marks.index(text.split(":"))), 0)
            elif group.to == "colortbl":
                self._colours = "".join(group.texts).split(";")
            elif group.to in ("listtext", "pntext"):
                self.body.mark = text
            elif group.to == "atnauthor":
                self._author = text
            elif group.to == "sn":
                self._property = text
            elif group.to == "sv" and self._property == "wzDescription":
                self._alt = text
            elif group.to == "pict":
                self._image()
        elif group.to == "stylesheet":
            self.body.styles[self._style] = "".join(group.texts).strip(" ;").casefold()
            group.texts.clear()
            self._style = 0

    def _leave_inner(self) -> None:
        """A note, a comment, or a box, which is read."""
        _, outer, kind = self._outer.pop()
        inner, self.body = self.body, outer
        inner.end()
        content = " ".join(" ".join(str(text) for text in inner.root.itertext()).split())
        if kind == "footnote":
            label = str(len(self.notes) + 1)
            self.notes.append((label, inner.root))
            outer.add(Atom(f"{NOTE_SENTINEL}{label}{NOTE_SENTINEL}"), 0)
        elif kind == "annotation":
            outer.comments.append(f"{self._author}: {content}" if self._author else content)
        elif content or inner.root.find(".//img") is not None:
            inner.root.set("class", "sidebar")
            outer.boxes.append(inner.root)

    def _image(self) -> None:
        data = re.sub(r"[^0-9a-fA-F]", "", "".join(self._data))
        suffix = {"pngblip": ".png", "jpegblip": ".jpg"}.get(self._kind)
        if not suffix:
            self.vectors += 1
            return
        name = f"image-{len(self.images) + 1}{suffix}"
        self.images[name] = bytes.fromhex(data[: len(data) // 2 * 2])
        image = etree.Element("img", src=name, alt=self._alt)
        scale = self._sizes.get("picscalex", 100) / 100
        if (width := self._sizes.get("picwgoal", 0) * scale / _TWIPS) > 0:
            image.set("width", f"{width:.1f}cm")
        self.body.add(Atom(image), 0)


def _address(instruction: str) -> str:
    match = re.match(r'HYPERLINK\s+(?:\\l\s+)?"?([^"\s]+)', instruction)
    if match:
        return match[1]
    return "gone" if instruction.startswith("TOC") else ""


# --- rtf -------------------------------------------------------------------------------------


def draft_of_rtf(data: bytes, name: str, stem: str, changes: Changes = "accept") -> Draft:
    """A text in Rich Text, with its tracked ``changes`` accepted, rejected or kept; its file has
    the name ``stem``."""
    reader = RtfReader(changes)
    try:
        if not data.lstrip().startswith(b"{\\rtf"):
            raise ValueError("no Rich Text")
        reader.read(tokens(data))
    except ValueError:  # lxml raises it too, for characters that no text has
        hint = "Open it in a word processor, and save it as .docx or .odt."
        return unread("This is not a Rich Text file, or it is damaged.", name, hint)
    body = reader.body.root
    comments = [p for p in body.iter("p") if (p.text or "").startswith(COMMENT)]
    comment_text = " ".join(p.text or "" for p in comments)
    body.tag = "body"
    words = len(_own_text(body).split()) - len(comment_text.split()) - label_words(body)
    words += sum(len(_own_text(note).split()) for _, note in reader.notes)
    root = etree.Element("html")
    root.append(body)
    title = reader.body.title or reader.info.get("title", "")
    text = _own_text(body)
    draft = draft_of_page(
        root, name, reader.images.get, whole_page=True, title=title, notes=reader.notes
    )
    sentences = [*change_sentences(reader.changed, changes)]
    sentences += look_sentences(reader.body.coloured, reader.columns)
    if reader.hidden:
        hidden = "1 word" if reader.hidden == 1 else f"{reader.hidden} words"
        sentences.append(f"Hidden content ({hidden}) is left out.")
    if reader.vectors:
        images = "1 image" if reader.vectors == 1 else f"{reader.vectors} images"
        sentences.append(f"{images} left out, in a Windows format: save what you need as .png.")
    for head in dict.fromkeys(reader.heads):
        sentences.append(
            f"The header or footer “{head[:60]}” is left out: editions have their own."
        )
    words -= draft.counts[TYPED]
    counts = {**draft.counts, "words": words, HEADS: len(reader.heads), "comments": len(comments)}
    counts[CHANGED] = reader.changed
    spoken = [*reader.languages.most_common(1), *reader.declared.most_common()]
    lang = next(filter(None, (_language(number) for number, _ in spoken)), "")
    metadata = Metadata(
        title=draft.metadata.title,
        subtitle=reader.body.subtitle,
        authors=tuple(map(Contributor, split_list(meaningful(reader.info.get("author", ""))))),
        description=reader.info.get("subject", ""),
        keywords=split_list(reader.info.get("keywords", "")),
        lang=language_of(lang or language_of_text(text)),
    )
    findings = tuple(tell_loss(sentence, name) for sentence in sentences)
    marked = replace(draft, metadata=metadata, counts=counts, findings=(*findings, *draft.findings))
    return with_marks(marked, reader.marks, name, stem)


def _language(number: int) -> str:
    """A language by its number in Windows, or that of its family."""
    known = locale.windows_locale
    family = next((v.partition("_")[0] for n, v in known.items() if n % 1024 == number % 1024), "")
    return known.get(number, family if number % 1024 else "").replace("_", "-")


def _own_text(element: Element) -> str:
    return MARKED.sub("", " ".join(str(text) for text in element.itertext()))
