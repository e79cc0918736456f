"""Ids that are made of text."""

from __future__ import annotations

import unicodedata

WORD_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Pc"})


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
