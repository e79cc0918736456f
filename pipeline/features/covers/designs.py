"""Covers: of an e-book, upright, and of a web page on social sites, wide.

Their markup and styles are made here; `pipeline.features.covers.picture` makes a picture of them.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urljoin

import jinja2

from pipeline.features.covers.cover_colours import CoverPalette, digest, palette
from pipeline.features.covers.grounds import composition, printed_paper
from pipeline.model import Asset, Document
from pipeline.model.faces import FACES, own_faces
from pipeline.model.metadata import Metadata
from pipeline.model.paper import Theme
from pipeline.model.rendered import CoverPage, Face, Style
from pipeline.model.words import words
from pipeline.model.writing_systems import fonts_for
from pipeline.render.discovery import MetaTag
from pipeline.render.environment import read_text, sheets
from pipeline.render.imprint import cover_image, is_drawing, logo, unchanged_cover

WIDTH, HEIGHT = 1600, 2560
"""Size of an e-book's cover in pixels: as shops require, 1 to 1.6."""

SOCIAL_WIDTH, SOCIAL_HEIGHT = 1200, 630
"""Size of the preview image for social networks, as Open Graph's readers require."""

DESIGN_FILE, DRAWING_FILE = "cover.png", "cover.jpg"
"""The names of the images made of a design, which has few colours, and of the front matter's
drawing, which may have any."""

MOST_CHARACTERS = 400
"""More of a text than can be shown."""

LINE, WIDE_LINE = 30, 64
"""The number of characters of names that fit on a line of an upright and of a wide cover."""

MOST_NAMES = 4
"""The most authors that are named; of more, the first three are, and “and others”."""


class FrontText(NamedTuple):
    """The text on a front cover; ``logo`` is a file name. Too long names are ``stacked``."""

    title: str
    subtitle: str
    names: tuple[str, ...]
    stacked: bool
    series: str
    publisher: str
    logo: str


class Look(NamedTuple):
    """The look of a publication's covers, from its theme and colours."""

    theme: Theme
    theme_css: str
    colours: CoverPalette

    def styles(self, environment: jinja2.Environment) -> tuple[Style, ...]:
        return (
            Style("theme.css", self.theme_css),
            Style("colours.css", self.colours.css()),
            *sheets(environment, "cover", "style", self.theme),
        )


def social_file(stem: str) -> str:
    """The file name of a web page's preview image."""
    return f"{stem}-social.jpg"


