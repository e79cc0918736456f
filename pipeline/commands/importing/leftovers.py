"""Leftovers around a text copied from a web page: menus, share links, adverts, counters, readers'
comments, lists of other pages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from pipeline.commands.importing.draft import lost
from pipeline.commands.importing.interviews import listed, phrase, words_for
from pipeline.commands.importing.lines import CopiedLine
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.words import folded

_KINDS = {
    "menu": "it belongs to a menu",
    "share": "it is for sharing the page",
    "page": "it belongs to the page, not to the text",
    "begins": "it belongs to the page, not to the text",
    "comments": "readers' comments begin here",
    "related": "other pages are listed here",
}
_END_OF_MENU = late(r"\s{0,3}[|›»>/·•]\s{0,3}")
_BY_A_READER = late(
    r"\b(?:says|said|wrote|reply|replied|sagt|schrieb|antworten|dit|répondre|dice|responder)\b"
    r"|\b(?:required|logged in|website)\b|\d{4}.{1,6}\d{1,2}[:.]\d{2}",
    re.IGNORECASE,
)
_BY_WORD = ("menu", "share", "page")
_MOST = 60
"""The maximum number of words of a line that may belong to the page and not to its text."""

_LONG = 25
"""The number of words from which a line is a paragraph, whatever it begins with."""


def without_leftovers(
    lines: list[CopiedLine], name: str
) -> tuple[list[CopiedLine], list[Diagnostic]]:
    """The lines that belong to the text, and messages about the others."""
    kinds: dict[int, str] = {}
    for at, line in enumerate(lines):
        kind = _kind(line.text)
        if kind:
            kinds[at] = kind
    total = sum(len(line.text.split()) for line in lines)
    before = 0
    for at, line in enumerate(lines):
        before += len(line.text.split())
        if kinds.get(at) == "comments" and before > 0.4 * total and _readers(lines[at:]):
            kinds.update(dict.fromkeys(range(at, len(lines)), "comments"))
            break
    _fill(lines, kinds)
    _above(lines, kinds)
    kept = [line for at, line in enumerate(lines) if at not in kinds]
    if not any(line.text.strip() for line in kept):
        return lines, []
    return kept, [*_omissions(lines, kinds, name)]


def _kind(text: str) -> str:
    """The kind of a line that is not part of the text; "" for all others."""
    line = text.strip(" \t•·*|–—→←»«")
    plain = folded(re.sub(r"\(?\d[\d.,]*\s?(?:[kKmM]\b)?\)?", " ", line))
    if not line or len(line.split()) > _MOST:
        return ""
    words = line.split()
    for kind in ("comments", "related"):
        if plain in words_for("leftovers", kind) or (
            kind == "comments"
            and len(words) < 20
            and re.match(r"\d+\s", line)
            and (match := phrase("leftovers", kind).search(line))
            and match.start() < 8
        ):
            return kind
    for kind in _BY_WORD:
        if plain in words_for("leftovers", kind) and len(line) < 60:
            return kind
    parts = [part for part in _END_OF_MENU.split(line) if part]
    if len(parts) > 1 and len(line.split()) < 30:
        known = [p for p in parts if any(folded(p) in words_for("leftovers", k) for k in _BY_WORD)]
        if len(known) > len(parts) / 2 or (folded(parts[0]) in words_for("leftovers", "menu")):
            return "menu"
    if len(words) > 1 and all(folded(w) in words_for("leftovers", "share") for w in words):
        return "share"
    if len(words) < _MOST and text.strip().lower().startswith(listed("leftovers", "begins")):
        return "begins"
    is_arrow = re.search(r"\s[»→›]$", text.rstrip()) and len(words) < 15
    return "menu" if is_arrow else ""


def _readers(lines: list[CopiedLine]) -> bool:
    """Return whether the following text looks like readers' comments, or a comment form."""
    said_first = lines[0].text.split()
    if len(said_first) > 2 or len(lines) < 2:  # "Leave a Reply", "3 thoughts on …"
        return True
    near = " ".join(line.text for line in lines[1:40])
    return bool(_BY_A_READER.search(near))


def _fill(lines: list[CopiedLine], kinds: dict[int, str]) -> None:
    """Add the short lines between those of a menu, and those after the heading of a list of other
    pages."""
    texts = [at for at, line in enumerate(lines) if line.text.strip()]
    places = {at: number for number, at in enumerate(texts)}
    menus = [at for at in texts if kinds.get(at) == "menu"]
    for first, second in itertools.pairwise(menus):
        between = texts[places[first] + 1 : places[second]]
        if len(between) <= 8 and all(_is_short(lines[at].text) for at in between):
            kinds.update(dict.fromkeys(between, "menu"))
    last = max((at for at in texts if at not in kinds and _ends(lines[at].text)), default=0)
    for at in [at for at in texts if kinds.get(at) == "related"]:
        following = texts[places[at] + 1 : places[at] + 13]
        for after, beyond in itertools.zip_longest(following, following[1:]):
            words = lines[after].text.split()
            if (
                len(words) > _LONG
                or _ends(lines[after].text)
                or (at < last and re.search(r"[!?”\"]$", lines[after].text.strip()))
                or (after in kinds and kinds[after] != "related")
                or (beyond is not None and _is_paragraph(lines[beyond].text))
            ):
                break
            kinds[after] = "related"


def _above(lines: list[CopiedLine], kinds: dict[int, str]) -> None:
    """Add the short lines above a menu, such as the name of a site, if a title comes below it."""
    texts = [at for at, line in enumerate(lines) if line.text.strip()]
    first = next((n for n, at in enumerate(texts) if len(lines[at].text.split()) > _LONG), 20)
    top = texts[: min(first, 20)]
    menus = [n for n, at in enumerate(top) if kinds.get(at) == "menu"]
    below = [at for at in top[menus[-1] + 1 :] if at not in kinds] if menus else []
    if not below or not 2 < len(lines[below[0]].text.split()) <= _LONG:
        return
    for at in top[: menus[-1]]:
        if at not in kinds and len(lines[at].text.split()) < 9:
            kinds[at] = "menu"


def _ends(text: str) -> bool:
    """Return whether a line ends like a sentence, not like a title."""
    return bool(re.search(r"[.…][”\"]?$", text.strip()))


def _is_paragraph(text: str) -> bool:
    return len(text.split()) > 12 and bool(re.search(r"[.!?…”\"]$", text.strip()))


def _is_short(text: str) -> bool:
    return len(text.split()) <= 3 and not re.search(r"[.!?…:]$", text.strip())


def _omissions(lines: list[CopiedLine], kinds: dict[int, str], name: str) -> Iterator[Diagnostic]:
    """A finding for each run of lines that is left out."""
    run: list[CopiedLine] = []
    before = ""
    for at, line in enumerate([*lines, CopiedLine("", 0)]):
        kind = kinds.get(at, "")
        if not line.text.strip() and line.number:
            continue
        if run and kind != before:
            yield _finding(run, before, name)
            run = []
        if kind:
            run.append(line)
        before = kind


def _finding(run: list[CopiedLine], kind: str, name: str) -> Diagnostic:
    words = " ".join(line.text.strip() for line in run).split()
    shown = " ".join(words[:8]) + ("…" if len(words) > 8 else "")
    count = "1 word" if len(words) == 1 else f"{len(words)} words"
    message = f"“{shown}” ({count}) is left out: {_KINDS[kind]}."
    first = run[0]
    column = len(first.text) - len(first.text.lstrip()) + 1
    return lost(message, name, span=Span(first.number, column))
