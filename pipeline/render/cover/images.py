"""Covers with an image from the front matter."""

from __future__ import annotations

import jinja2

from pipeline.model import Asset, Document
from pipeline.model.faces import FACES, own_faces
from pipeline.model.rendered import CoverPage, Style
from pipeline.render.cover.colours import palette
from pipeline.render.environment import sheets

SVG = "image/svg+xml"


def cover_image(document: Document) -> Asset | None:
    """The image that the front matter names, if that is there."""
    named = document.metadata.cover
    return next((a for a in document.assets if named and a.path == named.source.text), None)


def is_drawing(image: Asset) -> bool:
    """Return whether the image has no pixels. Shops and old e-readers want a cover that has."""
    return image.media_type == SVG


def page_of(
    image: Asset,
    document: Document,
    environment: jinja2.Environment,
    file: str,
    size: tuple[int, int],
) -> CoverPage:
    """A picture of an image: of a drawing as it is set here, of another as the packager fits it
    in."""
    width, height = size
    if not is_drawing(image):
        return CoverPage(file, width, height, markup="", styles=(), faces=(), assets=(image,))
    is_wide = width > height
    markup = environment.get_template("cover/image.html.j2").render(
        image=image.name,
        title=document.metadata.title,
        shape="wide" if is_wide else "tall",
        lang=document.metadata.lang,
    )
    page = (
        f"@page {{ size: {width}px {height}px; margin: 0 }}\n"
        f"html {{ font-size: {height / 90:g}px; --width: {width}px; --height: {height}px }}\n"
    )
    styles = (
        Style("colours.css", palette(document.metadata, "").css()),
        *sheets(environment, "cover", "style", "image"),
        Style("page.css", page),
    )
    faces = (*FACES, *own_faces(document.metadata))
    return CoverPage(file, width, height, markup, styles, faces, assets=(image,))
