"""The pages of printed editions, each known by what is drawn on it: those that an edit leaves as
they were need not be drawn again, and those that it changes are seen before the whole is built."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from pipeline.package.units import PageDigest
from pipeline.system.store import key

SHORT = 10
"""Letters of a digest that tell the pages of a text from each other."""

MOST_EARLY_PAGES = 60
"""Pages that are shown before a text is built. So many take a tenth of a second, and the rest of
the build waits for them."""

Size: TypeAlias = tuple[float, float]
Opened: TypeAlias = Callable[[bytes], tuple[str, Sequence[Size]]]
"""A function that writes a PDF to a file; it returns its path, and the sizes of the pages."""

Draw: TypeAlias = Callable[[Collection[int]], tuple[bytes, Sequence[PageDigest]]]
"""A function that makes a PDF of the pages of some units, or nothing; with their digests."""


class PrintedPage(NamedTuple):
    """A page: its size in points, and a ``name``, which is the same for pages that look the same
    and begins with the same letters if only the running heads and feet differ, or their side. The
    body has a digest and a ``shift`` to the right, relative to the width. It is page ``number``,
    from 0, of the PDF at ``path``."""

    width: float
    height: float
    name: str
    shift: float
    body: str
    path: str
    number: int

    @property
    def for_browser(self) -> tuple[float, float, str, float]:
        """The part of it that the browser is told."""
        return self[:4]


def pages_of(
    path: str, sizes: Sequence[Size], digests: Sequence[PageDigest]
) -> tuple[PrintedPage, ...]:
    """The pages of a PDF. Without ``digests``, they are like no others."""
    if len(digests) != len(sizes):
        digests = [PageDigest(key(path, str(number)), "", 0) for number in range(len(sizes))]
    return tuple(
        PrintedPage(*size, _name(digest), digest.shift, digest.body, path, number)
        for number, (size, digest) in enumerate(zip(sizes, digests, strict=True))
    )


def _name(digest: PageDigest) -> str:
    around = key(digest.above, str(digest.shift))
    return f"{digest.body[:SHORT]}{around[:SHORT]}"


def soonest(
    before: Iterable[PrintedPage], units: Sequence[Sequence[str]], draw: Draw, opened: Opened
) -> tuple[PrintedPage, ...]:
    """The pages of a text that is being built: of units that have changed, as they will be, and of
    all others as they were ``before``, at their new places. A unit is known by the digests of its
    pages without running heads. There are none if too much has changed."""
    known: dict[str, deque[PrintedPage]] = defaultdict(deque)
    for page in before:
        known[page.body].append(page)
    known_pages = [_taken(known, bodies) for bodies in units]
    new = [number for number, pages in enumerate(known_pages) if not pages]
    drawn: deque[PrintedPage] = deque()
    if sum(len(units[number]) for number in new) > MOST_EARLY_PAGES:
        return ()
    if new:
        data, digests = draw(new)
        if not data:
            return ()
        drawn.extend(pages_of(*opened(data), digests))
    return tuple(
        page
        for pages, bodies in zip(known_pages, units, strict=True)
        for page in pages or [drawn.popleft() for _ in bodies]
    )


def _taken(known: dict[str, deque[PrintedPage]], bodies: Iterable[str]) -> list[PrintedPage]:
    """The known pages with these bodies, which are known no longer; none unless all are there."""
    pages: list[PrintedPage] = []
    for body in bodies:
        if not known[body]:
            for page in reversed(pages):
                known[page.body].appendleft(page)
            return []
        pages.append(known[body].popleft())
    return pages
