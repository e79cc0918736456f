"""Front matter: the YAML between two ``---`` lines at the top of a source, as `Metadata`; other
tools' equivalents."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from pipeline.features import here
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Metadata
from pipeline.model.paper import PrintOptions
from pipeline.parser.frontmatter import contributors, registered, typed, yaml
from pipeline.parser.frontmatter import keys as keys_module
from pipeline.parser.frontmatter import values as values_module
from pipeline.parser.frontmatter.shared import NOT_SHARED, Library, merged, report_unshared
from pipeline.parser.frontmatter.yaml import Mapping, Node

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
        values_module.FieldReport(source),
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
            (key, merged(key, common.get(key), own_values[key], nodes[key])) for key in own_values
        )
        read = {**common, **dict(mixed)}
    metadata = typed.derived(typed.check_isbns(_metadata(read), nodes, report))
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
    return typed.derived(_metadata(values | library._replace(folder=folder).shared(values)))


def _library_values(library: Library) -> tuple[dict[str, Any], list[Diagnostic]]:
    report = values_module.FieldReport(library.name, list(library.findings))
    mapping = library.mapping(report)
    report_unshared(mapping, report)
    read = _read(mapping, report)[1]
    return {key: value for key, value in read.items() if key not in NOT_SHARED}, report.findings


def _read(
    mapping: Mapping, report: values_module.FieldReport
) -> tuple[dict[str, Node], dict[str, Any]]:
    """The entries of a mapping by key, and their values."""
    mapping = contributors.settled(values_module.for_all(mapping, report), report)
    nodes = values_module.entries(mapping, tuple(keys_module.KEYS), keys_module.ALIASES, report)
    read = {name: keys_module.form(name).read(node, report, name) for name, node in nodes.items()}
    return nodes, {name: value for name, value in read.items() if value is not None}


def _metadata(read: dict[str, Any]) -> Metadata:
    """The metadata of these values by key."""
    fields = {keys_module.KEYS[name].field: value for name, value in read.items()}
    options = {name: fields.pop(name) for name in keys_module.PRINTING if name in fields}
    if options:
        fields["printing"] = PrintOptions(**options)
    if "editions" in fields:
        listed = fields.pop("editions")
        fields["editions"] = tuple(name for name, _ in listed)
        fields["edition_options"] = tuple(o for o in listed if o[1] != PrintOptions())
    return Metadata(**fields)
