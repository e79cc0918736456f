"""Web pages: the article and its metadata, read by lxml, its markup by the parser's own builder."""

from __future__ import annotations

import base64
import binascii
import codecs
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import quote, unquote, urljoin

import lxml.html
from lxml.etree import ParserError
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline import model
from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic, Span
from pipeline.importing import article, own_markup, own_nodes
from pipeline.importing.draft import Draft, count
from pipeline.importing.mathml import as_tex
from pipeline.importing.own_markup import HEADS
from pipeline.importing.page_metadata import metadata_of
from pipeline.importing.tidying import LABEL, joined_runs, tidied
from pipeline.metadata import Metadata
from pipeline.model import Block, Image, Node, Note, NoteReference, Text
from pipeline.parser.characters import FORBIDDEN
from pipeline.parser.constructs.parts import Around
from pipeline.parser.lines import Line
from pipeline.parser.markup.builder import MarkupBuilder
from pipeline.parser.markup.tokens import paired_names
from pipeline.paths import Located, locate
from pipeline.slugs import slug
from pipeline.tree import Changes, plain_text, rewrite, walk

NOTE_MARK, MATH_MARK = "\ue001", "\ue002"
"""What stands on both sides of a note's label, and of a formula in TeX, until nodes are made."""

DISPLAY_MARK = "\ue004"
"""What a formula begins with that stands on a line of its own."""

Places: TypeAlias = Literal["", "line", "paragraph"]
"""What places in an input are counted in, if in anything."""

_MARKED = re.compile(
    f"({NOTE_MARK}[^{NOTE_MARK}]*{NOTE_MARK}|{MATH_MARK}[^{MATH_MARK}]*{MATH_MARK})"
)
MOST_TOLD = 10
"""Parts of a page that were left out and are told one by one."""

_SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/svg+xml": ".svg",
}
_FILE_NAME = re.compile(r"\.(?:png|jpe?g|gif|webp|svg)$", re.IGNORECASE)
"""How a text alternative ends that says nothing."""

_HOLDERS = frozenset({"section", "aside", "div", "ol", "ul", "dl"})

_COUNTED = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "headings"),
    **dict.fromkeys(("ul", "ol"), "lists"),
    **dict.fromkeys(("td", "th"), "cells"),
    "p": "paragraphs",
    "li": "list items",
    "dl": "definition lists",
    "blockquote": "quotations",
    "table": "tables",
    "pre": "code",
    "img": "images",
}

Fetch = Callable[[str], "bytes | None"]
"""Gives the file that an address in the input leads to, if it is part of the input."""


def read_html(path: Path, name: str) -> Draft:
    """The article of a saved page; a fragment is an article as a whole."""

    def fetch(address: str) -> bytes | None:
        found = locate(path.parent, address, Code.MISSING_IMAGE)
        try:
            return found.read() if isinstance(found, Located) else None
        except OSError:
            return None

    return of_page(path.read_bytes(), name, fetch, places="line")


def of_page(
    data: bytes | str | Element,
    name: str,
    fetch: Fetch,
    *,
    whole: bool = False,
    title: str = "",
    notes: Iterable[tuple[str, Element]] = (),
    places: Places = "",
    own: bool = False,
) -> Draft:
    """The article of a page, or the ``whole`` of it where it is a document or a book, whose
    ``title`` may be known, and ``notes`` by their labels. ``places`` are what is counted in it.
    ``own`` pages are those that Chapbook made."""
    try:
        root = data if isinstance(data, Element) else lxml.html.document_fromstring(decoded(data))
    except (ParserError, ValueError):
        message = "There is no text in it."
        empty = diagnostic(Code.EMPTY_FILE, message, source=name)
        return Draft(Metadata(), (), found=(empty,))
    metadata, address = metadata_of(root, whole=whole)
    if title:
        metadata = replace(metadata, title=title)
    reader = _Reader(name, fetch, address, places)
    if own := own or own_markup.is_own(root):
        own_markup.prepare(root)
        whole = True
    dropped = [(e, article.words(e)) for e in article.strip(root)]
    body = root.find("body")
    chosen = (root if body is None else body) if whole else article.find(root)
    if not whole:
        dropped += [(e, article.words(e)) for e in article.clean(chosen)]
        reader.tell_dropped(dropped)
    reader.tell_guesses(chosen)
    _take_formulas(chosen)
    taken = [*_take_notes(chosen), *notes]
    reader.find_places(chosen, *(e for _, e in taken))
    blocks = reader.blocks(chosen)
    texts = tuple(Note(label=label, children=reader.blocks(e)) for label, e in taken)
    counts = _counts(chosen, metadata.title)
    for _, text in taken:
        counts.update(_counts(text))
    counts["notes"] = sum(1 for n in walk((*blocks, *texts)) if isinstance(n, NoteReference))
    if own:
        changes = own_nodes.nodes(metadata.lang, reader.tell)
        blocks, texts = rewrite(blocks, leave=changes), rewrite(texts, leave=changes)
        metadata = replace(metadata, speakers=own_nodes.speakers(blocks))
        joined = rewrite((*blocks, *texts), leave=joined_runs())
        counts = count(joined, ())  # type: ignore[arg-type]
        reader.forget_images({n.source for n in walk((*blocks, *texts)) if isinstance(n, Image)})
    kept = own_nodes.KEPT if own else frozenset[str]()
    blocks, texts = tidied(blocks, texts, metadata.title, reader.tell, kept)
    return Draft(metadata, blocks, texts, reader.images, counts, tuple(reader.found))


