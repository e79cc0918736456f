"""The check of regular expressions that `make lint` makes of those in the package: it finds slow
ones by their steps, and no others."""

from __future__ import annotations

import re

import pytest

from tests.helpers import pattern_lint
from tests.helpers.pattern_lint import slow
from tests.helpers.pattern_steps import Matcher
from tests.helpers.pattern_texts import Used


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(?:a|b|ab)*c",
        r"a*a*b",
        r"\s*\n\s*x",
        r"(?:.*,){3}x",
        r"(?:(?=a*b)a)*c",
        r"(?>a*b|a)*c",
        r"x*+y|x*+z|(?:x+x+)+y",
    ],
)
def test_a_slow_pattern_is_found(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_lint, "MOST_STEPS", 40_000)
    assert slow(Used("here", re.compile(pattern), searches=False))


@pytest.mark.parametrize("pattern", [r"a+b", r"[ \t]+$", r"\w+@", r"\(.*?\)", r"(?s)<!--.*?-->"])
def test_a_pattern_that_is_slow_when_searched_for_is_found(pattern: str) -> None:
    assert slow(Used("here", re.compile(pattern), searches=True))
    assert not slow(Used("here", re.compile(pattern), searches=False))


@pytest.mark.parametrize(
    "pattern",
    [
        r"a+",
        r"a{1,300}b",
        r"(?<![a-z])[a-z]++x",
        r"(?:[^\"\\]|\\.)*+\"",
        r"(?>a+)+b",
        r"(?:a|b)*c",
        r"(?m)^[ \t]*+$",
        r"(['\"])[^'\"]*+\1",
        r"(a)?(?(1)b+|c+)d",
    ],
)
def test_a_linear_pattern_is_not(pattern: str) -> None:
    searches = not pattern.startswith(("(?>", "(?:", "(a)"))
    assert not slow(Used("here", re.compile(pattern), searches))


PATTERNS = (
    *(r"(a|ab)(c|bcd)(d*)", r"(?i)[^a]b", r"a*?b+", r"(?m)^b$", r"(?s)a.b", r"\bab\b", r"(a)\1"),
    *(r"(?:(a)|b)*\1", r"a{2,3}+a", r"(?<=a)b", r"(?<!a)b", r"a(?!b)", r"(a)?(?(1)b|c)", r"\Bb"),
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_it_matches_as_python_does(pattern: str) -> None:
    for text in ("abcd", "ab", "aab", "b", "a\nb", "A\nb\n", "aa", "aaaa", "c", ""):
        assert Matcher(re.compile(pattern)).matches(text) == bool(re.fullmatch(pattern, text)), text
