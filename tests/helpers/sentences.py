"""Checks that messages are whole sentences."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline import Diagnostic

ENDS = (".", "?")


def is_sentence(text: str) -> bool:
    """Return whether a text begins with a capital, or with a mark that quotes something, and ends
    with a full stop or a question mark."""
    return text.endswith(ENDS) and not text[0].islower()


def no_sentences(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """The messages and hints that are malformed."""
    texts = (text for found in diagnostics for text in (found.message, found.hint) if text)
    return [text for text in texts if not is_sentence(text)]
