"""The front matter's structured values, validated and typed."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from pipeline.model.diagnostics import Span
from pipeline.model.keys import Key, Written

# fmt: off

class Placed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A word of the front matter and its position. A value shared by a library is in another
    ``file``, as named in messages, and its paths are relative to that file's ``folder``."""

    text: str
    line: int = 0
    column: int = 0
    folder: str = ""
    file: str = ""

    @property
    def span(self) -> Span | None:
        return Span(self.line, self.column, file=self.file) if self.line else None


class Contributor(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person or body. ``role`` is a MARC relator code (``aut``, ``edt``, ``ill`` …), and
    ``more_roles`` are further ones; ``orcid`` is the bare sixteen-digit identifier with hyphens.
    ``kind`` is empty if the front matter does not state it. ``scripts`` are the name in other
    scripts, each after its language tag. ``corresponding`` marks the author to contact."""

    written: ClassVar = Written("a person", alone="name")
    name: Annotated[str, Key("The name as it is printed.", also="fullname")]
    role: Annotated[str, Key(
        "The role, as a word or a MARC relator code, or several.", also="roles",
        form="roles")] = "aut"
    sort_name: Annotated[str, Key(
        "The form of the name that catalogues sort by: `Kara, Siddharth`.", also="file_as")] = ""
    orcid: Annotated[str, Key(
        "The person's ORCID, such as 0000-0002-1825-0097.", form="orcid")] = ""
    more_roles: tuple[str, ...] = ()
    kind: Annotated[Literal["", "person", "organisation"], Key(
        "Whether it is a person or an organisation.", name="type",
        wrong="is neither a person nor an organisation",
        words=dict.fromkeys(("organization", "body", "corporate"), "organisation"))] = ""
    scripts: Annotated[tuple[tuple[str, str], ...], Key(
        "The name in other scripts, by language: `ja: 村上 春樹`.", form="scripts")] = ()
    affiliations: Annotated[tuple[str, ...], Key(
        "The institution or institutions: a name, or a list.", name="affiliation",
        also="affiliations institute organization org", form="affiliations")] = ()
    email: Annotated[str, Key("The person's e-mail address.", form="email")] = ""
    corresponding: Annotated[bool, Key("Whether this is the corresponding author.")] = False

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, *self.more_roles)


class Identifier(msgspec.Struct, frozen=True):
    """``value``: an ISBN's digits, a UUID, a DOI, an address. As a URN or address: `uri`."""

    written: ClassVar = Written("an identifier")
    scheme: Annotated[Literal["isbn", "uuid", "doi", "uri"], Key(
        "The kind of identifier; by default, it is recognised.", also="type",
        wrong="is not a kind of identifier", words={"url": "uri"}, optional=True)]
    value: Annotated[str, Key("The identifier itself.")]

    @property
    def uri(self) -> str:
        prefix = {"isbn": "urn:isbn:", "uuid": "urn:uuid:", "doi": "https://doi.org/", "uri": ""}
        return prefix[self.scheme] + self.value


class Isbns(msgspec.Struct, frozen=True, omit_defaults=True):
    """The ISBNs of a publication, which has one for each format that is sold: digits alone."""

    written: ClassVar = Written("an ISBN", alone="epub")
    epub: Annotated[str, Key("The ISBN of the e-book.", also="ebook e-book", form="isbn")] = ""
    pdf: Annotated[str, Key("The ISBN of the PDF, if it is sold or lent.", form="isbn")] = ""
    print: Annotated[str, Key(
        "The ISBN of the printed book.", also="printed paperback", form="isbn")] = ""


def hyphenate_isbn(isbn: str) -> str:
    """An ISBN with hyphens, as in ``978-0-13-235088-4``."""
    from stdnum.isbn import format as written  # takes 13 ms to load, and few texts have an ISBN

    return str(written(isbn))


def isbn_13(isbn: str) -> str:
    """An ISBN of 10 or 13 digits as one of 13, without hyphens."""
    from stdnum.isbn import to_isbn13

    return str(to_isbn13(isbn))


class Subject(msgspec.Struct, frozen=True, omit_defaults=True):
    """A heading of a classification such as BISAC: its code, and its name or ""."""

    written: ClassVar = Written("a subject")
    scheme: Annotated[str, Key("The classification.", also="authority", form="scheme")]
    code: Annotated[str, Key("The code in the classification.", also="term")]
    name: Annotated[str, Key("The name of the subject.", also="heading")] = ""


class Audience(msgspec.Struct, frozen=True, omit_defaults=True):
    """The intended readers: ``groups`` by their names in the front matter, ages in years
    (``youngest`` to ``oldest``, 0 if unbounded), and the ``level`` of education in words."""

    written: ClassVar = Written("an audience", alone="groups")
    groups: Annotated[tuple[str, ...], Key(
        "Groups of readers.", also="who", name="for", form="group")] = ()
    youngest: Annotated[int, Key(
        "Ages in years: 10-14, or 16+.", also="age", name="ages", form="ages")] = 0
    oldest: int = 0
    level: Annotated[str, Key(
        "The educational level, in words: Key Stage 3.", also="educational_level grade")] = ""

    @property
    def ages(self) -> str:
        """The range in schema.org's form: ``10-14``, ``16-``, or nothing."""
        if not self.youngest and not self.oldest:
            return ""
        return f"{self.youngest or 0}-{self.oldest or ''}"


class Certification(msgspec.Struct, frozen=True, omit_defaults=True):
    """The certifier of the e-book's accessibility (``certified_by``, with its place in the front
    matter), with credential and report, and a ``summary`` in the author's words."""

    written: ClassVar = Written(
        "a statement on accessibility", hint="Write `certified_by:`, `summary:` …"
    )
    certified_by: Annotated[Placed | None, Key(
        "The person or organisation that has checked it.", also="certifier")] = None
    credential: Annotated[str, Key("The name or address of their credential.")] = ""
    report: Annotated[str, Key("The address of the report.", form="address")] = ""
    summary: Annotated[str, Key(
        "A summary for readers, in your own words.", form="paragraphs")] = ""


class Series(msgspec.Struct, frozen=True, omit_defaults=True):
    """``kind`` is ``set`` for a complete series that may be sold as a whole."""

    written: ClassVar = Written("a series", alone="name")
    name: Annotated[str, Key("The title of the series.")]
    position: Annotated[str, Key(
        "The number in the series, such as 3 or 2.1.", also="number", form="position")] = ""
    kind: Annotated[Literal["series", "set"], Key(
        "A series, or a set that is complete and sold as a whole.", name="type",
        wrong="is neither a series nor a set")] = "series"
    issn: Annotated[str, Key("The ISSN of the series.", form="issn")] = ""


class Translation(msgspec.Struct, frozen=True):
    """The address of the publication in another language."""

    lang: str
    url: str


class Licence(msgspec.Struct, frozen=True, omit_defaults=True):
    written: ClassVar = Written("a licence")
    name: Annotated[str, Key("The name of the licence.")]
    url: Annotated[str, Key("The address of its text.", form="address")] = ""


class Speaker(msgspec.Struct, frozen=True, omit_defaults=True):
    """A speaker in the dialogue. ``asks`` is derived from the role."""

    written: ClassVar = Written("a speaker")
    name: Annotated[str, Key("The name that begins the speaker's turns.")]
    role: Annotated[str, Key("The speaker's role in the dialogue.")]
    asks: Annotated[bool, Key("Whether the speaker asks the questions.")] = False


class Cover(msgspec.Struct, frozen=True, omit_defaults=True):
    """The cover's image, relative to the source's folder, and its text alternative."""

    written: ClassVar = Written("a cover", alone="source")
    source: Annotated[Placed, Key("An image in the source's folder.", name="image", form="cover")]
    alt: Annotated[str, Key("The alternative text of the cover.")] = ""


class NamedText(msgspec.Struct, frozen=True, omit_defaults=True):
    """A variable, and its text in the front matter, with the position of that."""

    name: str
    text: str
    line: int = 0
    column: int = 0


class Grade(msgspec.Struct, frozen=True, omit_defaults=True):
    """A grade that needs ``percent`` of all marks, or more; its position in the front matter."""

    name: str
    percent: float
    line: int = 0
    column: int = 0


class OwnFont(msgspec.Struct, frozen=True, omit_defaults=True):
    """A font in the source's folder, and its position in the front matter. *Resolved* (own_fonts):
    ``family``, ``weight`` and ``style``; whether it must be ``obfuscated`` in e-books, and embedded
    as a ``unmodified``."""

    written: ClassVar = Written("a font", alone="source")
    source: Annotated[str, Key("A font in the source's folder.", name="file", form="font")]
    line: int = 0
    column: int = 0
    family: str = ""
    weight: int = 400
    style: Literal["normal", "italic"] = "normal"
    obfuscated: Annotated[bool, Key(
        "Whether the licence requires that the font is obfuscated in the e-book.",
        name="obfuscate")] = False
    unmodified: bool = False


class Brand(msgspec.Struct, frozen=True, omit_defaults=True):
    """The publisher's branding: a logo in the source's folder with its alternative text, the colour
    of headings and rules as ``#rrggbb``, and a line at the foot of every page."""

    written: ClassVar = Written("a brand", hint="Write `logo:`, `accent:` …")
    logo: Annotated[Placed | None, Key("An image in the source's folder.", form="logo")] = None
    logo_alt: Annotated[str, Key("The alternative text of the logo.", name="alt")] = ""
    accent: Annotated[str, Key(
        "The colour of headings, rules and charts: #1f3b57.", form="accent")] = ""
    footer: Annotated[str, Key("A line at the foot of every page.")] = ""


class WordOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ``template`` of the author's. *Resolved* (word): its page (``section``, as the element of
    the last section), and the size of its text in points."""

    written: ClassVar = Written("a setting for Word", alone="template")
    template: Annotated[Placed | None, Key(
        "A Word file in the source's folder, whose styles, page, heads and feet apply.",
        form="word template")] = None
    section: str = ""
    text: float = 0


class ContentsOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """``show``: whether to print a table of contents (auto: if the document is long enough).
    ``depth``: the number of heading levels. ``questions``: whether to include the questions of a
    dialogue. ``figures``, ``tables`` and ``listings``: whether to add lists of these."""

    written: ClassVar = Written("a table of contents", alone="show")
    show: Annotated[Literal["auto", "always", "never"], Key(
        "Whether to show it; auto: if the document is long enough.",
        wrong="does not say when to print the contents",
        words={"true": "always", "yes": "always", "on": "always",
               "false": "never", "no": "never", "off": "never"})] = "auto"
    depth: Annotated[int, Key(
        "The number of heading levels.", within=(1, 6), wrong="is not a number of levels")] = 2
    questions: Annotated[bool, Key("Whether to include the questions of a dialogue.")] = False
    figures: Annotated[bool, Key("Whether to add a list of figures.")] = False
    tables: Annotated[bool, Key("Whether to add a list of tables.")] = False
    listings: Annotated[bool, Key("Whether to add a list of captioned code.")] = False
