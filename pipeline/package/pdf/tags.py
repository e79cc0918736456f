"""Writes the structure tree into the PDF, and marks the artifacts in its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.model.page_map import FORMULA, PICTURE, letters, printed_letters
from pipeline.package.pdf.engine.adapter.drawn import shown
from pipeline.package.pdf.engine.adapter.glyph_texts import REVERSED, spelled
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, String
from pipeline.package.pdf.engine.adapter.typesetter import TypesetDocument, TypesetPage
from pipeline.package.pdf.print_markup import classes, read_text
from pipeline.package.pdf.structure import MAY_BREAK, Structure
from pipeline.package.pdf.structure_nodes import StructureNode
from pipeline.package.pdf.structure_roles import ILLUSTRATIONS, NOT_BEFORE
from pipeline.package.pdf.table_heads import NUMBER, Named, cell_attributes, name_heads
from pipeline.package.units import BOX, Annotation, DrawnText, MarkedContent, Tag

PRINT = 1 << 2
"""The flag of an annotation that is printed (ISO 32000-1, 12.5.3)."""

NUMBERING = {"ul": "/Disc", "ol": "/Decimal", "dl": "/None"}
LETTERS = {"a": "/LowerAlpha", "A": "/UpperAlpha", "i": "/LowerRoman", "I": "/UpperRoman"}
NO_MARK = -1

SHOW = b"] TJ"
"""The ending of the operators that show text."""


def tag(
    document: TypesetDocument,
    pdf: PDF,
    root: Element,
    widgets: Mapping[Any, Any],
    *,
    is_pdf2: bool = False,
) -> DrawnText:
    """Tag a painted PDF, and return the text drawn; ``document`` has its pages, with marks, laid
    out from ``root``. ``widgets`` are the form fields by their boxes."""
    characters = shown(document, pdf)
    tree = read_tags(document, root, widgets, characters)
    text = drawn_text(tree, characters)
    marks = [len(page.marks or ()) for page in document.pages]
    write_tags(pdf, [(tree, 0)], marks, lambda _, annotation: annotation, is_pdf2=is_pdf2)
    return text


def read_tags(
    document: TypesetDocument,
    root: Element,
    widgets: Mapping[Any, Any],
    characters: Mapping[tuple[int, int], str],
    level: int = 0,
) -> Tag:
    """The structure of a painted document, which is added to the content of its pages, whose marks
    show these ``characters``. The preceding heading has this ``level``."""
    structure = Structure(root, widgets, level)
    for number, page in enumerate(document.pages):
        structure.read(number, page)
    structure.finish(root)
    for number, page in enumerate(document.pages):
        _mend_page(number, page, structure, document.space, characters)
    return _tag(structure.document, name_heads(root))


def write_tags(
    pdf: PDF,
    parts: Sequence[tuple[Tag, int]],
    marks: Iterable[int],
    object_of: Callable[[int, Any], Dictionary],
    shifts: Sequence[float] = (),
    *,
    is_pdf2: bool = False,
) -> None:
    """Write a structure into a PDF whose pages have these numbers of ``marks``, and are shifted to
    the right by a number of points. It is in ``parts``, each with the number of the pages before
    it; ``object_of`` finds the annotation of a link on a page."""
    writer = _Writer(pdf, marks, object_of, shifts, is_pdf2=is_pdf2)
    writer.write(parts)
    if not is_pdf2 and any(tag.kind == "H7" for tag, _ in writer.elements):
        writer.root["RoleMap"] = Dictionary({"H7": "/H6"})
    if is_pdf2:
        from pipeline.package.pdf.standards import follow_ua2

        follow_ua2(pdf, writer.root, writer.elements, writer.links)


NOTE, NOT_TEXT = "Note", frozenset({"TOC", "Reference"})
"""Notes; and elements that hold no text of the document, or lead from the text to a note."""


def drawn_text(tree: Tag, shown: Mapping[tuple[int, int], str]) -> DrawnText:
    """The text of a structure whose marks have ``shown`` these characters, with a sign for each
    formula and picture."""
    text, notes = list[str](), list[str]()
    stack: list[tuple[Tag | MarkedContent | Annotation, list[str]]] = [(tree, text)]
    while stack:
        top, into = stack.pop()
        if isinstance(top, MarkedContent):
            into.append(shown.get((top.page, top.mcid), ""))
        elif isinstance(top, Tag) and top.kind in ILLUSTRATIONS:
            into.append(FORMULA if top.kind == "Formula" else PICTURE)
        elif isinstance(top, Tag) and top.kind not in NOT_TEXT:
            into = notes if top.kind == NOTE else into
            stack += (
                (kid, into)
                for kid in reversed(top.kids)
                if not (top.kind == NOTE and isinstance(kid, Tag) and kid.kind == "Lbl")
            )
    return DrawnText(*(printed_letters("".join(pieces)) for pieces in (text, notes)))


def _mend_page(
    number: int,
    page: TypesetPage,
    structure: Structure,
    space_of: Callable[[bytes], bytes | None],
    characters: Mapping[tuple[int, int], str],
) -> None:
    """Mark a page's artifacts as such, give some marks their text, and put a space after
    the last word of a line that goes on: WeasyPrint leaves it out, and software that reads
    the text in the order of the tags would join two words."""
    operators = page.stream.stream
    font, kind, shown, depth, is_reversed = b"", "", 0, 0, False
    mark, marked = MarkedContent(number, NO_MARK), Dictionary()
    ends: list[tuple[int, str]] = []
    for index, operator in enumerate(operators):
        if type(operator) is bytes:
            end = operator[-3:]
            if end == b" TJ":
                shown = index
            elif end == b" Tf":
                font = operator.partition(b" ")[0]
            elif operator in (b"BDC", b"BMC"):
                depth += 1
                is_reversed = is_reversed or kind == f"/{REVERSED}"
            elif operator == b"EMC":
                depth -= 1
                if depth or mark.mcid == NO_MARK:
                    continue
                missing, spoken = structure.ends.get(mark, ""), structure.spoken.get(mark)
                text = structure.texts.get(mark, "")
                if spoken is None and shown and _differs(text, characters.get((number, mark.mcid))):
                    spoken = text.replace(MAY_BREAK, "")
                if is_reversed:  # programs would turn round what is said instead
                    ends += [(index, missing)] if missing else []
                elif spoken is not None or (missing and not text):
                    before = spoken or ""
                    marked["ActualText"] = String(
                        (before.rstrip() if missing == " " else before) + missing
                    )
                elif missing and shown:
                    if space := space_of(font):
                        operators[shown] = operators[shown].removesuffix(SHOW) + space + SHOW
                    else:  # the font has no space, since no other text in it has one
                        marked["ActualText"] = String(text + missing)
                mark = MarkedContent(number, NO_MARK)
        elif not isinstance(operator, Dictionary):
            kind = operator
        elif "MCID" in operator:
            mark, marked = MarkedContent(number, operator["MCID"]), operator
            shown, depth, is_reversed = 0, 0, False
            if artifact := structure.artifacts.get(mark):
                operators[index - 1] = "/Artifact"
                operators[index] = Dictionary({"Type": f"/{artifact}"})
                mark = MarkedContent(number, NO_MARK)
    for index, missing in reversed(ends):
        spoken_end = Dictionary({"ActualText": String(missing)})
        operators[index:index] = ["/Span", spoken_end, b"BDC", b"EMC"]


def _differs(text: str, shown: str | None) -> bool:
    """Return whether glyphs that stand for what is ``shown`` spell another text."""
    if not text or shown is None or letters(shown) == letters(text):
        return False
    return spelled(shown) != spelled(text)


class _Writer:
    def __init__(
        self,
        pdf: PDF,
        marks: Iterable[int],
        object_of: Callable[[int, Any], Dictionary],
        shifts: Sequence[float],
        *,
        is_pdf2: bool,
    ) -> None:
        self._pdf, self._is_pdf2 = pdf, is_pdf2
        self._first = 0
        self._references = pdf.page_references
        self._parents: list[list[Any]] = [["null"] * count for count in marks]
        self._object_of, self._shifts = object_of, shifts
        self._annotations: list[Any] = []
        self._order: dict[int, list[bytes]] = {}
        self._names: dict[str, Any] = {}
        self._tables = self._table = 0
        self.root = Dictionary({"Type": "/StructTreeRoot"})
        self.elements: list[tuple[Tag, Any]] = []
        self.links: list[tuple[Any, Any]] = []

    def write(self, parts: Sequence[tuple[Tag, int]]) -> None:
        pdf = self._pdf
        root = self.root
        pdf.add_object(root)
        (document, _), *_ = parts
        top, element = self._begun(document, root.reference)
        element["K"] = Array()
        for part, self._first in parts:
            element["K"] += [self._kid(kid, element, top, None) for kid in self._kids(part)]
        root["K"] = Array([top])
        root["ParentTree"] = self._parent_tree()
        root["ParentTreeNextKey"] = len(self._parents) + len(self._annotations)
        if self._names:
            names = Array()
            for name, reference in sorted(self._names.items()):
                names.extend((String(name), reference))
            root["IDTree"] = Dictionary({"Names": names})
        pdf.catalog["StructTreeRoot"] = root.reference
        pdf.catalog["MarkInfo"] = Dictionary({"Marked": "true"})

    def _parent_tree(self) -> bytes:
        """From marks and annotations back to the elements they belong to."""
        numbers = Array()
        pages = {page.number: page for page in self._pdf.objects}
        for key, parents in enumerate(self._parents):
            page = pages[int(self._references[key].split()[0])]
            page["StructParents"] = key
            page["Tabs"] = "/S"
            if order := self._order.get(key):  # for readers that go by it, not by the tags
                known = set(order)
                others = (item for item in page.get("Annots", ()) if item not in known)
                page["Annots"] = Array((*order, *others))
            numbers.extend((key, Array(parents)))
        for key, parent in enumerate(self._annotations, start=len(self._parents)):
            numbers.extend((key, parent))
        tree = Dictionary({"Nums": numbers})
        self._pdf.add_object(tree)
        return bytes(tree.reference)

    def _begun(self, tag: Tag, parent: bytes) -> tuple[bytes, Any]:
        """A new element, and its reference."""
        kind = tag.kind if self._is_pdf2 else NOT_BEFORE.get(tag.kind, tag.kind)
        element = Dictionary({"Type": "/StructElem", "S": f"/{kind}", "P": parent})
        element.update(tag.dictionary)
        self._pdf.add_object(element)
        if tag.entries and self._first:
            entries = tuple((page + self._first, number) for page, number in tag.entries)
            tag = replace(tag, entries=entries)
        self.elements.append((tag, element))
        return bytes(element.reference), element

    def _element(self, tag: Tag, parent: bytes) -> bytes:
        reference, element = self._begun(tag, parent)
        number = str(self._table)
        if "A" in tag.dictionary:
            element["A"] = tag.dictionary["A"].replace(NUMBER, number)
        if tag.name:
            name = tag.name.replace(NUMBER, number)
            element["ID"] = String(name)
            self._names[name] = reference
        kids = list(self._kids(tag))
        pages = (kid.page + self._first for kid in kids if isinstance(kid, MarkedContent))
        page = next(pages, None)
        if tag.box:
            left, bottom, right, top = tag.box
            shift = self._shifts[page] if self._shifts and page is not None else 0
            box = _written(Array((left + shift, bottom, right + shift, top)))
            element["A"] = element["A"].replace(BOX, box)
        if page is not None:
            element["Pg"] = self._references[page]
        around = self._table
        if tag.kind == "Table":
            self._tables += 1
            self._table = self._tables
        element["K"] = Array([self._kid(kid, element, reference, page) for kid in kids])
        self._table = around
        return reference

    def _kids(self, tag: Tag) -> Iterator[Tag | MarkedContent | Annotation]:
        """The kids of an element; PDF 1.7 lacks some types, whose kids take their place."""
        for kid in tag.kids:
            if self._is_pdf2 or not isinstance(kid, Tag) or NOT_BEFORE.get(kid.kind, kid.kind):
                yield kid
            else:
                yield from self._kids(kid)

    def _kid(
        self, kid: Tag | MarkedContent | Annotation, element: Any, top: bytes, page: int | None
    ) -> Any:
        match kid:
            case Tag():
                return self._element(kid, top)
            case MarkedContent():
                on = kid.page + self._first
                self._parents[on][kid.mcid] = top
                if on == page:
                    return kid.mcid
                return Dictionary({"Type": "/MCR", "Pg": self._references[on], "MCID": kid.mcid})
            case Annotation():
                return self._annotation(kid, element)

    def _annotation(self, kid: Annotation, element: Any) -> Any:
        page = kid.page + self._first
        annotation: Any = self._object_of(page, kid.object)
        annotation["StructParent"] = len(self._parents) + len(self._annotations)
        annotation["F"] = PRINT
        if kid.contents is not None:
            annotation["Contents"] = String(kid.contents)
        self._annotations.append(element.reference)
        self.links.append((annotation, element))
        self._order.setdefault(page, []).append(annotation.reference)
        return Dictionary(
            {"Type": "/OBJR", "Obj": annotation.reference, "Pg": self._references[page]}
        )


def _tag(node: StructureNode, named: Mapping[Element, Named]) -> Tag:
    naming = Named()
    if node.element is not None and node.kind in ("TH", "TD"):
        naming = named.get(node.element, naming)
    written = {name: _written(value) for name, value in _entries(node, naming.headers).items()}
    kids = tuple(_kid(kid, node, named) for kid in node.kids)
    mathml = node.element.get("data-mathml", "") if node.element is not None else ""
    places, entries = tuple(node.places), tuple(node.entries)
    name = node.name or naming.name
    return Tag(node.kind, written, kids, name, node.box, places, entries, mathml)


def _kid(
    kid: StructureNode | MarkedContent | Annotation,
    of: StructureNode,
    named: Mapping[Element, Named],
) -> Tag | MarkedContent | Annotation:
    if isinstance(kid, StructureNode):
        return _tag(kid, named)
    if isinstance(kid, Annotation) and of.kind != "Form":  # a field's name is its own
        return replace(kid, contents=_link_text(of.element))
    return kid


def _written(value: Any) -> str:
    return str(Array([value]).data[1:-1], "ascii")


def _entries(node: StructureNode, headers: tuple[str, ...]) -> dict[str, Any]:
    """The text for screen readers beyond what is printed."""
    source, entries = node.element, dict[str, Any]()
    if node.spoken:
        entries["ActualText"] = String(node.spoken)
    if node.box:
        in_line = node.kind == "Formula" and node.parent and node.parent.kind != "Div"
        placement = "/Inline" if in_line else "/Block"
        area = {"O": "/Layout", "BBox": BOX, "Placement": placement}
        entries["A"] = Dictionary(area)
    if source is None:
        return entries
    if lang := source.get("lang"):
        entries["Lang"] = String(lang)
    if node.kind in ILLUSTRATIONS:
        entries["Alt"] = String(source.get("alt", ""))
    elif node.kind == "L":
        style = {"O": "/List", "ListNumbering": _numbering(source)}
        entries["A"] = Dictionary(style)
    elif node.kind in ("TH", "TD"):
        if about := cell_attributes(source, headers):
            entries["A"] = Dictionary(about)
    elif source.tag == "abbr" and source.get("title"):
        entries["E"] = String(source.get("title", ""))
    return entries


def _numbering(source: Element) -> str:
    """The numbering style of a list."""
    if "bibliography" in classes(source):
        return "/Decimal" if "labelled" in classes(source) else "/None"
    return LETTERS.get(source.get("type", "")) or NUMBERING[source.tag]


def _link_text(link: Element | None) -> str:
    """The text of a link: its title, its text, or its target."""
    if link is None:
        return ""
    return link.get("title") or read_text(link) or link.get("href") or ""
