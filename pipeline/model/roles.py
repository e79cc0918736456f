"""The parts of a book: their names, their places, and who is told of them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

Division: TypeAlias = Literal["frontmatter", "bodymatter", "backmatter"]


class _Place(enum.Enum):
    """Where in a book a part belongs."""

    FRONT = "before the text"
    OPENING = "before the text, or in it"
    TEXT = "in the text"
    ENDS = "before or after the text"
    BACK = "after the text"


class Role(NamedTuple):
    """A part's name is that of EPUB's Structural Semantics. ``is_aria`` says whether DPUB-ARIA
    has it too, ``guide`` is what the guide of EPUB 2 calls it. Some are no entries of a table of
    contents, and some have no number. ``is_top`` is for what stands by itself at the highest
    level of a book only."""

    place: _Place
    guide: str = ""
    is_aria: bool = True
    is_listed: bool = True
    is_numbered: bool = False
    is_top: bool = False


ROLES: dict[str, Role] = {
    "abstract": Role(_Place.FRONT),
    "acknowledgments": Role(_Place.ENDS, "acknowledgements"),
    "afterword": Role(_Place.BACK),
    "appendix": Role(_Place.BACK, is_numbered=True),
    "bibliography": Role(_Place.ENDS, "bibliography"),
    "chapter": Role(_Place.TEXT, is_numbered=True),
    "colophon": Role(_Place.ENDS, "colophon"),
    "conclusion": Role(_Place.TEXT),
    "contributors": Role(_Place.ENDS, is_aria=False),
    "copyright-page": Role(
        _Place.ENDS, "copyright-page", is_aria=False, is_listed=False, is_top=True
    ),
    "credits": Role(_Place.ENDS),
    "dedication": Role(_Place.FRONT, "dedication", is_listed=False, is_top=True),
    "endnotes": Role(_Place.BACK, "notes"),
    "epigraph": Role(_Place.OPENING, "epigraph", is_listed=False),
    "epilogue": Role(_Place.TEXT),
    "errata": Role(_Place.ENDS),
    "foreword": Role(_Place.FRONT, "foreword"),
    "glossary": Role(_Place.ENDS, "glossary"),
    "halftitlepage": Role(_Place.FRONT, is_aria=False, is_listed=False, is_top=True),
    "index": Role(_Place.ENDS, "index"),
    "introduction": Role(_Place.OPENING),
    "part": Role(_Place.TEXT, is_numbered=True, is_top=True),
    "preface": Role(_Place.FRONT, "preface"),
    "prologue": Role(_Place.TEXT),
    "titlepage": Role(_Place.FRONT, "title-page", is_aria=False, is_listed=False, is_top=True),
}
"""The roles that a section can have, by name."""

CLASSES: dict[str, str] = {
    **{name: name for name in ROLES},
    "acknowledgements": "acknowledgments",
    "copyright": "copyright-page",
    "half-title": "halftitlepage",
    "title-page": "titlepage",
}
"""The classes that give a section a role, and the role."""

BEFORE_CONTENTS = frozenset(
    {"copyright-page", "dedication", "epigraph", "halftitlepage", "titlepage"}
)
"""The parts before the contents, if a book begins with it."""


def is_front(role: str) -> bool:
    """Return whether a part of that role stands before the text."""
    return role in ROLES and ROLES[role].place is _Place.FRONT


def divisions(roles: Iterable[str]) -> Iterator[Division]:
    """For each of a book's parts, in order and by its role, what it belongs to. A part of no
    role is text, but for those that follow what stands after the text."""
    division: Division = "frontmatter"
    for name in roles:
        place = ROLES[name].place if name in ROLES else None
        if place is _Place.BACK:
            division = "backmatter"
        elif place is _Place.TEXT or (place is None and division == "frontmatter"):
            division = "bodymatter"
        elif place is _Place.ENDS and division == "bodymatter":
            division = "backmatter"
        yield division
