"""Where matplotlib is loaded: without a user's settings, and without a machine's fonts.

Of it, only the SVG renderer is used: no figures, no pyplot. What a user has set up is not
read and nothing is written to their folders; fonts are given by path.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import os
import re
import tempfile
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.faces import EMOJI, FACES, FALLBACKS, LARGE_PRINT_FACES, LEGIBLE, SANS, font_file
from pipeline.pages import Face
from pipeline.scripts import fonts_for

lock = threading.RLock()
"""Held while matplotlib draws or measures, which it does one at a time."""

SETTINGS = {"svg.fonttype": "path", "svg.hashsalt": "chapbook", "path.simplify": False}
EMPTY_LIST: dict[str, object] = {
    "_FontManager__default_weight": "normal",
    "default_size": None,
    "defaultFamily": {"ttf": "DejaVu Sans", "afm": "Helvetica"},
    "afmlist": [],
    "ttflist": [],
    "__class__": "FontManager",
}
"""What matplotlib keeps of the fonts that it has found, when it has found none."""


class Engine(NamedTuple):
    """What is used of matplotlib, by the modules that it is in."""

    matplotlib: Any
    svg: Any
    backends: Any
    fonts: Any
    path: Any
    text: Any
    textpath: Any
    transforms: Any


@functools.cache
def engine() -> Engine:
    """matplotlib, loaded at the first call."""
    with lock, _no_configuration() as folder:
        import matplotlib

        _write_empty_list(folder)
        import matplotlib.backend_bases
        import matplotlib.backends.backend_svg
        import matplotlib.font_manager
        import matplotlib.path
        import matplotlib.text
        import matplotlib.textpath
        import matplotlib.transforms
    return Engine(
        matplotlib=matplotlib,
        svg=matplotlib.backends.backend_svg,
        backends=matplotlib.backend_bases,
        fonts=matplotlib.font_manager,
        path=matplotlib.path,
        text=matplotlib.text,
        textpath=matplotlib.textpath,
        transforms=matplotlib.transforms,
    )


@contextlib.contextmanager
def _no_configuration() -> Iterator[Path]:
    """While matplotlib is first imported: its folder is an empty one that does not last."""
    name = "MPLCONFIGDIR"
    before = os.environ.get(name)
    with tempfile.TemporaryDirectory(prefix="chapbook-") as folder:
        os.environ[name] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ[name]
            else:
                os.environ[name] = before


def _write_empty_list(folder: Path) -> None:
    """Keep matplotlib from looking through all fonts of the machine, which takes seconds. A
    version that keeps its list in another way looks through them, and draws the same."""
    module = importlib.util.find_spec("matplotlib.font_manager")
    source = Path(module.origin).read_text("utf-8") if module and module.origin else ""
    if found := re.search(r"class FontManager\b.*?__version__ = ['\"]([\w.]+)", source, re.DOTALL):
        kept = json.dumps({"_version": found[1], **EMPTY_LIST})
        (folder / f"fontlist-v{found[1]}.json").write_text(kept, "utf-8")


class Fonts:
    """The fonts for some texts: the sans of the outputs, or the face of large print, and others
    for what it lacks."""

    def __init__(self, texts: str, *, is_large: bool = False) -> None:
        others = [face for font in fonts_for(texts) for face in font.faces]
        faces, family = (LARGE_PRINT_FACES, LEGIBLE) if is_large else (FACES, SANS)
        sans = [face for face in faces if face.family == family and face.style == "normal"]
        fallbacks = [face for face in FALLBACKS if face.family == "Noto Sans"]
        emoji = [face for face in FALLBACKS if face.family == EMOJI]
        regular = [face for face in (*sans, *fallbacks, *others, *emoji) if face.weight < 600]
        bold = [face for face in (*sans, *others) if face.weight >= 600]
        self._files = _installed(regular)
        self._bold_files = _installed([*bold, *regular])

    def lacking(self, text: str) -> str:
        """The first character of a text that no font has, or ""."""
        has = _characters(self._files)
        return next((c for c in text if ord(c) not in has and not c.isspace()), "")

    def properties(self, size: float, bold: bool) -> Any:
        return _properties(self._bold_files if bold else self._files, size)

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """How wide a text is, in points."""
        return _width(self._bold_files if bold else self._files, text) * size


def _installed(faces: list[Face]) -> tuple[Path, ...]:
    files = (font_file(face) for face in faces)
    return tuple(dict.fromkeys(file for file in files if file))


@functools.cache
def _properties(files: tuple[Path, ...], size: float) -> Any:
    """matplotlib's way to say that a text is in these fonts: each has a name of its own, so
    that no other font can take its place."""
    fonts = engine().fonts
    with lock:
        for file in files:
            entry = fonts.FontEntry(fname=str(file), name=f"Chapbook {file}", weight=400)
            if entry not in fonts.fontManager.ttflist:
                fonts.fontManager.ttflist.append(entry)
        return fonts.FontProperties(family=[f"Chapbook {file}" for file in files], size=size)


@functools.lru_cache(maxsize=10_000)
def _width(files: tuple[Path, ...], text: str) -> float:
    """How wide a text is in type of one point."""
    with lock:
        measure = engine().textpath.text_to_path.get_text_width_height_descent
        with warnings.catch_warnings(action="ignore"):  # of what no font has: others tell that
            width, _, _ = measure(text, _properties(files, 1.0), False)
    return float(width)


@functools.cache
def _characters(files: tuple[Path, ...]) -> frozenset[int]:
    get_font = engine().fonts.get_font
    with lock:
        return frozenset(code for file in files for code in get_font(str(file)).get_charmap())
