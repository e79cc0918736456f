"""What the characters of formulas are called, and what they do."""

from __future__ import annotations

SIGNS = {
    "+": "plus", "−": "minus", "±": "plus_minus", "·": "times", "×": "times", "÷": "divided",
    "/": "divided", ":": "ratio", "=": "equals", "≠": "unequal", "<": "less", ">": "greater",
    "≤": "at_most", "⩽": "at_most", "≥": "at_least", "⩾": "at_least", "≈": "about", "∑": "sum",
    "∏": "product", "∫": "integral", "lim": "limit", "∞": "infinity", "!": "factorial",
    "′": "prime", "″": "double_prime", "(": "open", ")": "close", "[": "open_bracket",
    "]": "close_bracket", "{": "open_brace", "}": "close_brace", "|": "bar", "∣": "bar",
    "‖": "double_bar", "…": "dots", "⋯": "dots",
}  # fmt: skip
"""The words for characters, the keys without ``math_``. Others stay as they are: programs
that read aloud have names for them."""

MARKS = {
    "¯": "overline",
    "‾": "overline",
    "ˆ": "hat",
    "\u0302": "hat",
    "→": "vector",
    "˜": "tilde",
    "\u0303": "tilde",
    "˙": "dot",
}
BRACES = frozenset("⏞⏟⎴⎵⏜⏝")
OVERLINE, PRIMES = "‾", frozenset("′″‴")
DEGREE = "°"
CROSSED = frozenset({"cancel", "bcancel", "xcancel", "sout"})
UNDER = frozenset("∑∏∫∐⋃⋂") | {"lim", "sup", "inf", "max", "min"}
