"""Draws formulas as outlines, for print, with ziamath; wide ones in lines."""

from __future__ import annotations

import functools
import sys
import threading
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from types import ModuleType, SimpleNamespace
from typing import Any, cast
from xml.etree.ElementTree import Element, SubElement, fromstring, register_namespace, tostring

import msgspec
import ziamath.styles
from msgspec.structs import replace
from ziafont.fonttypes import BBox
from ziafont.gsub import Gsub
from ziamath import operators, zmath
from ziamath.drawable import Drawable, HLine, VLine
from ziamath.mathfont import MathFont
from ziamath.nodes import mnode
from ziamath.nodes.mrow import Mrow
from ziamath.nodes.mspace import Mphantom, Mspace
from ziamath.nodes.mtable import Mtable
from ziamath.styles import MathStyle, MathVariant

from pipeline.features.formulas.mathml import ENCLOSED, NAMESPACE, markup
from pipeline.features.formulas.wording import FormulaSpeaker, linear_text
from pipeline.keep import kept
from pipeline.model import Attributes, Inline, InlineElement, Math, Text
from pipeline.model.formula_gaps import GAP
from pipeline.model.late import late
from pipeline.model.rendered import FORMULA_SHAPES, FormulaDrawing, FormulaShape, FormulaShapes
from pipeline.model.words import words

# --- drawing caches --------------------------------------------------------------------------
# Styles, sizes and glyphs of formulas: ziamath would find them out again for each of its nodes.
# Importing this module modifies ziamath accordingly.

KEPT = 4096
"""The number of results that are kept of each function."""

STYLES = frozenset(
    "mathcolor mathbackground mathsize mathvariant scriptlevel displaystyle style".split()
)
"""The attributes that change a style."""

_parse_style, _size, _find_glyph, _substitute = (
    ziamath.styles.parse_style,
    functools.lru_cache(KEPT)(functools.partial(mnode.Mnode.size_px, None)),  # type: ignore[arg-type]
    MathFont.findglyph,
    Gsub.sub,
)


def _style(element: Element, parent: MathStyle) -> MathStyle:
    """The style of an element within another: a copy of that one's, if it does not change it."""
    if not STYLES.isdisjoint(element.attrib):
        return _parse_style(element, parent)
    variant = MathVariant(**vars(parent.mathvariant))  # a letter changes its own to italics
    return MathStyle(**{**vars(parent), "mathvariant": variant})


@functools.lru_cache(KEPT)
def _glyph(font: MathFont, character: str, style: str, italic: bool, bold: bool) -> Any:
    return _find_glyph(font, character, MathVariant(style, italic, bold))


@functools.lru_cache(KEPT)
def _substitutes(
    gsub: Gsub, glyphs: tuple[int, ...], _language: object, features: tuple[tuple[str, bool], ...]
) -> tuple[int, ...]:
    return tuple(_substitute(gsub, list(glyphs), dict(features)))


def _sub(gsub: Gsub, glyphs: list[int], features: dict[str, bool]) -> list[int]:
    language = gsub.language.script, gsub.language.language
    return list(_substitutes(gsub, tuple(glyphs), language, tuple(features.items())))


_parts: Any = SimpleNamespace(
    formula=zmath, styles=ziamath.styles, nodes=mnode, node=mnode.Mnode, font=MathFont, gsub=Gsub
)
# a formula is one of ours: it has no namespace, and no `mstyle`
_parts.formula.denamespace = _parts.formula.apply_mstyle = lambda element: element
_parts.styles.asdict = vars
_parts.styles.ChainMap = lambda own, inherited: {**inherited, **own}
_parts.nodes.parse_style = _style
_parts.node.size_px = lambda node, length, em=None: _size(length, em or node.glyphsize)
_parts.font.findglyph = lambda font, character, variant: _glyph(
    font, character, variant.style, variant.italic, variant.bold
)
_parts.gsub.sub = _sub


# --- drawn layout ----------------------------------------------------------------------------
# ziamath's tables, with lines; and its rows, with each element laid out once: those that stretch
# to the height of their row are laid out after the rest, as in MathML Core, instead of laying out
# the row twice, which doubles with each level. Importing this module modifies ziamath accordingly.

SCRIPT_ELEMENTS = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover"})
ROW = ("rowymin", "rowymax")


DASH = 4
"""The length of dashes, in widths of the line."""

