"""Lays out the units of a text, until the page numbers they need from each other are correct, and
joins them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.model.editions import EDITIONS, Edition
from pipeline.model.paper import Standards
from pipeline.model.rendered import Pages
from pipeline.package.pdf.engine.adapter.joining import DrawnPart, KeptPage, Uses, join
from pipeline.package.pdf.engine.adapter.objects import PDF
from pipeline.package.pdf.engine.adapter.typesetter import POINT, Typesetter
from pipeline.package.pdf.index import PageNumbers, first_pages, folios
from pipeline.package.pdf.markup import ASSET, classes
from pipeline.package.pdf.page_starts import Flow
from pipeline.package.pdf.tags import write_tags
from pipeline.package.pdf.units.plan import UnitSlice, furniture_root
from pipeline.package.pdf.units.setting import set_heads, set_unit
from pipeline.package.units import (
    Crew,
    Furniture,
    Heads,
    Proof,
    Set,
    SetPage,
    Side,
    Unit,
)

ROUNDS = 8
"""The maximum number of times that units are laid out until their page numbers are right, as in the
engine."""


class Alone:
    """Sets one after the other, here and now."""

    def units(self, units: Iterable[Unit], edition: Edition, folder: Path) -> list[Set]:
        return [set_unit(unit, edition, folder) for unit in units]

    def heads(self, furniture: Iterable[Furniture], edition: Edition) -> list[Heads]:
        return [set_heads(one, edition) for one in furniture]

    def show(self, proof: Proof) -> None:
        """Nobody looks at it."""


class Book(NamedTuple):
    """The result of laying out the units of a text. ``undivided`` is the reason why they cannot be
    joined."""

    slices: tuple[UnitSlice, ...] = ()
    sets: tuple[Set, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    parts: tuple[DrawnPart, ...] = ()
    messages: tuple[tuple[str, str, str], ...] = ()
    uses: Uses | None = None
    undivided: str = ""

    @property
    def pages(self) -> list[SetPage]:
        return [page for one in self.sets for page in one.pages]

    @property
    def flows(self) -> list[list[Flow]]:
        """The text of each page, from the elements of the units."""
        found = []
        for piece, one in zip(self.slices, self.sets, strict=True):
            elements = list(piece.root.iter())
            found += [
                [Flow(elements[flow.element], flow.letters, flow.lines) for flow in page.flows]
                for page in one.pages
            ]
        return found


def set_all(
    crew: Crew,
    slices: tuple[UnitSlice, ...],
    root: Element,
    pages: Pages,
    fonts: Sequence[Path],
    missing: Collection[str],
    folder: Path,
) -> Book:
    """The units, set so that they can be joined, or why they cannot be. Characters that are
    ``missing`` are in no font."""
    numbers, edition = PageNumbers(root), EDITIONS[pages.edition]
    units: list[Unit] = []

    def all_units() -> Iterator[Unit]:
        for unit in _units(slices, root, pages, fonts, missing, numbers.wholes):
            units.append(unit)
            yield unit

    sets = crew.units(all_units(), edition, folder)
    opening = next((number for number, piece in enumerate(slices) if piece.fills), 0)
    if opening and _ends_on_the_left(sets[:opening]):
        slices = (*slices[:opening], *slices[opening + 1 :])
        del units[opening], sets[opening]
    elif opening:
        opening += 1
    for _ in range(ROUNDS):
        found = [page for one in sets for page in one.pages]
        if unfit := _unfit(sets):
            return Book(undivided=unfit)
        starts = first_pages(page.anchors for page in found)
        ends = {name: number for number, page in enumerate(found) for name in page.again}
        is_new = numbers.write(starts, ends, folios(len(found)))
        firsts = accumulate((len(one.pages) for one in sets[:-1]), initial=1)
        now = [
            replace(
                unit,
                markup=piece.markup if is_new else unit.markup,
                page_numbers=_page_numbers(one, starts),
                side=_side(first, root) if unit.side else "",
            )
            for unit, piece, one, first in zip(units, slices, sets, firsts, strict=True)
        ]
        stale = [number for number, unit in enumerate(now) if unit != units[number]]
        if not stale:
            break
        units = now
        again = crew.units([units[number] for number in stale], edition, folder)
        for number, one in zip(stale, again, strict=True):
            sets[number] = one
    else:
        return Book(undivided="its page numbers change each time that it is set")
    if not _ends_on_the_left(sets[:opening]):
        return Book(undivided="its contents take another page once they have their page numbers")
    if any(link.is_internal and link.target not in starts for one in found for link in one.links):
        return Book(undivided="it has links that lead nowhere")
    return Book(slices, tuple(sets), furniture=tuple(_furniture(sets, root, units[0])))


def with_heads(crew: Crew, book: Book, edition: Edition, fonts: Sequence[Path]) -> Book:
    """A book with its running heads and feet, ready to be joined, or why it cannot be."""
    sets, heads = book.sets, crew.heads(book.furniture, edition)
    parts = tuple(
        DrawnPart(one.pages, one.drawing, above.drawing, above.shifts)
        for one, above in zip(sets, heads, strict=True)
    )
    messages = (
        *(message for one in sets for message in one.messages),
        *(message for one in heads for message in one.messages),
    )
    uses = Uses(parts, fonts)
    undivided = _unfit(heads) or uses.unfit
    return book._replace(parts=parts, messages=tuple(messages), uses=uses, undivided=undivided)


def _ends_on_the_left(sets: Sequence[Set]) -> bool:
    return sum(len(one.pages) for one in sets) % 2 == 0


def _units(
    slices: Iterable[UnitSlice],
    root: Element,
    pages: Pages,
    fonts: Iterable[Path],
    missing: Collection[str],
    wholes: Collection[str],
) -> Iterator[Unit]:
    """The units as they are where nothing is known of the others."""
    styles, files = tuple(style.css for style in pages.styles), tuple(map(str, fonts))
    shown = _images(root)
    for piece in slices:
        own = _images(piece.root)
        assets = tuple(one for one in pages.assets if one.name in own or one.name not in shown)
        names = (element.get("id", "") for element in piece.root.iter())
        here = tuple(name for name in names if name in wholes) if wholes else ()
        # Notes in the margin are put into the outer one.
        has_sides = any("margin" in classes(span) for span in piece.root.iter("span"))
        side = _side(1, root) if has_sides else ""
        markup = piece.markup
        lacking = tuple(sorted(character for character in missing if character in markup))
        yield Unit(markup, styles, files, assets, piece.level, lacking, here, side=side)


def _side(page: int, root: Element) -> Side:
    """The side of a page in the whole, by its number."""
    return "right" if (page % 2 == 1) == (root.get("dir") != "rtl") else "left"


def _images(tree: Element) -> frozenset[str]:
    """The names of the assets that are shown in a tree."""
    addresses = (unquote(image.get("src", "")) for image in tree.iter("img"))
    return frozenset(one.removeprefix(f"{ASSET}images/") for one in addresses)


def _page_numbers(unit: Set, starts: Mapping[str, int]) -> dict[str, int] | None:
    """The page numbers that a unit needs."""
    return (
        {name: starts[name] + 1 for name in unit.requested if name in starts}
        if unit.requested
        else None
    )


def _unfit(results: Iterable[Set | Heads]) -> str:
    return next((one.unfit for one in results if one.unfit), "")


def _furniture(sets: Sequence[Set], root: Element, unit: Unit) -> Iterator[Furniture]:
    """The pages of all units, including ``unit``."""
    markup = ElementTree.tostring(furniture_root(root), encoding="unicode")
    total = sum(len(one.pages) for one in sets)
    shown = total if any(re.search(r"\bpages\b", style) for style in unit.styles) else 0
    first, before = 1, dict[str, str]()
    for one in sets:
        heads = tuple((page.name, page.area, page.strings) for page in one.pages)
        yield Furniture(markup, unit.styles, unit.fonts, first, shown, dict(before), heads)
        first += len(one.pages)
        for page in one.pages:
            before |= {name: texts[-1] for name, texts in page.strings.items()}


def joined(
    setter: Typesetter, book: Book, complete: Callable[[PDF], None], standards: Standards
) -> bytes:
    """The PDF of a text whose units are laid out; ``complete`` adds the parts that are not on
    pages."""
    assert book.uses is not None, "units that are set use fonts"
    shifts = [shift * POINT for part in book.parts for shift in part.shifts]

    def finish(pdf: PDF, kept: Sequence[KeptPage]) -> None:
        marks = [page.marks for page in book.pages]
        firsts = accumulate((len(one.pages) for one in book.sets[:-1]), initial=0)
        write_tags(
            pdf,
            list(zip((one.tags for one in book.sets), firsts, strict=True)),
            marks,
            lambda page, number: kept[page].link(number),
            shifts,
            is_pdf2=standards.is_pdf2,
        )
        complete(pdf)

    return join(setter, book.parts, book.uses, finish, standards.version)
