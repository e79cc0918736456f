"""The blocks of an ONIX record about promotion, publishing and related products."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from pipeline.catalog.elements import element, texts
from pipeline.catalog.onix.identifiers import numbers, product_identifiers
from pipeline.catalog.record import Product, Record, is_open
from pipeline.metadata import Identifier, Metadata, isbn13

DATE_FORMATS = {4: "05", 6: "01", 8: "00"}
"""List 55, by how many digits a date has."""

ALTERNATIVE_FORMAT, BASED_ON_PRINT, STUDENT_MATERIAL, TEACHER_MATERIAL = "06", "13", "39", "40"

SHORT = 350
"""How many characters a short description may have."""


def publisher_name(metadata: Metadata) -> str:
    """Who publishes it: those who wrote it, where nobody else does."""
    names = ", ".join(author.name for author in metadata.authors)
    return metadata.publisher or metadata.imprint or names


def collateral(record: Record) -> ET.Element | None:
    found = [*_descriptions(record.metadata), *_cover(record)]
    return element("CollateralDetail", found) if found else None


def _descriptions(metadata: Metadata) -> Iterator[ET.Element]:
    said = " ".join(metadata.description.split())
    if said and len(said) <= SHORT:
        yield _text("02", said)
    if said:
        yield _text("03", metadata.description)


def _text(kind: str, said: str) -> ET.Element:
    return element(
        "TextContent",
        element("TextType", kind),
        element("ContentAudience", "00"),
        element("Text", said),
    )


def _cover(record: Record) -> Iterator[ET.Element]:
    """Where the cover is, which only a full address can say."""
    if record.cover and record.metadata.url:
        yield element(
            "SupportingResource",
            element("ResourceContentType", "01"),
            element("ContentAudience", "00"),
            element("ResourceMode", "03"),
            element(
                "ResourceVersion",
                element("ResourceForm", "02"),
                element("ResourceLink", record.address(record.cover.file)),
            ),
        )


def publishing(record: Record) -> ET.Element | None:
    """Who has published it, where and when, and that it may be had everywhere, where a licence
    says so. Without anybody's name there is no such block."""
    metadata = record.metadata
    name = publisher_name(metadata)
    if not name:
        return None
    return element(
        "PublishingDetail",
        element("Imprint", element("ImprintName", metadata.imprint or name)),
        element(
            "Publisher",
            element("PublishingRole", "01"),
            element("PublisherName", metadata.publisher or name),
        ),
        texts("CityOfPublication", [metadata.place]),
        element("PublishingStatus", "04"),
        _date(metadata.date) if metadata.date else None,
        _sales_rights() if is_open(metadata) else None,
    )


def _date(date: str) -> ET.Element:
    digits = date.replace("-", "")
    return element(
        "PublishingDate",
        element("PublishingDateRole", "01"),
        element("Date", digits, dateformat=DATE_FORMATS[len(digits)]),
    )


def _sales_rights() -> ET.Element:
    return element(
        "SalesRights",
        element("SalesRightsType", "02"),
        element("Territory", element("RegionsIncluded", "WORLD")),
    )


def related(product: Product, record: Record) -> ET.Element | None:
    """The printed edition that an e-book is the same as, and the other products."""
    found = []
    printed = record.metadata.isbns.print
    if printed:
        code = BASED_ON_PRINT if product.edition.format == "epub" else ALTERNATIVE_FORMAT
        number = Identifier("isbn", isbn13(printed))
        found.append(_related(code, product_identifiers(number)))
    for other in record.products:
        if other is not product:
            code = _relation(product, other)
            found.append(_related(code, product_identifiers(*numbers(other, record.metadata))))
    return element("RelatedMaterial", found) if found else None


def _relation(product: Product, other: Product) -> str:
    """List 51: another format, or the teachers' or the students' material."""
    if product.edition.audience == other.edition.audience:
        return ALTERNATIVE_FORMAT
    return STUDENT_MATERIAL if product.edition.audience == "teacher" else TEACHER_MATERIAL


def _related(code: str, identifiers: list[ET.Element]) -> ET.Element:
    return element("RelatedProduct", element("ProductRelationCode", code), identifiers)


def supply(product: Product, record: Record) -> ET.Element | None:
    """Where it is to be had for nothing: said of what has an open licence and an address."""
    metadata = record.metadata
    if not is_open(metadata) or not metadata.url:
        return None
    return element(
        "ProductSupply",
        element(
            "SupplyDetail",
            element(
                "Supplier",
                element("SupplierRole", "09"),
                element("SupplierName", publisher_name(metadata) or metadata.title),
                element(
                    "Website",
                    element("WebsiteRole", "29"),
                    element("WebsiteLink", record.address(product.file)),
                ),
            ),
            element("ProductAvailability", "20"),
            element("UnpricedItemType", "01"),
        ),
    )
