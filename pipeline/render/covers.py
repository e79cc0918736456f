"""Covers: their colours, their grounds, and what is on them."""

from __future__ import annotations

import colorsys
import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, urljoin

import jinja2

from pipeline.model import Asset, Document
from pipeline.model.faces import FACES, own_faces
from pipeline.model.kinds import KINDS
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.paper import Theme
from pipeline.model.rendered import CoverPage, Face, Style
from pipeline.model.sheet import mix, readable
from pipeline.model.words import words, written_date
from pipeline.model.writing_systems import fonts_for
from pipeline.render.discovery import MetaTag
from pipeline.render.environment import read_text, sheets
from pipeline.render.imprint import cover_image, edited_by, is_drawing, logo, unchanged_cover

# --- cover colours ---------------------------------------------------------------------------
# The colours of a cover: the publisher's, the theme's, or some that belong to the publication.

PAPER = "#fbf6ea"
"""The colour of text on a dark ground, and of the ground of dark text."""

DARK_ENOUGH = 7.5
"""The contrast of `PAPER` on the ground, at least."""

GROUNDS = (
    "#1c3a52", "#2f4030", "#6b2333", "#443066", "#37424f", "#6a3f17", "#0f4a4a", "#1f3f7a",
    "#73273f", "#46501c",
)  # fmt: skip
"""Colours of covers, which distinguish the books on a shelf."""

OCHRE, CORAL, SKY = "#e3a938", "#ee7b5c", "#8fc3da"
SECONDS = ((0.12, SKY), (0.45, CORAL), (0.92, OCHRE), (1.0, SKY))
"""Contrasting colours, each with the end of the range of ground hues that it suits."""

GREYISH = 0.12
"""The saturation under which a ground has no hue to speak of."""

_COVER = late(r"--cover:\s*(#[0-9a-f]{6})\b", re.IGNORECASE)


class CoverPalette(NamedTuple):
    """``deep`` is a darker ground, ``tint`` the colour of patterns on it, ``pale`` less prominent
    than `PAPER`, ``second`` a contrasting colour, and ``band`` that of a plain cover."""

    ground: str
    deep: str
    tint: str
    pale: str
    second: str
    band: str
    paper: str = PAPER

    def css(self) -> str:
        pairs = "; ".join(f"--{name}: {value}" for name, value in self._asdict().items())
        return f"html {{ {pairs} }}\n"


def palette(metadata: Metadata, theme_css: str) -> CoverPalette:
    """The publisher's colour, or a theme's ``--cover``, made dark enough; else one by the title."""
    theme_colours = _COVER.findall(theme_css)
    by_title = GROUNDS[digest(metadata)[0] % len(GROUNDS)]
    chosen = metadata.brand.accent or (theme_colours[-1].lower() if theme_colours else by_title)
    ground = readable(chosen, PAPER, DARK_ENOUGH)
    return CoverPalette(
        ground=ground,
        deep=mix("#000000", ground, 0.3),
        tint=mix(PAPER, ground, 0.3),
        pale=mix(PAPER, ground, 0.85),
        second=_second(ground),
        band=ground if metadata.brand.accent else "#000000",
    )


def digest(metadata: Metadata) -> bytes:
    """Bytes derived from a publication, for features that should differ between publications."""
    return hashlib.sha256(f"{metadata.title}\0{metadata.subtitle}".encode()).digest()


