"""The fonts and files that pages use: those in packages, the publication's assets, and no others.

WeasyPrint asks Fontconfig for fonts, which returns those of the machine. Here it gets its own
configuration in memory with only the packaged faces: no file is copied, no folder is searched, and
pages break in the same places everywhere.
"""

from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Iterable
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from weasyprint.text.ffi import FROM_UNITS, ffi, fontconfig, gobject, harfbuzz, pangoft2
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from pipeline.model import Asset
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.faces import EMOJI, LEGIBLE, SANS
from pipeline.package.image_metadata import without_metadata
from pipeline.package.images import shrink_image
from pipeline.package.pdf.colours import grey_image
from pipeline.package.pdf.engine.adapter.spaces import UnsharedFeatures
from pipeline.package.pdf.print_markup import ASSET
from pipeline.package.result import asset_bytes
from pipeline.system.pango import keep_loaded

ffi.cdef(
    "FcConfig * FcConfigCreate (void);"
    "int hb_font_get_nominal_glyph (hb_font_t *, hb_codepoint_t, hb_codepoint_t *);"
    "int hb_font_get_glyph_h_advance (hb_font_t *, hb_codepoint_t);"
)

FAMILY_BY_LANGUAGE = {
    "ja": "Noto Sans CJK JP",
    "ko": "Noto Sans CJK KR",
    "zh": "Noto Sans CJK SC",
    "zh-hk": "Noto Sans CJK HK",
    "zh-mo": "Noto Sans CJK HK",
    "zh-tw": "Noto Sans CJK TC",
    "zh-hant": "Noto Sans CJK TC",
}
"""The same ideograph is drawn differently in Japan, Korea, and the parts of China."""


BOLD_FAMILY = "Noto Sans CJK JP"
"""The face of these that has a bold version. It draws all languages according to the language of
the text."""

SANS_SERIF = (SANS, LEGIBLE, "Noto Sans")


class BundledFonts(FontConfiguration):  # type: ignore[misc]
    """A font configuration that holds these files and nothing of the machine's."""

    def __init__(self, files: Iterable[Path]) -> None:
        config = fontconfig.FcConfigCreate()
        fontconfig.FcConfigParseAndLoadFromMemory(config, _preferences(), True)
        for file in files:
            fontconfig.FcConfigAppFontAddFile(config, os.fsencode(file))
        self._config = config
        self._folder = None
        self.font_map = ffi.gc(pangoft2.pango_ft2_font_map_new(), gobject.g_object_unref)
        pangoft2.pango_fc_font_map_set_config(
            ffi.cast("PangoFcFontMap *", self.font_map), self._config
        )
        fontconfig.FcConfigDestroy(config)  # the map keeps a reference of its own
        self.strut_layouts: dict[Any, Any] = {}
        self.font_features = UnsharedFeatures()
        self.is_alone = False

    def add_font_face(self, *args: Any) -> None:
        """Add a font embedded in a drawing, which no other text may use."""
        self.is_alone = True
        super().add_font_face(*args)


MOST_FONTS = 4
"""The number of font sets kept, since reading them takes long: an edition has two."""

_FONTS: dict[tuple[tuple[Path, int, int], ...], BundledFonts] = {}
_OF_PARENTS: list[BundledFonts] = []


def _begin_anew() -> None:
    """Load fonts again in a forked process: Pango uses a thread of its own for fonts, which is not
    copied, and would wait for ever, also at the end of a configuration."""
    _OF_PARENTS.extend(_FONTS.values())
    _FONTS.clear()


keep_loaded()
# objects that remain until Python exits may outlive their dependencies
atexit.register(_FONTS.clear)
if hasattr(os, "register_at_fork"):  # on Windows there are no copies
    os.register_at_fork(after_in_child=_begin_anew)


def fonts_of(files: Iterable[Path]) -> BundledFonts:
    """The font configuration of these files as they are now. The last few are kept."""
    known = tuple((file, (s := file.stat()).st_size, s.st_mtime_ns) for file in files)
    fonts = _FONTS.pop(known, None)
    if fonts is None or fonts.is_alone:
        fonts = BundledFonts(file for file, _, _ in known)
    _FONTS[known] = fonts
    if len(_FONTS) > MOST_FONTS:
        del _FONTS[next(iter(_FONTS))]
    return fonts


