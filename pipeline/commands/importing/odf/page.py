"""An OpenDocument text as a page of HTML, with styles interpreted."""

from __future__ import annotations

import base64
import posixpath
import re
from urllib.parse import unquote

import lxml.html
from lxml.etree import SubElement
from lxml.etree import _Element as Element

from pipeline.commands.importing.appearance import BOLD, SIZE, usual
from pipeline.commands.importing.article import drop
from pipeline.commands.importing.atoms import last_or_new, set_numbering
from pipeline.commands.importing.citations import Marks
from pipeline.commands.importing.draft import COMMENT, MATH_MARK, append_text, is_coloured
from pipeline.commands.importing.odf.changes import DELETED, INSERTED
from pipeline.commands.importing.odf.odf_names import (
    DRAW,
    LEAVE_OUT,
    OFFICE,
    SVG,
    TABLE,
    TEXT,
    XLINK,
    comment_of,
    folded,
    formula_in,
    is_beside_table,
    is_code,
    number_of,
)
from pipeline.commands.importing.odf.odf_styles import OdfStyles
from pipeline.commands.importing.page_metadata import TITLE
from pipeline.commands.importing.symbols import readable

MOST_REPEATED = 100
"""The maximum number of times that a cell or a row is repeated; empty ones have more."""

_CITATION_ENDS = (f"{TEXT}reference-mark-end", f"{TEXT}bookmark-end")


