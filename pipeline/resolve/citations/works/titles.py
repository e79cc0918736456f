"""Titles and languages as references need them."""

from __future__ import annotations

import re

from pipeline.resolve.citations.csl import cases, marks

_SMALL = frozenset(
    "a an and as at but by for from in into nor of off on onto or over per so than the to up via"
    " with vs about after against among before between during through under upon without".split()
)
_BEGINS = re.compile(r"[:?!.]\s")
"""What begins a sentence after it."""

_WORD = re.compile(r"[^\W\d_][\w'’]*")

_LANGUAGES = {
    "american": "en-US", "british": "en-GB", "english": "en", "ukenglish": "en-GB",
    "usenglish": "en-US", "arabic": "ar", "chinese": "zh", "czech": "cs", "danish": "da",
    "dutch": "nl", "finnish": "fi", "french": "fr", "francais": "fr", "german": "de",
    "ngerman": "de", "austrian": "de-AT", "naustrian": "de-AT", "greek": "el", "hebrew": "he",
    "hindi": "hi", "hungarian": "hu", "italian": "it", "japanese": "ja", "korean": "ko",
    "norsk": "nb", "norwegian": "nb", "polish": "pl", "portuguese": "pt", "portuges": "pt",
    "brazil": "pt-BR", "brazilian": "pt-BR", "russian": "ru", "spanish": "es", "swedish": "sv",
    "turkish": "tr", "ukrainian": "uk", "vietnamese": "vi",
}  # fmt: skip


def language_code(name: str) -> str:
    """The tag of a language by its name in LaTeX, or the tag that is written; else ""."""
    name = name.strip()
    if found := _LANGUAGES.get(name.lower()):
        return found
    return name.replace("_", "-") if re.fullmatch(r"[A-Za-z]{2,3}([-_]\w+)*", name) else ""


def sentence_case(title: str) -> str:
    """An English title in the case of a sentence, if it is in that of a headline. Styles that
    want headlines make one of it again; what is in braces keeps its capitals."""
    if not _is_headline(title):
        return title
    lowered = cases.outside(title, lambda part: _WORD.sub(lambda m: _lowered(m[0]), part))
    return re.sub(
        r"^\W*+\w|(?<!\W)\W++\w",
        lambda m: m[0].upper() if not m.start() or _BEGINS.search(m[0]) else m[0],
        lowered,
    )


def _lowered(word: str) -> str:
    return word.lower() if (len(word) == 1 and word != "I") or word[1:].islower() else word


def _is_headline(title: str) -> bool:
    """Whether nearly all words that may be small are not."""
    words = _WORD.findall(marks.plain(title))[1:]
    telling = [w for w in words if w.lower() not in _SMALL and not w.isupper() and len(w) > 3]
    capital = sum(1 for word in telling if word[0].isupper())
    return len(telling) > 1 and capital >= 0.75 * len(telling)
