"""The files that a document shows."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from msgspec.structs import replace

from pipeline.codes import Code
from pipeline.diagnostics import Span
from pipeline.model import Asset, Document, Figure, Image
from pipeline.paths import Problem, locate, scheme
from pipeline.resolve.findings import Findings, walk_spans
from pipeline.resolve.images import BadImageError, examine
from pipeline.tree import rewrite_document, whole

MOST_SHOWN = 3
"""How many things a message lists."""

# Names that Windows keeps for devices, whatever their suffix.
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$")


def gather_assets(document: Document, folder: Path) -> Document:
    """The document with its images' files found, examined and listed.

    Each file is one `Asset`, the cover's and the logo's first, the others in order of appearance.
    `Image.asset` is the asset's ``path``, and so are the cover's and the logo's afterwards. Errors
    are MISSING_IMAGE, REMOTE_IMAGE, OUTSIDE_FOLDER and BAD_IMAGE, each where the image
    stands; an image without a text alternative that is not marked with ``.decorative``
    is a MISSING_ALT warning.
    """
    images = [pair for pair in walk_spans(whole(document)) if isinstance(pair[0], Image)]
    cover, brand = document.metadata.cover, document.metadata.brand
    if not images and not cover and not brand.logo:
        return document
    findings = Findings(document)
    gathered = _Assets(folder)
    places: dict[str, Span | None] = {}
    if cover:
        found = gathered.find(cover.source)
        if isinstance(found, Problem):
            findings.add(found.code, f"The cover: {found.message}", None, found.hint)
        else:
            places[found.path] = None
            cover = replace(cover, source=found.path)
            document = replace(document, metadata=replace(document.metadata, cover=cover))
    if brand.logo:
        span = Span(brand.logo.line, brand.logo.column) if brand.logo.line else None
        found = gathered.find(brand.logo.text)
        if isinstance(found, Problem):
            findings.add(found.code, f"The logo: {found.message}", span, found.hint)
        else:
            places.setdefault(found.path, span)
            brand = replace(brand, logo=replace(brand.logo, text=found.path))
            document = replace(document, metadata=replace(document.metadata, brand=brand))
            if not brand.logo_alt:
                hint = "Say what it says, in `alt` beside it."
                findings.add(Code.MISSING_ALT, "The logo has no text alternative.", span, hint)
    for image, span in images:
        assert isinstance(image, Image)
        found = gathered.find(image.source)
        if isinstance(found, Problem):
            findings.add(found.code, found.message, span, found.hint)
        else:
            places.setdefault(found.path, span)
    for asset in gathered.in_order():
        if asset.cleaned:
            findings.add(Code.CLEANED_IMAGE, _cleaned(asset), places[asset.path], CLEANED_HINT)
    _check_alternatives(document, findings)

    def fill(image: Image) -> Image:
        asset = gathered.find(image.source)
        if isinstance(asset, Problem):
            return image
        return replace(image, asset=asset.path, width=asset.width, height=asset.height)

    document = rewrite_document(document, leave={Image: fill})
    assets = tuple(replace(one, span=places.get(one.path)) for one in gathered.in_order())
    return findings.added_to(replace(document, assets=assets))


class _Assets:
    """Finds and examines files, each once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_source: dict[str, Asset | Problem] = {}
        self._by_path: dict[str, Asset | Problem] = {}
        self._names: set[str] = set()

    def find(self, source: str) -> Asset | Problem:
        if source not in self._by_source:
            self._by_source[source] = self._find(source)
        return self._by_source[source]

    def in_order(self) -> tuple[Asset, ...]:
        return tuple(asset for asset in self._by_path.values() if isinstance(asset, Asset))

    def _find(self, source: str) -> Asset | Problem:
        kind = scheme(source)
        if kind == "data":
            return Problem(
                Code.BAD_IMAGE,
                "The image is written into the text as data.",
                "Save it as a file beside the source.",
            )
        if kind in ("http", "https", "//"):
            return Problem(Code.REMOTE_IMAGE, f"The image “{source}” is on the web.")
        if kind:
            return Problem(Code.BAD_IMAGE, f"An image cannot come from a `{kind}:` address.")
        if not source:
            return Problem(Code.MISSING_IMAGE, "The image has no path.")
        located = locate(self._folder, source, Code.MISSING_IMAGE)
        if isinstance(located, Problem):
            return located
        if located.name not in self._by_path:
            self._by_path[located.name] = self._examine(located.path, located.name)
        return self._by_path[located.name]

    def _examine(self, path: Path, name: str) -> Asset | Problem:
        try:
            kind = examine(path.read_bytes())
        except BadImageError as error:
            return Problem(Code.BAD_IMAGE, f"“{name}”: {error}.")
        except OSError as error:
            return Problem(Code.BAD_IMAGE, f"“{name}” cannot be read: {error.strerror}.")
        return Asset(
            path=name,
            name=self._unique(_file_name(path.stem), kind.suffix),
            media_type=kind.media_type,
            width=kind.width,
            height=kind.height,
            letters=kind.letters,
            moving=kind.moving,
            data=kind.data,
            cleaned=kind.removed,
        )

    def _unique(self, stem: str, suffix: str) -> str:
        name, number = f"{stem}.{suffix}", 1
        while name in self._names:
            number += 1
            name = f"{stem}-{number}.{suffix}"
        self._names.add(name)
        return name


CLEANED_HINT = "Look whether the drawing is as it should be; save it as “plain SVG” to be sure."


def _cleaned(asset: Asset) -> str:
    """What was taken out of a drawing."""
    shown = ", ".join(asset.cleaned[:MOST_SHOWN])
    more = len(asset.cleaned) - MOST_SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return f"“{asset.path}” is shown without {shown}{rest}, which could run or load something."


def _file_name(stem: str) -> str:
    """A stem that is safe on every system: ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-")
    return f"image-{name}".strip("-") if not name or DEVICES.match(name) else name


def _check_alternatives(document: Document, findings: Findings) -> None:
    decorative: set[int] = set()
    for node, span in walk_spans(whole(document)):
        if "decorative" in node.attributes.classes:
            decorative.add(id(node.image if isinstance(node, Figure) else node))
        if isinstance(node, Image) and not node.alt.strip() and id(node) not in decorative:
            findings.add(
                Code.MISSING_ALT,
                f"The image “{node.source}” has no text alternative.",
                span,
                hint="Say what it shows: `![here](…)`; or mark it with `{.decorative}`.",
            )
