"""OpenDocument texts, as LibreOffice writes them: read like a web page, with styles interpreted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.commands.importing.archive import BrokenArchiveError, open_archive
from pipeline.commands.importing.article import drop
from pipeline.commands.importing.citations import with_marks
from pipeline.commands.importing.draft import (
    BOXES,
    CHANGED,
    HEADS,
    TYPED,
    Changes,
    Draft,
    InputText,
    change_sentences,
    listed,
    look_sentences,
    lost,
    unread,
)
from pipeline.commands.importing.odf import odf_names as names
from pipeline.commands.importing.odf.changes import settle
from pipeline.commands.importing.odf.odf_styles import OdfStyles
from pipeline.commands.importing.odf.page import MOST_REPEATED, OdfPage
from pipeline.commands.importing.page_metadata import language_of, meaningful
from pipeline.commands.importing.web_article import of_page
from pipeline.model.metadata import Contributor, Metadata


def read_odt(path: Path, name: str, changes: Changes = "accept") -> Draft:
    """An OpenDocument text, in an archive or flat, with its tracked ``changes`` accepted, rejected
    or kept as such."""
    data = path.read_bytes()
    try:
        if data.lstrip()[:1] == b"<":
            if b"<!ENTITY" in data:
                raise BrokenArchiveError("It defines XML entities, which is not safe.")
            parts = dict.fromkeys(("content.xml", "styles.xml", "meta.xml"), data)
        else:
            parts = open_archive(data)
        if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
            raise BrokenArchiveError("The file has a password.")
        content = names.xml_of(parts, "content.xml")
        body = (
            None if content is None else content.find(f".//{names.OFFICE}body/{names.OFFICE}text")
        )
        if content is None or body is None:
            raise BrokenArchiveError("This is not an OpenDocument text.")
        outer = names.xml_of(parts, "styles.xml")
        styles = OdfStyles([root for root in (outer, content) if root is not None])
        metadata = _metadata(names.xml_of(parts, "meta.xml"), styles)
    except (BrokenArchiveError, etree.LxmlError, ValueError) as error:
        is_ours = isinstance(error, BrokenArchiveError)
        message = str(error) if is_ours else "The OpenDocument text is damaged."
        hint = "Open it in LibreOffice, and save it again as .odt."
        return unread(message, name, hint)
    changed = settle(body, changes)
    hidden = _drop_hidden(body, styles)
    page = OdfPage(styles, parts)
    html = page.of(body)
    draft = of_page(html, name, page.image, whole_page=True, title=metadata.title)
    counts = _counts(body)
    counts["comments"], counts[CHANGED] = page.comments, changed
    counts["formulas"] = page.formulas
    counts["images"] -= page.drawings
    counts["words"] -= draft.counts[TYPED] + page.labels + len(page.subtitle.split())
    counts[BOXES] -= page.figures
    heads = [" ".join(_own_text(e).split()) for e in body.iter(f"{names.TEXT}h")]
    title = metadata.title or draft.metadata.title
    counts["headings"] -= title in heads
    head_messages = [*_heads(outer)]
    counts[HEADS] = len(head_messages)
    sentences = [
        *change_sentences(changed, changes),
        *hidden,
        *_findings(body),
        *head_messages,
        *page.messages,
    ]
    sections = (e.get(f"{names.TEXT}style-name") or "" for e in body.iter(f"{names.TEXT}section"))
    sentences += look_sentences(page.coloured, styles.columns(sections))
    if page.indented:
        paragraphs = "1 paragraph" if page.indented == 1 else f"{page.indented} paragraphs"
        sentences.append(f"Read as quotations because they are indented: {paragraphs}.")
    findings = [lost(sentence, name) for sentence in sentences]
    draft = replace(
        draft,
        metadata=replace(metadata, title=title, subtitle=page.subtitle),
        counts={**draft.counts, **counts},
        findings=(*findings, *draft.findings),
        passages=tuple(
            InputText(line, paragraph=number)
            for number, e in enumerate(_texts(body), 1)
            if e not in page.replaced
            for line in _own_text(e).split("\v")
        ),
    )
    return with_marks(draft, page.marks, name, path.stem)


def _metadata(meta: Element | None, styles: OdfStyles) -> Metadata:
    def texts_of(*tags: str) -> list[str]:
        texts = (meaningful(e.text or "") for tag in tags for e in meta.iter(tag))  # type: ignore[union-attr]
        return [text for text in texts if text]

    if meta is None:
        return Metadata(lang=language_of(styles.language))
    keywords = [word for text in texts_of(f"{names.META}keyword") for word in listed(text)]
    first = (texts_of(f"{names.META}initial-creator", f"{names.DC}creator") or [""])[0]
    title = (texts_of(f"{names.DC}title") or [""])[0]
    return Metadata(
        title=title,
        authors=tuple(map(Contributor, listed(first, ";"))),
        description=(texts_of(f"{names.DC}description") or [""])[0],
        keywords=tuple(dict.fromkeys(keywords)),
        lang=language_of((texts_of(f"{names.DC}language") or [styles.language])[0]),
    )


def _drop_hidden(body: Element, styles: OdfStyles) -> list[str]:
    """Remove what is hidden by its style, its section or a condition; tell how much that is."""
    hidden = 0
    for element in [*body.iter("*")]:
        fields = (element, *element.findall(f"{names.TEXT}hidden-paragraph"))
        if (
            element.get(f"{names.TEXT}display") == "none"
            or any(field.get(f"{names.TEXT}is-hidden") == "true" for field in fields)
            or styles.is_hidden(element.get(f"{names.TEXT}style-name") or "")
        ):
            text = element.get(f"{names.TEXT}string-value") or " ".join(element.itertext())
            hidden += len(text.split())
            drop(element)
    words = "1 word" if hidden == 1 else f"{hidden} words"
    return [f"Hidden text ({words}) is left out."] if hidden else []


def _counts(body: Element) -> Counter[str]:
    """The counts of the text's content, without data of its program."""
    counts: Counter[str] = Counter()
    rows = {
        f"{names.TABLE}table": "tables",
        f"{names.TEXT}h": "headings",
        f"{names.TEXT}note": "notes",
        f"{names.DRAW}image": "images",
        f"{names.TEXT}a": "links",
        f"{names.DRAW}text-box": BOXES,
    }
    for element in _kept(body):
        if row := rows.get(str(element.tag)):
            counts[row] += 1
        if element.tag == f"{names.TABLE}table-cell":
            counts["cells"] += min(
                names.number_of(element, f"{names.TABLE}number-columns-repeated"), MOST_REPEATED
            )
        elif element.tag in (f"{names.TEXT}p", f"{names.TEXT}h"):
            counts["words"] += len(_own_text(element).split())
    return counts


