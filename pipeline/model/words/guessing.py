"""The likely language of a text, by its script or by the words that are the most common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

SCRIPTS: tuple[tuple[str, float, str], ...] = (
    ("[\u3040-\u30ff]", 0.1, "ja"),
    ("[\u3400-\u9fff]", 0.33, "zh"),
    ("[\uac00-\ud7a3]", 0.33, "ko"),
    ("[\u067e\u0686\u0698\u06a9\u06af\u06cc]", 0.05, "fa"),
    ("[\u0621-\u064a]", 0.33, "ar"),
    ("[\u05d0-\u05ea]", 0.33, "he"),
    ("[\u0454\u0456\u0457]", 0.02, "uk"),
    ("[\u0430-\u044f]", 0.33, "ru"),
    ("[\u03b1-\u03c9]", 0.33, "el"),
    ("[\u0904-\u0939]", 0.33, "hi"),
)
"""Letters of a script, the share of all letters that they have at least, and the language."""

COMMON: Mapping[str, str] = {
    "en": "the of and to is that in was for with you are have",
    "de": "der die und das ist nicht ein eine mit den zu auf sie",
    "fr": "le les des est et une dans que qui pour vous pas du",
    "es": "el los las y que una por con del es para como más",
    "pt": "o os uma que não com do da em para é mais dos",
    "it": "il che di e una per non sono della con gli è del",
    "nl": "de het een van en niet dat zijn voor met op ik is",
}
"""Words that distinguish a language by how often they stand in it."""

LEAST, CLEAR, SHARE = 4, 1.3, 0.05
"""The number of common words that a language has at least, their ratio to those of the next, and
their share of all words."""


def language_of_text(text: str) -> str:
    """The tag of the most likely language of a text (BCP 47); "" if that is unclear."""
    letters = len(re.findall(r"[^\W\d_]", text))
    for script, share, lang in SCRIPTS:
        if len(re.findall(script, text)) > letters * share:
            return lang
    counts = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    scores = {lang: sum(counts[word] for word in each.split()) for lang, each in COMMON.items()}
    (first, most), (_, second) = Counter(scores).most_common(2)
    is_clear = most >= LEAST and most > CLEAR * second and most >= SHARE * counts.total()
    return first if is_clear else ""
