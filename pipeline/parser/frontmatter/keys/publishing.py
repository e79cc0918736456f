"""Who publishes it, under what terms, numbers and addresses."""

from __future__ import annotations

from pipeline.parser.frontmatter import audience, isbns, publication, translations
from pipeline.parser.frontmatter.keys.key import Key
from pipeline.parser.frontmatter.values import TEXT, paragraphs, text

KEYS: tuple[Key, ...] = (
    Key("publisher", "Who publishes it.", TEXT, text, ("Example Press",)),
    Key(
        "imprint",
        "The name that it is published under, where that is not the publisher's.",
        TEXT,
        text,
        ("Well Books",),
    ),
    Key("place", "Where it is published.", TEXT, text, ("London",), ("city",)),
    Key("rights", "The copyright notice.", TEXT, paragraphs, ("© 2026 Ann Author",)),
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
)
