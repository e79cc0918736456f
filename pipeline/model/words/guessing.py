"""The likely language of a text, by its script or its most common words."""

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
    "en": "the a of and to is that in was for with you are have it this be at by not or from",
    "de": "der die und das ist nicht ein eine mit den zu auf sie dem von für im sich wie es",
    "fr": "le la les des est et une dans que qui pour vous pas du de en un ce il au sur",
    "es": "el la los las y que una por con del es para como más de en un no se al lo su",
    "pt": "os as uma que não com do da em para é mais dos de um no na por se ao",
    "it": "il la che di e una per non sono della con gli è del un in le si da al",
    "ca": "el la els les i que una per amb del és de en un no al dels aquest seva són ha",
    "da": "og i det at er en af på til som ikke med der den har for de vi jeg hvad",
    "nb": "og i det at er en av på til som ikke med der den har for de vi jeg hva",
    "sv": "och i det att är en av på till som inte med den har för de vi jag ett om",
    "pl": "i w na z się nie jest że do to o jak ale po co czy za od przez są",
    "ro": "și în de la cu nu este care pe un din pentru mai sunt ce a al să prin",
    "tr": "ve bir bu da de için ile çok olarak ne gibi daha ama var mi en her o ise olan",
    "nl": "de het een van en niet dat zijn voor met op ik is in te die aan er om",
}
"""Words that distinguish a language by how often they stand in it."""

LEAST, CLEAR, SHARE = 4, 1.2, 0.05
"""The common words that a language must have, their ratio to the next's, and their share."""


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
