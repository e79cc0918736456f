"""The elements of a page as blocks, with its notes, its styles and the images that they show."""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import quote, unquote, urljoin

import lxml.html
import tinycss2.color3  # type: ignore[import-untyped]
from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing import article, draft
from pipeline.commands.importing.appearance import BOLD, SIZE, usual
from pipeline.commands.importing.article import HEADS
from pipeline.commands.importing.citations import LABEL
from pipeline.commands.importing.draft import (
    DISPLAY_SENTINEL,
    MATH_SENTINEL,
    NOTE_SENTINEL,
    append_text,
    is_coloured,
)
from pipeline.commands.importing.formulas import mathml_as_tex
from pipeline.model import Block, Image, Node, NoteReference, Text
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.names import slug
from pipeline.model.tree import Changes, rewrite
from pipeline.parser.constructs.source_parts import Around
from pipeline.parser.lines import number_lines
from pipeline.parser.markup import paired_names
from pipeline.parser.raw_html import MarkupBuilder
from pipeline.parser.withheld_ranges import SourceRecord

# --- page styles -----------------------------------------------------------------------------
# Emphasis, and the sizes of letters, that a page has by its styles alone, as Google Docs,
# LibreOffice and old e-books write them.

LONGEST_STYLES = 500_000
"""The maximum length of style sheets that are read."""

LARGEST_SUPERSCRIPT = 10
"""The maximum size of superscripts, in points, in text of twelve points."""

_SELECTOR = late(r"(?:span|p|div|font)?\.([\w-]+)|(p)")
_BOLD = ("bold", "bolder", "600", "700", "800", "900")
_FONT_SIZES = dict(zip("1234567", (7.5, 10.0, 12.0, 13.5, 18.0, 24.0, 36.0), strict=True))
_POINTS = {"pt": 1.0, "px": 0.75, "em": 12.0, "rem": 12.0, "%": 0.12}

Style = dict[str, str]


class PageLook(NamedTuple):
    """The elements of a page whose text is in a colour, and the most columns of its text."""

    coloured: list[Element]
    columns: int


def mark_styles(root: Element, sheets: Iterable[str]) -> PageLook:
    """Put elements in place of the meaningful styles of spans, mark paragraphs with the size and
    weight of their letters, and give the look that is lost."""
    classes: dict[str, Style] = {}
    left = LONGEST_STYLES
    for sheet in sheets:
        for rule in tinycss2.parse_stylesheet(sheet[:left], True, True):
            if rule.type != "qualified-rule":
                continue
            declared = _read_styles(rule.content)
            for selector in tinycss2.serialize(rule.prelude).split(","):
                if match := _SELECTOR.fullmatch(selector.strip()):
                    classes.setdefault(match[1] or match[2], {}).update(declared)
        left = max(0, left - len(sheet))
    spans = [*root.iter("span")]
    styles = {e: _style_of(e, classes) for e in root.iter("span", "font", "p", "div", "body")}
    coloured = [
        e for e, style in styles.items() if _is_coloured(style.get("color") or e.get("color") or "")
    ]
    columns = max(map(_columns, styles.values()), default=1)
    for paragraph in root.iter("p"):
        if SIZE not in paragraph.attrib:
            paragraph.set(SIZE, str(usual(_sizes(paragraph, styles))))
        if styles[paragraph].get("font-weight") in _BOLD:
            paragraph.set(BOLD, "")
    for span in spans:
        if not any(above.tag in HEADS for above in span.iterancestors()):
            _mark(span, styles[span])
    return PageLook(coloured, columns)


def _is_coloured(value: str) -> bool:
    colour = tinycss2.color3.parse_color(value)
    is_known = isinstance(colour, tinycss2.color3.RGBA)
    shown = "".join(f"{round(255 * part):02x}" for part in colour[:3]) if is_known else ""
    return is_coloured(shown)


def _columns(style: Style) -> int:
    numbers = f"{style.get('column-count', '')} {style.get('columns', '')}".split()
    return max((int(number) for number in numbers if number.isdecimal()), default=1)


