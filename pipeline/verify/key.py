"""Proves that a teacher's edition has each answer of its source: the other half of `gate`.

Parsing records where the answers stand, and what they say there. An edition says something at the
same place, wherever it has put it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec.structs import replace

from pipeline.model import Document, Node, Withheld
from pipeline.model.audience import Ranges, admits
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition
from pipeline.model.tree import all_spans, answer_text
from pipeline.verify.findings import finding
from pipeline.verify.pieces import BREAK, LEAST, folded

_Place: TypeAlias = tuple[str, int, int]


def missing_answers(
    parsed: Document, marked: Iterable[Document], edition: Edition, name: str
) -> Iterator[Diagnostic]:
    """Findings about answers of a source that an edition of one text or several lacks."""
    answers = [place for place in parsed.withheld if place.kind == "answer"]
    left_out = Ranges(
        place
        for place in parsed.withheld
        if place.kind == "range" and not admits(place.conditions, edition)
    )
    answers = [place for place in answers if not left_out.hold(place.span)]
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
        said = known.get(_key(answer.span))
        if titles and answer.text:
            said = (said or b"") + titles
        if (lines := _missing(answer, said, everything)) is not None:
            text = lines or answer.text.replace("\n", " ")
            missing = finding("missing-answer", answer.span, text=text or "…", file=name)
            yield missing.diagnostic(parsed.source)


def with_errors(findings: Iterable[Diagnostic], parsed: Document) -> tuple[Diagnostic, ...]:
    """The findings about a file, of which those about lost text of answers are errors."""
    answers = [place.span for place in parsed.withheld if place.kind == "answer"]
    lines = {(span.file or parsed.source, span.line) for span in answers}
    lost, missing = Code.LOST_TEXT.slug, Code.MISSING_ANSWER
    return tuple(
        replace(found, code=missing.slug, severity=missing.value.severity)
        if found.code == lost and (found.source, found.line) in lines
        else found
        for found in findings
    )


def _missing(answer: Withheld, text: bytes | None, everything: bytes) -> str | None:
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
    """All that the strings of a node say."""
    fields = [getattr(node, name) for name in node.__struct_fields__]
    strings = [field for field in fields if isinstance(field, str)]
    answer = getattr(node, "answer", ())
    return folded("".join((*strings, answer_text(answer))))
