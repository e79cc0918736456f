"""The site: a folder of pages, with the styles, fonts, images and scripts that they share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import quote

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

LIST = "SHA256SUMS"
"""The file that lists all others with their SHA-256, as the command ``sha256sum`` writes it and
reads it. It says whether a copy is whole, and which files a later build may take away."""

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
    files[LIST] = _sums(files)
    start = PurePosixPath(output_name(pages.stem, EDITIONS[pages.edition]))
    return Package(
        data=files.pop(start.name),
        diagnostics=(*problems, *missing),
        dependencies=dependencies,
        extra={str(start.parent / name): data for name, data in files.items()},
    )


def left_over(folder: Path, kept: Iterable[Path]) -> tuple[Path, ...]:
    """The files that the list of an older site in ``folder`` names, that are as it has them, and
    are not to be ``kept``."""
    staying = set(kept)
    found = ((folder / name, sum_) for name, sum_ in listed(folder).items())
    return tuple(file for file, sum_ in found if file not in staying and _sum_of(file) == sum_)


def listed(folder: Path) -> dict[str, str]:
    """The files of a site, which are in its folder or in one of that, with their SHA-256; none
    where the folder has no list."""
    try:
        lines = (folder / LIST).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    parts = (line.partition("  ") for line in lines)
    return {name: sum_ for sum_, _, name in parts if name and _is_within(name)}


def _is_within(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and len(path.parts) <= 2


def _sums(files: Mapping[str, bytes]) -> bytes:
    lines = (
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())
    )
    return "".join(lines).encode()


def _sum_of(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


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
