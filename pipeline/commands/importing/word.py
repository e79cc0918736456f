"""Word documents: their paragraphs, tables and notes become a page, read like a web page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.commands.importing.archive import BrokenArchiveError, open_archive
from pipeline.commands.importing.citations import with_marks
from pipeline.commands.importing.draft import (
    BOXES,
    CHANGED,
    COMMENT_MARK,
    HEADS,
    TYPED,
    Changes,
    Draft,
    InputText,
    change_sentences,
    comment,
    listed,
    look_sentences,
    lost,
    unread,
)
from pipeline.commands.importing.formulas import M
from pipeline.commands.importing.link_targets import unlabelled
from pipeline.commands.importing.page_metadata import meaningful
from pipeline.commands.importing.text_head import date_in
from pipeline.commands.importing.web_article import of_page
from pipeline.commands.importing.word_parts import VAL, W, WordParts
from pipeline.commands.importing.word_text import MC, NEW, OLD, Body, chosen
from pipeline.model import Block, Node, Text
from pipeline.model.late import late
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import walk

# --- word ------------------------------------------------------------------------------------
#
# Word documents: their paragraphs, tables and notes become a page, which is then read like a web
# page. What a source cannot contain is reported.

_DC = "{http://purl.org/dc/elements/1.1/}"
_CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_MARKED = late(f"{COMMENT_MARK}([^{COMMENT_MARK}]*){COMMENT_MARK}")

ANEW = "Open it in a word processor, and save it again as .docx."


def read_docx(path: Path, name: str, changes: Changes = "accept") -> Draft:
    """A Word document, with its tracked ``changes`` accepted, rejected or kept as such."""
    try:
        parts = WordParts(open_archive(path.read_bytes()))
        body = Body(parts, changes)
        page, notes = body.page()
        counts, sentences = _counts(parts, changes, body.replaced)
        passages = tuple(_passages(parts, changes, body.replaced))
        metadata = _metadata(parts, body)
    except BrokenArchiveError as error:
        return unread(str(error), name, ANEW)
    except (etree.XMLSyntaxError, ValueError):  # a number that is none
        return unread("The Word document is damaged.", name, ANEW)
    widths = (cols.get(f"{W}num") or "" for cols in parts.main.iter(f"{W}cols"))
    columns = max((int(number) for number in widths if number.isdecimal()), default=1)
    sentences += [*body.runs.messages, *look_sentences(body.runs.coloured, columns)]
    if left := body.runs.left_out:
        sentences.append(
            f"The table of contents ({left} words) is left out: editions make their own."
        )
    if hidden := body.runs.hidden:
        number = "1 word" if hidden == 1 else f"{hidden} words"
        sentences.append(f"Hidden text ({number}) is left out.")
    draft = of_page(
        page,
        name,
        parts.files.get,
        whole_page=True,
        title=metadata.title,
        notes=notes,
        places="paragraph",
    )
    counts[BOXES] -= body.figures
    about = (*body.subtitle, *body.authors, body.date)
    counts["words"] -= draft.counts[TYPED] + body.runs.replaced + len(" ".join(about).split())
    titles = (text for p, text in _texts(parts, changes) if parts.styles.kind(p)[0] == "heading")
    counts["headings"] -= draft.metadata.title in (" ".join(text.split()) for text in titles)
    findings = [lost(sentence, name) for sentence in dict.fromkeys(sentences)]
    read = Draft(
        replace(metadata, title=draft.metadata.title),
        tuple(_with_comments(draft.blocks)),
        tuple(replace(note, children=tuple(_with_comments(note.children))) for note in draft.notes),
        draft.images,
        {**draft.counts, **counts},
        (*findings, *draft.findings),
        passages,
    )
    return with_marks(read, body.runs.marks, name, path.stem)


def _metadata(parts: WordParts, body: Body) -> Metadata:
    """The metadata from the beginning of the document, or else from its properties."""
    core = parts.xml("docProps/core.xml")

    def text_of(tag: str) -> str:
        return meaningful(str(core.findtext(tag) or "") if core is not None else "")

    names = body.authors or listed(text_of(f"{_DC}creator"), ";")
    written = re.match(r"\d{4}(?:-\d\d){0,2}", body.date)
    date = written[0] if written else date_in(body.date)[0]
    if body.date and not date:
        body.runs.messages.append(f"The date “{body.date}” is left out: it cannot be read.")
    return Metadata(
        title=" ".join(body.title) or text_of(f"{_DC}title"),
        subtitle=" ".join(body.subtitle),
        authors=tuple(map(Contributor, filter(None, names))),
        description=text_of(f"{_DC}description"),
        keywords=listed(text_of(f"{_CORE}keywords")),
        date=date,
        lang=parts.language,
    )


def _counts(
    parts: WordParts, changes: Changes, replaced: set[Element]
) -> tuple[dict[str, int], list[str]]:
    """The counts of the document's content, including content that a source cannot express."""
    main = parts.main
    kept = [*_kept(main, changes)]
    tags = Counter(str(element.tag) for element in kept)
    counts: Counter[str] = Counter()
    counts["tables"] = tags[f"{W}tbl"]
    merged = sum(e.tag == f"{W}vMerge" and e.get(VAL) in (None, "continue") for e in kept)
    counts["cells"] = tags[f"{W}tc"] - merged
    counts["notes"] = tags[f"{W}footnoteReference"] + tags[f"{W}endnoteReference"]
    counts["comments"] = tags[f"{W}commentReference"]
    counts["formulas"] = tags[f"{M}oMath"]
    counts["images"] = sum(tag.endswith(("}blip", "}imagedata")) for tag in tags.elements())
    counts[BOXES] = tags[f"{W}txbxContent"]
    counts[CHANGED] = sum(1 for _ in main.iter(f"{W}ins", f"{W}del"))
    for p, text in _texts(parts, changes):
        kind, _ = parts.styles.kind(p)
        counts["headings"] += kind == "heading" and bool(text.strip()) and p not in replaced
        counts["words"] += len((unlabelled(text) if kind == "caption" else text).split())
    sentences = [*change_sentences(counts[CHANGED], changes)]
    for part in sorted(parts.files):
        if match := re.fullmatch(r"word/(header|footer)\d*\.xml", part):
            root = parts.xml(part)
            texts = () if root is None else (text for _, text in _paragraphs(root, changes))
            if text := " ".join(" ".join(texts).split()):
                counts[HEADS] += 1
                sentences.append(
                    f"The {match[1]} “{text[:60]}” is left out: editions have their own."
                )
    return counts, sentences