HIGHEST_LEVEL = 100
"""Ems that a row may be high: brackets around fractions double with each level."""


class TooHighError(Exception):
    """A formula that is higher than any page."""


class _Row(Mrow, tag="mrow"):
    """A row whose children are set once each."""

    def _setup_single_line(self, line: list[Element], **kwargs: Any) -> None:
        children = [child for child in line if child.tag != "mo" or (child.text or "").strip()]
        inner = {name: value for name, value in kwargs.items() if name not in ROW}
        self.nodes = []
        for child in children:
            # Others look at the node to their left: its name is enough.
            grows = _grows(child)
            self.nodes.append(
                _Later(child.tag) if grows else self.fromelement(child, self, **inner)
            )
        lowest, highest = _extent([n for n in self.nodes if not isinstance(n, _Later)])
        if highest - lowest > HIGHEST_LEVEL * self.size:
            raise TooHighError
        inner |= {"rowymin": lowest, "rowymax": highest}
        nodes, self.nodes = self.nodes, []
        self._xadvance, left, right = 0.0, 0.0, 0.0
        for child, node in zip(children, nodes, strict=True):
            if isinstance(node, _Later):
                node = self.fromelement(child, self, **inner)
            self.nodes.append(node)
            self.nodexy.append((self._xadvance, 0))
            left = min(left, self._xadvance + node.bbox.xmin)
            right = max(right, self._xadvance + node.bbox.xmax)
            self._xadvance += node.xadvance()
        self.bbox = BBox(left, right, *_extent(self.nodes))


class Phantom(_Row, Mphantom, tag="mphantom"):
    """A row that takes its room and is not seen."""


class _Space(Mspace, tag="mspace"):
    """A space that leaves a rectangle without colour where it is a gap to fill in."""

    def draw(self, x: float, y: float, svg: Element) -> tuple[float, float]:
        if self.element.get(GAP):
            box = x, y - self.height, self.width, self.height + self.depth
            names = ("x", "y", "width", "height")
            edges = dict(zip(names, (f"{edge:.2f}" for edge in box), strict=True))
            svg.append(Element("rect", {"class": GAP, **edges}))
        end: tuple[float, float] = super().draw(x, y, svg)
        return end


class _Table(Mtable, tag="mtable"):
    """A table with the lines next to its cells."""

    def _setup(self, **kwargs: Any) -> None:
        super()._setup(**kwargs)
        lines = [[cell.get("lines", "").split() for cell in row] for row in self.element]
        if not any(map(any, lines)):
            return
        across, down = self._edges([len(row) for row in lines])
        runs: dict[tuple[str, bool, float], list[tuple[float, float]]] = {}
        for row, names in enumerate(lines):
            for column, of_cell in enumerate(names):
                sides = across[column : column + 2], down[row : row + 2]
                for name in of_cell:
                    kind, _, side = name.partition("-")
                    upright = side in ("left", "right")
                    at = sides[not upright][side in ("right", "bottom")]
                    begin, end = sides[upright]
                    pieces = runs.setdefault((kind, upright, at), [])
                    if pieces and pieces[-1][1] == begin:
                        begin = pieces.pop()[0]
                    pieces.append((begin, end))
        for (kind, upright, at), pieces in runs.items():
            for begin, end in pieces:
                self._line(kind, upright, at, begin, end, kwargs)

    def _edges(self, sizes: Sequence[int]) -> tuple[list[float], list[float]]:
        """The ends of columns and rows, which share the room between them equally; the first and
        the last get as much outside."""
        column_gap = self.size_px(self.element.get("columnspacing", "0")) / 2
        over = self.size_px(self.element.get("rowspacing", "0")) / 2
        cells = iter(zip(self.nodes, self.nodexy, strict=True))
        rows = [[next(cells) for _ in range(size)] for size in sizes]
        widths = [max(node.bbox.xmax for node, _ in column) for column in zip(*rows, strict=True)]
        room = self.bbox.xmax - sum(widths) - 2 * column_gap * (len(widths) - 1)
        across = [room / 2]
        for width in widths:
            across.append(across[-1] + width + 2 * column_gap)
        down = [-self.bbox.ymax - over]
        down += [max(y - node.bbox.ymin for node, (_, y) in row) + over for row in rows]
        self.nodexy = [(x + column_gap, y) for x, y in self.nodexy]
        half = self.units_to_points(self.font.math.consts.radicalRuleThickness) / 2
        right = self.bbox.xmax + 2 * column_gap
        self.bbox = BBox(-half, right + half, -down[-1] - half, -down[0] + half)
        return across, down

    def _line(
        self, kind: str, upright: bool, at: float, begin: float, end: float, kwargs: dict[str, Any]
    ) -> None:
        thickness = self.units_to_points(self.font.math.consts.radicalRuleThickness)
        dash = DASH * thickness if kind == "dashed" else end - begin
        count = max(1, round((end - begin) / dash / 2))
        step = (end - begin - dash) / max(1, count - 1)
        for off in (-thickness, thickness) if kind == "double" else (0.0,):
            for number in range(count):
                start = begin + number * step
                shape = VLine if upright else HLine
                self.nodes.append(shape(dash, thickness, style=self.style, **kwargs))
                place = at + off
                self.nodexy.append((place, start) if upright else (start, place - thickness / 2))


