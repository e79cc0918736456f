"""The engine's problems as diagnostics."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from xml.etree import ElementTree

from pipeline.model import Asset, writing_systems
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.faces import font_file
from pipeline.model.page_map import letters
from pipeline.model.rendered import CharacterPlace
from pipeline.package.pdf.engine.adapter.patching import reporting_to
from pipeline.package.pdf.print_markup import ASSET

MOST_SHOWN = 12
"""The maximum number of characters of a script that a message shows."""

BOLD, SEMIBOLD = frozenset({"b", "strong"}), 600
"""Elements with bold text, and the weight from which a face counts as bold."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

CONTEXT = 24
"""The number of characters that a message shows on each side of one without a glyph."""


class Log:
    """Collects problems, each once. ``missing`` are characters known to be in no font; ``assets``
    give the positions of images."""

    def __init__(
        self, root: ElementTree.Element, missing: Iterable[str] = (), assets: Iterable[Asset] = ()
    ) -> None:
        self._root = root
        self._assets = {asset.name: asset for asset in assets}
        self._by_message: dict[str, Diagnostic] = {}
        self._is_deaf = False
        self._missing = [
            (character, _words_around(character, root)) for character in sorted(missing)
        ]

    def diagnostics(self, places: Iterable[CharacterPlace]) -> tuple[Diagnostic, ...]:
        """The logged problems; ``places`` are the positions of characters in the source."""
        spans = {place.character: place.span for place in places}
        for drawing in self._drawings():
            text = drawing.data.decode()
            lacking = [character for character, _ in self._missing if character in text]
            if drawing.span:
                spans = dict.fromkeys(lacking, drawing.span) | spans
        bold = missing_bold(self._root, spans)
        return (*self._by_message.values(), *missing_glyphs(self._missing, spans), *bold)

    @property
    def missing(self) -> str:
        """The characters that are in no font."""
        return "".join(sorted({character for character, _ in self._missing}))

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        """In this context, only problems with images, which are read once, are collected."""
        self._is_deaf = True
        try:
            yield
        finally:
            self._is_deaf = False

    def _drawings(self) -> Iterator[Asset]:
        """The drawings with text, with replaced font families, as UTF-8."""
        return (asset for asset in self._assets.values() if asset.is_drawing and asset.data)

    def record(self, kind: str, subject: str, message: str) -> None:
        if kind == "glyph":
            # nobody misses what cannot be seen, and ours stands for others that are missing
            if letters(subject) and not (self._missing and subject == REPLACEMENT):
                around = _words_around(subject, self._root) or self._drawing_with(subject)
                self._missing.append((subject, around))
        elif kind == "image":
            self._cannot_draw(subject, f" cannot be drawn: {message}.")
        elif kind == "drawing":
            self._cannot_draw(subject, " cannot be drawn, or not all of it.")
        elif not self._is_deaf:
            self._by_message.setdefault(message, diagnostic(Code.LAYOUT_WARNING, message))

    def _cannot_draw(self, url: str, problem: str) -> None:
        asset = self._assets.get(url.removeprefix(ASSET).removeprefix("images/"))
        message = f"“{asset.path if asset else url.removeprefix(ASSET)}”{problem}"
        hint = "Open it in a drawing program, and save it again as “plain SVG”."
        span = asset.span if asset else None
        self._by_message.setdefault(
            message, diagnostic(Code.BAD_IMAGE, message, span=span, hint=hint)
        )

    def _drawing_with(self, character: str) -> str:
        """The path of the drawing with a character."""
        drawings = (asset for asset in self._drawings() if character in asset.data.decode())
        return next((asset.path for asset in drawings), "")


@contextlib.contextmanager
def listening(
    root: ElementTree.Element, missing: Iterable[str] = (), assets: Iterable[Asset] = ()
) -> Iterator[Log]:
    """A log of problems during the layout of ``root``, which shows ``assets``."""
    log = Log(root, missing, assets)
    with reporting_to(log.record):
        yield log


def missing_glyphs(
    characters: Iterable[tuple[str, str]], spans: Mapping[str, Span]
) -> Iterator[Diagnostic]:
    """Characters without a glyph in any font: one finding for each script, at its first character
    in the source; symbols and emoji, which belong to no script, share one. ``characters`` come with
    the words around them."""
    groups: dict[str, list[str]] = {}
    around = dict(characters)
    order = {character: number for number, character in enumerate(spans)}
    for character in around:
        groups.setdefault(writing_systems.name(character), []).append(character)
    for script, group in groups.items():
        group.sort(key=lambda c: (order.get(c, len(order)), c))
        first, *others = group
        further = f", in “{around[first]}”" if around[first] else ""
        if others:
            many = "" if len(others) == 1 else "s"
            kind = f"character{many} of the {script} script" if script else f"symbol{many}"
            shown = " ".join(others[:MOST_SHOWN]) + (" …" if len(others) > MOST_SHOWN else "")
            further = f", nor for {len(others)} other {kind}: {shown}"
        code, message, span, hint = writing_systems.missing_glyph(first, spans.get(first), further)
        yield diagnostic(code, message, span=span, hint=hint)


def missing_bold(root: ElementTree.Element, spans: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """Text that should be bold but whose script's bold face is not installed: one finding for each
    font, at the first character in the source."""
    reported: set[str] = set()
    for element in root.iter():
        if element.tag not in BOLD:
            continue
        text = "".join(element.itertext())
        for font in writing_systems.fonts_for(text):
            faces = {face.weight >= SEMIBOLD: font_file(face) for face in font.faces}
            if font.package in reported or faces.get(True, True) or not faces.get(False):
                continue
            reported.add(font.package)
            first = next(c for c in text if writing_systems.scripts((c,)) & font.scripts)
            shown = " ".join(text.split())[:CONTEXT]
            message = f"“{shown}” should be bold, but its bold font is not installed."
            hint = f"Install the fonts: `pip install {font.package}`."
            yield diagnostic(Code.MISSING_GLYPH, message, span=spans.get(first), hint=hint)


def _words_around(character: str, root: ElementTree.Element) -> str:
    """The words around the first occurrence of a character."""
    for text in root.itertext():
        at = text.find(character)
        if at >= 0:
            return " ".join(text[max(0, at - CONTEXT) : at + CONTEXT].split())
    return ""
