"""The elements of a page as blocks, with the images that they show."""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Literal, TypeAlias
from urllib.parse import quote, unquote, urljoin

import lxml.html
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing import article, draft
from pipeline.commands.importing.link_targets import LABEL
from pipeline.commands.importing.page_styles import PageLook
from pipeline.model import Block, Image, Node, NoteReference, Text
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.names import slug
from pipeline.model.rewriting import Changes, rewrite
from pipeline.parser.constructs.parts import Around
from pipeline.parser.lines import numbered
from pipeline.parser.markup.html_tokens import paired_names
from pipeline.parser.markup.plain_markup import raw_markup
from pipeline.parser.ranges import SourceRecord

Places: TypeAlias = Literal["", "line", "paragraph"]
"""The unit in which places in an input are counted, if any."""

_MARKED = late("|".join(f"({sign}[^{sign}]*{sign})" for sign in draft.NOTE_MARK + draft.MATH_MARK))
_START = late(r"<([A-Za-z][A-Za-z0-9]*)")
MOST_TOLD, FEWEST_TOLD = 10, 2
"""Omitted parts of a page that are reported individually; those of fewer words are only counted."""

SUFFIXES = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
    "image/svg+xml": ".svg", "image/avif": ".avif", "image/tiff": ".tif", "image/bmp": ".bmp",
}  # fmt: skip
Fetch = Callable[[str], "bytes | None"]
"""Gives the file that an address in the input leads to, if it is part of the input."""


