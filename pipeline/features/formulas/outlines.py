"""Draws formulas as outlines, for print: ziamath, with the font that it brings."""

from __future__ import annotations

import functools
import sys
import threading
import unicodedata
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any, cast
from xml.etree.ElementTree import Element, fromstring, tostring

import msgspec

from pipeline.features.formulas.mathml import ENCLOSED, markup
from pipeline.keep import kept
from pipeline.model.formula_gaps import GAP
from pipeline.model.late import late
from pipeline.model.rendered import FORMULA_SHAPES, FormulaDrawing, FormulaShape, FormulaShapes

SIZE = 100
"""Units in an em of the drawing."""

EM = 0.75
"""Ziamath's em, which is larger than one by the pixels in a point."""

NOTATIONS = {kind: notation for notation, kind in ENCLOSED.items()}
_SIZES = ("veryverythin", "verythin", "thin", "medium", "thick", "verythick", "veryverythick")
SPACES = {f"{size}mathspace": width for width, size in enumerate(_SIZES, start=1)}
"""MathML's names for spaces, in eighteenths of an em."""

BINARY = late(
    "[+\u00b1\u00f7\u2044\u2212-\u2216\u2227-\u222a\u2236\u2238\u228c-\u228e\u2293-\u2296\u2298\u229d-\u229f"
    "\u22bb-\u22bd\u22ce\u22cf\u22d2\u22d3\u2a1f-\u2a2e\u2a40-\u2a4f\u2a51-\u2a63]"
)
PRODUCT = late(
    "[\u00b7\u00d7\u2022\u2043\u2217-\u2219\u2240\u2297\u2299-\u229b\u22a0\u22a1\u22ba\u22c4-\u22c7\u22c9-\u22cc"
    "\u2305\u2306\u2a2f-\u2a37\u2a3b-\u2a3d\u2a3f\u2a50\u2a64\u2a65]"
)
"""Operators with four and with three eighteenths of an em on either side; all others have five
(MathML Core, appendix B: categories B and C)."""

LONG_ARROW = late("[\u27f0-\u27ff]")

ROWS = frozenset({"mrow", "mstyle", "mtd", "msqrt", "mpadded"})
MARKS = {"‾": "\u2015", "˜": "~"}
"""Characters for which ziamath uses others."""

SCRIPTS = {"munder": "msub", "mover": "msup", "munderover": "msubsup"}
PHANTOM = "phantom"
"""The class of a space as large as something that is not shown."""

KEPT = 4096
"""The number of cached drawings: an edition, or similar ones, may be rendered several times."""

HIGHEST = 1000
"""Ems: nothing that is higher is a formula."""

BASE = 24
"""The size that ziamath's options refer to."""

APPLY = "\u2061"
_LENGTH = late(r"(?<![\d.])(-?(?:\d++(?:\.\d++)?|\.\d++))em")

_outlines: dict[tuple[str, int], str] = {}
_import_lock, _drawing_lock = threading.Lock(), threading.Lock()


_UNUSED = ModuleType("ziamath.escapes")
_UNUSED.unescape = str  # type: ignore[attr-defined]


class _Svg(Element):
    """An image without symbols, which ziamath looks for before each of its glyphs."""

    def findall(self, path: str, namespaces: dict[str, str] | None = None) -> list[Element]:
        return []


class CannotDrawError(Exception):
    """A formula that ziamath cannot draw, or without visible content; ``too_high`` if it is higher
    than any page."""

    def __init__(self, message: str = "", *, too_high: bool = False) -> None:
        super().__init__(message)
        self.too_high = too_high


@kept
def drawings(calls: tuple[tuple[str, str, float], ...]) -> tuple[FormulaDrawing | None, ...]:
    """Many drawings; None for formulas that cannot be drawn."""
    return tuple(_drawn_or_none(*call) for call in calls)


def _drawn_or_none(mathml: str, colour: str, least: float) -> FormulaDrawing | None:
    try:
        return draw(mathml, colour, least)
    except CannotDrawError:
        return None


@functools.lru_cache(KEPT)
def draw(mathml: str, colour: str, least: float = 0) -> FormulaDrawing:
    """The drawing of a formula given as finished markup. Indices are as small as the font has
    them, but not smaller than ``least`` ems. Raises `CannotDrawError`."""
    try:
        drawing = _drawing(mathml, colour, least)
    except Exception as error:  # ziamath and ziafont raise whatever their parts do
        from pipeline.features.formulas.drawn_layout import TooHighError

        raise CannotDrawError(str(error), too_high=isinstance(error, TooHighError)) from error
    if drawing.width <= 0 or not 0 <= drawing.height < HIGHEST:
        raise CannotDrawError
    return drawing


