"""The keys of the front matter: one table, from which values are read and the JSON Schema
for editors is made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from pipeline.parser.frontmatter import (
    audience,
    brand,
    citations,
    fonts,
    isbns,
    page,
    people,
    printing,
    publication,
    subjects,
    translations,
    variables,
)
from pipeline.parser.frontmatter.lengths import LENGTH, length
from pipeline.parser.frontmatter.values import (
    FLAG,
    TEXT,
    Report,
    Schema,
    calendar_date,
    flag,
    language,
    one_or_list,
    paragraphs,
    parsed,
    text,
)
from pipeline.parser.frontmatter.yaml_nodes import Node


class Key(NamedTuple):
    """A key of the front matter: a field of `Metadata`.

    ``read`` gives the field's value, or None where there is none that can be used.
    ``examples`` are values as JSON has them, each valid. ``field`` is that of `Metadata`, where
    it has another name.
    """

    name: str
    description: str
    schema: Schema
    read: Callable[[Node, Report, str], object]
    examples: tuple[Any, ...]
    aliases: tuple[str, ...] = ()
    field: str = ""


KEYS: tuple[Key, ...] = (
    Key(
        "title",
        "The publication's title. A first `# heading` of the text can stand in for it.",
        TEXT,
        text,
        ("Ending Modern Slavery",),
    ),
    Key("subtitle", "A second, explaining title.", TEXT, text, ("A discussion handout",)),
    Key(
        "short_title",
        "The title as it may be shortened where there is little room.",
        TEXT,
        text,
        ("Modern Slavery",),
        ("short-title",),
    ),
    Key(
        "sort_title",
        "The title as a catalogue sorts it.",
        TEXT,
        text,
        ("Well, The",),
        ("sort-title", "title_sort"),
    ),
    Key(
        "authors",
        "Who wrote it: a name, a list of names, or of names with role, sort name and ORCID.",
        people.PEOPLE,
        people.people("aut"),
        (
            "Ann Author",
            ["Ann Author", "Ben Writer"],
            [{"name": "Ann Author", "sort_name": "Author, Ann", "orcid": "0000-0002-1825-0097"}],
        ),
        ("author",),
    ),
    Key(
        "contributors",
        "Who else had a part in it, with roles: editor, translator, interviewee …",
        people.PEOPLE,
        people.people("ctb"),
        ([{"name": "Tess Lator", "role": "translator"}],),
        ("contributor",),
    ),
    Key(
        "lang",
        "The language of the text as a BCP 47 tag; en where none is given.",
        {"type": "string", "pattern": "^[A-Za-z]{1,3}(-[A-Za-z0-9]{1,8})*$"},
        parsed(language),
        ("en-GB", "de", "zh-Hant"),
        ("language",),
    ),
    Key(
        "languages",
        "Languages that the text is in as well, beside `lang`.",
        one_or_list({"type": "string"}),
        publication.languages,
        ("la", ["fr", "ar"]),
    ),
    Key(
        "date",
        "When this version appeared: YYYY, YYYY-MM or YYYY-MM-DD.",
        TEXT | {"pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
        parsed(calendar_date),
        ("2026-11-24", "2026-11", "2026"),
    ),
    Key(
        "modified",
        "When it was last changed, where that is later than `date`.",
        TEXT | {"pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
        parsed(calendar_date),
        ("2027-01-15",),
        ("updated",),
    ),
    Key(
        "edition_statement",
        "Which edition of the text it is: a number, or words.",
        TEXT,
        parsed(publication.edition_statement),
        (2, "Second, revised edition"),
        ("edition-statement",),
    ),
    Key("version", "The version, as readers are to see it.", TEXT, text, ("1.10",)),
    Key(
        "description",
        "What it is about, in a few sentences, for catalogues and search engines.",
        TEXT,
        paragraphs,
        ("A handout for a discussion of 45 minutes.",),
    ),
    Key(
        "keywords",
        "Subjects: a list, or text with commas between.",
        one_or_list(TEXT),
        publication.keywords,
        (["slavery", "human rights"], "slavery, human rights"),
    ),
    Key(
        "subjects",
        "Subjects by the classifications of shops and libraries: scheme, code and name.",
        subjects.SUBJECTS,
        subjects.subjects,
        (
            "BISAC EDU029030",
            [{"scheme": "Thema", "code": "JNU", "name": "Teaching of a specific subject"}],
        ),
        ("subject",),
    ),
    Key(
        "audience",
        "For whom it is: groups of readers, or for, ages and level.",
        {"anyOf": [TEXT, one_or_list({"type": "string"}), audience.AUDIENCE.schema()]},
        audience.audience,
        ("teachers", {"for": ["school"], "ages": "12-16", "level": "Key Stage 3"}),
    ),
    Key("publisher", "Who publishes it.", TEXT, text, ("Example Press",)),
    Key(
        "imprint",
        "The name that it is published under, where that is not the publisher's.",
        TEXT,
        text,
        ("Well Books",),
    ),
    Key(
        "place",
        "Where it is published.",
        TEXT,
        text,
        ("London",),
        ("city",),
    ),
    Key(
        "rights",
        "The copyright notice.",
        TEXT,
        paragraphs,
        ("© 2026 Ann Author",),
    ),
    Key(
        "licence",
        "The licence it is given under: a short name such as `CC BY-SA 4.0`, or name and url.",
        {"anyOf": [TEXT, publication.LICENCE.schema()]},
        publication.licence,
        ("CC BY-SA 4.0", {"name": "House licence", "url": "https://example.org/licence"}),
        ("license",),
    ),
    Key(
        "identifier",
        "An ISBN, UUID, DOI or address. A UUID is derived where none is given.",
        {"anyOf": [TEXT, publication.IDENTIFIER.schema()]},
        publication.identifier,
        ("isbn:978-0-306-40615-7", "doi:10.1000/182", {"scheme": "isbn", "value": "0306406152"}),
    ),
    Key(
        "isbn",
        "The e-book's ISBN, or one for each format: epub, pdf, print.",
        isbns.ISBN,
        isbns.isbns,
        ("978-0-306-40615-7", {"epub": "978-0-306-40615-7", "print": "978-3-16-148410-0"}),
        ("isbns",),
        field="isbns",
    ),
    Key(
        "identifiers",
        "Further identifiers, such as a DOI.",
        {
            "anyOf": [
                TEXT,
                publication.IDENTIFIER.schema(),
                {"type": "array", "items": {"anyOf": [TEXT, publication.IDENTIFIER.schema()]}},
            ]
        },
        isbns.further,
        ("doi:10.1000/182", ["doi:10.1000/182", "https://example.org/well"]),
    ),
    Key(
        "url",
        "The address of the folder on the web in which the outputs are published.",
        {"type": "string", "format": "uri"},
        publication.base_address,
        ("https://example.org/handouts/",),
    ),
    Key(
        "translations",
        "Where it is to be read in other languages: a language tag and an address each.",
        translations.TRANSLATIONS,
        translations.translations,
        ({"de": "https://example.org/handouts/der-brunnen.html"},),
    ),
    Key(
        "series",
        "The series it belongs to: a name, or name and position.",
        {"anyOf": [TEXT, publication.SERIES.schema()]},
        publication.series,
        ("Handouts", {"name": "Handouts", "position": 2}),
    ),
    Key(
        "accessibility",
        "Who vouches for the e-book's accessibility, and what readers should know of it.",
        audience.CERTIFICATION.schema(),
        audience.accessibility,
        ({"certified_by": "Example Press", "report": "https://example.org/report"},),
    ),
    Key(
        "cover",
        "The cover: an image in the source's folder, or image and alt.",
        {"anyOf": [{"type": "string"}, publication.COVER.schema()]},
        publication.cover,
        ("images/cover.png", {"image": "images/cover.png", "alt": "A broken chain"}),
    ),
    Key(
        "speakers",
        "Who speaks in a dialogue: a name and a role each. Interviewers, moderators, hosts,"
        " questioners, presenters and chairs ask; `asks` says so for others.",
        {
            "anyOf": [
                {
                    "type": "object",
                    "additionalProperties": {"anyOf": [TEXT, people.SPEAKER_PART.schema()]},
                },
                {"type": "array", "items": people.SPEAKER.schema()},
            ]
        },
        people.speakers,
        (
            {"Rahim Kanani": "interviewer", "Siddharth Kara": "guest"},
            [{"name": "Ana", "role": "Moderatorin", "asks": True}],
        ),
    ),
    Key(
        "editions",
        "Which editions are built where the command names none, and what is asked of one alone.",
        printing.EDITION_LIST,
        printing.editions,
        (["web", "handout"], ["handout", {"booklet": {"page": "Letter"}}]),
    ),
    Key(
        "contents",
        "The table of contents: true, false or auto; or show, depth and questions, and whether"
        " there are lists of figures, tables and listings.",
        {"anyOf": [publication.SHOW, publication.CONTENTS.schema()]},
        publication.contents,
        (
            True,
            "auto",
            {"show": "always", "depth": 2, "questions": True},
            {"figures": True, "tables": True},
        ),
    ),
    Key(
        "web",
        "Whether the web edition is one page, or a small site: one page for each chapter, with"
        " search.",
        publication.WEB,
        parsed(publication.web_form),
        ("chapters",),
    ),
    Key(
        "number_sections",
        "Whether sections have numbers: 1, 1.1, 1.2 …",
        FLAG,
        flag,
        (True,),
        ("number-sections",),
    ),
    Key(
        "notes",
        "Where notes are printed: at the foot of the page, in the margin beside the text, or all"
        " at the end. On wide screens the web page has them in the margin too.",
        publication.NOTES,
        parsed(publication.note_place),
        ("margin", "end"),
    ),
    Key(
        "split",
        "Which sections are files of their own in the e-book: chapters (1), or theirs as well (2).",
        {"enum": list(publication.SPLITS)},
        parsed(publication.split),
        (2,),
    ),
    Key(
        "bibliography",
        "The files that describe the works you cite: BibTeX, CSL-JSON or CSL-YAML.",
        one_or_list({"type": "string"}),
        citations.bibliography,
        ("refs.bib", ["books.bib", "films.json"]),
    ),
    Key(
        "citation_style",
        "How citations are written: the name of a style, or a .csl file.",
        {"type": "string"},
        citations.style,
        ("apa", "chicago-notes-bibliography", "our-style.csl"),
        ("citation-style", "csl"),
    ),
    Key(
        "nocite",
        "Works that the bibliography lists though nothing cites them: keys, or * for all.",
        one_or_list(TEXT),
        citations.nocite,
        ("*", ["bales2012", "ilo2022"]),
    ),
    Key(
        "page",
        "The printed page: a size, or size, margins, gutter, columns, text and leading.",
        printing.SCHEMAS["page"],
        page.page,
        ("A5", {"size": "150mm x 220mm", "margins": "15mm"}, {"columns": 2, "text": "10pt"}),
    ),
    Key(
        "theme",
        "How the printed page looks.",
        printing.SCHEMAS["theme"],
        printing.READERS["theme"],
        ("modern",),
    ),
    Key(
        "handwriting",
        "Whose hand fills in lines and blanks: their distance is 12, 9 or 7.5 mm.",
        printing.SCHEMAS["handwriting"],
        printing.READERS["handwriting"],
        ("primary",),
    ),
    Key(
        "fit",
        "How many pages the text is made to fill: a number, or even for whole sheets; or pages,"
        " smallest and largest.",
        printing.SCHEMAS["fit"],
        printing.fit,
        (2, "even", {"pages": 4, "smallest": "9.5pt"}),
    ),
    Key(
        "name_line",
        "Whether there are lines for name, class and date at the top; or which of them.",
        printing.SCHEMAS["name_line"],
        printing.name_line,
        (True, ["name", "date"]),
        ("name-line",),
    ),
    Key(
        "links",
        "Where print tells the addresses of links: in a list at the end, at the foot, or nowhere.",
        printing.SCHEMAS["links"],
        printing.READERS["links"],
        ("foot", "none"),
    ),
    Key(
        "qr_codes",
        "Whether printed links have a code for telephones beside them.",
        FLAG,
        flag,
        (True,),
        ("qr-codes",),
    ),
    Key(
        "fonts",
        "Fonts of your own in the source's folder, for styles of your own that name them.",
        fonts.FONTS,
        fonts.fonts,
        ("fonts/Wells.otf", [{"file": "fonts/Wells-Bold.otf", "obfuscate": True}]),
    ),
    Key(
        "paper_thickness",
        "How thick a sheet of paper is, for the spine of the print cover: 0.1mm without it.",
        LENGTH,
        parsed(length(0.03, 1)),
        ("0.12mm",),
        ("paper-thickness",),
    ),
    Key(
        "brand",
        "Whose it is: a logo and what it says, the colour of headings, a line at the foot.",
        brand.BRAND.schema(),
        brand.brand,
        (
            {
                "logo": "logo.svg",
                "alt": "Hill School",
                "accent": "#7a3410",
                "footer": "hill.example",
            },
        ),
    ),
    Key(
        "variables",
        "Names of your own, and what stands in the place of `{{ name }}` in the text.",
        variables.VARIABLES,
        variables.variables,
        ({"school": "Hill School", "year": 2026},),
    ),
    Key(
        "embed_fonts",
        "Whether the e-book brings fonts for headings and tables; it has the reader's else.",
        FLAG,
        flag,
        (True,),
        ("embed-fonts",),
    ),
    Key(
        "page_list",
        "Whether the web page and the e-book tell where the pages of the handout begin.",
        FLAG,
        flag,
        (False,),
        ("page-list",),
    ),
)

BY_NAME: dict[str, Key] = {key.name: key for key in KEYS}
ALIASES: dict[str, str] = {alias: key.name for key in KEYS for alias in key.aliases}


def json_schema() -> dict[str, object]:
    """The JSON Schema of the front matter, for editors to complete and check it by: draft 7,
    the newest that all of them read. A key whose value is empty is as good as not written."""
    properties: dict[str, object] = {}
    for key in KEYS:
        properties[key.name] = {
            "description": key.description,
            "examples": list(key.examples),
            "anyOf": [*key.schema.get("anyOf", [key.schema]), {"type": "null"}],
        }
        for alias in key.aliases:
            properties[alias] = {
                "description": f"Another name of `{key.name}`.",
                "$ref": f"#/properties/{key.name}",
            }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Front matter of a Chapbook source",
        "type": "object",
        "properties": properties,
        "$defs": {"person": people.PERSON.schema()},
        "additionalProperties": False,
    }


def schema_text() -> str:
    """`json_schema` as the text of a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
