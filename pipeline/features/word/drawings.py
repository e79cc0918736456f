"""Pictures of drawings, for programs that do not show SVG."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from pipeline.model import Asset
from pipeline.model.faces import located
from pipeline.model.rendered import tree_of
from pipeline.package.page_files import asset_bytes, font_files
from pipeline.package.result import NoEngineError
from pipeline.render.style_sheets import drawing_faces
from pipeline.system import store
from pipeline.system.pango import pango_problem

FINENESS, MOST = 2, 2400
"""Pixels of a picture for a CSS pixel, and those that it is wide or high at most."""

WIDTH, HEIGHT = 600, 400
"""CSS pixels of a drawing that does not say how large it is."""

LIBRARIES = ("weasyprint", "pypdfium2", "pillow")
"""The libraries that determine the bytes of a picture, besides its content."""

RECIPE = "1"
"""To be changed with anything here that changes the bytes of a picture."""


def picture_of(drawing: Asset, folder: Path) -> bytes:
    """A drawing as a PNG, the same bytes for the same drawing. Raises `NoEngineError`, and
    `OSError` if the file cannot be read."""
    fonts = font_files(located(drawing_faces((drawing,)), folder))
    width, height = drawing.width or WIDTH, drawing.height or HEIGHT
    key = store.key(
        RECIPE,
        *(store.packages().get(library, "") for library in LIBRARIES),
        *(f"{file.name} {file.stat().st_size}" for file in fonts),
        f"{width} {height}",
        asset_bytes(drawing, folder),
    )
    return store.cached(f"{key}.png", lambda: _drawn(drawing, fonts, folder, width, height))


def _drawn(drawing: Asset, fonts: tuple[Path, ...], folder: Path, width: int, height: int) -> bytes:
    if missing := pango_problem():
        raise NoEngineError(missing)
    import pypdfium2

    from pipeline.package.pdf.engine.adapter.typesetter import Typesetter
    from pipeline.package.pdf.log import listening
    from pipeline.package.pdf.print_markup import ready

    root = tree_of(
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>-</title></head><body>'
        f'<img src="images/{drawing.name}" alt=""/></body></html>'
    )
    style = (
        f"@page {{ size: {width}px {height}px; margin: 0 }} html, body {{ margin: 0 }}"
        " img { display: block; width: 100%; height: 100% }"
    )
    with listening(root):
        ready(root)
        pdf = Typesetter(fonts, folder, (drawing,)).set(root, [style]).written()
    scale = min(FINENESS, MOST / max(width, height)) * 96 / 72
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        image = document[0].render(scale=scale).to_pil()
    output = io.BytesIO()
    image.save(output, "PNG", optimize=True)
    return output.getvalue()
