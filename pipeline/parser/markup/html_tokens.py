"""Raw HTML, cut into tags and text by the grammar of CommonMark 0.31.2, section 6.6.

The standard library's parser is not used: it takes quadratic time for many tags that are
never finished, and reads them differently from one version of Python to the next.
"""

from __future__ import annotations

import enum
import html
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.model.late import late
from pipeline.parser.markup.safe_tags import RAW_TEXT_TAGS

_NAME = r"[A-Za-z][A-Za-z0-9-]*"
_ATTRIBUTE = (
    r"(?<!\s)\s++([A-Za-z_:][A-Za-z0-9_.:-]*+)"
    r"(?:\s*+=\s*+(?:(\{(?:[^{}]++|\{[^{}]*+\})*+\})|([^\s\"'=<>`]++)|'([^']*+)'|\"([^\"]*+)\"))?"
)
"""An attribute of HTML, or one of JSX, whose value is an expression in braces."""

_UNNAMED = re.sub(r"\((?=[^?])", "(?:", _ATTRIBUTE)
OPENING_TAG = rf"<{_NAME}(?:{_UNNAMED})*\s*/?>"
CLOSING_TAG = rf"</{_NAME}\s*>"

_TAG = late(rf"<({_NAME})((?:{_UNNAMED})*)\s*(/?)>|</({_NAME})\s*>")
_ATTRIBUTES = late(_ATTRIBUTE)
_RULE = late(r"([A-Za-z]+)\s*+:\s*+[\"']?([^,\"'{}]*+)")
_STRING = late(r"[\"']([^\"'\n]*+)[\"']")
_CAPITAL = late(r"[A-Z]")
_LEFT_OUT = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))
_DECLARATION = late(r"<![A-Za-z]")


_BEGINNING = late(rf"<(/?)({_NAME})")


def paired_names(lines: Iterable[str]) -> frozenset[str]:
    """The names, in lower case, of tags that the lines both open and close."""
    opened: set[str] = set()
    closed: set[str] = set()
    for line in lines:
        if "<" in line:
            for match in _BEGINNING.finditer(line):
                (closed if match[1] else opened).add(match[2].lower())
    return frozenset(opened & closed)


class Kind(enum.Enum):
    TEXT = enum.auto()
    START = enum.auto()
    END = enum.auto()


class MarkupToken(NamedTuple):
    """``raw`` is the markup as written, ``offset`` its position; ``text`` is a text with entities
    replaced. ``closed``: the tag ends in ``/>``. ``bare`` are the attributes without a value."""

    kind: Kind
    offset: int
    raw: str
    text: str = ""
    name: str = ""
    values: dict[str, str] = {}  # noqa: RUF012 - nobody changes it
    closed: bool = False
    bare: tuple[str, ...] = ()


def tokenise(data: str) -> Iterator[MarkupToken]:
    """The tags and the text in ``data``. Comments, declarations, instructions and CDATA are
    dropped; something that only begins like a tag is text."""
    absent: set[str] = set()
    begin = at = 0
    while (at := data.find("<", at)) >= 0:
        end = _skip(data, at, absent)
        token = None
        if not end:
            match = _TAG.match(data, at)
            if match is None:
                at += 1
                continue
            token, end = _tag(match), match.end()
        if at > begin:
            yield _text(data, begin, at)
        begin = at = end
        if token is None:
            continue
        yield token
        if token.kind is Kind.START and token.name in RAW_TEXT_TAGS and not token.closed:
            # the content is not needed: such elements are left out
            closing = re.compile(rf"(?=</{token.name}[\s/>])", re.I).search(data, at)
            begin = at = closing.end() if closing else len(data)
    if begin < len(data):
        yield _text(data, begin, len(data))


def _skip(data: str, at: int, absent: set[str]) -> int:
    """The end of the comment or the like that begins at ``at``; 0 if none does. ``absent`` are the
    end marks that do not occur any more, so that they are searched for only once."""
    for opening, closing in _LEFT_OUT:
        if data.startswith(opening, at):
            for short in ("<!-->", "<!--->"):
                if data.startswith(short, at):
                    return at + len(short)
            return _find(data, closing, at + len(opening), absent)
    return _find(data, ">", at, absent) if _DECLARATION.match(data, at) else 0


def _find(data: str, closing: str, at: int, absent: set[str]) -> int:
    if closing in absent:
        return 0
    start = data.find(closing, at)
    if start < 0:
        absent.add(closing)
        return 0
    return start + len(closing)


def _tag(match: re.Match[str]) -> MarkupToken:
    if match[4]:
        return MarkupToken(Kind.END, match.start(), match[0], name=match[4].lower())
    values: dict[str, str] = {}
    bare: list[str] = []
    for attribute in _ATTRIBUTES.finditer(match[2]):
        value = attribute[3] or attribute[4] or attribute[5] or ""
        if attribute[2]:
            value = _of_jsx(attribute[2])
        name = attribute[1].lower()
        values.setdefault("class" if name == "classname" else name, html.unescape(value))
        if "=" not in attribute[0]:
            bare.append(attribute[1].lower())
    return MarkupToken(
        Kind.START,
        match.start(),
        match[0],
        name=match[1].lower(),
        values=values,
        closed=bool(match[3]),
        bare=tuple(bare),
    )


def _of_jsx(expression: str) -> str:
    """The text that an expression stands for: the rules of a style, or the only string in it."""
    if rules := _RULE.findall(expression) if expression.startswith("{{") else ():
        return "; ".join(
            f"{_CAPITAL.sub(lambda m: '-' + m[0].lower(), name)}: {value.strip()}"
            for name, value in rules
        )
    strings = _STRING.findall(expression)
    return str(strings[0]) if len(strings) == 1 else expression.strip("{} ")


def _text(data: str, begin: int, end: int) -> MarkupToken:
    raw = data[begin:end]
    return MarkupToken(Kind.TEXT, begin, raw, text=html.unescape(raw))
