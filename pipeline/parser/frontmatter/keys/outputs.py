"""Which editions are made, and how those for screens are."""

from __future__ import annotations

from pipeline.parser.frontmatter import printing, publication
from pipeline.parser.frontmatter.keys.key import Key
from pipeline.parser.frontmatter.values import FLAG, flag, parsed

KEYS: tuple[Key, ...] = (
    Key(
        "editions",
        "Which editions are built where the command names none, and what is asked of one alone.",
        printing.EDITION_LIST,
        printing.editions,
        (["web", "handout"], ["handout", {"booklet": {"page": "Letter"}}]),
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
        "split",
        "Which sections are files of their own in the e-book: chapters (1), or theirs as well (2).",
        {"enum": list(publication.SPLITS)},
        parsed(publication.split),
        (2,),
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
