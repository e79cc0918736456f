"""The tables of formats and editions: what can be made, and of what.

Adding an edition is a row; adding a format is a row, a template folder and a packager.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

FormatName: TypeAlias = Literal["html", "pdf", "epub"]
Imposition: TypeAlias = Literal["none", "booklet", "2-up", "4-up"]
Look: TypeAlias = Literal["standard", "large", "grey"]


class Edition(msgspec.Struct, frozen=True):
    """One way to give the document to readers. ``label`` is for people.

    Only one for a ``teacher`` has answers and teacher's notes; of an ``answers`` edition they
    are all there is. ``paper`` is the size of the sheets of a printed edition: `paper.SIZES`
    by name, and ``fixed_paper`` where the front matter's page size is not for it. An
    ``imposition`` puts several pages on each side of a sheet. In an edition with ``fields``
    the blanks are filled in on screen.
    """

    name: str
    format: FormatName
    label: str
    paper: str = ""
    fixed_paper: bool = False
    audience: Literal["student", "teacher"] = "student"
    part: Literal["all", "answers"] = "all"
    look: Look = "standard"
    imposition: Imposition = "none"
    fields: bool = False


EDITIONS: dict[str, Edition] = {
    edition.name: edition
    for edition in (
        Edition("web", "html", "web page"),
        Edition("handout", "pdf", "printable handout, A4", "A4"),
        Edition("letter", "pdf", "printable handout, US Letter", "Letter", fixed_paper=True),
        Edition("ebook", "epub", "e-book"),
        Edition("teacher", "pdf", "teacher's handout with answers", "A4", audience="teacher"),
        Edition("large-print", "pdf", "handout in large print", "A4", look="large"),
        Edition("greyscale", "pdf", "handout in greys that spare ink", "A4", look="grey"),
        Edition("answers", "pdf", "answers alone", "A4", audience="teacher", part="answers"),
        Edition("form", "pdf", "handout to fill in on screen", "A4", fields=True),
        Edition("booklet", "pdf", "booklet to fold and staple", "A4", imposition="booklet"),
        Edition("2-up", "pdf", "two pages on a side", "A4", imposition="2-up"),
        Edition("4-up", "pdf", "four pages on a side", "A4", imposition="4-up"),
    )
}

DEFAULT_EDITIONS = ("web", "handout", "ebook")

STANDARD_PRINT = "handout"
"""The edition whose page numbers all others tell."""


def output_name(stem: str, edition: Edition) -> str:
    """The file an edition is written to: ``x.pdf`` for a default one, else
    ``x-letter.pdf``."""
    suffix = "" if edition.name in DEFAULT_EDITIONS else f"-{edition.name}"
    return f"{stem}{suffix}.{edition.format}"
