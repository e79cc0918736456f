"""The fillable edition: form fields over the blanks, lines and boxes for writing."""

from __future__ import annotations

import io
import itertools
from collections import Counter
from collections.abc import Container, Iterator
from typing import Any, NamedTuple, get_args
from xml.etree.ElementTree import Element

import fontTools
from fontTools import subset as subsetting
from fontTools import unicodedata
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from pipeline.model import writing_systems
from pipeline.model.faces import SANS
from pipeline.model.page_map import FIELD, SPOKEN, FieldKind
from pipeline.model.paper import PageArea
from pipeline.model.rendered import Face
from pipeline.model.tree import BLANK
from pipeline.model.words import words
from pipeline.model.words.writing_conventions import choice_letter, small_letters
from pipeline.package.fonts import coverage, font_bytes
from pipeline.package.pdf.engine.adapter.boxes import LayoutBox, children, has_class, is_furniture
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, Stream, String, name
from pipeline.package.pdf.engine.adapter.typesetter import POINT, TypesetPage
from pipeline.package.pdf.print_markup import BLOCKS, HEADINGS, classes
from pipeline.package.pdf.structure_roles import is_hidden
from pipeline.system import store

# --- fields ----------------------------------------------------------------------------------
# The names and tooltips of fields, derived from the markup that students get, so that they reveal
# no more than the page does.
#
# A name goes from the whole to the part: `exercise-3` and `blank-2`. It includes the exercise's
# own id, if any, so that it does not change when exercises are added.

NAMES = {"one": "choice", "several": "choice", "match": "matching", "order": "ordering"}
"""The prefixes of field names that differ from their kind."""

OUTSIDE = "text"
"""The prefix of the names of fields outside exercises."""

OF_STUDENT = frozenset({"name", "class", "date", "grade"})
PARTS = {"one": "choices", "several": "choices", "match": "matching", "order": "ordering"}
"""Elements that are one of several, and the class of their container."""

HERE = "\0"
GAP, OTHER = "___", "…"
BEFORE_FIELD, AFTER_FIELD = 90, 50
"""Characters of the text around a field that its description has at most."""

SHOWN = frozenset({"table", "figure", "pre"})
"""Elements between a question and the space for its answer that are not part of the question."""


class FormField(NamedTuple):
    """Something to fill in. ``name`` are the parts of its name, and ``tip`` is its question. In
    a group of which one is chosen, ``state`` is the letter, and ``choice`` the question of the
    group."""

    kind: str
    name: tuple[str, ...]
    tip: str
    state: str = ""
    choice: str = ""


def fields(root: Element, comma: str) -> dict[Element, FormField]:
    """The fields of the markup, in order. ``comma`` separates the parts of a tooltip."""
    return dict(_Reader(root, comma).fields())


