"""The files that a document shows."""

from __future__ import annotations

import hashlib
import posixpath
import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Node
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.metadata import Placed
from pipeline.model.tree import Changes, all_images, rewrite, rewrite_document
from pipeline.resolve.findings import Findings
from pipeline.resolve.images import MOST_SPARSE, BadImageError, ImageKind, examine
from pipeline.system.paths import (
    Located,
    Problem,
    embedded_file,
    host,
    locate,
    locate_in_site,
    readable_address,
    scheme,
)

LONGEST_ADDRESS = 80
"""The number of characters of an address shown in place of an image without alternative text."""

MOST_SHOWN = 3
"""The maximum number of things listed in a message."""

FROM_ROOT = (
    "Put it into the source's folder; or if the path starts from a folder above that, an empty file"
    " `library.yaml` into that one."
)

# Names that Windows keeps for devices, whatever their suffix.
DEVICES = late(r"(con|prn|aux|nul|com\d|lpt\d)$")


def link_remote(document: Document) -> Document:
    """The document with links in place of its images on the web (REMOTE_IMAGE): the alternative
    text as a link, or as text within another link. Decorative images are left out. A figure with a
    caption keeps the image, for a frame with the link in it."""
    images = [entry for entry in all_images(document) if is_remote(entry[0].source)]
    if not images:
        return document
    findings = Findings(document)
    for image, span, _ in images:
        message = f"The image “{image.source}” is on the web."
        findings.add(Code.REMOTE_IMAGE, message, span, "Save a copy beside the source.")

    def link(image: model.Image) -> model.Image | model.Link | tuple[()]:
        if image.missing or not is_remote(image.source):
            return image
        alt = image.alt.strip()
        if not alt and "decorative" in image.attributes.classes:
            return ()
        address = f"https:{image.source}" if image.source.startswith("//") else image.source
        text = model.Text(text=alt or _shorten(address), span=image.span)
        return model.Link(children=(text,), href=address, span=image.span)

    def link_figure(figure: model.Figure) -> model.Figure:
        image = figure.image
        return replace(figure, image=replace(image, missing=is_remote(image.source)))

    def figure(node: model.Figure) -> model.Figure | model.Paragraph:
        if node.image.missing or not is_remote(node.image.source):
            return node
        if node.caption:
            return link_figure(node)
        return model.Paragraph(children=(node.image,), span=node.span, attributes=node.attributes)

    def group(node: model.FigureGroup) -> model.FigureGroup:
        return replace(node, figures=tuple(map(link_figure, node.figures)))

    def plain(node: model.Link) -> Node | tuple[Node, ...]:
        """A link without the links that replace its images."""
        inner = rewrite(node.children, leave={model.Link: lambda within: within.children})
        return replace(node, children=inner) if inner != node.children else node

    enter: Changes = {model.Figure: figure, model.FigureGroup: group}
    leave: Changes = {model.Image: link, model.Link: plain}
    return findings.add_to(rewrite_document(document, enter=enter, leave=leave))


def is_remote(source: str) -> bool:
    return scheme(source) in ("http", "https", "//")


