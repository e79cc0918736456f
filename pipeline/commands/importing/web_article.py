"""Web pages, also in one file with all their images (MHTML): the article and its metadata, read by
lxml, its markup by the parser's own builder."""

from __future__ import annotations

import email
import email.policy
import mimetypes
from collections import Counter
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import cast
from urllib.parse import urljoin

import lxml.html
from lxml import etree
from lxml.etree import ParserError, SubElement
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.commands.importing import article, draft
from pipeline.commands.importing.appearance import find_headings, make_lists
from pipeline.commands.importing.draft import Draft, unread
from pipeline.commands.importing.files import clean_page
from pipeline.commands.importing.metadata import declared_language, metadata_of
from pipeline.commands.importing.page_reader import (
    Fetch,
    PageReader,
    Places,
    has_alternative,
    join_captions,
    label_words,
    mark_styles,
    take_formulas,
    take_notes,
)
from pipeline.commands.importing.tidying import as_worksheet, tidy, type_gaps
from pipeline.model import Block, Note, NoteReference
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.model.tree import walk
from pipeline.model.words.guessing import language_of_text
from pipeline.parser.markup import FORMATTING_TAGS, INLINE_TAGS, PLAIN_INLINE_TAGS
from pipeline.system.paths import Located, locate

SAMPLE = 20_000
"""The number of characters from which the language of an article is detected if its page does not
declare one."""

_LISTS = ("ul", "ol")
_WITHIN = INLINE_TAGS | FORMATTING_TAGS | PLAIN_INLINE_TAGS

