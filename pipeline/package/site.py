"""The site: a folder of pages, with the styles, fonts, images and scripts that they share."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import quote

from pipeline.checksums import LIST, checksums
from pipeline.editions import EDITIONS, output_name
from pipeline.package.html import (
    LINKED_DATA,
    POLICY,
    STYLE_LINK,
    File,
    digest,
    font_faces,
    line_end,
    page_fonts,
    show_images,
    shown_images,
    style_link,
)
from pipeline.package.result import Package
from pipeline.pages import Pages

OWN = "'self' file:"
"""What comes from the site itself, on the web or from a disk, where not all browsers count files
of one folder as coming from the same place. A page on the web can load no files of a disk."""

SOURCES = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "font-src": OWN,
    "form-action": OWN,
    "img-src": f"{OWN} data:",
    "style-src": OWN,
}


def package(pages: Pages, folder: Path) -> Package:
    """The site's start page, and in `Package.extra` all else. ``folder`` is what the paths of the
    assets start from."""
    markup = "".join(page.markup for page in pages.pages)
    images, dependencies, problems = shown_images(pages, folder, markup)
    css = "\n".join(style.css for style in pages.styles if not style.apart)
    fonts, missing = page_fonts(pages.faces, css, markup)
    css = font_faces(fonts, lambda file: f"fonts/{file.name}") + css
    apart = {style.name: style.css for style in pages.styles if style.apart}

    def finished(markup: str) -> bytes:
        markup = show_images(markup, images, _image_address)
        links = "".join(style_link(name) for name in ("style.css", *apart))
        return line_end(_with_policy(markup.replace(STYLE_LINK, links, 1))).encode()

    files = {
        **{page.name: finished(page.markup) for page in pages.pages},
        "style.css": css.encode(),
        **{name: text.encode() for name, text in apart.items()},
        **{f"fonts/{file.name}": file.data for file in fonts.values()},
        **{f"images/{file.name}": file.data for file in images.values()},
        **{file.name: file.text.encode() for file in pages.beside},
    }
    files[LIST] = checksums(files)
    start = PurePosixPath(output_name(pages.stem, EDITIONS[pages.edition]))
    return Package(
        data=files.pop(start.name),
        diagnostics=(*problems, *missing),
        dependencies=dependencies,
        extra={str(start.parent / name): data for name, data in files.items()},
    )


def _image_address(file: File) -> str:
    return quote(f"images/{file.name}")


def _with_policy(markup: str) -> str:
    """The page with a Content Security Policy that allows what is in the site and nothing else.

    A block of data is no script and needs no leave, but not all checkers know that.
    """
    data = LINKED_DATA.search(markup)
    scripts = f"{OWN} {digest(data[1])}" if data else OWN
    policy = "; ".join(
        f"{name} {value}" for name, value in (SOURCES | {"script-src": scripts}).items()
    )
    return POLICY.sub(policy, markup, count=1)
