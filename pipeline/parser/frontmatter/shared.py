"""The file ``library.yaml``: the front matter shared by all documents of a folder and its
subfolders, whose own front matter overrides it, key by key."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import stem_of
from pipeline.model.metadata import NamedText, Placed
from pipeline.model.paper import Press
from pipeline.parser.frontmatter import yaml
from pipeline.parser.frontmatter.keys import KEYS
from pipeline.parser.frontmatter.typed import struct
from pipeline.parser.frontmatter.values import FieldReport
from pipeline.parser.frontmatter.yaml import FrontMatter, Node
from pipeline.parser.lines import shorten
from pipeline.system.paths import find_above, shown_name

NAME = "library.yaml"

NOT_SHARED = frozenset(name for name, field in KEYS.items() if field.key.unshared)

BY_NAME = frozenset(name for name, field in KEYS.items() if field.key.form == "variables")
"""The keys whose entries have names that authors choose, and are independent of each other."""


class Library(NamedTuple):
    """A ``library.yaml``: text, name in messages, and path to its folder from the document's."""

    text: str
    name: str
    folder: str
    findings: tuple[Diagnostic, ...] = ()

    def mapping(self, report: FieldReport) -> yaml.Mapping:
        """Its entries."""
        front_matter = yaml.find(self.text)
        if front_matter is None:
            front_matter = FrontMatter(self.text, self.text.count("\n") + 1, closed=True, before=-1)
        mapping, _, mistakes = yaml.compose(front_matter, self.name)
        report.findings += mistakes
        return mapping

    def shared(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values for documents, with each path relative to the library's folder."""
        common = ((name, value) for name, value in values.items() if not KEYS[name].key.of_library)
        return {name: self._placed(value) for name, value in common}

    def _placed(self, value: Any) -> Any:
        match value:
            case Placed() | Press():
                return msgspec.structs.replace(value, folder=self.folder, file=self.name)
            case NamedText():  # its position is in another file
                return msgspec.structs.replace(value, line=0, column=0)
            case tuple():
                return tuple(map(self._placed, value))
            case msgspec.Struct():
                names = value.__struct_fields__
                fields = {name: self._placed(getattr(value, name)) for name in names}
                return msgspec.structs.replace(value, **fields)
        return value


def above(folder: Path) -> Library | None:
    """The library that the documents of a folder belong to."""
    file = find_above(folder, NAME)
    if file is None:
        return None
    levels = len(folder.resolve().parts) - len(file.parent.parts)
    library_folder = posixpath.normpath("../" * levels or ".")
    name = shown_name(os.path.normpath(folder / library_folder / NAME))
    try:
        return Library(file.read_text("utf-8-sig"), name, library_folder)
    except UnicodeDecodeError:
        problem = diagnostic(Code.WRONG_ENCODING, "The file is not UTF-8.", source=name)
    except OSError as error:
        message = f"The file cannot be read: {error.strerror}."
        problem = diagnostic(Code.UNREADABLE_FILE, message, source=name)
    return Library("", name, library_folder, (problem,))


def merged(key: str, shared: Any, value: Any, node: Node) -> Any:
    """A document's ``value`` of a key, as its ``node`` says, with further entries of a mapping
    from the library."""
    if key in BY_NAME:
        names = {variable.name for variable in value}
        others = (variable for variable in shared or () if variable.name not in names)
        return (*others, *value)
    return _merged(shared, value, node)


def _merged(shared: Any, value: Any, node: Node | None) -> Any:
    if type(shared) is not type(value) or not isinstance(value, msgspec.Struct):
        return value
    fields = msgspec.structs.fields(value)
    if any(field.required for field in fields):
        return value  # a unit, whose entries cannot be overridden separately
    values = {}
    nodes = struct(type(value)).nodes(node) if node else {}
    for field in fields:
        ours, theirs = getattr(value, field.name), getattr(shared, field.name)
        is_own = field.name in nodes or ours != field.default
        values[field.name] = _merged(theirs, ours, nodes.get(field.name)) if is_own else theirs
    return msgspec.structs.replace(value, **values)


def address_of(base: str, library_folder: str, source: str, folder: Path) -> str:
    """The web address of a document's files, if those of its library begin with ``base``."""
    within = folder.resolve().relative_to((folder / library_folder).resolve())
    return base + quote("".join(f"{part}/" for part in (*within.parts, stem_of(Path(source)))))


def report_unshared(mapping: yaml.Mapping, report: FieldReport) -> None:
    """Report keys that documents cannot share."""
    for written, _ in mapping.entries:
        if written.text in NOT_SHARED:
            message = f"`{shorten(written.text)}` cannot be shared by documents."
            hint = "Write it in the front matter of each, with files in its folder."
            report.add(Code.WRONG_VALUE, message, written.place, hint)
