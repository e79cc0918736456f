"""Numbers that differ between the versions of a worksheet, and what is worked out from them."""

from __future__ import annotations

import functools
import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Node
from pipeline.model.audience import admits, conditions_of
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition, for_pupils
from pipeline.model.late import late
from pipeline.model.removal import gaps
from pipeline.model.strings import texts_of, with_texts
from pipeline.model.tree import (
    BLANK,
    FIELDS,
    Context,
    all_nodes,
    children,
    find,
    has_condition,
    is_for_teachers,
    of_node,
    place_in,
    plain_text,
    rewrite_document,
    top_level,
    walk,
    walk_with,
)
from pipeline.model.variables import ALIASES, BUILT_IN, CALCULATION, NAME, fill_address
from pipeline.model.words.writing_conventions import writing
from pipeline.parser.blank_rules import blank
from pipeline.resolve.findings import Findings
from pipeline.resolve.variables import with_values

# --- calculation -----------------------------------------------------------------------------
# Arithmetic for worksheets: exact, small and safe. Texts are read by a grammar of their own, and
# results are fractions.

LARGEST_NUMBER = 10**30
"""The limit of numbers and of their denominators, so that no text can take long."""

DEEPEST = 40
"""Brackets and signs within each other."""

_TOKEN = late(r"\s*+(?:(\d++(?:\.\d++)?+)|([^\W\d]\w*+)|([-+*/^(),−×·÷]))")
_SIGNS = {"−": "-", "×": "*", "·": "*", "÷": "/"}


class Amount(NamedTuple):
    """A value, and the least ``decimals`` that it is written with, as money has two."""

    value: Fraction
    decimals: int = 0


class CalculationError(ValueError):
    """The reason why a text has no value, for authors."""


class MalformedError(CalculationError):
    """A text that has no value whatever the values of its names."""


