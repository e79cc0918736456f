"""The web page as a single file, or with its files in a folder next to it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias
from urllib.parse import quote, unquote

import msgspec

from pipeline.model import LIGHT, Asset
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.model.rendered import POLICY, SCRIPT, STYLES, Face, Pages
from pipeline.package.font_subset import subset, with_fonts
from pipeline.package.font_use import characters, font_face, used_faces
from pipeline.package.image_metadata import without_metadata
from pipeline.package.page_css import fitted
from pipeline.package.page_files import asset_bytes
from pipeline.package.result import Package

# Text has its quotes escaped, so that these are found in tags alone.
LONGEST = 2048
"""The maximum long side of an image in pixels: twice the width of the widest."""

HALF = 1024
"""Pixels that its long side has in a smaller one, for telephones."""

SIZES = "(max-width: 48em) 100vw, 48em"
"""The display width of an image, from which a browser chooses a file."""

_IMAGE = late(r"\b(src|srcset|href)\s*=\s*([\"'])images/([^\"']+)\2")
BESIDE = "'self' file:"
"""The sources of styles, fonts and images next to the page; on a disk, nothing is ``'self'``.
Scripts are always inline, so that no other file can act as one."""

NOTHING = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
FILES_BESIDE = NOTHING | {"font-src": BESIDE, "img-src": f"{BESIDE} data:", "style-src": BESIDE}
INSIDE = NOTHING | {"font-src": "data:"}
_KINDS = "child-src connect-src frame-src manifest-src media-src object-src script-src worker-src"
WITH_IMAGES = {
    name: value for name, value in INSIDE.items() if name != "default-src"
} | dict.fromkeys(_KINDS.split(), "'none'")
"""The policy of a self-contained page with images. It lists every kind but images: the Nu checker
reports each ``data:`` image as blocked if a policy mentions images."""

TYPED = frozenset(map(chr, range(0x20, 0x7F)))
"""The text that readers may type into a page, whether or not it occurs in the page itself."""

_INLINE_SCRIPT = late(r"<script(?: [^<>]*+)?>([^<]*+(?:<(?!/?script\b)[^<]*+)*+)</script>")


class File(NamedTuple):
    """A file shown by the page. ``name`` is its name if it is a separate file; ``media`` are the
    media of a style sheet, if not all. ``width`` is the width in pixels of an image that also
    exists in a smaller version."""

    name: str
    media_type: str
    data: bytes
    media: str = ""
    width: int = 0


Address: TypeAlias = Callable[[File], str]


def package(pages: Pages, folder: Path, *, assets_beside: bool = False) -> Package:
    """The page with its styles, script, fonts and images embedded, as ``data:`` addresses.

    With ``assets_beside`` they are files in the folder ``<stem>-files`` instead, returned in
    `Package.extra`. Paths of assets are relative to ``folder``.
    """
    markup = pages.pages[0].markup
    pages = msgspec.structs.replace(pages, styles=fitted(pages.styles, markup, pages.script))
    images, dependencies, problems = shown_images(pages, folder)
    larger: dict[str, bytes] = {}
    css = joined_styles(pages)
    fonts, missing = page_fonts(pages.faces, css, markup)
    write = _with_files_beside if assets_beside else _self_contained
    if pages.metadata.light:
        markup, larger = _with_small_images(pages, markup, images)
    data, extra = write(pages, markup, css, fonts, images)
    extra |= larger
    result = Package(
        data=data.encode(),
        diagnostics=(*problems, *missing),
        dependencies=tuple(map(str, dependencies)),
        extra=extra,
    )
    return with_picture(result, pages, folder)


def with_picture(package: Package, pages: Pages, folder: Path) -> Package:
    """The result, with the preview image next to it, if there is one."""
    if pages.cover is None:
        return package
    from pipeline.package.covers import draw_cover

    social = draw_cover(pages.cover, folder)
    return msgspec.structs.replace(
        package,
        diagnostics=(*package.diagnostics, *social.diagnostics),
        dependencies=(*package.dependencies, *map(str, social.files)),
        extra={**package.extra, pages.cover.file: social.data},
    )


def _with_small_images(
    pages: Pages, markup: str, images: dict[str, File]
) -> tuple[str, dict[str, bytes]]:
    """The markup of a light page, which links to the large images, and these, as files next to it;
    ``images`` become small."""
    from pipeline.package.image_sizes import shown

    larger: dict[str, bytes] = {}
    for name in [asset.name for asset in pages.assets if asset.is_large and asset.name in images]:
        path, before = f"{pages.stem}-files/large/{name}", f'href="images/{quote(name)}"'
        if before in markup:
            larger[path] = images[name].data
            markup = markup.replace(before, f'href="{quote(path)}"')
        images[name] = images[name]._replace(data=shown(images[name].data, LIGHT), width=0)
    return markup, larger


def _self_contained(
    pages: Pages, markup: str, css: str, fonts: dict[Face, File], images: dict[str, File]
) -> tuple[str, dict[str, bytes]]:
    inside = [("", _inline(font_faces(fonts, data_address) + css))]
    inside += [
        (style.media, _inline(style.css))
        for style in pages.styles
        if style.media and not style.apart
    ]
    links = "".join(_style_link(data_address(file), file) for file in _separate_files(pages))
    sources = [*(_digest(style) for _, style in inside), *(["data:"] if links else [])]
    markup = show_images(markup, images, data_address)
    policy = WITH_IMAGES if images else INSIDE
    markup = with_policy(with_script(markup, pages), policy | {"style-src": " ".join(sources)})
    styles = "".join(f"<style{_media(media)}>{style}</style>" for media, style in inside)
    markup = markup.replace(STYLES, styles + links, 1)
    return line_end(markup), {}


def _with_files_beside(
    pages: Pages, markup: str, css: str, fonts: dict[Face, File], images: dict[str, File]
) -> tuple[str, dict[str, bytes]]:
    folder = f"{pages.stem}-files"
    styles = style_files(pages, font_faces(fonts, lambda file: file.name) + css)

    def address(file: File) -> str:
        return quote(f"{folder}/{file.name}")

    markup = show_images(markup, images, address)
    markup = with_policy(with_script(markup, pages), FILES_BESIDE)
    markup = with_links(markup, styles, address)
    files = (*styles, *fonts.values(), *all_sizes(images))
    return line_end(markup), {f"{folder}/{file.name}": file.data for file in files}


def joined_styles(pages: Pages) -> str:
    """The styles that are one sheet."""
    return "\n".join(style.css for style in pages.styles if not (style.apart or style.media))


def style_files(pages: Pages, joined: str) -> list[File]:
    """The style sheets as files: those that are ``joined``, and those that stay separate."""
    by_themselves = [
        File(style.name, "text/css", style.css.encode(), style.media)
        for style in pages.styles
        if style.media and not style.apart
    ]
    return [File("style.css", "text/css", joined.encode()), *by_themselves, *_separate_files(pages)]


def with_script(markup: str, pages: Pages) -> str:
    """The page with its script inside, if it has one."""
    if not pages.script:
        return markup.replace(SCRIPT, "", 1)
    return markup.replace(SCRIPT, f"<script>{_inline(pages.script)}</script>", 1)


def with_links(markup: str, styles: Iterable[File], address: Address) -> str:
    """The page with links to its styles."""
    links = "".join(_style_link(address(file), file) for file in styles)
    return markup.replace(STYLES, links, 1)


def _separate_files(pages: Pages) -> list[File]:
    """The styles that are not for checkers, as files even where all is in the page."""
    apart = (style for style in pages.styles if style.apart)
    return [File(style.name, "text/css", style.css.encode(), style.media) for style in apart]


def _inline(text: str) -> str:
    """A style or script that ends where its element does."""
    return text.replace("</", "<\\/").strip()


def _media(media: str) -> str:
    return f' media="{media}"' if media else ""


def _style_link(address: str, file: File) -> str:
    return f'<link rel="stylesheet" href="{address}"{_media(file.media)}>'


def data_address(file: File) -> str:
    """The file itself as an address (RFC 2397)."""
    return f"data:{file.media_type};base64,{_base64(file.data)}"


def shown_images(
    pages: Pages, folder: Path
) -> tuple[dict[str, File], tuple[Path, ...], tuple[Diagnostic, ...]]:
    """The images that the page shows, by name, their files, and findings."""
    files: dict[str, File] = {}
    paths: list[Path] = []
    problems: list[Diagnostic] = []
    for asset in pages.assets:
        if asset.name not in pages.inventory.images or asset.name in files:
            continue
        if asset.is_file or not asset.data:
            paths.append(folder / asset.path)
        try:
            data = asset.data or asset_bytes(asset, folder)
            files[asset.name] = _image(asset, data, pages)
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            problems.append(diagnostic(Code.UNREADABLE_FILE, f"{asset.path}: {reason}"))
    return files, tuple(paths), tuple(problems)


def _image(asset: Asset, data: bytes, pages: Pages) -> File:
    most = asset.longest or pages.metadata.image_size or LONGEST
    size = max(asset.width, asset.height)
    if asset.media_type == "image/svg+xml":
        data = with_fonts(data, pages.faces)
    elif size > most:
        from pipeline.package.image_sizes import shown  # most pages do without Pillow

        data = shown(data, most)
        has_half = most == LONGEST and not asset.moving and asset.media_type != "image/gif"
        width = round(asset.width * most / size) if has_half else 0
        return File(asset.name, asset.media_type, data, width=width)
    else:
        data = without_metadata(data)
    return File(asset.name, asset.media_type, data)


def show_images(markup: str, images: dict[str, File], address: Address) -> str:
    """The page with the addresses of its images; files may be there in two sizes."""
    addresses = {name: address(file) for name, file in images.items()}

    def replace(match: re.Match[str]) -> str:
        name = unquote(match[3])
        source = addresses.get(name)
        if not source:
            return match[0]
        chosen = f'{match[1]}="{source}"'
        if match[1] != "src" or not images[name].width or source.startswith("data:"):
            return chosen
        width = images[name].width
        half = address(images[name]._replace(name=_smaller_name(name)))
        sources = f"{half} {width * HALF // LONGEST}w, {source} {width}w"
        return f'{chosen} srcset="{sources}" sizes="{SIZES}"'

    return _IMAGE.sub(replace, markup) if images else markup


def all_sizes(images: Mapping[str, File]) -> Iterator[File]:
    """The files of all images, and the smaller ones of large images."""
    for file in images.values():
        yield file
        if file.width:
            yield smaller(file)


def smaller(file: File) -> File:
    """An image for a small screen."""
    from pipeline.package.image_sizes import shown

    return File(_smaller_name(file.name), file.media_type, shown(file.data, HALF))


def _smaller_name(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}--{HALF}.{suffix}"


def page_fonts(
    faces: Iterable[Face], css: str, markup: str
) -> tuple[dict[Face, File], tuple[Diagnostic, ...]]:
    """The faces that the page uses, subset to its characters. Readers' own fonts replace missing
    characters and faces that are not installed."""
    shown = frozenset(markup)
    files: dict[Face, File] = {}
    problems: list[Diagnostic] = []
    for face in used_faces(faces, css, markup):
        slant = "" if face.style == "normal" else f"-{face.style}"
        name = f"{face.family.lower().replace(' ', '-')}-{face.weight}{slant}.woff2"
        try:
            text = characters(face, markup) if face.element else shown
            common = frozenset[str]() if face.element else TYPED
            data = subset(face, text, common=common, css=css)
            files[face] = File(name, "font/woff2", data)
        except (ImportError, OSError):
            message = f"The font package {face.package} is not installed."
            problems.append(diagnostic(Code.LAYOUT_WARNING, message))
    return files, tuple(problems)


def font_faces(fonts: dict[Face, File], address: Address) -> str:
    return "".join(font_face(face, address(file)) for face, file in fonts.items())


def with_policy(markup: str, policy: Mapping[str, str]) -> str:
    """The page with a Content Security Policy that allows its scripts by their digests, and for
    everything else the sources in ``policy``, by directive.

    A data block is not a script and needs no permission, but not all checkers know that.
    """
    scripts = " ".join(dict.fromkeys(_digest(text) for text in _INLINE_SCRIPT.findall(markup)))
    whole = {**policy, "script-src": scripts} if scripts else policy
    written = "; ".join(f"{name} {sources}" for name, sources in sorted(whole.items()))
    policy_tag = f'<meta http-equiv="Content-Security-Policy" content="{written}">'
    return markup.replace(POLICY, policy_tag, 1)


def _digest(text: str) -> str:
    """The source expression for an inline style or script of just this text (CSP 3)."""
    return f"'sha256-{_base64(hashlib.sha256(text.encode()).digest())}'"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def line_end(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
