"""Removes from SVG files everything that could run code, or load something from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pipeline.model.css_addresses import loaded

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
METADATA = f"{{{SVG_NAMESPACE}}}metadata"
HTML_NAMESPACE = "{http://www.w3.org/1999/xhtml}"

ACTIVE = frozenset({"script", "foreignObject", "handler", "listener", "iframe", "object", "embed"})
"""Elements that run code or hold other documents."""

EDITORS = (
    "{http://www.inkscape.org/namespaces/inkscape}",
    "{http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd}",
    "{http://ns.adobe.com/",
    "{http://www.bohemiancoding.com/sketch/ns}",
)
"""Namespaces of drawing programs' private data, which include paths on the user's machine."""

ANIMATIONS = frozenset({"animate", "set", "animateMotion", "animateTransform"})

STYLE = "a style that loads another file"


def clean(root: Element) -> Iterator[str]:
    """Remove unsafe content from the tree, and yield what was removed."""
    stack = [root]
    while stack:
        parent = stack.pop()
        yield from _clean_attributes(parent)
        dangers = [_danger(child) for child in parent]
        yield from filter(None, dangers)
        if any(dangers):
            _keep(parent, [not danger for danger in dangers])
        stack.extend(parent)


def without_notes(root: Element) -> bool:
    """Remove from the tree what is not drawn: metadata, and private data of drawing programs.
    Return whether there was any."""
    has_any = False
    for element in list(root.iter()):
        notes = [child.tag == METADATA or child.tag.startswith(EDITORS) for child in element]
        if any(notes):
            _keep(element, [not note for note in notes])
        keys = [key for key in element.attrib if key.startswith(EDITORS)]
        if element is root and "content" in root.attrib:  # diagrams.net keeps its own file there
            keys.append("content")
        for key in keys:
            del element.attrib[key]
        has_any = has_any or any(notes) or bool(keys)
    return has_any


def without_alternatives(root: Element) -> bool:
    """Remove alternatives for other viewers from the tree, as diagrams.net writes them: HTML, if
    its fallback follows, and content for viewers without HTML support. Return whether there was
    any."""
    has_any = False
    for switch in [element for element in root.iter() if _local(element.tag) == "switch"]:
        if len(switch) < 2:
            continue
        first, second, *others = switch
        if _local(first.tag) == "foreignObject" and _is_alternative(second, first):
            _keep(switch, [False, True, *(True for _ in others)])
        elif not len(first) and "requiredFeatures" in first.attrib:
            _keep(switch, [True, False, *(False for _ in others)])
        else:
            continue
        has_any = True
    return has_any


def _is_alternative(element: Element, html: Element) -> bool:
    """Return whether an element has the text of another, or is a picture of it."""
    texts = ["".join("".join(subtree.itertext()).split()) for subtree in (element, html)]
    return texts[0] == texts[1] or _local(element.tag) == "image"


def written(root: Element) -> bytes:
    """The tree as a file; its own elements have no prefix afterwards."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{SVG_NAMESPACE}}}")
    root.set("xmlns", SVG_NAMESPACE)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _keep(parent: Element, staying: list[bool]) -> None:
    """Remove all but some children from an element, and keep the text between them."""
    children, parent[:] = list(parent), []
    for child, stays in zip(children, staying, strict=True):
        if stays:
            parent.append(child)
        elif child.tail and len(parent):
            parent[-1].tail = (parent[-1].tail or "") + child.tail
        elif child.tail:
            parent.text = (parent.text or "") + child.tail


def _danger(element: Element) -> str:
    """The reason to remove an element with its contents; "" for one that may stay."""
    name = _local(element.tag)
    if name in ACTIVE or element.tag.startswith(HTML_NAMESPACE):
        return f"a `{name}` element"
    if name == "style" and (len(element) or loads(element.text or "")):
        return STYLE
    for key, value in element.attrib.items():
        attribute = _local(key).lower()
        if attribute in ("href", "src") and name != "a" and not _may_lead(value, name):
            return f"a reference to something outside the file (`{value[:60]}`)"
        if name in ANIMATIONS and attribute == "attributename" and _is_animated(value):
            return f"an animation of `{value}`"
    return ""


def _clean_attributes(element: Element) -> Iterator[str]:
    """Remove unsafe attributes from an element that stays."""
    name = _local(element.tag)
    for key, value in list(element.attrib.items()):
        attribute = _local(key).lower()
        reason = ""
        if attribute.startswith("on"):
            reason = f"an event handler `{attribute}`"
        elif attribute in ("href", "src"):
            if not _may_lead(value, name):
                reason = f"a reference to something outside the file (`{value[:60]}`)"
        elif loads(value):
            reason = STYLE
        if reason:
            del element.attrib[key]
            yield reason


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _is_animated(attribute: str) -> bool:
    name = attribute.strip().rpartition(":")[2].lower()
    return name in ("href", "src") or name.startswith("on")


def _may_lead(address: str, element: str) -> bool:
    """Return whether an address stays in the file, or is that of a link to the web."""
    address = address.strip()
    if not address or address.startswith("#"):
        return True
    if element == "a":
        return address.lower().startswith(("http://", "https://", "mailto:"))
    return _is_image_data(address)


def _is_image_data(address: str) -> bool:
    return re.match(r"data:image/(png|jpeg|gif|webp)[;,]", address, re.IGNORECASE) is not None


def _is_font_data(address: str) -> bool:
    """Return whether it is a font contained in the file itself."""
    return re.match(r"data:(font/|application/(x-)?font-)", address, re.IGNORECASE) is not None


def loads(css: str) -> bool:
    """Return whether CSS, in a style sheet or an attribute, loads anything from elsewhere."""
    return not all(
        address.startswith("#") or _is_image_data(address) or _is_font_data(address)
        for address, _, _ in loaded(css)
    )
