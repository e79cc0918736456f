"""Front matter: the YAML between two ``---`` lines at the top of a source, as `Metadata`; other
tools' equivalents; and ``library.yaml``, shared by all documents of a folder.
"""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from pipeline.features import here
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import stem_of
from pipeline.model.metadata import Metadata, NamedText, Placed
from pipeline.model.paper import Press, PrintOptions
from pipeline.parser.frontmatter import contributors, registered, typed, yaml
from pipeline.parser.frontmatter import keys as keys_module
from pipeline.parser.frontmatter.keys import KEYS
from pipeline.parser.frontmatter.typed import struct
from pipeline.parser.frontmatter.values import FieldReport, entries, for_all
from pipeline.parser.frontmatter.yaml import FrontMatter, Mapping, Node
from pipeline.parser.lines import shorten
from pipeline.system.paths import find_above, shown_name

# --- shared ----------------------------------------------------------------------------------
# The file ``library.yaml``: the front matter shared by all documents of a folder and its
# subfolders, whose own front matter overrides it, key by key.

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
        return {name: self._place(value) for name, value in common}

    def _place(self, value: Any) -> Any:
        match value:
            case Placed() | Press():
                return msgspec.structs.replace(value, folder=self.folder, file=self.name)
            case NamedText():  # its position is in another file
                return msgspec.structs.replace(value, line=0, column=0)
            case tuple():
                return tuple(map(self._place, value))
            case msgspec.Struct():
                names = value.__struct_fields__
                fields = {name: self._place(getattr(value, name)) for name in names}
                return msgspec.structs.replace(value, **fields)
        return value


def library_above(folder: Path) -> Library | None:
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


def merge(key: str, shared: Any, value: Any, node: Node) -> Any:
    """A document's ``value`` of a key, as its ``node`` says, with further entries of a mapping
    from the library."""
    if key in BY_NAME:
        names = {variable.name for variable in value}
        others = (variable for variable in shared or () if variable.name not in names)
        return (*others, *value)
    return _merge(shared, value, node)


def _merge(shared: Any, value: Any, node: Node | None) -> Any:
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
        values[field.name] = _merge(theirs, ours, nodes.get(field.name)) if is_own else theirs
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


# --- frontmatter -----------------------------------------------------------------------------

derive_identifier = registered.derive
front_matter = keys_module.front_matter


def read_front_matter(
    text: str, source: str, library: Library | None = None
) -> tuple[Metadata, int, tuple[Diagnostic, ...]]:
    """The metadata of ``text``, the number of lines of its front matter (0 if there is none), and
    all problems with it. Keys that it lacks come from the ``library``.

    ``title`` may be empty and ``identifier`` None; `derive_identifier` makes one once the title is
    settled. Invalid values are omitted. Never raises.
    """
    front_matter = yaml.find(text)
    other = of_other_tool(text) if front_matter is None else None
    if front_matter is None and library is None and other is None:
        return Metadata(), 0, ()
    report, nodes, lines, read = (
        FieldReport(source),
        dict[str, Node](),
        0,
        dict[str, Any](),
    )
    if front_matter is not None:
        mapping, lines, mistakes = yaml.compose(front_matter, source)
        report.findings += mistakes
        nodes, read = _read(mapping, report)
    elif other is not None:
        lines = other.lines
        if other.message:
            report.add(Code.LIKELY_SLIP, other.message, other.mapping.place, other.hint)
        nodes, read = _read(other.mapping, report)
    own_values = read
    if library is not None:
        common, problems = shared_values(library)
        report.findings += problems
        mixed = (
            (key, merge(key, common.get(key), own_values[key], nodes[key])) for key in own_values
        )
        read = {**common, **dict(mixed)}
    metadata = typed.derive(typed.check_isbns(_metadata(read), nodes, report))
    if library is not None:
        keys = tuple(sorted(key for key in read if read[key] != own_values.get(key)))
        metadata = replace(metadata, library=library.folder, shared=keys)
    metadata = keys_module.with_room(metadata, nodes, report)
    report.findings.sort(key=lambda finding: (finding.source, finding.line, finding.column))
    return metadata, lines, tuple(report.findings)


def of_other_tool(text: str) -> Any:
    """The front matter of another tool that a text begins with, if it is read."""
    if not here("dialects"):
        return None
    from pipeline.features.dialects.front_matter import other_front_matter

    return other_front_matter(text)


def has_front_matter(text: str) -> bool:
    """Return whether `read_front_matter` finds some in a text."""
    if yaml.find(text) is not None:
        return True
    other = of_other_tool(text)
    return other is not None and other.lines > 0


def shared_values(library: Library) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The values that a library gives its documents, by key, and the findings in it."""
    read, findings = _library_values(library)
    return library.shared(read), findings


def library_metadata(library: Library, folder: str) -> Metadata:
    """The metadata of the library itself, for pages with its folder at this path, ``folder``."""
    values = _library_values(library)[0]
    return typed.derive(_metadata(values | library._replace(folder=folder).shared(values)))


def _library_values(library: Library) -> tuple[dict[str, Any], list[Diagnostic]]:
    report = FieldReport(library.name, list(library.findings))
    mapping = library.mapping(report)
    report_unshared(mapping, report)
    read = _read(mapping, report)[1]
    return {key: value for key, value in read.items() if key not in NOT_SHARED}, report.findings


def _read(mapping: Mapping, report: FieldReport) -> tuple[dict[str, Node], dict[str, Any]]:
    """The entries of a mapping by key, and their values."""
    mapping = contributors.settle_affiliations(for_all(mapping, report), report)
    nodes = entries(mapping, tuple(KEYS), keys_module.ALIASES, report)
    read = {name: keys_module.form(name).read(node, report, name) for name, node in nodes.items()}
    return nodes, {name: value for name, value in read.items() if value is not None}


def _metadata(read: dict[str, Any]) -> Metadata:
    """The metadata of these values by key."""
    fields = {KEYS[name].field: value for name, value in read.items()}
    of_print = (KEYS[name].field for name in keys_module.PRINTING)
    options = {name: fields.pop(name) for name in of_print if name in fields}
    if options:
        fields["printing"] = PrintOptions(**options)
    if "editions" in fields:
        listed = fields.pop("editions")
        fields["editions"] = tuple(name for name, _ in listed)
        fields["edition_options"] = tuple(o for o in listed if o[1] != PrintOptions())
    return Metadata(**fields)
