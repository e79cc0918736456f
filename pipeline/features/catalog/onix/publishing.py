"""The blocks of an ONIX record about promotion, publishing and related products, and the numbers
that it knows a product by."""

from __future__ import annotations

from pipeline.features.catalog.onix.onix_xml import Parts, element
from pipeline.model.catalog import Product, Record, is_open, isbn_of
from pipeline.model.metadata import Identifier, Metadata
from pipeline.model.metadata.structured_values import in_13_digits

DATE_FORMATS = {4: "05", 6: "01", 8: "00"}
"""List 55, by the number of digits in a date."""

ALTERNATIVE_FORMAT, BASED_ON_PRINT, STUDENT_MATERIAL, TEACHER_MATERIAL = "06", "13", "39", "40"

SHORT = 350
"""The maximum number of characters of a short description."""


def publisher_name(metadata: Metadata) -> str:
    """The publisher's name, or else the authors' names."""
    names = ", ".join(author.name for author in metadata.authors)
    return metadata.publisher or metadata.imprint or names


def collateral(record: Record) -> Parts | None:
    description, cover = " ".join(record.metadata.description.split()), _cover(record)
    short = [_text("02", description)] if description and len(description) <= SHORT else []
    full = [_text("03", record.metadata.description)] if description else []
    if not (full or cover):
        return None
    return {"TextContent": short + full, "SupportingResource": cover}


def _text(kind: str, text: str) -> Parts:
    return {"TextType": kind, "ContentAudience": "00", "Text": text}


def _cover(record: Record) -> Parts | None:
    """The cover's address, if the publication has a web address."""
    if not (record.cover and record.metadata.url):
        return None
    address = record.address(record.cover.file)
    return {
        "ResourceContentType": "01",
        "ContentAudience": "00",
        "ResourceMode": "03",
        "ResourceVersion": {"ResourceForm": "02", "ResourceLink": address},
    }


def publishing(record: Record) -> Parts | None:
    """The publisher, place and date, and worldwide rights if the licence grants them; nothing if
    there is no name."""
    metadata = record.metadata
    name = publisher_name(metadata)
    if not name:
        return None
    everywhere = {"SalesRightsType": "02", "Territory": {"RegionsIncluded": "WORLD"}}
    return {
        "Imprint": {"ImprintName": metadata.imprint or name},
        "Publisher": {"PublishingRole": "01", "PublisherName": metadata.publisher or name},
        "CityOfPublication": metadata.place,
        "PublishingStatus": "04",
        "PublishingDate": _date(metadata.date) if metadata.date else None,
        "SalesRights": everywhere if is_open(metadata) else None,
    }


def _date(date: str) -> Parts:
    digits = date.replace("-", "")
    written = element("Date", digits, dateformat=DATE_FORMATS[len(digits)])
    return {"PublishingDateRole": "01", "Date": written}


def related(product: Product, record: Record) -> Parts | None:
    """The printed edition that an e-book is the same as, and the other products."""
    products: list[Parts] = []
    printed = record.metadata.isbns.print
    if printed:
        code = BASED_ON_PRINT if product.edition.format == "epub" else ALTERNATIVE_FORMAT
        products.append(_related(code, Identifier("isbn", in_13_digits(printed))))
    for other in record.products:
        if other is not product:
            products.append(_related(_relation(product, other), *numbers(other, record.metadata)))
    return {"RelatedProduct": products} if products else None


def _relation(product: Product, other: Product) -> str:
    """List 51: another format, or the teachers' or the students' material."""
    if product.edition.has_answers == other.edition.has_answers:
        return ALTERNATIVE_FORMAT
    return STUDENT_MATERIAL if product.edition.has_answers else TEACHER_MATERIAL


def _related(code: str, *identifiers: Identifier) -> Parts:
    return {"ProductRelationCode": code, "ProductIdentifier": product_identifiers(*identifiers)}


def supply(product: Product, record: Record) -> Parts | None:
    """Free availability, for publications with an open licence and an address."""
    metadata = record.metadata
    if not is_open(metadata) or not metadata.url:
        return None
    supplier = {
        "SupplierRole": "09",
        "SupplierName": publisher_name(metadata) or metadata.title,
        "Website": {"WebsiteRole": "29", "WebsiteLink": record.address(product.file)},
    }
    return {
        "SupplyDetail": {
            "Supplier": supplier,
            "ProductAvailability": "20",
            "UnpricedItemType": "01",
        }
    }


# --- numbers ------------------------------------------------------------------------------


GTIN, ISBN, DOI, URN, OWN = "03", "15", "06", "22", "01"
"""List 5."""


def numbers(product: Product, metadata: Metadata) -> tuple[Identifier, ...]:
    """A product's ISBN; for the e-book, the publication's other identifiers; and for a file without
    one of its own, an identifier derived from the publication's and the edition's name."""
    identifier = metadata.identifier
    identifiers = []
    if isbn := isbn_of(product, metadata):
        identifiers.append(Identifier("isbn", in_13_digits(isbn)))
    if product.edition.name == "ebook":
        others = dict.fromkeys((*([identifier] if identifier else []), *metadata.identifiers))
        identifiers += [other for other in others if other.scheme != "isbn"]
    if not identifiers:
        identifiers.append(Identifier("uri", reference(product, metadata)))
    return tuple(identifiers)


def reference(product: Product, metadata: Metadata) -> str:
    """The permanent reference of a product's record: the publication's identifier and the
    edition."""
    base = metadata.identifier.uri if metadata.identifier else metadata.title
    return f"{base}#{product.edition.name}"


def product_identifiers(*identifiers: Identifier) -> list[Parts]:
    """An ISBN is a GTIN too, and most shops look for that."""
    pairs: list[tuple[str, str]] = []
    for identifier in identifiers:
        match identifier.scheme:
            case "isbn":
                pairs += [(GTIN, identifier.value), (ISBN, identifier.value)]
            case "doi":
                pairs.append((DOI, identifier.value))
            case "uuid":
                pairs.append((URN, identifier.uri))
            case "uri":
                pairs.append((OWN, identifier.value))
    return [
        {"ProductIDType": kind, "IDTypeName": "URI" if kind == OWN else None, "IDValue": value}
        for kind, value in pairs
    ]
