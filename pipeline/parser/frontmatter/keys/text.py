"""How the text is made up, in all editions."""

from __future__ import annotations

from pipeline.parser.frontmatter import citations, people, publication, variables
from pipeline.parser.frontmatter.keys.key import Key
from pipeline.parser.frontmatter.values import FLAG, TEXT, flag, one_or_list, parsed

KEYS: tuple[Key, ...] = (
    Key(
        "speakers",
        "Who speaks in a dialogue: a name and a role each. Interviewers, moderators, hosts,"
        " questioners, presenters and chairs ask, in all languages that Chapbook knows; so do"
        " teachers and journalists where none of these is there. `asks` says so for others.",
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
        "variables",
        "Names of your own, and what stands in the place of `{{ name }}` in the text.",
        variables.VARIABLES,
        variables.variables,
        ({"school": "Hill School", "year": 2026},),
    ),
)
