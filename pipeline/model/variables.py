"""``{{ name }}``: the variables and their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote

from pipeline.model.editions import Edition
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.words import words, written_date

NAME = r"[^\W\d_][\w-]*"
WRITTEN = rf"\{{\{{[ \t]*({NAME})[ \t]*\}}\}}"
"""A variable in a text; the name is the group."""

_SIGN = r"(?::?=|\.\.|[+*/^×·÷%,(²³!<>≤≥√−]| [-:] )"
CALCULATION = rf"[-+−]?[\d(√].*|[-+−]\w.*|[^\W\d][\w-]*(?:[ \t]+\w+)*[ \t]*{_SIGN}.*"
"""A number with a definition, or an expression, which the feature `exercises` works out, and what
was meant as one. Templates of other programs have names with points and bars."""

INCLUDE = "include"
"""The keyword for including a file, which cannot be the name of a variable."""

ALIASES = {"author": "authors", "language": "lang", "license": "licence"}
_OF_EDITIONS = ("edition", "format")
_WRITTEN = late(WRITTEN)
_ENCODED = late(r"%7B%7B((?:(?!%7[BD])[^{}]){1,300})%7D%7D")
_SAFE = "!#$&'()*+,-./:;=?@_~%"


def values(metadata: Metadata, edition: Edition | None = None) -> dict[str, str]:
    """The values of variables from the front matter, or ""; those of an edition need one."""
    vocabulary = words(metadata.lang)
    names = [author.name for author in metadata.authors]
    if len(names) > 1:
        names = [vocabulary["list_separator"].join(names[:-1]), f"{vocabulary['and']} {names[-1]}"]
    texts = {
        "title": metadata.title,
        "subtitle": metadata.subtitle,
        "authors": " ".join(names),
        "date": written_date(metadata.date, vocabulary),
        "version": metadata.version,
        "publisher": metadata.publisher,
        "lang": metadata.lang,
        "description": metadata.description,
        "rights": metadata.rights,
        "licence": metadata.licence.name if metadata.licence else "",
        **{variable.name: variable.text for variable in metadata.variables},
    }
    if edition:
        texts["edition"] = edition.in_words(vocabulary)
        texts["format"] = edition.format.upper()
    return {name: " ".join(value.split()) for name, value in texts.items()}


BUILT_IN = frozenset({*values(Metadata()), *_OF_EDITIONS, *ALIASES})
"""Names that have a meaning of their own."""


def look_up(name: str, known: Mapping[str, str]) -> str:
    """The value of a variable, "" if it has none."""
    return known.get(name) or known.get(ALIASES.get(name, ""), "")


def fill(text: str, value: Callable[[str], str]) -> str:
    """``text`` with variables replaced by their values; undefined ones stay."""
    if "{{" not in text:
        return text
    return _WRITTEN.sub(lambda match: value(match[1]) or match[0], text)


def fill_address(address: str, value: Callable[[str], str]) -> str:
    """`fill` for an address, with the values percent-encoded."""

    def fill(match: re.Match[str]) -> str:
        name = unquote(match[1]).strip(" \t")
        text = value(name) if re.fullmatch(NAME, name) else ""
        return quote(text, safe=_SAFE) or match[0]

    return _ENCODED.sub(fill, address) if "%7B%7B" in address else address
