"""The front matter's metadata, validated and typed: its keys."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from pipeline.model.keys import Key
from pipeline.model.kinds import KindName
from pipeline.model.metadata.structured_values import (
    Audience,
    Brand,
    Certification,
    ContentsOptions,
    Contributor,
    Cover,
    Grade,
    Identifier,
    Isbns,
    Licence,
    NamedText,
    OwnFont,
    Placed,
    Series,
    Speaker,
    Subject,
    Translation,
    WordOptions,
)
from pipeline.model.paper import PrintOptions
from pipeline.model.words.writing_conventions import writing

__all__ = [
    "PAPER_THICKNESS", "Audience", "Brand", "Certification", "ContentsOptions", "Contributor",
    "Cover", "Direction", "Grade", "Identifier", "Isbns", "Licence", "Metadata", "NamedText",
    "OwnFont", "Placed", "ScorePlace", "Series", "Speaker", "Subject", "Translation",
    "WordOptions", "direction_of", "print_source", "without_empty",
]  # fmt: skip

Direction: TypeAlias = Literal["ltr", "rtl"]
ScorePlace: TypeAlias = Literal["head", "foot", "exercises", "table"]

PAPER_THICKNESS = 0.1
"""Millimetres of a sheet of offset paper of 80 g/m², which most copiers and printers take."""


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """Each key is described at its field. ``date`` and ``modified`` are YYYY, YYYY-MM or
    YYYY-MM-DD. ``identifier`` is always set after parsing and applies to all formats: it is derived
    if there is none. ``paper_thickness`` is in millimetres. ``printing`` applies to all printed
    editions, ``edition_options`` to single ones. ``part_of`` is for the parts of a divided
    publication: its title, and those of the sections around the part, outermost first. ``shared``
    are the keys whose values a library gives, and ``library`` is the path to its folder."""

    # fmt: off
    title: Annotated[str, Key(
        "The title of the publication. A first `# heading` in the text can replace it.",
        "Ending Modern Slavery", of_library=True)] = ""
    subtitle: Annotated[str, Key("The subtitle.", "A discussion handout", of_library=True)] = ""
    short_title: Annotated[str, Key(
        "A shorter title for places with little room.", "Modern Slavery", of_library=True)] = ""
    sort_title: Annotated[str, Key(
        "The form of the title that catalogues sort by.", "Well, The", also="title_sort",
        of_library=True)] = ""
    authors: Annotated[tuple[Contributor, ...], Key(
        "The authors: a name, a list of names, or names with role, sort name and ORCID.",
        "Ann Author", ["Ann Author", "Ben Writer"],
        [{"name": "Ann Author", "sort_name": "Author, Ann", "orcid": "0000-0002-1825-0097"}],
        also="author", repeats=True)] = ()
    contributors: Annotated[tuple[Contributor, ...], Key(
        "Other people involved, with roles: editor, translator, interviewee …",
        [{"name": "Tess Lator", "role": "translator"}], also="contributor", others={"role": "ctb"},
        repeats=True)] = ()
    lang: Annotated[str, Key(
        "The language of the text, as a BCP 47 tag. Without one it is en, or the language that the "
        "text seems to be in, with a warning.", "en-GB", "de",
        "zh-Hant", also="language", form="language")] = "en"
    languages: Annotated[tuple[str, ...], Key(
        "Further languages of the text, in addition to `lang`.", "la", ["fr", "ar"],
        form="language")] = ()
    date: Annotated[str, Key(
        "The publication date of this version: YYYY, YYYY-MM or YYYY-MM-DD.", "2026-11-24",
        "2026-11", "2026", form="date", of_library=True)] = ""
    modified: Annotated[str, Key(
        "The date of the last change, if later than `date`.", "2027-01-15", also="updated",
        form="date", of_library=True)] = ""
    version: Annotated[str, Key("The version as shown to readers.", "1.10", of_library=True)] = ""
    edition_statement: Annotated[str, Key(
        "The edition of the text: a number, or words.", 2, "Second, revised edition",
        form="edition statement", of_library=True)] = ""
    description: Annotated[str, Key(
        "A summary of a few sentences, for catalogues and search engines.",
        "A handout for a discussion of 45 minutes.", form="paragraphs", of_library=True)] = ""
    abstract: Annotated[str, Key(
        "The abstract of an article, in one or more paragraphs, for its first page.",
        "We asked 40 villages who looks after their wells.", form="paragraphs",
        of_library=True)] = ""
    keywords: Annotated[tuple[str, ...], Key(
        "Subjects: a list, or text separated by commas.", ["slavery", "human rights"],
        "slavery, human rights", also="tags keyword", of_library=True)] = ()
    subjects: Annotated[tuple[Subject, ...], Key(
        "Subjects from classifications of shops and libraries: scheme, code and name.",
        "BISAC EDU029030",
        [{"scheme": "Thema", "code": "JNU", "name": "Teaching of a specific subject"}],
        also="subject")] = ()
    audience: Annotated[Audience, Key(
        "The intended readers: groups, or for, ages and level.", "teachers",
        {"for": ["school"], "ages": "12-16", "level": "Key Stage 3"})] = Audience()
    starts: Annotated[str, Key(
        "The time at which the lesson begins, for the teacher's edition.", "9:15",
        form="time")] = ""
    publisher: Annotated[str, Key("The publisher.", "Example Press")] = ""
    imprint: Annotated[str, Key(
        "The publisher's imprint, if it has another name.",
        "Well Books")] = ""
    place: Annotated[str, Key("The place of publication.", "London", also="city")] = ""
    rights: Annotated[str, Key(
        "The copyright notice.", "© 2026 Ann Author", form="paragraphs")] = ""
    licence: Annotated[Licence | None, Key(
        "The licence: a short name such as `CC BY-SA 4.0`, or name and url.",
        "CC BY-SA 4.0", {"name": "House licence", "url": "https://example.org/licence"},
        also="license")] = None
    identifier: Annotated[Identifier | None, Key(
        "An ISBN, UUID, DOI or web address. By default, a UUID is derived.",
        "isbn:978-0-306-40615-7", "doi:10.1000/182",
        {"scheme": "isbn", "value": "0306406152"}, of_library=True)] = None
    identifiers: Annotated[tuple[Identifier, ...], Key(
        "Further identifiers, such as a DOI.", "doi:10.1000/182",
        ["doi:10.1000/182", "https://example.org/well"], of_library=True)] = ()
    isbns: Annotated[Isbns, Key(
        "The e-book's ISBN, or one for each format: epub, pdf, print.", "978-0-306-40615-7",
        {"epub": "978-0-306-40615-7", "print": "978-3-16-148410-0"}, also="isbns",
        name="isbn", of_library=True)] = Isbns()
    url: Annotated[str, Key(
        "The web address of the folder in which the outputs are published.",
        "https://example.org/handouts/", form="folder")] = ""
    translations: Annotated[tuple[Translation, ...], Key(
        "Versions in other languages: a language tag and an address for each.",
        {"de": "https://example.org/handouts/der-brunnen.html"}, form="translations",
        of_library=True)] = ()
    series: Annotated[Series | None, Key(
        "The series: a name, or name and position.", "Handouts",
        {"name": "Handouts", "position": 2})] = None
    accessibility: Annotated[Certification, Key(
        "The person or body that certifies the e-book's accessibility, and a summary.",
        {"certified_by": "Example Press", "report": "https://example.org/report"},
    )] = Certification()
    cover: Annotated[Cover | None, Key(
        "The cover: an image in the source's folder, or an image with alt.", "images/cover.png",
        {"image": "images/cover.png", "alt": "A broken chain"}, of_library=True)] = None
    speakers: Annotated[tuple[Speaker, ...], Key(
        "The speakers of a dialogue, each with a name and a role. Interviewers, moderators, "
        "hosts, questioners, presenters and chairs ask questions, in all supported languages; "
        "so do teachers and journalists if there are none of these. "
        "For other roles, set `asks`.", {"Rahim Kanani": "interviewer", "Siddharth Kara": "guest"},
        [{"name": "Ana", "role": "Moderatorin", "asks": True}], form="speakers")] = ()
    editions: Annotated[tuple[str, ...], Key(
        "The editions to build if the command names none, with settings for single ones.",
        ["web", "handout"], ["handout", {"booklet": {"page": "Letter"}}], form="editions")] = ()
    layout: Annotated[Literal["", "book", "handout", "article"], Key(
        "The layout class; by default, a long text is a book.", "book",
        name="class", also="documentclass", wrong="is not a class of publication",
        words={"report": "book", "memoir": "book", "scrbook": "book", "scrreprt": "book",
               "scrartcl": "article"})] = ""
    kind: Annotated[KindName, Key(
        "The kind of publication, for its layout: a newsletter, recipe or recipes, a play …",
        "newsletter", wrong="is not a kind with a layout of its own",
        words={"cookbook": "recipe", "recipes": "recipe", "poems": "poetry", "flyer": "leaflet",
               "brochure": "leaflet", "test": "exam"})] = ""
    contents: Annotated[ContentsOptions, Key(
        "The table of contents: true, false or auto; or show, depth and questions, "
        "and lists of figures, tables and listings.", True, "auto",
        {"show": "always", "depth": 2, "questions": True},
        {"figures": True, "tables": True}, also="toc")] = ContentsOptions()
    number_sections: Annotated[bool, Key(
        "Whether sections are numbered: 1, 1.1, 1.2 …", True, also="numbersections")] = False
    bibliography: Annotated[tuple[Placed, ...], Key(
        "Files with the works you cite: BibTeX, CSL-JSON or CSL-YAML.", "refs.bib",
        ["books.bib", "films.json"], form="works")] = ()
    citation_style: Annotated[Placed | None, Key(
        "The citation style: the name of a style, or a .csl file.", "apa",
        "chicago-notes-bibliography", "our-style.csl", also="csl", form="style")] = None
    nocite: Annotated[tuple[Placed, ...], Key(
        "Works to list in the bibliography without citing them: keys, or * for all.", "*",
        ["bales2012", "ilo2022"], form="citekey")] = ()
    notes: Annotated[Literal["foot", "margin", "end"], Key(
        "The position of notes: at the foot of the page, in the margin, or all at the end. "
        "On wide screens, the web page also shows margin notes in the margin.",
        "margin", "end", wrong="is not a place for notes")] = "foot"
    levels: Annotated[tuple[tuple[str, str], ...], Key(
        "The levels of a worksheet: pupils get one handout for each. With a text after its name, "
        "a level has that at the head of its printed pages.", ["core", "support", "extension"],
        {"core": "", "support": "+"}, also="level", form="levels")] = ()
    versions: Annotated[tuple[tuple[str, int], ...], Key(
        "The versions of a worksheet, with exercises and choices in different orders: how many, or "
        "the seed of each by its name. The seed 0 keeps the order of the text.", 3,
        {"A": 0, "B": 17}, form="versions")] = ()
    varied: Annotated[tuple[str, ...], Key(
        "The editions that exist at all levels and in all versions, if not all do. The others are "
        "at the first level and in the first version.", ["web", "handout", "answers"],
        form="edition name")] = ()
    class_list: Annotated[str, Key(
        "The list of a class for `chapbook class`: a CSV file in the source's folder.",
        "pupils.csv", form="class list")] = ""
    score: Annotated[tuple[ScorePlace, ...], Key(
        "The position of score boxes: with the total of all marks at the head or foot of the "
        "text, and at exercises; or a table of all exercises with a grade.", "head",
        ["exercises", "foot"], ["table", "head"],
        wrong="is not a place for the score")] = ()
    grades: Annotated[tuple[Grade, ...], Key(
        "The grading key, for teachers: grades, with the percentage of the marks that each needs.",
        {"A": 90, "B": 80, "C": 70, "D": 60, "F": 0}, form="grades")] = ()
    web: Annotated[Literal["page", "chapters"], Key(
        "The form of the web edition: a single page, or a small site with one page per chapter "
        "and a search.", "chapters", wrong="is not a form of the web edition")] = "page"
    word: Annotated[WordOptions | None, Key(
        "The template of Word files: a file of your school's, with its styles, page, heads and "
        "feet.", {"template": "school.docx"})] = None
    opening: Annotated[Literal["drop-cap", "small-caps"] | None, Key(
        "The opening of chapters: a drop cap, or the first words in small capitals.", "drop-cap",
        wrong="is not an opening of chapters")] = None
    chapter_numbers: Annotated[Literal["words", "numerals"] | None, Key(
        "Whether chapters and parts are numbered above their titles: Chapter One (words), or "
        "Chapter 1 (numerals).", "words", wrong="is not a form of chapter numbers")] = None
    front_numbers: Annotated[Literal["roman"] | None, Key(
        "The page numbers before the text of a printed book: roman, with page 1 where the text "
        "begins.", "roman", wrong="is not a form of page numbers")] = None
    light: Annotated[bool, Key(
        "Whether the web page is as small as it can be, for slow connections.", True)] = False
    image_size: Annotated[int, Key(
        "The maximum long side of images on the web page and in the e-book, in pixels: from 320 to "
        "2048.", 1024, within=(320, 2048), wrong="is not a size of images")] = 0
    embed_fonts: Annotated[bool, Key(
        "Whether the e-book embeds fonts for headings and tables.",
        True)] = False
    split: Annotated[int, Key(
        "The sections with files of their own in the e-book: chapters (1), or subsections too (2).",
        2, within=(1, 2), wrong="is not a level to split at")] = 1
    fonts: Annotated[tuple[OwnFont, ...], Key(
        "Fonts in the source's folder, for use in your own styles.",
        "fonts/Wells.otf", [{"file": "fonts/Wells-Bold.otf", "obfuscate": True}],
        unshared=True)] = ()
    paper_thickness: Annotated[float, Key(
        "The thickness of a sheet of paper, for the spine of the print cover; 0.1mm by default.",
        "0.12mm", within=(0.03, 1))] = PAPER_THICKNESS
    page_list: Annotated[bool, Key(
        "Whether the web page and the e-book mark where the pages of the handout begin.",
        False)] = True
    printing: PrintOptions = PrintOptions()
    edition_options: tuple[tuple[str, PrintOptions], ...] = ()
    brand: Annotated[Brand, Key(
        "Your identity: a logo with its alternative text, a colour, a line at the foot.",
        {"logo": "logo.svg", "alt": "Hill School", "accent": "#7a3410",
         "footer": "hill.example"})] = Brand()
    variables: Annotated[tuple[NamedText, ...], Key(
        "Variables of your own: the value replaces `{{ name }}` in the text.",
        {"school": "Hill School", "year": 2026}, form="variables")] = ()
    part_of: tuple[str, ...] = ()
    library: str = ""
    shared: tuple[str, ...] = ()
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
    """The printed edition with the same content as an e-book, by its ISBN as a URN, or nothing."""
    return Identifier("isbn", metadata.isbns.print).uri if metadata.isbns.print else ""


def without_empty(data: Any) -> Any:
    """Metadata in a vocabulary's JSON, without empty values at any depth."""
    if isinstance(data, dict):
        cleaned = {key: without_empty(value) for key, value in data.items()}
        return {key: value for key, value in cleaned.items() if value not in ("", [], {})}
    return [without_empty(value) for value in data] if isinstance(data, list) else data
