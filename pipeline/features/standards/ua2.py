"""PDF/UA-2 (ISO 14289-2), and Well-Tagged PDF 1.0: the additions of a tagged PDF 2.0 to PDF/UA-1.

Elements are in the namespace of PDF 2.0 if it has their type. Links and bookmarks lead to elements,
not only to places on pages. Contents, references and notes refer to each other. Formulas contain
MathML in addition to their text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.features.standards.archival import attached
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, String
from pipeline.package.units import Tag

NAMESPACE = "http://iso.org/pdf2/ssn"

ONLY_BEFORE = frozenset(
    {"Art", "BibEntry", "BlockQuote", "Code", "Index", "Quote", "Reference", "TOC", "TOCI"}
)
"""Structure types that PDF 2.0 adopts from 1.7, which is the default namespace."""

NOTE = "<</O /FENote/NoteType /Footnote>>"

NO_ASIDE = frozenset({"/Aside", "/BlockQuote", "/TD", "/TH"})
"""Structure types that hold no asides (ISO/TS 32005)."""

CELLS = frozenset({"/TD", "/TH"})


def follow_ua2(
    pdf: PDF, root: Any, elements: Sequence[tuple[Tag, Any]], links: Iterable[tuple[Any, Any]]
) -> None:
    """Convert a tagged PDF to the standard; ``root`` is that of its structure, ``elements`` are
    those in it in reading order, and ``links`` annotations with their elements."""
    namespace = Dictionary({"Type": "/Namespace", "NS": String(NAMESPACE)})
    pdf.add_object(namespace)
    root["Namespaces"] = Array([namespace.reference])
    known = {element.reference: element for _, element in elements}
    levels = [level for tag, _ in elements if (level := _level(tag.kind))]
    has_title = levels[:1] == [1] and levels.count(1) == 1
    for tag, element in elements:
        around = _around(element, known)
        kind = _kind(tag, around, has_title=has_title)
        element["S"] = f"/{kind}"
        if kind not in ONLY_BEFORE:
            element["NS"] = namespace.reference
        if kind == "FENote":
            element["A"] = NOTE
        elif kind == "L":
            element["A"] = _numbering(tag)
        elif kind == "BlockQuote" and around in CELLS:
            _enclose(pdf, element, known, namespace)
        if tag.mathml:
            about = "application/mathml+xml", "/Supplement"
            element["AF"] = Array([attached(pdf, "formula.xml", tag.mathml.encode(), *about)])
    _lead(pdf, elements, links, known)


def _kind(tag: Tag, around: str, *, has_title: bool) -> str:
    """The structure type. A single heading of the first level before all others is the title of
    the whole, and the others are one level higher."""
    level = _level(tag.kind)
    if level and has_title:
        return f"H{level - 1}" if level > 1 else "Title"
    if tag.kind == "Note":
        return "FENote"
    is_figure = any(isinstance(kid, Tag) and kid.kind == "Caption" for kid in tag.kids)
    if tag.kind == "Aside" or (tag.kind == "Div" and is_figure):
        return "Sect" if around in NO_ASIDE else "Aside"
    return tag.kind


def _numbering(tag: Tag) -> str:
    """The attributes of a list: without numbers, it may be one of terms and descriptions."""
    has_labels = any(
        isinstance(item, Tag)
        and any(isinstance(kid, Tag) and kid.kind == "Lbl" for kid in item.kids)
        for item in tag.kids
    )
    attributes = tag.dictionary["A"].replace("/Disc", "/Unordered")
    return attributes.replace("/None", "/Description" if has_labels else "/Unordered")


def _level(kind: str) -> int:
    return int(kind[1:]) if kind[0] == "H" and kind[1:].isdigit() else 0


def _around(element: Any, known: Mapping[bytes, Any]) -> str:
    """The type of the element's parent, ignoring divisions."""
    outer = known.get(element["P"])
    while outer is not None and outer["S"] == "/Div":
        outer = known.get(outer["P"])
    return str(outer["S"]) if outer is not None else ""


def _enclose(pdf: PDF, element: Any, known: Mapping[bytes, Any], namespace: Any) -> None:
    """Put a quotation into a section, as cells hold the one and not the other."""
    outer = known[element["P"]]
    entries = {"Type": "/StructElem", "S": "/Sect", "NS": namespace.reference, "P": element["P"]}
    section = Dictionary({**entries, "K": Array([element.reference])})
    pdf.add_object(section)
    outer["K"][outer["K"].index(element.reference)] = section.reference
    element["P"] = section.reference


def _lead(
    pdf: PDF,
    elements: Sequence[tuple[Tag, Any]],
    links: Iterable[tuple[Any, Any]],
    known: Mapping[bytes, Any],
) -> None:
    """Let destinations on a page also lead to the element there."""
    places = {name: element for tag, element in elements for name in tag.places}
    tree = pdf.catalog.get("Names", {}).get("Dests", {}).get("Names", ())
    views = {name.string: view for name, view in zip(tree[::2], tree[1::2], strict=True)}
    for annotation, element in links:
        if annotation["Subtype"] == "/Widget":
            group = pdf.objects[int(annotation.get("Parent", b"0").split()[0])]
            annotation["Contents"] = annotation.get("TU") or group["TU"]
        if "Dest" in annotation:
            name = annotation.pop("Dest")
            place = places[name.string]
            annotation["A"] = _go_to(name, views[name.string], place)
            _refer(element, place, known)
    outline = (
        pdf_object
        for pdf_object in pdf.objects
        if isinstance(pdf_object, dict) and {"Dest", "Title"} <= pdf_object.keys()
    )
    entries = sorted(
        (entry, number) for number, (tag, _) in enumerate(elements) for entry in tag.entries
    )
    for item, (_, number) in zip(list(outline), entries, strict=True):
        view = item.pop("Dest")
        item["A"] = _go_to(view, view, elements[number][1])


def _go_to(target: Any, view: Sequence[Any], place: Any) -> Any:
    """The action that leads to a target, and where the element is known that is there, to it."""
    there = Array([place.reference, *view[1:]])
    return Dictionary({"Type": "/Action", "S": "/GoTo", "D": target, "SD": there})


def _refer(element: Any, place: Any, known: Mapping[bytes, Any]) -> None:
    """Let an entry of the contents refer to its part, and a note and its reference to each
    other."""
    if place["S"] == "/FENote":
        for source, target in ((element, place), (place, element)):
            source["Ref"] = Array([*source.get("Ref", ()), target.reference])
    around = element
    while around is not None and around["S"] != "/TOCI":
        around = known.get(around["P"])
    if around is not None:
        around["Ref"] = Array([place.reference])
