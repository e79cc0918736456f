"""The numbers that an imprint shows: ISBNs, each with its format, DOIs and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from stdnum import isbn

from pipeline.model.metadata import Metadata


class _Number(NamedTuple):
    """``address`` is empty if it has no link."""

    label: str
    value: str
    address: str = ""


def numbers(
    metadata: Metadata, vocabulary: Mapping[str, str], schemes: tuple[str, ...] = ("isbn", "doi")
) -> tuple[_Number, ...]:
    """The ISBN of every format, then the identifiers of these schemes. A UUID means nothing to
    readers, and is only shown if there is nothing else."""
    isbns = {
        vocabulary["isbn_epub"]: metadata.isbns.epub,
        vocabulary["isbn_pdf"]: metadata.isbns.pdf,
        vocabulary["isbn_print"]: metadata.isbns.print,
    }
    shown = [_Number(label, isbn.format(value)) for label, value in isbns.items() if value]
    own = [metadata.identifier] if metadata.identifier else []
    found = [one for one in dict.fromkeys((*own, *metadata.identifiers)) if one.scheme in schemes]
    for one in sorted(found, key=lambda one: one.scheme == "uuid"):
        if one.value in isbns.values() or (one.scheme == "uuid" and shown):
            continue
        label = {"isbn": "ISBN", "doi": "DOI"}.get(one.scheme, vocabulary["identifier"])
        value = one.uri if one.scheme == "uuid" else one.value
        if one.scheme == "isbn":
            value = isbn.format(value)
        shown.append(_Number(label, value, one.uri if one.uri.startswith("http") else ""))
    return tuple(shown)


def in_series(metadata: Metadata) -> str:
    """The series and the number in it; nothing if there is none."""
    series = metadata.series
    return f"{series.name} {series.position}".strip() if series else ""


def published_by(metadata: Metadata) -> str:
    """Imprint, publisher and place, as far as they are known."""
    return ", ".join(filter(None, (metadata.imprint, metadata.publisher, metadata.place)))
