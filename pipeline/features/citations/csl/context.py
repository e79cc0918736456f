"""The state of a rendering while it follows a style."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from pipeline.features.citations.csl.csl_data import Cite, Element, Reference
from pipeline.features.citations.csl.locales import Locale
from pipeline.features.citations.csl.style import CitationStyle


class Disambiguation(msgspec.Struct, frozen=True, kw_only=True):
    """The additions that distinguish a work's citations from others: ``names``, the number of names
    before “et al.” (0: as in the style); ``given``, for the first names of a list by position, 1
    for initials and 2 for all given names; ``conditions``, how many of the style's provisions for
    this case hold; ``suffix``, of the year."""

    names: int = 0
    given: Mapping[int, int] = {}
    conditions: int = 0
    suffix: str = ""


NOTHING = Disambiguation()


class Context(msgspec.Struct):
    """One rendering of one work. ``area`` is the style's citation or bibliography. ``author``
    becomes the output of the first names, which ``hides_author`` omits (``in_sentence``: they are
    part of a sentence, so that “&” becomes a word), and ``substitute`` replaces; ``depth`` is the
    nesting level of the names being rendered, and ``model`` the element around those that are
    substituted for names. ``conditions`` are the provisions for equal citations met so far."""

    style: CitationStyle
    area: Element
    reference: Reference
    cite: Cite
    number: int = 0
    added: Disambiguation = NOTHING
    sorting: Mapping[str, str] | None = None
    hides_author: bool = False
    in_sentence: bool = False
    depth: int = 0
    model: Element | None = None
    conditions: int = 0
    called: int = 0
    rendered: int = 0
    suppressed: set[str] = set()
    shown: list[str] = []
    author: str | None = None
    substitute: str = ""

    @property
    def locale(self) -> Locale:
        return self.style.locale

    @property
    def in_bibliography(self) -> bool:
        return self.area.tag == "bibliography"

    @property
    def language(self) -> str:
        """The language of the work, or else that of the style's locale."""
        return self.reference.values.get("language", "") or self.locale.lang

    def options(self) -> dict[str, str]:
        """The options for names that apply here."""
        options = {**self.style.options, **self.area.attributes}
        return options if self.sorting is None else {**options, **self.sorting}

    def take(self, variable: str, text: str) -> str:
        """Record that a variable is used, and its output; a variable that was substituted for names
        is empty from then on."""
        if not text and variable == "year-suffix":
            return ""  # no group depends on it
        self.called += 1
        if not text or variable in self.suppressed:
            return ""
        self.rendered += 1
        self.shown.append(variable)
        return text
