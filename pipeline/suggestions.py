"""What may have been meant by a word that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str], likeness: float = 0.6) -> str:
    """The candidate that ``word`` is most likely a slip for, or "" where none is as like it
    as ``likeness`` asks (0: anything, 1: the word itself). Capitals do not count."""
    names = {candidate.casefold(): candidate for candidate in sorted(candidates)}
    # A long word is no slip for a short name, and would be slow to compare.
    found = difflib.get_close_matches(word[:60].casefold(), names, 1, likeness)
    return names[found[0]] if found else ""


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A hint that names the nearest candidate, or ""."""
    found = nearest(word, candidates)
    return f"Did you mean `{found}`?" if found else ""


def folded(text: str) -> str:
    """What the ways to write a name or a term have in common."""
    return " ".join(text.split()).casefold()
