"""The numbers that an ONIX record knows a product by."""

from __future__ import annotations

from stdnum.isbn import to_isbn13

from pipeline.model.metadata import Identifier, Metadata
from pipeline.package.catalog.record import Parts, Product, isbn_of

GTIN, ISBN, DOI, URN, OWN = "03", "15", "06", "22", "01"
"""List 5."""


def numbers(product: Product, metadata: Metadata) -> tuple[Identifier, ...]:
    """A product's ISBN; for the e-book, the publication's other identifiers; and for a file without
    one of its own, an identifier derived from the publication's and the edition's name."""
    own = metadata.identifier
    found = []
    if isbn := isbn_of(product, metadata):
        found.append(Identifier("isbn", to_isbn13(isbn)))
    if product.edition.name == "ebook":
        others = dict.fromkeys((*([own] if own else []), *metadata.identifiers))
        found += [one for one in others if one.scheme != "isbn"]
    if not found:
        found.append(Identifier("uri", reference(product, metadata)))
    return tuple(found)


def reference(product: Product, metadata: Metadata) -> str:
    """The permanent reference of a product's record: the publication's identifier and the
    edition."""
    own = metadata.identifier.uri if metadata.identifier else metadata.title
    return f"{own}#{product.edition.name}"


def product_identifiers(*identifiers: Identifier) -> list[Parts]:
    """An ISBN is a GTIN too, and most shops look for that."""
    pairs: list[tuple[str, str]] = []
    for one in identifiers:
        match one.scheme:
            case "isbn":
                pairs += [(GTIN, one.value), (ISBN, one.value)]
            case "doi":
                pairs.append((DOI, one.value))
            case "uuid":
                pairs.append((URN, one.uri))
            case "uri":
                pairs.append((OWN, one.value))
    return [
        {"ProductIDType": kind, "IDTypeName": "URI" if kind == OWN else None, "IDValue": value}
        for kind, value in pairs
    ]
