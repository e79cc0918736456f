"""Formulas, made into MathML for screens, and into characters and words for all else."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.codes import Code
from pipeline.diagnostics import Span
from pipeline.editions import EDITIONS
from pipeline.faces import MATH_FACE, font_file
from pipeline.model import Document, Math, MathBlock, Node, Paragraph, Plain
from pipeline.resolve.findings import Findings
from pipeline.resolve.formulas.reader import Mistake
from pipeline.resolve.formulas.tex import read
from pipeline.tree import rewrite_document, walk, walk_with, whole
from pipeline.words import words

Formula: TypeAlias = Math | MathBlock


class _Context(NamedTuple):
    """The language in force, and the column that the lines of a paragraph begin in."""

    lang: str
    column: int


class _Made(NamedTuple):
    """What becomes of a formula; without ``mathml`` it cannot be set."""

    mathml: str = ""
    alt: str = ""
    spoken: str = ""
    characters: frozenset[str] = frozenset()
    mistakes: tuple[Mistake, ...] = ()


def set_formulas(document: Document) -> Document:
    """The document with the markup of its formulas, and what they are in words.

    All that is wrong with one is BAD_MATH, where it stands; such a formula stays as it is.
    For print, a character that the font for formulas lacks is a MISSING_GLYPH.
    """
    if not any(isinstance(node, Math | MathBlock) for node in walk(whole(document))):
        return document
    findings = Findings(document)
    made = iter(tuple(_make_all(document, findings)))

    def fill(formula: Formula) -> Formula:
        found = next(made)
        return replace(formula, mathml=found.mathml, alt=found.alt, spoken=found.spoken)

    document = rewrite_document(document, leave={Math: fill, MathBlock: fill})
    return findings.added_to(document)


def _make_all(document: Document, findings: Findings) -> Iterator[_Made]:
    """What becomes of each formula, in reading order; equal ones are made once."""
    known: dict[tuple[str, bool, str], _Made] = {}
    edition = EDITIONS.get(document.edition)
    drawn = _drawn() if edition and edition.format == "pdf" else None
    start = _Context(document.metadata.lang, 1)
    for node, context in walk_with(whole(document), start, _inherit):
        if not isinstance(node, Math | MathBlock):
            continue
        display = isinstance(node, MathBlock) or node.display
        key = (node.tex, display, context.lang)
        if key not in known:
            known[key] = _make(*key, findings)
        for mistake in known[key].mistakes:
            place = _place(node, context, mistake.at)
            findings.add(Code.BAD_MATH, mistake.message, place, mistake.hint)
        if drawn is not None and (missing := known[key].characters - drawn):
            _report_missing(node, context, missing, findings)
        yield known[key]


@functools.cache
def _drawn() -> frozenset[str]:
    """The characters that formulas can be drawn with; all, where the font is not there."""
    from fontTools.ttLib import TTFont

    file = font_file(MATH_FACE)
    if file is None:
        return frozenset(map(chr, range(sys.maxunicode)))
    with TTFont(file, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def _report_missing(
    node: Formula, context: _Context, missing: frozenset[str], findings: Findings
) -> None:
    for character in sorted(missing):
        findings.add(
            Code.MISSING_GLYPH,
            f"The font for formulas has no character “{character}”.",
            _place(node, context, max(0, node.tex.find(character))),
            "Put text in other scripts beside the formula.",
        )


def _inherit(node: Node, context: _Context) -> _Context:
    lang = node.attributes.get("lang") or context.lang
    column = context.column
    if isinstance(node, Paragraph | Plain) and node.span:
        column = node.span.column
    return _Context(lang, column)


def _make(tex: str, display: bool, lang: str, findings: Findings) -> _Made:
    reading = read(tex, findings.did_you_mean)
    if reading.mistakes:
        return _Made(mistakes=reading.mistakes)
    # Imported here since most documents have no formulas.
    from pipeline.resolve.formulas.mathml import CannotSetError, convert, markup
    from pipeline.resolve.formulas.rows import APPLY
    from pipeline.resolve.formulas.spoken import Speaker
    from pipeline.resolve.formulas.written import written

    try:
        math: Element = convert(reading.tex, display)
    except CannotSetError:
        return _Made(mistakes=(Mistake("The formula cannot be set as it is written.", 0),))
    spoken = Speaker(words(lang)).say(list(math))
    characters = frozenset("".join(math.itertext())) - {" ", APPLY}
    return _Made(markup(math, spoken), written(list(math)), spoken, characters)


def _place(node: Formula, context: _Context, at: int) -> Span | None:
    """Where a character of a formula stands in the source."""
    if node.span is None:
        return None
    before = node.tex[:at]
    down = before.count("\n")
    if down:
        first = node.margin if isinstance(node, MathBlock) else context.column
        column = first + len(before) - before.rfind("\n") - 1
    else:
        marks = 2 if isinstance(node, MathBlock) or node.display else 1
        column = node.span.column + marks + at
    return replace(node.span, line=node.span.line + down, column=column, end=0)
