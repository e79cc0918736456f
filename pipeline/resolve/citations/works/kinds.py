"""The kinds of works that CSL knows, and BibTeX's names for them."""

from __future__ import annotations

CSL_KINDS = frozenset(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter"
    " classic collection dataset document entry entry-dictionary entry-encyclopedia event figure"
    " graphic hearing interview legal_case legislation manuscript map motion_picture"
    " musical_score pamphlet paper-conference patent performance periodical"
    " personal_communication post post-weblog regulation report review review-book software"
    " song speech standard thesis treaty webpage".split()
)

BIBTEX_KINDS = {
    "article": "article-journal", "newspaper": "article-newspaper",
    "newspaperarticle": "article-newspaper", "magazine": "article-magazine", "artwork": "graphic",
    "audio": "song", "blog": "post-weblog", "bookinbook": "chapter", "booklet": "pamphlet",
    "collection": "book", "commentary": "legislation", "conference": "paper-conference",
    "constitution": "legislation", "convention": "treaty", "electronic": "webpage",
    "film": "motion_picture", "image": "graphic", "inbook": "chapter", "incollection": "chapter",
    "inproceedings": "paper-conference", "inreference": "entry-encyclopedia",
    "jurisdiction": "legal_case", "law": "legislation", "lecture": "speech", "legal": "legislation",
    "letter": "personal_communication", "manual": "report", "mastersthesis": "thesis",
    "movie": "motion_picture", "music": "song", "mvbook": "book", "mvcollection": "book",
    "mvproceedings": "book", "mvreference": "book", "online": "webpage", "periodical": "periodical",
    "phdthesis": "thesis", "podcast": "broadcast", "presentation": "speech", "proceedings": "book",
    "reference": "book", "suppbook": "chapter", "suppcollection": "chapter",
    "suppperiodical": "article-journal", "techreport": "report", "unpublished": "manuscript",
    "video": "motion_picture", "website": "webpage", "www": "webpage", "misc": "document",
}  # fmt: skip

GENRES = {
    "phdthesis": "phd_thesis",
    "mastersthesis": "masters_thesis",
    "mathesis": "masters_thesis",
}
"""Kinds of theses, and the words for them."""
