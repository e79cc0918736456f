"""A property of the package document."""

from __future__ import annotations

from ebooklib.epub import EpubBook


def add_meta(book: EpubBook, name: str, value: str, **attributes: str) -> None:
    book.add_metadata(None, "meta", value, {"property": name, **attributes})
