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

import msgspec

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic
from pipeline.model import Asset
from pipeline.package.cover import picture
from pipeline.package.font_subset import subset
from pipeline.package.font_use import characters, font_face, used_faces
from pipeline.package.image_metadata import without_metadata
from pipeline.package.result import Package
from pipeline.package.svg_fonts import with_fonts
from pipeline.pages import Face, Pages

# Text has its quotes escaped, so that these are found in tags alone.
_IMAGE = re.compile(r"\b(src|srcset|href)=\"images/([^\"]+)\"")
_STYLE_LINK = '<link rel="stylesheet" href="style.css">'
_SCRIPT = '<script src="script.js"></script>'
_POLICY = re.compile(r"(?<=<meta http-equiv=\"Content-Security-Policy\" content=\")[^\"]*")
BESIDE = "'self' file:"
"""Where a script may come from that lies beside the page; on a disk, nothing is ``'self'``."""

TYPED = frozenset(map(chr, range(0x20, 0x7F)))
"""What readers may type into a page, whether its own text has it or not."""

_LINKED_DATA = re.compile(r"<script type=\"application/ld\+json\">(.*?)</script>", re.DOTALL)


class File(NamedTuple):
    """A file that the page shows. ``name`` is what it is called where it lies beside it;
    ``media`` are those that a style sheet is for, if not for all."""

    name: str
    media_type: str
    data: bytes
    media: str = ""


Address: TypeAlias = Callable[[File], str]


def package(pages: Pages, folder: Path, *, assets_beside: bool = False) -> Package:
    """The page with its styles, script, fonts and images inside, as ``data:`` addresses.

    With ``assets_beside`` they are files in the folder ``<stem>-files`` instead, given in
    `Package.extra`. ``folder`` is what the paths of the assets start from.
    """
    markup = pages.pages[0].markup
    images, dependencies, problems = shown_images(pages, folder, markup)
    css = joined_styles(pages)
    fonts, missing = page_fonts(pages.faces, css, markup)
    write = _with_files_beside if assets_beside else _self_contained
    data, extra = write(pages, markup, css, fonts, images)
    made = Package(
        data=data.encode(),
        diagnostics=(*problems, *missing),
        dependencies=dependencies,
        extra=extra,
    )
    return with_picture(made, pages, folder)


def with_picture(made: Package, pages: Pages, folder: Path) -> Package:
    """What was made, and beside it the picture that social sites show of it, if there is one."""
    if not pages.cover:
        return made
    social = picture(pages.cover, folder)
    return msgspec.structs.replace(
        made,
        diagnostics=(*made.diagnostics, *social.diagnostics),
        dependencies=(*made.dependencies, *social.files),
        extra={**made.extra, pages.cover.file: social.data},
    )


def _self_contained(
    pages: Pages, markup: str, css: str, fonts: dict[Face, File], images: dict[str, File]
) -> tuple[str, dict[str, bytes]]:
    inside = [("", _inline(font_faces(fonts, data_address) + css))]
    inside += [
        (style.media, _inline(style.css))
        for style in pages.styles
        if style.media and not style.apart
    ]
    links = "".join(_style_link(data_address(file), file) for file in _apart(pages))
    script = _inline(pages.script)
    sources = [*(_digest(style) for _, style in inside), *(["data:"] if links else [])]
    markup = show_images(markup, images, data_address)
    own = {"font-src": "data:", "style-src": " ".join(sources)}
    markup = with_policy(markup, own, _digest(script) if script else "")
    styles = "".join(f"<style{_media(media)}>{style}</style>" for media, style in inside)
    markup = markup.replace(_STYLE_LINK, styles + links, 1)
    markup = markup.replace(_SCRIPT, f"<script>{script}</script>" if script else "", 1)
    return line_end(markup), {}


def _with_files_beside(
    pages: Pages, markup: str, css: str, fonts: dict[Face, File], images: dict[str, File]
) -> tuple[str, dict[str, bytes]]:
    folder = f"{pages.stem}-files"
    styles = style_files(pages, font_faces(fonts, _name) + css)
    scripts = script_files(pages)

    def address(file: File) -> str:
        return quote(f"{folder}/{file.name}")

    markup = show_images(markup, images, address)
    markup = with_policy(markup, {}, BESIDE if scripts else "")
    markup = with_links(markup, styles, scripts, address)
    files = (*styles, *scripts, *fonts.values(), *images.values())
    return line_end(markup), {f"{folder}/{file.name}": file.data for file in files}


def joined_styles(pages: Pages) -> str:
    """The styles that are one sheet."""
    return "\n".join(style.css for style in pages.styles if not (style.apart or style.media))


def style_files(pages: Pages, joined: str) -> list[File]:
    """The style sheets as files: those that are ``joined``, and those that stay by themselves."""
    by_themselves = [
        File(style.name, "text/css", style.css.encode(), style.media)
        for style in pages.styles
        if style.media and not style.apart
    ]
    return [File("style.css", "text/css", joined.encode()), *by_themselves, *_apart(pages)]


def script_files(pages: Pages) -> list[File]:
    """The script as a file, where there is one."""
    return [File("script.js", "text/javascript", pages.script.encode())] if pages.script else []


def with_links(
    markup: str, styles: Iterable[File], scripts: Iterable[File], address: Address
) -> str:
    """The page with links to its styles and scripts."""
    links = "".join(_style_link(address(file), file) for file in styles)
    calls = "".join(_SCRIPT.replace("script.js", address(file)) for file in scripts)
    return markup.replace(_STYLE_LINK, links, 1).replace(_SCRIPT, calls, 1)


def _apart(pages: Pages) -> list[File]:
    """The styles that are not for checkers, as files even where all is in the page."""
    apart = (style for style in pages.styles if style.apart)
    return [File(style.name, "text/css", style.css.encode(), style.media) for style in apart]


def _inline(text: str) -> str:
    """A style or script that ends where its element does."""
    return text.replace("</", "<\\/").strip()


def _media(media: str) -> str:
    return f' media="{media}"' if media else ""


def _style_link(address: str, file: File) -> str:
    return _STYLE_LINK.replace('"style.css"', f'"{address}"{_media(file.media)}')


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
    else:
        data = without_metadata(data)
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


def with_policy(markup: str, inside: dict[str, str], script: str) -> str:
    """The page with a Content Security Policy that allows what is in it, ``script`` as the
    source expression of its script, and nothing else.

    A block of data is no script and needs no leave, but not all checkers know that: it
    gets one that holds for its very text.
    """
    data = _LINKED_DATA.search(markup)
    sources = " ".join(filter(None, (script, _digest(data[1]) if data else "")))
    own = {"script-src": sources} if sources else {}

    def allow(policy: re.Match[str]) -> str:
        parts = (part.strip().partition(" ") for part in policy[0].split(";") if part.strip())
        directives = {name: sources for name, _, sources in parts} | own | inside
        return "; ".join(f"{name} {sources}".rstrip() for name, sources in directives.items())

    return _POLICY.sub(allow, markup, count=1)


def _digest(text: str) -> str:
    """The source expression for an inline style or script of just this text (CSP 3)."""
    return f"'sha256-{_base64(hashlib.sha256(text.encode()).digest())}'"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def line_end(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