class _Reader:
    def __init__(self, root: Element, comma: str) -> None:
        self._root = root
        self._comma = comma
        self._parents = {child: parent for parent in root.iter() for child in parent}
        self._index = {child: at for parent in root.iter() for at, child in enumerate(parent)}
        self._merged: dict[Element, bool] = {}
        self._exercises: dict[Element, str] = {}
        self._groups: dict[Element, int] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._taken: set[str] = set()
        self._outside = self._unique(OUTSIDE)

    def fields(self) -> Iterator[tuple[Element, FormField]]:
        for element in self._root.iter():
            if "exercise" in classes(element):
                self._exercises[element] = self._unique(self._name(element).replace(".", "-"))
            kind = element.get(FIELD, "")
            if kind not in get_args(FieldKind):
                continue
            exercise = self._nearest(element, "exercise")
            if kind != "cell" or exercise is not None:  # others may be meant to stay empty
                yield element, self._field(element, kind, exercise)

    def _name(self, exercise: Element) -> str:
        """An exercise's id, or else its number; those without either are counted."""
        if name := exercise.get("id"):
            return name
        label = _label_and_title(exercise)[0]
        if number := "".join(character for character in label if character.isdigit()):
            return f"exercise-{number}"
        return f"question-{self._number((), 'question')}"

    def _field(self, element: Element, kind: str, exercise: Element | None) -> FormField:
        whole = (self._exercises[exercise] if exercise is not None else self._outside,)
        stem = NAMES.get(kind, kind)
        title = _label(exercise)
        if kind in OF_STUDENT:
            return FormField(kind, (self._unique(stem),), _text(self._parents[element], None))
        group = self._nearest(element, PARTS[kind]) if kind in PARTS else None
        if group is None:
            number = self._number(whole, stem)
            part = f"{stem}-{number}"
            name = (*whole, part)
            hidden = _hidden_text(element)
            counted = f"{hidden} {number}" if kind == "blank" else hidden
            return FormField(kind, name, self._tip((title, counted), self._question(element, kind)))
        number = self._groups.setdefault(group, 0) or self._number(whole, stem)
        self._groups[group] = number
        part = f"{stem}-{number}"
        name = (*whole, part)
        item = self._parents[element]
        if kind in ("match", "order"):
            index = self._number((*name, ""), "item")
            hidden = f"{_hidden_text(element)} {index}"
            return FormField(
                kind, (*name, str(index)), self._tip((title, hidden), _short(_text(item, None)))
            )
        index, lang = self._number((*name, ""), "item") - 1, self._root.get("lang", "")
        letter, shown = small_letters(index, lang), choice_letter(index, lang, classes(group))
        prompt = _prompt(group) or self._text_before(group)
        asks, hidden = self._tip((title,), prompt), _short(_text(item, None))
        tip = f"{asks} {shown}: {hidden}" if prompt else self._tip((title, shown), hidden)
        if kind == "one":
            return FormField(kind, name, tip, letter, asks)
        return FormField(kind, (*name, letter), tip)

    def _number(self, path: tuple[str, ...], stem: str) -> int:
        key = ("\0".join(path), stem)
        self._counts[key] += 1
        return self._counts[key]

    def _unique(self, name: str) -> str:
        """The name, with a number if it is taken."""
        names = itertools.chain((name,), (f"{name}-{n}" for n in itertools.count(2)))
        free = next(candidate for candidate in names if candidate not in self._taken)
        self._taken.add(free)
        return free

    def _nearest(self, element: Element, name: str) -> Element | None:
        parent = self._parents.get(element)
        while parent is not None and name not in classes(parent):
            parent = self._parents.get(parent)
        return parent

    # --- what is asked ----------------------------------------------------------------------

    def _tip(self, parts: tuple[str, ...], question: str) -> str:
        head = self._comma.join(part for part in parts if part)
        return f"{head}: {question}" if head and question else head or question

    def _question(self, element: Element, kind: str) -> str:
        """The text around a field; if it is alone, the headers of its cell, or the question before
        it."""
        if kind == "task":
            text, heads = _short(_text(self._parents[element], None)), self._heads(element)
            return self._tip((self._comma.join(heads),), text)
        if kind in ("lines", "space"):
            return self._text_before(element)
        block = element
        while block.tag not in BLOCKS and block in self._parents:
            block = self._parents[block]
        before, _, after = _text(block, element).partition(HERE)
        around = ""
        if any(character.isalnum() for character in before + after):
            around = f"{_short_end(before)}{GAP}{_short(after, AFTER_FIELD)}"
        heads = self._heads(element)
        if heads:
            return self._tip((self._comma.join(heads),), around)
        return around or self._text_before(element)

    def _heads(self, element: Element) -> list[str]:
        """The headers of a field's row and column, in a table without merged cells."""
        cell = element
        while cell.tag not in ("td", "th") and cell in self._parents:
            cell = self._parents[cell]
        row = self._parents.get(cell)
        if row is None:
            return []
        table = self._parents[self._parents[row]]
        if table not in self._merged:
            cells = (inner for inner in table.iter() if inner.tag in ("td", "th"))
            self._merged[table] = any(c.get("colspan") or c.get("rowspan") for c in cells)
        if self._merged[table]:
            return []
        at = self._index[cell]
        heads = [_text(row[0], None)] if at else []
        head = table.find("thead/tr")
        if head is not None and head is not row and at < len(head):
            heads.append(_text(head[at], None))
        return [_short(text) for text in heads if text.strip(f"{OTHER} ")]

    def _text_before(self, element: Element) -> str:
        """The nearest text before an element, within its exercise."""
        node = element
        while (parent := self._parents.get(node)) is not None:
            run = ""
            for at in range(self._index[node] - 1, -1, -1):
                sibling = parent[at]
                run = f"{sibling.tail or ''}{run}"
                asks_nothing = sibling.tag in SHOWN or "exercise-title" in classes(sibling)
                text = "" if asks_nothing else _text(sibling, None)
                if sibling.tag in BLOCKS or sibling.tag in HEADINGS:
                    if preceding := run.strip() or text.strip(f"{OTHER} "):
                        return _short(preceding)
                else:
                    run = text + run
            if preceding := f"{parent.text or ''}{run}".strip():
                return _short(preceding)
            if "exercise" in classes(parent):
                return _title(parent)
            node = parent
        return ""


