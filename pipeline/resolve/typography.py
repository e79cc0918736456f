"""Quotation marks, dashes, ellipses and spaces, as the language of the text requires."""

from __future__ import annotations

import operator
from typing import Any

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Document, Inline, Node
from pipeline.model.editions import EDITIONS
from pipeline.model.late import late
from pipeline.model.rewriting import Changes, rewrite, rewrite_document
from pipeline.model.tree import INLINE_FIELDS, has, ordinals, plain_text, walk_with
from pipeline.resolve.punctuation import Run

KEPT = Attributes(classes=("kept",))
_CLOSING = late("[,.;:!?)\\]’”»›…。，、]+")

NO_BREAK = "\N{NO-BREAK SPACE}"

SHORT = 2
"""The size of a blank that fits a line with its label, in a column too."""

VERBATIM = frozenset({"code", "kbd", "samp", "tt", "var"})
"""Inline elements whose text is as typed."""

WORDS = (
    model.Code, model.Image, model.Math, model.NoteReference, model.CrossReference, model.Citation,
    model.Blank,
)  # fmt: skip
"""Inlines that count as a word for the marks beside them."""


def set_typography(document: Document) -> Document:
    """The document with the language's typographic punctuation in its text and titles.

    The language is that of the nearest ``lang`` attribute, else the document's. Each run of text (a
    paragraph, a title, a cell) is processed as a whole, so that a quotation may begin before an
    emphasis and end inside it. Code, keys, addresses and links that show their own address are
    unchanged.
    """
    language = document.metadata.lang
    enter: Changes = dict.fromkeys(INLINE_FIELDS, _enter)
    document = rewrite_document(
        document,
        enter=enter,
        context=(language, lambda node, parent: node.attributes.get("lang") or parent),
        kept_as="typography",
    )
    metadata = replace(
        document.metadata,
        title=set_text(document.metadata.title, language),
        subtitle=set_text(document.metadata.subtitle, language),
        description=set_text(document.metadata.description, language),
        abstract=set_text(document.metadata.abstract, language),
    )
    return replace(document, metadata=metadata)


def keep_marks(document: Document) -> Document:
    """The document with each formula and the punctuation after it in one piece, for browsers, which
    might otherwise begin a line with the punctuation."""
    edition = EDITIONS.get(document.edition)
    if (edition and edition.format == "pdf") or not has(document, model.Math):
        return document

    def enter(node: Node) -> Node:
        name = INLINE_FIELDS[type(node)]
        old: tuple[Any, ...] = getattr(node, name)
        if not any(isinstance(inline, model.Math) for inline in old):
            return node
        return replace(node, **{name: _kept(old)})

    return rewrite_document(document, enter=dict.fromkeys(INLINE_FIELDS, enter))


def _kept(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    inlines_kept: list[Inline] = []
    for node in inlines:
        before = inlines_kept[-1] if inlines_kept else None
        mark = _CLOSING.match(node.text) if isinstance(node, model.Text) else None
        if isinstance(before, model.Math) and not before.display and mark:
            assert isinstance(node, model.Text)
            pair = (before, replace(node, text=mark[0]))
            inlines_kept[-1] = model.InlineElement(name="span", children=pair, attributes=KEPT)
            if rest := node.text[mark.end() :]:
                inlines_kept.append(replace(node, text=rest))
        else:
            inlines_kept.append(node)
    return tuple(inlines_kept)


def set_text(text: str, language: str) -> str:
    """Plain text of a language (a BCP 47 tag), set as `set_typography` sets a paragraph."""
    run = Run()
    run.add(text, language)
    new = run.set()[0]
    return text if new is None else new


def _enter(node: Node, language: str) -> Node:
    """A block with the runs of inlines at its beginning set."""
    name = INLINE_FIELDS[type(node)]
    old: tuple[Any, ...] = getattr(node, name)
    if old and isinstance(old[0], tuple):
        new: tuple[Any, ...] = tuple(_set(inlines, language) for inlines in old)
    else:
        new = _set(old, language, has_labels=isinstance(node, model.Paragraph))
    is_same = len(new) == len(old) and all(map(operator.is_, new, old))
    return node if is_same else replace(node, **{name: new})


def _set(
    inlines: tuple[Inline, ...], language: str, has_labels: bool = False
) -> tuple[Inline, ...]:
    """A run with its texts, line ends and answers set. In a paragraph, which has more room than a
    cell, the label of a blank, as in `Date: ____`, stays on its line."""
    run = Run()
    leaves: list[int] = []
    answers: dict[int, model.Answered] = {}
    labels: dict[int, str] = {}
    end = last = ""
    walked = walk_with(inlines, (language, False), _state)
    for ordinal, (node, (lang, is_verbatim)) in enumerate(walked):
        match node:
            case model.Text():
                run.add(node.text, None if is_verbatim else lang)
                leaves.append(ordinal)
                end = (end + node.text)[-2:]
                last = node.text
            case model.SoftBreak():
                run.line_end(lang)
                leaves.append(ordinal)
            case model.LineBreak():
                run.context("\n")
            case _ if isinstance(node, WORDS):
                # a mark of a note closes quotations like a word, and ends a word before it
                run.context("\u2060" if isinstance(node, model.NoteReference) else "x")
                if isinstance(node, model.Blank) and node.answer:
                    answers[ordinal] = tuple(
                        set_text(part, lang) if isinstance(part, str) else part
                        for part in node.answer
                    )
                if isinstance(node, model.Blank) and node.size <= SHORT and end == ": ":
                    labels[leaves[-1]] = last
                end = ""
            case model.Abbreviation():
                run.context(node.text)
    texts = dict(zip(leaves, run.set(), strict=True))
    for ordinal, text in labels.items() if has_labels else ():
        texts[ordinal] = (texts[ordinal] or text)[:-1] + NO_BREAK

    def leave(node: model.Text | model.SoftBreak, ordinal: int) -> Node | tuple[Node, ...]:
        text = texts[ordinal]
        if text is None:
            return node
        if not text:
            return ()
        return model.Text(span=node.span, attributes=node.attributes, text=text)

    def fill(node: model.Blank, ordinal: int) -> Node:
        return replace(node, answer=answers.get(ordinal, ()))

    if not answers and all(text is None for text in texts.values()):
        return inlines
    changes: Changes = {model.Text: leave, model.SoftBreak: leave, model.Blank: fill}
    return rewrite(inlines, leave=changes, context=ordinals())


def _state(node: Node, parent: tuple[str, bool]) -> tuple[str, bool]:
    """The language in force, and whether text is as typed."""
    lang, is_verbatim = parent
    match node:
        case model.InlineElement():
            is_verbatim = is_verbatim or node.name in VERBATIM
        case model.Link():
            is_verbatim = is_verbatim or plain_text(node.children).strip() in node.href
    return node.attributes.get("lang") or lang, is_verbatim
