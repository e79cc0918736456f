"""Pages as the engine lays them out, before they are drawn: its boxes, which have sizes and places
in CSS pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.features.columns import arrange_columns
from pipeline.features.forms import LATIN_FACE
from pipeline.model.rendered import Face, Pages, tree_of
from pipeline.package.pdf.engine.adapter.boxes import all_boxes, has_class
from pipeline.package.pdf.engine.adapter.typesetter import Typesetter
from pipeline.package.pdf.even_pages import planning_for
from pipeline.package.pdf.layout import lay_out
from pipeline.package.pdf.print_markup import ready
from pipeline.package.result import font_files

LATIN = LATIN_FACE.family
"""The family of the letters in which `typeset` sets a text."""


def laid_out(pages: Pages, folder: Path = Path()) -> Any:
    """The document of a printed edition."""
    root = tree_of(pages.pages[0].markup)
    ready(root)
    if pages.sheet and pages.sheet.columns > 1:
        arrange_columns(root)
    return lay_out(Typesetter(font_files(pages.faces), folder, pages.assets), root, pages)


def typeset(markup: str, *styles: str, face: Face = LATIN_FACE, is_planned: bool = False) -> Any:
    """The document of a page of HTML with these style sheets and no others, in a single face. If it
    ``is_planned``, its lines and pages are chosen, as in a book."""
    setter = Typesetter(font_files((face,)), Path(), ())
    planning = planning_for(lines=is_planned, pages=is_planned)
    return setter.set(tree_of(markup), list(styles), planning=planning)


def numbered_boxes(document: Any) -> list[tuple[int, Any]]:
    """All boxes of a document, each with the number of its page, from 0."""
    pages = enumerate(document.pages)
    return [(number, box) for number, page in pages for box in all_boxes(page.box)]


def boxes(document: Any, name: str = "") -> list[Any]:
    """All boxes of a document, or those of elements of a class."""
    return [box for _, box in numbered_boxes(document) if not name or has_class(box, name)]


def count_layouts(patch: pytest.MonkeyPatch) -> list[None]:
    """A list that gets an item each time that something is laid out."""
    times: list[None] = []
    set_once = Typesetter.set

    def counted(setter: Typesetter, *arguments: Any, **options: Any) -> Any:
        times.append(None)
        return set_once(setter, *arguments, **options)

    patch.setattr(Typesetter, "set", counted)
    return times
