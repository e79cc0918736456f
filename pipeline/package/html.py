"""The web page as one file that needs no other, or with its files in a folder beside it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias
from urllib.parse import quote, unquote

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic
from pipeline.model import Asset
from pipeline.package.font_subset import subset
from pipeline.package.font_use import characters, font_face, used_faces
from pipeline.package.result import Package
from pipeline.package.svg_fonts import with_fonts
from pipeline.pages import Face, Pages

# Text has its quotes escaped, so that these are found in tags alone.
_IMAGE = re.compile(r"\b(src|srcset|href)=\"images/([^\"]+)\"")
STYLE_LINK = '<link rel="stylesheet" href="style.css">'
POLICY = re.compile(r"(?<=<meta http-equiv=\"Content-Security-Policy\" content=\")[^\"]*")
TYPED = frozenset(map(chr, range(0x20, 0x7F)))
"""What readers may type into a page, whether its own text has it or not."""

LINKED_DATA = re.compile(r"<script type=\"application/ld\+json\">(.*?)</script>", re.DOTALL)


class File(NamedTuple):
    """A file that the page shows. ``name`` is what it is called where it lies beside it."""

    name: str
    media_type: str
    data: bytes


Address: TypeAlias = Callable[[File], str]


def package(pages: Pages, folder: Path, *, assets_beside: bool = False) -> Package:
    """The page with its style, fonts and images inside, as ``data:`` addresses.

    With ``assets_beside`` they are files in the folder ``<stem>-files`` instead, given in
    `Package.extra`. ``folder`` is what the paths of the assets start from.
    """
    markup = pages.pages[0].markup
    images, dependencies, problems = shown_images(pages, folder, markup)
    css = "\n".join(style.css for style in pages.styles if not style.apart)
    apart = [
        File(style.name, "text/css", style.css.encode()) for style in pages.styles if style.apart
    ]
    fonts, missing = page_fonts(pages.faces, css, markup)
    if assets_beside:
        data, extra = _with_files_beside(pages.stem, markup, css, apart, fonts, images)
    else:
        data, extra = _self_contained(markup, css, apart, fonts, images), {}
    return Package(
        data=data.encode(),
        diagnostics=(*problems, *missing),
        dependencies=dependencies,
        extra=extra,
    )


def _self_contained(
    markup: str,
    css: str,
    apart: Iterable[File],
    fonts: dict[Face, File],
    images: dict[str, File],
) -> str:
    links = "".join(style_link(data_address(file)) for file in apart)
    style = (font_faces(fonts, data_address) + css).replace("</", "<\\/").strip()
    markup = show_images(markup, images, data_address)
    sources = f"{digest(style)} data:" if links else digest(style)
    markup = with_policy(markup, {"font-src": "data:", "style-src": sources})
    return line_end(markup.replace(STYLE_LINK, f"<style>{style}</style>{links}", 1))


def _with_files_beside(
    stem: str,
    markup: str,
    css: str,
    apart: Iterable[File],
    fonts: dict[Face, File],
    images: dict[str, File],
) -> tuple[str, dict[str, bytes]]:
    folder = f"{stem}-files"
    style = File("style.css", "text/css", (font_faces(fonts, _name) + css).encode())

    def address(file: File) -> str:
        return quote(f"{folder}/{file.name}")

    markup = show_images(markup, images, address)
    markup = with_policy(markup, {})
    links = "".join(style_link(address(file)) for file in (style, *apart))
    markup = markup.replace(STYLE_LINK, links, 1)
    files = (style, *apart, *fonts.values(), *images.values())
    return line_end(markup), {f"{folder}/{file.name}": file.data for file in files}


def style_link(address: str) -> str:
    return STYLE_LINK.replace("style.css", address)


def data_address(file: File) -> str:
    """The file itself as an address (RFC 2397)."""
    return f"data:{file.media_type};base64,{_base64(file.data)}"


def _name(file: File) -> str:
    return file.name


def shown_images(
    pages: Pages, folder: Path, markup: str
) -> tuple[dict[str, File], tuple[Path, ...], tuple[Diagnostic, ...]]:
    """The images that the page shows, by name, the files they are from, and what is wrong."""
    shown = {unquote(name) for _, name in _IMAGE.findall(markup)}
    files: dict[str, File] = {}
    paths: list[Path] = []
    problems: list[Diagnostic] = []
    for asset in pages.assets:
        if asset.name not in shown or asset.name in files:
            continue
        if asset.data:
            files[asset.name] = _image(asset, asset.data, pages.faces)
            continue
        path = folder / asset.path
        try:
            files[asset.name] = _image(asset, path.read_bytes(), pages.faces)
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            problems.append(diagnostic(Code.MISSING_IMAGE, f"{asset.path}: {reason}"))
        paths.append(path)
    return files, tuple(paths), tuple(problems)


def _image(asset: Asset, data: bytes, faces: tuple[Face, ...]) -> File:
    if asset.media_type == "image/svg+xml":
        # A font that is not installed is reported once, for the page.
        with contextlib.suppress(ImportError):
            data = with_fonts(data, faces)
    return File(asset.name, asset.media_type, data)


def show_images(markup: str, images: dict[str, File], address: Address) -> str:
    addresses = {name: address(file) for name, file in images.items()}

    def replace(match: re.Match[str]) -> str:
        found = addresses.get(unquote(match[2]))
        return f'{match[1]}="{found}"' if found else match[0]

    return _IMAGE.sub(replace, markup)


def page_fonts(
    faces: Iterable[Face], css: str, markup: str
) -> tuple[dict[Face, File], tuple[Diagnostic, ...]]:
    """The faces that the page uses, cut down to its characters. Readers' own fonts stand in
    for characters that they lack, and for a face that is not installed."""
    small = "small-caps" in css
    files: dict[Face, File] = {}
    problems: list[Diagnostic] = []
    for face in used_faces(faces, css, markup):
        slant = "" if face.style == "normal" else f"-{face.style}"
        name = f"{face.family.lower().replace(' ', '-')}-{face.weight}{slant}.woff2"
        try:
            text = characters(face, markup)
            common = frozenset[str]() if face.element else TYPED
            data = subset(face, text, common=common, small_capitals=small)
            files[face] = File(name, "font/woff2", data)
        except (ImportError, OSError):
            message = f"The font package {face.package} is not installed."
            problems.append(diagnostic(Code.LAYOUT_WARNING, message))
    return files, tuple(problems)


def font_faces(fonts: dict[Face, File], address: Address) -> str:
    return "".join(font_face(face, address(file)) for face, file in fonts.items())


def with_policy(markup: str, inside: dict[str, str]) -> str:
    """The page with a Content Security Policy that allows what is in it and nothing else.

    A block of data is no script and needs no leave, but not all checkers know that: it
    gets one that holds for its very text.
    """
    data = LINKED_DATA.search(markup)
    own = {"script-src": digest(data[1])} if data else {}

    def allow(policy: re.Match[str]) -> str:
        parts = (part.strip().partition(" ") for part in policy[0].split(";") if part.strip())
        directives = {name: sources for name, _, sources in parts} | own | inside
        return "; ".join(f"{name} {sources}".rstrip() for name, sources in directives.items())

    return POLICY.sub(allow, markup, count=1)


def digest(text: str) -> str:
    """The source expression for an inline style or script of just this text (CSP 3)."""
    return f"'sha256-{_base64(hashlib.sha256(text.encode()).digest())}'"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def line_end(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