class PageReader:
    """Reads elements into blocks; gathers the images that they show."""

    def __init__(self, name: str, fetch: Fetch, address: str, places: Places) -> None:
        self.name = name
        self.images: dict[str, bytes] = {}
        self.findings: list[Diagnostic] = []
        self._fetch = fetch
        self._address = address
        self._counted = places
        self._names: dict[str, str] = {}
        self._places: dict[str, Element] = {}
        self._columns: dict[Element, int] = {}

    # --- messages ---

    def find_columns(self, root: Element, text: str) -> None:
        """SourceRecord the columns in which elements begin, if the page has their line numbers."""
        starts: dict[tuple[int, str], list[int]] = {}
        for number, line in enumerate(text.split("\n"), 1):
            for match in _START.finditer(line):
                starts.setdefault((number, match[1].lower()), []).append(match.start() + 1)
        waiting = {place: iter(columns) for place, columns in starts.items()}
        for element in root.iter():
            if isinstance(element.tag, str) and element.sourceline:
                columns = waiting.get((element.sourceline, element.tag), iter(()))
                self._columns[element] = next(columns, 0)

    def find_places(self, *roots: Element) -> None:
        """Note where the first link to each address is, the first image of each file, and the first
        heading with each text."""
        for root in roots:
            for element in root.iter("a", "img", *article.HEADS):
                heading = "" if element.tag in ("a", "img") else " ".join(article.words(element))
                address = element.get("href") or element.get("src") or heading
                self._places.setdefault(address.strip(), element)

    def tell_dropped(self, dropped: Iterable[tuple[Element, list[str]]]) -> None:
        """Report parts that were omitted because they do not belong to the article."""
        parts = [*dropped]
        longest = sorted(parts, key=lambda part: -len(part[1]))[:MOST_TOLD]
        longest = [part for part in longest if len(part[1]) > FEWEST_TOLD]
        for element, words in sorted(longest, key=lambda part: _number(part[0])):
            shown = " ".join(words[:8])
            more = "…" if len(words) > 8 else ""
            message = (
                f"“{shown}{more}” ({len(words)} words) is left out: it is not part of the article."
            )
            self.tell(message, at=element)
        if rest := [element for element, words in parts if (element, words) not in longest]:
            more = "1 more part of the page is" if len(rest) == 1 else f"{len(rest)} more parts are"
            self.tell(f"{more} left out, such as menus.", at=rest[0])

    def tell_headings(self, texts: Sequence[str]) -> None:
        """Report headings that only the size and weight of their letters make."""
        number = "1 heading is" if len(texts) == 1 else f"{len(texts)} headings are"
        if texts:
            message = f"{number} recognised by size and weight, such as “{texts[-1][:60]}”."
            self.tell(message, at=texts[-1])

    def tell_look(self, look: PageLook) -> None:
        """Report colours of text, except of headings and links, and columns."""
        outer = {e: [e.tag, *(above.tag for above in e.iterancestors())] for e in look.coloured}
        texts = [
            " ".join(article.words(e))
            for e, tags in outer.items()
            if "body" in tags and not {"a", "caption", *article.HEADS} & {*tags}
        ]
        for message in draft.look_sentences(texts, look.columns):
            self.tell(message)

    def tell_guesses(self, root: Element, marks: Sequence[str]) -> None:
        """Report items of lists by the marks typed before them, that tables without headers get
        some, and that tables of one cell become text."""
        if marks:
            items = "1 item of a list is" if len(marks) == 1 else f"{len(marks)} items of lists are"
            self.tell(f"{items} recognised by bullets or numbers that are typed before them.")
        for caption in root.iter("caption", "figcaption"):
            text = " ".join(article.words(caption))
            if LABEL.fullmatch(text):
                message = f"The caption “{text}” is only a number, and is left out."
                self.tell(
                    message, "Write a caption: what has one is numbered automatically.", caption
                )
        for table in root.iter("table"):
            cells = [*table.iter("td", "th")]
            if len(cells) == 1 and (first_words := " ".join(article.words(cells[0])[:6])):
                message = f"The table “{first_words}…” has a single cell, and becomes text."
                self.tell(message, at=table)
            has_heads = table.find(".//th") is not None or table.find("thead/tr") is not None
            first = next(table.iter("tr"), None)
            if first is None or not article.words(first):
                continue
            if not has_heads and len(table.findall(".//td")) > 1:
                words = (word for row in table.iter("tr") for word in article.words(row))
                first_words = " ".join(islice(words, 6))
                # as in `tidy_tables.headed`
                spans = any(cell.get("rowspan", "1") not in ("0", "1") for cell in first.iter("td"))
                is_column = spans or len(table.findall(".//tr")) == 1
                part, key = ("column", "columns") if is_column else ("row", "rows")
                message = (
                    f"The table “{first_words}…” has no header cells:"
                    f" its first {part} is used as the header."
                )
                hint = f"Write `{{head-{key}=0}}` below it if it has no header."
                self.tell(message, hint, table)

    def tell(self, message: str, hint: str = "", at: Element | str = "") -> None:
        """Report something about an element, or about the first one with an address."""
        element = self._places.get(at) if isinstance(at, str) else at
        number = 0 if element is None else _number(element)
        span = None
        if number and self._counted == "line":
            assert element is not None
            span = Span(number, self._columns.get(element, 0))
        if number and self._counted == "paragraph":
            message = f"{message[:-1]} (paragraph {number})."
        finding = draft.lost(message, self.name, hint, span)
        if finding not in self.findings:
            self.findings.append(finding)

    def passage(self, element: Element, text: str) -> draft.InputText:
        """A text with the place of its element."""
        number = _number(element)
        if self._counted == "line":
            return draft.InputText(text, number, self._columns.get(element, 0))
        return draft.InputText(text, paragraph=number if self._counted else 0)

    # --- nodes ---

    def blocks(self, element: Element) -> tuple[Block, ...]:
        """The blocks of an element."""
        markup: str = lxml.html.tostring(element, encoding="unicode", with_tail=False)
        lines = numbered(markup)
        paired = paired_names(lines)
        builder = raw_markup(
            Around(lambda *findings: None, lambda address, span: address, paired, SourceRecord()),
            60,
        )
        builder.feed(lines)
        changes: Changes = {
            Text: self._text,
            Image: self._image,
            model.Link: self._link,
            model.Variable: lambda node: Text(text=f"{{{{ {node.name} }}}}"),
            model.ThematicBreak: _break,
            model.Container: _container,
        }
        return rewrite(builder.blocks(), enter={model.Figure: self._figure}, leave=changes)

    def _text(self, node: Text) -> tuple[Node, ...]:
        nodes: list[Node] = []
        for part in filter(None, _MARKED.split(node.text)):
            if part.startswith(draft.NOTE_MARK):
                nodes.append(NoteReference(label=part[1:-1]))
            elif part.startswith(draft.MATH_MARK):
                tex = part[1:-1].removeprefix(draft.DISPLAY_MARK)
                nodes.append(model.Math(tex=tex, display=tex != part[1:-1]))
            else:
                nodes.append(Text(text=part))
        return tuple(nodes)

    def _link(self, node: model.Link) -> Node | tuple[Node, ...]:
        """A link to the web, or within the page; of others the text stays."""
        href = node.href.strip()
        if self._address and not href.startswith("#"):
            href = urljoin(self._address, href)
        if href.startswith(("http://", "https://", "mailto:", "tel:", "#")):
            address = href if href.startswith("#") else quote(href, safe="!#$&'()*+,-./:;=?@_~%")
            return replace(node, href=address, attributes=model.NO_ATTRIBUTES)
        if href and node.children:
            message = f"The link to “{href[:80]}” is left out, and its text stays."
            self.tell(message, "Only web addresses work for all readers.", node.href)
        return node.children

    def _figure(self, node: model.Figure) -> Node | tuple[Node, ...]:
        """A figure; of one whose image is not there, its caption stays."""
        image = self._image(node.image)
        if isinstance(image, Image):
            attributes = node.attributes
            width = image.attributes.get("width")
            pairs = (("width", width),) if width else ()
            return replace(
                node,
                image=replace(image, attributes=image.attributes.without({"width"})),
                attributes=model.Attributes(attributes.id, attributes.classes, pairs),
            )
        children = node.caption or image
        return model.Paragraph(children=children) if children else ()  # type: ignore[arg-type]

    def _image(self, node: Image) -> Image | tuple[Node, ...]:
        """An image with its file next to the source; a missing one becomes its text."""
        source = node.source.strip()
        if source in self._names.values():
            return node
        data, suffix = self._data(source)
        if not data or not suffix:
            shown = f"The image “{source[:80]}”"
            if data:
                kind = posixpath.splitext(source)[1]
                message = f"{shown} is left out: no edition can show this image format."
                self.tell(message, f"Save it as .png in place of {kind}.", source)
            elif node.alt or not source.startswith("data:"):
                message = f"{shown} is not part of the input, and is left out."
                hint = "Save it beside the source, and write `![what it shows](file)`."
                self.tell(message, hint, source)
            return (Text(text=node.alt),) if node.alt else ()
        alt = " ".join(node.alt.split()) if has_alternative(node.alt) else ""
        name = self._named(source, data, alt, suffix)
        attributes = node.attributes
        if not alt:
            message = f"The image “{name}” has no alternative text."
            self.tell(message, "Describe it in the brackets, in place of {.decorative}.", source)
        classes = () if alt else ("decorative",)
        pairs = tuple(p for p in attributes.pairs if p[0] == "width" and p[1].endswith(("%", "cm")))
        return Image(
            source=name,
            alt=alt,
            attributes=replace(attributes, id="", classes=classes, pairs=pairs),
        )

    def _data(self, source: str) -> tuple[bytes | None, str]:
        match = re.match(r"data:(image/[\w.+-]+);base64,(.*)", source, re.S)
        if match:
            try:
                return base64.b64decode(unquote(match[2])), SUFFIXES.get(match[1], "")
            except (binascii.Error, ValueError):
                return None, ""
        if source.startswith(("http:", "https:", "//")):
            return None, ""
        suffix = posixpath.splitext(source.partition("?")[0])[1].lower().replace(".jpeg", ".jpg")
        suffix = suffix.replace(".tiff", ".tif")
        return self._fetch(source), suffix if suffix in SUFFIXES.values() else ""

    def _named(self, source: str, data: bytes, alt: str, suffix: str) -> str:
        """A name for an image derived from its alternative text, or its own."""
        if source in self._names:
            return self._names[source]
        words = slug(" ".join(alt.split()[:6])) or slug(
            posixpath.basename(source).partition(".")[0]
        )
        stem = words[:40].strip("-") or "image"
        if not alt and (source.startswith("data:") or _GENERATED_NAME.fullmatch(stem)):
            stem = "image"
        folder = draft.image_folder(self.name)
        name, number = f"{folder}/{stem}{suffix}", 2
        while self.images.get(name, data) != data:
            name, number = f"{folder}/{stem}-{number}{suffix}", number + 1
        self.images[name] = data
        self._names[source] = quote(name)
        return self._names[source]


_GENERATED_NAME = late("[0-9a-f]{20,}")
"""A name that LibreOffice gives to an image."""


def has_alternative(alt: str) -> bool:
    """Return whether the text alternative of an image says something, and not only its file."""
    return bool(alt.strip()) and not draft.IMAGE.search(alt)


def _break(node: model.ThematicBreak) -> Node:
    return model.PageBreak() if "page-break" in node.attributes.classes else node


def _container(node: model.Container) -> Node:
    is_box = node.name == "div" and "sidebar" in node.attributes.classes
    return model.Container(name="sidebar", children=node.children) if is_box else node


def _number(element: Element) -> int:
    """The number of the line, or of the paragraph, that an element is in."""
    for outer in (element, *element.iterancestors()):
        if outer.sourceline:
            return int(outer.sourceline)
    return 0
