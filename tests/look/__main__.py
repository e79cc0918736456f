"""Build a source of each kind of publication, and make one picture of their first pages:
``python -m tests.look OUT.png [KIND...]``. What is built, in all three formats, stays in a folder
beside the picture; findings are printed."""

from __future__ import annotations

import sys
from pathlib import Path

import pypdfium2
from PIL import Image

import pipeline

FOLDER = Path(__file__).parent / "kinds"
DOTS = 60
"""Dots per inch."""

ACROSS, SEEN = 6, 6
"""Pages in a row, and of each publication: in a book, the text begins on the third or fifth."""


def first_pages(pdf: Path) -> list[Image.Image]:
    """Pictures of the first pages, and grey where there are none."""
    with pypdfium2.PdfDocument(pdf) as document:
        seen = range(min(SEEN, len(document)))
        pages = [document[page].render(scale=DOTS / 72).to_pil().convert("RGB") for page in seen]
    return pages + [Image.new("RGB", pages[0].size, "#888")] * (SEEN - len(pages))


def sheet(pages: list[Image.Image]) -> Image.Image:
    """The pages in rows, each in its proportion to the others."""
    width, height = (max(getattr(page, side) for page in pages) + 8 for side in ("width", "height"))
    size = width * min(ACROSS, len(pages)) + 8, height * -(-len(pages) // ACROSS) + 8
    paper = Image.new("RGB", size, "#888")
    for number, page in enumerate(pages):
        paper.paste(page, (number % ACROSS * width + 8, number // ACROSS * height + 8))
    return paper


def main(picture: str, *kinds: str) -> None:
    out = Path(picture).with_suffix("")
    pages: list[Image.Image] = []
    for source in sorted(FOLDER.glob("*.md")):
        if not kinds or source.stem in kinds:
            result = pipeline.build(source, ["web", "handout", "ebook"], out=out)
            for finding in result.diagnostics:
                print(f"{source.name}:{finding.line}: {finding.code}: {finding.message}")
            pages += first_pages(out / source.stem / f"{source.stem}.pdf")
    sheet(pages).save(picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
