"""People in the front matter: authors with their institutions, and contributors' roles."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.names import did_you_mean
from pipeline.parser.frontmatter.registered import BadValueError
from pipeline.parser.frontmatter.values import (
    TEXT,
    FieldReport,
    Form,
    Schema,
    any_of,
    form_of_list,
    items,
    text,
    words,
)
from pipeline.parser.frontmatter.yaml import Mapping, Node, Scalar, Sequence
from pipeline.parser.lines import shorten

# --- affiliations ----------------------------------------------------------------------------
# Authors' institutions: with each author, or once for all, as in Quarto, MyST and Pandoc.

_PLACES = ("department", "name", "institution", "city", "country")
"""The parts of an affiliation in Quarto and MyST, in the order in which they are written."""

LISTS = ("affiliations", "institute")
"""The keys of the front matter that list them for all authors."""

_WITH_REFERENCES = ("affiliation", *LISTS)
_AUTHORS = ("author", "authors")
_NUMBERS = late(r"[\d, ]+")


def _read(node: Node, report: FieldReport, key: str) -> tuple[str, ...]:
    """The names of institutions; of a mapping, its values on one line."""
    names: list[str | None] = []
    for item in items(node):
        if isinstance(item, Mapping):
            values = {written.text: value for written, value in item.entries}
            parts = [text(values[name], report, key) for name in _PLACES if name in values]
            names.append(", ".join(part for part in parts if part))
            if not parts:
                hint = "Write the name, as in `affiliation: University of Wells`."
                report.wrong(key, "an affiliation needs a name.", item.place, hint)
        else:
            names.append(text(item, report, key))
    return tuple(dict.fromkeys(name for name in names if name))


_PARTS: Schema = {"type": "object", "properties": dict.fromkeys(_PLACES, TEXT)}
FORM = Form(
    form_of_list(Form(any_of(TEXT, _PARTS), text), commas=False).schema,
    _read,
    list,
    reads_lists=True,
)


class _Listed:
    """The affiliations that have an id or a number, and those that authors refer to."""

    def __init__(self, report: FieldReport) -> None:
        self.report = report
        self.by_name: dict[str, Node] = {}
        self.used: set[Node] = set()

    def with_affiliations(self, author: Node) -> Node:
        """An author with references replaced by their affiliations."""
        if not isinstance(author, Mapping):
            return author
        entries = []
        for key, value in author.entries:
            if key.text in _WITH_REFERENCES:
                are_numbers = isinstance(value, Scalar) and _NUMBERS.fullmatch(value.text)
                parts = words(value) if are_numbers else items(value)
                meant = (self._resolve(key.text, item) for item in parts)
                value = Sequence(tuple(item for item in meant if item), value.place)
            entries.append((key, value))
        return replace(author, entries=tuple(entries))

    def _resolve(self, key: str, item: Node) -> Node | None:
        name = _entry(item, "ref") or item
        if not isinstance(name, Scalar):
            return item
        if affiliation := self.by_name.get(name.text):
            self.used.add(affiliation)
            return affiliation
        if name is item and not (self.by_name and name.text.isdecimal()):
            return item
        shown = shorten(name.text)
        hint = did_you_mean(name.text, tuple(self.by_name))
        hint = hint or f"List it: `affiliations: [{{id: {shown}, name: …}}]`."
        self.report.wrong(key, f"there is no affiliation `{shown}`.", name.place, hint)
        return None


def settle_affiliations(mapping: Mapping, report: FieldReport) -> Mapping:
    """Front matter in which authors have their own affiliations, without a separate list."""
    lists = [
        (key, value)
        for key, value in mapping.entries
        if key.text in LISTS and isinstance(value, Sequence)
    ]
    authors = [(key, value) for key, value in mapping.entries if key.text in _AUTHORS]
    defined = [_divide(item) for _, node in lists for item in items(node)]
    listed = _Listed(report)
    listed.by_name = {str(number): node for number, (_, node) in enumerate(defined, 1)}
    listed.by_name |= {name: node for name, node in defined if name}
    for _, node in authors:
        for author in items(node):
            for key, value in author.entries if isinstance(author, Mapping) else ():
                for item in items(value) if key.text in _WITH_REFERENCES else ():
                    if isinstance(own_id := _entry(item, "id"), Scalar):
                        listed.by_name[own_id.text] = item
    entries: list[tuple[Scalar, Node]] = []
    for key, value in mapping.entries:
        if (key, value) in authors:
            named = tuple(map(listed.with_affiliations, items(value)))
            value = replace(value, items=named) if isinstance(value, Sequence) else named[0]
        if (key, value) not in lists:
            entries.append((key, value))
    for number, (name, node) in enumerate(defined, 1):
        if node not in listed.used:
            message = "No author refers to this affiliation: it is left out."
            hint = f"Write `affiliations: [{{ref: {name or number}}}]` beside an author."
            report.add(Code.WRONG_VALUE, message, node.place, hint)
    return replace(mapping, entries=tuple(entries))


def _divide(item: Node) -> tuple[str, Node]:
    """An affiliation's id, or "", and its other values; Pandoc's users write `id: name`."""
    if isinstance(identifier := _entry(item, "id"), Scalar):
        return identifier.text, item
    if isinstance(item, Mapping) and len(item.entries) == 1:
        ((name, value),) = item.entries
        if name.text not in _PLACES:
            return name.text, value
    return "", item


def _entry(node: Node, name: str) -> Node | None:
    entries = node.entries if isinstance(node, Mapping) else ()
    return next((value for key, value in entries if key.text == name), None)


# --- contributor roles -----------------------------------------------------------------------
# Contributors' roles as MARC relator codes, and the words for them.

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