def gather_assets(document: Document, folder: Path) -> Document:
    """The document with its image files found, examined and listed.

    Each file is one `Asset`, the cover's and the logo's first, the others in order of appearance.
    `Image.asset`, like the cover and the logo, is then the asset's ``path``. Problems are
    MISSING_IMAGE, REMOTE_IMAGE, OUTSIDE_FOLDER or BAD_IMAGE at the image, which becomes
    ``missing``; a cover or logo with a problem is dropped. An image without an alternative text
    that is not ``.decorative`` is a MISSING_ALT warning.
    """
    images = list(all_images(document))
    cover, brand = document.metadata.cover, document.metadata.brand
    if not images and not cover and not brand.logo:
        return document
    findings = Findings(document)
    gathered = _Assets(folder, document.metadata.library)
    places: dict[str, Span | None] = {}

    def find_at(placed: Placed, name: str, shared: str = "") -> Placed | None:
        located = gathered.find(placed.text, shared)
        if isinstance(located, Problem):
            findings.add(located.code, f"The {name}: {located.message}", placed.span, located.hint)
            return None
        places.setdefault(located.path, placed.span)
        return replace(placed, text=located.path)

    if cover:
        source = find_at(cover.source, "cover")
        cover = replace(cover, source=source) if source else None
    if brand.logo:
        brand = replace(brand, logo=find_at(brand.logo, "logo", brand.logo.folder))
        if brand.logo and not brand.logo_alt:
            message, hint = "The logo has no alternative text.", "Add its text as `alt`."
            findings.add(Code.MISSING_ALT, message, brand.logo.span, hint)
    document = replace(document, metadata=replace(document.metadata, cover=cover, brand=brand))
    for image, span, _ in images:
        located = gathered.find(image.source)
        if isinstance(located, Problem):
            if not is_remote(image.source):  # already reported
                findings.add(located.code, located.message, span, located.hint)
        else:
            places.setdefault(located.path, document.place(span))
    for asset in gathered.in_order():
        if asset.cleaned:
            findings.add(
                Code.CLEANED_IMAGE, _describe_removed(asset), places[asset.path], CLEANED_HINT
            )

    def fill(image: model.Image) -> model.Image:
        asset = gathered.find(image.source)
        if isinstance(asset, Problem):
            alt = image.alt.strip() or _shorten(image.source) or "?"
            return replace(image, alt=alt, missing=True)
        return replace(image, asset=asset.path, width=asset.width, height=asset.height)

    document = rewrite_document(document, leave={model.Image: fill})
    _check_alternatives(document, findings)
    assets = tuple(replace(asset, span=places.get(asset.path)) for asset in gathered.in_order())
    return findings.add_to(replace(document, assets=assets))


def drawing_asset(
    kind: str, number: str, data: bytes, width: float, height: float, names: set[str]
) -> model.Asset:
    """A generated drawing as a file. Its name is none of these ``names``, and is added to them."""
    name = f"{kind}-{number}.svg"
    while name in names:
        name = f"drawn-{name}"
    names.add(name)
    path = f"{kind}:{number}"  # no file path begins like this
    return model.Asset(path, name, "image/svg+xml", round(width), round(height), data)