class OdfPage:
    """Makes a page of HTML of a text."""

    def __init__(self, styles: OdfStyles, parts: dict[str, bytes]) -> None:
        self.comments = 0
        self.formulas = self.drawings = 0
        self.labels = 0
        self.indented = self.figures = 0
        self.messages: list[str] = []
        self.coloured: list[str] = []
        self.replaced: set[Element] = set()
        self._boxes: list[Element] = []
        self.marks = Marks()
        self._cited = self.subtitle = ""
        self._ends: dict[str, int] = {}
        self._styles = styles
        self._parts = parts
        self._notes: list[Element] = []
        self._waiting: list[str] = []
        self._inline: dict[str, bytes] = {}

    def of(self, body: Element) -> str:
        """The page of a text."""
        root = lxml.html.Element("body")
        for child in body:
            self._block(child, root)
            for comment in self._waiting:
                SubElement(root, "p").text = COMMENT + comment
            self._waiting = []
        for number, note in enumerate(self._notes, 1):  # they may refer to others
            aside = SubElement(root, "aside", id=f"note-{number}")
            for child in note:
                self._block(child, aside)
        html = lxml.html.Element("html")
        html.append(root)
        markup: str = lxml.html.tostring(html, encoding="unicode")
        return markup

    def image(self, address: str) -> bytes | None:
        """An image of the text."""
        name = posixpath.normpath(unquote(address))
        return self._inline.get(address) or self._parts.get(name)

    # --- blocks

    def _block(self, element: Element, to: Element) -> None:
        tag = element.tag
        if tag in LEAVE_OUT or not isinstance(tag, str):
            if tag == f"{OFFICE}annotation":
                self._comment(element)
            elif tag == f"{TEXT}alphabetical-index":
                self._renumbered(element, "INDEX", to)
            return
        if tag == f"{TEXT}bibliography" or (
            tag == f"{TEXT}section" and "BIBL" in (element.get(f"{TEXT}name") or "")
        ):
            self.labels += self._renumbered(element, "BIBLIOGRAPHY", to)
        elif tag in (f"{TEXT}p", f"{TEXT}h"):
            labels = self.labels
            self._paragraph(element, to)
            if self.labels > labels or self._cited:
                self.replaced.add(element)
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                self._box(box, to)
        elif tag == f"{TEXT}list":
            self._list(element, to, "", 1)
        elif tag == f"{TABLE}table":
            self._table(element, to)
        elif tag == f"{DRAW}frame" and (box := element.find(f"{DRAW}text-box")) is not None:
            self._box(box, to)
        elif tag.startswith(DRAW):
            self._inlines_of(element, SubElement(to, "p"))
        else:
            for child in element:
                self._block(child, to)

    def _renumbered(self, element: Element, field: str, to: Element) -> int:
        """Replace a generated list by the mark from which Chapbook generates it, or else by its
        text. Return the number of words that the mark replaces."""
        if mark := self.marks.field(field):
            self.replaced.update(element.iter(f"{TEXT}p"))
            SubElement(to, "p").text = mark
            return sum(len("".join(p.itertext()).split()) for p in element.iter(f"{TEXT}p"))
        for child in element:
            self._block(child, to)
        return 0

    def _paragraph(self, element: Element, to: Element) -> None:
        style = element.get(f"{TEXT}style-name") or ""
        names = self._styles.names(style)
        before = to[-1] if len(to) else None
        level = number_of(element, f"{TEXT}outline-level") if element.tag == f"{TEXT}h" else 0
        heading = next((m for n in names if (m := re.fullmatch(r"Heading_20_(\d)", n))), None)
        if level := level or (int(heading[1]) if heading else 0):
            self._inlines_of(element, SubElement(to, f"h{min(6, level)}"))
            return
        if "Title" in names:
            block = SubElement(to, "h1", {"class": TITLE})
        elif "Preformatted_20_Text" in names:
            if before is not None and before.tag == "pre":
                append_text(before, "\n")
                block = before
            else:
                block = SubElement(to, "pre")
        elif "Quotations" in names or (to.tag == "body" and self._styles.is_indented(style)):
            self.indented += "Quotations" not in names
            block = SubElement(last_or_new(to, "blockquote"), "p")
        elif "Horizontal_20_Line" in names:
            SubElement(to, "hr")
            return
        elif {"Table", "Tabelle"} & set(names) and is_beside_table(element):
            self._labelled(element)
            return
        elif "Subtitle" in names and not self.subtitle and all(e.tag == "h1" for e in to):
            self.subtitle = " ".join("".join(element.itertext()).split())
            return
        else:
            block = SubElement(to, "p")
        if language := self._styles.language_in(style):
            block.set("lang", language)
        if block.tag == "p":
            size = self._styles.size(style) or self._styles.default_size
            block.set(SIZE, str(usual(self._styles.sizes(element, size))))
            block.attrib.update({BOLD: ""} if self._styles.has_bold(style) else {})
        if self._styles.is_bold(style) and block.tag == "p":
            block = SubElement(block, "strong")
        self._inlines_of(element, block)

    def _labelled(self, element: Element) -> None:
        """Count the words of a caption's label, which editions generate."""
        if element.find(f".//{TEXT}sequence") is not None:
            self.labels += 2

    def _list(self, element: Element, to: Element, style: str, level: int) -> None:
        style = element.get(f"{TEXT}style-name") or style
        start, sort, around = self._styles.numbering(style, level)
        list_ = SubElement(to, "ol" if start else "ul")
        set_numbering(list_, sort, around)
        items = [c for c in element if c.tag in (f"{TEXT}list-item", f"{TEXT}list-header")]
        first = number_of(items[0], f"{TEXT}start-value", 0) if items else start
        before = element.get(f"{TEXT}continue-list") or style
        is_next = element.get(f"{TEXT}continue-numbering") == "true" or before != style
        if not first:
            first = self._ends.get(before, 0) + 1 if start and level == 1 and is_next else start
        if first > 1:
            list_.set("start", str(first))
        last = first - 1
        for item in items:
            inner = SubElement(list_, "li")
            begins = number_of(item, f"{TEXT}start-value", 0)
            if begins and item is not items[0]:
                inner.set("value", str(begins))
            last = begins or last + 1
            for child in item:
                if child.tag == f"{TEXT}list":
                    self._list(child, inner, style, level + 1)
                else:
                    self._block(child, inner)
        if level == 1:
            list_id = element.get("{http://www.w3.org/XML/1998/namespace}id") or ""
            self._ends[style] = self._ends[list_id] = last

    def _table(self, element: Element, to: Element) -> None:
        table = SubElement(to, "table")
        for caption in (element.getprevious(), element.getnext()):
            if caption is not None and caption.tag == f"{TEXT}p":
                names = self._styles.names(caption.get(f"{TEXT}style-name") or "")
                if {"Table", "Tabelle"} & set(names):
                    self._inlines_of(caption, SubElement(table, "caption"))
                    break
        for row in element.iter(f"{TABLE}table-row"):
            if next(row.iterancestors(f"{TABLE}table")) is not element:
                continue
            above = row.getparent()
            is_head = above is not None and above.tag == f"{TABLE}table-header-rows"
            line = SubElement(table, "tr")
            for cell in row:
                if cell.tag != f"{TABLE}table-cell":
                    continue
                times = min(number_of(cell, f"{TABLE}number-columns-repeated"), MOST_REPEATED)
                for _ in range(times):
                    inner = SubElement(line, "th" if is_head else "td")
                    for key, name in (("columns", "colspan"), ("rows", "rowspan")):
                        spanned = number_of(cell, f"{TABLE}number-{key}-spanned")
                        if spanned > 1:
                            inner.set(name, str(spanned))
                    for child in cell:
                        self._block(child, inner)

    # --- within text

    def _inlines_of(self, element: Element, to: Element) -> None:
        self._say(element.text, element, to)
        for child in element:
            if isinstance(child.tag, str) and self._cited:
                self._pass(child)
            elif isinstance(child.tag, str):
                self._inline_of(child, to)
            self._say(child.tail, element, to)

    def _say(self, text: str | None, element: Element, to: Element) -> None:
        """A text of an element, unless it belongs to a citation, which is generated."""
        if self._cited:
            self.labels += len((text or "").split())
        else:
            append_text(
                to, readable(folded(text), lambda: self._styles.font(element), self.messages.append)
            )

    def _pass(self, element: Element) -> None:
        """Pass by an element of a citation's text, which may hold its end."""
        self.labels += len("".join(element.itertext()).split())
        ends = {element.get(f"{TEXT}name") for element in element.iter(*_CITATION_ENDS)}
        if self._cited in ends:
            self._cited = ""

    def _inline_of(self, element: Element, to: Element) -> None:
        tag = element.tag
        if tag == f"{OFFICE}annotation":
            self._comment(element)
        elif tag in LEAVE_OUT:
            return
        elif tag == f"{TEXT}s":
            append_text(to, " " * min(number_of(element, f"{TEXT}c"), 200))
        elif tag == f"{TEXT}tab":
            append_text(to, "\t")
        elif tag == f"{TEXT}line-break":
            if is_code(to):
                append_text(to, "\n")
            else:
                SubElement(to, "br")
        elif tag == f"{TEXT}span":
            self._span(element, to)
        elif tag == INSERTED:
            self._inlines_of(element, SubElement(to, "ins", datetime=""))
        elif tag == DELETED:
            self._inlines_of(element, SubElement(to, "del"))
        elif tag == f"{TEXT}a":
            self._inlines_of(element, SubElement(to, "a", href=element.get(f"{XLINK}href") or ""))
        elif tag in (f"{TEXT}bookmark-ref", f"{TEXT}reference-ref"):
            target = element.get(f"{TEXT}ref-name") or ""
            self._inlines_of(element, SubElement(to, "a", href=f"#{target}"))
        elif tag == f"{TEXT}bibliography-mark":
            fields = {key.removeprefix(TEXT): value for key, value in element.items()}
            if mark := self.marks.work(fields):
                self.labels += len("".join(element.itertext()).split())
                append_text(to, mark)
            else:
                self._inlines_of(element, to)
        elif tag.startswith(f"{TEXT}alphabetical-index-mark"):
            self._index_mark(element, to)
        elif tag.removeprefix(TEXT).startswith(("bookmark", "reference-mark")):
            place = element.get(f"{TEXT}name") or ""
            if tag.endswith("-start") and (mark := self.marks.field(place)):
                append_text(to, mark)
                self._cited = place
                return
            if re.fullmatch("h[1-6]", str(to.tag)) and not to.get("id"):
                to.set("id", place)
            elif not tag.endswith("-end"):
                SubElement(to, "span", id=place)
        elif tag == f"{TEXT}note":
            self._notes += element.findall(f"{TEXT}note-body")[:1]
            number, raised = str(len(self._notes)), SubElement(to, "sup")
            SubElement(raised, "a", href=f"#note-{number}", role="doc-noteref").text = number
        elif tag == f"{DRAW}frame":
            self._frame(element, to)
        elif tag in (f"{TEXT}p", f"{TEXT}h", f"{TEXT}list", f"{TABLE}table"):
            self._block(element, to)
        else:
            self._inlines_of(element, to)

    def _index_mark(self, element: Element, to: Element) -> None:
        """A mark for the index: of a place, or of the text up to its end."""
        if element.tag.endswith("-end"):
            return
        text = element.get(f"{TEXT}string-value") or ""
        if element.tag.endswith("-start"):
            text = (element.tail or "") or " ".join("".join(element.getnext().itertext()).split())
        keys = (element.get(f"{TEXT}key{number}") or "" for number in (1, 2))
        append_text(to, self.marks.index((*keys, text)))

    def _span(self, element: Element, to: Element) -> None:
        if is_coloured(self._styles.colour(element.get(f"{TEXT}style-name") or "")):
            self.coloured.append("".join(element.itertext()))
        for name in self._styles.marks(element.get(f"{TEXT}style-name") or ""):
            kind, _, lang = name.partition(":")
            kind, _, css_class = kind.partition(".")
            to = SubElement(to, kind, lang=lang) if lang else SubElement(to, kind)
            if css_class:
                to.set("class", css_class)
        self._inlines_of(element, to)

    def _frame(self, element: Element, to: Element) -> None:
        """An image, a formula, or a box of text, which may hold an image and its caption."""
        formula = formula_in(element, self._parts)
        if formula:
            self.formulas += 1
            self.drawings += element.find(f"{DRAW}image") is not None
            append_text(to, f"{MATH_MARK}{formula}{MATH_MARK}")
            return
        box = element.find(f"{DRAW}text-box")
        if box is not None:
            image = box.find(f".//{DRAW}image")
            paragraphs = box.findall(f"{TEXT}p")
            if image is not None and len(paragraphs) == 1:
                figure = SubElement(to, "figure")
                self._image(image, figure)
                caption = SubElement(figure, "figcaption")
                self.figures += 1
                self._labelled(paragraphs[0])
                self._without_images(paragraphs[0], caption)
                return
            self._boxes.append(box)
            return
        image = element.find(f"{DRAW}image")
        if image is not None:
            self._image(image, to)

    def _box(self, box: Element, to: Element) -> None:
        """A box of text, after the paragraph that it is at; in a cell or an item, only its text."""
        if to.tag in ("td", "th", "li"):
            text = " ".join("".join(p.itertext()) for p in box.iter(f"{TEXT}p"))[:60]
            kind = "list" if to.tag == "li" else "table"
            self.messages.append(f"The text box “{text}” becomes part of the {kind} it is in.")
        else:
            to = SubElement(to, "div", {"class": "sidebar"})
        for child in box:
            self._block(child, to)

    def _without_images(self, paragraph: Element, to: Element) -> None:
        span = SubElement(to, "span")
        self._inlines_of(paragraph, span)
        for image in [*span.iter("img")]:
            drop(image)

    def _image(self, image: Element, to: Element) -> None:
        frame = image.getparent()
        texts = [] if frame is None else [frame.findtext(f"{SVG}{n}") for n in ("desc", "title")]
        alt = " ".join(next((text for text in texts if text), "").split())
        address = image.get(f"{XLINK}href") or ""
        inside = image.findtext(f"{OFFICE}binary-data")
        if inside:
            address = f"image-{len(self._inline) + 1}.png"
            try:
                self._inline[address] = base64.b64decode(inside)
            except ValueError:
                return
        size = "" if frame is None else frame.get(f"{SVG}width", "")
        SubElement(to, "img", src=address, alt=alt, width=size)

    def _comment(self, element: Element) -> None:
        self.comments += 1
        self._waiting.append(comment_of(element))
