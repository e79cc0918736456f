"""Front matter about print: the page, the theme, writing space, how many pages to fill."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from pipeline.codes import Code
from pipeline.editions import EDITIONS
from pipeline.paper import (
    LARGE_PRINT,
    NAME_FIELDS,
    SIZES,
    THEMES,
    WRITING_LINES,
    FitOptions,
    Margins,
    PageOptions,
    PageSize,
    PrintOptions,
)
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.identifiers import BadValueError
from pipeline.parser.frontmatter.values import (
    FLAG,
    TEXT,
    Report,
    Schema,
    Shape,
    flag,
    one_or_list,
    parsed,
    texts,
)
from pipeline.parser.frontmatter.yaml_nodes import Mapping as MappingNode
from pipeline.parser.frontmatter.yaml_nodes import Node, Scalar, Sequence
from pipeline.sheet.colours import contrast
from pipeline.suggestions import did_you_mean

MILLIMETRES = {"mm": 1, "cm": 10, "in": 25.4, "pt": 25.4 / 72}
POINTS = {"pt": 1, "mm": 72 / 25.4, "cm": 720 / 25.4, "in": 72}

SMALLEST_PAGE, LARGEST_PAGE = 60, 1200
"""Millimetres that the side of a page may have."""

SMALLEST_TEXT, LARGEST_TEXT = 6, 48
"""Points that text may have."""

THICKEST = 50
"""Sheets that can be folded together at most."""

LENGTH: Schema = {"type": ["string", "number"], "pattern": r"^\s*\d+(\.\d+)?\s*(mm|cm|in|pt)?\s*$"}


def _number(value: str, units: Mapping[str, float], plain: str) -> float | None:
    """A length in the unit whose value is 1; a bare number is in ``plain``."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", value.lower(), re.ASCII)
    if found is None or (found[2] or plain) not in units:
        return None
    return float(found[1]) * units[found[2] or plain]


def length(smallest: float, largest: float) -> Callable[[str], float]:
    """A parser of lengths; a bare number is millimetres."""

    def parse(value: str) -> float:
        found = _number(value, MILLIMETRES, "mm")
        if found is None:
            raise BadValueError(f"`{shorten(value)}` is not a length.", "Write it like 20mm.")
        if not smallest <= found <= largest:
            raise BadValueError(f"`{shorten(value)}` is not from {smallest:g} to {largest:g} mm.")
        return found

    return parse


def points(value: str) -> float:
    """A size of text; a bare number is points."""
    found = _number(value, POINTS, "pt")
    if found is None:
        raise BadValueError(f"`{shorten(value)}` is not a size.", "Write it like 11pt.")
    if not SMALLEST_TEXT <= found <= LARGEST_TEXT:
        raise BadValueError(
            f"`{shorten(value)}` is not from {SMALLEST_TEXT} to {LARGEST_TEXT} points."
        )
    return found


def page_size(value: str) -> PageSize:
    """A size by its name, or ``150mm x 220mm``."""
    name = " ".join(value.lower().replace("-", " ").split())
    name = {"statement": "half letter", "us letter": "letter", "us legal": "legal"}.get(name, name)
    if name in SIZES:
        return SIZES[name]
    sides = re.split(r"\s*[x×]\s*|\s+by\s+", value.strip(), flags=re.IGNORECASE)
    if len(sides) != 2:
        known = ", ".join(size.name for size in SIZES.values())
        hint = did_you_mean(name, SIZES) or f"There are {known}; or write 150mm x 220mm."
        raise BadValueError(f"`{shorten(value)}` is not a size of paper.", hint)
    unit = re.search(r"[a-z]+$", sides[1].lower())
    if unit and not re.search(r"[a-z]", sides[0].lower()):
        sides[0] += unit[0]  # “150 x 220 mm”
    width, height = map(length(SMALLEST_PAGE, LARGEST_PAGE), sides)
    return PageSize(f"{width:g} × {height:g} mm", width, height)


MARGINS = Shape(
    "margins",
    {
        "top": LENGTH | {"description": "Above the text."},
        "bottom": LENGTH | {"description": "Below the text."},
        "inner": LENGTH | {"description": "At the spine; to the left where there is none."},
        "outer": LENGTH | {"description": "At the outer edge."},
    },
    aliases={"left": "inner", "right": "outer", "inside": "inner", "outside": "outer"},
)
MARGIN = length(0, 150)


def margins(node: Node, report: Report, key: str) -> Margins | None:
    if isinstance(node, MappingNode):
        values = MARGINS.read(node, report, key) or {}
        read = {name: parsed(MARGIN)(value, report, key) for name, value in values.items()}
        return Margins(**read)
    every = parsed(MARGIN)(node, report, key)
    return None if every is None else Margins(every, every, every, every)


def _columns(value: str) -> int:
    if value not in ("1", "2"):
        raise BadValueError(f"`{shorten(value)}` is not a number of columns.", "Write 1 or 2.")
    return int(value)


def _signature(value: str) -> int:
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= THICKEST:
        raise BadValueError(f"`{shorten(value)}` is not a number of sheets from 1 to {THICKEST}.")
    return int(value)