def add_space(font: Any) -> int | None:
    """Have a font of a PDF in use for a space; its glyph, if it has one."""
    glyphs = ffi.new("hb_codepoint_t *")
    if not harfbuzz.hb_font_get_nominal_glyph(font.hb_font, ord(" "), glyphs):
        return None
    glyph = int(glyphs[0])
    advance = harfbuzz.hb_font_get_glyph_h_advance(font.hb_font, glyph)
    font.to_unicode[glyph] = " "
    font.widths.setdefault(glyph, round(advance * 1000 * FROM_UNITS / font.font_size))
    return glyph


SYMBOLS = "DejaVu Sans"
"""The family that is there for symbols, and has the letters of many languages as well."""


def _preferences() -> bytes:
    """The Fontconfig rules that append a language's own family to the requested ones, use the
    symbol font only as a last resort, and define “sans-serif” in drawings, and “emoji”, which Pango
    requests."""
    languages = {code: _test("lang", code) for code in FAMILY_BY_LANGUAGE}
    bold = '<test name="weight" compare="more_eq"><const>semibold</const></test>'
    rules = [_rule("append", test + bold, BOLD_FAMILY) for test in languages.values()]
    rules += [_rule("append", languages[code], name) for code, name in FAMILY_BY_LANGUAGE.items()]
    symbols = f'{_test("family", SYMBOLS)}<edit name="lang" mode="delete_all"/>'
    rules.append(f'<match target="scan">{symbols}</match>')
    rules.append(_rule("prepend", _test("family", "emoji"), EMOJI))
    families = "".join(f"<family>{family}</family>" for family in SANS_SERIF)
    rules.append(f"<alias><family>sans-serif</family><prefer>{families}</prefer></alias>")
    return f'<?xml version="1.0"?><fontconfig>{"".join(rules)}</fontconfig>'.encode()


def _test(name: str, value: str) -> str:
    return f'<test name="{name}" compare="eq"><string>{value}</string></test>'


def _rule(mode: str, test: str, family: str) -> str:
    edit = f'<edit name="family" mode="{mode}" binding="strong"><string>{family}</string></edit>'
    return f"<match>{test}{edit}</match>"


NO_CONTEXT: Any = object()
"""The context of connections that are never made. The usual one trusts all certificates of the
machine, and reads them in 6 to 9 ms."""


class LocalFiles(URLFetcher):  # type: ignore[misc]
    """Serves ``images/<name>`` from the publication's assets, and data in drawings, and refuses
    everything else.

    Each refusal is a diagnostic; `files` are the files read, and ``requested`` counts the
    addresses. Images are converted to greyscale if it ``is_grey``.
    """

    def __init__(self, folder: Path, assets: tuple[Asset, ...], *, is_grey: bool = False) -> None:
        super().__init__(allowed_protocols=("data",), ssl_context=NO_CONTEXT)
        self._folder = folder.resolve()
        self._is_grey = is_grey
        self._assets = {f"{ASSET}images/{asset.name}": asset for asset in assets}
        self.diagnostics: tuple[Diagnostic, ...] = ()
        self.files: tuple[Path, ...] = ()
        self.requested = 0

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        self.requested += 1
        if url.startswith("data:"):  # a font that a drawing brings, or an image in it
            return super().fetch(url, headers)
        asset = self._assets.get(unquote(url))
        if asset is None:
            name = unquote(url).removeprefix(ASSET)
            self._refuse(f"“{name}” is not among the publication's files")
            raise PermissionError(name)
        if asset.data and not asset.is_file:
            return URLFetcherResponse(url, asset.data, _headers(asset.media_type))
        file = (self._folder / asset.path).resolve()
        try:
            data = asset_bytes(asset, self._folder)
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            self._refuse(f"“{asset.path}” cannot be shown: {reason}")
            raise
        self.files += (file,)
        data = shrink_image(data, asset.longest) if asset.longest else without_metadata(data)
        kind = asset.media_type
        if self._is_grey:
            # WeasyPrint reports damaged ones
            with contextlib.suppress(OSError, SyntaxError, ValueError):
                data, kind = grey_image(data, kind)
        return URLFetcherResponse(url, data, _headers(kind))

    def _refuse(self, message: str) -> None:
        self.diagnostics += (diagnostic(Code.UNREADABLE_FILE, message),)


def _headers(media_type: str) -> EmailMessage:
    """The headers of a response. The policy of messages for which WeasyPrint would ask parses each
    as one of an e-mail, and takes milliseconds to load."""
    headers = EmailMessage(Message().policy)
    headers["Content-Type"] = media_type
    return headers
