"""What the publication is, who made it, and for whom."""

from __future__ import annotations

from pipeline.parser.frontmatter import audience, people, publication, subjects
from pipeline.parser.frontmatter.keys.key import Key
from pipeline.parser.frontmatter.values import (
    TEXT,
    calendar_date,
    language,
    one_or_list,
    paragraphs,
    parsed,
    text,
)

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
    Key("version", "The version, as readers are to see it.", TEXT, text, ("1.10",)),
    Key(
        "edition_statement",
        "Which edition of the text it is: a number, or words.",
        TEXT,
        parsed(publication.edition_statement),
        (2, "Second, revised edition"),
        ("edition-statement",),
    ),
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
)
