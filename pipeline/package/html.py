"""The web page as a single file, or with its files in a folder next to it."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote, unquote

import msgspec
import rcssmin
import tinycss2  # type: ignore[import-untyped]
from msgspec.structs import replace

from pipeline.model import LIGHT, Asset
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.model.rendered import POLICY, SCRIPT, STYLES, Face, Pages, Style
from pipeline.package.fonts import characters, font_face, select_faces, subset, with_fonts
from pipeline.package.image_metadata import without_metadata
from pipeline.package.result import Package, asset_bytes

# --- page css --------------------------------------------------------------------------------
# The part of a style sheet that a page needs: the rules whose elements and classes it, or its
# script, has, without comments and needless spaces.

_TAG = late(r"""<[a-zA-Z](?:[^>"']++|"[^"]*+"|'[^']*+')*+""")
_ELEMENT = late(r"<([a-zA-Z][\w-]*)")
_NAMES = late(r"""\b(class|id|lang|dir)=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_WORD = late(r"[\w-]+")
_LITERAL = late(r"""(?:"([^"\n]*)"|'([^'\n]*)'|`([^`\n]*)`)""")

WRITTEN = {"class": ".{}", "id": "#{}", "lang": ":lang({})", "dir": '[dir="{}"]'}
"""The way a selector names the value of an attribute; a language is without its region."""

GROUPS = frozenset({"media", "supports", "layer", "container", "scope"})
"""At-rules with rules in them."""


def fit_styles(styles: Iterable[Style], markup: str, script: str) -> tuple[Style, ...]:
    """The style sheets of a page, or of several, with the rules that can apply to their
    ``markup``, and to the elements and classes that a ``script`` names in its literals."""
    tags = "".join(set(_TAG.findall(markup)))
    names = {*_ELEMENT.findall(tags)}
    for attribute, *values in set(_NAMES.findall(tags)):
        words = "".join(values).split()
        if attribute == "lang":
            words = [word.partition("-")[0].lower() for word in words]
        names |= {WRITTEN[attribute].format(word) for word in words}
    for literal in map("".join, _LITERAL.findall(script)):
        names |= {literal, *(f"{sign}{word}" for word in _WORD.findall(literal) for sign in ".#")}
    fitting = (replace(style, css=_fit_sheet(style.css, names)) for style in styles)
    return tuple(style for style in fitting if style.css)


def _fit_sheet(css: str, names: Set[str]) -> str:
    return str(rcssmin.cssmin("\n".join(_rules_needed(_rules_of(css), names))))


class _Selector(NamedTuple):
    """A selector: the elements, classes, ids, languages and directions that it names, as they are
    written there, and the alternatives of each ``:is`` in it."""

    text: str
    names: frozenset[str]
    choices: tuple[tuple[_Selector, ...], ...]

    def may_apply(self, names: Set[str]) -> bool:
        """Return whether all that is named is among the names."""
        return self.names <= names and all(
            any(part.may_apply(names) for part in parts) for parts in self.choices
        )


class _Rule(NamedTuple):
    """A rule with ``selectors``; a group of ``rules`` after a ``start``; or any other, as a
    ``start`` alone."""

    selectors: tuple[_Selector, ...] = ()
    content: str = ""
    start: str = ""
    rules: tuple[_Rule, ...] = ()


@functools.lru_cache(maxsize=256)
def _rules_of(css: str) -> tuple[_Rule, ...]:
    """The rules of a style sheet, which most pages share: parsing takes longer than all else that
    a short page needs."""
    return tuple(_read(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)))


def _read(rules: Iterable[Any]) -> Iterator[_Rule]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = tuple(map(_selector, _split(rule.prelude)))
            yield _Rule(selectors, tinycss2.serialize(rule.content))
        elif rule.type == "at-rule" and rule.content and rule.lower_at_keyword in GROUPS:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            start = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}"
            if within := tuple(_read(inner)):
                yield _Rule(start=start, rules=within)
        elif rule.type == "at-rule":
            yield _Rule(start=rule.serialize())


def _rules_needed(rules: Iterable[_Rule], names: Set[str]) -> Iterator[str]:
    """The rules that a page with these names needs, as they are written."""
    for rule in rules:
        if rule.selectors:
            selectors = [one.text for one in rule.selectors if one.may_apply(names)]
            if selectors:
                yield f"{','.join(selectors)}{{{rule.content}}}"
        elif rule.rules:
            if needed := "\n".join(_rules_needed(rule.rules, names)):
                yield f"{rule.start}{{{needed}}}"
        else:
            yield rule.start


def _split(tokens: Iterable[Any]) -> Iterator[list[Any]]:
    """The selectors of a list."""
    selector: list[Any] = []
    for token in tokens:
        if token == ",":
            yield selector
            selector = []
        else:
            selector.append(token)
    yield selector


def _selector(tokens: list[Any]) -> _Selector:
    """The selector that is written so. What is in other brackets is not examined."""
    names: set[str] = set()
    choices: list[tuple[_Selector, ...]] = []
    before: Any = None
    for token in tokens:
        text = token.serialize()
        if token.type == "function" and token.lower_name in ("is", "where"):
            choices.append(tuple(map(_selector, _split(token.arguments))))
        elif token.type == "function" and token.lower_name == "lang":
            names.add(f":{text.partition('-')[0].rstrip(')').lower()})")
        elif token.type == "hash" or text.startswith("[dir="):
            names.add(text)
        elif token.type == "ident" and before != ":":
            names.add(f".{text}" if before == "." else text)
        before = token
    return _Selector(tinycss2.serialize(tokens), frozenset(names), tuple(choices))


# --- html ------------------------------------------------------------------------------------

# Text has its quotes escaped, so that these are found in tags alone.
LONGEST_WEB_SIDE = 2048
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
    pages = msgspec.structs.replace(pages, styles=fit_styles(pages.styles, markup, pages.script))
    images, dependencies, problems = read_images(pages, folder)
    larger: dict[str, bytes] = {}
    css = join_styles(pages)
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
    from pipeline.package.images import shrink_image

    larger: dict[str, bytes] = {}
    for name in [asset.name for asset in pages.assets if asset.is_large and asset.name in images]:
        path, before = f"{pages.stem}-files/large/{name}", f'href="images/{quote(name)}"'
        if before in markup:
            larger[path] = images[name].data
            markup = markup.replace(before, f'href="{quote(path)}"')
        images[name] = images[name]._replace(data=shrink_image(images[name].data, LIGHT), width=0)
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


def join_styles(pages: Pages) -> str:
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


def read_images(
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
    most = asset.longest or pages.metadata.image_size or LONGEST_WEB_SIDE
    size = max(asset.width, asset.height)
    if asset.media_type == "image/svg+xml":
        data = with_fonts(data, pages.faces)
    elif size > most:
        from pipeline.package.images import shrink_image  # most pages do without Pillow

        data = shrink_image(data, most)
        has_half = most == LONGEST_WEB_SIDE and not asset.moving and asset.media_type != "image/gif"
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
        sources = f"{half} {width * HALF // LONGEST_WEB_SIDE}w, {source} {width}w"
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
    from pipeline.package.images import shrink_image

    return File(_smaller_name(file.name), file.media_type, shrink_image(file.data, HALF))


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
    for face in select_faces(faces, css, markup):
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
