"""What may have been meant by a word that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate that is most like ``word``, or "" where none is much like it."""
    found = difflib.get_close_matches(word, sorted(candidates), 1)
    return found[0] if found else ""
