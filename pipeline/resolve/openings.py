"""Openings of chapters: a large letter or small capitals, and numbers as words or figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.model import (
    Attributes,
    Block,
    Document,
    Inline,
    InlineElement,
    Node,
    Paragraph,
    Section,
    Text,
)
from pipeline.model.editions import EDITIONS
from pipeline.model.late import late
from pipeline.model.roles import TEXT
from pipeline.model.tree import CHAPTER, SHORT_TITLE, children, plain_text, rewrite_document
from pipeline.model.words import words, words_in
from pipeline.model.words.writing_conventions import roman, writing

# --- numbers --------------------------------------------------------------------------------------
# The numbers of chapters and parts above their titles (``chapter_numbers``): Chapter One.

KINDS = ("chapter", "part", "appendix")


class _Numbering(NamedTuple):
    """The names of numbers: the ``patterns`` by kind, the ``names`` of 1, 2, 3 …, none for
    numerals; and what a title that has a number itself begins with. In print, titles alone are in
    running heads."""

    patterns: Mapping[str, str]
    names: tuple[str, ...]
    numbered: re.Pattern[str]
    is_printed: bool
    has_spaces: bool

    def label(self, section: Section, number: str) -> str:
        """The words for the number of a section."""
        kind = section.role if section.role in KINDS else "chapter"
        value = _value(number)
        name = self.names[value - 1] if self.names and value else number
        pattern = self.patterns[kind]
        if name != number and not self.has_spaces:
            pattern = pattern.replace("\u00a0", "")
        label = pattern.format(number=name)
        return label[:1].upper() + label[1:]


def show_numbers(document: Document) -> Document:
    """The document whose chapters have the words for their numbers above their titles, or as their
    titles. Those whose titles begin with such words are left as they are."""
    metadata = document.metadata
    if metadata.chapter_numbers is None:
        return document
    edition, has_spaces = EDITIONS.get(document.edition), not writing(metadata.lang).joins
    is_known = "number_words" in words_in(metadata.lang.lower().split("-")[0])
    vocabulary = words(metadata.lang)
    references = {kind: vocabulary[f"reference_{kind}"] for kind in KINDS}
    english = {kind: words("en")[f"reference_{kind}"] for kind in KINDS}
    patterns = references if is_known or references != english else dict.fromkeys(KINDS, "{number}")
    names = tuple(vocabulary["number_words"].split("|")) if is_known else ()
    heads = {pattern.partition("{")[0].strip() for pattern in references.values()} - {""}
    numerals = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    before = "|".join(map(re.escape, sorted(heads))) or "(?!)"
    numbered = re.compile(
        rf"(?:{before})\s*(?:\d+|[ivxlc]+|{numerals or '0'})" + r"\b" * has_spaces,
        re.IGNORECASE,
    )
    highest = max((_value(section.number) for section in _chapters(document.blocks)), default=0)
    numbering = _Numbering(
        patterns,
        names if metadata.chapter_numbers == "words" and highest <= len(names) else (),
        numbered,
        edition is not None and edition.format == "pdf",
        has_spaces,
    )
    return replace(document, blocks=_label(document.blocks, numbering))


def _chapters(blocks: tuple[Block, ...]) -> list[Section]:
    """The chapters among the blocks, and those of parts."""
    sections = [block for block in blocks if isinstance(block, Section)]
    inner = [_chapters(section.children) for section in sections if section.role == "part"]
    return sum(inner, sections)


def _label(blocks: tuple[Block, ...], numbering: _Numbering) -> tuple[Block, ...]:
    return tuple(
        _with_label(block, numbering) if isinstance(block, Section) else block for block in blocks
    )


def _with_label(section: Section, numbering: _Numbering) -> Section:
    if section.role == "part":
        section = replace(section, children=_label(section.children, numbering))
    title = plain_text(section.title).strip()
    if numbering.numbered.match(title):
        return replace(section, number="")
    if not section.number:
        is_number = title.isdecimal() or _value(title)
        label = numbering.label(section, title) if is_number else ""
        return replace(section, title=(Text(text=label),)) if label else section
    pairs = (*section.attributes.pairs, (CHAPTER, numbering.label(section, section.number)))
    if numbering.is_printed and not section.attributes.get(SHORT_TITLE):
        pairs = (*pairs, (SHORT_TITLE, title))
    return replace(section, attributes=replace(section.attributes, pairs=pairs))


def _value(number: str) -> int:
    """The value of a number that may have a name, up to 100; 0 for others, and for letters."""
    if number.isdecimal():
        return int(number)
    return _ROMAN.get(number, 0)


_ROMAN = {roman(value): value for value in range(1, 101)}


# --- first words ----------------------------------------------------------------------------------
# The openings of chapters (``opening``): a drop cap, or the first words in small capitals.

DROP_CAP, SMALL_CAPS = "drop-cap", "small-caps"

_FIRST_WORDS = late(r"\W{0,2}\w[\w’'-]*(?: [\w’'-]+){0,3}")
"""Up to four words, of one phrase."""

_FIRST_LETTER = late(r"\W{0,2}\w")

LOW_MARKS = "„‚"
"""Marks that, as large as a drop cap, would reach into the line below it: they stay small."""


def open_chapters(document: Document) -> Document:
    """The document whose chapters begin as the front matter says, if that is with a paragraph. What
    comes before or after the text, such as a dedication, has no such opening."""
    if document.metadata.opening is None:
        return document
    opening, edition = document.metadata.opening, EDITIONS.get(document.edition)
    is_printed = edition is not None and edition.format == "pdf"
    parts = {id(child) for top in document.blocks if _is_part(top) for child in children(top)}
    chapters = {*map(id, document.blocks), *parts}

    def enter(section: Section) -> Node:
        first = section.children[0] if section.children else None
        is_text = not section.role or section.role in TEXT
        if not (id(section) in chapters and is_text and isinstance(first, Paragraph)):
            return section
        if opening == DROP_CAP:
            opened = _with_drop_cap(first, is_printed)
        else:
            opened = _with_class(first, _FIRST_WORDS, SMALL_CAPS)
        return replace(section, children=(opened, *section.children[1:]))

    return rewrite_document(document, enter={Section: enter})


def _is_part(node: Node) -> bool:
    return isinstance(node, Section) and node.role == "part"


def _with_drop_cap(paragraph: Paragraph, is_printed: bool) -> Paragraph:
    """A paragraph that begins with a large letter, if it begins with text. The engine cannot have
    text beside the first letter of a paragraph, but beside an element."""
    if is_printed:
        return _with_class(paragraph, _FIRST_LETTER, DROP_CAP)
    if not (paragraph.children and isinstance(paragraph.children[0], Text)):
        return paragraph
    attributes = paragraph.attributes
    return replace(
        paragraph, attributes=replace(attributes, classes=(*attributes.classes, DROP_CAP))
    )


def _with_class(paragraph: Paragraph, start: re.Pattern[str], name: str) -> Paragraph:
    """A paragraph that begins with an element of a class, if its text begins in such a way."""
    first = paragraph.children[0] if paragraph.children else None
    match = start.match(first.text) if isinstance(first, Text) else None
    if not (match and isinstance(first, Text)):
        return paragraph
    words: list[Inline] = [replace(first, text=match[0])]
    if name == DROP_CAP and match[0][0] in LOW_MARKS:
        mark = (replace(first, text=match[0][0]),)
        words = [InlineElement(name="small", children=mark), replace(first, text=match[0][1:])]
    element: Inline = InlineElement(
        name="span",
        children=tuple(words),
        attributes=Attributes(classes=(name,)),
        span=first.span,
    )
    rest = first.text[match.end() :]
    after = (replace(first, text=rest),) if rest else ()
    return replace(paragraph, children=(element, *after, *paragraph.children[1:]))
