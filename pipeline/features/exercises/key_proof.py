"""Proves that a teacher's edition has each answer of its source: the other half of `gate`.

Answers are known by where they stand in the source, and what they say there. An edition says
something at the same place, wherever it has put it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model import FORMULAS, Document, Node
from pipeline.model.audience import Ranges, lacked
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition
from pipeline.model.strings import STRINGS, all_strings, in_gaps
from pipeline.model.tree import (
    all_spans,
    answer_text,
    facts,
    find,
    is_answer,
    is_word_bank,
    of_node,
    plain_text,
    top_level,
    walk,
    walk_with,
)
from pipeline.select import with_numbers
from pipeline.verify.pieces import BREAK, LEAST, folded
from pipeline.verify.rules import finding

_Place: TypeAlias = tuple[str, int, int]

_READ = (model.Text, model.Code, model.CodeBlock, model.Abbreviation)
_SOLVED = (model.Choice, model.Matching, model.Ordering)


class _Answer(NamedTuple):
    """The text that a key must have of one place, line by line."""

    span: Span
    text: str = ""


def missing_answers(
    parsed: Document, marked: Iterable[Document], edition: Edition, name: str
) -> Iterator[Diagnostic]:
    """Findings about answers of a source that an edition of one text or several lacks."""
    left_out = Ranges(lacked(parsed.withheld, edition))
    filled = with_numbers(parsed, parsed, edition)
    answers = [answer for answer in _answers(filled) if not left_out.hold(answer.span)]
    if not answers:
        return
    texts: dict[_Place, list[bytes]] = {}
    for document in marked:
        for node, span in all_spans(document):
            if place := document.place(span):
                texts.setdefault(_key(place), []).append(_text(node))
    known = {place: b"".join(strings) for place, strings in texts.items()}
    everything = BREAK.encode().join(known.values())
    parts = (document.metadata for document in marked if document.metadata.part_of)
    titles = b"".join(folded(metadata.title) for metadata in parts)  # those of their sections
    for answer in answers:
        spoken = known.get(_key(answer.span))
        if titles and answer.text:
            spoken = (spoken or b"") + titles
        if (lines := _missing(answer, spoken, everything)) is not None:
            text = lines or answer.text.replace("\n", " ")
            missing = finding("missing-answer", answer.span, text=text or "…", file=name)
            yield missing.diagnostic(parsed.source)


def with_errors(findings: Iterable[Diagnostic], parsed: Document) -> tuple[Diagnostic, ...]:
    """The findings about a file, of which those about lost text of answers are errors."""
    lines = {(span.file or parsed.source, span.line) for span, _ in _answers(parsed)}
    lost, missing = Code.LOST_TEXT.slug, Code.MISSING_ANSWER
    return tuple(
        replace(finding, code=missing.slug, severity=missing.value.severity)
        if finding.code == lost and (finding.source, finding.line) in lines
        else finding
        for finding in findings
    )


def _missing(answer: _Answer, text: bytes | None, everything: bytes) -> str | None:
    """The lines of an answer that are not in the ``text`` at its place; None if all are there. What
    is long enough to be nowhere by chance may be anywhere."""
    if text is None:
        text = b""
        if not answer.text.strip():
            return ""
    lines = Counter(answer.text.split("\n"))
    missing = [
        line
        for line, count in lines.items()
        if (letters := folded(line))
        and text.count(letters) < count
        and (len(letters) < LEAST or letters not in everything)
    ]
    return " ".join(missing) if missing else None


def _key(place: Span) -> _Place:
    return place.file, place.line, place.column


def _text(node: Node) -> bytes:
    """All that the strings of a node say; of a chart that is not drawn, also its lines. The name of
    an element says nothing, and may stand within a sentence."""
    is_element = isinstance(node, (model.Container, model.InlineElement))
    strings = [] if is_element else all_strings(node)
    strings += (value for _, value in node.attributes.pairs)
    if isinstance(node, model.Chart):
        strings.append(plain_text((node.table,)))
    return folded("".join((*strings, answer_text(getattr(node, "answer", ())))))


# --- the answers of a source --------------------------------------------------------------------


@of_node
def _answers(document: Document) -> tuple[_Answer, ...]:
    """The answers in tasks, and the text of answers, in a parsed document. What a key says of a
    right choice, for example, is its own affair."""
    called = {node.label for _, node, _ in find(document, model.NoteReference)}
    notes = tuple(note for note in document.notes if note.label in called)
    document = replace(document, notes=notes)
    return tuple(
        _Answer(document.place(span) or Span(0), text)
        for span, text in (*_of_tasks(document), *_texts(document))
    )


def _of_tasks(document: Document) -> Iterator[tuple[Span | None, str]]:
    for _, node, span in find(document, model.Blank, *FORMULAS, *STRINGS, marked=True):
        for text in in_gaps(node):
            yield span, text
    for _, node, span in find(document, *_SOLVED):
        if not isinstance(node, model.Choice) or node.correct:
            yield span, ""
    for _, exercise, _ in find(document, model.Exercise):
        for table in (node for node in walk(exercise) if isinstance(node, model.Table)):
            for item in walk(table):
                if isinstance(item, model.ListItem) and item.checked:
                    yield item.span, ""


def _texts(document: Document) -> Iterator[tuple[Span | None, str]]:
    """The text of answers; that of a heading goes on to the end of its section."""
    marked = [node for _, node, _ in find(document, model.Answer, marked=True) if is_answer(node)]
    if not marked:
        return
    headings = (document.place(node.span) for node in marked if isinstance(node, model.Heading))
    starts = {_key(span) for span in headings if span}
    sections = Ranges(each for each in document.withheld if _key(each.span) in starts)

    def in_section(node: Node) -> bool:
        return bool(sections) and sections.hold(document.place(node.span))

    def inherit(node: Node, around: _Around) -> _Around:
        return _Around(
            span=node.span or around.span,
            is_left_out=around.is_left_out or is_word_bank(node) or _is_drawn(node),
            has_answer=around.has_answer or is_answer(node) or in_section(node),
        )

    texts: dict[Span, list[str]] = {}
    tops = (
        node
        for node in top_level(document)
        if in_section(node) or facts(node).is_marked or model.Answer in facts(node).kinds
    )
    for node, around in walk_with(tops, _Around(), inherit):
        span, is_left_out, has_answer = around
        if span and has_answer and isinstance(node, model.Chart):
            texts.setdefault(span, []).extend(_labels(node))
        if span and has_answer and not is_left_out and isinstance(node, (*_READ, *FORMULAS)):
            text = node.tex if isinstance(node, FORMULAS) else node.text
            texts.setdefault(span, []).append(text)
    for span, lines in texts.items():
        yield span, "\n".join(lines)


class _Around(NamedTuple):
    """The place of a node, whether it is in a word bank or a diagram, and whether in an answer."""

    span: Span | None = None
    is_left_out: bool = False
    has_answer: bool = False


def _is_drawn(node: Node) -> bool:
    """Return whether a node is a diagram, of which a key has a drawing with words of its own."""
    return isinstance(node, model.Chart) and node.kind in model.DIAGRAM_KINDS


def _labels(chart: model.Chart) -> Iterator[str]:
    """The words of a chart beside its table and its caption; of a diagram, the names in its lines,
    which its description has."""
    yield from filter(None, (chart.x, chart.y, chart.unit))
    if _is_drawn(chart):
        yield from filter(None, (plain_text(row.cells[0].children) for row in chart.table.body))
