"""Formulas as MathML for screens, and as characters and words for everything else."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator, Mapping, Set
from typing import Any, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline import model
from pipeline.features.formulas.outlines import break_formula, leave_room
from pipeline.features.formulas.tex import EquationLabel, Reading, read
from pipeline.features.formulas.tex_commands import INSTEAD, Macro, Mistake, defines
from pipeline.keep import in_batches, kept
from pipeline.model import Document, Inline, Node, removal
from pipeline.model.codes import Code
from pipeline.model.editions import EDITIONS
from pipeline.model.faces import MATH_FACE, font_file
from pipeline.model.late import late
from pipeline.model.tree import BLANK, ordinals, place_in, rewrite_document, top_level, walk_with
from pipeline.model.words import words
from pipeline.model.writing_systems import missing_glyph
from pipeline.resolve.findings import Findings

Formula: TypeAlias = model.Math | model.MathBlock

REFERENCE = late(
    r"\s*\\(?:(?P<kind>eq|[cC]|auto)?ref\s*\{(?P<label>[^{}]+)\}"
    r"|@ref\((?P<named>(?P<of>eq:)?[^(){}\s]+)\))\s*"
)
"""A formula that is a reference to another one, as in LaTeX or in bookdown."""


KEPT = 4096
"""The number of formulas kept: all editions of a text share most of them."""


class _Context(NamedTuple):
    """The language in force, the column that the lines of a paragraph begin in, and whether it is
    in an exercise."""

    lang: str
    column: int
    in_exercise: bool = False


class SetFormula(NamedTuple):
    """A formula as markup, on one line, and in words, and the characters that it consists of."""

    mathml: str
    alt: str
    spoken: str
    characters: str


class _Result(NamedTuple):
    """The result for a formula; without ``mathml`` its source is shown."""

    mathml: str = ""
    alt: str = ""
    spoken: str = ""
    characters: str = ""
    mistakes: tuple[Mistake, ...] = ()
    tag: str = ""
    labels: tuple[EquationLabel, ...] = ()
    defines: bool = False


def set_formulas(document: Document) -> Document:
    """The document with the markup of its formulas, and their spoken alternatives.

    The first problem in a formula is BAD_MATH, at its position; the source is then shown, unless
    the formula can be set without the faulty part. In print, a character missing from the font for
    formulas is a MISSING_GLYPH, and long formulas may be broken. Formulas that only define commands
    are dropped.
    """
    findings = Findings(document)
    readings = list(_read_all(document, findings))
    batch = in_batches(
        formulas, (item.call for item in readings if item.reading and item.reading.is_set)
    )
    results = {
        (item.ordinal, item.part): (item, _check(item, document, batch, findings))
        for item in readings
    }
    places = {
        label.name: (item.node.attributes.id or label_id(result.labels[0].name), label)
        for item, result in results.values()
        for label in result.labels
    }

    edition = EDITIONS.get(document.edition)
    is_printed = edition is not None and edition.format == "pdf"

    def fill(formula: Formula, ordinal: int) -> Node | tuple[Inline, ...]:
        item, result = results[ordinal, 0]
        if result.defines:
            return ()
        if isinstance(formula, model.Math) and (reference := REFERENCE.fullmatch(formula.tex)):
            return _reference(formula, reference, places)
        gaps = tuple(
            (_answer(part, results[ordinal, number][1]),) if part else ()
            for number, part in enumerate(_gaps(formula), start=1)
        )
        formula = replace(
            formula,
            mathml=result.mathml,
            alt=result.alt,
            spoken=result.spoken,
            gaps=gaps,
        )
        if isinstance(formula, model.Math):
            if result.alt and not result.mathml:
                return (model.Text(text=result.alt, span=formula.span),)
            if item.context.in_exercise:
                formula = _with_large_fractions(formula)
            return (
                break_formula(formula, item.context.lang)
                if is_printed and formula.mathml
                else formula
            )
        if result.alt and not result.mathml:
            text = (model.Text(text=result.alt, span=formula.span),)
            return model.Paragraph(children=text, span=formula.span, attributes=formula.attributes)
        attributes = formula.attributes
        if result.labels and not attributes.id:
            attributes = replace(attributes, id=label_id(result.labels[0].name))
        return replace(formula, tag=result.tag, attributes=attributes)

    def answer(blank: model.Blank, ordinal: int) -> Node:
        if not any(isinstance(part, model.Math) for part in blank.answer):
            return blank
        parts = tuple(
            _answer(part, results[ordinal, number][1]) if isinstance(part, model.Math) else part
            for number, part in enumerate(blank.answer)
        )
        return replace(blank, answer=parts)

    document = rewrite_document(
        document,
        leave={model.Math: fill, model.MathBlock: fill, model.Blank: answer},
        context=ordinals(),
    )
    return findings.add_to(document)


def _with_large_fractions(formula: model.Math) -> model.Math:
    """A formula whose fractions, if it has some, are as large as in one on a line of its own."""
    if "<mfrac" not in formula.mathml or formula.display:
        return formula
    styled = formula.mathml.replace("<math", '<math displaystyle="true"', 1)
    return replace(formula, mathml=styled)


def _answer(formula: model.Math, result: _Result) -> str | model.Math:
    """A formula in an answer; its characters if it cannot be set."""
    if result.alt and not result.mathml:
        return result.alt
    return replace(formula, mathml=result.mathml, alt=result.alt, spoken=result.spoken)


def _gaps(formula: Formula) -> Iterator[model.Math | None]:
    """The answer of each gap in a formula; one in a text or an operator's name is such itself."""
    for gap in removal.gaps(formula.tex) if BLANK in formula.tex else ():
        before = formula.tex[max(0, gap.end - _LONGEST_LEAD) : gap.end]
        words = _IN_WORDS.search(before)
        tex = f"{words[1]}{{{gap.answer}}}" if words else gap.answer
        yield model.Math(tex=tex, span=formula.span) if gap.answer.strip() else None


