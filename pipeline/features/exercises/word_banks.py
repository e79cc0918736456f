"""Word banks: the answers of blanks, in alphabetical order, which does not reveal their places.
They are collected before students' editions lose the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Container, Document, Exercise, Node, Withheld
from pipeline.model.audience import Ranges, lacked
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition, varied
from pipeline.model.late import late
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import (
    PATH,
    answer_text,
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
            written = Counter(folded(answer_text(word)) for word in words)
            blanks = walk((around,) if around else top_level(document))
            for blank in blanks:
                answer = blank.answer if isinstance(blank, model.Blank) else ()
                if not answer or hidden.hold(document.place(blank.span)):
                    continue
                word = folded(answer_text(answer))
                if written[word]:
                    written[word] -= 1  # the author has listed the answers, too
                else:
                    words.append(answer)
            seen.add(key)
        words.sort(key=lambda word: (folded(answer_text(word)), answer_text(word)))
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
        items = tuple(
            model.ListItem(children=(model.Plain(children=inlines_of(word)),)) for word in words
        )
        return replace(node, children=(model.List(ordered=False, items=items),))

    document = rewrite_document(document, enter={Container: fill}, context=PATH)
    return replace(document, diagnostics=(*document.diagnostics, *empty))


def _added(bank: Container) -> Iterator[model.Answered]:
    """The words in a bank: items of a list, or separated by commas."""
    for node in walk(bank.children):
        if isinstance(node, model.Paragraph | model.Plain):
            yield from filter(None, map(_stripped, _separated(node.children)))


def _separated(inlines: Iterable[Node]) -> Iterator[list[str | model.Math]]:
    """Text and formulas, divided at commas and line ends."""
    word: list[str | model.Math] = []
    for node in inlines:
        if isinstance(node, model.Math):
            word.append(node)
            continue
        is_break = isinstance(node, model.SoftBreak | model.LineBreak)
        first, *others = COMMAS.split("\n" if is_break else plain_text((node,)))
        word.append(first)
        for other in others:
            yield word
            word = [other]
    yield word


def _stripped(word: list[str | model.Math]) -> model.Answered:
    """A word without white space around it."""
    texts = "".join(part if isinstance(part, str) else "\0" for part in word).strip().split("\0")
    formulas = [part for part in word if isinstance(part, model.Math)]
    parts: list[str | model.Math] = [texts[0]]
    for formula, text in zip(formulas, texts[1:], strict=True):
        parts += (formula, text)
    return tuple(filter(None, parts))
