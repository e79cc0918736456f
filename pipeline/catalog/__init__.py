"""Records for shops and libraries, beside what is built: ONIX for Books, and OPDS."""

from __future__ import annotations

from pipeline.catalog import onix, opds
from pipeline.catalog.missing import missing_for_shops
from pipeline.catalog.record import Picture, Product, Record, is_product

__all__ = ["Picture", "Product", "Record", "files", "is_product", "missing_for_shops"]


def files(record: Record) -> dict[str, bytes]:
    """The records by the names of their files."""
    feed = f"{record.stem}-opds.json"
    return {
        f"{record.stem}-onix.xml": onix.message(record),
        feed: opds.publication(record, feed),
    }
