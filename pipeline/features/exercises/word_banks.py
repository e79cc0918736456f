"""Word banks: the answers of blanks, in alphabetical order, which does not reveal their places.
They are collected before students' editions lose the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Container, Document, Exercise, Inline, Node, Withheld
from pipeline.model.audience import Ranges, lacked
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition, varied
from pipeline.model.late import late
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import (
    PATH,
    find,
    inlines_of,
    is_word_bank,
    plain_text,
    top_level,
    walk,
)
from pipeline.model.words import folded

COMMAS = late(r"[,;،、，\n]")


def fill_banks(document: Document, edition: Edition, withheld: Iterable[Withheld]) -> Document:
    """The document with the words of each bank: those of the exercise around it, or of the whole
    text if it is outside an exercise, and those added in the bank. In an edition for teachers they
    are those that students get, outside what is ``withheld``. An empty bank is a LIKELY_SLIP, and
    is removed."""
    if not any(is_word_bank(node) for _, node, _ in find(document, Container)):
        return document
    students = varied(replace(edition, audience="student"), document.metadata)
    if edition.audience == "student":
        students = (edition,)
    hidden = Ranges(lacked(withheld, *students))
    seen: set[Span | None] = set()
    empty: list[Diagnostic] = []

    def fill(node: Container, path: tuple[Node, ...]) -> Node | tuple[Node, ...]:
        if not is_word_bank(node):
            return node
        around = next((holder for holder in path if isinstance(holder, Exercise)), None)
        key = around.span if around else None
        words = list(_added(node))
        if key not in seen:
            written = Counter(folded(plain_text(word.children)) for word in words)
            blanks = walk((around,) if around else top_level(document))
            for blank in blanks:
                answer = blank.answer if isinstance(blank, model.Blank) else ()
                if not answer or hidden.hold(document.place(blank.span)):
                    continue
                word = model.Plain(children=inlines_of(answer))
                text = folded(plain_text(word.children))
                if written[text]:
                    written[text] -= 1  # the author has listed the answers, too
                else:
                    words.append(word)
            seen.add(key)
        words.sort(key=_in_order)
        if not words:
            message = (
                "This word bank has no words: every answer in a blank is already in another word "
                "bank."
            )
            hint = "Write the answers in the blanks, `____{rope}`, of the same exercise."
            span = document.place(node.span)
            empty.append(
                diagnostic(Code.LIKELY_SLIP, message, span=span, source=document.source, hint=hint)
            )
            return ()
        items = tuple(model.ListItem(children=(word,)) for word in words)
        return replace(node, children=(model.List(ordered=False, items=items),))

    document = rewrite_document(document, enter={Container: fill}, context=PATH)
    return replace(document, diagnostics=(*document.diagnostics, *empty))


def _in_order(word: model.Plain) -> tuple[str, str]:
    text = plain_text(word.children)
    return folded(text), text


def _added(bank: Container) -> Iterator[model.Plain]:
    """The words in a bank: items of a list, or separated by commas."""
    for node in walk(bank.children):
        if isinstance(node, model.Paragraph | model.Plain):
            for word in map(_stripped, _separated(node.children)):
                if word:
                    yield model.Plain(children=word, span=node.span)


def _separated(inlines: Iterable[Inline]) -> Iterator[list[Inline]]:
    """Inlines, divided at the commas and line ends in their text."""
    word: list[Inline] = []
    for node in inlines:
        first, *others = _pieces(node)
        word += first
        for other in others:
            yield word
            word = [*other]
    yield word


def _pieces(node: Inline) -> list[tuple[Inline, ...]]:
    """The pieces of a node between commas; of one with further markup in it, itself."""
    match node:
        case model.SoftBreak() | model.LineBreak():
            return [(), ()]
        case model.Blank():  # its answer is a word already
            return [()]
        case model.Text():
            return [(replace(node, text=part),) if part else () for part in COMMAS.split(node.text)]
        case (
            model.Emphasis(children=(model.Text() as text,))
            | model.Strong(children=(model.Text() as text,))
            | model.InlineElement(children=(model.Text() as text,))
        ):
            return [(replace(node, children=piece),) for piece in _pieces(text) if piece] or [()]
    return [(node,)]


def _stripped(word: list[Inline]) -> tuple[Inline, ...]:
    """A word without white space around it."""
    while word and isinstance(first := word[0], model.Text) and first.text[:1] in ("", " "):
        word[:1] = [replace(first, text=rest)] if (rest := first.text.lstrip()) else []
    while word and isinstance(last := word[-1], model.Text) and last.text[-1:] in ("", " "):
        word[-1:] = [replace(last, text=rest)] if (rest := last.text.rstrip()) else []
    return tuple(word)