_LONGEST_LEAD = 200
"""The number of characters before a gap that are looked at."""

_IN_WORDS = late(r"(\\(?:operatorname\*?|text[a-z]*|m?box|math(?:rm|sf|bf|it|tt)))\s*\{[^{}]*$")


_PREFIXES = {"tab": "tbl", "table": "tbl", "figure": "fig", "listing": "lst"}
_LABEL = late(r"(figure|fig|table|tab|tbl|listing|lst|sec|ex)[:.-](.+)")


def label_id(label: str) -> str:
    r"""The id of a formula with this ``\label``."""
    name = re.sub(r"[^\w-]+", "-", re.sub(r"^eqn?[:.-]", "", label.strip())).strip("-")
    return f"eq-{name}"


def _meant_id(label: str) -> str:
    """The id that a label means which is no known formula's: a figure, as in ``fig:map``."""
    if match := _LABEL.fullmatch(label):
        return f"{_PREFIXES.get(match[1], match[1])}-{match[2]}"
    return label_id(label)


def _reference(
    formula: model.Math, match: re.Match[str], places: Mapping[str, tuple[str, EquationLabel]]
) -> tuple[Inline, ...]:
    """The text of ``\\eqref``: the number of a formula, or of its row, in parentheses; without them
    for ``\\ref``; with its word for ``\\cref``."""
    name, span = (match["label"] or match["named"]).strip(), formula.span
    is_section = match["named"] and ":" not in name and not _LABEL.fullmatch(name)
    label_name = f"sec-{name}" if is_section else name
    target, label = places.get(name) or (_meant_id(label_name), EquationLabel(name))
    opening, closing = "()" if match["kind"] == "eq" or match["of"] else ("", "")
    closing = label.letter + closing
    if not label.tag:
        return (
            model.CrossReference(
                target=target,
                form="number" if match["kind"] in (None, "eq") else "full",
                written=formula.tex.strip(),
                around=(opening, closing) if opening or closing else (),
                span=span,
            ),
        )
    text = (model.Text(text=label.tag, span=span),)
    link = model.Link(href=f"#{target}", children=text, span=span)
    before, after = (
        (model.Text(text=side, span=span),) if side else () for side in (opening, closing)
    )
    return (*before, link, *after)


class _Occurrence(NamedTuple):
    """A formula that was read, with its number among the nodes; one that is a reference has no
    ``reading``. ``part`` is its number in a gap's answer, or, from 1, that of the gap that it is
    the answer of."""

    ordinal: int
    part: int
    node: Formula
    context: _Context
    display: bool = False
    reading: Reading | None = None
    is_gap: bool = False

    @property
    def call(self) -> tuple[str, bool, str]:
        """The arguments of `set_formula`."""
        return self.reading.tex if self.reading else "", self.display, self.context.lang


def _read_all(document: Document, findings: Findings) -> Iterator[_Occurrence]:
    readings: dict[tuple[str, int], Reading] = {}
    macros: dict[str, Macro] = {}
    version = 0
    start = _Context(document.metadata.lang, 1)
    for ordinal, (node, context) in enumerate(walk_with(top_level(document), start, _inherit)):
        for part, formula in _formulas(node):
            if isinstance(formula, model.Math) and REFERENCE.fullmatch(formula.tex):
                yield _Occurrence(ordinal, part, formula, context)
                continue
            display = isinstance(formula, model.MathBlock) or formula.display
            version += defines(formula.tex)
            key = formula.tex, version
            if key not in readings:
                readings[key] = _read(formula.tex, findings, macros)
            is_gap = formula is not node and not isinstance(node, model.Blank)
            yield _Occurrence(ordinal, part, formula, context, display, readings[key], is_gap)


def _formulas(node: Node) -> Iterator[tuple[int, Formula]]:
    """A formula and the answers of its gaps, or the formulas in the answer of a blank."""
    match node:
        case model.Math() | model.MathBlock():
            yield 0, node
            yield from ((at, part) for at, part in enumerate(_gaps(node), start=1) if part)
        case model.Blank():
            for at, part in enumerate(node.answer):
                if isinstance(part, model.Math):
                    yield at, part