def _label(exercise: Element | None) -> str:
    """The label of an exercise: its number, or else its title."""
    label_and_title = _label_and_title(exercise)
    return _short(label_and_title[0] or label_and_title[1]).rstrip(".:。：")


def _title(exercise: Element) -> str:
    """The title of an exercise that has a number as well."""
    label, title = _label_and_title(exercise)
    return _short(title) if label else ""


def _label_and_title(exercise: Element | None) -> tuple[str, str]:
    head = next(iter(exercise), None) if exercise is not None else None
    if head is None or "exercise-title" not in classes(head):
        return "", ""
    span = next((inner for inner in head.iter("span") if "label" in classes(inner)), None)
    label = "" if span is None else _text(span, None)
    return label, _text(head, None).removeprefix(label).strip()


def _prompt(choices: Element) -> str:
    prompt = next((child for child in choices if "prompt" in classes(child)), None)
    return "" if prompt is None else _short(_text(prompt, None))


def _hidden_text(element: Element) -> str:
    """The word for a field when it is read aloud."""
    hidden = next((inner for inner in element.iter() if is_hidden(inner)), None)
    return "" if hidden is None else " ".join("".join(hidden.itertext()).split()).rstrip(":：")


def _text(element: Element, here: Element | None) -> str:
    """The text of an element, with placeholders for fields. Within the block of ``here``, only that
    block's own text."""
    return " ".join("".join(_texts(element, here)).split())


def _texts(element: Element, here: Element | None) -> Iterator[str]:
    if "with-gaps" in classes(element):
        yield from _fill_gaps(element, here)
        return
    if element.tag == "img":
        yield element.get(SPOKEN, "") or element.get("alt", "")
    yield element.text or ""
    for child in element:
        if child is here:
            yield HERE
        elif child.get(FIELD) == "blank":
            yield OTHER
        elif not (
            is_hidden(child)
            or FIELD in child.attrib
            or "note-call" in classes(child)
            or (here is not None and child.tag in BLOCKS)
        ):
            yield from _texts(child, here)
            if child.tag in BLOCKS:
                yield " "
        yield child.tail or ""


def _fill_gaps(formula: Element, here: Element | None) -> Iterator[str]:
    """The characters of a formula, with the fields in place of its gaps."""
    image, *gaps = formula
    for piece, gap in itertools.zip_longest(image.get(SPOKEN, "").split(BLANK), gaps):
        yield piece or ""
        if gap is not None:
            yield HERE if gap is here else OTHER


def _short(text: str, most: int = BEFORE_FIELD) -> str:
    """The beginning of a text, to the end of a word."""
    if len(text.rstrip()) <= most:
        return text.rstrip()
    return (text[:most].rpartition(" ")[0] or text[:most]) + OTHER


def _short_end(text: str) -> str:
    """The end of a text, from the beginning of a word."""
    if len(text.lstrip()) <= BEFORE_FIELD:
        return text.lstrip()
    return OTHER + (text[-BEFORE_FIELD:].partition(" ")[2] or text[-BEFORE_FIELD:])


# --- field fonts -----------------------------------------------------------------------------
# The font for typed text: embedded with all its letters, because any may be typed, and with its
# character map, by which readers find them.

LATIN_FACE = Face(SANS, 400, "normal", "font_source_sans_pro", "files/SourceSansPro-Regular.ttf")
"""A face with TrueType outlines, which all readers can use for typed letters."""

LATIN = frozenset({"Latn", "Grek", "Cyrl", "Zyyy", "Zinh"})

NAME = "ChapbookForm"
"""The font name in the file. It is not a subset's name, with which some readers do not type."""

ONE_LINE, RULED = "Wingdings", "Wingdings2"
"""The names of the font in the form's resources: as it is, and for ruled lines. Browsers on
PDFium take a font for one of Western letters alone, and look for others, even for quotation
marks, among the machine's, unless it is called so. To all others it is a name like any other."""

