"""An ONIX for Books 3.0 message for shops and libraries, with a record for each product.

Most of them accept ONIX 3.0; everything used here is the same in 3.1.
"""

from __future__ import annotations

import datetime

from pipeline.features.catalog.onix.descriptive_detail import description
from pipeline.features.catalog.onix.onix_xml import Parts, document, element
from pipeline.features.catalog.onix.publishing import (
    collateral,
    numbers,
    product_identifiers,
    publisher_name,
    publishing,
    reference,
    related,
    supply,
)
from pipeline.model.catalog import Record

NAMESPACE = "http://ns.editeur.org/onix/3.0/reference"
CONFIRMED = "03"


def onix_message(
    *records: Record, sender: str = "", sent: datetime.datetime | None = None
) -> bytes:
    """The records of all products of publications, from the publisher of the first if no other
    sends them."""
    first = records[0].metadata
    products = [
        {
            "RecordReference": reference(product, record.metadata),
            "NotificationType": CONFIRMED,
            "ProductIdentifier": product_identifiers(*numbers(product, record.metadata)),
            "DescriptiveDetail": description(product, record),
            "CollateralDetail": collateral(record),
            "PublishingDetail": publishing(record),
            "RelatedMaterial": related(product, record),
            "ProductSupply": supply(product, record),
        }
        for record in records
        for product in record.products
    ]
    sent = sent or max(record.changed for record in records)
    content: Parts = {
        "Header": {
            "Sender": {"SenderName": sender or publisher_name(first) or first.title},
            "SentDateTime": f"{sent:%Y%m%dT%H%M%SZ}",
        },
        "Product": products,
        "NoProduct": None if products else {},
    }
    return document(element("ONIXMessage", content, release="3.0", xmlns=NAMESPACE))
