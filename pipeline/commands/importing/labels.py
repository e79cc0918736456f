"""Names before speech, as they occur at the beginning of paragraphs; and people whom a text names:
in its title, its byline and before its first turn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.vocabulary import phrase, words_for
from pipeline.model import Block, Inline, Paragraph
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.names import nearest
from pipeline.model.tree import plain_text
from pipeline.model.words import folded
from pipeline.parser.markup.flow import trim

Form = Literal["colon", "bold", "line"]
"""Before a colon; bold, and no colon after it; in a line of its own."""

_STAMP = r"[(\[]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[)\]]?"
TIME = late(_STAMP)
"""The time of an utterance in a transcript."""

_STAMPED = late(rf"\s{{0,9}}{_STAMP}\s{{0,9}}[-–:]?\s{{0,9}}")
_COLON = late(
    rf"([^\W\d_][^:：\n?!]{{0,59}}?)\s{{0,9}}(?:{_STAMP}\s{{0,9}})?[:：](?:\s+|$|(?<=：))"
)
_POINT = late(r"([A-Z]\d{0,3})\s*[.)]\s+(?=\S)")
_SMALL = frozenset(
    "de da do dos das del della di du la le van von der den ter ten zu zum el al bin ibn ben abu "
    "af av y e und and et i a ap o'".split()
)
_EMPHASES = (model.Strong, model.Emphasis)


class SpeakerLabel(NamedTuple):
    """A name at the beginning of a paragraph, and the rest of the paragraph."""

    name: str
    rest: tuple[Inline, ...]
    form: Form


def is_name(text: str) -> bool:
    """Return whether a text may be a name, initials, or a word for a person."""
    parts = text.split()
    bare = re.sub(r"\W{0,3}\d{1,4}\W{0,3}$", "", text)  # Table 1.
    if not parts or len(parts) > 5 or folded(bare) in words_for("speech", "nobody"):
        return False
    if re.search(r"[^\w\s.'’&()-]", text):
        return False
    large = [p for p in parts if p.strip("(\"'’)")[:1] and not p.strip("(\"'’)")[0].islower()]
    small = [p for p in parts if p not in large]
    return bool(large) and all(p.lower() in _SMALL for p in small) and not parts[0].isdigit()


def label_of(children: tuple[Inline, ...]) -> SpeakerLabel | None:
    """The name that a paragraph begins with, if it does."""
    if not children:
        return None
    first, *rest = children
    if isinstance(first, model.Text):
        parts = _in_text(first.text.lstrip())
        if not parts:
            return None
        name, left = parts
        return SpeakerLabel(
            name, trim((model.Text(text=left), *rest)) if left else trim(rest), "colon"
        )
    if not isinstance(first, _EMPHASES):
        return None
    inner = " ".join(plain_text(first.children).split())
    after = rest[0].text if rest and isinstance(rest[0], model.Text) else ""
    colon = re.match(r"\s*[:：]\s*", after)
    stamp = re.match(rf"\s{{0,9}}{_STAMP}\s{{0,9}}[:：]?\s{{0,9}}", after)
    cut = colon or stamp
    bare = _bare(inner)
    if cut and is_name(bare):
        return SpeakerLabel(bare, trim((model.Text(text=after[cut.end() :]), *rest[1:])), "colon")
    if re.search(r"[:：]$", inner) and is_name(bare):
        return SpeakerLabel(bare, trim(rest), "colon")
    if isinstance(first, model.Strong) and is_name(bare) and len(bare.split()) < 5:
        dashed = re.match(r"\s*[–—-]\s+|\s+", after)
        if not rest:
            return SpeakerLabel(bare, (), "line")
        if dashed and after[dashed.end() : dashed.end() + 1].strip():
            return SpeakerLabel(
                bare, trim((model.Text(text=after[dashed.end() :]), *rest[1:])), "bold"
            )
    within = label_of(first.children)
    if within and within.form == "colon" and within.rest:
        # everything that is asked is bold
        return within._replace(rest=trim((*within.rest, *rest)))
    return None


def line_of(children: tuple[Inline, ...]) -> str:
    """The name that makes up a paragraph, perhaps with a time; "" if it is not one."""
    text = plain_text(children).strip()
    if len(text) > 60 or any(isinstance(n, model.Image | model.Link) for n in children):
        return ""
    name = _bare(text)
    return name if is_name(name) else ""


def _in_text(text: str) -> tuple[str, str] | None:
    stamp = _STAMPED.match(text)
    start = stamp.end() if stamp else 0
    match = _COLON.match(text, start)
    if match and is_name(_bare(match[1])):
        return _bare(match[1]), text[match.end() :]
    point = _POINT.match(text, start)
    if point and speech_role(point[1]):
        return point[1], text[point.end() :]
    return None


def _bare(text: str) -> str:
    """A name without times, initials in brackets, and a colon."""
    text = re.sub(rf"{_STAMP}|\([A-Z]{{1,4}}\)", " ", text)
    return " ".join(text.split()).strip(" :：-–")


def speech_role(name: str) -> Literal["", "question", "reply"]:
    """Return whether a name is one of the words for interviewers or interviewees."""
    plain = folded(re.sub(r"\s?\d{1,4}$", "", name))
    if plain in words_for("speech", "question"):
        return "question"
    return "reply" if plain in words_for("speech", "reply") else ""


def lines_apart(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Blocks, with paragraphs whose lines begin with names cut there."""
    for block in blocks:
        breaks = isinstance(block, Paragraph) and any(
            isinstance(node, model.LineBreak) for node in block.children
        )
        if not breaks or not isinstance(block, Paragraph):
            yield block
            continue
        run: list[Inline] = []
        for at, node in enumerate(block.children):
            begins = isinstance(node, model.LineBreak) and label_of(
                trim(block.children[at + 1 : at + 4])
            )
            if begins and begins.form == "colon" and run:
                yield replace(block, children=trim(run))
                run = []
            else:
                run.append(node)
        if run:
            yield replace(block, children=trim(run))


# --- people -------------------------------------------------------------------------------


_WORD = r"[A-ZÀ-ÖØ-ÞŁŚŠŽČĆĐİ][\w'’.-]{0,30}"
_BETWEEN = r"(?:(?:de|da|do|dos|della|di|du|la|le|van|von|der|den|ten|al|el|bin|ibn|abu)\s+){0,2}"
_NAME = late(rf"{_WORD}(?:\s+{_BETWEEN}{_WORD}){{1,3}}")
_TITLES = late(r"(?:(?:Dr|Prof|Professor|Mr|Mrs|Ms|Herr|Frau|Sir|Dame|Lord|Rev)\b\.?\s*)+")
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
    candidates = (_cleaned(match[0]) for match in _NAME.finditer(text[:LONGEST_LEAD]))
    return [name for name in dict.fromkeys(candidates) if len(name.split()) > 1]


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
    for evidence, names in ways.items():
        if len(names) == 1:
            return names.pop(), evidence
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
