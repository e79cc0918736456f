"""Suggestions for an unknown word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str], likeness: float = 0.65) -> str:
    """The candidate that ``word`` is most likely a slip for, or "" where none is as like it
    as ``likeness`` asks (0: anything, 1: the word itself). Capitals do not count. One that is much
    shorter or longer is another word: `fonts` for `fontsize`."""
    short = word[:60].casefold()
    # A long word is not a misspelling of a short name, and would be slow to compare.
    names = {
        candidate.casefold(): candidate
        for candidate in sorted(candidates)
        if abs(len(candidate) - len(short)) <= max(2, len(short) // 4)
    }
    found = difflib.get_close_matches(short, names, 1, likeness)
    return names[found[0]] if found else ""


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A hint that names the nearest candidate, or ""."""
    found = nearest(word, candidates)
    return f"Did you mean `{found}`?" if found else ""


def folded(text: str) -> str:
    """The normalised form of a name or term."""
    return " ".join(text.split()).casefold()
