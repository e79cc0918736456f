"""Front matter about editions: which ones, with which settings, and pages without room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec.structs import replace

from pipeline.model.codes import Code
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Metadata
from pipeline.model.names import did_you_mean
from pipeline.model.paper import LARGE_PRINT, PageOptions, PrintOptions
from pipeline.model.sheet.proportions import lack_of
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.form import Form, any_of, reference
from pipeline.parser.frontmatter.typed import struct
from pipeline.parser.frontmatter.values import FieldReport, text, words
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Place, Scalar, Sequence

BY_FORMAT = {"pdf": "handout", "epub": "ebook", "html": "web"}
"""The editions that are meant where formats are named."""


def _editions(
    node: Node, report: FieldReport, key: str
) -> tuple[tuple[str, PrintOptions], ...] | None:
    """The editions by name, with their own settings."""
    options_of: dict[str, PrintOptions] = {}
    for item in node.items if isinstance(node, Sequence) else (node,):
        if not isinstance(item, Mapping):
            for part in words(item):
                word = text(part, report, key) or ""
                name = BY_FORMAT.get(word.lower(), word)
                if name and _is_known(name, report, part.place):
                    options_of.setdefault(name, PrintOptions())
            continue
        for written, settings in item.entries:
            name = BY_FORMAT.get(written.text.lower(), written.text)
            if not _is_known(name, report, written.place):
                continue
            if isinstance(settings, Scalar) and settings.is_empty:
                options_of.setdefault(name, PrintOptions())
            elif not isinstance(settings, Mapping):
                hint = f"Write them like `{name}: {{page: A5}}`."
                report.wrong(key, "an edition's settings have names.", settings.place, hint)
            elif EDITIONS[name].format != "pdf":
                message = f"the edition `{name}` is not printed, and has no settings."
                report.wrong(key, message, written.place)
            elif name in options_of and options_of[name] != PrintOptions():
                message = f"`{name}` has settings twice in `{key}`."
                hint = "Write them in one place: only one of the two can take effect."
                report.add(Code.DUPLICATE_KEY, message, written.place, hint)
            else:
                options_of[name] = struct(PrintOptions).read(settings, report, name, {})
                _check_large_print(name, options_of[name], report, written.place)
    return tuple(options_of.items())


def _check_large_print(name: str, options: PrintOptions, report: FieldReport, place: Any) -> None:
    text = options.page.text
    if EDITIONS[name].look == "large" and text and text < LARGE_PRINT:
        message = (
            f"`{name}` has a text size of {text:g} points; large print has at least {LARGE_PRINT}."
        )
        hint = f"Write a size of {LARGE_PRINT}pt or more, or leave it out."
        report.add(Code.UNDER_LARGE_PRINT, message, place, hint)


def _is_known(name: str, report: FieldReport, place: Any) -> bool:
    if name in EDITIONS:
        return True
    hint = did_you_mean(name, EDITIONS) or f"There are {', '.join(EDITIONS)}."
    report.add(Code.UNKNOWN_EDITION, f"There is no edition `{shorten(name)}`.", place, hint)
    return False


def _write(listed: tuple[tuple[str, PrintOptions], ...]) -> list[Any]:
    write = struct(PrintOptions).write
    return [
        name if options == PrintOptions() else {name: write(options)} for name, options in listed
    ]


def editions_form() -> Form:
    """The form of a list of editions with their settings."""
    names = (*EDITIONS, *BY_FORMAT)
    with_options = {
        "type": "object",
        "properties": dict.fromkeys(names, struct(PrintOptions).schema),
        "additionalProperties": False,
    }
    item = reference("edition", any_of({"enum": list(names)}, with_options))
    schema = any_of(item, {"type": "array", "items": item})
    return Form(schema, _editions, _write, reads_lists=True)


class _PageSettings(NamedTuple):
    """Settings of the page for some editions, and their node in the front matter."""

    editions: tuple[str, ...]
    node: Node


def with_room(metadata: Metadata, nodes: dict[str, Node], report: FieldReport) -> Metadata:
    """The metadata without page formats whose margins and columns leave no room, each reported at
    its position. ``nodes`` are the values of the front matter's keys."""
    refused: set[str] = set()
    for editions, node in _pages(metadata, nodes):
        if lack := lack_of(editions, metadata):
            message, hint = lack
            report.wrong("page", message, _place(node), hint)
            refused.update(("",) if node is nodes.get("page") else editions)
    if not refused:
        return metadata
    printing = replace(metadata.printing, page=PageOptions()) if "" in refused else None
    return replace(
        metadata,
        printing=printing or metadata.printing,
        edition_options=tuple(
            (name, replace(options, page=PageOptions()) if name in refused else options)
            for name, options in metadata.edition_options
        ),
    )


def _pages(metadata: Metadata, nodes: dict[str, Node]) -> Iterator[_PageSettings]:
    """The places with page settings: the key for all, and those of single editions."""
    with_page = {
        name for name, options in metadata.edition_options if options.page != PageOptions()
    }
    if metadata.printing.page != PageOptions() and "page" in nodes:
        listed = [name for name in metadata.editions if EDITIONS[name].format == "pdf"]
        common = tuple(name for name in listed or ("handout",) if name not in with_page)
        yield _PageSettings(common, nodes["page"])
    listed_ones = nodes.get("editions")
    items = listed_ones.items if isinstance(listed_ones, Sequence) else (listed_ones,)
    for item in items:
        for written, settings in item.entries if isinstance(item, Mapping) else ():
            for key, node in settings.entries if isinstance(settings, Mapping) else ():
                if key.text == "page" and written.text in with_page:
                    yield _PageSettings((written.text,), node)


def _place(node: Node) -> Place:
    """The place of the margins, or else of the page."""
    if isinstance(node, Mapping):
        for name in ("margins", "columns", "gutter", "size"):
            for key, value in node.entries:
                if key.text == name:
                    return value.place
    return node.place
