"""The ISBNs of a publication, one for each format, and its further identifiers."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.metadata import Identifier, Isbns, Metadata, isbn13
from pipeline.parser.frontmatter import identifiers, publication
from pipeline.parser.frontmatter.values import TEXT, Report, Schema, Shape, items, parsed
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node

FORMATS = ("epub", "pdf", "print")

ISBNS = Shape(
    "an ISBN",
    {
        "epub": TEXT | {"description": "That of the e-book."},
        "pdf": TEXT | {"description": "That of the PDF, where it is sold or lent."},
        "print": TEXT | {"description": "That of the printed book."},
    },
    aliases={"ebook": "epub", "e-book": "epub", "printed": "print", "paperback": "print"},
)
ISBN: Schema = {"anyOf": [TEXT, ISBNS.schema()]}


def isbns(node: Node, report: Report, key: str) -> Isbns | None:
    """One ISBN, which is the e-book's, or one for each format."""
    read = parsed(lambda value: identifiers.parse(value, "isbn").value)
    if not isinstance(node, Mapping):
        value = read(node, report, key)
        return Isbns(epub=value) if value else None
    values = ISBNS.read(node, report, key) or {}
    found: dict[str, str] = {}
    for name, value_node in values.items():
        value = read(value_node, report, key)
        same = next((other for other in found if value and found[other] == value), "")
        if same:
            message = f"`{name}` has the ISBN of `{same}`."
            hint = "Each format that is sold has an ISBN of its own."
            report.wrong(key, message, value_node.place, hint)
        elif value:
            found[name] = value
    return Isbns(**found)


def further(node: Node, report: Report, key: str) -> tuple[Identifier, ...]:
    """One identifier or a list of them, each once."""
    found = (publication.identifier(item, report, key) for item in items(node))
    return tuple(dict.fromkeys(one for one in found if one))


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
