"""Numbers that differ between the versions of a worksheet: drawn from a range by the seed of a
version, or given for each, and what is worked out from them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.features.exercises.calculation import (
    Amount,
    CalculationError,
    NotNiceError,
    UnknownNameError,
    calculate,
)
from pipeline.model import Document, Node
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition
from pipeline.model.late import late
from pipeline.model.metadata import NamedText
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import find
from pipeline.model.words.writing_conventions import writing
from pipeline.parser.blank_rules import blank
from pipeline.resolve.findings import Findings
from pipeline.resolve.variables import with_values

MOST = 1_000_000
"""Numbers in a range."""

DECIMALS = 3
"""Decimals shown of a number that has more than twelve."""

_DEFINITION = late(r"([^\W\d]\w*)\s*=\s*(.+)", re.DOTALL)
_IN_TEXT = late(r"\{\{([^{}\n]{1,300})\}\}")
_GIVEN = late(r"\s*[-−]?\d+(?:\.(\d{2,}|0)|\.\d)?\s*")
_FORMULAS = (model.Math, model.MathBlock)


class _Definition(NamedTuple):
    name: str
    text: str
    span: Span | None


def fill_numbers(
    document: Document, whole: Document, seeds: Sequence[int], version: str
) -> Document:
    """A variant of the ``whole`` document with the numbers of a version, the last of those with
    some seeds. What cannot be worked out stays as it is written, with a BAD_NUMBER warning."""
    definitions = list(_definitions(whole))
    if not definitions:
        return document
    numbers = _Numbers(Findings(document), seeds, version, document.metadata.lang)
    for definition in definitions:
        numbers.define(definition)

    def variable(node: model.Variable) -> Node:
        shown = numbers.shown(node.name, node.span)
        return node if shown is None else model.Text(text=shown, span=node.span)

    def blank(node: model.Blank) -> Node:
        parts = (
            numbers.filled(part, node.span)
            if isinstance(part, str)
            else replace(part, tex=numbers.filled(part.tex, node.span, in_tex=True))
            for part in node.answer
        )
        return replace(node, answer=tuple(parts))

    def formula(node: model.Math | model.MathBlock) -> Node:
        return replace(node, tex=numbers.filled(node.tex, node.span, in_tex=True))

    changes: Changes = {
        model.Variable: variable,
        model.Blank: blank,
        **dict.fromkeys(_FORMULAS, formula),
    }
    document = rewrite_document(document, leave=changes)
    variables = tuple(
        replace(variable, text=numbers.shown(variable.name, _place(variable)) or variable.text)
        for variable in document.metadata.variables
    )
    document = replace(document, metadata=replace(document.metadata, variables=variables))
    return numbers.findings.added_to(document)


def fill_gaps(document: Document, edition: Edition) -> Document:
    """The document for an edition with the values of variables in the answers of its gaps, which
    are as wide as these and the numbers in them need."""

    def widened(node: model.Blank) -> model.Blank:
        size = max(node.size, blank(0, node.answer).size)
        return node if size == node.size else replace(node, size=size)

    document = with_values(document, edition, (model.Blank,))
    return rewrite_document(document, leave={model.Blank: widened})


def _definitions(document: Document) -> Iterator[_Definition]:
    """Those in the front matter, then those in the text: a name, and the text after the sign."""
    for variable in document.metadata.variables:
        if variable.text.startswith("="):
            yield _Definition(variable.name, variable.text[1:].strip(), _place(variable))
    for _, node, span in find(document, model.Variable):
        if match := _DEFINITION.fullmatch(node.name):
            yield _Definition(match[1], match[2].strip(), node.span or span)


def _place(variable: NamedText) -> Span:
    return Span(variable.line, variable.column)


class _Numbers:
    """The numbers of a version, by their names."""

    def __init__(self, findings: Findings, seeds: Sequence[int], version: str, lang: str) -> None:
        self.findings = findings
        self._seeds, self._version, self._decimal = seeds, version, writing(lang).decimal
        self._known: dict[str, Amount] = {}

    def define(self, definition: _Definition) -> None:
        name, text, span = definition
        if name in self._known:
            self._tell(f"`{name}` has a number already.", span, "Give each number its own name.")
            return
        try:
            self._known[name] = self._value(name, text)
        except CalculationError as error:
            if isinstance(error, NotNiceError):
                self._known[name] = Amount(error.value)
            self._tell_of(text, error, span)

    def _value(self, name: str, text: str) -> Amount:
        """The value of a definition: of a range, of those for each version in turn, or alone. All
        versions have the decimals of one that is given with two or more, or with a zero at last."""
        begin, dots, rest = text.partition("..")
        end, _, by = rest.partition(" step ")
        parts = (begin, end, by or "1") if dots else tuple(_parts(text))
        numbers = [calculate(part, self._known) for part in parts]
        decimals = max(number.decimals for number in numbers)
        given = [_GIVEN.fullmatch(part) for part in parts]
        if all(given):
            decimals = max(decimals, *(len(each[1]) for each in given if each and each[1]), 0)
        if not dots:
            return Amount(numbers[(len(self._seeds) - 1) % len(numbers)].value, decimals)
        first, last, step = (number.value for number in numbers)
        if step <= 0 or last < first:
            raise CalculationError("the range is empty")
        count = (last - first) // step + 1
        if count > MOST:
            raise CalculationError(f"the range has more than {MOST:,} numbers")
        return Amount(first + step * self._drawn(name, count), decimals)

    def _drawn(self, name: str, count: int) -> int:
        """A number below ``count``, another one for each version as long as there are some."""
        drawn: list[int] = []
        for seed in self._seeds:
            digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
            number = int.from_bytes(digest[:8], "big") % count
            while number in drawn and len(drawn) < count:
                number = (number + 1) % count
            drawn.append(number)
        return drawn[-1]

    def shown(self, text: str, span: Span | None, *, in_tex: bool = False) -> str | None:
        """The number that a name, a definition or an expression stands for; None if it is none."""
        match = _DEFINITION.fullmatch(text)
        name = match[1] if match else text
        if match and name not in self._known:
            return None
        try:
            written, is_exact = self._written(calculate(name, self._known), in_tex=in_tex)
            if not is_exact:
                message = f"`{name}` has no end: only {DECIMALS} decimals of it are shown."
                self._tell(message, span, f"Write `round({name}, 2)`.")
            return written
        except NotNiceError as error:
            self._tell_of(text, error, span)
            return self._written(Amount(error.value), in_tex=in_tex)[0]
        except UnknownNameError as error:
            if not in_tex and not text.replace("-", "").isidentifier():  # else it may be anything
                self._tell_of(text, error, span)
        except CalculationError as error:
            self._tell_of(text, error, span)
        return None

    def filled(self, text: str, span: Span | None, *, in_tex: bool = False) -> str:
        """A text with its numbers."""

        def fill(match: re.Match[str]) -> str:
            shown = self.shown(match[1].strip(), span, in_tex=in_tex)
            return match[0] if shown is None else shown

        return _IN_TEXT.sub(fill, text) if "{{" in text else text

    def _written(self, number: Amount, *, in_tex: bool) -> tuple[str, bool]:
        """A number with its decimals, and whether these are all."""
        value = number.value
        all_decimals = next((n for n in range(13) if not 10**n % value.denominator), None)
        decimals = max(DECIMALS if all_decimals is None else all_decimals, number.decimals)
        scaled = round(abs(value) * 10**decimals)
        digits = f"{scaled:0{decimals + 1}}"
        point = self._decimal if not in_tex or self._decimal == "." else f"{{{self._decimal}}}"
        whole, rest = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
        sign = ("-" if in_tex else "\N{MINUS SIGN}") if value < 0 and scaled else ""
        text = f"{sign}{whole}{point}{rest}" if rest else f"{sign}{whole}"
        return text, all_decimals is not None

    def _tell_of(self, text: str, error: CalculationError, span: Span | None) -> None:
        self._tell(f"`{text}` cannot be used: {error}.", span, _HINT)

    def _tell(self, message: str, span: Span | None, hint: str) -> None:
        version = f" In version {self._version}." if self._version else ""
        self.findings.add(Code.BAD_NUMBER, f"{message}{version}", span, hint)


_HINT = "Numbers are written as `{{ a = 2..9 }}`, and what follows from them as `{{ 3 * a }}`."


def _parts(text: str) -> Iterator[str]:
    """The parts between commas that are in no bracket."""
    depth, begin = 0, 0
    for at, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            yield text[begin:at]
            begin = at + 1
    yield text[begin:]
