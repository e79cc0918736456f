"""Arithmetic for worksheets: exact, small and safe. Texts are read by a grammar of their own, and
results are fractions."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from pipeline.model.late import late

LARGEST = 10**30
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
            value = _limited(total, max(value.decimals, other.decimals))
        self._depth -= 1
        return value

    def _product(self) -> Amount:
        value = self._signed()
        while sign := self._take("*", "/"):
            other = self._signed()
            if sign == "*":
                decimals = max(value.decimals, other.decimals)
                value = _limited(value.value * other.value, decimals)
            elif other.value:  # how often an amount is in another one is no amount
                value = _limited(value.value / other.value, value.decimals * (not other.decimals))
            else:
                raise CalculationError("it divides by zero")
        return value

    def _signed(self) -> Amount:
        is_negative = False
        while self._take("-"):
            is_negative = not is_negative
        number = self._power()
        return number._replace(value=-number.value) if is_negative else number

    def _power(self) -> Amount:
        number = self._single()
        if not self._take("^"):
            return number
        value, exponent = number.value, self._signed().value
        if exponent.denominator != 1 or abs(exponent) > 100:
            raise CalculationError("an exponent has to be a whole number up to 100")
        if exponent < 0 and not value:
            raise CalculationError("it divides by zero")
        size = max(abs(value.numerator), value.denominator)
        if size > 1 and abs(exponent) * math.log10(size) > math.log10(LARGEST):
            raise CalculationError("it is too large")
        return _limited(Fraction(value ** int(exponent)), number.decimals)

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
            return _limited(Fraction(token), decimals)
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


def _limited(value: Fraction, decimals: int) -> Amount:
    if abs(value.numerator) > LARGEST or value.denominator > LARGEST:
        raise CalculationError("it is too large")
    return Amount(value, decimals)


# --- functions --------------------------------------------------------------------------------


def _only(values: list[Fraction]) -> Fraction:
    if len(values) != 1:
        raise MalformedError("a function has the wrong number of values")
    return values[0]


def _rounded(values: list[Fraction]) -> Fraction:
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
    "round": _rounded,
    "sqrt": _root,
    "abs": lambda values: abs(_only(values)),
    "min": min,
    "max": max,
    "whole": functools.partial(_in_parts, 1, "it is no whole number"),
    "nice": functools.partial(_in_parts, 100, "it has more than two decimals"),
}
