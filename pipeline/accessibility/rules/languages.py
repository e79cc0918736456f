"""Languages: whether pages say theirs, and passages in another script say which it is."""

from __future__ import annotations

import re

from pipeline.accessibility.subject import XML_LANG, Failure, Outcome, Subject
from pipeline.codes import Code
from pipeline.diagnostics import Span
from pipeline.model import BibliographyEntry, Citation, Node, Text
from pipeline.tree import walk_with, whole

SCRIPTS: tuple[tuple[str, str, re.Pattern[str], frozenset[str]], ...] = tuple(
    (name, example, re.compile(f"[{letters}]"), frozenset(languages.split()))
    for name, example, letters, languages in (
        ("Greek", "el", "\u0370-\u03ff\u1f00-\u1fff", "el grc"),
        ("Cyrillic", "ru", "\u0400-\u052f", "ru uk bg sr mk be kk ky mn tg"),
        ("Hebrew", "he", "\u0590-\u05ff", "he yi"),
        ("Arabic", "ar", "\u0600-\u06ff\u0750-\u077f", "ar fa ur ps ckb ku sd ug"),
        ("Devanagari", "hi", "\u0900-\u097f", "hi mr ne sa"),
        ("Bengali", "bn", "\u0980-\u09ff", "bn as"),
        ("Tamil", "ta", "\u0b80-\u0bff", "ta"),
        ("Telugu", "te", "\u0c00-\u0c7f", "te"),
        ("Thai", "th", "\u0e00-\u0e7f", "th"),
        ("Khmer", "km", "\u1780-\u17ff", "km"),
        ("Japanese", "ja", "\u3040-\u30ff", "ja"),
        ("Chinese", "zh", "\u4e00-\u9fff", "zh ja ko yue"),
        ("Korean", "ko", "\uac00-\ud7af", "ko"),
    )
)
"""Scripts that show by themselves that a text is in another language: of each a name, the tag of
a language, its letters, and the languages that are written in it."""

MOST_LETTERS = 20
"""So many letters may be a name or a term, which need not be marked."""


def pages_say_language(subject: Subject) -> Outcome:
    failures = [
        Failure(f"The page {page.name} does not say its language.")
        for page in subject.markup
        if not page.root.get("lang") or page.root.get("lang") != page.root.get(XML_LANG)
    ]
    return Outcome(len(subject.markup), tuple(failures))


def other_languages_are_marked(subject: Subject) -> Outcome:
    """A passage in a script that its language is not written in has a language of its own. What
    works that are cited are called is a name."""
    start: tuple[str, Span | None] = (subject.document.metadata.lang, None)
    failures = []
    checked = 0
    for node, (lang, span) in walk_with(whole(subject.document), start, _inherited):
        if not isinstance(node, Text) or not lang:
            continue
        spoken = lang.lower().partition("-")[0]
        for name, example, letters, languages in SCRIPTS:
            if spoken in languages:
                continue
            found = len(letters.findall(node.text)) if not node.text.isascii() else 0
            checked += found > 0
            if found > MOST_LETTERS:
                message = f"There is {name} text in a passage that is marked as `{lang}`."
                hint = f"Say its language: `[…]{{lang={example}}}`, or for a block `{{lang=…}}`."
                failures.append(Failure(message, span, hint, Code.UNMARKED_LANGUAGE))
    return Outcome(checked, tuple(failures))


def _inherited(node: Node, above: tuple[str, Span | None]) -> tuple[str, Span | None]:
    """The language and the place that a node has of itself, or from its parent; no language is
    asked for in a bibliography."""
    if isinstance(node, BibliographyEntry | Citation):
        return "", node.span or above[1]
    return (above[0] and node.attributes.get("lang")) or above[0], node.span or above[1]