def _read(tex: str, findings: Findings, macros: dict[str, Macro]) -> Reading:
    if not macros and not defines(tex):
        reading = _read_alone(tex)
        if not reading.mistakes:
            return reading
    return read(tex, findings.did_you_mean, macros)


@functools.lru_cache(maxsize=KEPT)
def _read_alone(tex: str) -> Reading:
    """A formula without commands of its own; there are no hints."""
    return read(tex, lambda *_: "")


def _check(item: _Occurrence, document: Document, batch: _Batch, findings: Findings) -> _Result:
    """The result for a formula, after its problems are reported."""
    if item.reading is None:
        return _Result()
    result = _make(item, item.reading, batch)
    # A formula tells of the mistakes in the answers of its gaps, which are part of it.
    for mistake in result.mistakes[:1] if not item.is_gap else ():
        consequence = "" if result.mathml else " It is shown as written."
        place = place_in(item.node, mistake.at, item.context.column)
        findings.add(Code.BAD_MATH, mistake.message + consequence, place, mistake.hint)
    edition = EDITIONS.get(document.edition)
    if edition and edition.format == "pdf" and (missing := set(result.characters) - _drawable()):
        if not item.is_gap:
            _report_missing(item.node, item.context, missing, findings)
        return result._replace(mathml="", spoken="")  # characters, in the text's own fonts
    return result


@functools.cache
def _drawable() -> frozenset[str]:
    """The characters that formulas can be drawn with; all, if the font is missing."""
    from fontTools.ttLib import TTFont

    file = font_file(MATH_FACE)
    if file is None:
        return frozenset(map(chr, range(sys.maxunicode)))
    with TTFont(file, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def _report_missing(
    node: Formula, context: _Context, missing: Set[str], findings: Findings
) -> None:
    further = ", so the formula is printed as plain characters on one line"
    hint = "Put text in other scripts outside the formula."
    for character in sorted(missing):
        place = place_in(node, max(0, node.tex.find(character)), context.column)
        findings.add(*missing_glyph(character, place, further, font="font for formulas", hint=hint))


def _inherit(node: Node, context: _Context) -> _Context:
    lang = node.attributes.get("lang") or context.lang
    column = context.column
    if isinstance(node, model.Paragraph | model.Plain) and node.span:
        column = node.span.column
    return _Context(lang, column, context.in_exercise or isinstance(node, model.Exercise))


def _make(item: _Occurrence, reading: Reading, batch: _Batch) -> _Result:
    if not reading.is_set:
        mistakes = sorted(reading.mistakes, key=lambda mistake: mistake.harmless)
        return _Result(mistakes=tuple(mistakes), labels=reading.labels, tag=reading.tag)
    if not reading.tex and not reading.labels:
        return _Result(defines=True)
    # Imported here because most documents have no formulas.
    from pipeline.features.formulas.mathml import CannotSetError

    try:
        set_result = batch.get(item.call) or set_formula(*item.call)
    except CannotSetError as error:
        return _Result(mistakes=(_find_misplaced(item.node.tex) or Mistake(str(error), 0),))
    return _Result(*set_result, reading.mistakes, reading.tag, reading.labels)


def _find_misplaced(tex: str) -> Mistake | None:
    """The command to blame, in a formula that cannot be set, for standing where it does."""
    for match in _COMMAND.finditer(tex):
        if hint := INSTEAD.get(match[1]):
            return Mistake(f"The command `{match[0]}` cannot be used here.", match.start(), hint)
    return None


_COMMAND = late(r"\\([A-Za-z]+)")


_Batch: TypeAlias = Mapping[tuple[Any, ...], SetFormula]


@kept
def formulas(calls: tuple[tuple[str, bool, str], ...]) -> tuple[SetFormula | None, ...]:
    """Many formulas, displayed or not, each with its language; None for those that cannot be
    set."""
    return tuple(_set_or_none(*call) for call in calls)


def _set_or_none(tex: str, display: bool, lang: str) -> SetFormula | None:
    from pipeline.features.formulas.mathml import CannotSetError

    try:
        return set_formula(tex, display, lang)
    except CannotSetError:
        return None


@functools.lru_cache(KEPT)
def set_formula(tex: str, display: bool, lang: str) -> SetFormula:
    """A formula as markup and in words. Raises `CannotSetError`."""
    from pipeline.features.formulas.mathml import APPLY, convert, markup
    from pipeline.features.formulas.wording import FormulaSpeaker, linear_text

    math: Element = convert(tex, display)
    if math.find(".//mphantom") is not None:
        leave_room(math)
    spoken = FormulaSpeaker(words(lang)).speak(list(math))
    characters = "".join(sorted(set("".join(math.itertext())) - {" ", APPLY}))
    return SetFormula(markup(math, spoken), linear_text(list(math)), spoken, characters)
