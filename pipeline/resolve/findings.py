"""Helpers for the findings of passes."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.names import nearest

MOST_QUOTED = 200
"""The maximum number of quoted characters of a library's message."""

MOST_HINTS = 25
"""The maximum number of hints that a pass looks for: each compares a word with all candidates, and
a long document can have hundreds of broken links for one reason."""


class Findings:
    """Collects the diagnostics of one pass over one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._diagnostics: list[Diagnostic] = []
        self._hints = 0

    def add(self, code: Code, message: str, span: Span | None, hint: str = "") -> None:
        span, source = self._document.place(span), self._document.source
        self._diagnostics.append(diagnostic(code, message, span=span, source=source, hint=hint))

    def did_you_mean(
        self, word: str, candidates: Iterable[str], before: str = "", after: str = ""
    ) -> str:
        """A hint that names the nearest candidate, or "" if there is none."""
        self._hints += 1
        near = nearest(word, candidates) if self._hints <= MOST_HINTS else ""
        return f"Did you mean `{before}{near}{after}`?" if near else ""

    def add_to(self, document: Document) -> Document:
        """The document, with further findings."""
        if not self._diagnostics:
            return document
        return msgspec.structs.replace(
            document, diagnostics=document.diagnostics + tuple(self._diagnostics)
        )


def describe(error: Exception) -> str:
    """The one-line description of a library's error."""
    return " ".join(str(error).split())[:MOST_QUOTED] or type(error).__name__