def book_cover(document: Document, environment: jinja2.Environment) -> CoverPage | None:
    """The e-book's cover; None if that is an image that can be used unchanged."""
    image, height = cover_image(document), HEIGHT
    file = DRAWING_FILE if image else DESIGN_FILE
    if unchanged_cover(document):
        return None
    if image and image.width:
        height = round(WIDTH * image.height / image.width)
    height = min(max(height, WIDTH // 2), 2 * HEIGHT)
    return _page(document, environment, file, WIDTH, height)


def social_picture(document: Document, environment: jinja2.Environment, stem: str) -> CoverPage:
    """The same cover, lying."""
    return _page(document, environment, social_file(stem), SOCIAL_WIDTH, SOCIAL_HEIGHT)


def social_preview(
    document: Document, environment: jinja2.Environment, stem: str
) -> tuple[tuple[MetaTag, ...], CoverPage]:
    """The tags of a web page about its preview image, and that."""
    metadata = document.metadata
    alt = metadata.cover.alt if metadata.cover else ""
    alt = alt or words(metadata.lang)["cover_alt"].format(title=metadata.title)
    tags = (
        MetaTag("property", "og:image", urljoin(metadata.url, quote(social_file(stem)))),
        MetaTag("property", "og:image:type", "image/jpeg"),
        MetaTag("property", "og:image:width", str(SOCIAL_WIDTH)),
        MetaTag("property", "og:image:height", str(SOCIAL_HEIGHT)),
        MetaTag("property", "og:image:alt", alt),
        MetaTag("name", "twitter:card", "summary_large_image"),
    )
    return tags, social_picture(document, environment, stem)


def _page(
    document: Document, environment: jinja2.Environment, file: str, width: int, height: int
) -> CoverPage:
    """A cover with the image from the front matter, or a design of the theme. An image with pixels
    is left for the packager to fit in."""
    metadata, image = document.metadata, cover_image(document)
    if image and not is_drawing(image):
        return CoverPage(file, width, height, markup="", styles=(), faces=(), assets=(image,))
    is_wide = width > height
    unit = height / 90 if is_wide or image else width / 100
    page = Style(
        "page.css",
        f"@page {{ size: {width}px {height}px; margin: 0 }}\n"
        f"html {{ font-size: {unit:g}px; --width: {width}px; --height: {height}px }}\n",
    )
    setting = {"lang": metadata.lang, "shape": "wide" if is_wide else "tall"}
    if image:
        markup = environment.get_template("cover/image.html.j2").render(
            **setting, image=image.name, title=metadata.title
        )
        styles = (
            Style("colours.css", palette(metadata, "").css()),
            *sheets(environment, "cover", "style", "image"),
            page,
        )
        faces = (*FACES, *own_faces(metadata))
        return CoverPage(file, width, height, markup, styles, faces, assets=(image,))
    look = look_of(metadata, environment)
    ground = ground_of(metadata, look, width / unit, height / unit, is_wide=is_wide)
    front = front_of(document, WIDE_LINE if is_wide else LINE)
    markup = environment.get_template("cover/cover.html.j2").render(
        **setting,
        cover=front,
        ground=ground.name if ground else "",
        kind=look.theme,
        direction=metadata.direction,
    )
    return CoverPage(
        file,
        width,
        height,
        markup,
        styles=(*look.styles(environment), page),
        faces=faces_for(markup, metadata),
        assets=assets_of(document, front, ground),
    )


def look_of(metadata: Metadata, environment: jinja2.Environment) -> Look:
    theme = metadata.printing.theme or "classic"
    theme_css = read_text(environment, f"themes/{theme}.css")
    return Look(theme, theme_css, palette(metadata, theme_css))


def ground_of(
    metadata: Metadata, look: Look, width: float, height: float, *, is_wide: bool
) -> Asset | None:
    """The drawing behind the words, if any."""
    seed = digest(metadata)[1:]
    match look.theme:
        case "classic":
            return printed_paper(seed[0], width, height, look.colours.ground, look.colours.tint)
        case "modern":
            columns, rows = (2, 3) if is_wide else (4, 2)
            return composition(seed, columns, rows, look.colours)
        case "plain":
            return None


def front_of(document: Document, line: int) -> FrontText:
    metadata = document.metadata
    names = [person.name[:MOST_CHARACTERS] for person in metadata.authors]
    if len(names) > MOST_NAMES:
        names = [*names[: MOST_NAMES - 1], words(metadata.lang)["and_others"]]
    series = metadata.series
    image = logo(document)
    logo_file = next((a.name for a in document.assets if image and a.path == image.asset), "")
    return FrontText(
        title=metadata.title[:MOST_CHARACTERS],
        subtitle=metadata.subtitle[:MOST_CHARACTERS],
        names=tuple(names),
        stacked=len(" · ".join(names)) > line,
        series=" · ".join(filter(None, (series.name, series.position))) if series else "",
        publisher=metadata.publisher[:MOST_CHARACTERS],
        logo=logo_file,
    )


def faces_for(markup: str, metadata: Metadata) -> tuple[Face, ...]:
    """The faces that a cover may need."""
    scripts = (face for font in fonts_for(markup) for face in font.faces)
    return (*FACES, *own_faces(metadata), *scripts)


def assets_of(document: Document, front: FrontText, ground: Asset | None) -> tuple[Asset, ...]:
    """The files that a cover shows."""
    logos = tuple(asset for asset in document.assets if asset.name == front.logo)
    return (*logos, *((ground,) if ground else ()))
