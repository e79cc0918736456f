"""What the front matter says about a publication, validated and typed."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from pipeline.paper import PrintOptions

Direction: TypeAlias = Literal["ltr", "rtl"]

PAPER_THICKNESS = 0.1
"""Millimetres of a sheet of offset paper of 80 g/m², which most copiers and printers take."""


class Contributor(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person or body. ``role`` is a MARC relator code (``aut``, ``edt``, ``ill`` …), and
    ``more_roles`` are those of somebody who did several things; ``orcid`` the bare sixteen-digit
    identifier with hyphens. ``kind`` is empty where the front matter does not say it.
    ``scripts`` are the name in other scripts, each after the tag of its language."""

    name: str
    role: str = "aut"
    sort_name: str = ""
    orcid: str = ""
    more_roles: tuple[str, ...] = ()
    kind: Literal["", "person", "organisation"] = ""
    scripts: tuple[tuple[str, str], ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, *self.more_roles)


class Identifier(msgspec.Struct, frozen=True):
    """``value`` without prefix: digits of an ISBN, a UUID, a DOI (``10.…``), an address.
    As a URN or address: `uri`."""

    scheme: Literal["isbn", "uuid", "doi", "uri"]
    value: str

    @property
    def uri(self) -> str:
        prefix = {"isbn": "urn:isbn:", "uuid": "urn:uuid:", "doi": "https://doi.org/", "uri": ""}
        return prefix[self.scheme] + self.value


class Isbns(msgspec.Struct, frozen=True, omit_defaults=True):
    """The ISBNs of a publication, which has one for each format that is sold: digits alone."""

    epub: str = ""
    pdf: str = ""
    print: str = ""


class Subject(msgspec.Struct, frozen=True, omit_defaults=True):
    """A heading of a classification such as BISAC or Thema: its code there, and its name, which
    may be empty."""

    scheme: str
    code: str
    name: str = ""