PAGE = Shape(
    "a page",
    {
        "size": {"type": "string", "description": "A4, Letter, A5 …, or 150mm x 220mm."},
        "margins": {
            "anyOf": [LENGTH, MARGINS.schema()],
            "description": "One for all edges, or top, bottom, inner and outer.",
        },
        "gutter": LENGTH | {"description": "What the binding takes; pages are mirrored then."},
        "columns": {"enum": [1, 2], "description": "How many columns the text has."},
        "text": LENGTH | {"description": "The size of the text, in points."},
        "leading": LENGTH | {"description": "From line to line, in points."},
        "creep": LENGTH
        | {"description": "In a booklet: how far a sheet pushes out the one within."},
        "signature": {
            "type": "integer",
            "minimum": 1,
            "maximum": THICKEST,
            "description": "In a booklet: how many sheets are folded together.",
        },
    },
)


def page(node: Node, report: Report, key: str) -> PageOptions | None:
    if not isinstance(node, MappingNode):
        size = parsed(page_size)(node, report, key)
        return PageOptions(size=size) if size else None
    readers: dict[str, Callable[[Node, Report, str], object]] = {
        "size": parsed(page_size),
        "margins": margins,
        "gutter": parsed(length(0, 60)),
        "columns": parsed(_columns),
        "text": parsed(points),
        "leading": parsed(points),
        "creep": parsed(length(0, 2)),
        "signature": parsed(_signature),
    }
    options = PageOptions(**_read(PAGE, readers, node, report, key))
    if options.text and options.leading and options.leading < options.text:
        report.wrong(key, "lines would be closer than the text is high.", node.place)
        return None
    return options


def _read(
    shape: Shape,
    readers: Mapping[str, Callable[[Node, Report, str], object]],
    node: MappingNode,
    report: Report,
    key: str,
) -> dict[str, Any]:
    """The values of a mapping, without those that cannot be used."""
    values = shape.read(node, report, key) or {}
    read = {name: readers[name](value, report, key) for name, value in values.items()}
    return {name: value for name, value in read.items() if value is not None}


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
    if not isinstance(node, MappingNode):
        pages = parsed(fit_pages)(node, report, key)
        line, column, _ = node.place
        return FitOptions(pages, line=line, column=column) if pages else None
    readers = {"pages": parsed(fit_pages), "smallest": parsed(points), "largest": parsed(points)}
    values = _read(FIT, readers, node, report, key)
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

EDITION_LIST: Schema = one_or_list(
    {
        "anyOf": [
            {"enum": list(EDITIONS)},
            {
                "type": "object",
                "properties": {name: OPTIONS.schema() for name in EDITIONS},
                "additionalProperties": False,
            },
        ]
    }
)


def editions(node: Node, report: Report, key: str) -> tuple[tuple[str, PrintOptions], ...] | None:
    """The editions by name, each with what is asked of it alone."""
    found: dict[str, PrintOptions] = {}
    for item in node.items if isinstance(node, Sequence) else (node,):
        if not isinstance(item, MappingNode):
            for name, place in texts(item, report, key):
                if _is_known(name, report, place):
                    found.setdefault(name, PrintOptions())
            continue
        for written, settings in item.entries:
            name = written.text
            if not _is_known(name, report, written.place):
                continue
            if isinstance(settings, Scalar) and settings.is_empty:
                found.setdefault(name, PrintOptions())
            elif not isinstance(settings, MappingNode):
                hint = f"Write them like `{name}: {{page: A5}}`."
                report.wrong(key, "an edition's settings have names.", settings.place, hint)
            elif EDITIONS[name].format != "pdf":
                message = f"the edition `{name}` is not printed, and has no settings."
                report.wrong(key, message, written.place)
            else:
                found[name] = PrintOptions(**_read(OPTIONS, READERS, settings, report, name))
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


BRAND = Shape(
    "a brand",
    {
        "logo": {"type": "string", "description": "An image in the source's folder."},
        "alt": TEXT | {"description": "What the logo says, for those who cannot see it."},
        "accent": {
            "type": "string",
            "pattern": "^#[0-9A-Fa-f]{6}$",
            "description": "The colour of headings and rules: #1f3b57.",
        },
        "footer": TEXT | {"description": "A line at the foot of every page."},
    },
)

DARK_ENOUGH = 4.5
"""The contrast that text has on white at least (WCAG 2.2, success criterion 1.4.3)."""


def accent(value: str) -> str:
    """``#rrggbb`` in small letters, dark enough for text on white. Raises `BadValueError`."""
    colour = value.lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise BadValueError(f"`{shorten(value)}` is not a colour.", "Write it like #1f3b57.")
    on_white = contrast(colour, "#ffffff")
    if on_white < DARK_ENOUGH:
        rounded = math.floor(on_white * 10) / 10
        raise BadValueError(
            f"`{colour}` has a contrast of {rounded:g} to 1 on white, too little for text.",
            "Choose a darker one, of 4.5 to 1 or more.",
        )
    return colour
