"""Rich Text as a page of HTML: its groups and words, its paragraphs with their styles, lists and
tables, notes, comments and images."""

from __future__ import annotations

import copy
import re
from collections import Counter
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.atoms import Atom
from pipeline.commands.importing.citations import Marks
from pipeline.commands.importing.draft import NOTE_MARK, Changes, is_coloured
from pipeline.commands.importing.rtf.body import COLOUR, RtfBody
from pipeline.commands.importing.rtf.rtf_tokens import CHARACTERS, CHARSETS, RtfToken, encoding
from pipeline.parser.characters import FORBIDDEN

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
            outer.add(Atom(f"{NOTE_MARK}{label}{NOTE_MARK}"), 0)
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
