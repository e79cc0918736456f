"""Pictures: photographs, drawings and charts, each with its text for those who do not see it."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from pipeline import model
from pipeline.features.word.draft import Spot, WordFile
from pipeline.features.word.xml import EMU, Element, build_element, clean, element, tag
from pipeline.model import Asset
from pipeline.model.faces import locate_faces
from pipeline.model.late import late
from pipeline.model.rendered import tree_of
from pipeline.package.result import NoEngineError, asset_bytes, font_files
from pipeline.render.style_sheets import drawing_faces
from pipeline.system import store
from pipeline.system.pango import pango_problem

# --- drawings --------------------------------------------------------------------------------
# Pictures of drawings, for programs that do not show SVG.

FINENESS, LONGEST_SIDE = 2, 2400
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
    fonts = font_files(locate_faces(drawing_faces((drawing,)), folder))
    width, height = drawing.width or WIDTH, drawing.height or HEIGHT
    key = store.key(
        RECIPE,
        *(store.packages().get(library, "") for library in LIBRARIES),
        *(f"{file.name} {file.stat().st_size}" for file in fonts),
        f"{width} {height}",
        asset_bytes(drawing, folder),
    )
    return store.from_cache(f"{key}.png", lambda: _draw(drawing, fonts, folder, width, height))


def _draw(drawing: Asset, fonts: tuple[Path, ...], folder: Path, width: int, height: int) -> bytes:
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
        pdf = Typesetter(fonts, folder, (drawing,)).set(root, [style]).make_pdf()
    scale = min(FINENESS, LONGEST_SIDE / max(width, height)) * 96 / 72
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        image = document[0].render(scale=scale).to_pil()
    output = io.BytesIO()
    image.save(output, "PNG", optimize=True)
    return output.getvalue()


# --- pictures --------------------------------------------------------------------------------

PIXEL = 25.4 / 96
"""Millimetres."""

HIGHEST = 180
"""Millimetres that a picture is high at most."""

UNKNOWN = 60
"""Millimetres that a picture of unknown size is wide and high."""

_DRAWING = """<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">
  <wp:extent cx="{across}" cy="{down}"/>
  <wp:docPr id="{number}" name="Picture {number}" descr="{alt}"/>
  <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>
  <a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>
    <pic:nvPicPr><pic:cNvPr id="{number}" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>
    <pic:blipFill>
      <a:blip r:embed="{name}"/>
      <a:stretch><a:fillRect/></a:stretch>
    </pic:blipFill>
    <pic:spPr>
      <a:xfrm><a:off x="0" y="0"/><a:ext cx="{across}" cy="{down}"/></a:xfrm>
      <a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
    </pic:spPr>
  </pic:pic></a:graphicData></a:graphic>
</wp:inline></w:drawing>"""
"""A picture in a line. The packager puts relationships in the place of names, and of a drawing also
those of a picture of it."""

_SVG = """<a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">
  <asvg:svgBlip r:embed="{name}"/>
</a:ext></a:extLst>"""
_DECORATIVE = """<a:extLst><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}">
  <adec:decorative val="1"/>
</a:ext></a:extLst>"""

_WIDTH = late(r"(\d+(?:\.\d+)?)\s?(%|px|em|rem|cm|mm|in|pt)?")
_LENGTHS = {
    "": PIXEL, "px": PIXEL, "em": 11 * 25.4 / 72, "rem": 11 * 25.4 / 72, "cm": 10.0, "mm": 1.0,
    "in": 25.4, "pt": 25.4 / 72,
}  # fmt: skip
TWIP = 25.4 / 1440


def inline_picture(
    draft: WordFile,
    image: model.Image,
    place: Spot,
    *,
    width: str = "",
    decorative: bool = False,
) -> list[Element]:
    """A picture as a run; nothing if there is no file of it. Its ``width`` may be that of a figure
    around it."""
    asset = draft.assets.get(image.asset)
    if image.missing or asset is None:
        return []
    draft.images.add(asset.name)
    decorative = decorative or "decorative" in image.attributes.classes
    alt = "" if decorative else clean(image.alt)
    across, down = _size(image, place.width * TWIP, width or image.attributes.get("width"))
    number = draft.next_id()
    drawing = build_element(
        _DRAWING, number=number, name=asset.name, alt=alt, across=across, down=down
    )
    (blip,) = drawing.iter(tag("a:blip"))
    if asset.media_type == "image/svg+xml":
        blip.append(build_element(_SVG, name=asset.name))
    if decorative or not alt:
        drawing.find(f"*/{tag('wp:docPr')}").append(build_element(_DECORATIVE))
    return [element("r", drawing)]


def _size(image: model.Image, room: float, width: str) -> tuple[int, int]:
    """The size in units of drawings, within the ``room`` in millimetres."""
    natural = (image.width or UNKNOWN / PIXEL) * PIXEL, (image.height or UNKNOWN / PIXEL) * PIXEL
    across = min(natural[0], room)
    if match := _WIDTH.fullmatch(width.strip()):
        number, unit = float(match[1]), match[2] or ""
        across = min(room, room * number / 100 if unit == "%" else number * _LENGTHS[unit])
    down = across * natural[1] / natural[0]
    if down > HIGHEST:
        across, down = across * HIGHEST / down, HIGHEST
    return max(1, round(across * EMU)), max(1, round(down * EMU))