class UnknownNameError(MalformedError):
    """A ``name`` in a text that has no value."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no `{name}`")
        self.name = name


class NotNiceError(CalculationError):
    """A result that is not as nice as it has to be; ``value`` is the result."""

    def __init__(self, message: str, value: Fraction) -> None:
        super().__init__(message)
        self.value = value


def calculate(text: str, known: Mapping[str, Amount]) -> Amount:
    """The result of ``2 * a + round(b / 3, 1)``, given those of its names. It keeps the decimals of
    what it is worked out from. Raises `CalculationError`."""
    reader = _Reader(text, known)
    value = reader.sum()
    if reader.rest:
        raise MalformedError(f"`{reader.rest[0]}` is not expected there")
    return value


class _Reader:
    """Reads a text from left to right, and works it out on the way."""

    def __init__(self, text: str, known: Mapping[str, Amount]) -> None:
        self._known = known
        self._depth = 0
        self.rest: list[str] = []
        at = 0
        while text[at:].strip():
            token = _TOKEN.match(text, at)
            if token is None:
                raise MalformedError(f"`{text[at:].strip()[0]}` has no meaning there")
            written = token[0].strip()
            self.rest.append(_SIGNS.get(written, written))
            at = token.end()

    def _take(self, *signs: str) -> str:
        """The next sign, if it is one of these."""
        return self.rest.pop(0) if self.rest and self.rest[0] in signs else ""

    def sum(self) -> Amount:
        self._depth += 1
        if self._depth > DEEPEST:
            raise CalculationError("it has too many brackets")
        value = self._product()
        while sign := self._take("+", "-"):
            other = self._product()
            total = value.value + other.value if sign == "+" else value.value - other.value
            value = _limit(total, max(value.decimals, other.decimals))
        self._depth -= 1
        return value

    def _product(self) -> Amount:
        value = self._read_signed()
        while sign := self._take("*", "/"):
            other = self._read_signed()
            if sign == "*":
                decimals = max(value.decimals, other.decimals)
                value = _limit(value.value * other.value, decimals)
            elif other.value:  # how often an amount is in another one is no amount
                value = _limit(value.value / other.value, value.decimals * (not other.decimals))
            else:
                raise CalculationError("it divides by zero")
        return value

    def _read_signed(self) -> Amount:
        is_negative = False
        while self._take("-"):
            is_negative = not is_negative
        number = self._power()
        return number._replace(value=-number.value) if is_negative else number

    def _power(self) -> Amount:
        number = self._single()
        if not self._take("^"):
            return number
        value, exponent = number.value, self._read_signed().value
        if exponent.denominator != 1 or abs(exponent) > 100:
            raise CalculationError("an exponent has to be a whole number up to 100")
        if exponent < 0 and not value:
            raise CalculationError("it divides by zero")
        size = max(abs(value.numerator), value.denominator)
        if size > 1 and abs(exponent) * math.log10(size) > math.log10(LARGEST_NUMBER):
            raise CalculationError("it is too large")
        return _limit(Fraction(value ** int(exponent)), number.decimals)

    def _single(self) -> Amount:
        if not self.rest:
            raise MalformedError("it is not complete")
        token = self.rest.pop(0)
        if token == "(":
            value = self.sum()
            if not self._take(")"):
                raise MalformedError("a bracket is not closed")
            return value
        if token[0].isdecimal():
            decimals = len(token.partition(".")[2]) if token[-1] == "0" else 0
            return _limit(Fraction(token), decimals)
        if not (token[0].isalpha() or token[0] == "_"):
            raise MalformedError(f"`{token}` is not expected there")
        if not self._take("("):
            if token not in self._known:
                raise UnknownNameError(token)
            return self._known[token]
        numbers = [self.sum()]
        while self._take(","):
            numbers.append(self.sum())
        if not self._take(")"):
            raise MalformedError("a bracket is not closed")
        if token not in FUNCTIONS:
            raise MalformedError(f"`{token}` is not one of {', '.join(sorted(FUNCTIONS))}")
        result = FUNCTIONS[token]([number.value for number in numbers])
        if token == "round":
            return Amount(result, int(numbers[1].value) if numbers[1:] else 0)
        is_amount = token not in ("sqrt", "whole")
        return Amount(result, max(number.decimals for number in numbers) * is_amount)


def _limit(value: Fraction, decimals: int) -> Amount:
    if abs(value.numerator) > LARGEST_NUMBER or value.denominator > LARGEST_NUMBER:
        raise CalculationError("it is too large")
    return Amount(value, decimals)


# --- functions --------------------------------------------------------------------------------


def _only(values: list[Fraction]) -> Fraction:
    if len(values) != 1:
        raise MalformedError("a function has the wrong number of values")
    return values[0]


def _round(values: list[Fraction]) -> Fraction:
    """The first value with as many decimals as the second says, halves away from zero."""
    value, places = values if len(values) == 2 else (_only(values), Fraction(0))
    if places.denominator != 1 or not 0 <= places <= 12:
        raise CalculationError("the decimals of `round` have to be a whole number up to 12")
    unit = Fraction(10) ** int(places)
    size = math.floor(abs(value) * unit + Fraction(1, 2)) / unit
    return Fraction(size if value >= 0 else -size)


def _root(values: list[Fraction]) -> Fraction:
    """The root, exact if it can be, or with twelve digits."""
    value = _only(values)
    if value < 0:
        raise CalculationError("it takes the root of a negative number")
    above, below = math.isqrt(value.numerator), math.isqrt(value.denominator)
    if (above * above, below * below) == (value.numerator, value.denominator):
        return Fraction(above, below)
    return Fraction(math.isqrt(int(value * 10**24)), 10**12)


def _in_parts(most: int, problem: str, values: list[Fraction]) -> Fraction:
    """The value, if it is whole in as many parts of one."""
    value = _only(values)
    if most % value.denominator:
        raise NotNiceError(problem, value)
    return value


FUNCTIONS: Mapping[str, Callable[[list[Fraction]], Fraction]] = {
    "round": _round,
    "sqrt": _root,
    "abs": lambda values: abs(_only(values)),
    "min": min,
    "max": max,
    "whole": functools.partial(_in_parts, 1, "it is no whole number"),
    "nice": functools.partial(_in_parts, 100, "it has more than two decimals"),
}


# --- numbers ---------------------------------------------------------------------------------
# Numbers that differ between the versions of a worksheet: drawn from a range by the seed of a
# version, or given for each, and what is worked out from them.

MOST_IN_RANGE = 1_000_000
"""Numbers in a range."""

DECIMALS = 3
"""Decimals shown of a number that has more than twelve."""

_DEFINITION = late(r"([^\W\d]\w*)\s*=(?!=)\s*(.*)", re.DOTALL)
_BRACES = late(r"(?<!\\)\{\{([^{}\n]{1,300})\}\}")
_READ = late(rf"{NAME}|{CALCULATION}")
_RANGE = late(r"[-−]?\d(?>.*?\.\.).*")
_NAMES = late(r"(?<![\w.])[^\W\d]\w*")
_GIVEN = late(r"\s*[-−]?\d+(?:\.(\d{2,}|0)|\.\d)?\s*")

_PLUS = late(r"[+](?=\s*\Z)")
_MINUS = late(r"(?:[\d)²³]|(?<![^\W\d_])[a-z])\s*[-−](?=\s*\Z)")
_MINUS_IN_TEX = late(r"[\w)\]}]\s*[-−](?=\s*\Z)")
_TIMES = late(r"(?:[·×÷/*^]|\s:\s)\s*\Z")
_TIMES_IN_TEX = late(r"(?:[-−·×÷/*:]|\\(?:cdot|times|div|ast))\s*\Z")
_ARGUMENT = late(r"(?:[_^}]|\\[A-Za-z]+)\s*\Z")
_NEAR = 24
"""The number of characters before a number in which its sign is looked for."""


class _Definition(NamedTuple):
    """A number with a ``name``, and the ``text`` that says which; ``is_withheld`` if no pupil gets
    that text."""

    name: str
    text: str
    span: Span | None
    is_withheld: bool = False


class _Written(NamedTuple):
    """A text in braces, its place, and whether pupils do not get it."""

    text: str
    span: Span | None
    is_withheld: bool


def fill_numbers(
    document: Document, whole: Document, seeds: Sequence[int], edition: Edition
) -> Document:
    """A variant of the ``whole`` document with the numbers of the version of an edition, the last
    of those with some seeds. What cannot be worked out stays as it is written, which is an
    UNKNOWN_NUMBER; a number that is not what it has to be is a BAD_NUMBER."""
    if not has_numbers(whole):
        return document
    versions = whole.metadata.versions
    version = edition.version or (versions[0][0] if versions else "")
    numbers = _Numbers(Findings(document), seeds, version, document)
    numbers.define_all(tuple(_definitions(whole)))
    if numbers.withheld and (edition.audience == "student" or edition.platform):
        for written in _all_written(document):
            numbers.check_shown(written)

    kinds = {type(node) for node in all_nodes(document) if _has_braces(node)} | {model.Chart}
    document = rewrite_document(document, enter=dict.fromkeys(kinds, numbers.fill_node))
    numbers.tell_equal(document)
    variables = tuple(
        replace(variable, text=numbers.by_name(variable.name) or variable.text)
        for variable in document.metadata.variables
    )
    document = replace(document, metadata=replace(document.metadata, variables=variables))
    return numbers.findings.add_to(document)


@of_node
def has_numbers(document: Document) -> bool:
    """Return whether a document has numbers that are defined, or ranges without a name: else what
    stands in its braces may be anything."""
    if any(variable.text.startswith("=") for variable in document.metadata.variables):
        return True
    for written in _all_written(document):
        match = _DEFINITION.fullmatch(written.text)
        if (match and re.search(r"\d", match[2])) or _RANGE.fullmatch(written.text):
            return True
    return False


def fill_gaps(document: Document, edition: Edition) -> Document:
    """The document for an edition with the values of variables in the answers of its gaps, which
    are as wide as these and the numbers in them need."""

    def widen(node: model.Blank) -> model.Blank:
        size = max(node.size, blank(0, node.answer).size)
        return node if size == node.size else replace(node, size=size)

    document = with_values(document, edition, (model.Blank,))
    return rewrite_document(document, leave={model.Blank: widen})


def _definitions(document: Document) -> Iterator[_Definition]:
    """Those in the front matter, then those in the text, in the order of the source."""
    for variable in document.metadata.variables:
        if variable.text.startswith("="):
            span = Span(variable.line, variable.column)
            yield _Definition(variable.name, variable.text[1:].strip(), span)
    definitions: list[_Definition] = []
    for written in _all_written(document):
        if match := _DEFINITION.fullmatch(written.text):
            place = document.place(written.span)
            definitions.append(_Definition(match[1], match[2].strip(), place, written.is_withheld))
    yield from sorted(definitions, key=_order)


def _order(definition: _Definition) -> tuple[str, int, int]:
    span = definition.span or Span(0)
    return span.file, span.line, span.column


def _all_written(document: Document) -> Iterator[_Written]:
    """All texts in braces in a document."""
    pupils = for_pupils(document.metadata)

    def inherit(node: Node, above: tuple[bool, Span | None]) -> tuple[bool, Span | None]:
        is_withheld = above[0] or is_for_teachers(node)
        if has_condition(node) and not is_withheld:
            conditions = conditions_of(node.attributes)
            is_withheld = not any(admits(conditions, each) for each in pupils)
        return is_withheld, node.span or above[1]

    context: Context[tuple[bool, Span | None]] = ((False, None), inherit)
    for node, (is_withheld, span) in walk_with(top_level(document), *context):
        if isinstance(node, model.Variable):
            yield _Written(node.name, span, is_withheld)
            continue
        for text, in_tex in texts_of(node):
            for match in _BRACES.finditer(text) if "{{" in text else ():
                raw, is_hidden = match[1], is_withheld or isinstance(node, model.Blank)
                place = span
                if isinstance(node, model.Math | model.MathBlock):
                    place = place_in(node, match.start())
                if _is_read(raw, in_tex=in_tex):
                    is_hidden = is_hidden or _is_in_gap(text, match.start())
                    yield _Written(raw.strip(), place, is_hidden)


def _is_read(raw: str, *, in_tex: bool) -> bool:
    """Return whether what stands in braces may be a number: in a formula without spaces, they are
    TeX's own around most that is none."""
    text = raw.strip()
    if not in_tex or _is_spaced(raw):
        return _READ.fullmatch(text) is not None
    return ".." in text or not _DEFINITION.fullmatch(text)