LEADING = 1.35
"""The distance of two lines of the font for ruled lines, in its size. Readers make it of the
height that the font says it has, but those by Mozilla always take this."""

_RECIPE = "1"
"""To be changed with anything here that changes the bytes of a font."""

_CHUNK = 100
"""Entries that a section of a table from glyphs to characters has at most."""


class Metrics(NamedTuple):
    """Thousandths of the size."""

    ascent: int
    descent: int


def face_for(text: str) -> Face:
    """The face for a form with this text: that of the script of most of it. Font collections, such
    as those for Chinese, Japanese and Korean, are too large to embed completely."""
    used = Counter(writing_systems.BEYOND.findall(text))
    counts: Counter[Face] = Counter()
    for font in writing_systems.fonts_for(text):
        face = font.faces[0]
        if writing_systems.COMMON not in font.scripts and not face.path.endswith(".ttc"):
            of_script = (n for c, n in used.items() if font.scripts & writing_systems.scripts((c,)))
            counts[face] = sum(of_script)
    face, count = next(iter(counts.most_common(1)), (LATIN_FACE, 0))
    letters = sum(character.isalpha() for character in text)
    return face if count * 2 > letters else LATIN_FACE


def add_fonts(pdf: PDF, face: Face) -> Dictionary:
    """Embed a face once in a PDF: the resources that fields name it by."""
    data = _font(face)
    font = TTFont(io.BytesIO(data))
    file = Stream([data], {"Length1": len(data)}, compress=True)
    table = Stream([_to_unicode(font)], compress=True)
    scale = 1000 / font["head"].unitsPerEm
    advances = (round(font["hmtx"][glyph][0] * scale) for glyph in font.getGlyphOrder())
    widths = Array((0, Array(advances)))
    for pdf_object in (file, table, widths):
        pdf.add_object(pdf_object)
    of_font = Metrics(round(font["hhea"].ascent * scale), round(font["hhea"].descent * scale))
    # All of a line's height above it, so that text stands on the rules.
    ruled = Metrics(round(LEADING * 1000), 0)
    resources = Dictionary()
    for key, metrics in ((ONE_LINE, of_font), (RULED, ruled)):
        descriptor = _descriptor(font, metrics, file, scale)
        pdf.add_object(descriptor)
        descendant = Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": f"/{NAME}",
                "CIDSystemInfo": Dictionary(
                    {"Registry": String("Adobe"), "Ordering": String("Identity"), "Supplement": 0}
                ),
                "CIDToGIDMap": "/Identity",
                "W": widths.reference,
                "FontDescriptor": descriptor.reference,
            }
        )
        pdf.add_object(descendant)
        whole = Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": f"/{NAME}",
                "Encoding": "/Identity-H",
                "DescendantFonts": Array([descendant.reference]),
                "ToUnicode": table.reference,
            }
        )
        pdf.add_object(whole)
        resources[key] = whole.reference
    return resources


def _descriptor(font: TTFont, metrics: Metrics, file: Any, scale: float) -> Dictionary:
    head, os2 = font["head"], font["OS/2"]
    left, right = round(head.xMin * scale), round(head.xMax * scale)
    capitals = round((getattr(os2, "sCapHeight", 0) or 0.66 * head.unitsPerEm) * scale)
    return Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": f"/{NAME}",
            "Flags": 1 << 5,  # of Latin letters, none of its own (ISO 32000-1, table 123)
            "FontBBox": Array((left, metrics.descent, right, metrics.ascent)),
            "ItalicAngle": 0,
            "Ascent": metrics.ascent,
            "Descent": metrics.descent,
            "CapHeight": capitals,
            "StemV": 80,
            "FontFile2": file.reference,
        }
    )


def _font(face: Face) -> bytes:
    """The face with the letters of its scripts, and without tables that only typesetting needs."""
    characters = "".join(sorted(c for c in coverage(face) if _is_needed(c, face)))
    data = font_bytes(face)
    name = store.key(_RECIPE, fontTools.version, str(face.weight), characters, data)
    return store.from_cache(f"{name}.form", lambda: _subset(data, face, characters))


def _is_needed(character: str, face: Face) -> bool:
    if ord(character) > 0xFFFF or unicodedata.category(character) in ("Co", "Cs"):
        return False
    known = (font.scripts for font in writing_systems.FONTS if face in font.faces)
    return not unicodedata.script_extension(character).isdisjoint(LATIN.union(*known))