class Audience(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom it is for: ``groups`` of readers by the names that the front matter has for them,
    ages in years (``youngest`` to ``oldest``, 0 where there is no bound), and the ``level`` of
    education in words."""

    groups: tuple[str, ...] = ()
    youngest: int = 0
    oldest: int = 0
    level: str = ""

    @property
    def ages(self) -> str:
        """As schema.org has it: ``10-14``, ``16-``, or nothing."""
        if not self.youngest and not self.oldest:
            return ""
        return f"{self.youngest or 0}-{self.oldest or ''}"


class Certification(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who vouches for the e-book's accessibility (``certified_by``, with its place in the front
    matter), by what credential and report; and a ``summary`` in the author's words."""

    certified_by: Placed | None = None
    credential: str = ""
    report: str = ""
    summary: str = ""


class Series(msgspec.Struct, frozen=True, omit_defaults=True):
    """``kind`` is ``set`` for one that is complete and may be sold as a whole; ``issn`` has its
    hyphen."""

    name: str
    position: str = ""
    kind: Literal["series", "set"] = "series"
    issn: str = ""


class Translation(msgspec.Struct, frozen=True):
    """The address of the page that has the publication in another language."""

    lang: str
    url: str


class Licence(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    url: str = ""


class Speaker(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who speaks in the dialogue. ``asks`` follows from the role."""

    name: str
    role: str
    asks: bool = False


class Cover(msgspec.Struct, frozen=True, omit_defaults=True):
    """The cover's image, relative to the source's folder, and its text alternative."""

    source: str
    alt: str = ""


class OwnFont(msgspec.Struct, frozen=True, omit_defaults=True):
    """A font in the source's folder, and where the front matter names it. *Resolved* (own_fonts):
    ``family``, ``weight`` and ``style``; whether it is to be ``obfuscated`` in e-books, and has
    to be embedded as a ``whole``."""

    source: str
    line: int = 0
    column: int = 0
    family: str = ""
    weight: int = 400
    style: Literal["normal", "italic"] = "normal"
    obfuscated: bool = False
    whole: bool = False


class Brand(msgspec.Struct, frozen=True, omit_defaults=True):
    """What says whose it is: a logo in the source's folder and its text alternative, the colour
    of headings and rules as ``#rrggbb``, and a line at the foot of every page."""

    logo: Placed | None = None
    logo_alt: str = ""
    accent: str = ""
    footer: str = ""


class ContentsOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """``show``: whether the outputs print a table of contents (auto: where the document
    is long enough to need one). ``depth``: how many levels of sections. ``questions``:
    whether the questions of a dialogue are entries of it. ``figures``, ``tables`` and
    ``listings``: whether there are lists of these as well."""

    show: Literal["auto", "always", "never"] = "auto"
    depth: int = 2
    questions: bool = False
    figures: bool = False
    tables: bool = False
    listings: bool = False


class Placed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A word of the front matter, and where it stands there."""

    text: str
    line: int = 0
    column: int = 0


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """``date`` is YYYY, YYYY-MM or YYYY-MM-DD; ``lang`` a BCP 47 tag. ``identifier`` is
    always set after parsing, and is that of all formats: one is derived where there is none;
    ``identifiers`` are further ones. ``edition_statement`` is a number, or words such as "Second,
    revised edition". ``modified`` is a date like ``date``. ``languages`` are those that the text
    is in beside ``lang``. ``url`` is the folder on
    the web in which the outputs are published, with a slash at its end. ``notes`` is where
    notes are printed: at the foot of the page, in its margin, or all at the end. ``web`` says
    whether the web edition is one page, or one for each chapter. ``embed_fonts``
    asks for the fonts of headings and tables in the e-book, which else has none; ``fonts`` are
    further ones, for styles that name them. ``split`` is the level of the sections that are files
    of their own in the e-book. ``paper_thickness`` is that of one sheet, in
    millimetres, for the spine of a print cover. ``page_list`` asks for the pages of the standard
    print edition in the e-book and in the web edition.
    ``bibliography`` are the files of works, ``citation_style`` is the name of a style or a
    file, ``nocite`` the keys of works that are listed though nobody cites them, or ``*``.
    ``printing`` is for all printed editions, ``edition_options`` for those of a name.
    ``part_of`` is for the parts that a publication is divided into: its title, and those of the
    sections around the part, outermost first."""

    title: str = ""
    subtitle: str = ""
    short_title: str = ""
    sort_title: str = ""
    authors: tuple[Contributor, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    lang: str = "en"
    languages: tuple[str, ...] = ()
    date: str = ""
    modified: str = ""
    version: str = ""
    edition_statement: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    audience: Audience = Audience()
    publisher: str = ""
    imprint: str = ""
    place: str = ""
    rights: str = ""
    licence: Licence | None = None
    identifier: Identifier | None = None
    identifiers: tuple[Identifier, ...] = ()
    isbns: Isbns = Isbns()
    url: str = ""
    translations: tuple[Translation, ...] = ()
    series: Series | None = None
    accessibility: Certification = Certification()
    cover: Cover | None = None
    speakers: tuple[Speaker, ...] = ()
    editions: tuple[str, ...] = ()
    contents: ContentsOptions = ContentsOptions()
    number_sections: bool = False
    bibliography: tuple[Placed, ...] = ()
    citation_style: Placed | None = None
    nocite: tuple[Placed, ...] = ()
    notes: Literal["foot", "margin", "end"] = "foot"
    web: Literal["page", "chapters"] = "page"
    embed_fonts: bool = False
    split: int = 1
    fonts: tuple[OwnFont, ...] = ()
    paper_thickness: float = PAPER_THICKNESS
    page_list: bool = True
    printing: PrintOptions = PrintOptions()
    edition_options: tuple[tuple[str, PrintOptions], ...] = ()
    brand: Brand = Brand()
    variables: tuple[tuple[str, str], ...] = ()
    part_of: tuple[str, ...] = ()

    @property
    def direction(self) -> Direction:
        """The main direction of the script that ``lang`` is written in."""
        return direction_of(self.lang)


RTL_SCRIPTS = frozenset({"arab", "hebr", "thaa", "syrc", "nkoo", "adlm"})
RTL_LANGUAGES = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def direction_of(lang: str) -> Direction:
    """The main direction of the script that a language is written in."""
    subtags = lang.lower().split("-")
    if any(s in RTL_SCRIPTS for s in subtags[1:]):
        return "rtl"
    has_script = any(len(s) == 4 and s.isalpha() for s in subtags[1:])
    return "rtl" if subtags[0] in RTL_LANGUAGES and not has_script else "ltr"


def print_source(metadata: Metadata) -> str:
    """The printed edition that an e-book is the same as, by its ISBN as a URN, or nothing."""
    return Identifier("isbn", metadata.isbns.print).uri if metadata.isbns.print else ""


def isbn13(digits: str) -> str:
    """An ISBN in its thirteen digits, whether it has ten or thirteen."""
    if len(digits) != 10:
        return digits
    core = f"978{digits[:9]}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(core))
    return f"{core}{-total % 10}"
