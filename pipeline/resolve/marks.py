"""Marks of exercises and questions, at the end of their first lines; totals, with a score box; and
totals that contradict the parts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block, Document, Exercise, Inline, ListItem, Node, Section
from pipeline.model.codes import Code
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import MARKS, PATH, children, find, is_for_teachers
from pipeline.model.words import counted, words
from pipeline.model.words.writing import writing
from pipeline.resolve.findings import Findings
from pipeline.resolve.parts import is_list

MOST = 1000

_NUMBER = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")


def count_marks(document: Document) -> Document:
    """The document with the marks of each exercise and question as text, and with totals if the
    front matter asks for them. An invalid number of marks, or one in the wrong place, is a
    BAD_ATTRIBUTE. A number that differs from the sum of the questions is WRONG_SUM."""
    findings = Findings(document)
    marked = {type(node) for _, node, _ in find(document, marked=True) if _key(node)}
    if not marked:
        return document

    def check(node: Node, path: tuple[Node, ...]) -> Node:
        if not (key := _key(node)) or not (problem := _problem(node, path)):
            return node
        message = f"`{key}={node.attributes.get(key)}` is {problem}."
        span = next((one.span for one in path if one.span), None)
        findings.add(Code.BAD_ATTRIBUTE, message, span, _HINT)
        return replace(node, attributes=node.attributes.without(MARKS))

    checks: Changes = dict.fromkeys(marked, check)
    document = rewrite_document(document, enter=checks, context=PATH)
    for _, node, span in find(document, marked=True):
        if (own := marks_of(node)) and (parts := marks_in(children(node))) not in (0, own):
            key = _key(node)
            message = f"`{key}={float(own):g}` is not the sum of its questions: {float(parts):g}."
            hint = "Change one of them, or leave out the total to have it added up."
            findings.add(Code.WRONG_SUM, message, span, hint)
    called = next((key for _, node, _ in find(document, marked=True) if (key := _key(node))), "")
    lang, places = document.metadata.lang, document.metadata.score
    vocabulary = words(lang)

    def show(node: Exercise | ListItem) -> Node:
        own = marks_of(node)
        if isinstance(node, Exercise):
            own = own or marks_in(node.children)
        if own:
            marks = _in_words(own, _key(node) or called, lang)
            shown = _span("marks", model.Text(text=vocabulary["marks_shown"].format(marks=marks)))
            if isinstance(node, Exercise) and "exercises" in places:
                shown = _span("marks", _span("score-box"), model.Text(text=f"\u2002/\u2002{marks}"))
            node = _with_text(node, (model.Text(text=" "), shown))
        return replace(node, attributes=node.attributes.without(MARKS))

    total = marks_in(document.blocks)
    document = rewrite_document(document, enter={Exercise: show, ListItem: show})
    if total and {"head", "foot"}.intersection(places):
        line = model.Paragraph(
            children=(
                model.Text(text=f"{vocabulary['score']}\u2002"),
                _span("score-box"),
                model.Text(text=f"\u2002/\u2002{_in_words(total, called, lang)}"),
            ),
            attributes=Attributes(classes=("score",)),
        )
        head = (line,) if "head" in places else ()
        blocks = _with_last(document.blocks, line) if "foot" in places else document.blocks
        document = replace(document, blocks=(*head, *blocks))
    return findings.added_to(document)


def _with_last(blocks: tuple[Block, ...], line: Block) -> tuple[Block, ...]:
    """The blocks with a line at the end of the last section of the text, which is in the file of a
    chapter; text after all sections would be in none."""
    for number, block in reversed([*enumerate(blocks)]):
        if isinstance(block, Section) and not is_list(block) and not is_for_teachers(block):
            block = replace(block, children=_with_last(block.children, line))
            return (*blocks[:number], block, *blocks[number + 1 :])
    return (*blocks, line)


_HINT = (
    "Write `marks=4` on an exercise, or at the end of one of its questions: `a) Why? {marks=4}`."
)


def marks_of(node: Node) -> Fraction:
    """The explicit marks of a node, 0 if there are none."""
    return Fraction(node.attributes.get(_key(node), "0").replace(",", "."))


def marks_in(blocks: Iterable[Node]) -> Fraction:
    """The total marks of nodes, not for teachers. A node's own replace those of its contents."""
    total = Fraction(0)
    stack = list(blocks)
    while stack:
        node = stack.pop()
        if not is_for_teachers(node):
            own = marks_of(node)
            total += own
            if not own:
                stack += children(node)
    return total


def _in_words(marks: Fraction, key: str, lang: str) -> str:
    """Marks in the words of a language, with ``key`` as the term: 4 points."""
    number = f"{float(marks):g}".replace(".", writing(lang).decimal)
    return counted(words(lang)[key], marks).format(number=number)


def _key(node: Node) -> str:
    """The attribute key under which a node has its number of marks."""
    return next((key for key, _ in node.attributes.pairs if key in MARKS), "")


def _problem(node: Node, path: tuple[Node, ...]) -> str:
    """The problem with a node's marks, or ""."""
    key = _key(node)
    value = node.attributes.get(key)
    if not _NUMBER.fullmatch(value) or not 0 < Fraction(value.replace(",", ".")) <= MOST:
        return f"not a number of {key} up to {MOST}"
    is_question = isinstance(node, ListItem) and any(isinstance(one, Exercise) for one in path)
    if not isinstance(node, Exercise) and not is_question:
        return "neither on an exercise nor on one of its questions"
    return ""


def _span(name: str, *children: Inline) -> Inline:
    own = Attributes(classes=(name,))
    return model.InlineElement(name="span", children=children, attributes=own)


def _with_text(node: Exercise | ListItem, text: tuple[Inline, ...]) -> Exercise | ListItem:
    """An exercise or a question with a text at the end of its title, or of its first paragraph."""
    if isinstance(node, Exercise) and node.title:
        return replace(node, title=(*node.title, *text))
    first = node.children[0] if node.children else None
    others = node.children[1:]
    blocks: tuple[Block, ...]
    if isinstance(first, model.Paragraph | model.Plain):
        blocks = (replace(first, children=(*first.children, *text)), *others)
    elif isinstance(first, model.Choices) and first.prompt:
        blocks = (replace(first, prompt=(*first.prompt, *text)), *others)
    elif isinstance(node, Exercise):
        return replace(node, title=text[1:])
    else:
        blocks = (model.Paragraph(children=text[1:]), *node.children)
    return replace(node, children=blocks)