def _kept(root: Element, changes: Changes) -> Iterator[Element]:
    """The elements of a text in their order: of alternatives, those that are read, and nothing that
    a tracked change removes."""
    removed = {"accept": OLD, "reject": NEW}.get(changes, ())
    stack = [root]
    while stack:
        element = stack.pop()
        yield element
        inner = [chosen(element)] if element.tag == f"{MC}AlternateContent" else [*element]
        rows = (e.find(f"{W}trPr") for e in inner)
        stack += [
            child
            for child, row in zip(inner, rows, strict=True)
            if child.tag not in removed and (row is None or all(e.tag not in removed for e in row))
        ][::-1]


def _texts(parts: WordParts, changes: Changes) -> Iterator[tuple[Element, str]]:
    """The paragraphs of the text and its notes."""
    for root in (parts.main, *(parts.part_of_kind(name) for name in ("footnotes", "endnotes"))):
        if root is not None:
            yield from _paragraphs(root, changes)


def _paragraphs(root: Element, changes: Changes) -> Iterator[tuple[Element, str]]:
    """Each paragraph with its text."""
    texts: dict[Element, list[str]] = {}
    for element in _kept(root, changes):
        if element.tag == f"{W}p":
            texts[element] = []
        elif element.tag in (f"{W}t", f"{W}delText", f"{W}tab", f"{W}br"):
            space = "\n" if element.tag == f"{W}br" else " "
            piece = element.text or "" if element.tag in (f"{W}t", f"{W}delText") else space
            above = next(element.iterancestors(f"{W}p"), None)
            if above is not None:
                texts[above].append(piece)
    yield from ((paragraph, "".join(piece)) for paragraph, piece in texts.items())


def _passages(parts: WordParts, changes: Changes, replaced: set[Element]) -> Iterator[InputText]:
    for number, (paragraph, text) in enumerate(_texts(parts, changes), 1):
        if paragraph not in replaced:
            yield from (InputText(line, paragraph=number) for line in text.split("\n"))


def _with_comments(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Each block, and after it the comments on it."""
    for block in blocks:
        comments = [
            match[1]
            for node in walk(block)
            if isinstance(node, Text)
            for match in _MARKED.finditer(node.text)
        ]
        yield from rewrite((block,), leave={Text: _unmarked}) if comments else (block,)
        yield from map(comment, comments)


def _unmarked(node: Text) -> Node | tuple[Node, ...]:
    text = _MARKED.sub("", node.text)
    return replace(node, text=text) if text else ()
