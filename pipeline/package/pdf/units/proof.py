"""Shows pages of a text in units before the whole is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from msgspec.structs import replace

from pipeline.model.editions import Edition
from pipeline.model.page_map import PageMap
from pipeline.package.pdf.engine.adapter.joining import DrawnPart, Uses, join
from pipeline.package.pdf.engine.adapter.typesetter import Typesetter
from pipeline.package.pdf.units.book import Book
from pipeline.package.pdf.units.setting import NOTHING
from pipeline.package.units import Crew, PageDigest, Proof, SetPage


def proof_of(
    book: Book,
    page_map: Callable[[], PageMap | None],
    crew: Crew,
    edition: Edition,
    fonts: Sequence[Path],
) -> Proof:
    """The proof of units that are set; the running heads of those that are drawn are set for it."""

    sets, furniture = book.sets, book.furniture

    def draw(numbers: Collection[int]) -> tuple[bytes, tuple[PageDigest, ...]]:
        chosen = sorted(numbers)
        heads = crew.heads((furniture[number] for number in chosen), edition)
        parts = [
            DrawnPart(tuple(map(_bare, one.pages)), one.drawing, above.drawing, above.shifts)
            for one, above in zip((sets[number] for number in chosen), heads, strict=True)
        ]
        # with the letters of the whole, whose fonts are likely to be known
        uses = Uses([*parts, *(DrawnPart((), one.drawing, NOTHING, ()) for one in sets)], fonts)
        if uses.unfit or any(one.unfit for one in heads):
            return b"", ()
        data = join(Typesetter(fonts, Path(), ()), parts, uses, lambda *_: None, "1.7")
        return data, tuple(digest for part in parts for digest in part.digests)

    return Proof(edition.name, tuple(one.drawing.digests for one in sets), draw, page_map)


def _bare(page: SetPage) -> SetPage:
    """A page without what leads to others."""
    return replace(page, links=(), anchors={}, bookmarks=())