def _subset(data: bytes, face: Face, text: str) -> bytes:
    options = subsetting.Options(
        layout_features=[],
        hinting=False,
        glyph_names=False,
        notdef_outline=True,
        recalc_timestamp=False,
        drop_tables=["GSUB", "GPOS", "GDEF", "DSIG", "STAT", "MATH", "BASE", "kern"],
        name_IDs=[0, 13, 14],
    )
    font = subsetting.load_font(io.BytesIO(data), options, dontLoadGlyphNames=False)
    subsetter = subsetting.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    if "fvar" in font:
        weights = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
        instancer.instantiateVariableFont(font, {**weights, "wght": face.weight}, inplace=True)
    font["head"].modified = font["head"].created
    output = io.BytesIO()
    subsetting.save_font(font, output, options)
    return output.getvalue()


def _to_unicode(font: TTFont) -> bytes:
    """The table from glyphs to characters (ISO 32000-1, section 9.10.3)."""
    characters: dict[int, int] = {}
    for character, glyph in sorted((font.getBestCmap() or {}).items()):
        characters.setdefault(font.getGlyphID(glyph), character)
    entries = [f"<{glyph:04x}> <{code:04x}>" for glyph, code in sorted(characters.items())]
    sections = (entries[at : at + _CHUNK] for at in range(0, len(entries), _CHUNK))
    body = "\n".join(
        "\n".join((f"{len(section)} beginbfchar", *section, "endbfchar")) for section in sections
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()


# --- widgets ---------------------------------------------------------------------------------
# The fields themselves, as objects of the PDF (ISO 32000-1, sections 12.5.6.19 and 12.7).


class FieldArea(NamedTuple):
    """The area of a field. ``page`` is counted from 0, ``size`` is the type size around it, and
    ``ruling`` the distance of its lines or squares, 0 if there are none."""

    element: Element
    box: LayoutBox
    page: int
    area: PageArea
    size: float
    ruling: float
    is_rtl: bool


def places(pages: list[TypesetPage], fields: Container[Element]) -> Iterator[FieldArea]:
    """The places of fields on pages, in the pages' order. One that goes on in the next
    column or page has several; in the head of a table that is repeated it is only once."""
    heads: set[Element] = set()
    for number, page in enumerate(pages):
        stack = [(box, False) for box in children(page.box) if not is_furniture(box)][::-1]
        while stack:
            box, is_head = stack.pop()
            element = box.element
            is_head = is_head or box.element_tag == "thead"
            if element in fields and "::" not in box.element_tag:
                if not (is_head and element in heads):
                    yield _place(element, box, number, page.height)
                if is_head:
                    heads.add(element)
                continue
            stack += [(child, is_head) for child in children(box)[::-1]]


def _place(element: Element, box: LayoutBox, number: int, height: float) -> FieldArea:
    left, top = box.border_box_x(), box.border_box_y()
    right, bottom = left + box.border_width(), top + box.border_height()
    lines = [
        child for child in children(box) if has_class(child, "line") or has_class(child, "row")
    ]
    ruling = 0.0
    if lines:
        ruling = lines[0].border_height()
        top = lines[0].border_box_y()
        bottom = lines[-1].border_box_y() + lines[-1].border_height()
    edges = (left, height - bottom, right, height - top)
    return FieldArea(
        element=element,
        box=box,
        page=number,
        area=PageArea(*(edge * POINT for edge in edges)),
        size=float(box.style["font_size"]) * POINT,
        ruling=ruling * POINT,
        is_rtl=box.style["direction"] == "rtl",
    )


PRINTED = 1 << 2
"""The flag of an annotation that is printed (table 165)."""

SEVERAL_LINES, NO_SPELLING, ONE_OF_SEVERAL = 1 << 12, 1 << 22, 1 << 15
"""Flags of fields (tables 226, 228 and 226): a spelling checker would give answers away."""

SMALLEST_TYPE, LARGEST_TYPE = 8.5, 16
"""The minimum and maximum size in points of typed text on ruled lines."""

RAISED = 3.5
"""Points by which fields are above ruled lines, so that letters do not touch the rules."""

GROWN = 2
"""Points by which a clickable area exceeds its box on every side."""

INSET = 3
"""Points between text and the frame of a space."""

BASELINE = 0.24
"""The height of text above the line of a blank, in its size."""

CAPITALS = 0.66
"""The height of capitals, in the size."""

CHECKED = "Yes"
"""The state of a check box that is checked; ``Off`` is that of others, too."""


def _shrink(area: PageArea, by: float) -> PageArea:
    """The area reduced by a number of points on every side."""
    return PageArea(area.left + by, area.bottom + by, area.right - by, area.top - by)


class Widgets:
    """Makes the annotations of one PDF."""

    def __init__(self, pdf: PDF) -> None:
        self._pdf = pdf
        self._states: dict[str, bytes] = {}

    def text(self, place: FieldArea, kind: str) -> Dictionary:
        """A field to type in: of one line, or of as many as there is room for."""
        font, size, flags = ONE_LINE, place.size, NO_SPELLING
        area = place.area
        if kind in ("lines", "space"):
            flags = SEVERAL_LINES
            if place.ruling:
                font, size = RULED, ruled_size(place.ruling)
                area = area._replace(top=area.top + RAISED)
            if kind == "space":
                inset = _shrink(area, INSET)
                area = area._replace(left=inset.left, right=inset.right) if place.ruling else inset
        elif kind == "cell":
            flags = SEVERAL_LINES if area.height > 3 * size else NO_SPELLING
        elif kind != "order":
            area = around_text(area, size)
        centred = kind in ("match", "order")
        widget = self._widget(place, area)
        widget.update(
            {
                "FT": "/Tx",
                "Ff": flags,
                "DA": String(f"/{font} {_number(size)} Tf 0 g"),
                "Q": 1 if centred else 2 if place.is_rtl else 0,
                "AP": Dictionary({"N": self._draw(area, "/Tx BMC EMC")}),
            }
        )
        return widget

    def button(self, place: FieldArea, field: FormField) -> Dictionary:
        """A check box, or a radio button. The page draws its box."""
        area = _shrink(place.area, -GROWN)
        state = name(field.state or CHECKED)
        drawn = _dot(area) if field.state else _check(area)
        states = Dictionary(
            {state: self._share_drawing(area, drawn), "Off": self._share_drawing(area, "")}
        )
        widget = self._widget(place, area)
        widget.update({"AS": "/Off", "AP": Dictionary({"N": states})})
        if not field.state:
            widget.update({"FT": "/Btn", "V": "/Off"})
        return widget

    def _widget(self, place: FieldArea, area: PageArea) -> Dictionary:
        return Dictionary(
            {
                "Type": "/Annot",
                "Subtype": "/Widget",
                "Rect": Array(map(_number, area)),
                "P": self._pdf.page_references[place.page],
                "F": PRINTED,
                "BS": Dictionary({"W": 0}),
            }
        )

    def _share_drawing(self, area: PageArea, drawn: str) -> bytes:
        """The drawing of a button's state, one for all of the same size."""
        key = f"{_number(area.width)} {_number(area.height)} {drawn}"
        if key not in self._states:
            self._states[key] = self._draw(area, drawn)
        return self._states[key]

    def _draw(self, area: PageArea, drawn: str) -> bytes:
        """A separate drawing, because programs that fill in a field modify it."""
        extra = {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": f"[0 0 {_number(area.width)} {_number(area.height)}]",
            "Resources": Dictionary(),
        }
        stream = Stream([drawn.encode()], extra)
        self._pdf.add_object(stream)
        return bytes(stream.reference)


def around_text(area: PageArea, size: float) -> PageArea:
    """The area on a blank's line in which readers vertically centre text so that it aligns with the
    text around it."""
    middle = area.bottom + (BASELINE + CAPITALS / 2) * size
    half = (LEADING * size + 2) / 2
    return area._replace(bottom=middle - half, top=middle + half)


def ruled_size(ruling: float) -> float:
    """The size of letters with which one, two or more of their lines come on a ruled one."""
    lines = 1
    while ruling / LEADING / lines > LARGEST_TYPE:
        lines += 1
    return max(SMALLEST_TYPE, ruling / LEADING / lines)


def _check(area: PageArea) -> str:
    """A check sign within the box on the page."""
    x, y = area.width / 2, area.height / 2
    unit = min(x, y) - GROWN
    points = ((-0.6, 0.0), (-0.15, -0.5), (0.7, 0.6))
    path = " ".join(
        f"{_number(x + a * unit)} {_number(y + b * unit)} {'l' if index else 'm'}"
        for index, (a, b) in enumerate(points)
    )
    return f"q 1.3 w 1 J 1 j 0 G {path} S Q"


def _dot(area: PageArea) -> str:
    """A disc within the circle on the page."""
    x, y = area.width / 2, area.height / 2
    radius = (min(x, y) - GROWN) * 0.55
    bend = radius * 0.5523
    curves = (
        (radius, bend, bend, radius, 0, radius),
        (-bend, radius, -radius, bend, -radius, 0),
        (-radius, -bend, -bend, -radius, 0, -radius),
        (bend, -radius, radius, -bend, radius, 0),
    )
    path = " ".join(
        " ".join(_number(value + (x, y)[index % 2]) for index, value in enumerate(curve)) + " c"
        for curve in curves
    )
    return f"q 0 g {_number(x + radius)} {_number(y)} m {path} f Q"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


# --- forms -----------------------------------------------------------------------------------
# The fillable edition: form fields over the blanks, lines and boxes that the page has for writing
# on paper, so that both have the same page breaks.
#
# Templates mark fields (`page_map.FIELD`). Everything visible in an empty form is drawn by the
# page; the fields add typed text and ticks.

BUTTONS = frozenset({"one", "several", "task"})


def add_form(pages: list[TypesetPage], pdf: PDF, root: Element) -> dict[Any, Dictionary]:
    """Put an interactive form into a painted PDF whose pages were laid out from ``root``. Returns
    the annotations by their boxes."""
    lang = root.get("lang", "en")
    of_elements = fields(root, words(lang)["list_separator"])
    placed = list(places(pages, of_elements))
    if not placed:
        return {}
    widgets = Widgets(pdf)
    tree = _Tree(pdf)
    annotations: dict[Any, Dictionary] = {}
    counts, parts = Counter(place.element for place in placed), Counter[Element]()
    for place in placed:
        field = of_elements[place.element]
        name, tip = field.name, field.tip
        if counts[place.element] > 1:  # it spans columns or pages
            parts[place.element] += 1
            part = parts[place.element]
            name, tip = (*name[:-1], f"{name[-1]}-{part}"), f"{tip} ({part})"
        if field.kind in BUTTONS:
            widget = widgets.button(place, field)
        else:
            widget = widgets.text(place, field.kind)
        widget["TU"] = String(tip)
        pdf.add_object(widget)
        tree.add(name, widget, field)
        annotations[place.box] = widget
    resources = add_fonts(pdf, face_for("".join(root.itertext())))
    pdf.catalog["AcroForm"] = Dictionary(
        {
            "Fields": Array(tree.tops),
            "DR": Dictionary({"Font": resources}),
            "DA": String(f"/{ONE_LINE} 0 Tf 0 g"),
        }
    )
    return annotations


class _Tree:
    """The hierarchy of the fields' names. `tops` are references to the highest ones."""

    def __init__(self, pdf: PDF) -> None:
        self._pdf = pdf
        self._groups: dict[tuple[str, ...], Dictionary] = {}
        self.tops: list[bytes] = []

    def add(self, name: tuple[str, ...], widget: Dictionary, field: FormField) -> None:
        if field.state:  # the field is the group, and the widget but a button of it
            group = self._group(name)
            if "FT" not in group:
                group.update({"FT": "/Btn", "Ff": ONE_OF_SEVERAL, "V": "/Off"})
                group["TU"] = String(field.choice)
            self._join(group, widget)
            return
        widget["T"] = String(name[-1])
        self._place(name, widget)

    def _group(self, name: tuple[str, ...]) -> Dictionary:
        group = self._groups.get(name)
        if group is None:
            group = Dictionary({"T": String(name[-1]), "Kids": Array()})
            self._pdf.add_object(group)
            self._groups[name] = group
            self._place(name, group)
        return group

    def _place(self, name: tuple[str, ...], field: Dictionary) -> None:
        if len(name) > 1:
            self._join(self._group(name[:-1]), field)
        else:
            self.tops.append(field.reference)

    @staticmethod
    def _join(group: Dictionary, kid: Dictionary) -> None:
        kid["Parent"] = group.reference
        group["Kids"].append(kid.reference)
