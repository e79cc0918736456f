"""Contributors' roles as MARC relator codes, and the words for them."""

from __future__ import annotations

import re

from pipeline.model.names import did_you_mean
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.standard_numbers import BadValueError

MARC: dict[str, str] = {
    "abr": "abridger", "adp": "adapter", "aft": "author of afterword", "anl": "analyst",
    "ann": "annotator", "anc": "announcer", "arr": "arranger", "art": "artist",
    "asn": "associated name", "att": "attributed name", "aud": "author of dialogue",
    "aui": "author of introduction", "aus": "screenwriter", "aut": "author",
    "bjd": "bookjacket designer", "bkd": "book designer", "bkp": "book producer",
    "blw": "blurb writer", "brl": "braille embosser", "ccp": "conceptor", "cll": "calligrapher",
    "clr": "colourist", "cmm": "commentator", "cmp": "composer", "cmt": "compositor",
    "col": "collector", "com": "compiler", "cov": "cover designer", "cph": "copyright holder",
    "cre": "creator", "crp": "correspondent", "crr": "corrector", "csl": "consultant",
    "ctb": "contributor", "ctg": "cartographer", "cur": "curator",
    "cwt": "commentator for written text", "dgs": "degree supervisor", "dis": "dissertant",
    "dpc": "depicted", "drt": "director", "dsr": "designer", "dst": "distributor",
    "dtc": "data contributor", "dte": "dedicatee", "dtm": "data manager", "dto": "dedicator",
    "edc": "editor of compilation", "edd": "editorial director", "edt": "editor", "egr": "engraver",
    "exp": "expert", "fmk": "filmmaker", "fnd": "funder", "fon": "founder",
    "his": "host institution", "hnr": "honouree", "hst": "host", "ill": "illustrator",
    "ilu": "illuminator", "isb": "issuing body", "ive": "interviewee", "ivr": "interviewer",
    "lbt": "librettist", "led": "lead", "lyr": "lyricist", "mod": "moderator",
    "mrk": "markup editor", "mtk": "minute taker", "mus": "musician", "nrt": "narrator",
    "org": "originator", "orm": "organiser", "oth": "other", "pan": "panellist", "pat": "patron",
    "pbd": "publishing director", "pbl": "publisher", "pdr": "project director",
    "pfr": "proofreader", "pht": "photographer", "pre": "presenter", "prf": "performer",
    "prg": "programmer", "pro": "producer", "prt": "printer", "rap": "rapporteur",
    "rcd": "recordist", "rcp": "addressee", "red": "redaktor", "res": "researcher",
    "rev": "reviewer", "rpt": "reporter", "rth": "research team head",
    "rtm": "research team member", "sad": "scientific advisor", "scr": "scribe", "sec": "secretary",
    "spk": "speaker", "spn": "sponsor", "srv": "surveyor", "stl": "storyteller",
    "swd": "software developer", "tch": "teacher", "ths": "thesis advisor", "trc": "transcriber",
    "trl": "translator", "tyd": "type designer", "tyg": "typographer", "vac": "voice actor",
    "vdg": "videographer", "wac": "writer of added commentary",
    "wam": "writer of accompanying material", "wat": "writer of added text", "wdc": "woodcutter",
    "wde": "wood engraver", "win": "writer of introduction", "wit": "witness",
    "wpr": "writer of preface", "wst": "writer of supplementary textual content",
}  # fmt: skip
"""The Library of Congress's relators that apply to publications."""

_OTHER_WORDS = {
    "adviser": "csl", "advisor": "csl", "afterword": "aft", "chair": "mod", "co author": "aut",
    "coauthor": "aut", "co editor": "edt", "collaborator": "ctb", "colorist": "clr",
    "copy editor": "edt", "copyeditor": "edt", "cover artist": "cov", "developer": "swd",
    "facilitator": "mod", "foreword": "wpr", "guest": "ive", "honoree": "hnr",
    "introduction": "win", "layout": "tyg", "mapmaker": "ctg", "organizer": "orm",
    "panelist": "pan", "photographs": "pht", "preface": "wpr", "proof reader": "pfr",
    "questioner": "ivr", "reader": "nrt", "scientific adviser": "sad", "thesis adviser": "ths",
    "typesetter": "tyg", "writer": "aut", "writer of afterword": "aft", "writer of foreword": "wpr",
}  # fmt: skip

CODES: dict[str, str] = (
    {code: code for code in MARC} | {word: code for code, word in MARC.items()} | _OTHER_WORDS
)
"""The code of a role by each of its words."""

_WORDS = sorted(word for word in CODES if word not in MARC)
SCHEMA = {"type": "string", "anyOf": [{"enum": _WORDS}, {"enum": sorted(MARC)}, {"type": "string"}]}


def parse(value: str) -> str:
    """The code of a role, by any word for it. Raises `BadValueError`."""
    role = re.sub(r"[\s_-]+", " ", value).strip().lower()
    if role not in CODES:
        hint = did_you_mean(role, _WORDS)
        hint = hint or "Write a word such as editor, translator or illustrator, or a MARC code."
        raise BadValueError(f"`{shorten(value)}` is not a known role.", hint)
    return CODES[role]


def word(code: str) -> str:
    """The word for a role, or its code where none is known."""
    return MARC.get(code, code)
