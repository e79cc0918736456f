"""Writes the structure tree into the PDF, and marks the artifacts in its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from pipeline.package.pdf.engine.objects import PDF, Array, Dictionary, String
from pipeline.package.pdf.engine.typesetter import Document, Page
from pipeline.package.pdf.markup import classes, text_of
from pipeline.package.pdf.nodes import Annotation, Mark, Node, prune
from pipeline.package.pdf.roles import ILLUSTRATIONS
from pipeline.package.pdf.structure import Structure

PRINT = 1 << 2
"""The flag of an annotation that is printed (ISO 32000-1, 12.5.3)."""

NUMBERING = {"ul": "/Disc", "ol": "/Decimal", "dl": "/None"}
LETTERS = {"a": "/LowerAlpha"}
SHOW = b"] TJ"
"""How the operator that shows text ends."""

SCOPES = {"col": "/Column", "row": "/Row"}


def tag(document: Document, pdf: PDF, root: Element, widgets: Mapping[Any, Any]) -> None:
    """Tag a painted PDF; ``document`` has its pages, which are marked, made of ``root``.
    ``widgets`` are the fields of a form by the boxes that they are on."""
    pages = document.pages
    structure = Structure(root, widgets)
    for number, page in enumerate(pages):
        structure.read(number, page)
    prune(structure.document)
    spaces = document.spaces()
    for number, page in enumerate(pages):
        _mend_page(number, page, structure, spaces)
    _Writer(pdf, pages).write(structure.document)


def _mend_page(number: int, page: Page, structure: Structure, spaces: dict[bytes, bytes]) -> None:
    """Mark a page's artifacts as such, give some marks their text, and put a space after
    the last word of a line that goes on: WeasyPrint leaves it out, and software that reads
    the text in the order of the tags would join two words."""
    operators = page.stream.stream
    font, open_line, shown, marked = b"", "", 0, Dictionary()
    for index, operator in enumerate(operators):
        if isinstance(operator, Dictionary) and "MCID" in operator:
            mark, marked = Mark(number, operator["MCID"]), operator
            open_line, shown = structure.open_lines.get(mark, ""), 0
            if artifact := structure.artifacts.get(mark):
                operators[index - 1] = "/Artifact"
                operators[index] = Dictionary({"Type": f"/{artifact}"})
            elif spoken := structure.spoken.get(mark):
                operator["ActualText"] = String(spoken)
        elif not isinstance(operator, bytes):
            continue
        elif operator.endswith(b" Tf"):
            font = operator.partition(b" ")[0]
        elif open_line and operator.endswith(SHOW):
            shown = index
        elif shown and operator == b"EMC":
            if space := spaces.get(font):
                operators[shown] = operators[shown].removesuffix(SHOW) + space + SHOW
            else:  # the font has no space, since no other text in it has one
                marked["ActualText"] = String(f"{open_line} ")
            open_line, shown = "", 0


class _Writer:
    def __init__(self, pdf: PDF, pages: list[Page]) -> None:
        self._pdf = pdf
        self._references = pdf.page_references
        self._parents: list[list[Any]] = [["null"] * len(page.marks or ()) for page in pages]
        self._annotations: list[Any] = []
        self._order: dict[int, list[bytes]] = {}
        self._names: dict[str, Any] = {}

    def write(self, document: Node) -> None:
        pdf = self._pdf
        root = Dictionary({"Type": "/StructTreeRoot"})
        pdf.add_object(root)
        root["K"] = Array([self._element(document, root)])
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
                others = (one for one in page.get("Annots", ()) if one not in known)
                page["Annots"] = Array((*order, *others))
            numbers.extend((key, Array(parents)))
        for key, parent in enumerate(self._annotations, start=len(self._parents)):
            numbers.extend((key, parent))
        tree = Dictionary({"Nums": numbers})
        self._pdf.add_object(tree)
        return bytes(tree.reference)

    def _element(self, node: Node, parent: Any) -> bytes:
        element = Dictionary({"Type": "/StructElem", "S": f"/{node.kind}", "P": parent.reference})
        self._pdf.add_object(element)
        self._describe(node, element)
        page = next((kid.page for kid in node.kids if isinstance(kid, Mark)), None)
        if page is not None:
            element["Pg"] = self._references[page]
        element["K"] = Array([self._kid(kid, element, page, node) for kid in node.kids])
        return bytes(element.reference)

    def _kid(self, kid: Node | Mark | Annotation, element: Any, page: int | None, of: Node) -> Any:
        match kid:
            case Node():
                return self._element(kid, element)
            case Mark():
                self._parents[kid.page][kid.mcid] = element.reference
                if kid.page == page:
                    return kid.mcid
                return Dictionary(
                    {"Type": "/MCR", "Pg": self._references[kid.page], "MCID": kid.mcid}
                )
            case Annotation():
                return self._annotation(kid, element, of)

    def _annotation(self, kid: Annotation, element: Any, of: Node) -> Any:
        annotation = kid.object
        annotation["StructParent"] = len(self._parents) + len(self._annotations)
        annotation["F"] = PRINT
        if of.kind != "Form":  # a field's name is its own
            annotation["Contents"] = String(_link_text(of.element))
        self._annotations.append(element.reference)
        self._order.setdefault(kid.page, []).append(annotation.reference)
        return Dictionary(
            {
                "Type": "/OBJR",
                "Obj": annotation.reference,
                "Pg": self._references[kid.page],
            }
        )

    def _describe(self, node: Node, element: Any) -> None:
        """What a listener is told beyond the text."""
        source = node.element
        if node.spoken:
            element["ActualText"] = String(node.spoken)
        if node.name:
            element["ID"] = String(node.name)
            self._names[node.name] = element.reference
        if node.box:
            in_line = node.kind == "Formula" and node.parent and node.parent.kind != "Div"
            placement = "/Inline" if in_line else "/Block"
            area = {"O": "/Layout", "BBox": Array(node.box), "Placement": placement}
            element["A"] = Dictionary(area)
        if source is None:
            return
        if lang := source.get("lang"):
            element["Lang"] = String(lang)
        if node.kind in ILLUSTRATIONS:
            element["Alt"] = String(source.get("alt", ""))
        elif node.kind == "L":
            style = {"O": "/List", "ListNumbering": _numbering(source)}
            element["A"] = Dictionary(style)
        elif node.kind == "TH":
            scope = SCOPES.get(source.get("scope", ""), "/Column")
            element["A"] = Dictionary({"O": "/Table", "Scope": scope, **_spans(source)})
        elif node.kind == "TD" and (spans := _spans(source)):
            element["A"] = Dictionary({"O": "/Table", **spans})
        elif source.tag == "abbr" and source.get("title"):
            element["E"] = String(source.get("title", ""))


def _numbering(source: Element) -> str:
    """How a list's items are labelled."""
    if "bibliography" in classes(source):
        return "/Decimal" if "labelled" in classes(source) else "/None"
    return LETTERS.get(source.get("type", "")) or NUMBERING[source.tag]


def _spans(cell: Element) -> dict[str, int]:
    """How many columns and rows a cell takes, where it takes several."""
    found = {"ColSpan": int(cell.get("colspan", "1")), "RowSpan": int(cell.get("rowspan", "1"))}
    return {name: count for name, count in found.items() if count > 1}


def _link_text(link: Element | None) -> str:
    """What a link is called: by its title, its text, or where it leads."""
    if link is None:
        return ""
    return link.get("title") or text_of(link) or link.get("href") or ""
