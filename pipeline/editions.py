"""The tables of formats and editions: what can be made, and of what.

Adding an edition is a row; adding a format is a row, a template folder and a packager.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

FormatName: TypeAlias = Literal["html", "pdf", "epub"]


class PageGeometry(msgspec.Struct, frozen=True):
    """A sheet: a CSS page size, and the margins in millimetres."""

    size: str
    top: float
    right: float
    bottom: float
    left: float


class Edition(msgspec.Struct, frozen=True):
    """One way to give the document to readers. ``label`` is for people. Only one for a
    ``teacher`` has answers and teacher's notes."""

    name: str
    format: FormatName
    label: str
    page: PageGeometry | None = None
    audience: Literal["student", "teacher"] = "student"


A4 = PageGeometry("A4", 25, 24, 25, 24)
LETTER = PageGeometry("Letter", 23, 25, 23, 25)

EDITIONS: dict[str, Edition] = {
    edition.name: edition
    for edition in (
        Edition("web", "html", "web page"),
        Edition("handout", "pdf", "printable handout, A4", A4),
        Edition("letter", "pdf", "printable handout, US Letter", LETTER),
        Edition("ebook", "epub", "e-book"),
        Edition("teacher", "pdf", "teacher's handout with answers, A4", A4, "teacher"),
    )
}

DEFAULT_EDITIONS = ("web", "handout", "ebook")


def output_name(stem: str, edition: Edition) -> str:
    """The file an edition is written to: ``x.pdf`` for a default one, else
    ``x-letter.pdf``."""
    suffix = "" if edition.name in DEFAULT_EDITIONS else f"-{edition.name}"
    return f"{stem}{suffix}.{edition.format}"