def _kept(element: Element) -> Iterator[Element]:
    """The elements that are of the text."""
    stack = [element]
    while stack:
        inner = stack.pop()
        if inner.tag not in names.LEAVE_OUT:
            yield inner
            stack.extend(reversed(inner))


def _own_text(paragraph: Element) -> str:
    """The text of a paragraph, without paragraphs inside it."""
    parts = [paragraph.text or ""]
    for child in paragraph:
        if child.tag in (f"{names.TEXT}s", f"{names.TEXT}tab"):
            parts.append(" ")
        elif child.tag == f"{names.TEXT}line-break":
            parts.append("\v")
        elif child.tag not in (
            *names.LEAVE_OUT,
            f"{names.TEXT}p",
            f"{names.TEXT}note",
            f"{names.DRAW}frame",
        ):
            parts.append(_own_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _texts(body: Element) -> Iterator[Element]:
    """The paragraphs and headings of the text."""
    return (e for e in _kept(body) if e.tag in (f"{names.TEXT}p", f"{names.TEXT}h"))


def _findings(body: Element) -> Iterator[str]:
    """The findings about omissions and assumptions."""
    for name in names.INDEXES:
        if body.find(f".//{names.TEXT}{name}") is not None:
            subject = "table of contents" if name == "table-of-content" else "index"
            if name != "alphabetical-index":
                yield f"The {subject} is left out: editions have their own."


def _heads(outer: Element | None) -> Iterator[str]:
    """A finding for each header and footer."""
    elements = (
        [] if outer is None else [*outer.iter(f"{names.STYLE}header", f"{names.STYLE}footer")]
    )
    for element in elements:
        text = " ".join(" ".join(element.itertext()).split())
        if text:
            kind = "header" if element.tag.endswith("header") else "footer"
            yield f"The {kind} “{text[:60]}” is left out: editions have their own."
