"""The numbers that an imprint shows: ISBNs, each with its format, DOIs and addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipeline.metadata import Metadata


class Number(NamedTuple):
    """``address`` is empty where it leads nowhere."""

    label: str
    value: str
    address: str = ""


def numbers(
    metadata: Metadata, said: Mapping[str, str], schemes: tuple[str, ...] = ("isbn", "doi")
) -> Iterator[Number]:
    """The identifiers of these schemes, and the ISBN of every format. A UUID says nothing to a
    reader."""
    isbns = {
        said["isbn_epub"]: metadata.isbns.epub,
        said["isbn_pdf"]: metadata.isbns.pdf,
        said["isbn_print"]: metadata.isbns.print,
    }
    own = [metadata.identifier] if metadata.identifier else []
    for one in dict.fromkeys((*own, *metadata.identifiers)):
        if one.scheme in schemes and one.value not in isbns.values():
            label = {"isbn": "ISBN", "doi": "DOI"}.get(one.scheme, said["identifier"])
            shown = one.uri if one.scheme == "uuid" else one.value
            yield Number(label, shown, one.uri if one.uri.startswith("http") else "")
    yield from (Number(label, value) for label, value in isbns.items() if value)


def published_by(metadata: Metadata) -> str:
    """Imprint, publisher and place, as far as they are said."""
    return ", ".join(filter(None, (metadata.imprint, metadata.publisher, metadata.place)))
