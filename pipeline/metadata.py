"""What the front matter says about a publication, validated and typed."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from pipeline.paper import PrintOptions

Direction: TypeAlias = Literal["ltr", "rtl"]


class Contributor(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person or body. ``role`` is a MARC relator code (``aut``, ``edt``, ``ill`` …);
    ``orcid`` the bare sixteen-digit identifier with hyphens."""

    name: str
    role: str = "aut"
    sort_name: str = ""
    orcid: str = ""


class Identifier(msgspec.Struct, frozen=True):
    """``value`` without prefix: digits of an ISBN, a UUID, a DOI (``10.…``), an address.
    As a URN or address: `uri`."""

    scheme: Literal["isbn", "uuid", "doi", "uri"]
    value: str

    @property
    def uri(self) -> str:
        prefix = {"isbn": "urn:isbn:", "uuid": "urn:uuid:", "doi": "https://doi.org/", "uri": ""}
        return prefix[self.scheme] + self.value


class Series(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    position: str = ""


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
    always set after parsing: one is derived where the source gives none. ``url`` is the folder on
    the web in which the outputs are published, with a slash at its end. ``notes`` is where
    notes are printed: at the foot of the page, in its margin, or all at the end. ``web``
    says whether the web edition is one page, or one for each chapter. ``embed_fonts``
    asks for the fonts of headings and tables in the e-book, which else has none. ``page_list``
    asks for the pages of the standard print edition in the e-book and in the web edition.
    ``bibliography`` are the files of works, ``citation_style`` is the name of a style or a
    file, ``nocite`` the keys of works that are listed though nobody cites them, or ``*``.
    ``printing`` is for all printed editions, ``edition_options`` for those of a name.
    ``part_of`` is for the parts that a publication is divided into: its title, and those of the
    sections around the part, outermost first."""

    title: str = ""
    subtitle: str = ""
    authors: tuple[Contributor, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    lang: str = "en"
    date: str = ""
    version: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    publisher: str = ""
    rights: str = ""
    licence: Licence | None = None
    identifier: Identifier | None = None
    url: str = ""
    translations: tuple[Translation, ...] = ()
    series: Series | None = None
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
