"""Text that looks like an answer but is not marked as one, so that students get it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from pipeline import model
from pipeline.model import Block, Document, Inline, Node
from pipeline.model.audience import Ranges
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.model.removal import for_all
from pipeline.model.tree import TEACHER, children, has_condition, plain_text, walk
from pipeline.model.words import understood_in
from pipeline.parser.names import announces_answer, meant_name, mentions_answer
from pipeline.parser.ranges import Range

HOLDERS = (
    model.BlockQuote, model.Container, model.List, model.ListItem, model.Admonition,
    model.Exercise, model.Table, model.TableRow, model.TableCell, model.DefinitionList,
    model.DefinitionItem, model.Dialogue, model.Turn,
)  # fmt: skip
TASKS = (
    model.Blank, model.Choices, model.Exercise, model.Matching, model.Ordering,
    model.WritingLines, model.WritingSpace,
)  # fmt: skip
"""Tasks for readers, and room for their answers."""

_TITLE_PARTS = late(r"[():\[\]/|]|\s[-–—]\s")
_COLON = late(r"[:：]")
_AROUND = " .0123456789"
LONGEST_LABEL = 40
"""The number of letters searched for a word that ends with a colon."""

Labels: TypeAlias = frozenset[str]
"""Short words for an answer, in small letters, that are none without a colon."""

HINT = "Put it in `::: answer` or `::: teacher` if only teachers should get it"


def unguarded(document: Document, ranges: Iterable[Range]) -> Iterator[Diagnostic]:
    """Text in none of the ``ranges`` that pupils lack. Collapsible blocks with a word for an answer
    in their titles, and boxes that announce one; in a text with tasks also sections and lines in
    bold, and in exercises lines that begin so."""
    has_tasks = any(isinstance(node, TASKS) for node in walk(document.blocks))
    places = Ranges(each.withheld() for each in ranges)
    for block, labels in _public(document.blocks, document.metadata.lang, None, places):
        answer = _unguarded_answer(block, has_tasks, labels)
        left = for_all((block,)) if answer else ()
        if answer and left and answer == _unguarded_answer(left[0], has_tasks, labels):
            content, hint = answer
            yield diagnostic(
                Code.LIKELY_SLIP, f"Students also get {content}.", span=block.span, hint=hint
            )


def _unguarded_answer(
    block: Block, has_tasks: bool, labels: Labels | None
) -> tuple[str, str] | None:
    """Text that reads like an answer in place of ``block``, and the hint; in an exercise, there are
    ``labels``."""
    words, form, hint = "", "the text after “{}”", f"{HINT}."
    match block:
        case model.Admonition():
            words, form = _answer_text(block.title, is_collapsed=bool(block.fold)), "the box “{}”"
        case model.Container(name="details", children=(model.Container() as first, *_)):
            kinds = model.Paragraph | model.Plain | model.Heading
            lines = (block.children for block in first.children if isinstance(block, kinds))
            words = _answer_text(next(lines, ()), is_collapsed=True)
            form = "the collapsed text “{}”"
            hint = f"{HINT}: in print it is not collapsed."
        case model.Heading() if has_tasks and not has_condition(block):
            words, form = _answer_title(block.children), "the section “{}”"
            hint = "Write `{.answer}` after the heading if only teachers should get it; if all "
            hint += 'should, `{only="html pdf epub"}`.'
        case model.Paragraph(children=(model.Strong(children=bold),)) if has_tasks and (
            title := _answer_title(bold)
        ):
            words, form = title.rstrip(": "), "the text under “{}”"
        case model.Paragraph():
            words = _answer_line(block)
            if not words and labels is not None:
                words = next(filter(None, (_label(line, labels) for line in _lines(block))), "")
    return (form.format(words), hint) if words else None


def _public(
    nodes: Iterable[Node], lang: str, labels: Labels | None, withheld: Ranges
) -> Iterator[tuple[Block, Labels | None]]:
    """The blocks that students get, each in an exercise with the labels of answers in it."""
    for node in nodes:
        if withheld.hold(node.span):
            continue
        if isinstance(node, Block):
            yield node, labels
        is_summary = isinstance(node, model.Container) and node.name == "summary"
        if isinstance(node, HOLDERS) and not is_summary:
            inner_labels = _short_labels(node, lang) if isinstance(node, model.Exercise) else labels
            yield from _public(children(node), lang, inner_labels, withheld)


def _short_labels(exercise: model.Exercise, lang: str) -> Labels:
    """The short labels of answers in a language; `A:` is none beside `B:`, of a speaker or a
    choice."""
    known = frozenset(understood_in(lang, "answer_label"))
    paragraphs = (node for node in walk(exercise) if isinstance(node, model.Paragraph))
    lines = (line for paragraph in paragraphs for line in _lines(paragraph))
    return known - {"a"} if any(_label(line, frozenset("b")) == "B" for line in lines) else known


def _answer_text(inlines: Iterable[Inline], is_collapsed: bool = False) -> str:
    text = plain_text(inlines).strip()
    return text if (mentions_answer if is_collapsed else announces_answer)(text) else ""


def _answer_title(inlines: Iterable[Inline]) -> str:
    """The title of answers, if it is one, such as “Answer key (teachers only)”."""
    text = plain_text(inlines).strip()
    parts = _TITLE_PARTS.split(text)
    several = len(parts) > 1
    is_one = any(
        announces_answer(part) if meant_name(part) != TEACHER else several and " " in part.strip()
        for part in parts
    )
    return text if is_one else _answer_text(inlines)


def _answer_line(block: model.Paragraph) -> str:
    """The title of an answer on a line between others: the summary of a ``<details>`` in text."""
    if not any(isinstance(node, model.LineBreak) for node in block.children):
        return ""
    lines = (plain_text(line).strip() for line in [*_lines(block, model.LineBreak)][1:-1])
    return next((t for t in lines if announces_answer(t) and meant_name(t) != TEACHER), "")


def _lines(block: model.Paragraph, *breaks: type[Inline]) -> Iterator[tuple[Inline, ...]]:
    """The lines of a paragraph in the source, or those between ``breaks``."""
    kinds = breaks or (model.SoftBreak, model.LineBreak)
    for is_break, line in itertools.groupby(block.children, lambda child: isinstance(child, kinds)):
        if not is_break:
            yield tuple(line)


def _label(line: tuple[Inline, ...], labels: Labels) -> str:
    """The words before the colon at the beginning of a line, unless a blank follows."""
    first, *others = line
    if any(isinstance(node, model.Blank) for node in line) or not isinstance(
        first, model.Text | model.Strong | model.Emphasis
    ):
        return ""
    label, colon, after = _COLON.sub(":", plain_text((first,))[:LONGEST_LABEL], 1).partition(":")
    label = label.strip()
    if not (announces_answer(label) or label.strip(_AROUND).casefold() in labels):
        return ""
    is_text = all(isinstance(node, model.Text) for node in others)
    follows = bool(others) and not (is_text and not plain_text(others).strip(" :：_.…"))
    if isinstance(first, model.Text):
        return label if colon and (follows or (not others and after.strip(" _.…"))) else ""
    is_label = colon or label.endswith(".") or plain_text(others[:1]).lstrip()[:1] in (":", "：")
    return label if is_label and follows else ""
