"""Structs of the front matter whose parts depend on each other or differ from their written form:
conversions from values to fields and back; and the ISBNs, which depend on the formats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import asdict, replace

from pipeline.model.metadata import Isbns, Metadata
from pipeline.model.metadata import structured_values as parts
from pipeline.model.metadata.structured_values import in_13_digits
from pipeline.model.paper import FitOptions, PageOptions
from pipeline.model.words import words
from pipeline.parser.frontmatter import licences, standard_numbers, subjects
from pipeline.parser.frontmatter.values import FieldReport, parsed
from pipeline.parser.frontmatter.yaml_nodes import Node

Values: TypeAlias = dict[str, Any]
Nodes: TypeAlias = dict[str, Node]


def _contributor(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values:
    main, *more = values.pop("role", None) or (None,)
    return values | ({"role": main, "more_roles": tuple(more)} if main else {})


def _audience(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values:
    youngest, oldest = values.pop("youngest", (0, 0))
    return values | {"youngest": youngest, "oldest": oldest}


def _licence(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values | None:
    if "url" in nodes:
        return values
    licence = parsed(licences.parse)(nodes["name"], report, key)
    return asdict(licence) if licence else None


def _identifier(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values | None:
    if "scheme" in nodes and "scheme" not in values:
        return None
    scheme = values.get("scheme", "")
    identifier = parsed(lambda text: standard_numbers.parse(text, scheme))(
        nodes["value"], report, key
    )
    return asdict(identifier) if identifier else None


def _subject(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values | None:
    code = parsed(lambda text: subjects.code(values["scheme"], text))(nodes["code"], report, key)
    return values | {"code": code} if code else None


def _isbns(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values:
    isbns: Values = {}
    for name in nodes:
        value = values.get(name)
        same = next((other for other in isbns if value and isbns[other] == value), "")
        if same:
            message = f"`{name}` has the ISBN of `{same}`."
            hint = "Each format that is sold needs an ISBN of its own."
            report.wrong(key, message, nodes[name].place, hint)
        elif value:
            isbns[name] = value
    return isbns


def _certification(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values:
    for dependent in ("credential", "report"):
        if dependent in nodes and "certified_by" not in nodes:
            message = f"a `{dependent}` needs a certifier."
            report.wrong(key, message, nodes[dependent].place, "Add `certified_by`.")
    return values


def _page(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values | None:
    if "text" in values and values.get("leading", values["text"]) < values["text"]:
        place = nodes["leading"].place
        report.wrong(key, "the leading would be less than the text size.", place)
        return None
    return values


def _fit(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values | None:
    options = FitOptions(**values)
    if options.smallest > options.largest > 0:
        place = nodes.get("smallest", nodes["pages"]).place
        report.wrong(key, "`smallest` is larger than `largest`.", place)
        return None
    return values


SETTLED: dict[type[msgspec.Struct], Callable[[Values, Nodes, FieldReport, str], Values | None]] = {
    parts.Contributor: _contributor,
    parts.Audience: _audience,
    parts.Licence: _licence,
    parts.Identifier: _identifier,
    parts.Subject: _subject,
    Isbns: _isbns,
    parts.Certification: _certification,
    PageOptions: _page,
    FitOptions: _fit,
}
"""A function from the values of a mapping and their nodes to the struct's fields; None if
unusable."""

SPREAD: dict[type[msgspec.Struct], Callable[[Any], Values]] = {
    parts.Contributor: lambda p: asdict(p) | {"role": p.roles if p.more_roles else p.role},
    parts.Audience: lambda audience: asdict(audience) | {"youngest": audience.ages or 0},
}
"""A function from a struct to the values of its mapping."""


def check_isbns(metadata: Metadata, nodes: dict[str, Node], report: FieldReport) -> Metadata:
    """The metadata without an ``identifier`` that is the ISBN of another format, reported."""
    identifier = metadata.identifier
    if identifier is None or identifier.scheme != "isbn":
        return metadata
    for name in Isbns.__struct_fields__:
        other = getattr(metadata.isbns, name)
        if name != "epub" and other and in_13_digits(other) == in_13_digits(identifier.value):
            message = f"this is the ISBN of `{name}`, and not the e-book's."
            hint = "Leave `identifier` out, or give the e-book's ISBN."
            report.wrong("identifier", message, nodes["identifier"].place, hint)
            return replace(metadata, identifier=None)
    return metadata


def derived(metadata: Metadata) -> Metadata:
    """The metadata with the licence's name in the publication's language, and an article's abstract
    as its description, if it has no other."""
    if metadata.abstract and not metadata.description:
        metadata = replace(metadata, description=metadata.abstract)
    if metadata.licence is None:
        return metadata
    return replace(metadata, licence=licences.named(metadata.licence, words(metadata.lang)))
