"""Quotation marks, dashes, ellipses and spaces as the language of the text has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pipeline.model import (
    Abbreviation,
    Blank,
    Code,
    CrossReference,
    Document,
    Image,
    Inline,
    InlineElement,
    LineBreak,
    Link,
    Node,
    SoftBreak,
    Text,
)
from pipeline.resolve.punctuation import Run
from pipeline.tree import INLINE_FIELDS, plain_text, rewrite_document, walk, walk_with, whole

VERBATIM = frozenset({"code", "kbd", "samp", "tt", "var"})
"""Inline elements whose text is as typed."""


def set_typography(document: Document) -> Document:
    """The document with straight marks in its text and titles as the language sets them.

    The language is that of the nearest ``lang`` attribute, else the document's. Each run
    of text (a paragraph, a title, a cell) is looked at as a whole, so that a quotation may
    begin before an emphasis and end within it. Code, keys, addresses and links that show
    their own address stay as typed.
    """
    texts: dict[int, list[str | None]] = {}
    answers: list[str] = []
    language = document.metadata.lang
    for node, lang in walk_with(whole(document), language, _language):
        if isinstance(node, Blank):
            answers.append(set_text(node.answer, lang) if node.answer else "")
        if type(node) in INLINE_FIELDS:
            for inlines in _runs(node):
                for leaf, text in zip(_leaves(inlines), _set(inlines, lang), strict=True):
                    texts.setdefault(id(leaf), []).append(text)
    # Answers are met in the same order when they are rewritten; not so texts, for a caption
    # may stand after what it belongs to.
    new_answers: Iterator[str] = iter(answers)

    def leave(node: Text | SoftBreak) -> Node | tuple[Node, ...]:
        text = texts[id(node)].pop(0)
        if text is None:
            return node
        if not text:
            return ()
        return Text(span=node.span, attributes=node.attributes, text=text)

    def fill(node: Blank) -> Node:
        return replace(node, answer=next(new_answers))

    if any(answers):
        document = rewrite_document(document, leave={Blank: fill})
    if any(text is not None for found in texts.values() for text in found):
        document = rewrite_document(document, leave={Text: leave, SoftBreak: leave})
    metadata = replace(
        document.metadata,
        title=set_text(document.metadata.title, language),
        subtitle=set_text(document.metadata.subtitle, language),
        description=set_text(document.metadata.description, language),
    )
    return replace(document, metadata=metadata)


def set_text(text: str, language: str) -> str:
    """Plain text of a language (a BCP 47 tag), set as `set_typography` sets a paragraph."""
    run = Run()
    run.add(text, language)
    new = run.set()[0]
    return text if new is None else new


def _language(node: Node, parent: str) -> str:
    return node.attributes.get("lang") or parent


def _runs(node: Node) -> Iterable[tuple[Inline, ...]]:
    """The runs of inlines that a block begins with."""
    value: tuple[Inline, ...] | tuple[tuple[Inline, ...], ...]
    value = getattr(node, INLINE_FIELDS[type(node)])
    if value and isinstance(value[0], tuple):
        return value
    return (value,)  # type: ignore[return-value]


def _leaves(inlines: tuple[Inline, ...]) -> Iterator[Node]:
    """What of a run `_set` gives a text for."""
    return (node for node in walk(inlines) if isinstance(node, Text | SoftBreak))


def _set(inlines: tuple[Inline, ...], language: str) -> list[str | None]:
    """What becomes of each `Text` and `SoftBreak` in a run, None where it stays."""
    run = Run()
    for node, (lang, is_verbatim) in walk_with(inlines, (language, False), _state):
        match node:
            case Text():
                run.add(node.text, None if is_verbatim else lang)
            case SoftBreak():
                run.line_end(lang)
            case LineBreak():
                run.context("\n")
            case Code() | Image() | CrossReference() | Blank():
                run.context("x")  # stands like a word
            case Abbreviation():
                run.context(node.text)
    return run.set()


def _state(node: Node, parent: tuple[str, bool]) -> tuple[str, bool]:
    """The language in force, and whether text is as typed."""
    lang, is_verbatim = parent
    match node:
        case InlineElement():
            is_verbatim = is_verbatim or node.name in VERBATIM
        case Link():
            is_verbatim = is_verbatim or plain_text(node.children).strip() in node.href
    return node.attributes.get("lang") or lang, is_verbatim
