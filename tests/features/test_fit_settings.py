"""The settings that a text is fitted with: whom they are for, and how far they go."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from pipeline import parse
from pipeline.features.fit import room, settings
from pipeline.model.editions import EDITIONS
from pipeline.model.paper import FitOptions
from pipeline.model.sheet import fit_for, sheet_for


def metadata_of(front: str = "") -> Any:
    return parse(f"---\ntitle: T\n{front}\n---\n\nText.\n").metadata


@pytest.mark.parametrize(
    ("audience", "fit", "smallest"),
    [
        ("", "2", 9),
        ("audience: {for: school, level: Sekundarstufe 1}\n", "2", 10),
        ("audience: {for: school, ages: 12-14}\n", "2", 10),
        ("audience: {for: primary school, ages: 6-8}\n", "2", 14),
        ("audience: {for: primary school, level: Key Stage 1}\n", "2", 14),
        ("audience: {for: primary school, level: 2. Klasse}\n", "2", 14),
        ("kind: leaflet\n", "1", 10.5),
        ("audience: {for: preschool}\n", "{pages: 2, smallest: 12pt}", 12),
        ("audience: {for: preschool}\n", "{pages: 2, largest: 12pt}", 12),
    ],
)
def test_the_smallest_size_suits_the_audience(audience: str, fit: str, smallest: float) -> None:
    metadata = metadata_of(f"{audience}fit: {fit}")
    edition = EDITIONS["handout"]
    options = fit_for(edition, metadata)
    assert options is not None
    row = settings(sheet_for(edition, metadata, is_book=False), edition, metadata, options).sheets
    assert row[0].text == smallest
    assert row[-1].text >= 1.2 * smallest or options.largest
    makes_room = metadata.kind == "leaflet"  # of pictures, before the text is smaller
    assert (row[0].picture < row[-1].picture) == makes_room


def test_pages_that_are_asked_of_all_are_those_of_students() -> None:
    metadata = metadata_of("fit: 2")
    holds = {name for name, edition in EDITIONS.items() if fit_for(edition, metadata)}
    assert {"handout", "letter", "greyscale", "form"} <= holds
    assert not holds & {"teacher", "answers", "large-print", "booklet", "tri-fold", "2-up", "4-up"}
    for name, front, pages in (
        ("large-print", "editions: [{large-print: {fit: 6}}]", 6),
        ("booklet", "fit: even", "even"),
    ):
        options = fit_for(EDITIONS[name], metadata_of(front))
        assert options is not None
        assert options.pages == pages


@pytest.mark.parametrize("name", ["handout", "letter", "booklet", "4-up", "large-print"])
@pytest.mark.parametrize("is_book", [False, True])
@pytest.mark.parametrize("has_tables", [False, True])
def test_settings_are_legible_and_go_from_tight_to_loose(
    name: str, is_book: bool, has_tables: bool
) -> None:
    edition, metadata = EDITIONS[name], metadata_of()
    sheet = sheet_for(edition, metadata, is_book=is_book)
    row = settings(sheet, edition, metadata, FitOptions(2), has_tables=has_tables)
    usual = row.sheets[row.natural]
    least = 18 if name == "large-print" else 9
    for one in row.sheets:
        assert one.text >= least
        assert one.leading >= 1.2 * one.text
        assert min(one.note, one.label, one.code) >= (18 if name == "large-print" else 8)
        assert one.hangs is sheet.hangs
        if has_tables:  # whose widths are worked out for the page as it is
            assert one.measure / one.label >= 0.98 * usual.measure / usual.label
        width = one.inner + one.outer + one.measure + (0 if is_book else one.column)
        assert math.isclose(width, one.size.width)
    rooms = [room(one) for one in row.sheets]
    assert all(after <= before * 1.005 for before, after in itertools.pairwise(rooms))
    assert usual.text == pytest.approx(max(sheet.text, least), abs=0.01)
