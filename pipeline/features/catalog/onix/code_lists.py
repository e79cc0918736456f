"""From our words to the codes of ONIX's lists."""

from __future__ import annotations

from pipeline.model.metadata import Subject

ROLES: dict[str, str] = {
    "adp": "B05", "aft": "A19", "ann": "A20", "arr": "B25", "art": "A12", "aui": "A24",
    "aus": "A03", "aut": "A01", "cmm": "A21", "cmp": "A06", "com": "C01", "cov": "A36",
    "cre": "A09", "csl": "B20", "ctg": "A39", "cwt": "A21", "dsr": "A11", "bkd": "A11",
    "edt": "B01", "ill": "A12", "ive": "A44", "ivr": "A43", "nrt": "E03", "pht": "A13",
    "pre": "E10", "res": "A51", "trc": "B33", "trl": "B06", "win": "A24", "wpr": "A23",
}  # fmt: skip
"""List 17, by MARC's relators."""

OTHER_ROLE = "Z99"

AUDIENCES: dict[str, str] = {
    "general": "01", "children": "02", "teenagers": "03", "preschool": "11", "primary school": "12",
    "lower secondary school": "13", "upper secondary school": "14", "school": "04",
    "university": "05", "adult learners": "08", "language learners": "09", "professionals": "06",
    "teachers": "06",
}  # fmt: skip
"""List 28, by the groups that the front matter knows."""

SCHEMES: dict[str, str] = {
    "BISAC": "10", "DDC": "01", "UDC": "09", "LCSH": "04", "LCC": "03", "FAST": "B6", "MeSH": "06",
    "AAT": "08", "CLIL": "29", "WGS": "26", "NDC": "40", "EuroVoc": "B0",
}  # fmt: skip
THEMA = {"1": "94", "2": "95", "3": "96", "4": "97", "5": "98", "6": "99"}
THEMA_SUBJECT = "93"
KEYWORDS = "20"

FEATURES: dict[str, str] = {
    "unlocked": "10", "tableOfContents": "11", "index": "12", "readingOrder": "13",
    "alternativeText": "14", "MathML": "17", "pageBreakMarkers": "19", "structuralNavigation": "29",
    "ARIA": "30", "latex": "35", "displayTransformability": "36", "pageNavigation": "41",
    "describedMath": "53",
}  # fmt: skip
"""List 196, by schema.org's terms."""

RULES: dict[str, str] = {"languages-marked": "22", "contrast-sufficient": "26", "links-named": "40"}
"""List 196, by rules of the audit that a book has passed."""

ALWAYS = ("32",)
"""Chapbook's e-books always have landmarks."""

READ_WITHOUT_SIGHT = "52"
CONFORMS = ("04", "82", "85")
"""EPUB Accessibility 1.1, by WCAG 2.2, at level AA."""

PDF = ("10", "13")
"""The claims of our PDFs: no encryption, and a reading order."""

PDF_UA = "05"
"""PDF/UA-1, which a PDF that follows PDF/UA-2 does not claim."""


def subject_scheme(subject: Subject) -> str:
    """List 27: of Thema's codes, those that begin with a digit qualify."""
    if subject.scheme == "Thema":
        return THEMA.get(subject.code[:1], THEMA_SUBJECT)
    return SCHEMES[subject.scheme]


UNDETERMINED = "und"


def language(tag: str) -> str:
    """The code of a language tag: the bibliographic one of ISO 639-2."""
    from langcodes import Language

    try:
        return Language.get(tag).to_alpha3("B")
    except LookupError:
        return UNDETERMINED