def _is_in_gap(text: str, at: int) -> bool:
    """Return whether a place in a text with gaps is in the answer of one."""
    return BLANK[:3] in text and any(gap.end <= at < gap.answer_end for gap in gaps(text))


def _has_braces(node: Node) -> bool:
    """Return whether there may be numbers in a node itself, or among its children."""
    return (
        "%7B%7B" in _address(node)
        or any(isinstance(child, model.Variable) for child in children(node))
        or any("{{" in text for text, _ in texts_of(node))
    )


def _address(node: Node) -> str:
    if isinstance(node, model.Link):
        return node.href
    return node.source if isinstance(node, model.Image) else ""


class _Numbers:
    """The numbers of a version, by their names."""

    def __init__(
        self, findings: Findings, seeds: Sequence[int], version: str, document: Document
    ) -> None:
        self.findings = findings
        self._seeds, self._version = seeds, version
        self._decimal = writing(document.metadata.lang).decimal
        self._known: dict[str, Amount] = {}
        self._failed: set[str] = set()
        self.withheld: set[str] = set()
        variables = (variable.name for variable in document.metadata.variables)
        self._variables = {*variables, *BUILT_IN, *ALIASES}
        self._told: set[tuple[str, Span | None]] = set()

    # --- what they are ---

    def define_all(self, definitions: Sequence[_Definition]) -> None:
        """Work out all numbers, in whatever order they follow from each other."""
        pending: dict[str, _Definition] = {}
        for definition in definitions:
            if definition.name in pending:
                self._tell(
                    Code.BAD_NUMBER,
                    f"`{definition.name}` has a number already.",
                    definition.span,
                    "Give each number its own name.",
                )
            pending.setdefault(definition.name, definition)
        for name in tuple(pending):
            waiting = {name: True} if name in pending else {}
            while waiting:
                last = next(reversed(waiting))
                needed = self._define(pending[last])
                if needed in pending and needed not in waiting:
                    waiting[needed] = True
                    continue
                del waiting[last]
                definition = pending.pop(last)
                if needed:
                    is_circle = needed in (definition.name, *waiting)
                    circle = MalformedError(f"`{needed}` follows from it")
                    error = circle if is_circle else UnknownNameError(needed)
                    self._failed.add(definition.name)
                    self._tell_of(definition.text, error, definition.span)

    def _define(self, definition: _Definition) -> str:
        """Work out a number; if it follows from one that is not known yet, return its name."""
        name, text, span, is_withheld = definition
        try:
            self._known[name] = self._value(name, text)
        except UnknownNameError as error:
            return error.name
        except CalculationError as error:
            if isinstance(error, NotNiceError):
                self._known[name] = Amount(error.value)
            else:
                self._failed.add(name)
            self._tell_of(text or f"{name} =", error, span)
        if is_withheld or not self.withheld.isdisjoint(_NAMES.findall(text)):
            self.withheld.add(name)
        return ""

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
        if count > MOST_IN_RANGE:
            raise CalculationError(f"the range has more than {MOST_IN_RANGE:,} numbers")
        return Amount(first + step * self._draw(name, count), decimals)

    def _draw(self, name: str, count: int) -> int:
        """A number below ``count``, another one for each version as long as there are some."""
        drawn: list[int] = []
        for seed in self._seeds:
            digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
            number = int.from_bytes(digest[:8], "big") % count
            while number in drawn and len(drawn) < count:
                number = (number + 1) % count
            drawn.append(number)
        return drawn[-1]

    def _amount(self, text: str, span: Span | None, *, is_meant: bool = False) -> Amount | None:
        """The number that a name, a definition or an expression stands for; None if it is none,
        which is told if it ``is_meant`` as one."""
        match = _DEFINITION.fullmatch(text)
        expression = match[1] if match else text
        if match and expression not in self._known:
            return None
        try:
            amount = calculate(expression, self._known)
        except NotNiceError as error:
            self._tell_of(text, error, span)
            return Amount(error.value)
        except CalculationError as error:
            if is_meant and text not in self._variables:
                self._tell_of(text, error, span)
            return None
        if _decimals(amount) is None:
            message = f"`{expression}` has no end: only {DECIMALS} decimals of it are shown."
            hint = f"Write `round({expression}, 2)`."
            self._tell(Code.BAD_NUMBER, message, span, hint, differs=True)
        return amount

    def check_shown(self, written: _Written) -> None:
        """Tell of a number that follows from an answer, and stands where pupils see it."""
        if written.is_withheld:
            return
        match = _DEFINITION.fullmatch(written.text)
        names = [match[1]] if match else _NAMES.findall(written.text)
        for name in names:
            if name in self.withheld and name in self._known:
                message = f"`{name}` follows from an answer, and would be shown to pupils here."
                hint = f"If they may know it, define it outside the answer: `{{{{ {name} = … }}}}`."
                self._tell(Code.SHOWN_ANSWER, message, written.span, hint)

    # --- where they stand ---

    def fill_node(self, node: Node) -> Node:
        """A node with the numbers in its own texts, and among its children."""
        if isinstance(node, model.Chart):
            node = self._with_first_row(node)
        if any(isinstance(child, model.Variable) for child in children(node)):
            for field in FIELDS[type(node)]:
                value = getattr(node, field)
                if isinstance(value, tuple):
                    node = replace(node, **{field: self._run(value, node.span)})
        if any("{{" in text for text, _ in texts_of(node)):
            holder = node
            node = with_texts(node, lambda text, in_tex: self._fill(text, holder, in_tex=in_tex))
        if "%7B%7B" in (address := _address(node)):
            field = "href" if isinstance(node, model.Link) else "source"
            node = replace(node, **{field: fill_address(address, self.by_name)})
        return node

    def by_name(self, name: str) -> str:
        """The number with a name that all may see, "" if there is none."""
        is_public = name in self._known and name not in self.withheld
        return "".join(self._digits(self._known[name])) if is_public else ""

    def _with_first_row(self, chart: model.Chart) -> model.Chart:
        """A chart of data; if its row of names has a number, it is one of data."""
        row = chart.table.head[0] if chart.table.head else None
        inlines = [inline for cell in row.cells[1:2] for inline in walk(cell)][2:] if row else []
        if row is None or len(row.cells) != 2 or len(inlines) != 1:
            return chart
        (only,) = inlines
        if not isinstance(only, model.Variable) or not self._amount(only.name, None):
            return chart
        cells = tuple(replace(cell, scope="") for cell in row.cells)
        head = replace(row, cells=tuple(replace(cell, children=()) for cell in cells))
        first = replace(row, cells=(replace(cells[0], scope="row"), cells[1]))
        table = replace(chart.table, head=(head,), body=(first, *chart.table.body))
        return replace(chart, table=table)

    def _run(self, run: tuple[Any, ...], span: Span | None) -> tuple[Any, ...]:
        """Nodes next to each other, with texts in place of numbers."""
        filled: list[Any] = []
        for node in run:
            if isinstance(node, tuple):
                filled.append(self._run(node, span))
                continue
            shown = None
            if isinstance(node, model.Variable):
                before = (
                    each.text if isinstance(each, model.Text) else "\0" for each in filled[-2:]
                )
                shown = self._show(node.name, node.span or span, "".join(before))
            if shown is None:
                is_other = isinstance(node, model.Variable) and node.name not in self._variables
                text = plain_text((node,)) if is_other else ""  # no variable, as was told
                filled.append(model.Text(text=text, span=node.span) if is_other else node)
                continue
            if filled and isinstance(filled[-1], model.Text):
                filled[-1] = replace(filled[-1], text=_with_end(filled[-1].text, shown[0]))
            filled.append(model.Text(text=shown[1], span=node.span))
        return tuple(filled)

    def _fill(self, text: str, node: Node, *, in_tex: bool) -> str:
        """A text of a node with its numbers."""
        parts: list[str] = []
        at = 0
        for match in _BRACES.finditer(text):
            raw, span = match[1], node.span
            if not _is_read(raw, in_tex=in_tex):
                continue
            if isinstance(node, model.Math | model.MathBlock):
                span = place_in(node, match.start())
            parts.append(text[at : match.start()])
            is_tex_only = (
                in_tex
                and not _is_spaced(raw)
                and self._known.keys().isdisjoint(_NAMES.findall(raw))
            )
            shown = None
            if not is_tex_only:
                shown = self._show(raw.strip(), span, "".join(parts[-2:]), in_tex=in_tex)
            if shown:
                parts[-1] = _with_end(parts[-1], shown[0])
            parts.append(shown[1] if shown else match[0])
            at = match.end()
        return "".join((*parts, text[at:]))

    def _show(
        self, text: str, span: Span | None, before: str, *, in_tex: bool = False
    ) -> tuple[str, str] | None:
        """The end of the text ``before`` a number, and the number, so that there is one sign
        between them: -3 after a plus is a minus and 3, and after a times sign is in brackets."""
        amount = self._amount(text, span, is_meant=True)
        if amount is None:
            return None
        sign, digits = self._digits(amount, in_tex=in_tex)
        before, number = before[-_NEAR:], f"{sign}{digits}"
        minus, times = (_MINUS_IN_TEX, _TIMES_IN_TEX) if in_tex else (_MINUS, _TIMES)
        if sign and (found := _PLUS.search(before)):
            before, number = f"{before[: found.end() - 1]}{sign}{before[found.end() :]}", digits
        elif sign and (found := minus.search(before)):
            before, number = f"{before[: found.end() - 1]}+{before[found.end() :]}", digits
        elif sign and times.search(before):
            number = f"({number})"
        return before, f"{{{number}}}" if in_tex and _ARGUMENT.search(before) else number

    def _digits(self, number: Amount, *, in_tex: bool = False) -> tuple[str, str]:
        """The sign of a number, and its digits with its decimals."""
        least = _decimals(number)
        decimals = max(DECIMALS if least is None else least, number.decimals)
        scaled = round(abs(number.value) * 10**decimals)
        digits = f"{scaled:0{decimals + 1}}"
        point = self._decimal if not in_tex or self._decimal == "." else f"{{{self._decimal}}}"
        whole, rest = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
        sign = ("-" if in_tex else "\N{MINUS SIGN}") if number.value < 0 and scaled else ""
        return sign, f"{whole}{point}{rest}" if rest else whole

    # --- what is told ---

    def tell_equal(self, document: Document) -> None:
        """Tell of choices, and of things to put in order, that come out the same."""
        for _, task, span in find(document, model.Choices, model.Ordering, marked=False):
            texts: set[str] = set()
            for item in children(task):
                if not isinstance(item, model.Choice | model.ListItem):
                    continue  # the question before them
                text = " ".join(plain_text((item,)).split())
                if text in texts:
                    message, hint = f"Two choices are the same: `{text}`.", _HINT_FOR_EQUAL
                    self._tell(Code.BAD_NUMBER, message, item.span or span, hint, differs=True)
                texts |= {text} - {""}

    def _tell_of(self, text: str, error: CalculationError, span: Span | None) -> None:
        if isinstance(error, UnknownNameError) and error.name in self._failed:
            return  # told where it is defined
        code = Code.BAD_NUMBER if isinstance(error, NotNiceError) else Code.UNKNOWN_NUMBER
        message, hint, other = f"`{text}` cannot be used: {error}.", _HINT, _HINT
        if isinstance(error, UnknownNameError):
            if error.name == text:
                message = f"There is no number and no variable `{text}`."
                other = f"Define it, `{{{{ {text} = 2..9 }}}}`, add it to the front matter's "
                other += f"`variables:`, or write `\\{{{{ {text} }}}}` for text."
            names = {*self._known, *self._variables, *FUNCTIONS}
            hint = self.findings.did_you_mean(error.name, names) or other
        differs = not isinstance(error, MalformedError) and any(map(str.isalpha, text))
        self._tell(code, message, span, hint, differs=differs)

    def _tell(
        self, code: Code, message: str, span: Span | None, hint: str, *, differs: bool = False
    ) -> None:
        """Tell something that may differ between versions, or is the same in all."""
        version = f" In version {self._version}." if self._version and differs else ""
        if (message, span) not in self._told:
            self._told.add((message, span))
            self.findings.add(code, f"{message}{version}", span, hint)


_HINT = "Numbers are written as `{{ a = 2..9 }}`, and what follows from them as `{{ 3 * a }}`."
_HINT_FOR_EQUAL = "Choose numbers for which they differ, or another way to work one out."


def _decimals(number: Amount) -> int | None:
    """The decimals of a number, up to twelve; None if it has more."""
    return next((n for n in range(13) if not 10**n % number.value.denominator), None)


def _is_spaced(raw: str) -> bool:
    return raw[0].isspace() and raw[-1].isspace()


def _with_end(text: str, end: str) -> str:
    """A text that ends otherwise, by as many characters."""
    end = end[-len(text) :] if text else ""
    return text[: len(text) - len(end)] + end


def _parts(text: str) -> Iterator[str]:
    """The parts between commas that are in no bracket."""
    depth, begin = 0, 0
    for at, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            yield text[begin:at]
            begin = at + 1
    yield text[begin:]
