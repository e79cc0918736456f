"""The front matter's metadata, validated and typed: its keys."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

from pipeline.model.keys import Key
from pipeline.model.metadata.parts import (
    Audience,
    Brand,
    Certification,
    ContentsOptions,
    Contributor,
    Cover,
    Identifier,
    Isbns,
    Licence,
    OwnFont,
    Placed,
    Series,
    Speaker,
    Subject,
    Translation,
)
from pipeline.model.paper import PrintOptions
from pipeline.model.words.writing import writing

__all__ = [
    "PAPER_THICKNESS", "Audience", "Brand", "Certification", "ContentsOptions", "Contributor",
    "Cover", "Direction", "Identifier", "Isbns", "Licence", "Metadata", "OwnFont", "Placed",
    "Series", "Speaker", "Subject", "Translation", "direction_of", "print_source",
]  # fmt: skip

Direction: TypeAlias = Literal["ltr", "rtl"]

PAPER_THICKNESS = 0.1
"""Millimetres of a sheet of offset paper of 80 g/m², which most copiers and printers take."""


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """Each key is described at its field. ``date`` and ``modified`` are YYYY, YYYY-MM or
    YYYY-MM-DD. ``identifier`` is always set after parsing and applies to all formats: it is derived
    if there is none. ``paper_thickness`` is in millimetres. ``printing`` applies to all printed
    editions, ``edition_options`` to single ones. ``part_of`` is for the parts of a divided
    publication: its title, and those of the sections around the part, outermost first."""

    # fmt: off
    title: Annotated[str, Key(
        "The publication's title. A first `# heading` of the text can stand in for it.",
        "Ending Modern Slavery")] = ""
    subtitle: Annotated[str, Key("A second, explaining title.", "A discussion handout")] = ""
    short_title: Annotated[str, Key(
        "The title as it may be shortened where there is little room.", "Modern Slavery")] = ""
    sort_title: Annotated[str, Key(
        "The title as a catalogue sorts it.", "Well, The", also="title_sort")] = ""
    authors: Annotated[tuple[Contributor, ...], Key(
        "Who wrote it: a name, a list of names, or of names with role, sort name and ORCID.",
        "Ann Author", ["Ann Author", "Ben Writer"],
        [{"name": "Ann Author", "sort_name": "Author, Ann", "orcid": "0000-0002-1825-0097"}],
        also="author", repeats=True)] = ()
    contributors: Annotated[tuple[Contributor, ...], Key(
        "Who else had a part in it, with roles: editor, translator, interviewee …",
        [{"name": "Tess Lator", "role": "translator"}], also="contributor", others={"role": "ctb"},
        repeats=True)] = ()
    lang: Annotated[str, Key(
        "The language of the text as a BCP 47 tag; en where none is given.", "en-GB", "de",
        "zh-Hant", also="language", form="language")] = "en"
    languages: Annotated[tuple[str, ...], Key(
        "Languages that the text is in as well, beside `lang`.", "la", ["fr", "ar"],
        form="language")] = ()
    date: Annotated[str, Key(
        "When this version appeared: YYYY, YYYY-MM or YYYY-MM-DD.", "2026-11-24", "2026-11", "2026",
        form="date")] = ""
    modified: Annotated[str, Key(
        "When it was last changed, where that is later than `date`.", "2027-01-15", also="updated",
        form="date")] = ""
    version: Annotated[str, Key("The version, as readers are to see it.", "1.10")] = ""
    edition_statement: Annotated[str, Key(
        "Which edition of the text it is: a number, or words.", 2, "Second, revised edition",
        form="edition statement")] = ""
    description: Annotated[str, Key(
        "What it is about, in a few sentences, for catalogues and search engines.",
        "A handout for a discussion of 45 minutes.", form="paragraphs")] = ""
    abstract: Annotated[str, Key(
        "What an article says, in a paragraph or some, for its first page.",
        "We asked 40 villages who looks after their wells.", form="paragraphs")] = ""
    keywords: Annotated[tuple[str, ...], Key(
        "Subjects: a list, or text with commas between.", ["slavery", "human rights"],
        "slavery, human rights", also="tags")] = ()
    subjects: Annotated[tuple[Subject, ...], Key(
        "Subjects by the classifications of shops and libraries: scheme, code and name.",
        "BISAC EDU029030",
        [{"scheme": "Thema", "code": "JNU", "name": "Teaching of a specific subject"}],
        also="subject")] = ()
    audience: Annotated[Audience, Key(
        "For whom it is: groups of readers, or for, ages and level.", "teachers",
        {"for": ["school"], "ages": "12-16", "level": "Key Stage 3"})] = Audience()
    publisher: Annotated[str, Key("Who publishes it.", "Example Press")] = ""
    imprint: Annotated[str, Key(
        "The name that it is published under, where that is not the publisher's.",
        "Well Books")] = ""
    place: Annotated[str, Key("Where it is published.", "London", also="city")] = ""
    rights: Annotated[str, Key(
        "The copyright notice.", "© 2026 Ann Author", form="paragraphs")] = ""
    licence: Annotated[Licence | None, Key(
        "The licence it is given under: a short name such as `CC BY-SA 4.0`, or name and url.",
        "CC BY-SA 4.0", {"name": "House licence", "url": "https://example.org/licence"},
        also="license")] = None
    identifier: Annotated[Identifier | None, Key(
        "An ISBN, UUID, DOI or address. A UUID is derived where none is given.",
        "isbn:978-0-306-40615-7", "doi:10.1000/182",
        {"scheme": "isbn", "value": "0306406152"})] = None
    identifiers: Annotated[tuple[Identifier, ...], Key(
        "Further identifiers, such as a DOI.", "doi:10.1000/182",
        ["doi:10.1000/182", "https://example.org/well"])] = ()
    isbns: Annotated[Isbns, Key(
        "The e-book's ISBN, or one for each format: epub, pdf, print.", "978-0-306-40615-7",
        {"epub": "978-0-306-40615-7", "print": "978-3-16-148410-0"}, also="isbns",
        name="isbn")] = Isbns()
    url: Annotated[str, Key(
        "The address of the folder on the web in which the outputs are published.",
        "https://example.org/handouts/", form="folder")] = ""
    translations: Annotated[tuple[Translation, ...], Key(
        "Where it is to be read in other languages: a language tag and an address each.",
        {"de": "https://example.org/handouts/der-brunnen.html"}, form="translations")] = ()
    series: Annotated[Series | None, Key(
        "The series it belongs to: a name, or name and position.", "Handouts",
        {"name": "Handouts", "position": 2})] = None
    accessibility: Annotated[Certification, Key(
        "Who vouches for the e-book's accessibility, and what readers should know of it.",
        {"certified_by": "Example Press", "report": "https://example.org/report"},
    )] = Certification()
    cover: Annotated[Cover | None, Key(
        "The cover: an image in the source's folder, or image and alt.", "images/cover.png",
        {"image": "images/cover.png", "alt": "A broken chain"})] = None
    speakers: Annotated[tuple[Speaker, ...], Key(
        "Who speaks in a dialogue: a name and a role each. Interviewers, moderators, "
        "hosts, questioners, presenters and chairs ask, in all languages that "
        "Chapbook knows; so do teachers and journalists where none of these is there. "
        "`asks` says so for others.", {"Rahim Kanani": "interviewer", "Siddharth Kara": "guest"},
        [{"name": "Ana", "role": "Moderatorin", "asks": True}], form="speakers")] = ()
    editions: Annotated[tuple[str, ...], Key(
        "Which editions are built where the command names none, and what is asked of one alone.",
        ["web", "handout"], ["handout", {"booklet": {"page": "Letter"}}], form="editions")] = ()
    made_up_as: Annotated[Literal["", "book", "handout", "article"], Key(
        "What it is made up as in print; without it, a long text is a book.", "book",
        name="class", also="documentclass", wrong="is no class of publication",
        words={"report": "book", "memoir": "book", "scrbook": "book", "scrreprt": "book",
               "scrartcl": "article"})] = ""
    contents: Annotated[ContentsOptions, Key(
        "The table of contents: true, false or auto; or show, depth and questions, "
        "and whether there are lists of figures, tables and listings.", True, "auto",
        {"show": "always", "depth": 2, "questions": True},
        {"figures": True, "tables": True}, also="toc")] = ContentsOptions()
    number_sections: Annotated[bool, Key(
        "Whether sections have numbers: 1, 1.1, 1.2 …", True, also="numbersections")] = False
    bibliography: Annotated[tuple[Placed, ...], Key(
        "The files that describe the works you cite: BibTeX, CSL-JSON or CSL-YAML.", "refs.bib",
        ["books.bib", "films.json"], form="works")] = ()
    citation_style: Annotated[Placed | None, Key(
        "How citations are written: the name of a style, or a .csl file.", "apa",
        "chicago-notes-bibliography", "our-style.csl", also="csl", form="style")] = None
    nocite: Annotated[tuple[Placed, ...], Key(
        "Works that the bibliography lists though nothing cites them: keys, or * for all.", "*",
        ["bales2012", "ilo2022"], form="citekey")] = ()
    notes: Annotated[Literal["foot", "margin", "end"], Key(
        "Where notes are printed: at the foot of the page, in the margin beside the text, or all "
        "at the end. On wide screens the web page has them in the margin too.",
        "margin", "end", wrong="is no place for notes")] = "foot"
    score: Annotated[tuple[Literal["head", "foot", "exercises"], ...], Key(
        "Where boxes for the score stand: with the sum of all marks at the head of the text, or at "
        "its foot; and at exercises.", "head", ["exercises", "foot"],
        wrong="is no place for the score")] = ()
    web: Annotated[Literal["page", "chapters"], Key(
        "Whether the web edition is one page, or a small site: one page for each chapter, with "
        "search.", "chapters", wrong="is no form of the web edition")] = "page"
    embed_fonts: Annotated[bool, Key(
        "Whether the e-book brings fonts for headings and tables; it has the reader's else.",
        True)] = False
    split: Annotated[int, Key(
        "Which sections are files of their own in the e-book: chapters (1), or theirs as well (2).",
        2, within=(1, 2), wrong="is no level to split at")] = 1
    fonts: Annotated[tuple[OwnFont, ...], Key(
        "Fonts of your own in the source's folder, for styles of your own that name them.",
        "fonts/Wells.otf", [{"file": "fonts/Wells-Bold.otf", "obfuscate": True}])] = ()
    paper_thickness: Annotated[float, Key(
        "How thick a sheet of paper is, for the spine of the print cover: 0.1mm without it.",
        "0.12mm", within=(0.03, 1))] = PAPER_THICKNESS
    page_list: Annotated[bool, Key(
        "Whether the web page and the e-book tell where the pages of the handout begin.",
        False)] = True
    printing: PrintOptions = PrintOptions()
    edition_options: tuple[tuple[str, PrintOptions], ...] = ()
    brand: Annotated[Brand, Key(
        "Whose it is: a logo and what it says, the colour of headings, a line at the foot.",
        {"logo": "logo.svg", "alt": "Hill School", "accent": "#7a3410",
         "footer": "hill.example"})] = Brand()
    variables: Annotated[tuple[tuple[str, str], ...], Key(
        "Names of your own, and what stands in the place of `{{ name }}` in the text.",
        {"school": "Hill School", "year": 2026}, form="variables")] = ()
    part_of: tuple[str, ...] = ()
    # fmt: on

    @property
    def direction(self) -> Direction:
        """The main direction of the script that ``lang`` is written in."""
        return direction_of(self.lang)


RTL_SCRIPTS = frozenset({"Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm"})


def direction_of(lang: str) -> Direction:
    """The main direction of the script that a language is written in."""
    scripts = (part for part in lang.split("-")[1:] if len(part) == 4 and part.isalpha())
    script = next(scripts, "") or writing(lang).script
    return "rtl" if script.title() in RTL_SCRIPTS else "ltr"


def print_source(metadata: Metadata) -> str:
    """The printed edition that an e-book is the same as, by its ISBN as a URN, or nothing."""
    return Identifier("isbn", metadata.isbns.print).uri if metadata.isbns.print else ""
