"""What the parts of a book are called, where they stand in it, and who is told of them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

Division: TypeAlias = Literal["frontmatter", "bodymatter", "backmatter"]


class Place(enum.Enum):
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

    place: Place
    guide: str = ""
    is_aria: bool = True
    is_listed: bool = True
    is_numbered: bool = False
    is_top: bool = False


ROLES: dict[str, Role] = {
    "abstract": Role(Place.FRONT),
    "acknowledgments": Role(Place.ENDS, "acknowledgements"),
    "afterword": Role(Place.BACK),
    "appendix": Role(Place.BACK, is_numbered=True),
    "bibliography": Role(Place.ENDS, "bibliography"),
    "chapter": Role(Place.TEXT, is_numbered=True),
    "colophon": Role(Place.ENDS, "colophon"),
    "conclusion": Role(Place.TEXT),
    "contributors": Role(Place.ENDS, is_aria=False),
    "copyright-page": Role(
        Place.ENDS, "copyright-page", is_aria=False, is_listed=False, is_top=True
    ),
    "credits": Role(Place.ENDS),
    "dedication": Role(Place.FRONT, "dedication", is_listed=False, is_top=True),
    "endnotes": Role(Place.BACK, "notes"),
    "epigraph": Role(Place.OPENING, "epigraph", is_listed=False),
    "epilogue": Role(Place.TEXT),
    "errata": Role(Place.ENDS),
    "foreword": Role(Place.FRONT, "foreword"),
    "glossary": Role(Place.ENDS, "glossary"),
    "halftitlepage": Role(Place.FRONT, is_aria=False, is_listed=False, is_top=True),
    "index": Role(Place.ENDS, "index"),
    "introduction": Role(Place.OPENING),
    "part": Role(Place.TEXT, is_numbered=True, is_top=True),
    "preface": Role(Place.FRONT, "preface"),
    "prologue": Role(Place.TEXT),
    "titlepage": Role(Place.FRONT, "title-page", is_aria=False, is_listed=False, is_top=True),
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
"""What stands before the contents, where a book begins with it."""


def is_front(role: str) -> bool:
    """Whether a part of that role stands before the text."""
    return role in ROLES and ROLES[role].place is Place.FRONT


def divisions(roles: Iterable[str]) -> Iterator[Division]:
    """For each of a book's parts, in order and by its role, what it belongs to. A part of no
    role is text, but for those that follow what stands after the text."""
    division: Division = "frontmatter"
    for name in roles:
        place = ROLES[name].place if name in ROLES else None
        if place is Place.BACK:
            division = "backmatter"
        elif place is Place.TEXT or (place is None and division == "frontmatter"):
            division = "bodymatter"
        elif place is Place.ENDS and division == "bodymatter":
            division = "backmatter"
        yield division
