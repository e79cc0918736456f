"""School arithmetic, evaluated by a dedicated grammar: nothing in a source is ever executed."""

from __future__ import annotations

import functools
import math
import operator
import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from pipeline.model.late import late
from pipeline.model.names import did_you_mean

Value: TypeAlias = Callable[[float], float]
"""A function of x; it raises ArithmeticError or ValueError where it is undefined."""

LONGEST_FORMULA, DEEPEST_BRACKETS = 200, 20
"""The maximum length of a formula, and the maximum nesting of its brackets."""

NUMBERS = {"pi": math.pi, "π": math.pi, "e": math.e}
FUNCTIONS: dict[str, Value] = {
    "sqrt": math.sqrt, "√": math.sqrt, "abs": abs, "exp": math.exp, "ln": math.log,
    "log": math.log10, "lg": math.log10, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "asin": math.asin, "acos": math.acos, "atan": math.atan, "floor": math.floor,
}  # fmt: skip
OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": math.pow,
}  # fmt: skip
_SIGNS = str.maketrans({"−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "∗": "*", "÷": "/"})
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_TOKEN = late(
    r"(?P<number>\d+(?:[.,]\d+)?|\.\d+)|(?P<name>[π√]|[^\W\d_π⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<sign>\*\*|[-+*/^()|])"
    r"|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
)


class MistakeError(Exception):
    """A mistake in a formula, its position and the hint."""

    def __init__(self, message: str, at: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.at = at
        self.hint = hint


class _Token(NamedTuple):
    """``kind`` is "number", "name", "raised", a sign itself, or "" for the end."""

    kind: str
    text: str
    at: int


@functools.lru_cache(maxsize=256)
def formula(text: str, at: int = 0, variable: str = "x") -> Value:
    """The function of a formula, which is ``at`` a place in the source. Raises `MistakeError`."""
    if len(text) > LONGEST_FORMULA:
        raise MistakeError(f"The formula has more than {LONGEST_FORMULA} characters.", at)
    return _Parser(_tokens(text, at), variable).expression()


def number(text: str, at: int = 0) -> float:
    """The number that is written: 0.5, -3, 3/4, 1 1/2, 2π, 10^3. Raises `MistakeError`."""
    mixed = re.fullmatch(r"([-−–]?) ?(\d{1,9})\s+(\d{1,9}) ?[/⁄] ?(\d{1,9})", text.strip())
    if mixed and int(mixed[4]):
        size = int(mixed[2]) + int(mixed[3]) / int(mixed[4])
        return -size if mixed[1] else size
    value = at_x(formula(text, at, variable=""), 0)
    if math.isnan(value):
        raise MistakeError(f"“{text.strip()[:40]}” is not a number.", at)
    return value


def at_x(value: Value, x: float) -> float:
    """The value at an x; NaN if it is undefined."""
    try:
        y = float(value(x))
    except (ArithmeticError, ValueError, TypeError):
        return math.nan
    return y if math.isfinite(y) else math.nan


def pretty(text: str) -> str:
    """The formula as printed: with minus signs, superscripts and π."""
    text = re.sub(r"(?<![^\W\d_])pi(?![^\W\d_])", "π", text)
    text = re.sub(r"(?:\^|\*\*)\(?(-?\d+)\)?(?![\w.,])", _raise, text)
    return re.sub(r" ?\* ?", "·", text).replace("-", "−")


def _raise(match: re.Match[str]) -> str:
    return match[1].translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))


def _tokens(text: str, at: int) -> list[_Token]:
    tokens: list[_Token] = []
    place = 0
    plain = text.translate(_SIGNS)
    while place < len(plain):
        if plain[place].isspace():
            place += 1
            continue
        match = _TOKEN.match(plain, place)
        if not match:
            message = f"“{text[place]}” cannot be calculated."
            raise MistakeError(message, at + place, "Write + − * / ^, brackets and functions.")
        kind = match.lastgroup if match.lastgroup != "sign" else match[0]
        tokens.append(_Token(kind or "", match[0], at + place))
        place = match.end()
    return [*tokens, _Token("", "", at + len(text))]


class _Parser:
    """Reads by precedence: sums, products (a sign may be left out), signs, powers."""

    def __init__(self, tokens: list[_Token], variable: str) -> None:
        self._tokens = tokens
        self._variable = variable
        self._at = 0
        self._bars = self._depth = 0

    def expression(self) -> Value:
        value = self._sum()
        if self._next.kind:
            raise self._wrong(f"“{self._next.text}” is in the wrong place.")
        return value

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _wrong(self, message: str, hint: str = "") -> MistakeError:
        return MistakeError(message, self._next.at, hint)

    def _sum(self) -> Value:
        self._depth += 1
        if self._depth > DEEPEST_BRACKETS:
            raise self._wrong("The brackets are nested too deeply.")
        value = self._product()
        while self._next.kind in ("+", "-"):
            value = _join(self._take().kind, value, self._product())
        self._depth -= 1
        return value

    def _product(self) -> Value:
        value = self._read_signed()
        while True:
            if self._next.kind in ("*", "/"):
                value = _join(self._take().kind, value, self._read_signed())
            elif self._next.kind in ("name", "(", "number") or (
                self._next.kind == "|" and not self._bars
            ):
                value = _join("*", value, self._power())
            else:
                return value

    def _read_signed(self) -> Value:
        negative = False
        while self._next.kind in ("+", "-"):
            negative ^= self._take().kind == "-"
        value = self._power()
        return (lambda x: -value(x)) if negative else value

    def _power(self) -> Value:
        base = self._atom()
        if self._next.kind == "raised":
            exponent = int(self._take().text.translate(_RAISED))
            return _join("^", base, lambda _: exponent)
        if self._next.kind in ("^", "**"):
            self._take()
            return _join("^", base, self._read_signed())
        return base

    def _atom(self) -> Value:
        token = self._next
        match token.kind:
            case "number":
                size = float(self._take().text.replace(",", "."))
                return lambda _: size
            case "(":
                return self._read_bracketed()
            case "|":
                self._take()
                self._bars += 1
                inner = self._sum()
                if self._next.kind != "|":
                    raise MistakeError("The bar “|” is never closed.", token.at)
                self._take()
                self._bars -= 1
                return lambda x: abs(inner(x))
            case "name":
                return self._name()
        if token.kind:
            raise self._wrong(f"“{token.text}” is where a number should be.")
        raise self._wrong("Something is missing at the end.")

    def _read_bracketed(self) -> Value:
        opened = self._take()
        bars, self._bars = self._bars, 0
        value = self._sum()
        if self._next.kind != ")":
            raise MistakeError("The bracket “(” is never closed.", opened.at)
        self._take()
        self._bars = bars
        return value

    def _name(self) -> Value:
        token = self._next
        name = token.text.lower()
        if name == self._variable:
            self._take()
            return lambda x: x
        if name in NUMBERS:
            self._take()
            return lambda _: NUMBERS[name]
        if function := FUNCTIONS.get(name):
            self._take()
            if self._next.kind != "(" and name != "√":
                hint = f"Write brackets: `{name}(…)`."
                raise self._wrong(f"The argument of {name} needs brackets.", hint)
            inner = self._atom()
            return lambda x: function(inner(x))
        hint = did_you_mean(name, (*FUNCTIONS, *NUMBERS)) or (
            f"The variable is {self._variable}." if self._variable else "Write a number."
        )
        raise self._wrong(f"“{token.text[:20]}” is not a known function or number.", hint)


def _join(sign: str, left: Value, right: Value) -> Value:
    operate = OPERATORS[sign]
    return lambda x: operate(left(x), right(x))
