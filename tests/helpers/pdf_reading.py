"""Reads a tagged PDF aloud: the structure tree, with the text of its marks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf
import pypdfium2


class Piece(str):
    """A piece of text, and the page (from 0) that it is on."""

    page: int


class Element(NamedTuple):
    """A structure element: its type, the elements and texts in it, and its dictionary;
    ``owner`` keeps the file open."""

    kind: str
    kids: tuple[Element | Piece, ...]
    entries: Any
    owner: pikepdf.Pdf

    @property
    def text(self) -> str:
        if "/ActualText" in self.entries:
            return str(self.entries["/ActualText"])
        if self.kind in ("Figure", "Formula"):
            return str(self.entries.get("/Alt", ""))
        return "".join(kid if isinstance(kid, Piece) else kid.text for kid in self.kids)

    def all(self, kind: str = "") -> Iterator[Element]:
        """This and all within, in reading order; of one type where ``kind`` is given."""
        if not kind or self.kind == kind:
            yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.all(kind)

    def pieces(self) -> Iterator[Piece]:
        """All texts in reading order."""
        for kid in self.kids:
            if isinstance(kid, Piece):
                yield kid
            else:
                yield from kid.pieces()

    @property
    def children(self) -> tuple[Element, ...]:
        return tuple(kid for kid in self.kids if isinstance(kid, Element))

    @property
    def shape(self) -> str:
        """The types within: ``L(LI(Lbl LBody))``."""
        inner = " ".join(child.shape for child in self.children)
        return f"{self.kind}({inner})" if inner else self.kind

    def attribute(self, name: str) -> Any:
        return self.entries.get("/A", {}).get(f"/{name}")


def open_pdf(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def page_texts(file: bytes | Path) -> list[str]:
    """The text that is seen on each page, as PDFium reads it."""
    with pypdfium2.PdfDocument(file) as pdf:
        return [page.get_textpage().get_text_range() for page in pdf]


def read(pdf: pikepdf.Pdf) -> Element:
    """The document's structure tree."""
    texts: dict[Any, dict[int, Piece]] = {}
    for number, page in enumerate(pdf.pages):
        texts[page.obj.objgen] = {key: Piece(text) for key, text in marked_texts(page).items()}
        for piece in texts[page.obj.objgen].values():
            piece.page = number

    def element(entries: Any, page: Any) -> Element:
        page = entries.get("/Pg", page)
        kids: list[Element | Piece] = []
        for kid in entries.get("/K", ()):
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                kids.append(element(kid, page))
            elif isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/MCR":
                kids.append(texts[kid.Pg.objgen][int(kid.MCID)])
            elif not isinstance(kid, pikepdf.Dictionary):
                kids.append(texts[page.objgen][int(kid)])
        return Element(str(entries.S)[1:], tuple(kids), entries, pdf)

    (document,) = pdf.Root.StructTreeRoot.K
    return element(document, None)


INLINE = frozenset("Span Code Em Strong Link Quote Reference Figure Formula".split())
"""Elements within a line."""

UNREAD = frozenset({"TOC", "Figure", "Formula", "Reference"})
"""Elements that lead to text elsewhere, or are described."""


def heard(tree: Element, *, notes: bool) -> str:
    """The text of the document, or of its ``notes``, as it is heard: words are apart where there is
    a space, or another block, and not where a line ends."""

    def parts(element: Element, in_note: bool) -> Iterator[str]:
        is_note = element.kind in ("Note", "FENote")
        in_note = in_note or is_note
        apart = "" if element.kind in INLINE else " "
        yield apart
        if "/ActualText" in element.entries:
            yield element.text if in_note is notes else ""
        else:
            for kid in element.kids:
                if isinstance(kid, Piece):
                    yield kid if in_note is notes else ""
                elif kid.kind not in UNREAD and not (is_note and kid.kind == "Lbl"):
                    yield from parts(kid, in_note)
        yield apart

    return spaced("".join(parts(tree, False)))


def spaced(text: str) -> str:
    """The words of a text, without signs that only say where a line may end."""
    return " ".join(re.sub("[\u00ad\u200b\u2060]", "", text).split())


def outline(pdf: pikepdf.Pdf) -> list[tuple[int, str]]:
    """The outline's entries, with how deep they are."""

    def entries(item: Any, depth: int) -> Iterator[tuple[int, str]]:
        while item is not None:
            yield depth, str(item.Title)
            yield from entries(item.get("/First"), depth + 1)
            item = item.get("/Next")

    return list(entries(pdf.Root.Outlines.First, 0)) if "/Outlines" in pdf.Root else []


def artifacts(pdf: pikepdf.Pdf) -> list[str]:
    """The texts that are marked as artifacts, page by page."""
    return [text for page in pdf.pages for key, text in marked_texts(page).items() if key < 0]


def marked_texts(page: pikepdf.Page) -> dict[int, str]:
    """The text of each marked-content sequence; artifacts have numbers below 0."""
    fonts = {name: unicode_table(font) for name, font in page.resources.get("/Font", {}).items()}
    texts: dict[int, str] = {}
    stack: list[tuple[int, bool, int]] = []  # the number, whether it is reversed, and its start
    spoken: list[bool] = []
    font: dict[int, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "BMC" | "BDC":
                entries = operands[1] if len(operands) > 1 else {}
                is_reversed = str(operands[0]) == "/ReversedChars"
                is_within = bool(stack) and (is_reversed or str(operands[0]) == "/Span")
                number = int(entries.get("/MCID", stack[-1][0] if is_within else -1 - len(texts)))
                stack.append((number, is_reversed, len(texts.setdefault(number, ""))))
                spoken.append("/ActualText" in entries)
                if not any(spoken[:-1]):
                    texts[number] += str(entries.get("/ActualText", ""))
            case "EMC":
                number, is_reversed, start = stack.pop()
                spoken.pop()
                if is_reversed:
                    texts[number] = texts[number][:start] + texts[number][start:][::-1]
            case "Tf":
                font = fonts[str(operands[0])]
            case "Tj" | "TJ":
                strings = operands[0] if isinstance(operands[0], pikepdf.Array) else operands
                shown = "".join(
                    codes_to_text(bytes(string), font)
                    for string in strings
                    if isinstance(string, pikepdf.String)
                )
                assert stack, f"neither content nor artifact: {shown}"
                if not any(spoken):
                    texts[stack[-1][0]] += shown
    return texts


def codes_to_text(codes: bytes, font: dict[int, str]) -> str:
    return "".join(
        font.get(int.from_bytes(codes[at : at + 2]), "\ufffd") for at in range(0, len(codes), 2)
    )


def unicode_table(font: Any) -> dict[int, str]:
    table = font.ToUnicode.read_bytes().decode("ascii")
    return {
        int(code, 16): bytes.fromhex(text).decode("utf-16-be")
        for code, text in re.findall(r"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>", table)
    }
