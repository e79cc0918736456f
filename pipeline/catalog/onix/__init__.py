"""An ONIX for Books 3.0 message, which shops and libraries read in: a record for each product.

ONIX 3.0 is what most of them take; all that is said here is in 3.1 as well, in the same words.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from pipeline.catalog.elements import document, element
from pipeline.catalog.onix.description import description
from pipeline.catalog.onix.identifiers import numbers, product_identifiers, reference
from pipeline.catalog.onix.publishing import (
    collateral,
    publisher_name,
    publishing,
    related,
    supply,
)
from pipeline.catalog.record import Product, Record

NAMESPACE = "http://ns.editeur.org/onix/3.0/reference"
CONFIRMED = "03"


def message(record: Record) -> bytes:
    metadata = record.metadata
    root = element(
        "ONIXMessage",
        element(
            "Header",
            element("Sender", element("SenderName", publisher_name(metadata) or metadata.title)),
            element("SentDateTime", f"{record.changed:%Y%m%dT%H%M%SZ}"),
        ),
        (_product(product, record) for product in record.products)
        if record.products
        else element("NoProduct"),
        release="3.0",
        xmlns=NAMESPACE,
    )
    return document(root)


def _product(product: Product, record: Record) -> ET.Element:
    return element(
        "Product",
        element("RecordReference", reference(product, record.metadata)),
        element("NotificationType", CONFIRMED),
        product_identifiers(*numbers(product, record.metadata)),
        description(product, record),
        collateral(record),
        publishing(record),
        related(product, record),
        supply(product, record),
    )
