"""Front matter about editions: which are made, and what is asked of one alone."""

from __future__ import annotations

from typing import Any

from pipeline.codes import Code
from pipeline.editions import EDITIONS
from pipeline.paper import LARGE_PRINT, PrintOptions
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.form import Form, any_of, reference
from pipeline.parser.frontmatter.typed import struct
from pipeline.parser.frontmatter.values import Report, text, words
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Scalar, Sequence
from pipeline.suggestions import did_you_mean

BY_FORMAT = {"pdf": "handout", "epub": "ebook", "html": "web"}
"""The editions that are meant where formats are named."""

_OPTIONS = struct(PrintOptions)
_ITEM = reference(
    "edition",
    any_of(
        {"enum": [*EDITIONS, *BY_FORMAT]},
        {
            "type": "object",
            "properties": dict.fromkeys((*EDITIONS, *BY_FORMAT), _OPTIONS.schema),
            "additionalProperties": False,
        },
    ),
)


def _editions(node: Node, report: Report, key: str) -> tuple[tuple[str, PrintOptions], ...] | None:
    """The editions by name, each with what is asked of it alone."""
    found: dict[str, PrintOptions] = {}
    for item in node.items if isinstance(node, Sequence) else (node,):
        if not isinstance(item, Mapping):
            for part in words(item):
                word = text(part, report, key) or ""
                name = BY_FORMAT.get(word.lower(), word)
                if name and _is_known(name, report, part.place):
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
                found[name] = _OPTIONS.read(settings, report, name, {})
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


def _write(listed: tuple[tuple[str, PrintOptions], ...]) -> list[Any]:
    return [name if own == PrintOptions() else {name: _OPTIONS.write(own)} for name, own in listed]


LISTED = Form(any_of(_ITEM, {"type": "array", "items": _ITEM}), _editions, _write, whole=True)
