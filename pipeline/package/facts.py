"""What a finished file holds, for people and the manifest."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import msgspec

from pipeline.editions import FormatName
from pipeline.paper import Fitted

if TYPE_CHECKING:
    import pikepdf

FIT = "ChapbookFit"
"""The key of the information dictionary under which `Fitted` stands, as JSON."""

PLACED = re.compile(r"/Page\d+")


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a packager knows of its file: how many ``pages`` a PDF has, on how many ``sides``
    where several are on one, the ``sizes`` of these or else of the pages, in points, and what was
    chosen so that the text fills them, if that was asked for; how many ``files`` an e-book has."""

    pages: int = 0
    sides: int = 0
    files: int = 0
    sizes: tuple[tuple[float, float], ...] = ()
    fitted: Fitted | None = None

    @property
    def counts(self) -> dict[str, int]:
        """All that are not 0, with the ``sheets`` that are printed on both sides."""
        sheets = -(-(self.sides or self.pages) // 2)
        found = {"pages": self.pages, "sides": self.sides, "sheets": sheets, "files": self.files}
        return {name: count for name, count in found.items() if count}


def facts(data: bytes, format_name: FormatName) -> dict[str, int]:
    """``pages`` of a PDF, and its ``sheets`` where both sides are printed; of one with several
    pages on a side also how many ``sides`` there are; ``files`` of an e-book; nothing for a web
    page."""
    match format_name:
        case "pdf":
            import pikepdf

            with pikepdf.open(io.BytesIO(data)) as pdf:
                sides = len(pdf.pages)
                placed = pages_on_sides(pdf)
                sheets = -(-sides // 2)
                if not placed:
                    return {"pages": sides, "sheets": sheets}
                return {"pages": placed, "sides": sides, "sheets": sheets}
        case "epub":
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                return {"files": len(book.namelist())}
        case "html":
            return {}


def fitted(data: bytes, format_name: FormatName) -> Fitted | None:
    """What was chosen so that the text of a PDF of ours fills its pages, if that was asked for."""
    if format_name != "pdf":
        return None
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = pdf.docinfo.get(f"/{FIT}")
        return msgspec.json.decode(str(found), type=Fitted) if found is not None else None


def pages_on_sides(pdf: pikepdf.Pdf) -> int:
    """How many pages are on the sides of sheets, by the names that they have there; 0 for a
    PDF whose pages are pages."""
    names = (str(name) for page in pdf.pages for name in page.resources.get("/XObject", {}))
    return sum(1 for name in names if PLACED.fullmatch(name))
