"""Records for shops and libraries: ONIX for Books, and OPDS; and findings about required data that
the front matter lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.model.catalog import Record, is_product
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import Edition
from pipeline.model.metadata import Metadata


def record_files(record: Record) -> dict[str, bytes]:
    """The records by the names of their files."""
    from pipeline.features.catalog import onix, opds

    feed = f"{record.stem}-opds.json"
    return {
        f"{record.stem}-onix.xml": onix.onix_message(record),
        feed: opds.publication(record, feed),
    }


SHOPS_SORT_BY = ("BISAC", "Thema")


def missing_for_shops(
    metadata: Metadata, editions: Iterable[Edition], source: str
) -> Iterator[Diagnostic]:
    """One warning that names it all, or none."""
    products = [edition for edition in editions if is_product(edition)]
    if not products:
        message = "None of these editions can be listed in a catalogue."
        hint = "Build `ebook` or `handout` too."
        yield diagnostic(Code.MISSING_FOR_SHOPS, message, source=source, hint=hint)
        return
    missing = list(_find_missing(metadata, {edition.name for edition in products}))
    if missing:
        named = ", ".join(information for information, _ in missing)
        keys = ", ".join(f"`{key}`" for key in dict.fromkeys(key for _, key in missing))
        yield diagnostic(
            Code.MISSING_FOR_SHOPS,
            f"The front matter lacks what shops and libraries will ask for: {named}.",
            source=source,
            hint=f"Add {keys}.",
        )


def _find_missing(metadata: Metadata, products: set[str]) -> Iterator[tuple[str, str]]:
    """The missing information, and the key that supplies it."""
    identifier = metadata.identifier
    is_book = metadata.isbns.epub or (identifier is not None and identifier.scheme == "isbn")
    if "ebook" in products and not is_book:
        yield "an ISBN for the e-book", "isbn"
    if "ebook" not in products and not metadata.isbns.pdf:
        yield "an ISBN for the PDF", "isbn"
    if not metadata.authors and not metadata.contributors:
        yield "the authors", "authors"
    if not metadata.description:
        yield "a description", "description"
    if not metadata.publisher:
        yield "the publisher", "publisher"
    if len(metadata.date) != len("YYYY-MM-DD"):
        yield "the publication date", "date"
    if not any(subject.scheme in SHOPS_SORT_BY for subject in metadata.subjects):
        yield "a BISAC or Thema subject", "subjects"
    if not metadata.url:
        yield "the web address of the files", "url"
    if metadata.licence is None and not metadata.rights:
        yield "the rights holder", "rights"
