"""Names: as ids, and the likely meaning of misspelt ones."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

WORD_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Pc"})

TAKEN_NAMES = frozenset(
    {"contents", "end-note", "entry-label", "margin", "page-label", "pages", "speaker", "task"}
)
TAKEN_CLASSES = TAKEN_NAMES | {"note"}
"""Classes of elements that templates make and the packager treats in its own way: no author's node
has them, except that a block of any name may be a ``note``."""

MISSPELT = 0.8
"""The similarity of two names above which one is taken for a misspelling of the other."""

LONGEST_NAME_PART = 48
"""Characters that a part of a file's name has at most."""

MOST_BYTES = 120
"""The maximum number of bytes: file systems allow 255 in all."""


def slug(text: str) -> str:
    """GitHub's anchor for a heading: lower case, spaces as hyphens, no punctuation."""
    characters = []
    for character in unicodedata.normalize("NFC", text.strip().lower()):
        # Marks are parts of letters in many scripts; connectors are `_` and its kin.
        if character == "-" or unicodedata.category(character) in WORD_CATEGORIES:
            characters.append(character)
        elif character.isspace():
            characters.append("-")
    return "".join(characters)


def short_slug(text: str) -> str:
    """A slug for a file name, shortened to whole words if necessary; it may be empty."""
    name = slug(text)
    if len(name) > LONGEST_NAME_PART:
        name = name[: LONGEST_NAME_PART + 1].rpartition("-")[0] or name[:LONGEST_NAME_PART]
    while len(name.encode()) > MOST_BYTES:
        name = name[:-1]
    return re.sub("-{2,}", "-", name).strip("-_")


class Names:
    """Gives out names, each only once, and none of those ``taken``."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._repeats: dict[str, int] = {}

    def take(self, name: str, numbered: bool = False) -> str:
        """``name``, with the suffix -1, -2 … if it is taken or must be numbered."""
        candidate = name
        while candidate in self._taken or numbered:
            self._repeats[name] = self._repeats.get(name, 0) + 1
            candidate, numbered = f"{name}-{self._repeats[name]}", False
        self._taken.add(candidate)
        return candidate


def nearest(word: str, candidates: Iterable[str], likeness: float = 0.65) -> str:
    """The candidate that ``word`` is most likely a misspelling of, or "" if none has the minimum
    ``likeness`` (0: anything, 1: the word itself). Capitals do not count. A much shorter or longer
    candidate is another word: `fonts` for `fontsize`."""
    short = word[:60].casefold()
    # A long word is not a misspelling of a short name, and would be slow to compare.
    names = {
        candidate.casefold(): candidate
        for candidate in sorted(candidates)
        if abs(len(candidate) - len(short)) <= max(2, len(short) // 4)
    }
    matches = difflib.get_close_matches(short, names, 1, likeness)
    return names[matches[0]] if matches else ""


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A hint that names the nearest candidate, or ""."""
    candidate = nearest(word, candidates)
    return f"Did you mean `{candidate}`?" if candidate else ""


def fold_name(text: str) -> str:
    """The normalised form of a name or term."""
    return " ".join(text.split()).casefold()


# --- ids in markup ----------------------------------------------------------------------------


def note_id(number: int) -> str:
    return f"fn-{number}"


def reference_id(number: int, occurrence: int) -> str:
    return f"fnref-{number}" if occurrence < 2 else f"fnref-{number}-{occurrence}"


def page_id(label: str) -> str:
    """The id of the mark of a page: none that an id of the text can be."""
    return f"page--{label}"
