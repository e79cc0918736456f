"""Names as BibTeX and BibLaTeX write them: ``First von Last``, ``von Last, Jr, First``."""

from __future__ import annotations

import re

from pipeline.features.citations.csl.csl_data import Name
from pipeline.features.citations.works.latex_text import plain_text
from pipeline.model.late import late

_AND = late(r"\s+and\s+", re.I)


def read_names(latex: str) -> tuple[Name, ...]:
    """The names of a list, without ``and others``: styles shorten lists themselves."""
    names = [_name(part) for part in _split(latex, _AND) if part.strip()]
    return tuple(name for name in names if name and name.family.lower() != "others")


def _split(text: str, separator: re.Pattern[str]) -> list[str]:
    """``text``, split outside braces."""
    parts, start, depth, at = [], 0, 0, 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 2
            continue
        if char in "{}":
            depth += 1 if char == "{" else -1
        elif not depth and (match := separator.match(text, at)):
            parts.append(text[start:at])
            start = at = match.end()
            continue
        at += 1
    return [*parts, text[start:]]


def _name(latex: str) -> Name | None:
    latex = latex.strip()
    if re.search(r"\bfamily\s*=", latex):
        return _extended(latex)
    if latex.startswith("{") and _split(latex, re.compile(r"\s+")) == [latex]:
        return Name(literal=plain_text(latex))
    parts = [part.strip() for part in _split(latex, re.compile(r"\s*[,،，]\s*"))]
    if len(parts) == 1:
        return _unreversed(parts[0])
    particle, family = _von(_words(parts[0]))
    suffix, given = (parts[1], parts[2]) if len(parts) > 2 else ("", parts[1])
    return _name_of(family, given, particle, suffix)


def _words(latex: str) -> list[str]:
    return [word for word in _split(latex, re.compile(r"[\s~]+")) if word]


def _unreversed(latex: str) -> Name | None:
    words = _words(latex)
    if not words:
        return None
    first = 0
    while first < len(words) - 1 and not _is_small(words[first]):
        first += 1
    if first == len(words) - 1:
        return _name_of(words[-1], " ".join(words[:-1]), "", "")
    particle, family = _von(words[first:])
    return _name_of(family, " ".join(words[:first]), particle, "")


def _von(words: list[str]) -> tuple[str, str]:
    """The particle and the family name: lower-case words precede the last words."""
    last = 0
    for at, word in enumerate(words[:-1]):
        if _is_small(word):
            last = at + 1
    if not words or not _is_small(words[0]):
        return "", " ".join(words)
    return " ".join(words[:last]), " ".join(words[last:])


def _is_small(word: str) -> bool:
    if word.startswith("{") and not word.startswith("{\\"):
        return False
    letters = [char for char in plain_text(word) if char.isalpha()]
    return bool(letters) and letters[0].islower()


def _name_of(family: str, given: str, particle: str, suffix: str) -> Name:
    return Name(
        family=plain_text(family),
        given=plain_text(given),
        non_dropping=plain_text(particle),
        suffix=plain_text(suffix),
    )


def _extended(latex: str) -> Name:
    """BibLaTeX's ``family=…, given=…, prefix=…``."""
    parts: dict[str, str] = {}
    for part in _split(latex, re.compile(r"\s*,\s*")):
        key, _, value = part.partition("=")
        parts[key.strip().lower()] = value.strip().strip('"')
    dropping = parts.get("useprefix", "").lower() == "false"
    particle = plain_text(parts.get("prefix", ""))
    return Name(
        family=plain_text(parts.get("family", "")),
        given=plain_text(parts.get("given", "")),
        suffix=plain_text(parts.get("suffix", "")),
        dropping=particle if dropping else "",
        non_dropping="" if dropping else particle,
    )