_COUNTED = {
    **dict.fromkeys(article.HEADS, "headings"),
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


_NO_BOLD = late(r"font-weight:\s*(?:normal|400)")
"""The style of the element around all that was copied in Google Docs."""

_FORMULA = late(f"{draft.MATH_SENTINEL}[^{draft.MATH_SENTINEL}]*{draft.MATH_SENTINEL}")


def read_html(path: Path, name: str) -> draft.Draft:
    """The article of a saved page; a fragment is an article as a whole."""

    def fetch(address: str) -> bytes | None:
        image = locate(path.parent, address, Code.MISSING_IMAGE)
        try:
            return image.read() if isinstance(image, Located) else None
        except OSError:
            return None

    return draft_of_page(path.read_bytes(), name, fetch, places="line")


def draft_of_page(
    data: bytes | str | Element,
    name: str,
    fetch: Fetch,
    *,
    whole_page: bool = False,
    title: str = "",
    notes: Iterable[tuple[str, Element]] = (),
    places: Places = "",
    sheets: Iterable[str] = (),
) -> draft.Draft:
    """The article of a page, or the ``whole_page`` of a document or a book, whose ``title`` may be
    known, with ``notes`` by their labels. ``places`` are the counted elements."""
    text, cleanings = ("", []) if isinstance(data, Element) else clean_page(data, name)
    try:
        root = data if isinstance(data, Element) else lxml.html.document_fromstring(text)
    except (ParserError, ValueError):
        return draft.unread("There is no text in it.", name, code=Code.EMPTY_FILE)
    look = mark_styles(root, [*sheets, *(style.text or "" for style in root.iter("style"))])
    headings = find_headings(root, title)
    metadata, address = metadata_of(root, whole_page=whole_page)
    if title:
        metadata = replace(metadata, title=title)
    reader = PageReader(name, fetch, address, places)
    if places == "line":
        reader.find_columns(root, text)
    reader.findings += cleanings
    reader.tell_headings(headings)
    if root.xpath("//meta[@name='generator'][@content='Chapbook']"):
        reader.findings.append(draft.tell_own_file(name))
    if root.xpath("//meta[@name='generator'][starts-with(@content, 'LibreOffice')]"):
        _keep_comments(root)
    is_whole = whole_page or article.is_document(root)
    chosen, dropped = _main_part(root, is_whole=is_whole)
    reader.tell_dropped(dropped)
    if not whole_page and not declared_language(root):
        guess = language_of_text(" ".join(article.words(chosen))[:SAMPLE])
        metadata = replace(metadata, lang=guess or metadata.lang)
    join_captions(chosen)
    if is_whole:
        reader.tell_look(look)
    marks = _with_lists(chosen)
    reader.tell_guesses(chosen, marks)
    take_formulas(chosen)
    own_notes = [*take_notes(chosen), *notes]
    reader.find_places(chosen, *(e for _, e in own_notes))
    blocks = reader.blocks(chosen)
    texts = tuple(Note(label=label, children=reader.blocks(e)) for label, e in own_notes)
    counts = _counts(chosen, metadata.title)
    for _, text in own_notes:
        counts.update(_counts(text))
    passages = [
        reader.passage(e, text)
        for part in (chosen, *(e for _, e in own_notes))
        for e, text in _passages(part)
    ]
    counts[draft.TYPED] = len(marks)
    counts[draft.OUTSIDE] = sum(len(dropped_words) for _, dropped_words in dropped)
    counts["notes"] = sum(1 for n in walk((*blocks, *texts)) if isinstance(n, NoteReference))
    if not is_whole and counts["words"] < min(article.FEWEST_WORDS, counts[draft.OUTSIDE] / 10):
        total = counts["words"] + counts[draft.OUTSIDE]
        hint = "If its text is missing, copy it in the browser and import what you copied."
        reader.tell(f"Only {counts['words']} of its {total} words are taken for the article.", hint)
    blocks, texts = tidy(blocks, texts, metadata.title, reader.tell)
    blocks = _with_tasks(blocks, counts, reader)
    findings = tuple(reader.findings)
    return draft.Draft(metadata, blocks, texts, reader.images, counts, findings, tuple(passages))


def _main_part(root: Element, *, is_whole: bool) -> tuple[Element, list[tuple[Element, list[str]]]]:
    """The element with the text of a page, and what is left out, with its words."""
    dropped = [(e, article.words(e)) for e in article.strip(root)]
    body = root.find("body")
    if is_whole:
        return root if body is None else body, dropped
    chosen = article.find(root)
    dropped += [(e, article.words(e)) for e in article.accessories(chosen)]
    dropped += [(e, article.words(e)) for e in article.clean(chosen)]
    return chosen, dropped


def _with_lists(chosen: Element) -> list[str]:
    """Number and nest lists, make lists of lines with typed marks, and give these marks."""
    etree.strip_tags(chosen, "font", "o:p")  # the ends of paragraphs in Word
    for element in [e for e in chosen.iter("b") if _NO_BOLD.search(e.get("style") or "")]:
        cast(lxml.html.HtmlElement, element).drop_tag()
    _number_lists(chosen)
    _nest_lists(chosen)
    type_gaps(chosen)
    return make_lists(chosen)


def _with_tasks(
    blocks: tuple[Block, ...], counts: Counter[str], reader: PageReader
) -> tuple[Block, ...]:
    """The blocks with gaps and choices, if they are of a worksheet; what was typed as these is no
    longer counted as text."""
    typed = draft.count(blocks, ())
    blocks, message = as_worksheet(blocks)
    typed.subtract(draft.count(blocks, ()))
    counts.subtract(typed)
    counts[draft.TYPED] += typed["words"]
    if message:
        hint = "Write answers in braces after gaps, and an `x` before the right choices."
        reader.tell(message, hint)
    return blocks


def _number_lists(root: Element) -> None:
    """Let lists begin with the number of their first item, and divide those in which others have
    numbers of their own."""
    for listed in [*root.iter("ol")]:
        expected = 0
        for item in [*listed.iterchildren("li")]:
            value = item.attrib.pop("value", "").strip()
            if value.isdecimal() and int(value) != expected:
                if expected:
                    rest = etree.Element("ol", dict(listed.attrib))
                    rest.extend([item, *item.itersiblings()])
                    listed.addnext(rest)
                    listed = rest
                listed.set("start", value)
                expected = int(value)
            start = listed.get("start", "1")
            expected = (expected or (int(start) if start.isdecimal() else 1)) + 1


def _nest_lists(root: Element) -> None:
    """Put lists that stand directly in lists into the items before them; LibreOffice interrupts a
    numbered list for those."""
    for inner in [*root.iter(*_LISTS)]:
        above = inner.getparent()
        if above is None or above.tag not in _LISTS:
            continue
        outer, before = above.getprevious(), inner.getprevious()
        if before is not None:
            before.append(inner)
        elif outer is not None and outer.tag in _LISTS and len(outer) and len(above) == 1:
            outer[-1].append(inner)
            after = above.getnext()
            article.drop(above)
            start = outer.get("start") or "1"
            goes_on = str(int(start) + len(outer)) if start.isdecimal() else ""
            if after is not None and after.tag == outer.tag and after.get("start") == goes_on:
                outer.extend([*after])
                article.drop(after)


def _keep_comments(root: Element) -> None:
    """Put the comments on a text, which LibreOffice writes as such of HTML, after their blocks."""
    for comment in [*root.iter(etree.Comment)]:
        block = next((e for e in comment.iterancestors("p", "h1", "h2", "h3", "li", "td")), None)
        text = " ".join((comment.text or "").split())
        if block is not None and text:
            paragraph = lxml.html.Element("p")
            paragraph.text = draft.COMMENT + text
            insert = block.append if block.tag in ("li", "td") else block.addnext
            insert(paragraph)


def _counts(element: Element, title: str = "") -> Counter[str]:
    """The counts of an element's content; a heading or first paragraph that repeats the title is
    not counted."""
    counts: Counter[str] = Counter()
    heads = element.iter(*article.HEADS)
    if title and (head := next((head for head in heads if _says(head, title)), None)) is not None:
        counts["headings"] = counts[draft.LEVELS[int(head.tag[1]) - 1]] = -1
    elif title and (first := next(element.iter("p"), None)) is not None and _says(first, title):
        counts["paragraphs"] = -1
    for inner in element.iter():
        if isinstance(inner.tag, str) and (row := _COUNTED.get(inner.tag)):
            if inner.tag == "p" and not _is_paragraph(inner):
                continue
            if row == "headings" and not article.words(inner):
                continue
            counts[row] += 1
            if row == "headings":
                counts[draft.LEVELS[int(inner.tag[1]) - 1]] += 1
            counts[draft.ALTERNATIVES] += inner.tag == "img" and has_alternative(
                inner.get("alt") or ""
            )
            counts[draft.MERGED] += inner.tag in ("td", "th") and _is_merged(inner)
        elif (
            inner.tag == "a"
            and inner.get("href")
            and (article.words(inner) or inner.find(".//img") is not None)
        ):
            counts["links"] += 1
        elif inner.tag == "div" and "sidebar" in (inner.get("class") or "").split():
            counts[draft.BOXES] += 1
    comments = [str(p.text) for p in element.iter("p") if (p.text or "").startswith(draft.COMMENT)]
    of_labels = label_words(element) + sum(len(comment.split()) for comment in comments)
    texts = [text for _, text in _passages(element)]
    counts["words"] = sum(len(_FORMULA.sub(" ", text).split()) for text in texts) - of_labels
    counts["formulas"] = sum(len(_FORMULA.findall(text)) for text in texts)
    counts["comments"] = len(comments)
    return counts


def _is_merged(cell: Element) -> bool:
    return any(
        (cell.get(key) or "1").strip() not in ("", "0", "1") for key in ("colspan", "rowspan")
    )


def _says(element: Element, title: str) -> bool:
    return "".join(article.words(element)).casefold() == "".join(title.split()).casefold()


def _passages(element: Element) -> Iterator[tuple[Element, str]]:
    """The texts of an element between all that is not within a line, each with the element that it
    is in."""
    at, parts = element, [""]
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if inner.tag not in _WITHIN:
            if text := "".join(parts).strip():
                yield at, text
            at, parts = inner, []
        if content := inner.text if event == "start" else inner is not element and inner.tail:
            parts.append(content)
    if text := "".join(parts).strip():
        yield at, text


def _is_paragraph(element: Element) -> bool:
    """Return whether a paragraph has content and is not alone in its cell."""
    outer = element.getparent()
    alone = outer is not None and outer.tag in ("td", "th") and len(outer) == 1
    text = "".join(article.words(element))
    is_formula = text.startswith(
        f"{draft.MATH_SENTINEL}{draft.DISPLAY_SENTINEL}"
    ) and text.endswith(draft.MATH_SENTINEL)
    is_figure = element.find("figure") is not None and len(element) == 1
    is_text = bool(text) and not (is_formula and text.count(draft.MATH_SENTINEL) == 2)
    is_text = is_text and not is_figure and not text.startswith(draft.COMMENT)
    return not alone and (is_text or len(element.findall(".//img")) > 1)


# --- pages with their images --------------------------------------------------------------


def read_mhtml(path: Path, name: str) -> Draft:
    """The article of a page that is saved with its images."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    parts = [cast(EmailMessage, part) for part in message.walk() if not part.is_multipart()]
    pages = [part for part in parts if part.get_content_type() == "text/html"]
    try:
        text, cleanings = _text(pages[0], name)
        root = lxml.html.document_fromstring(text)
    except (IndexError, ParserError, ValueError):
        hint = "Save the page again in your browser, as MHTML or HTML."
        return unread("There is no web page in it.", name, hint)
    address = str(pages[0].get("Content-Location") or "")
    images: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for part in parts:
        suffix = mimetypes.guess_extension(part.get_content_type()) or ""
        data = part.get_payload(decode=True)
        if not part.get_content_type().startswith("image/") or not isinstance(data, bytes):
            continue
        stem = str(part.get("Content-Location") or "").rpartition("/")[2].partition("?")[0]
        image_file = f"{stem.partition('.')[0] or 'image'}-{len(images)}{suffix}"
        images[image_file] = data
        names[str(part.get("Content-Location") or "").strip()] = image_file
        names["cid:" + str(part.get("Content-ID") or "").strip(" <>")] = image_file
    for image in root.iter("img"):
        source = (image.get("src") or "").strip()
        image_name = names.get(source) or names.get(urljoin(address, source))
        if image_name:
            image.set("src", image_name)
    head = root.find("head")
    if head is not None and not root.xpath("//link[@rel='canonical']"):
        SubElement(head, "link", rel="canonical", href=address)
    draft = draft_of_page(lxml.html.tostring(root, encoding="unicode"), name, images.get)
    return replace(draft, findings=(*cleanings, *draft.findings))


def _text(page: EmailMessage, name: str) -> tuple[str, list[Diagnostic]]:
    data = page.get_payload(decode=True)
    charset = page.get_content_charset() or ""
    if isinstance(data, bytes):
        try:
            return clean_page(data.decode(charset or "utf-8"), name)
        except (LookupError, UnicodeDecodeError):
            return clean_page(data, name)
    return "", []
