"""The entries of the bibliography."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pipeline.metadata import Metadata
from pipeline.model import Attributes, BibliographyEntry, Document
from pipeline.slugs import slug
from pipeline.tree import walk, whole

if TYPE_CHECKING:
    from pipeline.resolve.citations.csl.data import Reference
    from pipeline.resolve.citations.csl.processor import Entry
    from pipeline.resolve.citations.csl.style import Style

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def entry_of(
    entry: Entry, identifier: str, work: Reference, style: Style, metadata: Metadata
) -> BibliographyEntry:
    """The node of an entry that a style has written."""
    from pipeline.resolve.citations.csl.inlines import inlines
    from pipeline.resolve.citations.csl.marks import plain

    pairs = _language(plain(entry.text), work.values.get("language", ""), metadata)
    return BibliographyEntry(
        key=entry.key,
        label=plain(entry.label),
        children=inlines(entry.text, style.locale),
        attributes=Attributes(id=identifier, pairs=pairs),
    )


def _language(text: str, lang: str, metadata: Metadata) -> tuple[tuple[str, str], ...]:
    """The language of an entry, and the direction of the script that it begins in, where they
    are not the document's."""
    strong = next((b for c in text if (b := unicodedata.bidirectional(c)) in ("L", "R", "AL")), "")
    direction = {"L": "ltr", "R": "rtl", "AL": "rtl"}.get(strong, metadata.direction)
    pairs = (("dir", direction),) if direction != metadata.direction else ()
    if not _TAG.fullmatch(lang) or lang[:2].lower() == metadata.lang[:2].lower():
        return pairs
    return (("lang", lang), *pairs)


def entry_ids(document: Document, keys: list[str]) -> dict[str, str]:
    """An id for the entry of each work, that nothing else has."""
    taken = {node.attributes.id for node in walk(whole(document))}
    found: dict[str, str] = {}
    for key in keys:
        name = slug(re.sub(r"[^\w-]+", "-", key)).strip("-") or "work"
        candidate, number = f"ref-{name}", 1
        while candidate in taken:
            number += 1
            candidate = f"ref-{name}-{number}"
        taken.add(candidate)
        found[key] = candidate
    return found
