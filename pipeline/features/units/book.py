"""The units of a text, the page numbers that they need from each other, and how they are joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.features.units.plan import UnitSlice, divided, furniture_root
from pipeline.features.units.setting import NOTHING, heads
from pipeline.features.units.unit_joining import DrawnPart, KeptPage, UsedFonts, join
from pipeline.model.editions import Edition
from pipeline.model.paper import Standards
from pipeline.model.rendered import Pages
from pipeline.package.pdf.engine.adapter.objects import PDF
from pipeline.package.pdf.engine.adapter.typesetter import POINT, Typesetter
from pipeline.package.pdf.index import PageNumbers, first_pages, folios
from pipeline.package.pdf.print_markup import ASSET, classes
from pipeline.package.pdf.tags import write_tags
from pipeline.package.pdf.text_flows import Flow
from pipeline.package.units import (
    Furniture,
    Heads,
    PageDigest,
    Proof,
    Side,
    TypesetUnit,
    UndividedError,
    Unit,
    UnitPage,
)
from pipeline.system.pango import pango_version

FACING_ROUNDS = 4
"""The number of rounds in which units are set again because they begin on another side."""


class Book:
    """A printed text in units, and what they know of each other. Characters that are ``missing``
    are in no font. ``units`` become those that are right, and their ``sets`` with them. All raise
    `UndividedError` if it turns out that units cannot be joined."""

    def __init__(self, setter: Typesetter, root: Element, pages: Pages) -> None:
        self._slices = list(divided(setter, root, pages))
        self._root, self._pages = root, pages
        self._numbers = PageNumbers(root)
        self._starts: dict[str, int] = {}
        self._openings: list[int] = []
        self._rounds = 0
        self.units: list[Unit] = []
        self.sets: list[TypesetUnit] = []

    def each_unit(self, fonts: Sequence[Path], missing: Collection[str]) -> Iterator[Unit]:
        """The units as they are where nothing is known of the others."""
        wholes = self._numbers.wholes
        for unit in _units(self._slices, self._root, self._pages, fonts, missing, wholes):
            self.units.append(unit)
            yield unit

    def begin(self) -> None:
        """Leave out empty pages that are not needed, now that all units have been set once."""
        number = 0
        while number < len(self._slices):
            fills = self._slices[number].fills
            if fills and _ends_on_the_left(self.sets[:number]):
                del self._slices[number], self.units[number], self.sets[number]
                self._openings.append(number)
            elif fills:
                self._openings.append(number + 1)
            number += 1

    def stale(self) -> list[int]:
        """The numbers of units that show other page numbers than they should, or are on another
        side; they are to be set again."""
        raise_unfit(self.sets)
        self._rounds += 1
        pages = [page for result in self.sets for page in result.pages]
        self._starts = first_pages(page.anchors for page in pages)
        ends = {name: number for number, page in enumerate(pages) for name in page.again}
        is_new = self._numbers.write(self._starts, ends, folios(len(pages)))
        rows = zip(self.units, self._slices, self.sets, self._firsts(), strict=True)
        now = [
            replace(
                unit,
                markup=piece.markup if is_new else unit.markup,
                page_numbers={
                    name: self._starts[name] + 1
                    for name in result.requested
                    if name in self._starts
                }
                if result.requested
                else None,
                side=_side(first, self._root) if unit.side else "",
                facing=self._facing(unit, result, first),
            )
            for unit, piece, result, first in rows
        ]
        stale = [number for number, unit in enumerate(now) if unit != self.units[number]]
        self.units = now
        return stale

    def _firsts(self) -> Iterator[int]:
        """The first page of each unit, once those that are on the other side are set there."""
        first = 1
        for unit, result in zip(self.units, self.sets, strict=True):
            yield first
            is_there = self._facing(unit, result, first) == unit.facing
            first += (0 if is_there else result.pages_elsewhere) or len(result.pages)

    def _facing(self, unit: Unit, result: TypesetUnit, first: int) -> Side:
        """The side on which a unit begins, if its pages end otherwise on the other one. After some
        rounds it stays as it is: each may change the number of pages of some units, and so the
        sides of all that follow."""
        side = _side(first, self._root)
        if unit.side or not (unit.facing or result.pages_elsewhere) or self._rounds > FACING_ROUNDS:
            return unit.facing
        return side if unit.facing or side != _side(1, self._root) else ""

    def check(self) -> None:
        """Check that units which are not stale can be joined."""
        if not all(_ends_on_the_left(self.sets[:number]) for number in self._openings):
            reason = "its contents take another page once they have their page numbers"
            raise UndividedError(reason)
        links = (link for result in self.sets for page in result.pages for link in page.links)
        if any(link.is_internal and link.target not in self._starts for link in links):
            raise UndividedError("it has links that lead nowhere")

    def proof(self, edition: Edition, fonts: tuple[str, ...]) -> Proof:
        """The units until now, but for those that wait for page numbers, which are not drawn."""
        pairs = zip(self.sets, self.furniture, strict=True)
        drawn = [pair for pair in pairs if pair[0].drawing.streams and not pair[0].unfit]
        sets, furniture = map(tuple, zip(*drawn, strict=True)) if drawn else ((), ())
        return Proof(edition, sets, furniture, fonts, is_whole=False)

    @property
    def pages(self) -> list[UnitPage]:
        return [page for result in self.sets for page in result.pages]

    @property
    def flows(self) -> list[list[Flow]]:
        """The text of each page, from the elements of the units."""
        flows = []
        for piece, result in zip(self._slices, self.sets, strict=True):
            elements = list(piece.root.iter())
            flows += [
                [Flow(elements[flow.element], flow.letters, flow.lines) for flow in page.flows]
                for page in result.pages
            ]
        return flows

    @property
    def furniture(self) -> Iterator[Furniture]:
        """The pages of each unit, for their running heads and feet."""
        return _furniture(self.sets, self._root, self.units[0])


def _ends_on_the_left(sets: Sequence[TypesetUnit]) -> bool:
    return sum(len(result.pages) for result in sets) % 2 == 0


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
        elsewhere = shown - _images(piece.root)
        assets = tuple(asset for asset in pages.assets if asset.name not in elsewhere)
        names = (element.get("id", "") for element in piece.root.iter())
        here = tuple(name for name in names if name in wholes) if wholes else ()
        # Notes in the margin are put into the outer one.
        has_sides = any("margin" in classes(span) for span in piece.root.iter("span"))
        side = _side(1, root) if has_sides else ""
        markup = piece.markup
        lacking = tuple(sorted(character for character in missing if character in markup))
        planned = pages.sheet is not None and pages.sheet.planned
        yield Unit(
            markup, styles, files, assets, piece.level, lacking, here, side=side, planned=planned
        )


def _side(page: int, root: Element) -> Side:
    """The side of a page in the whole, by its number."""
    return "right" if (page % 2 == 1) == (root.get("dir") != "rtl") else "left"


def _images(tree: Element) -> frozenset[str]:
    """The names of the assets that are shown in a tree."""
    addresses = (unquote(image.get("src", "")) for image in tree.iter("img"))
    return frozenset(address.removeprefix(f"{ASSET}images/") for address in addresses)


def raise_unfit(results: Iterable[TypesetUnit | Heads]) -> None:
    if unfit := next((result.unfit for result in results if result.unfit), ""):
        raise UndividedError(unfit)


def _furniture(sets: Sequence[TypesetUnit], root: Element, unit: Unit) -> Iterator[Furniture]:
    """The pages of all units, including ``unit``."""
    markup = ElementTree.tostring(furniture_root(root), encoding="unicode")
    total = sum(len(result.pages) for result in sets)
    shown = total if any(re.search(r"\bpages\b", style) for style in unit.styles) else 0
    first, before = 1, dict[str, str]()
    for result in sets:
        heads = tuple((page.name, page.area, page.strings) for page in result.pages)
        yield Furniture(markup, unit.styles, unit.fonts, first, shown, dict(before), heads)
        first += len(result.pages)
        for page in result.pages:
            before |= {name: texts[-1] for name, texts in page.strings.items()}


def joined(
    setter: Typesetter,
    sets: Sequence[TypesetUnit],
    heads: Sequence[Heads],
    fonts: Sequence[Path],
    complete: Callable[[PDF], None],
    standards: Standards,
) -> tuple[bytes, tuple[PageDigest, ...]]:
    """The PDF of a text whose units are set, with their running heads and feet, and the digests of
    its pages; ``complete`` adds the parts that are not on pages."""
    raise_unfit(heads)
    parts = [
        DrawnPart(result.pages, result.drawing, above.drawing, above.shifts)
        for result, above in zip(sets, heads, strict=True)
    ]
    uses = UsedFonts(parts, fonts)
    if uses.unfit:
        raise UndividedError(uses.unfit)
    shifts = [shift * POINT for part in parts for shift in part.shifts]

    def finish(pdf: PDF, kept: Sequence[KeptPage]) -> None:
        marks = [page.marks for result in sets for page in result.pages]
        firsts = accumulate((len(result.pages) for result in sets[:-1]), initial=0)
        write_tags(
            pdf,
            list(zip((result.tags for result in sets), firsts, strict=True)),
            marks,
            lambda page, number: kept[page].link(number),
            shifts,
            is_pdf2=standards.is_pdf2,
        )
        complete(pdf)

    data = join(setter, parts, uses, finish, standards.version)
    return data, tuple(page for part in parts for page in part.digests)


def proof_pages(proof: Proof, numbers: Collection[int]) -> tuple[bytes, tuple[PageDigest, ...]]:
    """A PDF of the pages of some units, just as they will be in the whole, and their digests;
    nothing if they cannot be joined."""
    chosen, pango = sorted(numbers), pango_version()
    # here, as other processes may have many units to set before
    above = [heads(proof.furniture[number], proof.edition, pango) for number in chosen]
    parts = [
        DrawnPart(tuple(map(_bare, unit.pages)), unit.drawing, head.drawing, head.shifts)
        for unit, head in zip((proof.sets[number] for number in chosen), above, strict=True)
    ]
    fonts = [*map(Path, proof.fonts)]
    # with the letters of the whole, whose fonts are likely to be known
    all_parts = [*parts, *(DrawnPart((), unit.drawing, NOTHING, ()) for unit in proof.sets)]
    uses = UsedFonts(all_parts, fonts)
    if uses.unfit or any(head.unfit for head in above):
        return b"", ()
    data = join(Typesetter(fonts, Path(), ()), parts, uses, lambda *_: None, "1.7")
    return data, tuple(digest for part in parts for digest in part.digests)


def _bare(page: UnitPage) -> UnitPage:
    """A page without what leads to others."""
    return replace(page, links=(), anchors={}, bookmarks=())
