"""The parts of a book: their names, positions and roles."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

Division: TypeAlias = Literal["frontmatter", "bodymatter", "backmatter"]


class _Place(enum.Enum):
    """The place of a part in a book."""

    FRONT = "before the text"
    OPENING = "before the text, or in it"
    TEXT = "in the text"
    ENDS = "before or after the text"
    BACK = "after the text"


class Role(NamedTuple):
    """A part of a book, named as in EPUB's Structural Semantics, if they have it (``is_standard``).
    ``is_aria``: DPUB-ARIA has it too; ``guide`` is its name in EPUB 2. Some parts are not in the
    contents, or not numbered. ``is_top``: it only occurs at the highest level of a book."""

    place: _Place
    guide: str = ""
    is_aria: bool = True
    is_listed: bool = True
    is_numbered: bool = False
    is_top: bool = False
    is_standard: bool = True


ROLES: dict[str, Role] = {
    "about-the-author": Role(_Place.ENDS, is_aria=False, is_standard=False),
    "abstract": Role(_Place.FRONT),
    "acknowledgments": Role(_Place.ENDS, "acknowledgements"),
    "afterword": Role(_Place.BACK),
    "also-by": Role(_Place.ENDS, is_aria=False, is_listed=False, is_top=True, is_standard=False),
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
    {"also-by", "copyright-page", "dedication", "epigraph", "halftitlepage", "titlepage"}
)
"""The parts before the contents, if a book begins with it."""

STANDARD = frozenset(name for name, role in ROLES.items() if role.is_standard)
"""The roles that reading systems know."""

UNNUMBERED = "unnumbered"
"""The class of elements without numbers: ``{.unnumbered}``, for short ``{-}``."""

OUTSIDE = frozenset(name for name, role in ROLES.items() if not role.is_numbered)
"""The roles of sections before or after the numbered ones."""

FRONT = frozenset(name for name, role in ROLES.items() if role.place is _Place.FRONT)
"""The roles of parts that belong before the text."""


TEXT = frozenset(name for name, role in ROLES.items() if role.place is _Place.TEXT)
"""The roles of parts that are body text, besides those without a role."""


def is_front(role: str) -> bool:
    """Return whether a part with that role belongs before the text."""
    return role in FRONT


def divisions(roles: Iterable[str]) -> Iterator[Division]:
    """The division that each part of a book belongs to, in order, by its role. A part without a
    role is body text unless it follows back matter."""
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