def _second(ground: str) -> str:
    """A light colour from another part of the circle of hues."""
    red, green, blue = (int(ground[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < GREYISH:
        return OCHRE
    return next(colour for end, colour in SECONDS if hue <= end)


# --- grounds ---------------------------------------------------------------------------------
# The drawings behind the words of a cover: for a classic one the printed paper that it is wrapped
# in, a small form repeated; for a modern one plain shapes in the squares of a grid.


class Paper(NamedTuple):
    """A form around the middle of its place, as an SVG path of units of its place's width, and
    how far rows are from each other and from where the one above begins."""

    path: str
    row: float = 1.0
    shift: float = 0.5


LOZENGE = Paper("M0-.34L.19 0 0 .34-.19 0ZM0-.2L.11 0 0 .2-.11 0Z", row=0.5)
LEAF = Paper(
    "M0 .36C.02.2.02.1 0-.05L.03-.05C.06.1.05.2.03.36ZM0-.05C-.14-.12-.16-.28 0-.42"
    "C.17-.28.16-.12.03-.05ZM0 .16C-.14.15-.24.05-.24-.08-.1-.08 0 .02 0 .16Z"
    "M.03 .16C.17 .15 .27 .05 .27-.08 .13-.08 .03 .02 .03 .16Z",
    row=0.62,
)
SCALE = Paper(
    "M-.5 .12A.5 .5 0 0 1 .5 .12L.42 .12A.42 .42 0 0 0-.42 .12Z"
    "M-.28 .12A.28 .28 0 0 1 .28 .12L.2 .12A.2 .2 0 0 0-.2 .12Z"
    "M-.07 .12A.07 .07 0 0 1 .07 .12Z",
    row=0.36,
)
STAR = Paper("M0-.3L.06-.06 .3 0 .06 .06 0 .3-.06 .06-.3 0-.06-.06Z", row=0.5)
WAVE = Paper(
    "M-.5 .05C-.3-.25-.2-.25 0 .05S.3 .35 .5 .05L.5-.03C.3 .27 .2 .27 0-.03S-.3-.33-.5-.03Z",
    row=0.34,
    shift=0.0,
)
CROSS = Paper("M-.06-.26H.06V-.06H.26V.06H.06V.26H-.06V.06H-.26V-.06H-.06Z", row=0.5)
PAPERS = (LOZENGE, LEAF, SCALE, STAR, WAVE, CROSS)

PLACE = 8.0
"""The width of one form's place, in hundredths of the cover's width."""


def printed_paper(number: int, width: float, height: float, ground: str, ink: str) -> Asset:
    """A sheet of the paper of a number; lengths in hundredths of the cover's width."""
    paper = PAPERS[number % len(PAPERS)]
    return drawing(width, height, _forms(paper, width, height, ground, ink))


def drawing(width: float, height: float, inside: str) -> Asset:
    """The picture of a cover's ground."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}">{inside}</svg>'
    )
    name = "ground.svg"
    size = (round(width), round(height))
    return Asset(f"cover:{name}", name, "image/svg+xml", *size, data=svg.encode())


def _forms(paper: Paper, width: float, height: float, ground: str, ink: str) -> str:
    """The paper as one tile, repeated from the sheet's middle, so that both sides are cut alike."""
    places = [
        (column + paper.shift * (row % 2), row * paper.row)
        for row in range(-1, 4)
        for column in range(-1, 3)
    ]
    forms = "".join(
        f'<path transform="translate({x:g} {y:g})" fill-rule="evenodd" d="{paper.path}"/>'
        for x, y in places
    )
    return (
        f'<rect width="{width:g}" height="{height:g}" fill="{ground}"/>'
        f'<pattern id="paper" width="1" height="{2 * paper.row:g}" patternUnits="userSpaceOnUse"'
        f' patternTransform="translate({width / 2:g} {height / 2:g}) scale({PLACE:g})">'
        f'<g fill="{ink}">{forms}</g></pattern>'
        f'<rect width="{width:g}" height="{height:g}" fill="url(#paper)"/>'
    )


SHAPES = (
    "M0 0H1A1 1 0 0 1 0 1Z",  # a quarter of a circle
    "M0 .5A.5 .5 0 0 1 1 .5A.5 .5 0 0 1 0 .5Z",  # a whole
    "M0 0A1 1 0 0 0 1 1H1V.55A.45 .45 0 0 1 .45 0Z",  # a bend
    "M0 0H1L0 1Z",  # half of the square
    "M0 0H1V.5H0Z",
    "M0 0A.5 .5 0 0 0 1 0Z",  # half a circle
    "M.5 0L1 .5L.5 1L0 .5Z",
    "M.25 .5A.25 .25 0 0 1 .75 .5A.25 .25 0 0 1 .25 .5Z",
)
TURNS = 4


def composition(
    seed: bytes, columns: int, rows: int, colours: CoverPalette, *, before: int = 0, after: int = 0
) -> Asset:
    """Squares, each with a shape that no neighbour has; further columns are on both sides."""
    start, end = -before, columns + after
    places = [(row, column) for row in range(rows) for column in range(start, end)]
    squares = "".join(_square(seed, row, column, start, colours) for row, column in places)
    return drawing(end - start, rows, squares)


def _square(seed: bytes, row: int, column: int, start: int, colours: CoverPalette) -> str:
    number = seed[(7 * row + column) % len(seed)]
    pairs = tuple(_pairs(colours))
    # neighbours differ: in shape as on a chessboard, in colour because the row counts double
    behind, before = pairs[(number // 8 + column + 2 * row) % len(pairs)]
    shape = SHAPES[2 * (number % 4) + (row + column) % 2]
    turn = 90 * ((number // 4 + column) % TURNS)
    return (
        f'<g transform="translate({column - start} {row})"><rect width="1.01" height="1.01"'
        f' fill="{behind}"/><path transform="rotate({turn} .5 .5)" d="{shape}"'
        f' fill="{before}"/></g>'
    )


def _pairs(colours: CoverPalette) -> Iterator[tuple[str, str]]:
    yield colours.deep, colours.second
    yield colours.tint, colours.paper
    yield colours.second, colours.deep
    yield colours.deep, colours.tint
    yield colours.ground, colours.paper
    yield colours.tint, colours.deep


# --- designs ---------------------------------------------------------------------------------
# Covers: of an e-book, upright, and of a web page on social sites, wide.
#
# Their markup and styles are made here; `pipeline.package.covers` makes a picture of
# them.

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
    editors: str
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
) -> tuple[tuple[MetaTag, ...], CoverPage | None]:
    """The tags of a web page about its preview image, and that. Open Graph requires a full address:
    without the publication's own there is no image."""
    metadata = document.metadata
    if not metadata.url:
        return (), None
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
    series = (metadata.series.name, metadata.series.position) if metadata.series else ()
    if "issues" in KINDS[metadata.kind].traits:
        number = ("№\u00a0" if metadata.version[:1].isdecimal() else "") + metadata.version
        series = (*series, number, written_date(metadata.date, words(metadata.lang)))
    image = logo(document)
    logo_file = next((a.name for a in document.assets if image and a.path == image.asset), "")
    return FrontText(
        title=metadata.title[:MOST_CHARACTERS],
        subtitle=metadata.subtitle[:MOST_CHARACTERS],
        names=tuple(names),
        stacked=len(" · ".join(names)) > line,
        series=" · ".join(filter(None, series)),
        editors=edited_by(metadata)[:MOST_CHARACTERS],
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
