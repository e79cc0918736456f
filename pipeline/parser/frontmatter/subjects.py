"""Subjects by the classifications that shops and libraries have: codes, checked in their form."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.metadata import Subject
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.identifiers import BadValueError
from pipeline.parser.frontmatter.values import TEXT, Report, Schema, Shape, items, parsed, text
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Sequence
from pipeline.suggestions import did_you_mean


class Scheme(NamedTuple):
    """``name`` as EPUB registers it, where it does; what its codes look like, in words too, and
    one of them."""

    name: str
    form: re.Pattern[str]
    words: str
    example: str


def _scheme(name: str, form: str, words: str, example: str) -> Scheme:
    return Scheme(name, re.compile(form, re.ASCII), words, example)


_SCHEMES = {
    scheme.name.lower(): scheme
    for scheme in (
        _scheme("BISAC", r"[A-Z]{3}\d{6}", "three letters and six digits", "EDU029030"),
        _scheme(
            "Thema",
            r"[A-Z][A-Z0-9]{0,8}|[1-6][A-Z]?[A-Z0-9-]{0,20}",
            "letters and digits, the first a letter, or a digit from 1 to 6 in qualifiers",
            "JNU",
        ),
        _scheme("DDC", r"\d{3}(\.\d{1,15})?", "three digits, and more after a point", "371.33"),
        _scheme("UDC", r"[\d.:+/()=\"'*\-A-Za-z]+", "digits and signs, without spaces", "37.02"),
        _scheme("LCSH", r"(sh|sj)\d{8,10}", "the number of a heading: sh and digits", "sh85123357"),
        _scheme("LCC", r"[A-Z]{1,3}[\d.A-Z ]*", "letters, then digits", "LB1025"),
        _scheme("FAST", r"(fst)?\d{1,8}", "digits", "1119900"),
        _scheme("MeSH", r"[CD]\d{6,9}", "D and digits", "D004493"),
        _scheme("AAT", r"\d{9}", "nine digits", "300055985"),
        _scheme("CLIL", r"\d{4}", "four digits", "3080"),
        _scheme("WGS", r"\d{3}", "three digits", "810"),
        _scheme("NDC", r"\d{1,3}(\.\d+)?", "digits, and more after a point", "375"),
        _scheme("EuroVoc", r"\d{1,6}", "digits", "4489"),
    )
}
_ALIASES = {"dewey": "ddc", "warengruppe": "wgs", "lc": "lcc", "eurovoc thesaurus": "eurovoc"}

SUBJECT = Shape(
    "a subject",
    {
        "scheme": {
            "type": "string",
            "description": "The classification.",
            "anyOf": [{"enum": [s.name for s in _SCHEMES.values()]}, {"type": "string"}],
        },
        "code": TEXT | {"description": "The code that it has there."},
        "name": TEXT | {"description": "What the code stands for."},
    },
    required=("scheme", "code"),
    aliases={"authority": "scheme", "term": "code", "heading": "name"},
)
_SUBJECT: Schema = {"anyOf": [{"type": "string"}, SUBJECT.schema()]}
SUBJECTS: Schema = {"anyOf": [_SUBJECT, {"type": "array", "items": _SUBJECT}]}

_SHORT = re.compile(r"([^\s:]++)[\s:]++(\S++)(?:\s++(.+))?", re.DOTALL)


def subjects(node: Node, report: Report, key: str) -> tuple[Subject, ...]:
    """A subject or a list of them, each once."""
    found = (_subject(item, report, key) for item in items(node))
    return tuple(dict.fromkeys(subject for subject in found if subject))


def _subject(node: Node, report: Report, key: str) -> Subject | None:
    if isinstance(node, Sequence):
        report.wrong(key, "a subject is no list.", node.place, "Write `BISAC EDU029030`.")
        return None
    if not isinstance(node, Mapping):
        return parsed(_short)(node, report, key)
    values = SUBJECT.read(node, report, key)
    if values is None:
        return None
    scheme = parsed(_known)(values["scheme"], report, key)
    if scheme is None:
        return None
    code = parsed(lambda value: _code(scheme, value))(values["code"], report, key)
    name = text(values["name"], report, key) if "name" in values else None
    return Subject(scheme.name, code, name or "") if code else None


def _short(value: str) -> Subject:
    """``BISAC EDU029030 Teaching Methods``."""
    found = _SHORT.fullmatch(value)
    if found is None:
        raise BadValueError(
            f"`{shorten(value)}` has no code.",
            "Write the classification and the code: `BISAC EDU029030`. Words go into `keywords`.",
        )
    scheme = _known(found[1])
    return Subject(scheme.name, _code(scheme, found[2]), found[3] or "")


def _known(value: str) -> Scheme:
    name = value.lower()
    scheme = _SCHEMES.get(_ALIASES.get(name, name))
    if scheme is None:
        known = [scheme.name for scheme in _SCHEMES.values()]
        hint = did_you_mean(value, known) or f"There are {', '.join(known)}."
        raise BadValueError(f"`{shorten(value)}` is no classification that is known.", hint)
    return scheme


def _code(scheme: Scheme, value: str) -> str:
    code = value if scheme.name in ("LCSH", "UDC") else value.upper()
    if not scheme.form.fullmatch(code):
        raise BadValueError(
            f"`{shorten(value)}` is no code of {scheme.name}.",
            f"It has {scheme.words}, such as {scheme.example}.",
        )
    return code
