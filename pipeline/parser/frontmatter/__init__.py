"""Front matter: the YAML between two ``---`` lines at the top of a source, as `Metadata`."""

from __future__ import annotations

from typing import Any

from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Metadata
from pipeline.model.paper import PrintOptions
from pipeline.parser.frontmatter import (
    affiliations,
    identifiers,
    printing,
    schema,
    settling,
    values,
    yaml_nodes,
)

derive_identifier = identifiers.derive
front_matter = schema.front_matter


def read_front_matter(text: str, source: str) -> tuple[Metadata, int, tuple[Diagnostic, ...]]:
    """The metadata of ``text``, the number of lines that its front matter takes (0 where
    there is none), and everything that is wrong with it.

    ``title`` may be empty and ``identifier`` None; `derive_identifier` makes one once the
    title is settled. Values that are wrong are left out. Never raises.
    """
    found = yaml_nodes.find(text)
    if found is None:
        return Metadata(), 0, ()
    mapping, lines, mistakes = yaml_nodes.compose(found, source)
    report = values.FieldReport(source, list(mistakes))
    mapping = affiliations.settled(values.for_all(mapping, report), report)
    read: dict[str, Any] = {}
    nodes = values.entries(mapping, tuple(schema.KEYS), schema.ALIASES, report)
    for name, node in nodes.items():
        value = schema.FORMS[name].read(node, report, name)
        if value is not None:
            read[schema.KEYS[name].field] = value
    options = {name: read.pop(name) for name in schema.PRINTING if name in read}
    if options:
        read["printing"] = PrintOptions(**options)
    if "editions" in read:
        listed = read.pop("editions")
        read["editions"] = tuple(name for name, _ in listed)
        read["edition_options"] = tuple(o for o in listed if o[1] != PrintOptions())
    metadata = Metadata(**read)
    metadata = settling.derived(settling.check_isbns(metadata, nodes, report))
    metadata = printing.with_room(metadata, nodes, report)
    report.found.sort(key=lambda found: (found.line, found.column))
    return metadata, lines, tuple(report.found)
