"""Front matter about the publication: licence, identifier, series, cover, outputs."""

from __future__ import annotations

import re
from typing import Any, Literal

from pipeline.editions import EDITIONS
from pipeline.metadata import ContentsOptions, Cover, Identifier, Licence, Series
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter import identifiers, licences
from pipeline.parser.frontmatter.identifiers import BadValueError
from pipeline.parser.frontmatter.paths import is_inside
from pipeline.parser.frontmatter.values import (
    FLAG,
    TEXT,
    Report,
    Schema,
    Shape,
    flag,
    items,
    language,
    parsed,
    text,
    texts,
)
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node
from pipeline.suggestions import did_you_mean

LICENCE = Shape(
    "a licence",
    {
        "name": TEXT | {"description": "The licence's name."},
        "url": {"type": "string", "format": "uri", "description": "Where it can be read."},
    },
    required=("name",),
)


def address(value: str) -> str:
    """An absolute address on the web. Raises `BadValueError`."""
    if not identifiers.is_address(value):
        raise BadValueError(f"`{shorten(value)}` is not an address.", "Write it with `https://`.")
    return value


def base_address(node: Node, report: Report, key: str) -> str | None:
    """The address of a folder, with the slash at its end."""
    folder = parsed(address)(node, report, key)
    return f"{folder.rstrip('/')}/" if folder else None


def licence(node: Node, report: Report, key: str) -> Licence | None:
    if not isinstance(node, Mapping):
        return parsed(licences.parse)(node, report, key)
    values = LICENCE.read(node, report, key)
    if values is None:
        return None
    if "url" not in values:
        return parsed(licences.parse)(values["name"], report, key)
    name = text(values["name"], report, key)
    return Licence(name, parsed(address)(values["url"], report, key) or "") if name else None


IDENTIFIER = Shape(
    "an identifier",
    {
        "scheme": {"enum": list(identifiers.SCHEMES), "description": "What kind it is of."},
        "value": TEXT | {"description": "The identifier itself."},
    },
    required=("value",),
    aliases={"type": "scheme"},
)


def _scheme(value: str) -> str:
    scheme = value.lower().replace("url", "uri")
    if scheme not in identifiers.SCHEMES:
        known = ", ".join(identifiers.SCHEMES)
        raise BadValueError(
            f"`{shorten(value)}` is not a kind of identifier.", f"There are {known}."
        )
    return scheme


def identifier(node: Node, report: Report, key: str) -> Identifier | None:
    if not isinstance(node, Mapping):
        return parsed(identifiers.parse)(node, report, key)
    values = IDENTIFIER.read(node, report, key)
    if values is None:
        return None
    scheme = parsed(_scheme)(values["scheme"], report, key) if "scheme" in values else ""
    if scheme is None:
        return None
    return parsed(lambda value: identifiers.parse(value, scheme))(values["value"], report, key)


SERIES = Shape(
    "a series",
    {
        "name": TEXT | {"description": "The series' title."},
        "position": TEXT | {"description": "The number in the series, such as 3 or 2.1."},
        "type": {
            "description": "A series, or a set that is complete and sold as a whole.",
            "enum": ["series", "set"],
        },
        "issn": {"type": "string", "description": "The series' ISSN."},
    },
    required=("name",),
    aliases={"number": "position"},
)


def _position(value: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+)*", value, re.ASCII):
        raise BadValueError(f"`{shorten(value)}` is not a number.", "Write it like 3 or 2.1.")
    return value


def series(node: Node, report: Report, key: str) -> Series | None:
    if not isinstance(node, Mapping):
        name = text(node, report, key)
        return Series(name) if name else None
    values = SERIES.read(node, report, key)
    if values is None:
        return None
    name = text(values["name"], report, key)
    position = parsed(_position)(values["position"], report, key) if "position" in values else None
    kind = parsed(_collection)(values["type"], report, key) if "type" in values else None
    issn = parsed(identifiers.issn)(values["issn"], report, key) if "issn" in values else None
    return Series(name, position or "", kind or "series", issn or "") if name else None


def _collection(value: str) -> Literal["series", "set"]:
    match value.lower():
        case "series":
            return "series"
        case "set":
            return "set"
    raise BadValueError(f"`{shorten(value)}` is neither a series nor a set.")