def decoded(data: bytes | str) -> str:
    """A page without what XML says before it, and without characters that no text has."""
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode(_encoding(data), "replace")
    else:
        text = data
    return FORBIDDEN.sub(" ", re.sub(r"^\s*<\?xml[^>]*\?>", "", text))


def _encoding(data: bytes) -> str:
    """What a page says of its encoding, or the one of old systems."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    found = re.search(rb"charset\s*+=\s*+[\"']?\s*+([\w-]{1,40})", data[:4096])
    try:
        return codecs.lookup(found[1].decode("ascii")).name if found else "cp1252"
    except LookupError:
        return "cp1252"


def _counts(element: Element, title: str = "") -> Counter[str]:
    """What an element holds; the heading that is the title is none of its headings."""
    found: Counter[str] = Counter()
    heads = element.iter("h1", "h2", "h3", "h4", "h5", "h6")
    if title and any(
        " ".join(article.words(head)).casefold() == title.casefold() for head in heads
    ):
        found["headings"] = -1
    for inner in element.iter():
        if isinstance(inner.tag, str) and (row := _COUNTED.get(inner.tag)):
            if inner.tag == "p" and not _is_paragraph(inner):
                continue
            found[row] += 1
        elif inner.tag == "a" and inner.get("href"):
            found["links"] += 1
    found["words"] = len(article.words(element))
    return found


def _is_paragraph(element: Element) -> bool:
    """Whether a paragraph has something in it, and is not all that there is in its cell."""
    outer = element.getparent()
    alone = outer is not None and outer.tag in ("td", "th") and len(outer) == 1
    said = "".join(article.words(element))
    is_formula = said.startswith(f"{MATH_MARK}{DISPLAY_MARK}") and said.endswith(MATH_MARK)
    is_text = bool(said) and not (is_formula and said.count(MATH_MARK) == 2)
    return not alone and (is_text or element.find(".//img") is not None)


def _take_formulas(root: Element) -> None:
    """The formulas of a page as marks, in the TeX that it says, or that they are read as."""
    for formula in [*root.iter("math")]:
        tex = next((e.text for e in formula.iter("annotation") if e.text), "")
        if not tex and "\\" in (alt := formula.get("alttext") or ""):
            tex = alt
        tex = " ".join(tex.split()) or as_tex(formula)
        display = DISPLAY_MARK if formula.get("display") == "block" else ""
        said = f"{MATH_MARK}{display}{tex}{MATH_MARK}" if tex else ""
        formula.tail = said + (formula.tail or "")
        article.drop(formula)


# --- notes ------------------------------------------------------------------------------


def _take_notes(root: Element) -> list[tuple[str, Element]]:
    """The texts of notes, taken out of a page, with their labels; their references become marks
    with the label."""
    by_id = {e.get("name"): e for e in root.iter("a") if e.get("name")}
    by_id |= {e.get("id"): e for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    found: dict[Element, str] = {}
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
        label = found.setdefault(text, str(len(found) + 1))
        mark = f"{NOTE_MARK}{label}{NOTE_MARK}"
        outer = link.getparent()
        held = outer if outer is not None and outer.tag == "sup" and len(outer) == 1 else link
        held.tail = mark + (held.tail or "")
        article.drop(held)
    for text in found:
        _without_back_links(text)
        holder = text.getparent()
        article.drop(text)
        _drop_emptied(holder, root)
        text.tail = None
        text.tag = "p" if text.tag == "p" else "div"
    for listed in [*root.iter("ol", "ul", "dl")]:
        if not article.words(listed) and listed.find(".//img") is None:
            article.drop(listed)
    for rule in [*root.iter("hr")]:
        if rule.getnext() is None and found:
            article.drop(rule)
    return [(label, text) for text, label in found.items()]


def _drop_emptied(holder: Element | None, root: Element) -> None:
    """Take out what held notes alone, with its heading."""
    while holder is not None and holder is not root and holder.tag in _HOLDERS:
        headings = [word for e in holder.iter(*HEADS) for word in article.words(e)]
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
    said = "".join(article.words(link)).strip("[]()")
    return is_raised and (said.isdecimal() or said in "*†‡§" or len(said) < 3)


def _text_of_note(target: Element) -> Element | None:
    """What holds the text of a note whose id may be that of a mark in it."""
    for element in (target, *target.iterancestors()):
        if element.tag in ("li", "aside", "p", "div", "dd", "section") and article.words(element):
            return element if len(article.words(element)) < 1000 else None
    return None


def _without_back_links(text: Element) -> None:
    for link in [*text.iter("a")]:
        said = "".join(article.words(link)).strip("[]().")
        is_back = (link.get("href") or "").startswith("#") and (len(said) < 3 or said.isdecimal())
        if is_back:
            outer = link.getparent()
            only = outer is not None and outer.tag == "sup" and len(article.words(outer)) < 2
            article.drop(outer if only and outer is not None else link)


# --- nodes ------------------------------------------------------------------------------


class _Reader:
    """Reads elements into blocks; gathers the images that they show."""

    def __init__(self, name: str, fetch: Fetch, address: str, places: Places) -> None:
        self.name = name
        self.images: dict[str, bytes] = {}
        self.found: list[Diagnostic] = []
        self._fetch = fetch
        self._address = address
        self._counted = places
        self._names: dict[str, str] = {}
        self._places: dict[str, Element] = {}

    # --- what is told ---

    def find_places(self, *roots: Element) -> None:
        """Note where the first link to each address is, and the first image of each file."""
        for root in roots:
            for element in root.iter("a", "img"):
                if address := element.get("href") or element.get("src"):
                    self._places.setdefault(address.strip(), element)

    def tell_dropped(self, dropped: Iterable[tuple[Element, list[str]]]) -> None:
        """Tell what was left out as no part of the article."""
        parts = [(element, said) for element, said in dropped if len(said) > 2]
        for element, said in parts[:MOST_TOLD]:
            shown = " ".join(said[:8])
            more = "…" if len(said) > 8 else ""
            message = f"“{shown}{more}” ({len(said)} words) is left out: it is not of the article."
            self.tell(message, at=element)
        if len(parts) > MOST_TOLD:
            count = len(parts) - MOST_TOLD
            self.tell(f"{count} more parts of the page are left out, such as menus.")

    def tell_guesses(self, root: Element) -> None:
        """Tell that tables without heads are given some."""
        for caption in root.iter("caption", "figcaption"):
            said = " ".join(article.words(caption))
            if LABEL.fullmatch(said):
                message = f"The caption “{said}” says nothing but a number, and is left out."
                self.tell(message, "Write a caption: editions number what has one.", caption)
        for table in root.iter("table"):
            if table.find(".//th") is None and len(table.findall(".//td")) > 1:
                said = " ".join(article.words(table)[:6])
                message = f"The table “{said}…” has no heads: the first row is taken for its head."
                hint = "Write `{head-rows=0}` below it where there are none."
                self.tell(message, hint, table)

    def tell(self, message: str, hint: str = "", at: Element | str = "") -> None:
        """Tell something of an element, or of the first that has an address."""
        element = self._places.get(at) if isinstance(at, str) else at
        number = 0 if element is None else _number(element)
        span = Span(number) if number and self._counted == "line" else None
        if number and self._counted == "paragraph":
            message = f"{message[:-1]} (paragraph {number})."
        found = diagnostic(Code.NOT_IMPORTED, message, span=span, source=self.name, hint=hint)
        if found not in self.found:
            self.found.append(found)

    # --- nodes ---

    def forget_images(self, kept: set[str]) -> None:
        """Leave out the images that nothing shows after all."""
        self.images = {name: data for name, data in self.images.items() if quote(name) in kept}

    def blocks(self, element: Element) -> tuple[Block, ...]:
        """The blocks of an element."""
        markup: str = lxml.html.tostring(element, encoding="unicode", with_tail=False)
        lines = [Line(line, number, 1) for number, line in enumerate(markup.split("\n"), 1)]
        paired = paired_names(lines)
        builder = MarkupBuilder(
            Around(lambda *told: None, lambda address, span: address, paired), 60
        )
        builder.feed(lines)
        changes: Changes = {
            Text: self._text,
            Image: self._image,
            model.Link: self._link,
            model.ThematicBreak: _break,
            model.Container: _container,
        }
        return rewrite(builder.blocks(), enter={model.Figure: self._figure}, leave=changes)

    def _text(self, node: Text) -> tuple[Node, ...]:
        found: list[Node] = []
        for part in filter(None, _MARKED.split(node.text)):
            if part.startswith(NOTE_MARK):
                found.append(NoteReference(label=part[1:-1]))
            elif part.startswith(MATH_MARK):
                tex = part[1:-1].removeprefix(DISPLAY_MARK)
                found.append(model.Math(tex=tex, display=tex != part[1:-1]))
            else:
                found.append(Text(text=part))
        return tuple(found)

    def _link(self, node: model.Link) -> Node | tuple[Node, ...]:
        """A link to the web, or within the page; of others the text stays."""
        href, classes = node.href.strip(), node.attributes.classes
        if "cross-reference" in classes and href.startswith("#"):
            said = plain_text(node.children)
            is_number = re.search(r"[^\W\d_]{2}|“", said) is None
            return model.CrossReference(target=href[1:], form="number" if is_number else "full")
        if "biblioref" in classes or "term" in classes:
            return node.children
        if self._address and not href.startswith("#"):
            href = urljoin(self._address, href)
        if href.startswith(("http://", "https://", "mailto:", "tel:", "#")):
            address = href if href.startswith("#") else quote(href, safe="!#$&'()*+,-./:;=?@_~%")
            return replace(node, href=address, attributes=model.NO_ATTRIBUTES)
        if href and node.children:
            message = f"The link to “{href[:80]}” is left out, and its text stays."
            self.tell(
                message, "Only addresses on the web lead somewhere for all readers.", node.href
            )
        return node.children

    def _figure(self, node: model.Figure) -> Node | tuple[Node, ...]:
        """A figure; of one whose image is not there, its caption stays."""
        made = self._image(node.image)
        if isinstance(made, Image):
            return replace(node, image=made, attributes=model.Attributes(node.attributes.id))
        children = node.caption or made
        return model.Paragraph(children=children) if children else ()  # type: ignore[arg-type]

    def _image(self, node: Image) -> Image | tuple[Node, ...]:
        """An image with its file beside the source; one that is not there is its text."""
        source = node.source.strip()
        if source in self._names.values():
            return node
        data, suffix = self._data(source)
        if data and not suffix:
            kind = posixpath.splitext(source)[1]
            message = f"The image “{source[:80]}” is left out: no edition shows images of its kind."
            self.tell(message, f"Save it as .png in place of {kind}.", source)
            return (Text(text=node.alt),) if node.alt else ()
        if not data or not suffix:
            if node.alt or not source.startswith("data:"):
                message = (
                    f"The image “{source[:80]}” is no part of what was given, and is left out."
                )
                hint = "Save it beside the source, and write `![what it shows](file)`."
                self.tell(message, hint, source)
            return (Text(text=node.alt),) if node.alt else ()
        alt = "" if _FILE_NAME.search(node.alt) else " ".join(node.alt.split())
        name = self._named(source, data, alt, suffix)
        own = node.attributes
        if not alt:
            message = f"The image “{name}” says nothing to those who cannot see it."
            self.tell(
                message, "Write what it shows in its brackets, in place of {.decorative}.", source
            )
        classes = () if alt else ("decorative",)
        pairs = tuple(p for p in own.pairs if p[0] == "width" and p[1].endswith("%"))
        return Image(
            source=name, alt=alt, attributes=replace(own, id="", classes=classes, pairs=pairs)
        )

    def _data(self, source: str) -> tuple[bytes | None, str]:
        match = re.match(r"data:(image/[\w.+-]+);base64,(.*)", source, re.S)
        if match:
            try:
                return base64.b64decode(unquote(match[2])), _SUFFIXES.get(match[1], "")
            except (binascii.Error, ValueError):
                return None, ""
        if source.startswith(("http:", "https:", "//")):
            return None, ""
        suffix = posixpath.splitext(source.partition("?")[0])[1].lower().replace(".jpeg", ".jpg")
        return self._fetch(source), suffix if suffix in _SUFFIXES.values() else ""

    def _named(self, source: str, data: bytes, alt: str, suffix: str) -> str:
        """A name for an image after what it shows, or its own."""
        if source in self._names:
            return self._names[source]
        said = slug(" ".join(alt.split()[:6])) or slug(posixpath.basename(source).partition(".")[0])
        stem = said[:40].strip("-") or "image"
        if source.startswith("data:") and not alt:
            stem = "image"
        name, number = f"images/{stem}{suffix}", 2
        while self.images.get(name, data) != data:
            name, number = f"images/{stem}-{number}{suffix}", number + 1
        self.images[name] = data
        self._names[source] = quote(name)
        return self._names[source]


def _break(node: model.ThematicBreak) -> Node:
    return model.PageBreak() if "page-break" in node.attributes.classes else node


def _container(node: model.Container) -> Node:
    is_box = node.name == "div" and "sidebar" in node.attributes.classes
    return model.Container(name="sidebar", children=node.children) if is_box else node


def _number(element: Element) -> int:
    """The number of the line, or of the paragraph, that an element is in."""
    for one in (element, *element.iterancestors()):
        if one.sourceline:
            return int(one.sourceline)
    return 0