class _Later(Drawable):
    """A placeholder for an element laid out when the row's height is known."""

    def __init__(self, tag: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.mtag = tag
        self.string = ""


def _grows(element: Element) -> bool:
    """Return whether an element is an operator, or has one as its base, as high as its row."""
    while element.tag in SCRIPT_ELEMENTS and len(element):
        element = element[0]
    if element.tag != "mo":
        return False
    params = operators.get_params((element.text or "").strip(), element.get("form", "infix"))
    return {**params, **element.attrib}.get("stretchy", "false") != "false"


def _extent(nodes: Sequence[Drawable]) -> tuple[float, float]:
    """The depth and height of some nodes; those without extent do not count."""
    boxes = [node.bbox for node in nodes if node.bbox.ymin <= node.bbox.ymax]
    if not boxes:
        return 0.0, 0.0
    return min(box.ymin for box in boxes), max(box.ymax for box in boxes)


# --- drawn lines -----------------------------------------------------------------------------
# Wide displayed formulas in lines, broken before relations or, if need be, before additions.

SVG_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
RELATIONS = frozenset("=≠<>≤≥≈≡∼≃≅∝→⇒⇔⟹⟺∈⊂⊆")
ADDITIONS = frozenset("+−-±∓")

INDENT = "2em"
"""The indentation of all lines but the first."""

Measure = Callable[[str], float]
"""A function for the width of a formula."""

register_namespace("", SVG_NAMESPACE)


def in_lines(mathml: str, room: float, measure: Measure) -> str:
    """The formula in lines no wider than ``room``, as far as it has places to break."""
    root = fromstring(mathml)
    row = root
    while len(row) == 1 and _name(row[0]) in ("mrow", "mstyle"):
        row = row[0]
    for signs in (RELATIONS, RELATIONS | ADDITIONS):
        lines = _fill_lines(list(_drawn_pieces(row, signs)), root, room, measure)
        if all(measure(_formula(root, line)) <= room for line in lines):
            break
    if len(lines) < 2:
        return mathml
    return _formula(root, [_table(lines)])


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _drawn_pieces(row: Element, signs: frozenset[str]) -> Iterator[list[Element]]:
    """The parts of a row, all but the first beginning with a sign."""
    piece: list[Element] = []
    for child in row:
        text = (child.text or "").strip()
        # A sign at the beginning, or after another, belongs to the next operand.
        after_term = len(piece) > 1 or (bool(piece) and _name(piece[-1]) != "mo")
        if _name(child) == "mo" and text in signs and after_term:
            yield piece
            piece = []
        piece.append(child)
    yield piece


def _fill_lines(
    pieces: list[list[Element]], root: Element, room: float, measure: Measure
) -> list[list[Element]]:
    """The parts in as few lines as they need."""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = [*lines[-1], *piece]
        if measure(_formula(root, longer)) <= room:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines


def _table(lines: list[list[Element]]) -> Element:
    table = Element(f"{{{SVG_NAMESPACE}}}mtable", {"columnalign": "left", "displaystyle": "true"})
    for number, line in enumerate(lines):
        cell = SubElement(SubElement(table, f"{{{SVG_NAMESPACE}}}mtr"), f"{{{SVG_NAMESPACE}}}mtd")
        if number:
            SubElement(cell, f"{{{SVG_NAMESPACE}}}mspace", {"width": INDENT})
        cell.extend(map(deepcopy, line))
    return table


def _formula(root: Element, children: list[Element]) -> str:
    formula = Element(root.tag, root.attrib)
    formula.extend(map(deepcopy, children))
    return tostring(formula, encoding="unicode")


# --- break points ----------------------------------------------------------------------------
# Long formulas in lines of print, which a drawing cannot be broken in: they become text and
# shorter formulas, which end after an operator, as TeX breaks them.

LONG_FORMULA = 40
"""Characters: a formula that has more may be wider than a line."""

PLAIN = frozenset({"mtext", "mn", "mo", "mspace"})
"""Elements that look the same as text."""

OPENING, CLOSING = "([{⟨⌊⌈", ")]}⟩⌋⌉"

_LINING = Attributes(classes=("lining",))


def break_formula(formula: Math, lang: str) -> tuple[Inline, ...]:
    """A formula in pieces that a line may end between; itself if it is short, or has no place for
    that."""
    if len(formula.alt) <= LONG_FORMULA or formula.display or formula.gaps:
        return (formula,)
    pieces = list(_breakable_pieces(_breakable_row(fromstring(formula.mathml))))
    if len(pieces) == 1 and not _is_plain(pieces[0]):
        return (formula,)
    nodes: list[Inline] = []
    for piece in pieces:
        nodes += [Text(text=" ", span=formula.span)] if nodes else []
        nodes.append(_node(piece, formula, lang))
    return tuple(nodes)


def _breakable_row(math: Element) -> list[Element]:
    """The elements of a formula, without rows around all of them."""
    for element in math.iter():
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    row = list(math)
    while len(row) == 1 and row[0].tag == "mrow" and not row[0].attrib:
        row = list(row[0])
    return row


def _breakable_pieces(row: list[Element]) -> Iterator[list[Element]]:
    """The elements up to each operator that stands between others, and in no brackets."""
    piece: list[Element] = []
    depth = 0
    for number, element in enumerate(row, start=1):
        piece.append(element)
        sign = (element.text or " ")[-1] if element.tag == "mo" else " "
        depth += (sign in OPENING) - (sign in CLOSING)
        is_between = unicodedata.category(sign) == "Sm" and depth <= 0 and len(piece) > 1
        if number == len(row) or is_between:
            yield piece
            piece = []


def _is_plain(piece: list[Element]) -> bool:
    return all(element.tag in PLAIN for element in piece)


def _node(piece: list[Element], formula: Math, lang: str) -> Inline:
    alt = linear_text(piece)
    if _is_plain(piece):
        if len(piece) > 1 and piece[-1].tag == "mo":
            alt = f"{linear_text(piece[:-1])}\u00a0{linear_text(piece[-1:])}"
        text = Text(text=alt, span=formula.span)
        return InlineElement(name="span", children=(text,), attributes=_LINING, span=formula.span)
    spoken = FormulaSpeaker(words(lang)).speak(piece)
    if piece[-1].tag == "mo":
        piece[-1].set("rspace", "0")  # a space follows
    math = Element("math")
    math.extend(piece)
    return replace(formula, mathml=markup(math, spoken), alt=alt, spoken=spoken)


# --- outlines --------------------------------------------------------------------------------
# Draws formulas as outlines, for print: ziamath, with the font that it brings.

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
ZIAMATH_ACCENTS = {"‾": "\u2015", "˜": "~"}
"""Characters for which ziamath uses others."""

SCRIPTS = {"munder": "msub", "mover": "msup", "munderover": "msubsup"}
PHANTOM = "phantom"
"""The class of a space as large as something that is not shown."""


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
        raise CannotDrawError(str(error), too_high=isinstance(error, TooHighError)) from error
    if drawing.width <= 0 or not 0 <= drawing.height < HIGHEST:
        raise CannotDrawError
    return drawing


def _drawing(mathml: str, colour: str, least: float) -> FormulaDrawing:
    _ziamath()
    root = fromstring(mathml)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    display = root.get("displaystyle", str(root.get("display") == "block").lower()) == "true"
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

    config.svg2 = False
    config.precision = 1
    SimpleGlyph.place = _place_glyph  # type: ignore[assignment, method-assign]
    return ziamath


def _place_glyph(glyph: Any, x: float, y: float, size: float) -> Element | None:
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
            mark.text = ZIAMATH_ACCENTS.get(mark.text or "", mark.text)
            mark.attrib |= {"lspace": "0", "rspace": "0"}


def _length(value: str) -> str:
    return _LENGTH.sub(lambda match: f"{float(match[1]) * EM:.4f}em", value)