COVER = Shape(
    "a cover",
    {
        "image": {"type": "string", "description": "The image, from the source's folder."},
        "alt": TEXT | {"description": "What the cover shows, for those who cannot see it."},
    },
    required=("image",),
)


def cover(node: Node, report: Report, key: str) -> Cover | None:
    values: dict[str, Node] | None = {"image": node}
    if isinstance(node, Mapping):
        values = COVER.read(node, report, key)
    if values is None:
        return None
    image = text(values["image"], report, key)
    alt = text(values["alt"], report, key) if "alt" in values else None
    if not image or not is_inside(image, values["image"].place, report, "cover"):
        return None
    return Cover(image, alt or "")


def edition_statement(value: str) -> str:
    """Which edition of the text it is; not one of those that Chapbook makes."""
    if value.lower() in EDITIONS:
        raise BadValueError(
            f"`{shorten(value)}` is one of the editions that are made.",
            "Those stand in `editions`. Here it is said that a book is a second edition, say.",
        )
    return value


def languages(node: Node, report: Report, key: str) -> tuple[str, ...]:
    """The languages of the text beside its main one, each once."""
    found = (parsed(language)(item, report, key) for item in items(node))
    return tuple(dict.fromkeys(tag for tag in found if tag))


def keywords(node: Node, report: Report, key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word, _ in texts(node, report, key)))


NOTE_PLACES = ("foot", "margin", "end")
NOTES: Schema = {"enum": list(NOTE_PLACES)}


SPLITS = (1, 2)


def split(value: str) -> int:
    if value not in map(str, SPLITS):
        raise BadValueError(f"`{shorten(value)}` is no level to split at.", "Write 1 or 2.")
    return int(value)


def note_place(value: str) -> str:
    place = value.lower()
    if place not in NOTE_PLACES:
        hint = did_you_mean(place, NOTE_PLACES) or "Write foot, margin or end."
        raise BadValueError(f"`{shorten(value)}` is no place for notes.", hint)
    return place


WEB_FORMS = ("page", "chapters")
WEB: Schema = {"enum": list(WEB_FORMS)}


def web_form(value: str) -> str:
    form = value.lower()
    if form not in WEB_FORMS:
        hint = did_you_mean(form, WEB_FORMS) or "Write page or chapters."
        raise BadValueError(f"`{shorten(value)}` is no form of the web edition.", hint)
    return form


SHOW: Schema = {"anyOf": [{"enum": ["auto", "always", "never"]}, FLAG]}
CONTENTS = Shape(
    "a table of contents",
    {
        "show": SHOW | {"description": "Whether to print it; auto: where it is long enough."},
        "depth": {
            "type": "integer",
            "minimum": 1,
            "maximum": 6,
            "description": "How many levels of sections it has.",
        },
        "questions": FLAG | {"description": "Whether the questions of a dialogue are in it."},
        "figures": FLAG | {"description": "Whether there is a list of figures as well."},
        "tables": FLAG | {"description": "Whether there is a list of tables as well."},
        "listings": FLAG | {"description": "Whether there is a list of captioned code as well."},
    },
)


def _show(value: str) -> str:
    meaning = {"true": "always", "yes": "always", "on": "always"}
    meaning |= {"false": "never", "no": "never", "off": "never"}
    show = meaning.get(value.lower(), value.lower())
    if show not in ("auto", "always", "never"):
        hint = did_you_mean(show, ("auto", "always", "never"))
        hint = hint or "Write auto, always (or true) or never (or false)."
        raise BadValueError(f"`{shorten(value)}` does not say when to print the contents.", hint)
    return show


def _depth(value: str) -> int:
    if value not in ("1", "2", "3", "4", "5", "6"):
        raise BadValueError(f"`{shorten(value)}` is not a number of levels.", "Write 1 to 6.")
    return int(value)


def contents(node: Node, report: Report, key: str) -> ContentsOptions | None:
    values: dict[str, Node] | None = {"show": node}
    if isinstance(node, Mapping):
        values = CONTENTS.read(node, report, key)
    flags = dict.fromkeys(("questions", "figures", "tables", "listings"), flag)
    readers = {"show": parsed(_show), "depth": parsed(_depth), **flags}
    read: dict[str, Any] = {}
    for name, value in (values or {}).items():
        option = readers[name](value, report, key)
        if option is not None:
            read[name] = option
    return ContentsOptions(**read)