def _read_styles(content: Iterable[object]) -> Style:
    declarations = tinycss2.parse_blocks_contents(content, True, True)
    return {
        declaration.lower_name: tinycss2.serialize(declaration.value).strip().lower()
        for declaration in declarations
        if declaration.type == "declaration"
    }


def _style_of(element: Element, classes: dict[str, Style]) -> Style:
    style: Style = {**classes.get("p", {})} if element.tag == "p" else {}
    for name in (element.get("class") or "").split():
        style |= classes.get(name, {})
    if declared := element.get("style"):
        style |= _read_styles(tinycss2.parse_component_value_list(declared))
    return style


def _mark(span: Element, style: Style) -> None:
    tags = []
    if style.get("font-weight") in _BOLD:
        tags.append("strong")
    if style.get("font-style") in ("italic", "oblique"):
        tags.append("em")
    if "line-through" in style.get("text-decoration", ""):
        tags.append("s")
    if "underline" in style.get("text-decoration", "") and span.find(".//a") is None:
        tags.append("u")
    if _is_coloured(style.get("background-color") or style.get("background") or ""):
        tags.append("mark")
    if raised := _raised_element(style):
        tags.append(raised)
    if not tags and "small-caps" in style.get("font-variant", style.get("font-variant-caps", "")):
        span.set("class", "small-caps")
    if not tags or not (tags == ["u"] or "".join(span.itertext()).strip()):
        return
    span.tag = tags[0]
    for tag in tags[1:]:
        inner = etree.Element(tag)
        inner.text, span.text = span.text, None
        inner.extend(list(span))
        span.append(inner)
    before = span.getprevious()
    if before is not None and before.tag == span.tag and not before.tail:
        append_text(before, span.text or "")
        before.extend(list(span))
        before.tail, span.tail = span.tail, None
        before.getparent().remove(span)


def _raised_element(style: Style) -> str:
    """The element for a superscript or subscript."""
    if style.get("vertical-align") in ("super", "sub"):
        return style["vertical-align"].removesuffix("er")
    by = style.get("top", "") or style.get("bottom", "")
    is_small = (
        style.get("font-size", "").endswith(("em", "%")) and 0 < _size(style) < LARGEST_SUPERSCRIPT
    )
    if style.get("position") != "relative" or not by.strip("0") or not is_small:
        return ""
    return "sup" if by.startswith("-") == ("top" in style) else "sub"


def _sizes(
    element: Element, styles: dict[Element, Style], size: float = 0
) -> Iterator[tuple[float, str]]:
    """The texts in an element, with the sizes of their letters."""
    element_size = _size(styles.get(element, {}))
    size = element_size or _FONT_SIZES.get(element.get("size") or "", 0.0) or size
    yield size, element.text or ""
    for inner in element:
        yield from _sizes(inner, styles, size)
        yield size, inner.tail or ""


def _size(style: Style) -> float:
    match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,8})?)(pt|px|em|rem|%)", style.get("font-size", ""))
    return float(match[1]) * _POINTS[match[2]] if match else 0


# --- page notes ------------------------------------------------------------------------------
# The notes and the formulas of a page, taken out of it, with marks in their places.

_HOLDERS = frozenset({"section", "aside", "div", "ol", "ul", "dl"})


def take_formulas(root: Element) -> None:
    """The formulas of a page as marks, in TeX: the page's own, or converted from MathML."""
    for formula in [*root.iter("math")]:
        tex = next((e.text for e in formula.iter("annotation") if e.text), "")
        if not tex and "\\" in (alt := formula.get("alttext") or ""):
            tex = alt
        tex = " ".join(tex.split()) or mathml_as_tex(formula)
        display = DISPLAY_SENTINEL if formula.get("display") == "block" else ""
        mark = f"{MATH_SENTINEL}{display}{tex}{MATH_SENTINEL}" if tex else ""
        formula.tail = mark + (formula.tail or "")
        article.drop(formula)