def _drawing(mathml: str, colour: str, least: float) -> FormulaDrawing:
    _ziamath()
    root = fromstring(mathml)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    display = root.get("display") == "block"
    math = Element("math", {"displaystyle": "true" if display else "false", "mathcolor": colour})
    math.extend(_row(root, display))
    node = _laid_out(math, least)
    box = node.bbox
    left, right = min(0, box.xmin), max(box.xmax, node.xadvance())
    width, height = right - left, box.ymax - box.ymin
    view = " ".join(f"{number:.1f}" for number in (left, -box.ymax, width, height))
    svg = _Svg(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "formula",
            "width": f"{width:.1f}",
            "height": f"{height:.1f}",
            "viewBox": view,
        },
    )
    node.draw(0, 0, svg)
    gaps = tuple(_take_gaps(svg, (left, -box.ymax)))
    if not len(svg) and root.find(f".//mspace[@class='{PHANTOM}']") is None:
        raise CannotDrawError("empty")
    image = _image(svg)
    return FormulaDrawing(*image, width / SIZE, height / SIZE, -box.ymin / SIZE, gaps)


def leave_room(math: Element) -> None:
    """Put spaces of its size in the place of what is not to be seen in a formula: readers could
    copy it, or hear it."""
    for phantom in list(math.iter("mphantom")):
        content = Element("math", {"display": math.get("display", "inline")})
        content.extend(phantom)
        try:
            drawing = draw(markup(content, ""), "#000000")
            sizes = (drawing.width, drawing.height - drawing.depth, drawing.depth)
        except CannotDrawError:
            sizes = (0, 0, 0)
        phantom.clear()
        phantom.tag = "mspace"
        lengths = (f"{max(0, size):.2f}em" for size in sizes)
        names = ("width", "height", "depth")
        phantom.attrib |= {"class": PHANTOM, **dict(zip(names, lengths, strict=True))}


def _take_gaps(
    svg: Element, origin: tuple[float, float]
) -> Iterator[tuple[float, float, float, float]]:
    """The places of the gaps in a drawing, which they are removed from, in ems from its corner."""
    for element in [element for element in svg if element.get("class") == GAP]:
        svg.remove(element)
        x, y, width, height = (
            float(element.get(name, "0")) for name in ("x", "y", "width", "height")
        )
        yield (x - origin[0]) / SIZE, (y - origin[1]) / SIZE, width / SIZE, height / SIZE


def _image(svg: Element) -> tuple[str, bytes]:
    """The image of a formula and its media type: its shapes if it has nothing but glyphs and bars,
    each outline once."""
    outlines: dict[str, int] = {}
    shapes = tuple(filter(None, (_shape(element, outlines) for element in svg)))
    if len(shapes) < len(svg):
        return "image/svg+xml", tostring(svg)
    left, top, width, height = map(float, svg.attrib["viewBox"].split())
    formula = FormulaShapes((left, top, width, height), tuple(outlines), shapes)
    return FORMULA_SHAPES, msgspec.json.encode(formula)


def _shape(element: Element, outlines: dict[str, int]) -> FormulaShape | None:
    """A glyph or a bar; nothing if it is more than that."""
    attributes = dict(element.attrib)
    fill = attributes.pop("fill", "#000000")
    if element.tag == "rect" and attributes.keys() == {"x", "y", "width", "height"}:
        return FormulaShape(fill, tuple(map(float, attributes.values())))
    if element.tag == "path" and attributes.keys() == {"d", "transform"} and not len(element):
        matrix = attributes["transform"].removeprefix("matrix(").removesuffix(")")
        outline = outlines.setdefault(attributes["d"], len(outlines))
        return FormulaShape(fill, tuple(map(float, matrix.split())), outline)
    return None


def _laid_out(math: Element, least: float) -> Any:
    """The formula's node of ziamath, which keeps its options in one place for all."""
    ziamath = _ziamath()
    from ziamath.config import config

    with _drawing_lock:
        usual = config.minsizefraction
        config.minsizefraction = max(usual, least * SIZE / BASE)
        try:
            return ziamath.Math(math, size=SIZE, margin=0).node
        finally:
            config.minsizefraction = usual


@functools.cache
def _ziamath() -> ModuleType:
    # It is set up once: it keeps its options in one place for all.
    with _import_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        # reads formulas as text, with a pattern that takes long to compile
        sys.modules.setdefault(_UNUSED.__name__, _UNUSED)
        import ziamath
        from ziafont.glyph import SimpleGlyph
        from ziamath.config import config

        import pipeline.features.formulas.drawing_caches
        import pipeline.features.formulas.drawn_layout  # noqa: F401 (they modify it)

    config.svg2 = False
    config.precision = 1
    SimpleGlyph.place = _placed  # type: ignore[assignment, method-assign]
    return ziamath


def _placed(glyph: Any, x: float, y: float, size: float) -> Element | None:
    """A glyph at its position, with its outline in font units, which is the same everywhere: so it
    is written once, and drawn once per file."""
    outline = _outline(glyph)
    if outline is not None:
        unit = glyph.funits_to_points(1, size / glyph.DFLT_SIZE_PT)
        outline.set("transform", f"matrix({unit:.5f} 0 0 {unit:.5f} {x:.2f} {y:.2f})")
    return outline


