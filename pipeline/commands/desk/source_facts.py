"""Names that a text has, for an editor to offer, and its settings with their types, for a form."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pipeline.features import here
from pipeline.model import Citation, DefinitionItem, Document, InlineElement
from pipeline.model.late import late
from pipeline.model.tree import all_nodes, plain_text
from pipeline.parser.frontmatter.keys import json_schema
from pipeline.system import outputs

TITLES = ("title", "caption", "children")
"""The parts of nodes that say what they are, the first one first."""

LABEL = 60
"""Characters of what a name is said to be."""

HEAD = 4096
"""Bytes of a source in which its title is looked for."""

IN_FORM = {
    "": {
        "title": ("Title", ""),
        "subtitle": ("Subtitle", ""),
        "authors": ("Authors", "With commas between them."),
        "lang": ("Language", "A short name of it, such as en, de or pt-BR."),
        "date": ("Date", "Year, month and day, such as 2026-11-24."),
        "name_line": ("Lines for name, class and date", ""),
        "page": ("Paper", "A4, A5, letter …"),
    },
    "How it looks": {
        "theme": ("Design", ""),
        "fit": ("Number of pages to fill", "The text is made larger or smaller."),
        "handwriting": ("Handwriting of", "Lines are as far apart as they need."),
        "contents": ("Table of contents", ""),
        "number_sections": ("Numbers before headings", ""),
        "notes": ("Place of footnotes", ""),
        "links": ("Place of the addresses of links in print", ""),
        "qr_codes": ("QR codes beside links in print", ""),
        "web": ("Web page", ""),
    },
    "To publish it": {
        "description": ("Summary", "A few sentences, for catalogues and search engines."),
        "keywords": ("Keywords", "With commas between them."),
        "publisher": ("Publisher", ""),
        "licence": ("Licence", "What others may do with the text, such as CC BY-SA 4.0."),
        "cover": ("Picture on the cover", "The name of a picture in this folder."),
    },
}
"""The settings that a form has, in groups, of which the first is open, with a name and an
explanation for those who have read nothing; all others are written in the text."""

_TITLE = late(r"(?m)^title:[ \t]*(\S[^\n]*)")
_NO_AUTHOR = late(r"(?m)^authors:\n  - (?:name: )?Your Name\n")
_EXAMPLES = late(r"(?m)^(?:#|subtitle:|publisher:|keywords:)[^\n]*\n")
_RIGHTS = late(r"(?m)^(rights: )([^\n]*)Your Name\n")
_FRONT = late(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)


def title(path: Path) -> str:
    """The title of a source, as far as its beginning tells."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD).decode("utf-8-sig", "ignore")
    except OSError:
        return path.stem
    match = _TITLE.search(head)
    try:
        found = yaml.safe_load(match[1]) if match else None
    except yaml.YAMLError:
        found = None
    return str(found) if isinstance(found, str | int) else path.stem


def body(path: Path) -> str:
    """The text of a source without its settings."""
    return _FRONT.sub("", path.read_text("utf-8"), count=1).strip("\n")


def retitle(path: Path, words: str) -> None:
    """Give a source the title that somebody typed, of which its name has lost signs."""
    text = path.read_bytes().decode("utf-8")
    outputs.write(path, _TITLE.sub(lambda _: f"title: {_quote(words)}", text, count=1).encode())


def sign(path: Path, author: str, language: str, body: str = "") -> None:
    """Give a new source its author, if one was typed, its language, and a ``body`` in that, without
    the examples of settings in English."""
    text = path.read_text("utf-8")
    head = _FRONT.match(text) if body else None
    if head:
        text = f"{_EXAMPLES.sub('', head[0])}\n\n{body}"
    text = _RIGHTS.sub(lambda match: author and f"{match[1]}{_quote(match[2] + author)}\n", text)
    if author:
        text = text.replace("Your Name", _quote(author), 1)
    else:
        text = _NO_AUTHOR.sub("", text, count=1)
    outputs.write(path, text.replace("\nlang: en\n", f"\nlang: {language}\n", 1).encode())


