"""Front matter about print: what is asked of all printed editions, and of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal

from pipeline.codes import Code
from pipeline.editions import EDITIONS
from pipeline.paper import (
    LARGE_PRINT,
    NAME_FIELDS,
    THEMES,
    WRITING_LINES,
    FitOptions,
    PrintOptions,
)
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.identifiers import BadValueError
from pipeline.parser.frontmatter.lengths import LENGTH, points
from pipeline.parser.frontmatter.page import PAGE, page
from pipeline.parser.frontmatter.values import (
    FLAG,
    Report,
    Schema,
    Shape,
    flag,
    one_or_list,
    parsed,
    read_values,
    texts,
)
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Scalar, Sequence
from pipeline.suggestions import did_you_mean


def _one_of(known: Iterable[str], what: str) -> Callable[[str], Any]:
    def parse(value: str) -> str:
        word = value.lower()
        if word not in known:
            hint = did_you_mean(word, known) or f"Write {_or(tuple(known))}."
            raise BadValueError(f"`{shorten(value)}` is no {what}.", hint)
        return word

    return parse


def _or(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


FIT = Shape(
    "a number of pages",
    {
        "pages": {
            "anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["even"]}],
            "description": "How many pages to fill; even: whole sheets.",
        },
        "smallest": LENGTH | {"description": "The smallest size of text, in points."},
        "largest": LENGTH | {"description": "The largest size of text, in points."},
    },
    required=("pages",),
)


def fit_pages(value: str) -> int | Literal["even"]:
    """A number of pages, or ``even``. Raises `BadValueError`."""
    if value.lower() == "even":
        return "even"
    if not re.fullmatch(r"[1-9]\d{0,3}", value, re.ASCII):
        raise BadValueError(
            f"`{shorten(value)}` is not a number of pages.", "Write a number, or even."
        )
    return int(value)


def fit(node: Node, report: Report, key: str) -> FitOptions | None:
    if not isinstance(node, Mapping):
        pages = parsed(fit_pages)(node, report, key)
        line, column, _ = node.place
        return FitOptions(pages, line=line, column=column) if pages else None
    readers = {"pages": parsed(fit_pages), "smallest": parsed(points), "largest": parsed(points)}
    values = read_values(FIT, readers, node, report, key)
    if "pages" not in values:
        return None
    options = FitOptions(**values, line=node.place.line, column=node.place.column)
    if options.smallest > options.largest:
        report.wrong(key, "the smallest size is larger than the largest.", node.place)
        return None
    return options


def name_line(node: Node, report: Report, key: str) -> tuple[str, ...] | None:
    """What is to be filled in at the top: true for all, or the fields by name."""
    if isinstance(node, Scalar) and node.text.lower() in ("true", "yes", "on"):
        return NAME_FIELDS
    if isinstance(node, Scalar) and node.text.lower() in ("false", "no", "off"):
        return ()
    found = []
    for word, place in texts(node, report, key):
        if word.lower() in NAME_FIELDS:
            found.append(word.lower())
        else:
            hint = did_you_mean(word.lower(), NAME_FIELDS) or f"Write {_or(NAME_FIELDS)}, or true."
            report.wrong(key, f"`{shorten(word)}` is nothing to fill in.", place, hint)
    return tuple(dict.fromkeys(found))


def _links(value: str) -> str:
    word = {"false": "none", "no": "none", "off": "none", "true": "end"}.get(value.lower(), value)
    found: str = _one_of(("end", "foot", "none"), "place for addresses")(word)
    return found


READERS: dict[str, Callable[[Node, Report, str], object]] = {
    "page": page,
    "theme": parsed(_one_of(THEMES, "theme")),
    "handwriting": parsed(_one_of(tuple(WRITING_LINES), "kind of handwriting")),
    "fit": fit,
    "name_line": name_line,
    "links": parsed(_links),
    "qr_codes": flag,
}
"""The keys that say something of print: the fields of `PrintOptions`."""

SCHEMAS: dict[str, Schema] = {
    "page": {"anyOf": [{"type": "string"}, PAGE.schema()]},
    "theme": {"enum": list(THEMES)},
    "handwriting": {"enum": list(WRITING_LINES)},
    "fit": {"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["even"]}, FIT.schema()]},
    "name_line": {"anyOf": [FLAG, *one_or_list({"enum": list(NAME_FIELDS)})["anyOf"]]},
    "links": {"anyOf": [{"enum": ["end", "foot", "none"]}, FLAG]},
    "qr_codes": FLAG,
}

OPTIONS = Shape(
    "an edition's settings",
    {name: schema | {"description": "As for all editions."} for name, schema in SCHEMAS.items()},
    aliases={"name-line": "name_line", "qr-codes": "qr_codes", "qr": "qr_codes"},
)

BY_FORMAT = {"pdf": "handout", "epub": "ebook", "html": "web"}
"""The editions that are meant where formats are named."""

EDITION_LIST: Schema = one_or_list(
    {
        "anyOf": [
            {"enum": [*EDITIONS, *BY_FORMAT]},
            {
                "type": "object",
                "properties": {name: OPTIONS.schema() for name in (*EDITIONS, *BY_FORMAT)},
                "additionalProperties": False,
            },
        ]
    }
)


def editions(node: Node, report: Report, key: str) -> tuple[tuple[str, PrintOptions], ...] | None:
    """The editions by name, each with what is asked of it alone."""
    found: dict[str, PrintOptions] = {}
    for item in node.items if isinstance(node, Sequence) else (node,):
        if not isinstance(item, Mapping):
            for word, place in texts(item, report, key):
                name = BY_FORMAT.get(word.lower(), word)
                if _is_known(name, report, place):
                    found.setdefault(name, PrintOptions())
            continue
        for written, settings in item.entries:
            name = BY_FORMAT.get(written.text.lower(), written.text)
            if not _is_known(name, report, written.place):
                continue
            if isinstance(settings, Scalar) and settings.is_empty:
                found.setdefault(name, PrintOptions())
            elif not isinstance(settings, Mapping):
                hint = f"Write them like `{name}: {{page: A5}}`."
                report.wrong(key, "an edition's settings have names.", settings.place, hint)
            elif EDITIONS[name].format != "pdf":
                message = f"the edition `{name}` is not printed, and has no settings."
                report.wrong(key, message, written.place)
            elif name in found and found[name] != PrintOptions():
                message = f"`{name}` has settings twice in `{key}`."
                hint = "Write them in one place: only one of the two could be followed."
                report.add(Code.DUPLICATE_KEY, message, written.place, hint)
            else:
                found[name] = PrintOptions(**read_values(OPTIONS, READERS, settings, report, name))
                _check_large_print(name, found[name], report, written.place)
    return tuple(found.items())


def _check_large_print(name: str, options: PrintOptions, report: Report, place: Any) -> None:
    text = options.page.text
    if EDITIONS[name].look == "large" and text and text < LARGE_PRINT:
        message = f"`{name}` is asked for in {text:g} points; it is set in {LARGE_PRINT}."
        hint = f"Write a size of {LARGE_PRINT}pt or more, or leave it out."
        report.add(Code.UNDER_LARGE_PRINT, message, place, hint)


def _is_known(name: str, report: Report, place: Any) -> bool:
    if name in EDITIONS:
        return True
    hint = did_you_mean(name, EDITIONS) or f"There are {', '.join(EDITIONS)}."
    report.add(Code.UNKNOWN_EDITION, f"There is no edition `{shorten(name)}`.", place, hint)
    return False
