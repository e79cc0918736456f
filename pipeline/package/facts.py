"""Counts that say what a finished file holds, for people and the manifest."""

from __future__ import annotations

import io
import zipfile

from pipeline.editions import FormatName


def facts(data: bytes, format_name: FormatName) -> dict[str, int]:
    """``pages`` of a PDF, ``files`` of an e-book; nothing for a web page."""
    match format_name:
        case "pdf":
            import pikepdf

            with pikepdf.open(io.BytesIO(data)) as pdf:
                return {"pages": len(pdf.pages)}
        case "epub":
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                return {"files": len(book.namelist())}
        case "html":
            return {}