def _quote(words: str) -> str:
    return yaml.safe_dump(words, allow_unicode=True, width=10_000, default_style='"').strip()


def words(document: Document | None, folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Names that can be completed, with a description each, by kind; files that the text names are
    looked for in ``folder``."""
    found: dict[str, dict[str, str]] = {"ids": {}, "works": {}, "terms": {}}
    for node in all_nodes(document) if document else ():
        name = getattr(getattr(node, "attributes", None), "id", "")
        if name and not isinstance(node, InlineElement):
            content = next((getattr(node, part, ()) for part in TITLES if hasattr(node, part)), ())
            found["ids"].setdefault(name, plain_text(content)[:LABEL])
        if isinstance(node, Citation):
            for item in node.items:
                found["works"].setdefault(item.key, "")
        if isinstance(node, DefinitionItem):
            found["terms"].update((plain_text(term), "") for term in node.terms)
    if document:
        found["works"] |= _works(document, folder)
    return {
        **{kind: [*names.items()] for kind, names in found.items()},
        "keys": [(key, form["description"]) for key, form in _keys().items()],
    }


def _works(document: Document, folder: Path) -> dict[str, str]:
    """The titles of the works that a text can cite, by their keys."""
    if not document.metadata.bibliography or not here("citations"):
        return {}
    from pipeline.features.citations.csl.marked_text import plain
    from pipeline.features.citations.sources import read_sources

    works = read_sources(document, folder).works
    return {key: plain(work.values.get("title", ""))[:LABEL] for key, work in works.items()}


@functools.cache
def _schema() -> dict[str, Any]:
    """The schemas of all settings, and under their other names a reference to them."""
    properties: Any = json_schema()["properties"]
    return dict(properties)


def _keys() -> dict[str, Any]:
    """The schemas of all settings under their first names."""
    return {key: form for key, form in _schema().items() if "$ref" not in form}


def front(text: str) -> list[dict[str, Any]]:
    """The fields of a form with the settings at the head of a text: name, explanation, kind and
    value. A value that no field can hold, such as a list of things with parts, has none."""
    match = _FRONT.match(text)
    try:
        read = yaml.load(match[1], Loader=yaml.BaseLoader) if match else {}
    except yaml.YAMLError:
        read = None
    values = read if isinstance(read, dict) else {}
    fields = []
    for key, (name, about), group in (
        (key, words, group) for group, keys in IN_FORM.items() for key, words in keys.items()
    ):
        written = next((name for name in (key, *_aliases(key)) if name in values), key)
        given = {"key": written, "name": name, "about": about, "group": group}
        fields.append(_field(_keys()[key], values.get(written)) | given)
    return fields


def _aliases(key: str) -> tuple[str, ...]:
    """The other names of a setting."""
    leads = f"#/properties/{key}"
    return tuple(name for name, form in _schema().items() if form.get("$ref") == leads)


def _field(form: dict[str, Any], value: Any) -> dict[str, Any]:
    parts = form.get("anyOf", (form,))
    is_number = any(part.get("type") == "integer" for part in parts)
    choices = [] if is_number else [str(choice) for choice in _choices(form)]
    has_yes = any(part.get("type") == "boolean" for part in parts)
    if has_yes and choices and not {"never", "none"} & {*choices}:
        choices = ["true", "false", *choices]
    is_list = isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    shown = ", ".join(value) if is_list else value
    return {
        "kind": "choice" if choices else "yes" if has_yes else "list" if is_list else "text",
        "choices": choices,
        "value": shown if isinstance(shown, str) else None,
        "elsewhere": value is not None and not isinstance(shown, str),
    }


def _choices(form: dict[str, Any]) -> Iterator[Any]:
    for part in form.get("anyOf", (form,)):
        yield from part.get("enum", ())
