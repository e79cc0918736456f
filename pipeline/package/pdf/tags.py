"""Writes the structure tree into the PDF, and marks the artifacts in its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

import pydyf

from pipeline.package.pdf.content import mend_page, space_glyphs
from pipeline.package.pdf.markup import classes, text_of
from pipeline.package.pdf.nodes import Annotation, Mark, Node, prune
from pipeline.package.pdf.roles import ILLUSTRATIONS
from pipeline.package.pdf.structure import Structure

PRINT = 1 << 2
"""The flag of an annotation that is printed (ISO 32000-1, 12.5.3)."""

NUMBERING = {"ul": "/Disc", "ol": "/Decimal", "dl": "/None"}
LETTERS = {"a": "/LowerAlpha"}
SCOPES = {"col": "/Column", "row": "/Row"}


def tag(document: Any, pdf: Any, root: Element, widgets: Mapping[Any, Any]) -> None:
    """Tag a painted `pydyf.PDF`; ``document`` has its `MarkedPage`s, made of ``root``.
    ``widgets`` are the fields of a form by the boxes that they are on."""
    pages = document.pages
    structure = Structure(root, widgets=widgets)
    for number, page in enumerate(pages):
        structure.read(number, page)
    prune(structure.document)
    spaces = space_glyphs(document.fonts.values())
    for number, page in enumerate(pages):
        mend_page(number, page, structure, spaces)
    _Writer(pdf, pages).write(structure.document)


class _Writer:
    def __init__(self, pdf: Any, pages: list[Any]) -> None:
        self._pdf = pdf
        self._references = pdf.page_references
        self._parents: list[list[Any]] = [["null"] * len(page.marks) for page in pages]
        self._annotations: list[Any] = []
        self._order: dict[int, list[bytes]] = {}
        self._names: dict[str, Any] = {}

    def write(self, document: Node) -> None:
        pdf = self._pdf
        root = pydyf.Dictionary({"Type": "/StructTreeRoot"})
        pdf.add_object(root)
        root["K"] = pydyf.Array([self._element(document, root)])
        root["ParentTree"] = self._parent_tree()
        root["ParentTreeNextKey"] = len(self._parents) + len(self._annotations)
        if self._names:
            names = pydyf.Array()
            for name, reference in sorted(self._names.items()):
                names.extend((pydyf.String(name), reference))
            root["IDTree"] = pydyf.Dictionary({"Names": names})
        pdf.catalog["StructTreeRoot"] = root.reference
        pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})

    def _parent_tree(self) -> bytes:
        """From marks and annotations back to the elements they belong to."""
        numbers = pydyf.Array()
        pages = {page.number: page for page in self._pdf.objects}
        for key, parents in enumerate(self._parents):
            page = pages[int(self._references[key].split()[0])]
            page["StructParents"] = key
            page["Tabs"] = "/S"
            if order := self._order.get(key):  # for readers that go by it, not by the tags
                known = set(order)
                others = (one for one in page.get("Annots", ()) if one not in known)
                page["Annots"] = pydyf.Array((*order, *others))
            numbers.extend((key, pydyf.Array(parents)))
        for key, parent in enumerate(self._annotations, start=len(self._parents)):
            numbers.extend((key, parent))
        tree = pydyf.Dictionary({"Nums": numbers})
        self._pdf.add_object(tree)
        return bytes(tree.reference)

    def _element(self, node: Node, parent: Any) -> bytes:
        element = pydyf.Dictionary(
            {"Type": "/StructElem", "S": f"/{node.kind}", "P": parent.reference}
        )
        self._pdf.add_object(element)
        self._describe(node, element)
        page = next((kid.page for kid in node.kids if isinstance(kid, Mark)), None)
        if page is not None:
            element["Pg"] = self._references[page]
        element["K"] = pydyf.Array([self._kid(kid, element, page, node) for kid in node.kids])
        return bytes(element.reference)

    def _kid(self, kid: Node | Mark | Annotation, element: Any, page: int | None, of: Node) -> Any:
        match kid:
            case Node():
                return self._element(kid, element)
            case Mark():
                self._parents[kid.page][kid.mcid] = element.reference
                if kid.page == page:
                    return kid.mcid
                return pydyf.Dictionary(
                    {"Type": "/MCR", "Pg": self._references[kid.page], "MCID": kid.mcid}
                )
            case Annotation():
                return self._annotation(kid, element, of)

    def _annotation(self, kid: Annotation, element: Any, of: Node) -> Any:
        annotation = kid.object
        annotation["StructParent"] = len(self._parents) + len(self._annotations)
        annotation["F"] = PRINT
        if of.kind != "Form":  # a field's name is its own
            annotation["Contents"] = pydyf.String(_link_text(of.element))
        self._annotations.append(element.reference)
        self._order.setdefault(kid.page, []).append(annotation.reference)
        return pydyf.Dictionary(
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
            element["ActualText"] = pydyf.String(node.spoken)
        if node.name:
            element["ID"] = pydyf.String(node.name)
            self._names[node.name] = element.reference
        if node.box:
            in_line = node.kind == "Formula" and node.parent and node.parent.kind != "Div"
            placement = "/Inline" if in_line else "/Block"
            area = {"O": "/Layout", "BBox": pydyf.Array(node.box), "Placement": placement}
            element["A"] = pydyf.Dictionary(area)
        if source is None:
            return
        if lang := source.get("lang"):
            element["Lang"] = pydyf.String(lang)
        if node.kind in ILLUSTRATIONS:
            element["Alt"] = pydyf.String(source.get("alt", ""))
        elif node.kind == "L":
            style = {"O": "/List", "ListNumbering": _numbering(source)}
            element["A"] = pydyf.Dictionary(style)
        elif node.kind == "TH":
            scope = SCOPES.get(source.get("scope", ""), "/Column")
            element["A"] = pydyf.Dictionary({"O": "/Table", "Scope": scope, **_spans(source)})
        elif node.kind == "TD" and (spans := _spans(source)):
            element["A"] = pydyf.Dictionary({"O": "/Table", **spans})
        elif source.tag == "abbr" and source.get("title"):
            element["E"] = pydyf.String(source.get("title", ""))


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
