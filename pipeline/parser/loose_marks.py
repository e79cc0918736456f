"""Marks of choices outside lists of choices: in lines of a paragraph, in cells, at the end of
items. They become blanks, so that students do not see the right answers; lists in HTML are choices
under the same conditions as in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Document, Inline, Node
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.tree import PATH, facts, walk
from pipeline.parser.characters import RIGHT, UNSEEN, X
from pipeline.parser.constructs.choices import LABEL, NO_MARK, ChoiceMark, attach_prompts, choices
from pipeline.parser.markup.flow import trim

_INNER = rf"([ \t{UNSEEN}]{{1,9}}|{RIGHT})"
_MAY_BEGIN = late(rf"[(\[](?:[ \t{UNSEEN}]|{RIGHT})")

# The text before it is tested last: the first letter is found faster.
_ROUND = late(rf"\((?<![\w)\]]\(){_INNER}\)(?!\()")
_SQUARE = late(rf"\[(?<![\w)\]]\[){_INNER}\](?![(\[])")
_X = late(rf"\([{X}]\)(?=\s|$)")

_BOLD = (model.Strong, model.Emphasis, model.InlineElement)
"""Characters that may surround a mark."""

N = TypeVar("N", bound=Node)


def fill(document: Document, text: str) -> Document:
    """The document of a text with a blank for each such mark, and a finding for marks with an x.

    An empty mark is unambiguous: a paragraph or cell that has one and an x has choices, and if the
    text contains both at beginnings or ends of lines, those are choices too. Square brackets count
    in exercises only, because elsewhere they are tasks.
    """
    if not _MAY_BEGIN.search(text):
        return document
    doubts: list[Diagnostic] = []
    blocks = _filled(document.blocks, _ROUND, doubts)
    notes = _filled(document.notes, _ROUND, doubts)
    if any(model.Exercise in facts(node).kinds for node in blocks):

        def enter(node: model.Exercise) -> model.Exercise:
            return replace(node, children=_filled(node.children, _SQUARE, doubts))

        blocks = rewrite(blocks, enter={model.Exercise: enter})
    if not doubts:
        return document
    findings = (*document.diagnostics, *doubts)
    return replace(document, blocks=attach_prompts(blocks), notes=notes, diagnostics=findings)


def _filled(
    blocks: tuple[N, ...], mark: re.Pattern[str], findings: list[Diagnostic]
) -> tuple[N, ...]:
    runs = [
        node.children for node in walk(blocks) if isinstance(node, model.Paragraph | model.Plain)
    ]
    if not any(_kinds(run, mark) for run in runs):
        return blocks
    at_edges = {is_right for run in runs for is_right in _at_edges(run, mark)}

    def report(code: Code, message: str, span: Span | None, hint: str) -> None:
        findings.append(diagnostic(code, message, span=span, hint=hint))

    def enter_list(node: model.List, path: tuple[Node, ...]) -> model.List | model.Choices:
        begins = [_beginning(item) for item in node.items]
        has_more = any(sum(1 for _ in _at_edges(_run(item), mark)) > 1 for item in node.items)
        if not any(map(_X.match, begins)) or any(map(LABEL.match, begins)) or has_more:
            return node
        span = next((outer.span for outer in path if outer.span), Span(0))
        items = [(_without_mark(item.children), item.span or span) for item in node.items]
        marks = [ChoiceMark("()", True) if _X.match(text) else NO_MARK for text in begins]
        return choices(items, marks, span, report)

    def enter(
        run: model.Paragraph | model.Plain, path: tuple[Node, ...]
    ) -> model.Paragraph | model.Plain:
        kinds = _kinds(run.children, mark)
        is_alone = len(at_edges) < 2 or not any(True for _ in _at_edges(run.children, mark))
        if len(kinds) < 2 and is_alone:
            return run
        if True in kinds:
            message = (
                "A right answer is marked outside a multiple-choice list: students see an empty "
                "mark."
            )
            span = next((node.span for node in path if node.span), None)
            hint = "Write a list, `- ( ) wrong` and `- (x) right`; if the x is text, `(*x*)`."
            report(Code.LIKELY_SLIP, message, span, hint)
        return replace(run, children=tuple(_with_gaps(run.children, mark)))

    changes: Changes = {model.List: enter_list, model.Paragraph: enter, model.Plain: enter}
    return rewrite(blocks, enter=changes, context=PATH)


def _beginning(item: model.ListItem) -> str:
    """The text that an item begins with, if it begins with text."""
    run = _run(item)
    text = _text(run[0]) if run else None
    return text.text.lstrip() if text else ""


def _run(item: model.ListItem) -> tuple[Inline, ...]:
    first = item.children[0] if item.children else None
    return first.children if isinstance(first, model.Paragraph | model.Plain) else ()


def _without_mark(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of an item, with a paragraph for its text, without the mark, and not bold."""
    first = blocks[0] if blocks else None
    if not isinstance(first, model.Paragraph | model.Plain):
        return blocks
    children = list(first.children)
    text = _text(children[0]) if children else None
    if text and _X.match(text.text.lstrip()):
        bold = children[0]
        within = bold.children[1:] if isinstance(bold, _BOLD) else ()
        rest = _X.sub("", text.text.lstrip(), count=1).lstrip()
        children[:1] = [*([replace(text, text=rest)] if rest else []), *within]
    return (model.Paragraph(children=trim(children), span=first.span), *blocks[1:])


def _kinds(run: tuple[Inline, ...], mark: re.Pattern[str]) -> set[bool]:
    """The kinds of marks in a text: whether there is an x in them."""
    texts = [text.text for child in run if (text := _text(child))]
    return {_is_right(match) for text in texts for match in mark.finditer(text)}


def _is_right(mark: re.Match[str]) -> bool:
    return bool(mark[1].strip())


def _text(node: Inline) -> model.Text | None:
    """The text that may have marks: the node itself, or the first text in bold."""
    first = node.children[0] if isinstance(node, _BOLD) and node.children else node
    return first if isinstance(first, model.Text) else None


def _at_edges(run: tuple[Inline, ...], mark: re.Pattern[str]) -> Iterator[bool]:
    """Return whether there is an x in the marks that lines begin or end with."""
    last = len(run) - 1
    for index, child in enumerate(run):
        text = _text(child)
        if text is None:
            continue
        begins = index == 0 or isinstance(run[index - 1], model.SoftBreak | model.LineBreak)
        ends = index == last or isinstance(run[index + 1], model.SoftBreak | model.LineBreak)
        for match in mark.finditer(text.text):
            before, after = text.text[: match.start()], text.text[match.end() :]
            if (begins and not before.strip()) or (ends and not after.strip(" .")):
                yield _is_right(match)


def _with_gaps(run: Iterable[Inline], mark: re.Pattern[str]) -> Iterator[Inline]:
    for child in run:
        if isinstance(child, _BOLD):
            yield replace(child, children=tuple(_with_gaps(child.children, mark)))
            continue
        if not isinstance(child, model.Text):
            yield child
            continue
        pos, text = 0, child.text
        for match in mark.finditer(text):
            answer = match[1].strip()
            yield replace(child, text=text[pos : match.start(1)])
            yield model.Blank(answer=(answer,) if answer else (), size=1, span=child.span)
            pos = match.end(1)
        if pos < len(text):
            yield replace(child, text=text[pos:])
