"""The printed page."""

from __future__ import annotations

from pipeline.parser.frontmatter import brand, fonts, page, printing
from pipeline.parser.frontmatter.keys.key import Key
from pipeline.parser.frontmatter.lengths import LENGTH, length
from pipeline.parser.frontmatter.values import FLAG, flag, parsed

KEYS: tuple[Key, ...] = (
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
)
