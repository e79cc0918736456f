"""From our words to the codes of ONIX's lists."""

from __future__ import annotations

from pipeline.metadata import Subject

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

RULES: dict[str, str] = {"languages-marked": "22", "contrast-enough": "26", "links-named": "40"}
"""List 196, by rules of the audit that a book has passed."""

ALWAYS = ("32",)
"""An e-book of ours always has landmarks."""

READ_WITHOUT_SIGHT = "52"
CONFORMS = ("04", "82", "85")
"""EPUB Accessibility 1.1, by WCAG 2.2, at level AA."""

PDF_UA = ("05", "10", "13")
"""What a PDF of ours claims itself: PDF/UA-1, and with that no lock and an order of reading."""


def subject_scheme(subject: Subject) -> str:
    """List 27: of Thema's codes, those that begin with a digit qualify."""
    if subject.scheme == "Thema":
        return THEMA.get(subject.code[:1], THEMA_SUBJECT)
    return SCHEMES[subject.scheme]


_PAIRS = """
aa aar ab abk ae ave af afr ak aka am amh an arg ar ara as asm av ava ay aym az aze ba bak be bel
bg bul bh bih bi bis bm bam bn ben bo tib br bre bs bos ca cat ce che ch cha co cos cr cre cs cze
cu chu cv chv cy wel da dan de ger dv div dz dzo ee ewe el gre en eng eo epo es spa et est eu baq
fa per ff ful fi fin fj fij fo fao fr fre fy fry ga gle gd gla gl glg gn grn gu guj gv glv ha hau
he heb hi hin ho hmo hr hrv ht hat hu hun hy arm hz her ia ina id ind ie ile ig ibo ii iii ik ipk
io ido is ice it ita iu iku ja jpn jv jav ka geo kg kon ki kik kj kua kk kaz kl kal km khm kn kan
ko kor kr kau ks kas ku kur kv kom kw cor ky kir la lat lb ltz lg lug li lim ln lin lo lao lt lit
lu lub lv lav mg mlg mh mah mi mao mk mac ml mal mn mon mr mar ms may mt mlt my bur na nau nb nob
nd nde ne nep ng ndo nl dut nn nno no nor nr nbl nv nav ny nya oc oci oj oji om orm or ori os oss
pa pan pi pli pl pol ps pus pt por qu que rm roh rn run ro rum ru rus rw kin sa san sc srd sd snd
se sme sg sag si sin sk slo sl slv sm smo sn sna so som sq alb sr srp ss ssw st sot su sun sv swe
sw swa ta tam te tel tg tgk th tha ti tir tk tuk tl tgl tn tsn to ton tr tur ts tso tt tat tw twi
ty tah ug uig uk ukr ur urd uz uzb ve ven vi vie vo vol wa wln wo wol xh xho yi yid yo yor za zha
zh chi zu zul
""".split()
LANGUAGES = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
"""The bibliographic codes of ISO 639-2, by the codes of two letters, with which tags of
BCP 47 begin."""

UNDETERMINED = "und"


def language(tag: str) -> str:
    """The code of a language tag. Those of three letters are the same for all but a few languages,
    which have two letters in tags."""
    found = tag.lower().partition("-")[0]
    return LANGUAGES.get(found) or (found if len(found) == 3 else UNDETERMINED)