class _Assets:
    """Finds and examines files, each once."""

    def __init__(self, folder: Path, library: str) -> None:
        self._folder = folder
        self._library = library
        self._by_source: dict[str, model.Asset | Problem] = {}
        self._by_path: dict[str, model.Asset | Problem] = {}
        self._names: set[str] = set()
        self._room = MOST_SPARSE

    def find(self, source: str, shared: str = "") -> model.Asset | Problem:
        """The asset of an image, or of one shared by a library."""
        path = posixpath.join(shared, source)
        if path not in self._by_source:
            self._by_source[path] = self._find(source, shared)
        return self._by_source[path]

    def in_order(self) -> tuple[model.Asset, ...]:
        return tuple(asset for asset in self._by_path.values() if isinstance(asset, model.Asset))

    def _find(self, source: str, shared: str) -> model.Asset | Problem:
        kind = scheme(source)
        if kind == "data":
            return self._take_embedded(source)
        if is_remote(source):
            return Problem(Code.REMOTE_IMAGE, f"The image “{source}” is on the web.")
        if kind == "file" or len(kind) == 1:
            name = re.split(r"[/\\]", unquote(source))[-1]
            return Problem(
                Code.BAD_IMAGE,
                f"“{unquote(source)}” is a path on one computer, which works nowhere else.",
                f"Copy the image beside the source, and write `{name}`." if name else "",
            )
        if kind:
            return Problem(Code.BAD_IMAGE, f"An image cannot be loaded from a `{kind}:` address.")
        if not source:
            return Problem(Code.MISSING_IMAGE, "The image has no path.")
        located = locate(self._folder, source, Code.MISSING_IMAGE, shared)
        if source.startswith("/") and not shared:
            located, shared = locate_in_site(self._folder, source, self._library) or (located, "")
            if isinstance(located, Problem):
                located = located._replace(hint=FROM_ROOT)
        if isinstance(located, Problem):
            elsewhere = "Put it into the source's folder, or correct its path."
            return located._replace(hint=located.hint or elsewhere)
        if located.name not in self._by_path:
            self._by_path[located.name] = self._examine(located, shared)
        return self._by_path[located.name]

    def _take_embedded(self, source: str) -> model.Asset | Problem:
        """An image that is its address itself."""
        data = embedded_file(source)
        try:
            if not data:
                raise BadImageError("the data cannot be decoded")
            kind = examine(data, self._room)
        except BadImageError as error:
            message = f"The image that is embedded in the text cannot be shown: {error}."
            return Problem(Code.BAD_IMAGE, message, "Save it again, as a file beside the source.")
        self._room -= kind.sparse
        digest = hashlib.sha256(data).hexdigest()
        asset = _asset(f"data:{digest}", self._unique("image", kind.suffix), kind)
        asset = replace(asset, data=kind.data or data)
        return self._by_path.setdefault(asset.path, asset)

    def _examine(self, located: Located, shared: str) -> model.Asset | Problem:
        path, name = located
        try:
            kind = examine(located.read(), self._room)
        except BadImageError as error:
            return Problem(Code.BAD_IMAGE, f"“{name}”: {error}.")
        except OSError as error:
            return Problem(Code.BAD_IMAGE, f"“{name}” cannot be read: {error.strerror}.")
        self._room -= kind.sparse
        asset = _asset(name, self._unique(_file_name(path.stem), kind.suffix), kind)
        return replace(asset, shared=shared)

    def _unique(self, stem: str, suffix: str) -> str:
        name, number = f"{stem}.{suffix}", 1
        while name in self._names:
            number += 1
            name = f"{stem}-{number}.{suffix}"
        self._names.add(name)
        return name


def _asset(path: str, name: str, kind: ImageKind) -> model.Asset:
    return model.Asset(
        path=path,
        name=name,
        media_type=kind.media_type,
        width=kind.width,
        height=kind.height,
        letters=kind.letters,
        moving=kind.moving,
        data=kind.data,
        cleaned=kind.removed,
    )


CLEANED_HINT = "Check the drawing; to be safe, save it as “plain SVG”."


def _describe_removed(asset: model.Asset) -> str:
    """The finding about parts removed from a drawing."""
    shown = ", ".join(asset.cleaned[:MOST_SHOWN])
    more = len(asset.cleaned) - MOST_SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return f"“{asset.path}” is shown without {shown}{rest}, which could run or load something."


def _shorten(source: str) -> str:
    """The text in place of an image without alternative text: its path, or only where it is."""
    if scheme(source) == "data":
        return ""
    name = readable_address(source)
    return name if len(name) <= LONGEST_ADDRESS else host(source) or f"{name[:LONGEST_ADDRESS]}…"


def _file_name(stem: str) -> str:
    """A stem that is safe on every system: ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-")
    return f"image-{name}".strip("-") if not name or DEVICES.match(name) else name


def _check_alternatives(document: Document, findings: Findings) -> None:
    for image, span, is_decorative in all_images(document):
        if not (image.alt.strip() or image.missing or is_decorative):
            is_embedded = scheme(image.source) == "data"
            name = "in the text" if is_embedded else f"“{unquote(image.source)}”"
            findings.add(
                Code.MISSING_ALT,
                f"The image {name} has no alternative text.",
                span,
                hint="Say what it shows: `![here](…)`; or mark it as `{.decorative}`.",
            )