def _outline(glyph: Any) -> Element | None:
    """An element with the outline of a glyph; composite ones are used once."""
    unit = 1 / glyph.funits_to_points(1)
    if not glyph.operators:
        return cast("Element | None", glyph.svgpath(scale_factor=unit))
    key = (glyph.font.info.filename, glyph.index)
    if key not in _outlines:
        _outlines[key] = glyph.svgpath(scale_factor=unit).get("d")
    return Element("path", {"d": _outlines[key]})


def _as_drawn(element: Element, display: bool) -> Element:
    """A copy of an element in the words that ziamath knows."""
    tag = element.tag
    display = element.get("displaystyle", str(display).lower()) == "true"
    copy = Element(tag, {name: _length(value) for name, value in element.attrib.items()})
    copy.text = element.text
    kind = copy.attrib.pop("class", "")
    if tag in ROWS:
        copy.extend(_row(element, display))
    else:
        copy.extend(_as_drawn(child, display) for child in element)
    match tag:
        case "mo" if copy.text == "\N{SET MINUS}":  # the font has a small one
            copy.text = "\\"
            copy.attrib |= {"lspace": _length("0.222em"), "rspace": _length("0.222em")}
        case "mstyle":
            copy.tag = "mrow"
        case "msqrt" if not len(copy):
            copy.append(Element("mrow"))
        case "mrow" if kind in NOTATIONS:
            copy.tag = "menclose"
            copy.set("notation", NOTATIONS[kind])
        case "mtd" if kind:
            copy.set("lines", kind)
        case "mspace" if kind == GAP:
            copy.set(GAP, "yes")
            for name in ("width", "height"):  # people's writing is as large in an index
                size = float(element.get(name, "0").removesuffix("em"))
                copy.set(name, f"{size * SIZE:.2f}px")
        case "mtext" if kind:
            copy.set("mathvariant", kind)
        case "mtable":
            copy.set("columnspacing", "0em" if kind == "aligned" else _length("1em"))
            lined = any(cell.get("lines") for cell in copy.iter("mtd"))
            copy.set("rowspacing", _length("0.6em" if lined else "0.35em"))
        case "munder" | "mover" | "munderover":
            _limits(copy, display)
        case "msub" | "msup" | "msubsup":
            _space(copy[0], "prefix")
    return copy


def _row(element: Element, display: bool) -> Iterator[Element]:
    """The children of a row, operators with the space that is around them."""
    children = [child for child in element if child.text != APPLY]
    for index, child in enumerate(children):
        copy = _as_drawn(child, display)
        if len(children) > 1:
            last = index == len(children) - 1
            _space(copy, "prefix" if index == 0 else "postfix" if last else "infix")
        yield copy


def _space(element: Element, form: str) -> None:
    """Give an operator the spacing of MathML, in true ems. A large operator is not stretched to its
    row: its size depends on the style."""
    if element.tag != "mo":
        return
    form = element.attrib.setdefault("form", form)
    for name, value in _spacing(element.text or "", form):
        element.attrib.setdefault(name, value)


@functools.lru_cache(KEPT)
def _spacing(sign: str, form: str) -> tuple[tuple[str, str], ...]:
    """The attributes of an operator in a form."""
    import ziamath.operators

    params = ziamath.operators.get_params(sign, form)
    attributes = {"stretchy": "false"} if params.get("largeop") == "true" else {}
    for side in ("lspace", "rspace"):
        space = SPACES.get(params.get(side, ""), 0)
        if form == "infix" and (side not in params or LONG_ARROW.match(sign)):
            space = _usual(sign)
        elif form == "infix" and (BINARY.match(sign) or PRODUCT.match(sign)):
            space = max(space, _usual(sign))  # ziamath's are older
        if space:
            attributes[side] = _length(f"{space / 18:.4f}em")
    return tuple(attributes.items())


def _usual(sign: str) -> int:
    """The space around an operator by MathML Core, in eighteenths of an em."""
    if len(sign) != 1 or unicodedata.category(sign) != "Sm":
        return 0
    return 4 if BINARY.match(sign) else 3 if PRODUCT.match(sign) else 5


def _limits(element: Element, display: bool) -> None:
    """The parts above and below an operator or a letter."""
    base, *marks = element
    _space(base, "prefix")
    if not display and base.get("movablelimits") == "true":
        element.tag = SCRIPTS[element.tag]
        return
    for mark in marks:
        if mark.tag == "mo":
            mark.text = MARKS.get(mark.text or "", mark.text)
            mark.attrib |= {"lspace": "0", "rspace": "0"}


def _length(value: str) -> str:
    return _LENGTH.sub(lambda match: f"{float(match[1]) * EM:.4f}em", value)
