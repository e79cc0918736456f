"""The ISBNs of a publication, one for each format."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.metadata import Metadata, isbn13
from pipeline.parser.frontmatter.values import Report
from pipeline.parser.frontmatter.yaml_nodes import Node

FORMATS = ("epub", "pdf", "print")


def check_isbns(metadata: Metadata, nodes: dict[str, Node], report: Report) -> Metadata:
    """The metadata without an ``identifier`` that is the ISBN of another format than the e-book,
    which is reported."""
    own = metadata.identifier
    if own is None or own.scheme != "isbn":
        return metadata
    for name in FORMATS:
        other = getattr(metadata.isbns, name)
        if name != "epub" and other and isbn13(other) == isbn13(own.value):
            message = f"this is the ISBN of `{name}`, and not the e-book's."
            hint = "Leave `identifier` out, or give the e-book's ISBN."
            report.wrong("identifier", message, nodes["identifier"].place, hint)
            return replace(metadata, identifier=None)
    return metadata
