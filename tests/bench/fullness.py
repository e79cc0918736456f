"""Measures how full the pages of finished PDFs are: `python -m tests.bench.fullness FILE...`. It
sees nothing but ink. The last page of a text may be as empty as it is."""

from __future__ import annotations

import argparse
import math
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pypdfium2

SCALE = 0.5
"""Pixels per point."""

ENOUGH = 2 / 3
"""The share of a page that is filled at least, unless it is the last."""


class Band(NamedTuple):
    """Rows of a page with ink, between two without."""

    top: int
    bottom: int


def bands(page: pypdfium2.PdfPage) -> list[Band]:
    bitmap = page.render(scale=SCALE, grayscale=True)
    data, width = bytes(bitmap.buffer), bitmap.width
    rows = (data[y * bitmap.stride :][:width] for y in range(bitmap.height))
    found: list[Band] = []
    for has_ink, run in groupby(enumerate(rows), lambda row: bool(row[1].strip(b"\xff"))):
        numbers = [number for number, _ in run]
        if has_ink:
            found.append(Band(numbers[0], numbers[-1] + 1))
    return found


def fullness(path: Path) -> list[float]:
    """The filled share of each page but the last, without running heads and feet, which are at the
    same place on most pages."""
    with pypdfium2.PdfDocument(path) as document:
        pages = [bands(page) for page in document]
    ends = Counter(band for page in pages for band in {*page[:1], *page[-1:]})
    furniture = {band for band, count in ends.items() if count >= max(2, len(pages) / 3)}
    texts = [[band for band in page if band not in furniture] for page in pages]
    texts = [text for text in texts if text]
    if not texts:
        return []
    top = min(text[0].top for text in texts)
    height = max(text[-1].bottom for text in texts) - top
    return [(text[-1].bottom - top) / height for text in texts[:-1]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fullness", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    few = total = 0
    for path in parser.parse_args().files:
        shares = fullness(path)
        shown = "".join(
            f"{math.floor(100 * share):4}{'!' if share < ENOUGH else ' '}" for share in shares
        )
        print(f"{path.stem:40} {shown}")
        few += sum(share < ENOUGH for share in shares)
        total += len(shares)
    print(f"{few} of {total} pages are less than {ENOUGH:.0%} full")


if __name__ == "__main__":
    main()
