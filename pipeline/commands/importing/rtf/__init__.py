"""Rich Text, as saved by TextEdit, WordPad and every word processor: read like a web page, with
styles interpreted."""

from __future__ import annotations

import locale

from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.commands.importing.captions import label_words
from pipeline.commands.importing.citations import MARKED, with_marks
from pipeline.commands.importing.draft import (
    CHANGED,
    COMMENT,
    HEADS,
    TYPED,
    Changes,
    Draft,
    change_sentences,
    listed,
    look_sentences,
    lost,
    unread,
)
from pipeline.commands.importing.page_metadata import language_of, meaningful
from pipeline.commands.importing.rtf.reader import RtfReader
from pipeline.commands.importing.rtf.rtf_tokens import tokens
from pipeline.commands.importing.web_article import of_page
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.words.guessing import language_of_text


def of_rtf(data: bytes, name: str, stem: str, changes: Changes = "accept") -> Draft:
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
    draft = of_page(root, name, reader.images.get, whole_page=True, title=title, notes=reader.notes)
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
        authors=tuple(map(Contributor, listed(meaningful(reader.info.get("author", ""))))),
        description=reader.info.get("subject", ""),
        keywords=listed(reader.info.get("keywords", "")),
        lang=language_of(lang or language_of_text(text)),
    )
    findings = tuple(lost(sentence, name) for sentence in sentences)
    marked = replace(draft, metadata=metadata, counts=counts, findings=(*findings, *draft.findings))
    return with_marks(marked, reader.marks, name, stem)


def _language(number: int) -> str:
    """A language by its number in Windows, or that of its family."""
    known = locale.windows_locale
    family = next((v.partition("_")[0] for n, v in known.items() if n % 1024 == number % 1024), "")
    return known.get(number, family if number % 1024 else "").replace("_", "-")


def _own_text(element: Element) -> str:
    return MARKED.sub("", " ".join(str(text) for text in element.itertext()))
