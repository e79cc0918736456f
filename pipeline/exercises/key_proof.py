"""Proves that a teacher's edition has each answer of its source: the other half of `gate`.

Answers are known by where they stand in the source, and what they say there. An edition says
something at the same place, wherever it has put it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.exercises.keys import columns_of
from pipeline.exercises.versions import COMMAS, fill_values
from pipeline.model import FORMULAS, Document, Node
from pipeline.model.audience import Ranges, places_lacked
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, Edition, variations_of
from pipeline.model.strings import STRINGS, all_strings, answers_in_strings
from pipeline.model.tree import (
    all_spans,
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
from pipeline.resolve import with_formulas
from pipeline.resolve.assets import is_remote
from pipeline.resolve.variables import fill_variables
from pipeline.verify.all_text import BREAK, LEAST_LETTERS, fold_text
from pipeline.verify.rules import finding

_Place: TypeAlias = tuple[str, int, int]

_READ = (model.Text, model.Code, model.CodeBlock, model.Abbreviation)
_SOLVED = (model.Choice, model.Matching, model.Ordering)
_ANSWERED = (model.Blank, *FORMULAS)


class _Part(NamedTuple):
    """A line of text that a key must have, or a drawing. Its ``letters`` are what is looked for;
    those of a drawing are a digest of what it is."""

    text: str
    letters: bytes
    is_drawn: bool = False


class _Answer(NamedTuple):
    """The parts that a key must have of one place; without any it is enough that it has the
    place."""

    span: Span
    parts: tuple[_Part, ...] = ()


def missing_answers(
    parsed: Document, marked: Iterable[Document], edition: Edition, name: str
) -> Iterator[Diagnostic]:
    """Findings about answers of a source that an edition of one text or several lacks. A sheet with
    the keys of all versions must have those of each in its column."""
    if not _answers(parsed):
        return
    marked, metadata = list(marked), parsed.metadata
    versions = variations_of(EDITIONS["answers"], metadata) if edition.part == "keys" else ()
    if len(versions) < 2:
        missing = dict.fromkeys(_missing_in(marked, parsed, edition))
    else:
        columns = (columns_of(document, len(versions)) for document in marked)
        missing = dict.fromkeys(
            lack
            for each, documents in zip(versions, zip(*columns, strict=True), strict=True)
            for lack in _missing_in(documents, parsed, each)
        )
    for span, text in missing:
        lack = finding("missing-answer", span, text=text or "…", file=name)
        yield lack.diagnostic(parsed.source)


def _missing_in(
    marked: Sequence[Document], parsed: Document, edition: Edition
) -> Iterator[tuple[Span, str]]:
    """The places of answers that some documents lack, and what is missing."""
    left_out = Ranges(places_lacked(parsed.withheld, edition))
    filled = _with_values(parsed, edition)
    answers = [answer for answer in _answers(filled) if not left_out.hold(answer.span)]
    contents: dict[_Place, list[bytes]] = {}
    for document in marked:
        terms = {
            place.target: (fold_text(plain_text((entry,))), None)
            for _, group, _ in find(document, model.IndexGroup)
            for entry in group.entries
            for below in walk((entry,))
            if isinstance(below, model.IndexEntry)
            for place in below.places
        }
        for node, span in all_spans(document):
            more = [terms[node.attributes.id]] if node.attributes.id in terms else ()
            for part, own in (*_content(node), *more):
                if place := document.place(own or span):
                    contents.setdefault(_key(place), []).append(part)
    known = {place: b"".join(strings) for place, strings in contents.items()}
    everything = BREAK.encode().join(known.values())
    parts = (document.metadata for document in marked if document.metadata.part_of)
    titles = b"".join(fold_text(metadata.title) for metadata in parts)  # those of their sections
    for answer in answers:
        at_place = known.get(_key(answer.span))
        if titles and answer.parts:
            at_place = (at_place or b"") + titles
        if (text := _find_missing(answer, at_place, everything)) is not None:
            yield answer.span, text


def _with_values(parsed: Document, edition: Edition) -> Document:
    """A parsed document with its numbers and values, and with its formulas as an edition draws
    them."""
    document = replace(fill_values(parsed, parsed, edition), edition=edition.name)
    return with_formulas(fill_variables(document))


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


def _find_missing(answer: _Answer, content: bytes | None, everything: bytes) -> str | None:
    """The parts of an answer that are not in the ``content`` of its place; None if all are there. A
    text that is long enough to be nowhere by chance may be anywhere."""
    if content is None:
        content = b""
        if not any(part.letters for part in answer.parts):
            return " ".join(part.text for part in answer.parts)
    missing = [
        part.text
        for part, count in Counter(answer.parts).items()
        if content.count(part.letters) < count
        and (part.is_drawn or len(part.letters) < LEAST_LETTERS or part.letters not in everything)
    ]
    return " ".join(missing) if missing else None


def _key(place: Span) -> _Place:
    return place.file, place.line, place.column


def _content(node: Node) -> Iterator[tuple[bytes, Span | None]]:
    """The strings and drawings of a node, each with its place if it has one of its own; of a chart
    that is not drawn, also its lines. The name of an element says nothing, and may stand within a
    sentence."""
    is_element = isinstance(node, (model.Container, model.InlineElement))
    strings = [] if is_element else all_strings(node)
    strings += (value for _, value in node.attributes.pairs)
    if isinstance(node, model.Chart):
        strings.append(plain_text((node.table,)))
    answers = getattr(node, "gaps", ()) or ((node.answer,) if isinstance(node, model.Blank) else ())
    strings += (part for answer in answers for part in answer if isinstance(part, str))
    yield fold_text("".join(strings)), None
    formulas = (part for answer in answers for part in answer if not isinstance(part, str))
    for drawn in (node, *formulas):
        if part := _describe_drawn(drawn):
            yield part.letters, drawn.span


def _describe_drawn(node: Node) -> _Part | None:
    """A node that is drawn, by what it is: a formula by its markup, a picture by its file, a chart
    by its kind."""
    match node:
        case model.Math() | model.MathBlock():
            text, content = node.alt or node.tex, node.mathml or node.tex
        case model.Image(source=source) if source and not is_remote(source):
            text = content = source
        case model.Chart(kind=kind):
            text = content = kind
        case _:
            return None
    digest = hashlib.sha256(f"{type(node).__name__} {content}".encode()).hexdigest()
    return _Part(text, f"{BREAK}{digest}{BREAK}".encode(), is_drawn=True)


def _lines_of(text: str) -> Iterator[_Part]:
    """The lines of a text."""
    for line in filter(str.strip, text.split("\n")):
        yield _Part(line, fold_text(line))


# --- the answers of a source --------------------------------------------------------------------


@of_node
def _answers(document: Document) -> tuple[_Answer, ...]:
    """The answers in tasks, and the text of answers, in a parsed document. What a key says of a
    right choice, for example, is its own affair."""
    called = {node.label for _, node, _ in find(document, model.NoteReference)}
    notes = tuple(note for note in document.notes if note.label in called)
    document = replace(document, notes=notes)
    return tuple(
        _Answer(document.place(span) or Span(0), parts)
        for span, parts in (*_of_tasks(document), *_texts(document))
    )


def _of_tasks(document: Document) -> Iterator[tuple[Span | None, tuple[_Part, ...]]]:
    charts = (node for _, node, _ in find(document, model.Chart) if _is_drawn(node))
    labels = {id(node) for chart in charts for node in walk(chart.table)}  # which strings are
    for _, node, span in find(document, *_ANSWERED, *STRINGS, marked=True):
        if id(node) in labels:
            continue
        for text in answers_in_strings(node):
            yield span, tuple(_lines_of(text))
        gaps = node.gaps if isinstance(node, FORMULAS) else ()
        for answer in (node.answer,) if isinstance(node, model.Blank) else gaps:
            for part in answer:
                if isinstance(part, str):
                    yield span, tuple(_lines_of(part))
                elif drawn := _describe_drawn(part):
                    yield part.span or span, (drawn,)
    for _, node, span in find(document, *_SOLVED):
        if not isinstance(node, model.Choice) or node.correct:
            yield span, ()
    for _, exercise, _ in find(document, model.Exercise):
        for table in (node for node in walk(exercise) if isinstance(node, model.Table)):
            for item in walk(table):
                if isinstance(item, model.ListItem) and item.checked:
                    yield item.span, ()


def _texts(document: Document) -> Iterator[tuple[Span | None, tuple[_Part, ...]]]:
    """The text of answers; that of a heading goes on to the end of its section."""
    marked = [node for _, node, _ in find(document, model.Answer, marked=True) if is_answer(node)]
    if not marked:
        return
    headings = (document.place(node.span) for node in marked if isinstance(node, model.Heading))
    starts = {_key(span) for span in headings if span}
    sections = Ranges(each for each in document.withheld if _key(each.span) in starts)

    def in_section(node: Node) -> bool:
        is_cell = isinstance(node, model.TableCell)  # which may begin with a heading
        return bool(sections) and not is_cell and sections.hold(document.place(node.span))

    def inherit(node: Node, around: _Around) -> _Around:
        return _Around(
            span=node.span or around.span,
            is_left_out=around.is_left_out or _is_drawn(node),
            in_bank=around.in_bank or is_word_bank(node),
            has_answer=around.has_answer or is_answer(node) or in_section(node),
        )

    parts: dict[Span, list[_Part]] = {}
    tops = (
        node
        for node in top_level(document)
        if in_section(node) or facts(node).is_marked or model.Answer in facts(node).kinds
    )
    for node, around in walk_with(tops, _Around(), inherit):
        span = around.span
        if not span or not around.has_answer:
            continue
        of_place = parts.setdefault(span, [])
        if isinstance(node, model.Chart):
            of_place += (part for text in _labels(node) for part in _lines_of(text))
        if not around.is_left_out and isinstance(node, _READ):
            of_place += _lines_of(COMMAS.sub("\n", node.text) if around.in_bank else node.text)
        if not (around.is_left_out and isinstance(node, model.Image)) and (
            drawn := _describe_drawn(node)
        ):
            of_place.append(drawn)
    for span, of_place in parts.items():
        if of_place:
            yield span, tuple(of_place)


class _Around(NamedTuple):
    """The place of a node, whether it is in a diagram, a word bank, and an answer."""

    span: Span | None = None
    is_left_out: bool = False
    in_bank: bool = False
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
