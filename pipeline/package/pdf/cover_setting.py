"""Lays out a cover: its title as large as the panel allows, in lines of about equal length.

Import it only if a cover is to be laid out, because that starts the engine.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Callable, Container, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Literal, NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.editions import EDITIONS, STANDARD_PRINT
from pipeline.model.metadata import Metadata
from pipeline.model.paper import Standards
from pipeline.model.rendered import CoverPage
from pipeline.model.sheet import standards_for
from pipeline.package.pdf.colours import set_bleed
from pipeline.package.pdf.engine.adapter import boxes
from pipeline.package.pdf.engine.adapter.objects import PDF
from pipeline.package.pdf.engine.adapter.typesetter import TypesetDocument, Typesetter
from pipeline.package.pdf.log import listening
from pipeline.package.pdf.metadata import describe
from pipeline.package.pdf.print_markup import ready

SIZES = tuple(round(21 * 0.945**step, 2) for step in range(35))
"""The possible sizes of a title in rem, from the largest down to 3.1."""

SMALL_TITLE = 7.5
"""A title that must be smaller to avoid hyphenation is tried with hyphenated words."""

GAIN = 1.25
"""The increase in letter size that justifies dividing words."""

SUBTITLE, SMALLEST_SUBTITLE, LARGEST_SUBTITLE = 0.46, 3.2, 5.2
"""The subtitle's size as a part of the title's, and in rem."""

MOST_LINES, MOST_LINES_OF_SIGNS = 3, 1
"""The maximum number of lines of a title, as long as it stays above `SMALL_TITLE`. Of ideographs,
which can be broken anywhere, few lines are more likely to end after a word."""

FEWER = 0.75
"""The part of its size that a title has at least in fewer lines, on which fewer words are alone."""

SIGNS = frozenset({"ja", "ko", "zh"})

WIDTHS = tuple(range(40, 101, 5))
"""The widths tried for a title, in hundredths of the panel."""

TRIAL_HEIGHT = 6
"""The height of the page on which a cover is tried, in heights of the cover."""

TOLERANCE = 0.5
"""CSS pixels."""


def set_cover(cover: CoverPage, root: Element, files: tuple[Path, ...], folder: Path) -> bytes:
    """The cover as a PDF of one page; ``root`` is its markup, and ``files`` are its fonts."""
    with listening(root):
        ready(root)
        return _Setting(cover, root, files, folder).best().make_pdf()


def set_spread(
    cover: CoverPage,
    root: Element,
    files: tuple[Path, ...],
    folder: Path,
    metadata: Metadata,
    bleed: float,
) -> bytes:
    """The print cover as a PDF with its trim size, and ``bleed`` millimetres around it: in the inks
    of a press, if the text is."""
    press = standards_for(EDITIONS[STANDARD_PRINT], metadata).press
    plates = None
    if press:
        from pipeline.package.pdf.standards import read_plates

        plates = read_plates(press, metadata, folder).plates
    standards = Standards(accessible=None, press=press if plates else None)

    def finish(pdf: PDF) -> None:
        describe(pdf, metadata, standards)
        if plates:
            plates._replace(bleed=bleed).prepare(pdf, in_greys=False)
        else:
            set_bleed(pdf, bleed)

    with listening(root):
        ready(root)
        setting = _Setting(cover, root, files, folder)
        return setting.best().make_pdf(finish, standards.version)


class Attempt(NamedTuple):
    """A setting of the title: its size in rem, its width in hundredths of the panel, the treatment
    of its words (see the style sheet), and the part of the panel to leave free, in pixels."""

    size: float
    width: int = 100
    words: Literal["", "divided", "cut"] = ""
    free: float = 0

    @property
    def subtitle(self) -> float:
        return min(max(SUBTITLE * self.size, SMALLEST_SUBTITLE), LARGEST_SUBTITLE)

    def css(self) -> str:
        return (
            f"--title: {self.size:g}rem; --title-width: {self.width}%;"
            f" --subtitle: {self.subtitle:g}rem; --free: {self.free:.2f}px"
        )


class AttemptResult(NamedTuple):
    """A laid-out cover: the title's lines, whether the content of each panel fits, and the
    remaining height of the fullest one in pixels."""

    lines: int
    has_room: bool
    free: float


class _Text:
    """A laid-out paragraph, from which follow its lines in another size and width."""

    def __init__(self, document: TypesetDocument, box: boxes.LayoutBox, size: float) -> None:
        self._document = document
        self._text = re.sub(r"[ \t\r\n]+", " ", "".join(_with_joints(box.element)).strip())
        self._size, self._width = size, box.width
        self.lines = [inner for inner in boxes.all_boxes(box) if boxes.is_line(inner)]

    @property
    def height(self) -> float:
        return sum(line.height for line in self.lines)

    def result_of(self, size: float, width: int = 100) -> AttemptResult:
        """The paragraph alone: what it has room for is its width."""
        if not self.lines:
            return AttemptResult(0, True, 0.0)
        line, scale = self.lines[0], size / self._size
        room = self._width * width / 100
        widths = self._document.break_text(self._text, line.style, room / scale)
        fits = max(widths) * scale <= room + TOLERANCE
        return AttemptResult(len(widths), fits, -len(widths) * line.height * scale)


def _with_joints(element: Element) -> Iterator[str]:
    """The text of an element, with characters in its phrases that keep them on a line."""
    yield element.text or ""
    for phrase in element:
        yield (phrase.text or "").replace(" ", "\u00a0").replace("-", "-\u2060")
        yield phrase.tail or ""


class _Measured:
    """A cover that is laid out, from which follows the same with another size of the title."""

    def __init__(self, document: TypesetDocument, attempt: Attempt) -> None:
        sizes = {"title": attempt.size, "subtitle": attempt.subtitle}
        self._texts = {
            name: [_Text(document, box, size) for box in _boxes_of(document, name)]
            for name, size in sizes.items()
        }
        texts = list(chain(*self._texts.values()))
        self._free = _outcome(document).free + sum(text.height for text in texts)
        lines = {line for text in texts for line in text.lines}
        panels = _boxes_of(document, "panel")
        self._has_room = all(keeps for panel in panels for keeps in _keep_within(panel, lines))

    def result_of(self, attempt: Attempt) -> AttemptResult:
        titles = [text.result_of(attempt.size, attempt.width) for text in self._texts["title"]]
        texts = titles + [text.result_of(attempt.subtitle) for text in self._texts["subtitle"]]
        free = self._free + sum(text.free for text in texts)
        has_room = self._has_room and free >= -TOLERANCE and all(t.has_room for t in texts)
        return AttemptResult(sum(title.lines for title in titles), has_room, free)


class _Setting:
    """A cover that is set in the best of many ways. Which fit follows from one layout; if the
    result shows otherwise, each is laid out."""

    def __init__(
        self, cover: CoverPage, root: Element, files: tuple[Path, ...], folder: Path
    ) -> None:
        self._root = root
        self._kind = root.get("class", "")
        self._setter = Typesetter(files, folder, cover.assets)
        self._styles = [style.css for style in cover.styles]
        # overflowing text should be visible, and not cut off at the end of the page
        self._long = f"@page {{ size: {cover.width}px {TRIAL_HEIGHT * cover.height}px }}"
        language = root.get("lang", "").lower().split("-")[0]
        self._most_lines = MOST_LINES_OF_SIGNS if language in SIGNS else MOST_LINES
        self._known: dict[Attempt, AttemptResult] = {}
        self._measured: _Measured | None = None

    def best(self) -> TypesetDocument:
        """The document with the title as large as can be."""
        self._measured = _Measured(self._lay_out(Attempt(SMALL_TITLE)), Attempt(SMALL_TITLE))
        chosen = self._choose()
        document = self._set(chosen, self._styles)
        outcome, expected = _outcome(document), self._result_of(chosen._replace(free=0))
        is_full = outcome.has_room and outcome.free <= 4 * TOLERANCE
        if not (is_full and outcome.lines == expected.lines):
            self._measured, self._known = None, {}
            document = self._set(self._choose(), self._styles)
        return document

    def _choose(self) -> Attempt:
        """The best way to set the cover."""
        chosen = self._largest("")
        if chosen.size < SMALL_TITLE:
            divided = self._largest("divided")
            if divided.size >= GAIN * chosen.size:
                chosen = divided
            elif not self._fits(chosen):
                chosen = chosen._replace(words="cut")
        lines = self._result_of(chosen).lines
        narrower = (chosen._replace(width=width) for width in WIDTHS)
        chosen = _first(narrower, lambda attempt: self._fits(attempt, lines)) or chosen
        # the last element must not be pushed off the page
        return chosen._replace(free=max(0.0, self._result_of(chosen).free - 2 * TOLERANCE))

    def _largest(self, words: Literal["", "divided"]) -> Attempt:
        """The largest title that fits, or the smallest of all."""
        tries = [Attempt(size, words=words) for size in SIZES]
        few = [
            _first(tries, functools.partial(self._fits, most_lines=lines))
            for lines in range(1, self._most_lines + 1)
        ]
        if few[-1] and few[-1].size >= SMALL_TITLE:
            least = max(SMALL_TITLE, FEWER * few[-1].size)
            return next(attempt for attempt in few if attempt and attempt.size >= least)
        return _first(tries, self._fits) or tries[-1]

    def _fits(self, attempt: Attempt, most_lines: int = 0) -> bool:
        tried = self._result_of(attempt)
        return tried.has_room and not (most_lines and tried.lines > most_lines)

    def _result_of(self, attempt: Attempt) -> AttemptResult:
        if attempt not in self._known:
            self._known[attempt] = (
                self._measured.result_of(attempt)
                if self._measured and not attempt.words
                else _outcome(self._lay_out(attempt))
            )
        return self._known[attempt]

    def _lay_out(self, attempt: Attempt) -> TypesetDocument:
        return self._set(attempt, [*self._styles, self._long])

    def _set(self, attempt: Attempt, styles: list[str]) -> TypesetDocument:
        self._root.set("style", attempt.css())
        self._root.set("class", f"{self._kind} {attempt.words}".strip())
        return self._setter.set(self._root, styles)


def _outcome(document: TypesetDocument) -> AttemptResult:
    panels = _boxes_of(document, "panel")
    free = min(map(_free, panels), default=0.0)
    return AttemptResult(
        lines=sum(len(boxes.children(title)) for title in _boxes_of(document, "title")),
        has_room=free >= -TOLERANCE
        and all(keeps for panel in panels for keeps in _keep_within(panel)),
        free=free,
    )


def _boxes_of(document: TypesetDocument, name: str) -> list[boxes.LayoutBox]:
    """The outermost box of each element of a class."""
    outermost: dict[Element, boxes.LayoutBox] = {}
    for box in (inner for page in document.pages for inner in boxes.all_boxes(page.box)):
        if boxes.is_block(box) and box.element_tag and boxes.has_class(box, name):
            outermost.setdefault(box.element, box)
    return list(outermost.values())


def _free(panel: boxes.LayoutBox) -> float:
    """The free height of the panel in pixels; negative if the content is too high."""
    (flow,) = boxes.children(panel)
    return float(panel.height - flow.height)


def _keep_within(panel: boxes.LayoutBox, others: Container[boxes.LayoutBox] = ()) -> Iterator[bool]:
    """For each line of the panel, but for some, whether it is not too long."""
    for box in boxes.all_boxes(panel):
        for line in boxes.children(box):
            if boxes.is_line(line) and line not in others:
                yield line.width <= box.width + TOLERANCE


def _first(values: Iterable[Attempt], holds: Callable[[Attempt], bool]) -> Attempt | None:
    """The first of some values for which a condition holds; it then holds for all later ones."""
    tries = tuple(values)
    at = bisect.bisect_left(tries, True, key=holds)
    return tries[at] if at < len(tries) else None