def take_notes(root: Element) -> list[tuple[str, Element]]:
    """The texts of notes, taken out of a page, with their labels; their references become marks
    with the label."""
    by_id = {e.get("name"): e for e in root.iter("a") if e.get("name")}
    by_id |= {e.get("id"): e for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    labels: dict[Element, str] = {}
    for link in [*root.iter("a")]:
        href = link.get("href") or ""
        target = by_id.get(href[1:]) if href.startswith("#") else None
        if target is None or not _is_reference(link):
            continue
        text = _text_of_note(target)
        if (
            text is None
            or link in set(text.iter("a"))
            or any(a is text for a in link.iterancestors())
        ):
            continue
        label = labels.setdefault(text, str(len(labels) + 1))
        mark = f"{NOTE_SENTINEL}{label}{NOTE_SENTINEL}"
        outer = link.getparent()
        reference = outer if outer is not None and outer.tag == "sup" and len(outer) == 1 else link
        reference.tail = mark + (reference.tail or "")
        article.drop(reference)
    for text in labels:
        _without_back_links(text)
        holder = text.getparent()
        article.drop(text)
        _drop_emptied(holder, root)
        text.tail = None
        text.tag = "p" if text.tag == "p" else "div"
    for listed in [*root.iter("ol", "ul", "dl")]:
        holds_more = listed.xpath(".//img | .//span[starts-with(@class, 'task')]")
        if not article.words(listed) and not holds_more:
            article.drop(listed)
    for rule in [*root.iter("hr")]:
        if rule.getnext() is None and labels:
            article.drop(rule)
    return [(label, text) for text, label in labels.items()]


def _drop_emptied(holder: Element | None, root: Element) -> None:
    """Remove the container of the notes, with its heading."""
    while holder is not None and holder is not root and holder.tag in _HOLDERS:
        headings = [word for e in holder.iter(*article.HEADS) for word in article.words(e)]
        if len(article.words(holder)) > len(headings) or holder.find(".//img") is not None:
            return
        above = holder.getparent()
        if headings or holder.tag != "div":
            article.drop(holder)
        holder = above


def _is_reference(link: Element) -> bool:
    roles = f"{link.get('role') or ''} {link.get('{http://www.idpf.org/2007/ops}type') or ''}"
    roles += f" {link.get('epub:type') or ''} {link.get('class') or ''} {link.get('rel') or ''}"
    if "noteref" in roles or "footnote-ref" in roles:
        return True
    outer = link.getparent()
    is_raised = link.find("sup") is not None or (outer is not None and outer.tag == "sup")
    text = "".join(article.words(link)).strip("[]()")
    return is_raised and (text.isdecimal() or text in "*†‡§" or len(text) < 3)


def _text_of_note(target: Element) -> Element | None:
    """The element with the text of a note whose id may be that of a mark inside it."""
    for element in (target, *target.iterancestors()):
        if element.tag in ("li", "aside", "p", "div", "dd", "section") and article.words(element):
            return element if len(article.words(element)) < 1000 else None
    return None


def _without_back_links(text: Element) -> None:
    for link in [*text.iter("a")]:
        content = "".join(article.words(link)).strip("[]().")
        is_back = (link.get("href") or "").startswith("#") and (
            len(content) < 3 or content.isdecimal()
        )
        if is_back:
            outer = link.getparent()
            only = outer is not None and outer.tag == "sup" and len(article.words(outer)) < 2
            article.drop(outer if only and outer is not None else link)


# --- captions --------------------------------------------------------------------------------
# Captions next to their elements, in pages and formats read as pages.

_OF_TABLES = late(r"\s*(?:tab|table|tabela|tabella|tabla)", re.IGNORECASE)
LONGEST_CAPTION = 300
"""Characters of a paragraph that is a caption by the label that it begins with, at most."""

_SIZE = late(r"(\d{1,4}(?:\.\d{1,6})?)(cm|in)")

WIDEST = 6
"""Centimetres of an image in a line of text, at most."""


def join_captions(root: Element) -> None:
    """Convert paragraphs next to an element into its caption."""
    for paragraph in [*root.iter("p")]:
        _part_caption(paragraph)
    for caption in [*root.iter("p")]:
        is_caption = caption.get("class") == "caption"
        if not is_caption and not _is_labelled(caption):
            continue
        before, after = caption.getprevious(), caption.getnext()
        around = (after, before) if _OF_TABLES.match(_spoken_text(caption)) else (before, after)
        for near in (near for near in around if near is not None):
            if near.tag == "table" and near.find("caption") is None:
                caption.tag = "caption"
                near.insert(0, caption)
            elif _is_image(near):
                near.tag, caption.tag = "figure", "figcaption"
                near.append(caption)
            else:
                continue
            if (name := caption.attrib.pop("id", None)) is not None:
                near.set("id", name)
            break
        if is_caption:
            caption.attrib.pop("class", None)
    for image in [*root.iter("img")]:
        _part_image(image)


def _part_image(image: Element) -> None:
    """Give an image whose size a document says, and that is in a text, that size if it is small, or
    else a paragraph of its own."""
    size = _SIZE.fullmatch(image.get("width", ""))
    if not size:
        return
    del image.attrib["width"]
    width = float(size[1]) * (2.54 if size[2] == "in" else 1)
    block = next(image.iterancestors("p"), None)
    in_text = block is not None and _spoken_text(block).strip()
    if in_text and width <= WIDEST:
        image.set("width", f"{width:.2g}cm")
        return
    if in_text and (outer := image.getparent()) is block and outer is not None:
        at = outer.index(image)
        end = [etree.Element("br") for _ in range(2)]
        end[1].tail, image.tail = image.tail, None
        outer[at + 1 : at + 1] = end
        outer[at:at] = [etree.Element("br") for _ in range(2)]


def _part_caption(paragraph: Element) -> None:
    """Convert a paragraph of an image and the label and text of its caption into a figure."""
    image = paragraph[0] if len(paragraph) else None
    if image is None or image.tag != "img" or (paragraph.text or "").strip():
        return
    if not _is_labelled(paragraph):
        return
    caption = etree.Element("figcaption")
    caption.text, image.tail = image.tail, None
    caption.extend(paragraph[1:])
    paragraph.append(caption)
    paragraph.tag = "figure"
    paragraph.attrib.pop("class", None)


def label_words(root: Element) -> int:
    """The words in labels of captions, which editions generate."""
    labels = (LABEL.match(_spoken_text(caption)) for caption in root.iter("caption", "figcaption"))
    return sum(len(label[0].split()) for label in labels if label)


def _is_labelled(paragraph: Element) -> bool:
    text = _spoken_text(paragraph).strip()
    label = LABEL.match(text) if len(text) <= LONGEST_CAPTION else None
    return label is not None and label[0].rstrip().endswith((".", ":", "–", "—", "-"))


def _spoken_text(element: Element) -> str:
    return "".join(t for t in element.itertext() if isinstance(t, str))


def _is_image(element: Element) -> bool:
    return (
        element.tag in ("p", "figure")
        and len(element) == 1
        and element[0].tag == "img"
        and not _spoken_text(element).strip()
    )


# --- page reader -----------------------------------------------------------------------------

Places: TypeAlias = Literal["", "line", "paragraph"]
"""The unit in which places in an input are counted, if any."""

_MARKED = late(
    "|".join(f"({sign}[^{sign}]*{sign})" for sign in draft.NOTE_SENTINEL + draft.MATH_SENTINEL)
)
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
                # as in `tidying.head_table`
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
        finding = draft.tell_loss(message, self.name, hint, span)
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
        lines = number_lines(markup)
        paired = paired_names(lines)
        builder = MarkupBuilder(
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
            if part.startswith(draft.NOTE_SENTINEL):
                nodes.append(NoteReference(label=part[1:-1]))
            elif part.startswith(draft.MATH_SENTINEL):
                tex = part[1:-1].removeprefix(draft.DISPLAY_SENTINEL)
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
        name = self._name_image(source, data, alt, suffix)
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

    def _name_image(self, source: str, data: bytes, alt: str, suffix: str) -> str:
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
