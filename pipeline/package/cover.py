"""The cover that is drawn where the front matter names no image.

It looks like what gives Chapbook its name: a coloured wrapper, sewn with three stitches.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from pipeline.metadata import Metadata
from pipeline.package.font_subset import coverage, font_bytes
from pipeline.pages import Face
from pipeline.sheet.colours import readable

WIDTH, HEIGHT = 1600, 2560
"""In pixels: what shops ask for, 1 to 1.6."""

DARK_ENOUGH = 8
"""The contrast of `INK` on the wrapper, at least."""

GROUNDS = ("#1c3a52", "#2f3e2e", "#5a2530", "#3a2f55", "#2b3440", "#5b3a1e", "#0f4a4a")
"""Colours of the wrapper, dark enough."""

INK, QUIET = "#fbf6ea", "#e6dcc6"

SEWING = 150
"""How far the thread is from the fold."""

INNER, OUTER, TOP = 300, 150, 260
"""Margins: from the fold, from the edge, from the top."""

SPACE = WIDTH - INNER - OUTER

SERIF, SANS = ("Source Serif Pro", 600), ("Source Sans Pro", 400)

TITLE_SIZES = tuple(range(250, 70, -10))
SUBTITLE_SIZES = tuple(range(88, 50, -4))
NAME_SIZES = tuple(range(76, 50, -4))

MOST_CHARACTERS = 400
"""More of a text than can be shown; the rest is not even measured."""


class Cover(NamedTuple):
    """A JPEG file, and the texts that no face has all the glyphs for, not drawn."""

    data: bytes
    left_out: tuple[str, ...]


class Lines(NamedTuple):
    """Text that is broken and measured. ``leading`` is from baseline to baseline."""

    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont
    leading: int

    @property
    def size(self) -> float:
        return self.font.size

    @property
    def height(self) -> int:
        return self.leading * len(self.lines)


def draw(metadata: Metadata, faces: tuple[Face, ...]) -> Cover:
    """The cover of a publication, the same bytes for the same metadata."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _ground(metadata))
    canvas = ImageDraw.Draw(image)
    right_to_left = metadata.direction == "rtl"
    _sew(canvas, right_to_left)
    left_out: list[str] = []

    def place(lines: Lines, y: int, colour: str) -> int:
        """Writes lines from ``y`` down; returns where the next may begin."""
        for number, line in enumerate(lines.lines):
            baseline = y + number * lines.leading + round(lines.leading * 0.8)
            canvas.text(
                (WIDTH - INNER if right_to_left else INNER, baseline),
                line,
                fill=colour,
                font=lines.font,
                anchor="rs" if right_to_left else "ls",
            )
        return y + lines.height

    def fit(
        text: str, face: tuple[str, int], sizes: tuple[int, ...], height: int, ratio: float
    ) -> Lines | None:
        chosen = _choose(faces, face, text)
        if chosen is None:
            left_out.append(text)
        if not text or chosen is None:
            return None
        return _fit(text[:MOST_CHARACTERS], chosen, sizes, height, ratio)

    authors = fit(_authors(metadata), SANS, NAME_SIZES, 320, 1.3)
    title = fit(metadata.title, SERIF, TITLE_SIZES, 1090, 1.08)
    smaller = tuple(size for size in SUBTITLE_SIZES if not title or size <= 0.65 * title.size)
    subtitle = fit(metadata.subtitle, SANS, smaller or SUBTITLE_SIZES[-1:], 400, 1.3)
    publisher = fit(metadata.publisher, SANS, NAME_SIZES[4:], 80, 1.3)

    y = TOP
    if authors:
        y = place(authors, y, QUIET)
    # The title begins a third down, unless long names stand in its way.
    y = max(y + 140, HEIGHT // 3 - 140)
    if title:
        y = place(title, y, INK)
    if title and subtitle:
        y += 60
        x = WIDTH - INNER - 180 if right_to_left else INNER
        canvas.rectangle((x, y, x + 180, y + 7), fill=QUIET)
        y += 60
    if subtitle:
        y = place(subtitle, y, QUIET)
    if publisher and y < HEIGHT - TOP - publisher.height:
        place(publisher, HEIGHT - TOP + 40 - publisher.height, QUIET)
    output = io.BytesIO()
    image.save(output, "JPEG", quality=90, subsampling=0, optimize=True)
    return Cover(output.getvalue(), tuple(left_out))


def _authors(metadata: Metadata) -> str:
    names = [person.name for person in metadata.authors]
    if len(names) > 4:
        names = [*names[:3], "…"]
    return " · ".join(names)


def _ground(metadata: Metadata) -> str:
    """The publisher's colour, made dark enough, or one that belongs to the publication, so that
    covers on a shelf differ."""
    if metadata.brand.accent:
        return readable(metadata.brand.accent, INK, DARK_ENOUGH)
    number = hashlib.sha256(f"{metadata.title}\0{metadata.subtitle}".encode()).digest()[0]
    return GROUNDS[number % len(GROUNDS)]


def _sew(canvas: ImageDraw.ImageDraw, right_to_left: bool) -> None:
    """Three stitches through the fold: thread outside, holes at its ends."""
    x = WIDTH - SEWING if right_to_left else SEWING
    for start, end in ((0.11, 0.33), (0.39, 0.61), (0.67, 0.89)):
        top, bottom = round(HEIGHT * start), round(HEIGHT * end)
        canvas.rounded_rectangle((x - 5, top, x + 5, bottom), 5, fill=QUIET)
        for y in (top, bottom):
            canvas.ellipse((x - 11, y - 11, x + 11, y + 11), fill=QUIET)


def _choose(faces: tuple[Face, ...], wanted: tuple[str, int], text: str) -> Face | None:
    """The face that is wanted, or the next best that has all characters of ``text``."""
    needed = frozenset(text) - {" ", "\n", "\t"}
    upright = [face for face in faces if face.style == "normal"]
    upright.sort(key=lambda face: (face.family != wanted[0], abs(face.weight - wanted[1])))
    return next((face for face in upright if needed <= coverage(face)), None)


def _fit(text: str, face: Face, sizes: tuple[int, ...], height: int, ratio: float) -> Lines:
    """The text in the largest size that needs no more than ``height``; in the smallest,
    words that are too long are cut, and lines that are too many left out."""
    data = font_bytes(face)
    for size in sizes:
        font = ImageFont.truetype(io.BytesIO(data), size)
        lines = _broken(text.split(), font)
        if lines is not None and len(lines) * size * ratio <= height:
            return Lines(lines, font, round(size * ratio))
    lines = _broken([piece for word in text.split() for piece in _cut(word, font)], font) or ()
    most_lines = int(height / (size * ratio))
    if len(lines) > most_lines:
        lines = (*lines[: most_lines - 1], lines[most_lines - 1].rstrip(" .,;:") + "…")
    return Lines(lines, font, round(size * ratio))


def _cut(word: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    """Pieces of a word, each short enough for a line."""
    while font.getlength(word) > SPACE:
        end = next(
            n for n in range(len(word), 0, -1) if n == 1 or font.getlength(word[:n]) <= SPACE
        )
        yield word[:end]
        word = word[end:]
    yield word


def _broken(words: list[str], font: ImageFont.FreeTypeFont) -> tuple[str, ...] | None:
    """The words in as few lines as they need, and these as even as can be; None where a
    word is too long for a line."""
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, len(words) + 1):
        options = []
        for start in range(end - 1, -1, -1):
            width = font.getlength(" ".join(words[start:end]))
            if width > SPACE:
                break
            count, cost, _ = best[start]
            options.append((count + 1, cost + (SPACE - width) ** 2, start))
        if not options:
            return None
        best.append(min(options))
    lines: list[str] = []
    end = len(words)
    while end:
        start = best[end][2]
        lines.insert(0, " ".join(words[start:end]))
        end = start
    return tuple(lines)
