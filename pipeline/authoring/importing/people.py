"""People whom a text names: in its title, its byline and before its first turn."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.authoring.importing.labels import speech_role
from pipeline.authoring.importing.vocabulary import phrase
from pipeline.model.metadata import Metadata
from pipeline.model.names import nearest
from pipeline.model.words import folded

_WORD = r"[A-ZÀ-ÖØ-ÞŁŚŠŽČĆĐİ][\w'’.-]{0,30}"
_SMALL = r"(?:(?:de|da|do|dos|della|di|du|la|le|van|von|der|den|ten|al|el|bin|ibn|abu)\s+){0,2}"
_NAME = re.compile(rf"{_WORD}(?:\s+{_SMALL}{_WORD}){{1,3}}")
_TITLES = re.compile(r"(?:(?:Dr|Prof|Professor|Mr|Mrs|Ms|Herr|Frau|Sir|Dame|Lord|Rev)\b\.?\s*)+")
LONGEST_LEAD = 5000
"""Characters above the first turn that are looked at for names."""

_WITHIN = 60
"""Maximum characters between the announcement of a guest and the name: "the author and
activist"."""

_ROLES = {
    "en": ("interviewer", "guest", "speaker"),
    "de": ("Interviewer", "Gast", "Sprecher"),
    "fr": ("intervieweur", "invité", "participant"),
    "es": ("entrevistador", "entrevistado", "participante"),
    "pt": ("entrevistador", "entrevistado", "participante"),
    "it": ("intervistatore", "intervistato", "partecipante"),
    "nl": ("interviewer", "gast", "spreker"),
    "ar": ("المحاور", "الضيف", "متحدث"),
    "zh": ("采访者", "嘉宾", "发言人"),
}
"""The person who asks, the one who replies, and the one who speaks if nobody asks."""


def names_in(text: str) -> list[str]:
    """The possible full names in a text, in order."""
    found = (_cleaned(match[0]) for match in _NAME.finditer(text[:LONGEST_LEAD]))
    return [name for name in dict.fromkeys(found) if len(name.split()) > 1]


def _cleaned(name: str) -> str:
    name = re.sub(r"['’]s$", "", name.strip(" .,'’-"))
    return _TITLES.sub("", name).strip()


def guest_in(title: str, lead: str, authors: Iterable[str]) -> str:
    """The person who is interviewed according to a text; "" if it names nobody."""
    for text in (title, lead):
        for match in phrase("speech", "with").finditer(text):
            after = text[match.end() : match.end() + _WITHIN + 60].lstrip(" :")
            if re.match(r"[\u3400-\u9fff]", after):
                han = re.match(r"[\u3400-\u9fff·]{2,4}(?=[\s：:，,。、]|$)", after)
                if han:
                    return han[0]
                continue
            for name in names_in(after):
                if after.find(name) <= _WITHIN and name not in authors:
                    return name
    first = _NAME.match(title)
    if first and re.match(r"\s*(?:[:,–—-]\s|on\s|über\s|sobre\s|sur\s)", title[first.end() :]):
        return _cleaned(first[0])
    return ""


def person_for(label: str, known: Iterable[str]) -> tuple[str, str]:
    """The person that a label stands for, among those ``known`` by their full names, and by the
    data from which it follows: "" if these are the same."""
    plain = folded(label)
    full = {folded(name): name for name in known}
    if plain in full:
        return full[plain], ""
    letters = label.replace(".", "").replace(" ", "")
    ways: dict[str, set[str]] = {"by the initials": set(), "by the name": set()}
    for name in full.values():
        parts = re.split(r"[\s-]+", name)
        large = "".join(part[0] for part in parts if part[0].isupper())
        short = letters.isupper() and 2 <= len(letters) <= 4
        if short and letters in (large, large[:1] + large[-1:]):
            ways["by the initials"].add(name)
        if plain in (folded(parts[0]), folded(parts[-1]), folded(" ".join(parts[1:]))):
            ways["by the name"].add(name)
        if folded(_TITLES.sub("", label)) in (folded(name), folded(parts[-1])):
            ways["by the name"].add(name)
    for way, names in ways.items():
        if len(names) == 1:
            return names.pop(), way
    if len(label.split()) > 1 and not speech_role(label):
        near = nearest(label, full.values(), 0.85)
        if near:
            return near, "as a slip of the pen"
    return label, ""


def as_written(label: str, texts: str) -> str:
    """A name without capitals all through, unless it is always written so."""
    if not label.isupper() or len(label) < 4:
        return label
    small = label.title()
    if small in texts or len(label.split()) > 1:
        return small
    return label


def role_of(metadata: Metadata, number: int) -> str:
    """The word for an interviewer (0), an interviewee (1), or a speaker where nobody asks (2)."""
    return _ROLES.get(metadata.lang.split("-")[0].lower(), _ROLES["en"])[number]
